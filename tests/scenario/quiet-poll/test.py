"""An object that does not change costs one call a poll: no write to the store, no jq, nothing parsed."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import SHOOTS_V1, expect, expect_equal, run, signal, time  # noqa: E402


def descendants(pid):
    children = [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [below for child in children for below in descendants(child)]


def main(lab):
    lab.cli("apply", "-f", lab.manifest(pollInterval="1s"), "--wait")
    provider = lab.provider()
    time.sleep(4)
    workers = descendants(provider.pid)
    expect(workers, "jq runs in processes of its own")
    before, polls = lab.writes(), len(lab.journal("GET"))
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)  # whoever asks them now hangs and fails
    time.sleep(5)
    gone = [pid for pid in workers if not pathlib.Path(f"/proc/{pid}").exists()]
    expect(not gone, "a poll asked the jq workers, waited in vain, and replaced them")
    for pid in workers:
        os.kill(pid, signal.SIGCONT)
    expect_equal(before, lab.writes(), "writes of the store")
    expect(len(lab.journal("GET")) >= polls + 3, "it polls meanwhile")
    expect_equal(1, len(lab.journal("POST", SHOOTS_V1)), "creations")
    expect("Synced" not in provider.log.read_text() and "not in sync" not in provider.log.read_text(), "nothing failed")


run(main)
