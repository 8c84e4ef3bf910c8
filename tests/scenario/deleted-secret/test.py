"""A kubeconfig Secret that somebody deletes is written again, and does not stand in the way of a teardown."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import json  # noqa: E402

from lab import expect_equal, run, wait_until  # noqa: E402


def main(lab):
    lab.cli("apply", "-f", lab.manifest(), "--wait")
    secret = lab.directory / "secret.json"
    secret.write_text(json.dumps({"apiVersion": "v1", "kind": "Secret",
                                  "metadata": {"name": "my-cluster-kubeconfig", "namespace": "default"}}))
    lab.cli("delete", "-f", secret, "--yes", "--no-provider")
    expect_equal({}, lab.objects("Secret"), "Secrets after the deletion")
    provider = lab.provider()
    wait_until(lambda: lab.objects("Secret"), 20, "the Secret to be back")
    lab.cli("delete", "-f", secret, "--yes", "--no-provider")
    provider.terminate()
    provider.wait(20)
    lab.cli("delete", "-f", lab.manifest(), "--yes")
    expect_equal({}, lab.shoots(), "shoots")


run(main)
