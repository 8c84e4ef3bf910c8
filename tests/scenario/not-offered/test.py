"""What only Cleura can tell of a Shoot, since its offer changes: a version, a machine type, an image, a zone, a region that it does not have. All of it is told
at once, first in Cleura's own words and then with what it has instead. Nothing is made; the spec corrected goes on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run, worker  # noqa: E402

WRONG = {"kubernetes": {"version": "1.30.0"}, "provider": {"workers": [
    worker("a", machine={"type": "4C-8GB-50GB", "image": {"name": "ubuntu", "version": "22.4.20230301"}}),
    worker("b", zones=["moon"])]}}
TOLD = ('"1.30.0"', '"4C-8GB-50GB"', '"ubuntu 22.4.20230301"', '"moon"', "is not offered by the cloud profile")
MACHINES = "b.2c4gb, b.2c8gb, b.4c8gb, b.4c16gb, b.8c16gb, b.8c32gb"
ADVICE = ("spec.kubernetes.version: 1.30.0 is not offered; the nearest is 1.32.10, and Cleura has 1.32.10, 1.33.6, ",
          f'spec.provider.workers[0].machine.type: "4C-8GB-50GB" is not offered; Cleura has {MACHINES}',
          'spec.provider.workers[0].machine.image.name: "ubuntu" is not offered; Cleura has gardenlinux',
          'spec.provider.workers[1].zones[0]: "moon" is not offered; Cleura has nova')


def main(lab):
    for generation in ("v1", "v2"):
        name = f"on-{generation}"
        wrong = lab.manifest(name, apiGeneration=generation, **WRONG)
        done = lab.cli("apply", "-f", wrong, "--wait", "--timeout", "60s", code=2)
        ready = lab.condition("Shoot", name, "ShootReady")
        expect_equal("Rejected", ready.get("reason"), "reason")
        for text in TOLD:
            expect(text in ready["message"] and text in done.stderr, f"{text} is not told: {ready}\n{done.stderr}")
        expect_equal({}, lab.shoots(), "clusters")

        advice = lab.condition("Shoot", name, "Advice").get("message", "")
        expect(all(text in advice for text in ADVICE), advice)
        for text in (f"Shoot/{name}: advice:\n", *(f"  {line}" for line in ADVICE)):
            expect(text in done.stderr, f"{text} is not told: {done.stderr}")

        provider = lab.provider()
        lab.cli("apply", "-f", lab.manifest(name, apiGeneration=generation), "--wait", "--timeout", "2m", "--no-provider", timeout=150)
        expect_equal("", lab.condition("Shoot", name, "Advice")["message"], "advice when the spec is right")
        lab.cli("delete", name, "--yes", "--timeout", "2m", "--no-provider", timeout=150)
        provider.terminate()
        provider.wait(15)
    region(lab)


def region(lab):
    done = lab.cli("apply", "-f", lab.manifest("far", region="moon"), "--timeout", "60s", code=2)
    expect("Cleura does not know region moon: correct spec.region" in done.stderr, done.stderr)
    lab.cli("apply", "-f", lab.manifest("far"), "--timeout", "2m", timeout=150)


run(main)
