"""The example of a volume with its StatefulSet: the volume is made when the pod is scheduled, outlives it and grows under it. What Kubernetes says
of a pod that does not get the volume, since another node has it or the node is full, is told by the Volume, which stays Ready."""
import datetime
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run, skip, wait_until  # noqa: E402

EXAMPLE = ROOT / "examples/volume"
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "second", "namespace": "my-app"},
       "spec": {"containers": [{"name": "db", "image": "db", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "my-data"}}]}}


def attach_event(name, reason, message, minute):
    """What the controller that attaches volumes says of a pod, after all that it has said by itself."""
    time = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"apiVersion": "v1", "kind": "Event", "metadata": {"name": name, "namespace": "my-app"}, "reason": reason,
            "type": "Normal" if reason.startswith("Successful") else "Warning", "message": message, "firstTimestamp": time,
            "lastTimestamp": time, "count": 1, "source": {"component": "attachdetach-controller"},
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "third", "namespace": "my-app"}}


def edited(request):
    """What is edited is looked at again at once: five minutes are too long for a test."""
    request["spec"]["forProvider"]["pollInterval"] = "4m"


def main(lab):
    kubeconfig = lab.directory / "kubeconfig"
    lab.cli("apply", "-f", ROOT / "examples/shoot", "--wait", "--timeout", "2m", timeout=150)
    lab.cli("kubeconfig", "my-cluster", kubeconfig)
    lab.provider()

    def kubectl(*arguments, stdin=""):
        text = lab.kubectl(kubeconfig, *arguments, "-n", "my-app", "-o", "json", stdin=stdin).stdout
        return json.loads(text) if text else None

    def pods():
        return kubectl("get", "pods")["items"]

    def happens(*event):
        kubectl("create", "--validate=false", "-f", "-", stdin=json.dumps(attach_event(*event)))

    def apply():
        lab.cli("apply", "-f", EXAMPLE, "--wait", "--timeout", "2m", "--no-provider", timeout=150)
        return lab.objects()[("Volume", "my-data")]["status"]

    def advice():
        """Applying makes the function look anew, as Crossplane does when a Request changes."""
        lab.edit("Request", "my-data-volume-attachments", edited)
        apply()
        return lab.condition("Volume", "my-data", "Advice").get("message", "")

    expect_equal("WaitingForPod", apply()["phase"], "the phase before the StatefulSet")
    lab.kubectl(kubeconfig, "apply", "--validate=false", "-f", str(EXAMPLE / "in-the-cluster/statefulset.yaml"))
    wait_until(lambda: [pod for pod in pods() if pod["status"]["phase"] == "Running"], 60, "the pod to run")
    lab.edit("Request", "my-data-volume", edited)
    wait_until(lambda: apply()["phase"] == "Ready", 30, "the Volume to be bound")
    volume = apply()["volumeName"]
    expect_equal(1, len(lab.control("GET", "/volumes")), "volumes of Cinder: the claim is the Volume's, not one more of the StatefulSet")

    old = pods()[0]["metadata"]
    lab.kubectl(kubeconfig, "delete", "pod", old["name"], "-n", "my-app")
    wait_until(lambda: [pod for pod in pods() if pod["metadata"]["uid"] != old["uid"] and pod["status"].get("phase") == "Running"], 60, "another pod")
    expect_equal(volume, apply()["volumeName"], "the volume of the next pod")

    held = pods()[0]
    other = next(node["metadata"]["name"] for node in kubectl("get", "nodes")["items"] if node["metadata"]["name"] != held["spec"]["nodeName"])
    kubectl("create", "--validate=false", "-f", "-", stdin=json.dumps({**POD, "spec": {**POD["spec"], "nodeName": other}}))
    wait_until(lambda: f'Pod second does not get the volume: Multi-Attach error for volume "{volume}"' in advice(), 60, "the advice")
    expect(advice().endswith("a volume attaches to one node at a time: run one replica with strategy Recreate, or a StatefulSet"), advice())
    expect(lab.is_ready("Volume", "my-data"), "the volume itself is well")
    lab.kubectl(kubeconfig, "delete", "statefulset", "db", "-n", "my-app")
    wait_until(lambda: [pod["status"].get("phase") for pod in pods() if pod["metadata"]["name"] == "second"] == ["Running"], 60,
               "the second pod to run when the first has gone")
    wait_until(lambda: not advice(), 60, "the advice to go")

    happens("b", "FailedAttachVolume", f'AttachVolume.Attach failed for volume "{volume}" : The maximum allowed number of disk devices (26) to '
            "attach to a single instance has been exceeded.", 2)
    wait_until(lambda: advice().endswith("a node takes about 25 volumes: add workers, or spread the pods over more nodes"), 60, "the other advice")
    happens("c", "SuccessfulAttachVolume", f'AttachVolume.Attach succeeded for volume "{volume}"', 3)
    wait_until(lambda: not advice(), 60, "the advice to go")


if not shutil.which("kubectl"):
    skip("kubectl is not installed")
run(main, "--set", "schedules=off", "--set", "nodes=2")
