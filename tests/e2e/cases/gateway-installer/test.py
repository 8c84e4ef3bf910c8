"""The script of the Job that installs Envoy Gateway is run by the real helm and kubectl against a real API server, with the charts of
Envoy Gateway 1.8 and 1.9: line by line as it is rendered, but for the registry, in whose place the charts' folders stand.

- Without rights it fails; with them it installs, and does so again without harm. What a killed helm left is no obstacle.
- A helm that is killed while it uninstalls is no obstacle either: without the release that it left it would be ("has no deployed releases").
- An upgrade replaces the definitions before the controller. The annotation on its pods starts it again when the channel changes.
- Experimental definitions do not replace standard ones: the bundle's own admission policy says so, in the script's output.
- Its removal leaves the definitions, the namespace, and nothing else."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import ROOT, expect, expect_equal, run, tool, wait_until  # noqa: E402
from apiserver import CRDS, ApiServer, Loader, found  # noqa: E402
from controllers import Controllers  # noqa: E402

SYSTEM = "envoy-gateway-system"
ACCOUNT = "envoy-gateway-installer"
CHARTS = {"v1.8.3": "gateway-api-1.5", "v1.9.0": "gateway-api-1.6"}


def script_of(case):
    """The script that a render case's Job carries."""
    expected = yaml.load((ROOT / "tests/render/shoot" / case / "expected.yaml").read_text(), Loader)
    job = json.loads(expected["desired"]["gateway-job"]["resource"]["spec"]["forProvider"]["payload"]["body"])["object"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    expect_equal(["sh", "-ec"], container["command"], "how it is run")
    return container["args"][0]


class Workloads(Controllers):
    """What a cluster's controllers do to Jobs and Deployments, as far as helm waits for it."""

    def look(self):
        jobs, apps = f"/apis/batch/v1/namespaces/{SYSTEM}/jobs", f"/apis/apps/v1/namespaces/{SYSTEM}"
        for job in self.items(jobs):
            self.tell(f"{jobs}/{job['metadata']['name']}", self.complete(job))
        for deployment in self.items(f"{apps}/deployments"):
            if deployment["status"].get("observedGeneration") != deployment["metadata"]["generation"]:
                self.roll_out(apps, deployment)

    def tell(self, path, status):
        if status:
            self.shoot.merge(path, {"status": status}, "/status")

    def roll_out(self, apps, deployment):
        meta, template = deployment["metadata"], deployment["spec"]["template"]
        name = f"{meta['name']}-{meta['uid'][:8]}-{meta['generation']}"
        self.shoot.apply(f"{apps}/replicasets/{name}", {
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": name, "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"], "uid": meta["uid"], "controller": True}],
                "labels": template["metadata"]["labels"]},
            "spec": {"replicas": 1, "selector": deployment["spec"]["selector"], "template": template}}, "deployment-controller")
        ready = {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "availableReplicas": 1}
        self.tell(f"{apps}/replicasets/{name}", ready)
        self.tell(f"{apps}/deployments/{meta['name']}", {
            **ready, "observedGeneration": meta["generation"], "updatedReplicas": 1, "conditions": [{"type": "Available", "status": "True"}]})

    @staticmethod
    def complete(job):
        if job["status"].get("succeeded"):
            return None
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        condition = {"status": "True", "lastTransitionTime": now, "lastProbeTime": now}
        return {"succeeded": 1, "startTime": now, "completionTime": now,
                "conditions": [{"type": "SuccessCriteriaMet", **condition}, {"type": "Complete", **condition}]}


