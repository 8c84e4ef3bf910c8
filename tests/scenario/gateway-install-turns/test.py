"""Who changes their mind gets what they want last: None in the middle of an installation, Job in the middle of a removal, each after a restart.
A GatewayClass of another controller stays, whoever wanted its name."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run, skip, wait_until  # noqa: E402

SYSTEM = "envoy-gateway-system"
INSTALLER = "envoy-gateway-installer"
FOREIGN = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: envoy-gateway}
spec: {controllerName: example.org/other}
"""
SHOOT = (ROOT / "examples/shoot/shoot.yaml").read_text().replace("spec:\n", "spec:\n  pollInterval: 1s\n", 1)


def main(lab):
    path, config = lab.directory / "shoot.yaml", lab.directory / "kubeconfig.yaml"

    def apply(gateway):
        path.write_text(re.sub(r"^spec:\n", f"spec:\n  gateway: {gateway}\n", SHOOT, flags=re.M))
        return lab.start("cleura-shoot", "apply", "-f", path, "--timeout", "5m")

    def done(work, what):
        work.wait(240)
        expect_equal(0, work.returncode, what)

    def stop(work):
        work.terminate()
        work.wait(20)

    def hang(on):
        lab.control("POST", "/settings", {"job-outcome": "hangs" if on else "succeeds"})

    def kubectl(*arguments):
        return lab.kubectl(config, *arguments).stdout

    def is_bound():
        return INSTALLER in kubectl("get", "clusterrolebindings", "-o", "name")

    def script():
        return kubectl("get", "job", INSTALLER, "-n", SYSTEM, "--ignore-not-found", "-o", "jsonpath={.spec.template.spec.containers[0].args[0]}")

    def runs(word):
        """The Job is at it, with all rights."""
        wait_until(lambda: word in script() and is_bound(), 90, f"the Job to run {word!r}")
        pods = ("get", "pods", "-n", SYSTEM, "-l", f"batch.kubernetes.io/job-name={INSTALLER}", "-o", "jsonpath={.items[*].status.phase}")
        wait_until(lambda: kubectl(*pods) == "Running", 60, "its pod")

    def classes():
        return [line.partition("/")[2] for line in kubectl("get", "gatewayclasses", "-o", "name").split()]

    def nothing_is_left():
        for what in ("deployments", "jobs", "serviceaccounts", "secrets", "pods"):
            left = [line for line in kubectl("get", what, "-n", SYSTEM, "-o", "name").split() if not line.endswith("/default")]
            expect_equal([], left, f"{what} that are left")
        expect(not is_bound(), "no rights are left")
        if "gatewayclasses" in kubectl("get", "crds", "-o", "name"):
            expect_equal([], classes(), "classes that are left")
        wait_until(lambda: not any("-envoy-" in name for _, name in lab.objects()), 30, "the provider to have nothing left to do")

    done(apply("{install: None}"), "a cluster without")
    lab.cli("kubeconfig", "my-cluster", config, "--no-provider", "-n", "team-a")

    hang(True)
    work = apply("{install: Job, version: 1.8.3}")
    runs("helm upgrade")
    stop(work)
    work = apply("{install: None}")
    runs("helm uninstall")
    stop(work)
    hang(False)
    done(apply("{install: None}"), "given up in the middle")
    nothing_is_left()

    done(apply("{install: Job, version: 1.8.3}"), "an installation")
    expect(not is_bound(), "the Job's rights are taken back")
    hang(True)
    work = apply("{install: None}")
    runs("helm uninstall")
    stop(work)
    hang(False)
    done(apply("{install: Job, version: 1.8.3, className: other}"), "wanted again in the middle of its removal, by another name")
    expect_equal({"className": "other", "version": "1.8.3", "gatewayAPI": "1.5.1", "channel": "Experimental"},
                 lab.objects("Shoot")["Shoot", "my-cluster"]["status"]["gateway"], "what the status says")
    expect(not is_bound(), "the Job's rights are taken back")
    expect_equal(["other"], classes(), "the class")

    done(apply("{install: None}"), "a removal that names no class")
    nothing_is_left()

    lab.kubectl(config, "apply", "--validate=false", "-f", "-", stdin=FOREIGN)
    work = apply("{install: Job, version: 1.8.3}")
    wait_until(lambda: "belongs to another controller: choose another spec.gateway.className" in lab.objects("Shoot")["Shoot", "my-cluster"]
               .get("status", {}).get("message", ""), 90, "the Shoot to say whose class it is")
    stop(work)
    done(apply("{install: Job, version: 1.8.3, className: ours}"), "the class by another name")
    expect_equal(["envoy-gateway", "ours"], sorted(classes()), "the classes")
    done(apply("{install: None}"), "the removal")
    expect_equal(["envoy-gateway"], classes(), "the class that is somebody else's")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off")
