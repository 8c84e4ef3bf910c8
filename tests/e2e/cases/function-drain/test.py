"""SIGTERM while eight callers call without a pause: what reached the function is answered, no call is lost, and it ends in
time and well. Three times, as this is about moments."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import expect, run, tool  # noqa: E402


def end_under_load(bench, certs):
    function = bench.function(certs=certs / "server" if certs else None)
    callers = subprocess.Popen([tool("grpcgo"), "callers", "--address", function.address, *(["--certs", certs] if certs else [])],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        expect(callers.stdout.readline() == "calling\n", "the callers call")
        seconds = function.stop()
        rest, _ = callers.communicate(timeout=60)
    finally:
        callers.kill()
        callers.wait()
    print(f"ended in {seconds:.1f} s; {rest}", end="")
    expect(callers.returncode == 0, "no call is lost")


def main(bench):
    for _ in range(3):
        end_under_load(bench, None)
    end_under_load(bench, bench.certificates())


run(main)
