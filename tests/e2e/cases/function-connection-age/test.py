"""Connections that may be a second old only: clients move on without losing a call."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import run  # noqa: E402


def main(bench):
    function = bench.function("--max-connection-age", "1s")
    bench.checks(function, "connections-grow-old")
    function.stop()


run(main)
