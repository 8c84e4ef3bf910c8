"""A Shoot that breaks rules: all of them are told at once, nothing is sent, nothing is stored half."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, worker  # noqa: E402


def main(lab):
    manifest = lab.manifest(name="much-too-long-a-name", provider={"workers": [worker("a", 3, 2), worker("a", volume={"size": "50GB"})]})
    done = lab.cli("apply", "-f", manifest, "--wait", "--timeout", "20s", code=2)
    for text in ("much-too-long-a-name", "maximum", "50Gi"):
        expect(text in done.stderr + done.stdout, f"{text} is not told in: {done.stderr}")
    expect_equal([], [e["path"] for e in lab.journal() if "/auth/" not in e["path"]], "calls")

    unknown = lab.manifest(name="my-cluster", kubernetes={"version": "9.9.9"})  # only Cleura can tell
    done = lab.cli("apply", "-f", unknown, "--wait", "--timeout", "60s", code=2)
    expect("9.9.9" in done.stderr and "not offered" in done.stderr, f"Cleura's reason is told: {done.stderr}")
    expect_equal({}, lab.shoots(), "shoots")


run(main)