class Installer:
    def __init__(self, bench, shoot):
        self.directory, self.shoot = bench.directory / "installer", shoot
        self.directory.mkdir()
        shoot.apply(f"/api/v1/namespaces/{SYSTEM}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})
        path = f"/api/v1/namespaces/{SYSTEM}/serviceaccounts/{ACCOUNT}"
        shoot.apply(path, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}})
        token = shoot.ask("POST", f"{path}/token", json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}),
                          "application/json").document["status"]["token"]
        config = yaml.safe_load(shoot.kubeconfig)
        config["users"][0]["user"] = {"token": token}  # the account's, as a pod has it
        (self.directory / "kubeconfig").write_text(yaml.safe_dump(config))
        for version, folder in CHARTS.items():
            shutil.copytree(found(folder) / "charts", self.directory / version)
            values = self.directory / version / "gateway-helm" / "values.tmpl.yaml"  # a release fills in its own image
            image = f"docker.io/envoyproxy/gateway:{version}"
            (values.parent / "values.yaml").write_text(
                values.read_text().replace("${GatewayImage}", image).replace("${GatewayImagePullPolicy}", "IfNotPresent"))

    def run(self, script, code=0):
        scratch = self.directory / "tmp"
        scratch.mkdir(exist_ok=True)
        script = script.replace("/tmp/", f"{scratch}/")
        for version in CHARTS:
            for chart in ("gateway-crds-helm", "gateway-helm"):
                place = f"oci://docker.io/envoyproxy/{chart} --version {version} "
                script = script.replace(place, f"{self.directory / version / chart} ")
        expect("oci://" not in script, "charts are taken from where they are")
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=90, check=False,
                              env={"PATH": self.path(), "KUBECONFIG": str(self.directory / "kubeconfig"), "HOME": str(scratch)})
        output = done.stdout + done.stderr
        expect(done.returncode == 0 if code == 0 else done.returncode != 0, f"exit {done.returncode}\n{output[-3000:]}")
        return output

    def kill(self, script, until):
        """Run it, and kill it as a kubelet does, once that is true."""
        environment = {"PATH": self.path(), "KUBECONFIG": str(self.directory / "kubeconfig"), "HOME": str(self.directory)}
        done = subprocess.Popen(["sh", "-ec", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                                start_new_session=True)
        try:
            wait_until(until, 60, "the moment to kill it")
            expect(done.poll() is None, "it is at work then")
        finally:
            os.killpg(done.pid, signal.SIGKILL)
            done.wait()

    @staticmethod
    def path():
        return os.pathsep.join([*(str(pathlib.Path(tool(name)).parent) for name in ("helm", "kubectl")), "/usr/bin", "/bin"])

    def grant(self):
        self.shoot.apply(f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{ACCOUNT}", {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": ACCOUNT},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": SYSTEM}]})


def says(text, output, what):
    expect(text in output, f"{what}: {text!r} is not in\n{output[-3000:]}")


def bundle_of(shoot, kind="gateways"):
    notes = shoot.get(f"{CRDS}/{kind}.gateway.networking.k8s.io")["metadata"]["annotations"]
    return notes["gateway.networking.k8s.io/bundle-version"], notes["gateway.networking.k8s.io/channel"]


def what_is_left(shoot):
    """All that a chart brings, but what every cluster has."""
    left = []
    for place, kinds in ((f"/api/v1/namespaces/{SYSTEM}", ("services", "secrets", "configmaps", "serviceaccounts")),
                         (f"/apis/apps/v1/namespaces/{SYSTEM}", ("deployments",)), (f"/apis/batch/v1/namespaces/{SYSTEM}", ("jobs",)),
                         (f"/apis/policy/v1/namespaces/{SYSTEM}", ("poddisruptionbudgets",)),
                         (f"/apis/rbac.authorization.k8s.io/v1/namespaces/{SYSTEM}", ("roles", "rolebindings")),
                         ("/apis/rbac.authorization.k8s.io/v1", ("clusterroles", "clusterrolebindings")),
                         ("/apis/admissionregistration.k8s.io/v1", ("mutatingwebhookconfigurations",))):
        for kind in kinds:
            names = {one["metadata"]["name"] for one in shoot.get(f"{place}/{kind}")["items"]
                     if "kubernetes.io/bootstrapping" not in one["metadata"].get("labels", {})}
            left += [f"{kind}/{name}" for name in sorted(names - {"default", "kube-root-ca.crt", ACCOUNT})]
    return left


def main(bench):
    install_19, install_18, standard, remove = (script_of(case) for case in (
        "gateway-installing", "gateway-channel-standard", "gateway-channel-detected", "gateway-removing"))
    install_18 = install_18.replace("channel=standard", "channel=experimental")
    with ApiServer(bench.directory / "shoot") as shoot, Workloads(shoot):
        installer = Installer(bench, shoot)
        says("forbidden", installer.run(install_18, code=1), "an installation without rights")
        says("no\n", installer.run(remove, code=1), "a removal without rights, before helm takes that for nothing to do")
        installer.grant()

        installer.run(install_18)
        expect_equal(("v1.5.1", "experimental"), bundle_of(shoot), "the definitions")
        deployment = f"/apis/apps/v1/namespaces/{SYSTEM}/deployments/envoy-gateway"
        before = shoot.get(deployment)
        installer.run(install_18)
        expect_equal(before["metadata"]["generation"], shoot.get(deployment)["metadata"]["generation"], "the controller, the second time")

        # helm was killed in the middle of an upgrade
        shoot.apply(f"/api/v1/namespaces/{SYSTEM}/secrets/sh.helm.release.v1.eg.v9", {
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "metadata": {
                "name": "sh.helm.release.v1.eg.v9", "labels": {"owner": "helm", "name": "eg", "status": "pending-upgrade", "version": "9"}}})
        installer.run(install_19)
        expect_equal(("v1.6.1", "experimental"), bundle_of(shoot), "the definitions after the upgrade")
        expect("tcproutes" in shoot.served("gateway.networking.k8s.io/v1"), "TCPRoute is served in v1")
        pod = shoot.get(deployment)["spec"]["template"]["metadata"]["annotations"]
        expect_equal("experimental", pod["cleura.crossplane.io/channel"], "what starts it again when the channel changes")

        installer.run(standard)
        expect_equal(("v1.6.1", "standard"), bundle_of(shoot), "the standard channel")
        expect_equal("standard", shoot.get(deployment)["spec"]["template"]["metadata"]["annotations"]["cleura.crossplane.io/channel"],
                     "the pods' annotation")
        says("Installing experimental CRDs on top of standard channel CRDs is prohibited", installer.run(install_19, code=1), "the policy")
        expect_equal(("v1.6.1", "standard"), bundle_of(shoot), "the definitions are as they were")

        # wanted again while helm uninstalls, which waits for what a finalizer keeps
        shoot.merge(deployment, {"metadata": {"finalizers": ["test.example.org/wait"]}})
        releases = f"/api/v1/namespaces/{SYSTEM}/secrets?labelSelector=owner%3Dhelm%2Cstatus%3Duninstalling"
        installer.kill(remove, lambda: shoot.get(releases)["items"] and "deletionTimestamp" in shoot.get(deployment)["metadata"])
        shoot.merge(deployment, {"metadata": {"finalizers": None}})
        without = "".join(line for line in standard.splitlines(keepends=True) if not line.startswith("kubectl delete secret"))
        says("has no deployed releases", installer.run(without, code=1), "what helm makes of that")
        installer.run(standard)
        expect("deletionTimestamp" not in shoot.get(deployment)["metadata"], "the controller is there again")

        installer.run(remove)
        expect_equal([], what_is_left(shoot), "what is left")
        expect_equal(("v1.6.1", "standard"), bundle_of(shoot), "the definitions stay: routes would go with them")
        installer.run(remove)  # a second time there is nothing to do


run(main)
