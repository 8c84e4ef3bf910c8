"""Who answers cannot prove to be Cleura: no password is sent, and the message says how to name the CA. Nothing is to be made again
once that is done."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, wait_until  # noqa: E402
from pki import Authority  # noqa: E402


def main(lab):
    others = {"CLEURA_CA_FILE": str(Authority(lab.directory / "others").certificate)}
    done = lab.cli("list", env=others, code=9)
    for text in ("SSL certificate problem", "--ca-file", "--url"):
        expect(text in done.stderr, f"{text!r} is not in: {done.stderr}")

    manifest = lab.manifest()
    waiting = lab.start("cleura-shoot", "apply", "-f", manifest, "--wait", "--timeout", "10m", env={**lab.env, **others})
    wait_until(lambda: "--ca-file" in waiting.log.read_text(), 30, "the way out")
    waiting.terminate()
    waiting.wait(20)
    expect_equal([], lab.journal(), "calls that reached the simulator")

    lab.cli("apply", "-f", manifest, "--wait", "--timeout", "2m")
    expect_equal(1, len(lab.creates()), "creations")


run(main, "--tls")
