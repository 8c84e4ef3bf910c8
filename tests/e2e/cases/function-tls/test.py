"""Mutual TLS with certificates as Crossplane makes them (one subject and one serial number for all, RSA in PKCS#1): who is let
in, who is not, and a change of certificates while it runs. All of grpcgo's calls pass through it too."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import run  # noqa: E402


def main(bench):
    certificates = bench.certificates()
    mounted = bench.directory / "mounted"
    shutil.copytree(certificates / "server", mounted)
    function = bench.function(certs=mounted)
    bench.checks(function, certs=certificates)
    renew(certificates / "other-server", mounted)
    bench.checks(function, "new-certificates", certs=certificates)
    function.stop()


def renew(new, mounted):
    """File by file, so that for a moment key and certificate do not fit: what runs must bear that."""
    for name in ("tls.crt", "tls.key", "ca.crt"):
        (mounted / f"{name}.new").write_bytes((new / name).read_bytes())
        (mounted / f"{name}.new").replace(mounted / name)


run(main)
