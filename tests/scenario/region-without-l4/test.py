"""A LoadBalancer in a region that has no TCP and UDP load balancers: the Shoot says so before there is one, and the LoadBalancer, which does not
know where its Shoot is, says so as soon as the cluster's own word tells. Where there are some, nothing is asked and nothing said."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run, wait_until  # noqa: E402

WORDS = "Region sto-com has no TCP and UDP load balancers: make the cluster in another region for what must be reached from outside. The cluster says: "


def load_balancer(shoot):
    return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "LoadBalancer", "metadata": {"name": f"to-{shoot}", "namespace": "default"},
            "spec": {"shootRef": {"name": shoot}, "namespace": "my-app", "selector": {"app": "web"}, "ports": [{"port": 80}]}}


def main(lab):
    good = lab.manifest("here", "here.json")
    bad = lab.manifest("there", "there.json", region="sto-com", cloud="compliant")
    lab.provider()
    lab.cli("apply", "-f", good, "--wait", "--timeout", "2m", "--no-provider", timeout=150)
    lab.cli("apply", "-f", bad, "--wait", "--timeout", "2m", "--no-provider", timeout=150)
    expect_equal("", lab.condition("Shoot", "here", "Advice").get("message"), "advice to a Shoot where there are load balancers")
    expect("spec.region: sto-com has no TCP and UDP load balancers" in lab.condition("Shoot", "there", "Advice")["message"], "the Shoot's advice")

    both = lab.directory / "both.json"
    both.write_text("\n---\n".join(json.dumps(load_balancer(shoot)) for shoot in ("here", "there")))
    follow = lab.start("cleura-shoot", "apply", "-f", both, "--no-provider")  # it looks again whenever a Request says something new
    wait_until(lambda: lab.is_ready("LoadBalancer", "to-here"), 60, "the load balancer that can be")
    wait_until(lambda: lab.condition("LoadBalancer", "to-there", "AddressAssigned").get("reason") == "NoLoadBalancers", 60, "the reason")
    told = lab.condition("LoadBalancer", "to-there", "AddressAssigned")["message"]
    expect(told.startswith(WORDS), told)
    expect_equal(told, lab.objects()[("LoadBalancer", "to-there")]["status"]["message"], "the status's message")
    expect(("Request", "to-here-loadbalancer-shoot-info") not in lab.objects(), "who has no trouble does not ask for the region")
    expect(follow.poll() is None, "what cannot be Ready is waited for")


run(main, "--project", f"{PROJECT}:Kna1", "--project", f"{PROJECT}:sto-com", "--set", "lb-seconds=5")
