"""A Job that installs Envoy Gateway in a simulated shoot, with kubectl alone: step by step, without rights, without its
image or chart, over another channel, killed in the middle, upgraded, and removed in a good and in a bad order."""
import json
import pathlib
import shutil
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PASSWORD, PROJECT, expect, expect_equal, run, skip, wait_until  # noqa: E402

SYSTEM = "envoy-gateway-system"

ACCOUNT = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {SYSTEM}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: installer, namespace: {SYSTEM}}}
"""

RIGHTS = f"""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: installer}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}
subjects: [{{kind: ServiceAccount, name: installer, namespace: {SYSTEM}}}]
"""

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec: {gatewayClassName: eg, listeners: [{name: db, protocol: TCP, port: 5432}]}
"""


def install(version, channel):
    """The lines of an installation."""
    return f"""
helm template eg-crds oci://docker.io/envoyproxy/gateway-crds-helm --version {version} \\
  --set crds.gatewayAPI.enabled=true --set crds.gatewayAPI.channel={channel} \\
  --set crds.envoyGateway.enabled=true > /tmp/crds.yaml
kubectl apply --server-side --force-conflicts --field-manager=cleura -f /tmp/crds.yaml
kubectl wait --for=condition=Established --timeout=2m crd/gateways.gateway.networking.k8s.io
kubectl delete secret -n {SYSTEM} -l 'owner=helm,name=eg,status in (pending-install,pending-upgrade,pending-rollback)' \\
  --ignore-not-found
helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version {version} -n {SYSTEM} --skip-crds --wait \\
  --timeout 10m
"""


REMOVE = f"helm uninstall eg -n {SYSTEM} --ignore-not-found --wait"


def job(name, script, annotation=""):
    """A Job whose one pod starts its container again until the script succeeds."""
    return json.dumps({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": name, "namespace": SYSTEM, "annotations": {"simulator.cleura.cloud/job": annotation}},
        "spec": {"backoffLimit": 1000, "template": {"spec": {
            "serviceAccountName": "installer", "restartPolicy": "OnFailure",
            "containers": [{"name": "helm", "image": f"docker.io/alpine/k8s:{name}", "command": ["sh", "-ec"], "args": [script],
                            "terminationMessagePolicy": "FallbackToLogsOnError"}]}}}})


