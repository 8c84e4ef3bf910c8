"""Tokens that live two seconds: the work goes on, with a login for each, and no login storm."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run  # noqa: E402


def main(lab):
    lab.cli("apply", "-f", lab.manifest(), "--wait", "--timeout", "3m", timeout=200)
    expect(lab.is_ready("Shoot", "my-cluster"), "Ready at the end")
    expect_equal(1, len(lab.creates()), "creations")
    logins, calls = lab.journal("POST", "/auth/v1/tokens"), lab.journal()
    expect(len(logins) > 1, "tokens expired meanwhile")
    expect(len(logins) < 40, f"{len(logins)} logins are a storm")
    expect(len(calls) < 300, f"{len(calls)} calls are a busy loop")


run(main, "--token-seconds", "2", "--create-seconds", "1200")
