"""Runs the cases of tests/e2e/cases, two at a time, each a program of its own; prints a table and "N passed, N failed"."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

CASES = pathlib.Path(__file__).resolve().parent / "cases"
LIMIT = 600  # seconds; the slowest takes 100 on a machine that does nothing else


def run(case):
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
    return case, process.returncode == 0, time.monotonic() - started, output


def main():
    there = sorted(path.parent.name for path in CASES.glob("*/test.py"))
    wanted = sys.argv[1:] or there
    unknown = [case for case in wanted if case not in there]
    if unknown or not wanted:
        sys.exit(f"scripts/e2e: no case {', '.join(unknown) or 'at all'}; there are: {', '.join(there)}")
    results = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, case) for case in wanted]):
            case, passed, seconds, output = done.result()
            results.append((case, passed, seconds))
            print(f"=== {case}\n{output}", end="" if output.endswith("\n") else "\n", flush=True)
    print()
    for case, passed, seconds in sorted(results):
        print(f"{'ok' if passed else 'FAILED':8}{seconds:7.1f} s  {case}")
    failed = sum(not passed for _, passed, _ in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("TOOLS", "")
    sys.exit(main())
