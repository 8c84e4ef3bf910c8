"""kill -9 of the provider at a hundred random moments while a shoot is created and deleted.

One shoot, one kubeconfig Secret, Ready at the end; no second creation took effect."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import random  # noqa: E402

from lab import expect_equal, run, time, wait_until  # noqa: E402

KILLS = 50  # while creating, and as many while deleting


def kill_often(lab, done):
    dice = random.Random(20261122)
    kills = 0
    while not done() or kills < KILLS:
        provider = lab.provider()
        # The longer it takes, the longer each lives: on a slow machine half a second is over before the program has begun.
        time.sleep(dice.uniform(0.02, 0.6) * max(1, kills / KILLS))
        provider.kill()
        provider.wait()
        lab.processes.remove(provider)
        kills += 1
        if kills > 10 * KILLS:
            raise AssertionError("no end in sight")


def main(lab):
    manifest = lab.manifest()
    render = lab.start("cleura-shoot", "apply", "-f", manifest, "--no-provider", "--wait", "--timeout", "10m")
    wait_until(lambda: lab.objects("Shoot"), 20, "the Shoot to be stored")
    kill_often(lab, lambda: render.poll() is not None)
    expect_equal(0, render.returncode, f"apply --wait ({render.log.read_text()[-500:]})")
    expect_equal(["my-cluster"], list(lab.shoots()), "shoots")
    expect_equal(1, len(lab.creates()), "creations that took effect")
    expect_equal(["my-cluster-kubeconfig"], [name for _, name in lab.objects("Secret")], "Secrets")

    render = lab.start("cleura-shoot", "delete", "-f", manifest, "--yes", "--no-provider", "--timeout", "10m")
    kill_often(lab, lambda: render.poll() is not None)
    expect_equal(0, render.returncode, f"delete ({render.log.read_text()[-500:]})")
    expect_equal({}, lab.shoots(), "shoots")
    expect_equal({}, lab.objects("Secret"), "Secrets")
    expect_equal({}, lab.objects("Request"), "Requests")
    expect_equal(1, len(lab.creates()), "creations that took effect")


run(main, "--create-seconds", "900", speed=60)
