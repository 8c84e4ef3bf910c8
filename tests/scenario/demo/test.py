"""scripts/demo shows what it promises, also without kubectl; stopped at any moment it leaves no process and no file."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import BIN, ROOT, Failure, expect, expect_equal, wait_until  # noqa: E402

KINDS = ("Shoot", "Gateway", "HTTPRoute", "TCPRoute", "TLSRoute", "LoadBalancer", "Volume")


def start(folder, *arguments, kubectl=True):
    """The demo with a folder of its own for what is temporary, at the head of a group of processes as in a terminal."""
    tools, log = folder / "tools", folder / "log"
    temporary = folder / "tmp"
    for one in (tools, temporary):
        one.mkdir(exist_ok=True)
    path = os.environ["PATH"]
    if not kubectl:
        (tools / "kubectl").write_text("#!/bin/sh\nexit 127\n")
        (tools / "kubectl").chmod(0o755)
        path = f"{tools}:{path}"
    with open(log, "wb") as out:
        demo = subprocess.Popen([str(ROOT / "scripts/demo"), *arguments], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                start_new_session=True, env={**os.environ, "BIN": str(BIN), "TMPDIR": str(temporary), "PATH": path})
    demo.temporary, demo.said = temporary, log.read_text
    return demo


def processes(demo):
    """Those that know of the demo's temporary folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(demo.temporary).encode() in known and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def leaves_nothing(demo):
    wait_until(lambda: not processes(demo), 10, "all processes to end")
    expect_equal([], list(demo.temporary.iterdir()), "temporary files")


def shows_all(demo):
    expect_equal(0, demo.wait(240), f"exit status: {demo.said()[-3000:]}")
    said = demo.said()
    table = said[said.index("\n7. "):].splitlines()
    for kind in KINDS:
        expect(any(kind in line.split()[1:2] and "True" in line.split() for line in table), f"{kind} is Ready: {said[-3000:]}")
    entry = next(line.split()[4] for line in table if "Gateway" in line.split()[1:2])
    cluster = said[said.index("\n8. "):]
    expect_equal(2, cluster.count(entry), f"how often the cluster tells {entry}, the Gateway's and the Service's address: {cluster}")


def stopped(folder, marker, number, group):
    """The terminal's ^C goes to all processes, another signal to the script alone."""
    demo = start(folder)
    wait_until(lambda: marker in demo.said() or demo.poll() is not None, 60, repr(marker))
    time.sleep(0.5)
    (os.killpg if group else os.kill)(demo.pid, number)
    expect_equal({signal.SIGINT: 130, signal.SIGTERM: -signal.SIGTERM}[number], demo.wait(20), f"exit status after {marker!r}")
    leaves_nothing(demo)


def kept(folder):
    demo = start(folder, "--keep")
    shows_all(demo)
    [simulator] = processes(demo)
    expect(f"kill {simulator};" in demo.said(), "it tells how to end the simulator")
    os.kill(simulator, signal.SIGTERM)
    wait_until(lambda: not processes(demo), 10, "the simulator to end")
    shutil.rmtree(demo.temporary)


def main(folder):
    wrong = subprocess.run([str(ROOT / "scripts/demo"), "--kep"], capture_output=True, text=True, check=False)
    expect_equal(2, wrong.returncode, "exit status of a wrong option")
    expect("Usage: scripts/demo [--keep]" in wrong.stderr and not wrong.stdout, "what it says of it")
    for marker, number, group in (("\n2. ", signal.SIGINT, True), ("\n4. ", signal.SIGINT, True), ("\n4. ", signal.SIGTERM, False),
                                  ("\n6. ", signal.SIGINT, True)):
        stopped(folder, marker, number, group)
    kept(folder)
    demo = start(folder, kubectl=False)
    shows_all(demo)
    expect("kubectl is not installed" in demo.said(), "it tells that there is no kubectl")
    leaves_nothing(demo)


with tempfile.TemporaryDirectory(prefix="scenario-") as name:
    try:
        main(pathlib.Path(name))
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        raise SystemExit(1) from failure
print("passed")
