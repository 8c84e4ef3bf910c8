"""A second provider on one store says that it waits, and goes on when the first one ends."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, run, wait_until  # noqa: E402

WAITS, WORKS = "another process executes what is in the store", '"executes what is in the store"'


def main(lab):
    first = lab.provider()
    lab.cli("create", "one", "--no-provider", "--wait", "--timeout", "2m", timeout=150)
    second = lab.provider()
    wait_until(lambda: WAITS in second.log.read_text(), 30, "the second provider to say that it waits")
    expect(WAITS not in first.log.read_text(), "the first one has nothing to wait for")
    first.terminate()
    first.wait(30)
    wait_until(lambda: WORKS in second.log.read_text(), 30, "the second provider to say that it goes on")
    expect(second.log.read_text().count(WAITS) == 1, "it says so once")
    lab.cli("create", "two", "--no-provider", "--wait", "--timeout", "2m", timeout=150)


run(main)