class Shoot:
    """kubectl in the shoot."""

    def __init__(self, lab):
        self.lab = lab
        lab.control("POST", "/shoots", {"name": "my-cluster", "region": "Kna1"})
        token = self.post("/auth/v1/tokens", {"auth": {"login": "demo", "password": PASSWORD}}, {})["token"]
        answer = self.post(f"/gardener/v3/public/shoots/Kna1/{PROJECT}/my-cluster/admin-kubeconfig",
                           {"expiration_seconds": 3600}, {"X-AUTH-LOGIN": "demo", "X-AUTH-TOKEN": token})
        self.config = lab.directory / "kubeconfig.yaml"
        self.config.write_text(answer["kubeconfig"])

    def post(self, path, body, headers):
        request = urllib.request.Request(self.lab.ready["url"] + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def kubectl(self, *arguments, **options):
        return self.lab.kubectl(self.config, *arguments, **options).stdout

    def apply(self, text):
        self.kubectl("apply", "--server-side", "-f", "-", stdin=text)

    def get(self, *what):
        """An object, None when there is none."""
        found = self.kubectl("get", *what, "-n", SYSTEM, "-o", "json", "--ignore-not-found")
        return json.loads(found) if found else None

    def list(self, plural, labels):
        return json.loads(self.kubectl("get", plural, "-l", labels, "-n", SYSTEM, "-o", "json"))["items"]

    def container(self, name):
        """What the pod of a Job says about its container; {} before there is one."""
        [pod] = self.list("pods", f"job-name={name}") or [{}]
        return (pod.get("status", {}).get("containerStatuses") or [{}])[0]

    def failed_with(self, name, text):
        def said():
            return text in self.container(name).get("lastState", {}).get("terminated", {}).get("message", "")
        wait_until(said, 20, f"Job {name} to fail with {text}")

    def waits_with(self, name, reason):
        wait_until(lambda: self.container(name).get("state", {}).get("waiting", {}).get("reason") == reason, 20,
                   f"Job {name} to wait with {reason}")

    def complete(self, name):
        self.kubectl("wait", "--for=condition=Complete", f"job/{name}", "-n", SYSTEM, "--timeout=60s")

    def drop(self, name):
        self.kubectl("delete", "job", name, "-n", SYSTEM)

    def image(self):
        found = self.get("deployment/envoy-gateway")
        return found and found["spec"]["template"]["spec"]["containers"][0]["image"]

    def releases(self):
        return {s["metadata"]["labels"]["version"]: s["metadata"]["labels"]["status"]
                for s in self.list("secrets", "owner=helm")}

    def served(self, kind):
        crd = self.get(f"crd/{kind}.gateway.networking.k8s.io")
        return {v["name"] for v in crd["spec"]["versions"] if v["served"]}


def fails_and_heals(lab, shoot):
    """Rights, image and chart come late; the same pod goes on trying."""
    shoot.apply(ACCOUNT)
    lab.control("POST", "/settings", {"image-pull": "not-found"})
    shoot.apply(job("first", install("v1.8.3", "standard")))
    shoot.waits_with("first", "ImagePullBackOff")
    expect("docker.io/alpine/k8s:first: not found" in shoot.container("first")["state"]["waiting"]["message"],
           "which image is not there")
    lab.control("POST", "/settings", {"image-pull": "ok", "chart-pull": "rate-limited"})
    shoot.failed_with("first", "429: toomanyrequests: You have reached your unauthenticated pull rate limit")
    shoot.waits_with("first", "CrashLoopBackOff")
    lab.control("POST", "/settings", {"chart-pull": "ok"})
    shoot.failed_with("first", f'is forbidden: User "system:serviceaccount:{SYSTEM}:installer" cannot patch resource '
                               '"customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope')
    expect_equal(None, shoot.image(), "the controller before it may be installed")
    status = shoot.get("job/first")["status"]
    expect_equal((1, 0), (status["active"], status.get("failed", 0)), "active and failed pods of the Job")
    shoot.apply(RIGHTS)
    shoot.complete("first")
    expect(shoot.container("first")["restartCount"] > 0, "it was not the same pod")
    expect_equal("docker.io/envoyproxy/gateway:v1.8.3", shoot.image(), "the controller")
    expect_equal({"1": "deployed"}, shoot.releases(), "releases")
    deployment = shoot.get("deployment/envoy-gateway")
    expect_equal(deployment["metadata"]["generation"], deployment["status"]["observedGeneration"], "observed generation")


def other_channel(shoot):
    """Experimental definitions over standard ones: the policy denies them, at the line that applies them."""
    shoot.apply(job("channel", install("v1.9.0", "experimental")))
    shoot.failed_with("channel", "Installing experimental CRDs on top of standard channel CRDs is prohibited by default.")
    expect_equal("docker.io/envoyproxy/gateway:v1.8.3", shoot.image(), "the controller stays")
    shoot.drop("channel")


def upgrade_that_is_killed(shoot):
    """A container that ends in the middle leaves a pending release; helm refuses until that is forgotten."""
    only_helm = f"helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.9.0 -n {SYSTEM} --skip-crds"
    shoot.apply(job("killed", only_helm, "killed-once"))
    shoot.failed_with("killed", "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress")
    expect_equal({"1": "deployed", "2": "pending-upgrade"}, shoot.releases(), "releases")
    shoot.drop("killed")
    shoot.apply(job("healed", install("v1.9.0", "standard")))
    shoot.complete("healed")
    expect_equal({"1": "superseded", "2": "deployed"}, shoot.releases(), "releases")
    expect_equal("docker.io/envoyproxy/gateway:v1.9.0", shoot.image(), "the controller")
    expect_equal({"v1"}, shoot.served("tcproutes"), "versions of TCPRoute")


def not_found(shoot):
    """A version nobody has published."""
    shoot.apply(job("typo", install("v1.9.99", "standard")))
    shoot.failed_with("typo", "docker.io/envoyproxy/gateway-crds-helm:v1.9.99: not found")
    shoot.drop("typo")


def removed_in_a_bad_order(lab, shoot):
    """With the controller gone first, nobody takes away what it has made."""
    shoot.apply(GATEWAY)
    shoot.kubectl("wait", "--for=condition=Programmed", "gateway/gw", "-n", "default", "--timeout=60s")
    expect_equal(["gateway-exists-finalizer.gateway.networking.k8s.io"],
                 shoot.get("gatewayclass/eg")["metadata"]["finalizers"], "what holds a class in use")
    shoot.kubectl("delete", "clusterrolebinding", "installer")
    shoot.apply(job("refused", REMOVE))
    shoot.complete("refused")
    expect_equal("docker.io/envoyproxy/gateway:v1.9.0", shoot.image(), "helm finds no release and is content")
    shoot.apply(RIGHTS)
    shoot.apply(job("remove", REMOVE))
    shoot.complete("remove")
    expect_equal((None, {}), (shoot.image(), shoot.releases()), "the controller and its releases")
    shoot.kubectl("delete", "gateway", "gw", "-n", "default")
    expect_equal(1, len(lab.control("GET", "/load-balancers")), "load balancers that nobody removes")
    shoot.kubectl("delete", "gatewayclass", "eg", "--wait=false")
    expect(shoot.get("gatewayclass/eg"), "nobody takes the finalizer off")


def removed_in_a_good_order(lab, shoot):
    """The controller comes back and cleans up, then it goes."""
    shoot.apply(job("back", install("v1.9.0", "standard")))
    shoot.complete("back")
    wait_until(lambda: not lab.control("GET", "/load-balancers"), 20, "the load balancer to go")
    wait_until(lambda: not shoot.get("gatewayclass/eg"), 20, "the class to go")
    shoot.apply(job("remove-again", REMOVE))
    shoot.complete("remove-again")
    expect_equal((None, {"v1"}), (shoot.image(), shoot.served("tcproutes")), "the controller; definitions stay")


def main(lab):
    shoot = Shoot(lab)
    fails_and_heals(lab, shoot)
    other_channel(shoot)
    upgrade_that_is_killed(shoot)
    not_found(shoot)
    removed_in_a_bad_order(lab, shoot)
    removed_in_a_good_order(lab, shoot)


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main)
