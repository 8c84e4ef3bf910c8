"""A floating IP that the project has reserved: the load balancer that asks for it gets it, a second one is told that it is attached elsewhere, and gets it
when the first lets go; one that nobody has reserved may not be asked for."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run, wait_until  # noqa: E402


def load_balancer(name, address):
    return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "LoadBalancer", "metadata": {"name": name, "namespace": "default"},
            "spec": {"shootRef": {"name": "my-cluster"}, "namespace": "my-app", "pollInterval": "1s", "selector": {"app": name}, "ports": [{"port": 80}],
                     "floatingIP": address}}


def main(lab):
    reserved = lab.control("POST", "/floating-ips", {"region": "Kna1", "project": PROJECT})["address"]
    first, second, third = (load_balancer(name, address) for name, address in
                            (("first", reserved), ("second", reserved), ("third", "203.0.113.250")))
    lab.provider()
    lab.cli("apply", "-f", lab.manifest(), "--wait", "--timeout", "2m", "--no-provider", timeout=150)
    lab.cli("apply", "-f", lab.file_of([first]), "--wait", "--timeout", "2m", "--no-provider", timeout=150)
    expect_equal(reserved, lab.objects()[("LoadBalancer", "first")]["status"]["address"], "the address that was asked for")

    follow = lab.start("cleura-shoot", "apply", "-f", lab.file_of([second, third]), "--no-provider")
    told = {"second": f"floating IP {reserved} is not available; that floating IP is attached elsewhere: detach it, or choose another one",
            "third": "the pool of floating IPs is exhausted, or that address may not be asked for: leave spec.floatingIP out, or use one that the "
                     "project has"}
    for name, text in told.items():
        wait_until(lambda: lab.condition("LoadBalancer", name, "AddressAssigned").get("reason") == "SyncLoadBalancerFailed", 60, f"{name} to fail")
        message = lab.condition("LoadBalancer", name, "AddressAssigned")["message"]
        expect(message.startswith("The cluster says: ") and message.endswith(text), message)
        expect_equal("Retrying", lab.objects()[("LoadBalancer", name)]["status"]["phase"], f"the phase of {name}")

    (lab.directory / "first.json").write_text(json.dumps(first))
    lab.cli("delete", "-f", lab.directory / "first.json", "--yes", "--no-provider", "--timeout", "2m", timeout=150)
    wait_until(lambda: lab.is_ready("LoadBalancer", "second"), 60, "the second to get it")
    expect_equal(reserved, lab.objects()[("LoadBalancer", "second")]["status"]["address"], "its address")
    expect(follow.poll() is None, "the third waits on")


run(main)
