"""What cases of tests/e2e are made of: the function as a process, the clients, certificates.

A case is tests/e2e/cases/<case>/test.py: a docstring that says what others may rely on, and a main() that shows it. Programs of
ours come from $BIN, clients from $TOOLS; scripts/e2e sets both."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))
from lab import BIN, ROOT, Failure, expect, expect_equal, wait_until  # noqa: E402

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)
V1 = "apiextensions.fn.proto.v1.FunctionRunnerService"
V1BETA1 = "apiextensions.fn.proto.v1beta1.FunctionRunnerService"
SERVER_NAME = "function-cleura.crossplane-system"  # one of those in the certificate grpcgo makes


def tool(name):
    path = shutil.which(name, path=os.environ.get("TOOLS", ""))
    expect(path, f"{name} is not built; scripts/e2e does that")
    return path


class Bench:
    """Use as a context manager. What it started is stopped, by pid, when it ends; its folder is kept when it failed."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="e2e-"))
        self.functions = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for function in self.functions:
            function.kill()
        if kind is None:
            shutil.rmtree(self.directory)
        else:
            for function in self.functions:
                print(f"--- {function.log.name}\n{function.log.read_text(errors='replace')[-3000:]}")
            print(f"kept for a look: {self.directory}")

    def certificates(self):
        """Certificates as Crossplane makes them: folders server, client and those that are to be refused."""
        directory = self.directory / "certificates"
        if not directory.exists():
            subprocess.run([tool("grpcgo"), "certificates", directory], check=True, timeout=60)
        return directory

    def function(self, *arguments, certs=None):
        """A function-cleura that listens; certs: the folder it reads its certificates from, else it is insecure."""
        function = Function(self.directory / f"function-{len(self.functions)}.log", certs, *arguments)
        self.functions.append(function)
        function.wait_until_it_listens()
        return function

    def client(self, name, *arguments, code=0, stdin="", timeout=120):
        """Run a client, check its exit status, return its output."""
        try:
            done = subprocess.run([tool(name), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                                  timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            said = b"".join(filter(None, (late.stdout, late.stderr))).decode(errors="replace")
            raise Failure(f"{name} {' '.join(map(str, arguments))}: not done after {timeout} s\n{said}") from None
        expect(code is None or done.returncode == code,
               f"{name} {' '.join(map(str, arguments))}: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
        return done

    def checks(self, function, *names, certs=None, timeout=200):
        """Run grpcgo's checks, all that fit or those that are named, and show what they say."""
        options = ["--address", function.address, "--cases", ROOT / "tests/render"]
        options += ["--certs", certs] if certs else []
        done = self.client("grpcgo", "check", *options, *names, code=None, timeout=timeout)
        print(done.stdout + done.stderr, end="")
        expect(done.returncode == 0 and "ok " in done.stdout, f"grpcgo: exit {done.returncode}")
        function.expect_alive()


class Function:
    def __init__(self, log, certs, *arguments):
        self.log = log
        self.address = None
        security = ["--tls-certs-dir", certs] if certs else ["--insecure"]
        command = [BIN / "function-cleura", *security, "--address", "127.0.0.1:0", "--metrics-address", "", *arguments]
        with open(log, "wb") as out:
            self.process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, start_new_session=True)

    def logged(self, message):
        """The last line it logged with that message, or {}."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
        return next((line for line in reversed(lines) if line["msg"] == message), {})

    def listens(self):
        self.expect_alive()
        return "port" in self.logged("started")

    def wait_until_it_listens(self):
        wait_until(self.listens, 20, "function-cleura to listen")
        self.address = f"127.0.0.1:{self.logged('started')['port']}"

    def expect_alive(self):
        expect(self.process.poll() is None,
               f"function-cleura ended with {self.process.returncode}\n{self.log.read_text(errors='replace')[-3000:]}")

    def memory_kib(self):
        """What of it is in memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def stop(self, seconds=15):
        """SIGTERM, as a kubelet does it; it must end well."""
        self.expect_alive()
        self.process.terminate()
        started = time.monotonic()
        try:
            expect_equal(0, self.process.wait(seconds), "exit status after SIGTERM")
        except subprocess.TimeoutExpired:
            raise Failure(f"it runs {seconds} s after SIGTERM") from None
        return time.monotonic() - started

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def isolate():
    """From here on in a network of its own with nothing but loopback."""
    if "E2E_ISOLATED" not in os.environ:
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        os.execvpe("unshare", ["unshare", *user, "--net", "--", sys.executable, "-B", *sys.argv], {**os.environ, "E2E_ISOLATED": "1"})
    with socket.socket() as any_socket:  # loopback is down in a new network
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def run(main, isolated=False):
    """isolated: with programs that listen on all interfaces and cannot be told otherwise."""
    if isolated:
        isolate()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that Bench.__exit__ runs
    try:
        with Bench() as bench:
            main(bench)
    except Failure as failure:
        print(f"FAILED: {failure}")
        raise SystemExit(1) from failure


__all__ = ["Bench", "Failure", "expect", "expect_equal", "wait_until", "run", "tool", "V1", "V1BETA1", "SERVER_NAME", "ROOT",
           "BIN", "subprocess", "time"]
