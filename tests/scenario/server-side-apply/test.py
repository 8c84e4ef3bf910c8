"""Objects in a cluster kept by server-side apply: created, mended when a field is changed or taken away, and rid of what leaves the
body; removed, also when they are gone already. What the server refuses is told in words, and a conflict names the other manager."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import config  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402
from shootproxy import Shoot, applied, definition  # noqa: E402

MAPS = "/api/v1/namespaces/default/configmaps/"
SERVICES = "/api/v1/namespaces/default/services/"


def config_map(name, data, **more):
    return applied(name, MAPS + name, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}, **more)


def service(name, **port):
    spec = {"type": "LoadBalancer", "selector": {"app": "a"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP", **port}]}
    return applied(name, SERVICES + name, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})


def synced(lab, name):
    return lab.condition("Request", name, "Synced")


def message(lab, name, reason, *words):
    wait_until(lambda: synced(lab, name).get("reason") == reason, 15, f"{reason} of {name}, not {synced(lab, name)}")
    for word in words:
        expect(word in synced(lab, name)["message"], f"{name} says {word}: {synced(lab, name)['message']}")


def create(lab, shoot):
    lab.put(config_map("settings", {"a": "1", "b": "2"}), service("web"))
    wait_until(lambda: all(lab.is_ready("Request", name) for name in ("settings", "web")), 20, "both to be Ready")
    call = shoot.asked("PATCH", MAPS)[0]
    expect_equal("application/apply-patch+yaml", call.headers["Content-Type"], "the header of the mapping")
    expect(call.path.endswith("?fieldManager=provider-cleura&force=true"), call.path)
    time.sleep(1)
    shoot.since()
    time.sleep(3)
    expect_equal(0, shoot.count("PATCH"), "what the server adds (a nodePort, a clusterIP) is no reason to write again")


def mend(lab, shoot):
    """Somebody changes a field, somebody takes one away."""
    shoot.apply(MAPS + "settings", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"},
                                    "data": {"a": "9", "mine": "x"}})
    wait_until(lambda: shoot.get(MAPS + "settings")["data"] == {"a": "1", "b": "2", "mine": "x"}, 10, "a to be 1 again")
    answer = shoot.ask("PATCH", MAPS + "settings", {"Content-Type": "application/merge-patch+json"}, '{"data": {"b": null}}')
    expect_equal(200, answer.status, "the merge patch")
    wait_until(lambda: shoot.get(MAPS + "settings")["data"].get("b") == "2", 10, "b to be there again")


def take_away(lab, shoot):
    """A member that leaves the body leaves the object; what others own stays. The same body is not sent twice."""
    shoot.since()
    lab.put(config_map("settings", {"a": "1"}))
    wait_until(lambda: shoot.get(MAPS + "settings")["data"] == {"a": "1", "mine": "x"}, 10, "b to be gone")
    lab.put(config_map("settings", {"a": "1"}, pollInterval="2s"))
    time.sleep(3)
    expect_equal(1, shoot.count("PATCH"), "applies")
    lab.put(config_map("settings", {"a": "2"}, pollInterval="1h"))
    wait_until(lambda: shoot.count("PATCH") == 2, 10, "the new body to be applied")
    sent = shoot.asked("PATCH")[-1].at
    wait_until(lambda: shoot.asked("GET", MAPS + "settings", since=sent), 5, "a look at what came of it, long before the next poll")
    lab.put(config_map("settings", {"a": "2"}))
    expect(lab.is_ready("Request", "settings"), "Ready")


def conflict(lab, shoot):
    """Without force another manager's field is left alone."""
    shoot.apply(MAPS + "shared", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}, "data": {"a": "9"}})
    lab.put(config_map("shared", {"a": "1"}, who="?fieldManager=provider-cleura"))
    message(lab, "shared", "Conflict", "409", 'conflict with "kubectl"', ".data.a")
    expect_equal("9", shoot.get(MAPS + "shared")["data"]["a"], "its value")
    shoot.apply(MAPS + "shared", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}})  # "data": {} would own data
    wait_until(lambda: synced(lab, "shared").get("reason") == "ReconcileSuccess", 90, "it to be given up")
    expect_equal("1", shoot.get(MAPS + "shared")["data"]["a"], "our value")


def refused(lab, shoot):
    """422 with causes, and a field that is not in the schema, which is a 500."""
    group, path = "example.org", "/apis/example.org/v1/namespaces/default/gadgets/"
    shoot.apply(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.{group}",
                definition(group, "gadgets", "Gadget", v1=True))
    for name, spec in (("low", {"port": 0}), ("odd", {"prot": 80})):
        body = {"apiVersion": "example.org/v1", "kind": "Gadget", "metadata": {"name": name}, "spec": spec}
        lab.put(applied(name, path + name, body))
    message(lab, "low", "Rejected", "422", 'Gadget "low"', "spec.port", "greater than or equal to 1")
    message(lab, "odd", "Rejected", ".spec.prot", "field not declared in schema")
    body = {"apiVersion": "example.org/v1", "kind": "Gadget", "metadata": {"name": "odd"}, "spec": {"port": 80}}
    lab.put(applied("odd", path + "odd", body))
    wait_until(lambda: lab.is_ready("Request", "odd"), 15, "the corrected one to be Ready")


def remove(lab, shoot):
    """Also what is gone already; a namespace that is only created and looked at stays."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "my-app"}}
    made = applied("my-app", "/api/v1/namespaces/my-app", namespace, policies=["Observe", "Create"],
                   who="?fieldManager=provider-cleura")
    inside = config_map("inside", {"a": "1"})
    inside["spec"]["forProvider"]["payload"]["baseUrl"] = "/api/v1/namespaces/my-app/configmaps/inside"
    lab.put(made, inside)
    wait_until(lambda: all(lab.is_ready("Request", name) for name in ("my-app", "inside")), 60, "both to be Ready")
    shoot.ask("PATCH", "/api/v1/namespaces/my-app", {"Content-Type": "application/merge-patch+json"},
              json.dumps({"metadata": {"labels": {"team": "a"}}}))
    shoot.since()
    changed = json.loads(json.dumps(made))
    namespace["metadata"]["labels"] = {"team": "b"}
    changed["spec"]["forProvider"]["payload"]["body"] = json.dumps(namespace)
    lab.put(changed)
    time.sleep(2)
    expect_equal(0, shoot.count("PATCH", "/api/v1/namespaces/my-app?"), "a namespace is not changed")
    shoot.delete(MAPS + "settings")
    gone = {("Request", name) for name in ("my-app", "settings", "web", "inside")}
    lab.remove(made, config_map("settings", {}), service("web"), inside, wait=False)
    wait_until(lambda: not gone & set(lab.objects()), 60, "the removals")  # "settings" may have been made again just before
    expect(shoot.get("/api/v1/namespaces/my-app") is not None, "the namespace stays")
    expect_equal(None, shoot.get(SERVICES + "web"), "the service")
    expect_equal(0, shoot.count("DELETE", "/api/v1/namespaces/my-app?"), "removals of the namespace")


def main(lab):
    with Shoot(lab) as shoot:
        lab.provider()
        lab.put(config(shoot.url))
        for part in (create, mend, take_away, conflict, refused, remove):
            part(lab, shoot)


run(main, simulator=False)
