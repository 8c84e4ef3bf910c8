"""A shoot of the same name that somebody else made is neither adopted nor changed nor deleted."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, wait_until  # noqa: E402


def main(lab):
    lab.control("POST", "/shoots", {"name": "my-cluster", "region": "Kna1"})
    foreign = lab.shoots()["my-cluster"]["uid"]
    lab.cli("apply", "-f", lab.manifest(), "--timeout", "8s", code=None)
    wait_until(lambda: lab.condition("Request", "my-cluster-shoot", "Synced").get("reason") == "NotOurs", 10, "NotOurs")
    expect("my-cluster" in lab.cli("describe", "Shoot", "my-cluster").stdout, "describe works")
    lab.cli("delete", "-f", lab.manifest(), "--yes")
    expect_equal(foreign, lab.shoots()["my-cluster"]["uid"], "the foreign shoot")
    expect_equal([], [e["path"] for e in lab.journal(applied=True)
                      if e["method"] in ("PUT", "PATCH", "DELETE") and "/auth/" not in e["path"]], "changes sent")
    expect_equal([], lab.creates(), "creations")
    all_that_failed_is_told(lab)


def all_that_failed_is_told(lab):
    lab.control("POST", "/shoots", {"name": "another", "region": "Kna1"})
    first = pathlib.Path(lab.manifest())
    first = first.rename(first.with_name("first.json"))
    done = lab.cli("apply", "-f", first, "-f", lab.manifest("another"), "--timeout", "60s", code=4)
    for text in ("\n  Shoot/my-cluster: Cluster at Cleura: ", "\n  Shoot/another: Cluster at Cleura: ", "2 of 2 failed, told above"):
        expect(text in done.stderr, f"{text!r} is not told: {done.stderr}")


run(main)
