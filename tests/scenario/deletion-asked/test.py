"""A cluster is not deleted by mistake: the command line says what goes with it and wants its name typed, or --yes; without a terminal to ask on it does
nothing. In Kubernetes a Shoot holds its own deletion up until spec.deletionProtection is false."""
import json
import os
import pathlib
import pty
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import BIN, expect, expect_equal, run  # noqa: E402

VOLUME = {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Volume", "metadata": {"name": "data", "namespace": "default"},
          "spec": {"shootRef": {"name": "my-cluster"}, "size": "20Gi"}}
ASKED = ("Shoot/my-cluster goes for good, with all volumes and load balancers in it, and Volume/data.",
         "Type its name (my-cluster) to delete it:")


def on_a_terminal(lab, typed):
    """What the terminal shows, and the exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(BIN / "cleura-shoot", ["cleura-shoot", "delete", "my-cluster", "--timeout", "2m"], lab.env)
    shown = b""
    sent = False
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # it has ended
            break
        if not part:
            break
        shown += part
        if not sent and b"to delete it:" in shown:
            sent = True
            os.write(terminal, typed.encode() + b"\n")
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(lab):
    lab.cli("apply", "-f", lab.manifest(), "--wait", "--timeout", "2m", timeout=150)
    lab.put(VOLUME)

    done = subprocess.run([str(BIN / "cleura-shoot"), "delete", "my-cluster"], env=lab.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False, start_new_session=True)  # without a terminal
    expect_equal((2, True), (done.returncode, "nothing was deleted: say --yes when there is no terminal to ask on" in done.stderr), done.stderr)
    for typed in ("", "yes", "My-Cluster"):
        shown, code = on_a_terminal(lab, typed)
        expect(all(text in shown for text in ASKED), shown)
        expect("nothing was deleted: the name was not typed" in shown, shown)
        expect_equal(2, code, "exit status")
    expect_equal(["my-cluster"], list(lab.shoots()), "clusters")
    expect_equal([], [entry for entry in lab.journal("DELETE") if "/auth/" not in entry["path"]], "deletions")

    shown, code = on_a_terminal(lab, "my-cluster")
    expect_equal((0, {}), (code, lab.shoots()), shown)

    protected = json.loads(pathlib.Path(lab.manifest("kept")).read_text())
    del protected["spec"]["deletionProtection"]  # the default
    (lab.directory / "kept.json").write_text(json.dumps(protected))
    lab.cli("apply", "-f", lab.directory / "kept.json", "--no-wait", "--no-provider")
    usage = next(document for (kind, _), document in lab.objects().items() if kind.endswith("Usage"))
    expect_equal("Deletion destroys the cluster with all its volumes and load balancers: set spec.deletionProtection to false first",
                 usage["spec"]["reason"], "the reason that Kubernetes gives")


run(main)
