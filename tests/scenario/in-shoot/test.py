"""A Request inside a shoot, written before the shoot exists: held with a reason, applied when it is up, held while it
sleeps, and no obstacle when the shoot goes first. The same with a kubeconfig from a Secret instead of the shoot's own way."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, wait_until  # noqa: E402

API = "cleura.m.crossplane.io/v1alpha2"
URL = "/api/v1/namespaces/default/configmaps/"


def config_map(name, config):
    """Server-side apply of a ConfigMap."""
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"hello": "world"}}
    apply = {"method": "PATCH", "url": f'"{URL}{name}?fieldManager=provider-cleura&force=true"', "body": ".payload.body",
             "headers": {"Content-Type": ["application/apply-patch+yaml"]}}
    return {"apiVersion": API, "kind": "Request", "metadata": {"name": name, "namespace": "default"},
            "spec": {"providerConfigRef": {"kind": "ProviderConfig", "name": config},
                     "forProvider": {"payload": {"body": json.dumps(document)}, "pollIntervalWhileNotReady": "500ms",
                                     "pollInterval": "1s",
                                     "mappings": [{"action": "OBSERVE", "method": "GET", "url": f'"{URL}{name}"'},
                                                  {"action": "CREATE", **apply}, {"action": "UPDATE", **apply},
                                                  {"action": "REMOVE", "method": "DELETE", "url": f'"{URL}{name}"'}]}}}


def main(lab):
    def synced(name):
        return lab.condition("Request", name, "Synced").get("reason")

    def store(name, *documents):
        path = lab.directory / name
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return path

    shoot = lab.manifest()
    versioned = json.loads(json.dumps(config_map("versioned", "my-cluster")).replace("/api/v1/", "/apis/{apiVersion}/"))
    versioned["spec"]["forProvider"]["apiVersions"] = ["v1"]
    inside = store("inside.json", config_map("greeting", "my-cluster"), versioned)
    lab.cli("apply", "-f", inside, "--no-wait", "--no-provider")
    apply = lab.start("cleura-shoot", "apply", "-f", shoot, "--no-provider")
    lab.provider()
    wait_until(lambda: synced("greeting") == synced("versioned") == "WaitingForShoot", 20, "WaitingForShoot")
    expect_equal(0, apply.wait(60), "apply of the shoot")
    wait_until(lambda: all(lab.is_ready("Request", name) for name in ("greeting", "versioned")), 20, "both Requests to be Ready")

    other = {"apiVersion": API, "kind": "ProviderConfig", "metadata": {"name": "by-secret", "namespace": "default"},
             "spec": {"auth": "Kubeconfig", "credentials": {"source": "Secret", "secretRef": {
                 "name": "my-cluster-kubeconfig", "namespace": "default", "key": "kubeconfig"}}}}
    lab.cli("apply", "-f", store("other.json", other, config_map("second", "by-secret")), "--no-wait", "--no-provider")
    wait_until(lambda: lab.is_ready("Request", "second"), 20, "the Request by Secret to be Ready")
    lab.cli("delete", "-f", store("second.json", config_map("second", "by-secret")), "--yes", "--no-provider")
    wait_until(lambda: ("Request", "second") not in lab.objects(), 20, "it to be removed")

    lab.cli("apply", "-f", lab.manifest(file="asleep.json", hibernation={"enabled": True}), "--no-provider")
    changed = config_map("greeting", "my-cluster")
    changed["spec"]["forProvider"]["payload"]["body"] = changed["spec"]["forProvider"]["payload"]["body"].replace(
        "world", "moon")
    lab.cli("apply", "-f", store("changed.json", changed), "--no-wait", "--no-provider")
    wait_until(lambda: synced("greeting") == "ShootHibernated", 20, "ShootHibernated")
    lab.cli("apply", "-f", lab.manifest(file="awake.json", hibernation={"enabled": False}), "--no-provider")
    wait_until(lambda: synced("greeting") == "ReconcileSuccess" and lab.is_ready("Request", "greeting"), 30, "it to go on")

    lab.control("DELETE", "/shoots/my-cluster")  # it vanishes with all that is in it
    lab.cli("delete", "-f", inside, "--yes", "--no-provider")
    wait_until(lambda: not {("Request", "greeting"), ("Request", "versioned")} & set(lab.objects()), 40,
               "removals in a shoot that is gone to be done")
    expect("greeting" not in json.dumps([entry["path"] for entry in lab.journal()]), "nothing of it went to Cleura")


run(main)
