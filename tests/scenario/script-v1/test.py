"""The flow of the cleura-shoot.sh script: create, wait, kubeconfig, delete, each a command of its own, on API v1.

What goes out is what the seed document shows: its calls, its headers, its bodies."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, SHOOTS_V1, expect, expect_equal, run  # noqa: E402


def main(lab):
    lab.cli("create", "my-cluster", env={"CLEURA_NODES_MIN": "1", "CLEURA_NODES_MAX": "3", "CLEURA_MACHINE": "b.4c8gb"})
    lab.cli("wait", "my-cluster")
    target = lab.directory / "kubeconfig.yaml"
    lab.cli("kubeconfig", "my-cluster", target)
    expect("client-certificate-data" in target.read_text(), "the kubeconfig holds a client certificate")
    expect_equal(0o600, target.stat().st_mode & 0o777, "mode of the kubeconfig")
    lab.cli("delete", "my-cluster", "--yes")
    expect_equal({}, lab.shoots(), "shoots after delete")

    login = lab.journal("POST", "/auth/v1/tokens")[0]
    expect_equal({"auth": {"login": "demo", "password": "<redacted>"}}, login["body"], "the login's body")
    expect_equal("application/json", login["headers"]["Content-Type"], "the login's content type")

    bootstrap = lab.journal("POST", f"/gardener/v1/public/secret/kna1/{PROJECT}/bootstrap")[0]
    expect("X-Auth-Login" in bootstrap["headers"] and "X-Auth-Token" in bootstrap["headers"], "both headers on bootstrap")

    creates = lab.journal("POST", SHOOTS_V1)
    expect_equal(1, len(creates), "creations")
    expect_equal("application/json", creates[0]["headers"]["Content-Type"], "the creation's content type")
    shoot = creates[0]["body"]["shoot"]
    expect_equal("my-cluster", shoot["name"], "name")
    expect_equal({"version": "1.33.7"}, shoot["kubernetes"], "kubernetes")
    expect_equal("ext-net", shoot["provider"]["infrastructureConfig"]["floatingPoolName"], "floating pool")
    worker = shoot["provider"]["workers"][0]
    expect_equal(("b.4c8gb", "gardenlinux"), (worker["machine"]["type"], worker["machine"]["image"]["name"]), "machine")
    expect_equal((1, 3, {"size": "50Gi"}), (worker["minimum"], worker["maximum"], worker["volume"]), "size of the group")

    expect(lab.journal("GET", f"{SHOOTS_V1}/my-cluster"), "the shoot is polled")
    kubeconfigs = lab.journal("POST", f"{SHOOTS_V1}/my-cluster/adminkubeconfig")
    expect(all(set(k["body"]["config"]) == {"expirationSeconds"} for k in kubeconfigs), "the kubeconfig's body")
    expect_equal(1, len(lab.journal("DELETE", f"{SHOOTS_V1}/my-cluster")), "deletions")
    expect(lab.journal("DELETE", "/auth/v1/tokens"), "tokens are given back")


run(main)
