"""A Shoot's spec is edited again and again: each field goes by its own call, once, and only when needed."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import SHOOTS_V1, expect, expect_equal, run, worker  # noqa: E402


def main(lab):
    def apply(**spec):
        lab.control("DELETE", "/journal")
        lab.cli("apply", "-f", lab.manifest(**spec), "--wait", "--timeout", "3m", timeout=200)
        expect(lab.is_ready("Shoot", "my-cluster"), "Ready")
        return [(e["method"], e["path"].removeprefix(SHOOTS_V1 + "/my-cluster")) for e in lab.journal(applied=True)
                if e["path"].startswith(SHOOTS_V1 + "/my-cluster") and not e["path"].endswith("adminkubeconfig")]

    apply()
    expect_equal([], apply(), "changes of an unchanged spec")
    two = {"workers": [worker("default"), worker("big", 2, 4)]}
    expect_equal([("POST", "/worker")], apply(provider=two), "a group more")
    two["workers"][0]["maximum"] = 5
    expect_equal([("PUT", "/worker/default")], apply(provider=two), "another maximum")
    expect_equal(5, lab.shoots()["my-cluster"]["spec"]["provider"]["workers"][0]["maximum"], "the maximum at Cleura")
    one = {"workers": two["workers"][:1]}
    expect_equal([("DELETE", "/worker/big")], apply(provider=one), "a group less")
    expect_equal([("POST", "/hibernate")], apply(provider=one, hibernation={"enabled": True}), "hibernation")
    expect_equal([("POST", "/wakeup")], apply(provider=one, hibernation={"enabled": False}), "waking")
    expect_equal([], apply(provider=one, hibernation={"enabled": False}), "changes of an unchanged spec")


run(main)
