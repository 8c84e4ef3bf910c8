"""Three quiet shoots of one project are observed by one list call, not by three."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, SHOOTS_V1, expect, run, time, wait_until, worker  # noqa: E402

NAMES = ("one", "two", "three")


def main(lab):
    for name in NAMES:
        small = {"workers": [worker("default", 1, 1)]}
        lab.cli("apply", "-f", lab.manifest(name, provider=small, pollInterval="1s"), "--no-wait", "--no-provider")
    lab.start("cleura-shoot", "wait", "three", "--no-provider")
    lab.provider()
    compose = [lab.start("cleura-shoot", "wait", name, "--no-provider") for name in NAMES]
    wait_until(lambda: all(lab.is_ready("Shoot", name) for name in NAMES), 90, "all to be Ready")
    expect(all(process.wait(20) == 0 for process in compose), "wait succeeds")
    time.sleep(3)
    lab.control("DELETE", "/journal")
    time.sleep(5)
    lists = len([e for e in lab.journal("GET") if e["path"].endswith(SHOOTS_V1)])
    singles = len([e for e in lab.journal("GET") if SHOOTS_V1 + "/" in e["path"]])
    expect(PROJECT in SHOOTS_V1 and 3 <= lists <= 12, f"{lists} list calls in 5 s")
    expect(singles == 0, f"{singles} calls for single shoots")


run(main)
