"""grpc-go with Crossplane's own Go types, plainly: typed calls on both services, every case of tests/render over the wire,
what no good client does, many at once. The process stays as large as it was."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import expect, run  # noqa: E402

GROWTH_KIB = 32 << 10


def main(bench):
    function = bench.function()
    bench.checks(function)
    bench.checks(function, "1000-at-once-on-one-connection", "garbage-is-invalid-argument")
    before = function.memory_kib()
    for _ in range(3):
        bench.checks(function, "1000-at-once-on-one-connection", "compressed-is-unimplemented", "cancellation")
    after = function.memory_kib()
    expect(after - before < GROWTH_KIB, f"{before} KiB, and after the same again three times {after} KiB")
    function.stop()


run(main)
