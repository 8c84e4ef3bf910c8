"""A Shoot, a Volume and a LoadBalancer applied together become Ready in one go; a volume that waits for its first pod is no
failure and grows once the pod is there; what leaves a spec leaves the Service; and all of it goes, without a rest."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, skip, wait_until  # noqa: E402

GROUP = "platform.cleura.crossplane.io/v1alpha1"


def composite(kind, name, **spec):
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name, "namespace": "default"},
            "spec": {"shootRef": {"name": "my-cluster"}, "namespace": "my-app", **spec}}


def load_balancer(port, **octavia):
    return composite("LoadBalancer", "game", selector={"app": "game"}, octavia=octavia,
                     ports=[{"name": "web", "port": 80}, {"name": "game", "port": port, "protocol": "UDP"}])


POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "db", "namespace": "my-app"},
       "spec": {"containers": [{"name": "db", "image": "db", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "my-data"}}]}}


def main(lab):
    def apply(*documents, **options):
        path = lab.directory / "inside.json"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return lab.cli("apply", "-f", path, "--wait", "--timeout", "2m", **options)

    def status(kind, name):
        return lab.objects()[(kind, name)]["status"]

    shoot = json.loads(pathlib.Path(lab.manifest()).read_text())
    apply(load_balancer(7777, keepFloatingIP=True), composite("Volume", "my-data", size="20Gi"), shoot)
    address = status("LoadBalancer", "game")["address"]
    expect(address.startswith("203.0.113."), f"an address: {address}")
    expect_equal("WaitingForPod", status("Volume", "my-data")["phase"], "the volume's phase before there is a pod")

    kubeconfig = lab.directory / "kubeconfig"
    lab.cli("kubeconfig", "my-cluster", kubeconfig)

    def kubectl(*arguments, stdin=""):
        return json.loads(lab.kubectl(kubeconfig, *arguments, "-n", "my-app", "-o", "json", stdin=stdin).stdout)

    apply(load_balancer(7778))
    service = kubectl("get", "service", "game")
    expect_equal([80, 7778], [port["port"] for port in service["spec"]["ports"]], "the Service's ports")
    expect("loadbalancer.openstack.org/keep-floatingip" not in service["metadata"]["annotations"],
           "an annotation leaves with its field")
    expect_equal(address, status("LoadBalancer", "game")["address"], "the address after a change")

    kubectl("create", "--validate=false", "-f", "-", stdin=json.dumps(POD))
    wait_until(lambda: kubectl("get", "pvc", "my-data")["status"]["phase"] == "Bound", 30, "the claim to be Bound")
    apply(composite("Volume", "my-data", size="40Gi"))
    expect_equal("40Gi", kubectl("get", "pvc", "my-data")["status"]["capacity"]["storage"], "the volume is Ready when it has grown")
    refused = apply(composite("Volume", "my-data", size="20Gi"), code=2)
    expect("volumes can only grow: 40Gi -> 20Gi" in refused.stderr, refused.stderr)

    lab.cli("delete", "my-cluster", "--yes", "--timeout", "3m", timeout=200)
    expect(not lab.shoots(), "the cluster is gone")
    expect_equal([], [key for key in lab.objects() if key[0] in ("Volume", "LoadBalancer", "Request")], "nothing is left")


if not shutil.which("kubectl"):
    skip("kubectl is not installed")
run(main)
