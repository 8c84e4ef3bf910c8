"""The creation takes effect, but its answer is lost: the shoot is found, not made again, and is ours."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import SHOOTS_V1, expect, expect_equal, run  # noqa: E402


def main(lab):
    lab.fault(path=SHOOTS_V1, method="POST", action="reset-after", count=1)
    lab.cli("apply", "-f", lab.manifest(), "--wait", "--timeout", "3m", timeout=200)
    expect_equal(1, len(lab.journal("POST", SHOOTS_V1)), "POSTs sent")
    expect_equal(1, len(lab.creates()), "creations that took effect")
    expect(lab.is_ready("Shoot", "my-cluster"), "Ready at the end")
    lab.cli("delete", "-f", lab.manifest(), "--yes")
    expect_equal({}, lab.shoots(), "it is ours to delete")


run(main)
