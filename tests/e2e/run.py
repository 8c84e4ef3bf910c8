"""Runs the cases of tests/e2e/cases, two at a time, each a program of its own; prints a table and "N passed, N failed".

A case is several programs in real time: one may be late because another case had the processors. Cases that failed (if they are few:
many are no accident) are run again, one after the other. Which, is told: each is to be mended."""
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

CASES = pathlib.Path(__file__).resolve().parent / "cases"
FEW = 2
LIMIT = 600  # seconds; the slowest takes 100 on a machine that does nothing else

Result = collections.namedtuple("Result", "passed seconds note")


def run(case, note=""):
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-B", CASES / case / "test.py"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", stdin=subprocess.DEVNULL)
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.terminate()  # Python turns that into an end that stops what the case started
        try:
            output, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        output += f"FAILED: not done after {LIMIT} s\n"
    print(f"=== {case}\n{output}", end="" if output.endswith("\n") else "\n", flush=True)
    return Result(process.returncode == 0, time.monotonic() - started, note)


def together(cases):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(cases, pool.map(run, cases)))


def alone(case):
    return run(case, "  (failed beside another, then run again alone)")


def main():
    there = sorted(path.parent.name for path in CASES.glob("*/test.py"))
    wanted = sys.argv[1:] or there
    unknown = [case for case in wanted if case not in there]
    if unknown or not wanted:
        sys.exit(f"scripts/e2e: no case {', '.join(unknown) or 'at all'}; there are: {', '.join(there)}")
    results = together(wanted)
    again = [case for case, result in results.items() if not result.passed]
    if len(again) <= FEW:
        results |= {case: alone(case) for case in again}
    print()
    for case, result in sorted(results.items()):
        print(f"{'ok' if result.passed else 'FAILED':8}{result.seconds:7.1f} s  {case}{result.note}")
    failed = sum(not result.passed for result in results.values())
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("TOOLS", "")
    sys.exit(main())
