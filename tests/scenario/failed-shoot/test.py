"""A shoot over the project's quota: failed, in words, with what to do; a smaller spec is the way out."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, worker  # noqa: E402


def main(lab):
    big = {"workers": [worker("default", 20, 20)]}
    done = lab.cli("apply", "-f", lab.manifest(provider=big), "--wait", "--timeout", "90s", code=8)
    expect("quota" in done.stderr.lower(), f"the quota is named: {done.stderr}")
    small = {"workers": [worker("default", 1, 2)]}
    lab.cli("apply", "-f", lab.manifest(provider=small), "--wait", "--timeout", "2m", timeout=150)
    expect(lab.is_ready("Shoot", "my-cluster"), "Ready with the smaller spec")
    expect_equal(1, len(lab.creates()), "creations")


run(main)
