"""Envoy Gateway comes with the Shoot: a Job installs it and loses its rights, an upgrade is a new Job, and it goes only after the last Gateway."""
import json
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run, skip, wait_until  # noqa: E402

SYSTEM = "envoy-gateway-system"
SHOOT = (ROOT / "examples/shoot/shoot.yaml").read_text()
GATEWAY = (ROOT / "examples/gateway/gateway.yaml").read_text()


def main(lab):
    def shoot(gateway):
        return re.sub(r"^spec:\n", f"spec:\n  gateway: {gateway}\n", SHOOT, flags=re.M) if gateway else SHOOT

    def status(kind="Shoot", name="my-cluster"):
        return lab.objects(kind).get((kind, name), {}).get("status", {})

    def says(text, kind="Shoot", name="my-cluster"):
        wait_until(lambda: text in status(kind, name).get("message", ""), 90, f"{kind} {name} to say {text!r}")

    def apply(text, timeout="4m", code=0):
        return lab.cli("apply", "-f", "-", "--timeout", timeout, stdin=text, timeout=300, code=code)

    # provider-helm is not on this machine
    refused = apply(shoot("{install: Release}").replace("my-cluster", "by-helm"), code=2)
    expect_equal({}, lab.objects("Shoot"), "what was stored")
    expect("composed resource gateway-helm: a ProviderConfig of helm.m.crossplane.io/v1beta1 is carried out by another provider"
           in refused.stderr, refused.stderr)

    apply(shoot("{install: Job, version: 1.8.3}"))
    expect_equal({"className": "envoy-gateway", "version": "1.8.3", "gatewayAPI": "1.5.1", "channel": "Experimental"},
                 status()["gateway"], "what the status says")
    config = lab.directory / "kubeconfig.yaml"
    lab.cli("kubeconfig", "my-cluster", config, "--no-provider", "-n", "team-a")

    def kubectl(*arguments, **options):
        return lab.kubectl(config, *arguments, **options).stdout

    def image():
        return json.loads(kubectl("get", "deployment", "envoy-gateway", "-n", SYSTEM, "-o", "json"))["spec"]["template"]["spec"]["containers"][0]["image"]

    def bindings():
        return kubectl("get", "clusterrolebindings", "-o", "name")

    expect(image().endswith(":v1.8.3"), "the version that was asked for")
    expect("envoy-gateway-installer" not in bindings(), "the Job's rights are taken back")

    # a newer one is another Job, which gets its rights again
    apply(shoot("{install: Job, version: 1.9.0}"))
    expect(image().endswith(":v1.9.0"), "the newer version")
    expect_equal("1.6.1", status()["gateway"]["gatewayAPI"], "the definitions that came with it")
    expect("envoy-gateway-installer" not in bindings(), "the Job's rights are taken back again")
    expect_equal(1, kubectl("get", "jobs", "-n", SYSTEM, "-o", "name").count("envoy-gateway-installer"), "Jobs of ours")

    # without a version it stays what it is, and nothing is done
    uid = kubectl("get", "job", "envoy-gateway-installer", "-n", SYSTEM, "-o", "jsonpath={.metadata.uid}")
    apply(shoot("{install: Job}"))
    expect_equal(uid, kubectl("get", "job", "envoy-gateway-installer", "-n", SYSTEM, "-o", "jsonpath={.metadata.uid}"), "the Job")

    apply(GATEWAY)
    [balancer] = lab.control("GET", "/load-balancers")

    # to go, with a Gateway there: nothing is touched
    (lab.directory / "without.yaml").write_text(shoot(None))
    work = lab.start("cleura-shoot", "apply", "-f", lab.directory / "without.yaml", "--timeout", "4m")
    says("1 Gateway still owns load balancers: my-app/my-gateway; delete them first")
    expect_equal([balancer["id"]], [one["id"] for one in lab.control("GET", "/load-balancers")], "its load balancer")
    expect("envoy-gateway" in kubectl("get", "gatewayclasses", "-o", "name"), "the class stays")
    lab.cli("delete", "-f", "-", "--yes", "--timeout", "2m", stdin=GATEWAY, timeout=150)
    work.wait(240)
    expect_equal(0, work.returncode, "what apply says")
    expect("gateway" not in status(), "nothing is said of it any more")
    expect_equal([], lab.control("GET", "/load-balancers"), "load balancers that are left")
    for what in ("deployments", "jobs", "serviceaccounts", "secrets"):
        left = [line for line in kubectl("get", what, "-n", SYSTEM, "-o", "name").split() if not line.endswith("/default")]
        expect_equal([], left, f"{what} that are left")
    expect_equal("", kubectl("get", "gatewayclasses", "-o", "name"), "classes that are left")
    expect("gateway-helm" not in bindings() and "envoy-gateway" not in bindings(), "no rights are left")
    expect("gateways.gateway.networking.k8s.io" in kubectl("get", "crds", "-o", "name"), "the definitions stay: routes would go with them")
    expect(SYSTEM in kubectl("get", "namespaces", "-o", "name"), "the namespace stays")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off")
