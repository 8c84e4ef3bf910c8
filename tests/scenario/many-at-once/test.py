"""Three clusters of one project, made at the same time by three commands beside a provider: each is Ready as soon as it is, and
stays so. What one list call told of them once is not taken for news later."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, time, worker  # noqa: E402

NAMES = ("one", "two", "three")


def main(lab):
    small = {"workers": [worker("default", 1, 1)]}
    for name in NAMES:
        lab.cli("apply", "-f", lab.manifest(name, provider=small), "--no-wait")
        time.sleep(0.7)  # so that one is Ready while the others are on their way
    lab.provider()
    waits = [lab.start("cleura-shoot", "wait", name, "--timeout", "40s") for name in NAMES]
    expect_equal([0, 0, 0], [process.wait(60) for process in waits], "exit statuses of wait")
    expect_equal(3, len(lab.creates()), "creations")
    before = lab.writes()
    time.sleep(4)
    expect_equal(before, lab.writes(), "writes once all are Ready")
    expect(all(lab.is_ready("Request", f"{name}-shoot") for name in NAMES), "all stay Ready")


run(main)
