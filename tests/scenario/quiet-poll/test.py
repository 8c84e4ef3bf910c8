"""An object that does not change costs one call a poll and no write to the store."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import SHOOTS_V1, expect, expect_equal, run, time  # noqa: E402


def main(lab):
    lab.cli("apply", "-f", lab.manifest(pollInterval="1s"), "--wait")
    lab.provider()
    time.sleep(3)
    before, polls = lab.writes(), len(lab.journal("GET"))
    time.sleep(4)
    expect_equal(before, lab.writes(), "writes of the store")
    expect(len(lab.journal("GET")) >= polls + 2, "it polls meanwhile")
    expect_equal(1, len(lab.journal("POST", SHOOTS_V1)), "creations")


run(main)
