"""Kubeconfigs that live twenty seconds: the exported Secret is renewed before each expires, never broken, never in a hurry."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import base64  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402

from lab import expect, run, time  # noqa: E402


def certificate(lab):
    secret = lab.objects("Secret")[("Secret", "my-cluster-kubeconfig")]
    kubeconfig = base64.b64decode(secret["data"]["kubeconfig"]).decode()
    return base64.b64decode(re.search(r"client-certificate-data: (\S+)", kubeconfig)[1])


def main(lab):
    lab.cli("apply", "-f", lab.manifest(), "--wait")
    lab.provider()
    seen = set()
    until = time.monotonic() + 45
    while time.monotonic() < until:
        pem = certificate(lab)
        check = subprocess.run(["openssl", "x509", "-checkend", "0", "-noout"], input=pem, capture_output=True, check=False)
        expect(check.returncode == 0, "the exported certificate has expired")
        seen.add(pem)
        time.sleep(0.5)
    calls = len(lab.journal("POST", "adminkubeconfig"))
    expect(len(seen) >= 3, f"{len(seen)} certificates in 45 s")
    expect(calls <= 12, f"{calls} calls are too many")  # the export's and the provider's own, each about every sixteen seconds


run(main, "--set", "kubeconfig-max-seconds=20")
