"""Scenarios that the simulated shoot passes, passed by a real API server: server-side apply with its conflicts, refusals and removals;
the versions of an API, served, no longer served, and gone with their definition."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import BIN, ROOT, expect, run  # noqa: E402
from apiserver import ApiServer  # noqa: E402

SCENARIOS = ("server-side-apply", "api-versions", "api-versions-meanwhile")


def main(bench):
    for scenario in SCENARIOS:
        with ApiServer(bench.directory / scenario) as shoot:
            kubeconfig = bench.directory / f"{scenario}.kubeconfig"
            kubeconfig.write_text(shoot.kubeconfig)
            done = subprocess.run([sys.executable, "-B", ROOT / "tests/scenario" / scenario / "test.py"], text=True, timeout=200,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
                                  env={**os.environ, "SHOOT_KUBECONFIG": str(kubeconfig), "BIN": str(BIN)})
            expect(done.returncode == 0, f"{scenario}:\n{done.stdout}")
        print(f"{scenario} passed")


run(main)
