"""A client that asks each 30 s whether we live, with no call running, is not sent away ("too_many_pings"). Takes 90 s: the
interval cannot be shortened, it is what is tested."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import run  # noqa: E402


def main(bench):
    function = bench.function("--max-connection-age", "0s")
    bench.checks(function, "keepalive-is-not-punished")
    function.stop()


run(main)
