"""kubectl works on the kubeconfig that comes out: get, apply --server-side, watch, delete."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import shutil  # noqa: E402
import subprocess  # noqa: E402

from lab import expect, run, skip, wait_until  # noqa: E402

CONFIGMAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting, namespace: default}
data: {hello: world}
"""


def main(lab):
    kubeconfig = lab.directory / "kubeconfig.yaml"
    lab.cli("apply", "-f", lab.manifest())
    lab.cli("kubeconfig", "my-cluster", kubeconfig)

    def kubectl(*arguments, **options):
        return lab.kubectl(kubeconfig, *arguments, **options).stdout

    expect("default" in kubectl("get", "namespaces"), "namespaces are listed")
    expect("v1.33.7" in kubectl("version"), "the server's version is told")
    log = lab.directory / "watch.log"
    with open(log, "w", encoding="utf-8") as out:
        watch = subprocess.Popen(["kubectl", "--kubeconfig", str(kubeconfig), "get", "configmaps", "--watch"], stdout=out,
                                 stderr=subprocess.STDOUT, env={**lab.env, "HOME": str(lab.directory)})
    lab.processes.append(watch)
    watch.log = log
    expect("serverside-applied" in kubectl("apply", "--server-side", "-f", "-", stdin=CONFIGMAP), "server-side apply")
    expect("world" in kubectl("get", "configmap", "greeting", "-o", "yaml"), "what was applied is there")
    wait_until(lambda: "greeting" in log.read_text(), 20, "the watch to show it")
    kubectl("delete", "configmap", "greeting")
    expect("NotFound" in lab.kubectl(kubeconfig, "get", "configmap", "greeting", code=1).stderr, "it is gone")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--tls")
