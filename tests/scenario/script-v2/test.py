"""The same flow with --api v2: v2 paths and bodies, kubeconfig v3."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run  # noqa: E402

SHOOTS = f"/gardener/v2/public/shoots/Kna1/{PROJECT}"


def main(lab):
    v2 = ("--api", "v2", "--region", "Kna1")
    lab.cli("create", "my-cluster", *v2)
    lab.cli("wait", "my-cluster", *v2)
    lab.cli("kubeconfig", "my-cluster", lab.directory / "kubeconfig.yaml", *v2)
    lab.cli("delete", "my-cluster", "--yes", *v2)
    expect_equal({}, lab.shoots(), "shoots after delete")

    create = lab.journal("POST", SHOOTS)
    expect_equal(1, len(create), "creations")
    body = create[0]["body"]
    expect_equal(("my-cluster", "1.33.7"), (body["name"], body["kubernetes_version"]), "name and version")
    expect_equal("ext-net", body["shoot_provider"]["infrastructure_config"]["floating_pool_name"], "floating pool")
    expect_equal("50Gi", body["shoot_provider"]["workers"][0]["volume_size"], "volume")
    expect(lab.journal("POST", "/auth/v2/tokens"), "login on v2")
    expect(lab.journal("POST", f"/gardener/v2/public/Kna1/{PROJECT}/bootstrap"), "bootstrap on v2")
    expect(lab.journal("POST", f"/gardener/v3/public/shoots/Kna1/{PROJECT}/my-cluster/admin-kubeconfig"), "kubeconfig v3")
    expect(not [e for e in lab.journal() if "/v1/" in e["path"]], "nothing on v1")


run(main)
