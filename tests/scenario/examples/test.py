"""Every example works as it is: it renders without a network, and becomes Ready at a simulated Cleura."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, run  # noqa: E402


def main(lab):
    folders = sorted(path.parent for path in ROOT.glob("examples/*/shoot.yaml"))
    inside = [ROOT / "examples" / name for name in ("volume", "loadbalancer")]
    expect(len(folders) >= 2, "there are examples")
    for folder in folders:
        for one in [folder, *(inside if folder.name == "shoot" else [])]:
            lab.cli("render", "-f", one)
            lab.cli("apply", "-f", one, "--wait", "--timeout", "3m", timeout=200)
        lab.cli("delete", "-f", folder, "--yes", "--timeout", "3m", timeout=200)
        expect(not lab.shoots(), f"{folder.name} leaves nothing behind")


run(main, "--set", "schedules=off")
