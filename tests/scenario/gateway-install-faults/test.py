"""What can go wrong while Envoy Gateway is installed is told in words, heals by itself, and leaves no rights behind."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run, skip, wait_until  # noqa: E402

SHOOT = (ROOT / "examples/shoot/shoot.yaml").read_text().replace("spec:\n", "spec:\n  pollInterval: 1s\n", 1)
# Never Ready: so apply goes on looking at the cluster.
WAITS = """
---
apiVersion: platform.cleura.crossplane.io/v1alpha1
kind: Gateway
metadata: {name: waits, namespace: team-a}
spec: {shootRef: {name: my-cluster}, gatewayClassName: of-nobody, listeners: [{name: http, protocol: HTTP, port: 80}]}
"""
JOB = "Job envoy-gateway-system/envoy-gateway-installer"
# A switch of the simulator, its value, and what the Shoot says meanwhile.
TROUBLES = (
    ("scheduling", "off", f"The pod of {JOB} finds no node: "),
    ("image-pull", "rate-limited", f"The image of {JOB} cannot be pulled: "),
    ("chart-pull", "unreachable", f"{JOB} failed and tries again: "),
)


def main(lab):
    def shoot(gateway):
        return re.sub(r"^spec:\n", f"spec:\n  gateway: {gateway}\n", SHOOT, flags=re.M)

    def status():
        return lab.objects("Shoot").get(("Shoot", "my-cluster"), {}).get("status", {})

    def says(text):
        wait_until(lambda: text in status().get("message", ""), 90, f"the Shoot to say {text!r}")

    def switch(**values):
        lab.control("POST", "/settings", values)

    switch(**{name: value for name, value, _ in TROUBLES})
    (lab.directory / "shoot.yaml").write_text(shoot("{install: Job}"))
    work = lab.start("cleura-shoot", "apply", "-f", lab.directory / "shoot.yaml", "--timeout", "5m")
    healthy = {"scheduling": "on", "image-pull": "ok", "chart-pull": "ok"}
    for name, _, text in TROUBLES:
        says(text)
        expect(not lab.is_ready("Shoot", "my-cluster"), f"not Ready with {name}")
        if name == "chart-pull":  # ... and once it is reached, helm dies in the middle
            switch(**{"job-outcome": "killed-once"})
        switch(**{name: healthy[name]})
    work.wait(240)
    expect_equal(0, work.returncode, "what apply says in the end")
    config = lab.directory / "kubeconfig.yaml"
    lab.cli("kubeconfig", "my-cluster", config, "--no-provider", "-n", "team-a")

    def kubectl(*arguments, **options):
        return lab.kubectl(config, *arguments, **options).stdout

    bindings = kubectl("get", "clusterrolebindings", "-o", "name")
    expect("envoy-gateway-installer" not in bindings, "the Job's rights are taken back")
    expect_equal("", kubectl("get", "secrets", "-n", "envoy-gateway-system", "-o", "name", "-l",
                             "owner=helm,status in (pending-install)"), "releases that were given up")

    # whoever deletes the Job gets another one, with rights of its own, which finds nothing to do
    def job(what):
        return kubectl("get", "job", "envoy-gateway-installer", "-n", "envoy-gateway-system", "--ignore-not-found", "-o", f"jsonpath={{{what}}}")

    before = job(".metadata.uid")
    kubectl("delete", "job", "envoy-gateway-installer", "-n", "envoy-gateway-system")
    (lab.directory / "shoot.yaml").write_text(shoot("{install: Job}") + WAITS)
    lab.start("cleura-shoot", "apply", "-f", lab.directory / "shoot.yaml", "--timeout", "5m")
    wait_until(lambda: job(".metadata.uid") not in ("", before) and job(".status.succeeded") == "1", 90, "another Job to be done")
    wait_until(lambda: lab.is_ready("Shoot", "my-cluster"), 60, "the Shoot")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off")
