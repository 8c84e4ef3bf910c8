"""The same edits on API v2: PATCH for the shoot, worker calls for groups, actions for hibernation."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run, worker  # noqa: E402

SHOOT = f"/gardener/v2/public/shoots/Kna1/{PROJECT}/my-cluster"


def main(lab):
    def apply(**spec):
        lab.control("DELETE", "/journal")
        manifest = lab.manifest(apiGeneration="v2", **spec)
        lab.cli("apply", "-f", manifest, "--api", "v2", "--wait", "--timeout", "3m", timeout=200)
        expect(lab.is_ready("Shoot", "my-cluster"), "Ready")
        return [(e["method"], e["path"].removeprefix(SHOOT)) for e in lab.journal(applied=True)
                if e["path"].startswith(SHOOT) and not e["path"].endswith("admin-kubeconfig")]

    apply()
    expect_equal([], apply(), "changes of an unchanged spec")
    two = {"workers": [worker("default"), worker("big", 2, 4)]}
    expect_equal([("POST", "/workers")], apply(provider=two), "a group more")
    two["workers"][0]["labels"] = {"tier": "front"}
    expect_equal([("PUT", "/workers/default")], apply(provider=two), "a label")
    expect_equal([("DELETE", "/workers/big")], apply(provider={"workers": two["workers"][:1]}), "a group less")
    one = {"workers": two["workers"][:1]}
    expect_equal([("PATCH", "")], apply(provider=one, allowedCidrs=["198.51.100.0/24"]), "allowed addresses")
    expect_equal([("PATCH", "")], apply(provider=one, allowedCidrs=[]), "an empty list clears")
    expect_equal([("PATCH", "/hibernate")], apply(provider=one, hibernation={"enabled": True}), "hibernation")
    expect_equal([("PATCH", "/wakeup")], apply(provider=one, hibernation={"enabled": False}), "waking")


run(main)
