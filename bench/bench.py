"""Measures the function beside its baselines, in turns on this machine, and prints ratios with the numbers to reach.

Usage: bench.py DIRECTORY_OF_PROGRAMS [ROUNDS]     see README.md for what is measured and how"""
import atexit
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SERVER_CORE, CLIENT_CORE = "0", "1"
STARTS = 11
SECONDS = "1.5"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


def run(*command):
    return subprocess.run(pinned(CLIENT_CORE, *command), check=True, capture_output=True, text=True).stdout


class Server:
    """A program of this benchmark, pinned to its core."""

    def __init__(self, *command):
        self.address = f"127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(pinned(SERVER_CORE, *(self.address if c == "ADDRESS" else c for c in command)),
                                        stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)  # whatever fails, nothing stays behind on the core
        host, port = self.address.split(":")
        for _ in range(500):
            with socket.socket() as s:
                if s.connect_ex((host, int(port))) == 0:
                    return
            time.sleep(0.01)
        sys.exit(f"{command[0]} does not listen")

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def function(programs):
    return programs / "function-cleura", "--insecure", "--address", "ADDRESS", "--metrics-address", "127.0.0.1:0"


def idle_rss_kb(programs):
    server = Server(*function(programs))
    time.sleep(1)
    rss = server.rss_kb()
    server.stop()
    return rss


def start_us(programs, request):
    """Of a process until its first call is answered; not pinned, as in a pod."""
    times = []
    for _ in range(STARTS):
        port = free_port()
        command = [f"127.0.0.1:{port}" if c == "ADDRESS" else c for c in function(programs)]
        times.append(int(subprocess.run([programs / "bench_start", str(port), request, *command], check=True,
                                        capture_output=True, text=True).stdout))
    return statistics.median(times)


def load(programs, server, request):
    line = run(programs / "bench_load", "--address", server.address, "--request", request, "--pid", server.process.pid,
               "--seconds", SECONDS)
    return {k: float(v) for k, v in (pair.split("=") for pair in line.split())}


def rounds(programs, files, count):
    """Every subject once per round; the median of each figure."""
    servers = {"function": Server(*function(programs)),
               "echo": Server(programs / "bench_echo", "ADDRESS", files / "shoot.res"),
               "protobuf-c": Server(programs / "bench_protobuf_c", "ADDRESS", files / "shoot.res")}
    subjects = {"function": ("function", "shoot.req"), "echo": ("echo", "shoot.req"),
                "protobuf-c": ("protobuf-c", "shoot.req"), "function, 10x": ("function", "shoot-10x.req"),
                "echo, 10x": ("echo", "shoot-10x.req")}
    seen = {name: [] for name in subjects}
    for _ in range(count):
        for name, (server, request) in subjects.items():
            seen[name].append(load(programs, servers[server], files / request))
    for server in servers.values():
        server.stop()
    return seen


def median(seen, name, figure):
    return statistics.median(one[figure] for one in seen[name])


def ratio(seen, a, b, figure):
    """Of the same round each: what slows the machine slows both."""
    return statistics.median(x[figure] / y[figure] for x, y in zip(seen[a], seen[b]))


def print_figures(seen):
    print(f"{'':16}{'calls/s':>10}{'p50 us':>9}{'p99 us':>9}{'CPU us/call':>13}{'RSS KB':>9}{'request':>10}{'response':>10}")
    for name in seen:
        print(f"{name:16}" + "".join(f"{median(seen, name, figure):>{width}.{digits}f}" for figure, width, digits in (
            ("per_second", 10, 0), ("p50_us", 9, 0), ("p99_us", 9, 0), ("cpu_us", 13, 1), ("rss_kb", 9, 0),
            ("request_bytes", 10, 0), ("response_bytes", 10, 0))))


def print_line(what, value, unit="x", at_least=None, at_most=None):
    goal, distance = "", ""
    if at_least is not None:
        goal, distance = f"at least {at_least:g}", "reached" if value >= at_least else f"{value / at_least - 1:+.0%}"
    if at_most is not None:
        goal, distance = f"at most {at_most:g}", "reached" if value <= at_most else f"{value / at_most - 1:+.0%}"
    print(f"{what:58}{value:>9.2f} {unit:4}{goal:16}{distance}")


def main(programs, count="5"):
    programs = pathlib.Path(programs).resolve()
    if not shutil.which("taskset") or (os.cpu_count() or 1) < 2:
        sys.exit("needs two cores and taskset: one core for the server, one for the client")
    with tempfile.TemporaryDirectory() as directory:
        files = pathlib.Path(directory)
        server = Server(*function(programs))
        subprocess.run([sys.executable, HERE / "request.py", server.address, files], check=True, stderr=subprocess.DEVNULL)
        server.stop()
        rss, start = idle_rss_kb(programs), start_us(programs, files / "shoot.req")
        seen = rounds(programs, files, int(count))
    print_figures(seen)
    print()
    print_line("function / echo, calls per second", ratio(seen, "function", "echo", "per_second"), at_least=0.6)
    print_line("function / echo, CPU per call", ratio(seen, "function", "echo", "cpu_us"), at_most=1 / 0.6)
    print_line("function / protobuf-c unpack + pack, calls per second", ratio(seen, "function", "protobuf-c", "per_second"),
               at_least=1)
    print_line("function / protobuf-c unpack + pack, CPU per call", ratio(seen, "function", "protobuf-c", "cpu_us"), at_most=1)
    print_line("10x the observed resources, time per call", 1 / ratio(seen, "function, 10x", "function", "per_second"),
               at_most=11)
    print_line("10x the observed resources, CPU per call", ratio(seen, "function, 10x", "function", "cpu_us"), at_most=11)
    print_line("start to first answer, median of 11", start / 1000, "ms", at_most=10)
    print_line("idle memory", rss / 1024, "MB", at_most=8)
    print_line("program", (programs / "function-cleura").stat().st_size / (1 << 20), "MB")


main(*sys.argv[1:])
