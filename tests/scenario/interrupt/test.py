"""^C while waiting, then the same command again: it goes on, and nothing is made twice."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, signal, time, wait_until  # noqa: E402


def main(lab):
    manifest = lab.manifest()
    for _ in range(3):
        waiting = lab.start("cleura-shoot", "apply", "-f", manifest, "--wait")
        wait_until(lambda: lab.shoots() or waiting.poll() is not None, 30, "the shoot to be there")
        time.sleep(0.3)
        waiting.send_signal(signal.SIGINT)
        expect_equal(130, waiting.wait(20), "exit status after ^C")
        expect("again" in waiting.log.read_text(), "it says how to go on")
    lab.cli("apply", "-f", manifest, "--wait")
    expect_equal(1, len(lab.creates()), "creations")
    expect(lab.is_ready("Shoot", "my-cluster"), "Ready at the end")


run(main, "--create-seconds", "1800")
