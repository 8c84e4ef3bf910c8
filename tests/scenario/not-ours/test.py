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


run(main)
