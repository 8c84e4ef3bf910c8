"""The program as Crossplane starts, uses and ends it: options and environment, limits, load, clients that go away, the end."""
import collections
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rawh2  # noqa: E402
from fn import (V1, V1BETA1, FATAL, Failure, Function, Lab, expect, expect_equal, fields, free_port, grpc, only_result,  # noqa: E402
                pb, request, row, run_rows, shoot, wait_until)
from lab import BIN  # noqa: E402
from outside import MIB, ends, memory, peak, status  # noqa: E402
from pki import Authority  # noqa: E402
from wire import entry, field, member, text  # noqa: E402

Code = grpc.StatusCode
# What is freed is kept by AddressSanitizer for a while, 256 MiB of it, unless it is told otherwise.
os.environ["ASAN_OPTIONS"] = f"quarantine_size_mb=8:{os.environ.get('ASAN_OPTIONS', '')}"
SMALL = request(shoot()).SerializeToString()


def padded(size):
    """A valid request of that many bytes: credentials are as long as it takes."""
    start = SMALL + field(7, entry(b"x", field(1, field(1, field(1, b"data") + field(2, bytes(size - len(SMALL) - 64))))))
    return start + field(77, bytes(size - len(start) - 3))


def heavy(values):
    """A request that takes long: so many of them, in a member its Input should not have."""
    return SMALL + field(4, member(b"unknown", field(6, field(1, text(b"x")) * values)))


def run(fn, *arguments, **env):
    """The program until it ends by itself; (exit status, what it said)."""
    process = fn.lab.start("function-cleura", *arguments, env={**fn.lab.env, **env})
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        raise Failure(f"it started with {arguments}") from None
    return process.returncode, process.log.read_text()


def listening(fn, *arguments, **env):
    """Another function with these options; it ends well."""
    return Function(fn.lab, *arguments, env={**fn.lab.env, **env}, insecure=False)


def over(server):
    """It ends well.  First its client goes: without calls, this library would not look at a GOAWAY for seconds."""
    server.channel.close()
    ends(server.process, 5)


def certificates(fn):
    """Crossplane's, made once."""
    if not hasattr(fn, "authority"):
        fn.authority = Authority(fn.lab.directory / "pki")
        fn.server, fn.client = fn.authority.issue("server"), fn.authority.client()
    return fn.server


def secured(fn, server):
    """A channel with Crossplane's client certificate.  OpenSSL 3, which this client has, does not see who signed Crossplane's
    certificates: it is told to trust the server's itself."""
    return server.open(grpc.ssl_channel_credentials((fn.server / "tls.crt").read_bytes(), (fn.client / "tls.key").read_bytes(),
                                                    (fn.client / "tls.crt").read_bytes()), ssl_target_name_override="function-cleura")


def get(port, path_):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path_}", timeout=5) as answer:
        return answer.read().decode()


class Load:
    """A closed loop: so many calls at any time, until stop() or a failure, which ends one of them."""

    def __init__(self, channel, at_once, bytes_=SMALL, timeout=20, **how):
        self.codes, self.left, self.stopped = collections.Counter(), at_once, False
        self.lock, self.idle = threading.Lock(), threading.Event()
        self.ask = lambda: channel.unary_unary(V1).future(bytes_, timeout=timeout, **how).add_done_callback(self.done)
        for _ in range(at_once):
            self.ask()

    def done(self, call):
        code = call.code()
        with self.lock:
            self.codes[code] += 1
            again = code == Code.OK and not self.stopped
            self.left -= not again
            if not self.left:
                self.idle.set()
        if again:
            self.ask()

    def stop(self, seconds=30):
        self.stopped = True
        expect(self.idle.wait(seconds), f"{self.left} calls have no end")
        return self.codes


# ---- keepalive, which takes long: what comes of it is looked at in the end --------------------------------------------

class Pings(threading.Thread):
    """Three pings in a row on a connection without calls: two offences, which is all that gRPC's servers forgive.  After 21 seconds
    another one, which is none if pings each 21 seconds are welcome; at once another, to see that a third offence is told."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.connection, self.told = rawh2.Connection(port, timeout=60), []
        self.start()

    def ping(self, wait):
        """What is said of it but an answer."""
        self.connection.send(rawh2.PING, payload=b"12345678")
        return [payload for kind, _, _, payload in self.connection.frames(wait) if kind == rawh2.GOAWAY]

    def run(self):
        self.told = [self.ping(0.1), self.ping(0.1), self.ping(21), self.ping(0.5), self.ping(0.5)]


@row("A13", "keepalive pings each 21 s are welcome, with and without calls (looked at in the end)")
def keepalive(fn):
    fn.idle = Pings(fn.port)
    fn.silent = [socket.create_connection(("127.0.0.1", fn.port), 5) for _ in range(2)]
    fn.silent[1].sendall(rawh2.PREFACE[:10])
    fn.kept = fn.open(keepalive_time_ms=21000, keepalive_permit_without_calls=1)
    fn.kept.unary_unary(V1)(SMALL, timeout=20)


# ---- how it is started ------------------------------------------------------------------------------------------------

@row("A1", "a port that is taken: exit status 4, a message that names it, and the first server goes on")
def busy(fn):
    code, said = run(fn, "--insecure", "--address", fn.target, "--metrics-address", "")
    expect(code not in (0, None), f"exit status {code}")
    expect(fn.target in said and "taken" in said and "--address" in said, said)
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        code, said = run(fn, "--insecure", "--address", f"127.0.0.1:{free_port()}", "--metrics-address", address)
        expect(code and address in said and "--metrics-address" in said, said)
    fn.raw(SMALL)


@row("A2", "neither certificates nor --insecure: exit status 2 and both ways out")
def refused(fn):
    for arguments, env in (((), {}), ((), {"TLS_SERVER_CERTS_DIR": ""}), (("--insecure=false",), {})):
        code, said = run(fn, "--address", f"127.0.0.1:{free_port()}", "--metrics-address", "", *arguments, **env)
        expect_equal(2, code, "exit status")
        for part in ("--insecure", "--tls-certs-dir", "TLS_SERVER_CERTS_DIR", "tls.crt", "tls.key", "ca.crt"):
            expect(part in said, f"{part} in: {said}")


@row("A2", "options that make no sense: exit status 2, the option, the value and what it should be")
def bad_options(fn):
    for option, value in (("--address", "nonsense"), ("--address", "1.2.3.4.5:1"), ("--address", ":99999"), ("--address", ""),
                          ("--address", "example.org:1"), ("--network", "udp"), ("--metrics-address", "x"),
                          ("--max-recv-message-size", "0"), ("--max-recv-message-size", "-1"), ("--max-recv-message-size", "4k"),
                          ("--max-recv-message-size", "9" * 40), ("--max-connection-age", "soon"), ("--max-connection-age", "-5s"),
                          ("--workers", "0"), ("--workers", "1e3"), ("--drain", "x"), ("--debug", "maybe")):
        code, said = run(fn, "--insecure", f"{option}={value}")
        expect_equal(2, code, f"exit status of {option}={value}: {said}")
        expect(value[:20] in said, f"{option}={value}: {said}")
        expect(said.count("\n") <= 2, f"long: {said}")
    for arguments in (("--nonsense",), ("stray",), ("-x",), ("--address",)):
        code, said = run(fn, "--insecure", *arguments)
        expect_equal(2, code, f"exit status of {arguments}")
        expect(arguments[0].strip("-") in said and "--help" in said, said)


@row("A3", "TLS_SERVER_CERTS_DIR alone: mutual TLS with ALPN h2")
def environment(fn):
    server = listening(fn, TLS_SERVER_CERTS_DIR=str(certificates(fn)))
    expect_equal(fn.raw(SMALL), server.raw(SMALL, channel=secured(fn, server)), "answer")
    shown = subprocess.run(["openssl", "s_client", "-connect", server.target, "-alpn", "h2,http/1.1", "-cert", fn.client / "tls.crt",
                            "-key", fn.client / "tls.key"], input=b"", capture_output=True, timeout=10, check=False).stdout.decode(errors="replace")
    expect("ALPN protocol: h2" in shown, shown)
    server.refused(SMALL, Code.UNAVAILABLE)  # plaintext
    over(server)


@row("A4", "--tls-certs-dir wins over the environment; --insecure wins over both")
def precedence(fn):
    server = listening(fn, "--tls-certs-dir", certificates(fn), TLS_SERVER_CERTS_DIR="/nowhere")
    server.raw(SMALL, channel=secured(fn, server))
    over(server)
    for arguments, env in ((("--tls-certs-dir", fn.server, "--insecure"), {}), (("--insecure",), {"TLS_SERVER_CERTS_DIR": "/nowhere"})):
        server = listening(fn, *arguments, **env)
        server.raw(SMALL)
        over(server)


@row("A4", "--network: a unix socket, only IPv4, only IPv6")
def networks(fn):
    path_ = fn.lab.directory / "100% fn.sock"
    process = fn.lab.start("function-cleura", "--insecure", "--network", "unix", "--address", path_, "--metrics-address", "")
    wait_until(path_.exists, 10, "the socket")
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(str(path_))
        c = rawh2.Connection(0, s)
        stream = c.open(V1)
        c.data(stream, rawh2.message(SMALL))
        expect_equal((0, ""), c.outcome(stream, 5), "outcome")
    code, said = run(fn, "--insecure", "--network", "unix", "--address", path_, "--metrics-address", "")
    expect(code and str(path_) in said, f"two servers at one socket: {code} {said}")
    ends(process, 5)
    for network, family, host in (("tcp4", socket.AF_INET, "127.0.0.1"), ("tcp6", socket.AF_INET6, "::1")):
        port = free_port()
        process = fn.lab.start("function-cleura", "--insecure", f"--network={network}", f"--address={f'[{host}]' if ':' in host else host}:{port}",
                               "--metrics-address", "")
        with socket.socket(family) as sock:
            wait_until(lambda: sock.connect_ex((host, port)) == 0, 10, f"{network} to listen")  # noqa: B023
        ends(process, 5)
    code, said = run(fn, "--insecure", "--network", "tcp6", "--address", "127.0.0.1:0", "--metrics-address", "")
    expect(code == 2 and "tcp6" in said, said)


# ---- a container of Crossplane's ---------------------------------------------------------------------------------------

CELL = """set -e
ip link set lo up
mount -t tmpfs cell "$1"
cd "$1"
mkdir usr fn proc tls
for d in lib lib64 bin sbin; do if [ -L /$d ]; then cp -a /$d .; else mkdir $d; mount --rbind /$d $d; fi; done
mount --bind /usr usr
mount --bind "$2" fn
mount --bind "$3" tls
mount --bind /proc proc
for d in usr fn tls .; do mount -o remount,bind,ro $d; done
root=$1; shift 3
exec chroot "$root" /usr/bin/setpriv --reuid=2000 --regid=2000 --clear-groups --inh-caps=-all --ambient-caps=-all \\
     --bounding-set=-all --no-new-privs /fn/function-cleura "$@"
"""


class Cell:
    """The program as user 2000 in a network and on a disk of its own, all of it read-only; no /tmp, no /etc, no /dev."""

    def __init__(self, fn, *arguments, **env):
        root = fn.lab.directory / f"cell-{len(fn.lab.processes)}"
        root.mkdir()
        log = root.with_suffix(".log")
        sanitizers = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
        with open(log, "wb") as out:
            self.process = subprocess.Popen(["unshare", "--mount", "--net", "sh", "-c", CELL, "sh", root, BIN.resolve(), certificates(fn),
                                             *arguments], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **env, **sanitizers})
        self.process.log = log
        fn.lab.processes.append(self.process)
        wait_until(lambda: "started" in log.read_text() or self.process.poll() is not None, 20, "the function in its cell")
        expect(self.process.poll() is None, f"it ended: {log.read_text()}")

    def within(self, *command):
        done = subprocess.run(["nsenter", f"--net=/proc/{self.process.pid}/ns/net", *command], capture_output=True, text=True,
                              timeout=20, check=False)
        expect_equal(0, done.returncode, f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def call(self, host, *folders):
        """One call from within its network; this file is the client too."""
        return self.within("/usr/bin/python3", "-B", __file__, "call", f"{host}:9443", *map(str, folders))


def call_once(target, *folders):
    channel = grpc.insecure_channel(target)
    if folders:
        root, key, certificate = map(pathlib.Path.read_bytes, map(pathlib.Path, folders))
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(root, key, certificate),
                                      [("grpc.ssl_target_name_override", "function-cleura")])
    print(pb.RunFunctionResponse.FromString(channel.unary_unary(V1)(SMALL, timeout=15)).meta.tag)


def can_have_cells():
    return os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "x", "/mnt"],
                                                    capture_output=True, check=False).returncode


def cell_row(identity, promise):
    """A row that needs root and name spaces; without them it is told and left out."""
    def mark(function):
        def row_or_not(fn):
            if can_have_cells():
                function(fn)
            else:
                print(f"     left out, it needs root and name spaces: {promise}")
        return row(identity, promise)(row_or_not)
    return mark


@cell_row("A16", "user 2000, read-only disk without /tmp, no capabilities, no network but its own two ports, no DNS")
def confined(fn):
    cell = Cell(fn, "--insecure", "--drain=0s")
    expect_equal("0123abcd", cell.call("127.0.0.1").strip(), "tag")
    expect_equal(["2000"] * 4, status(cell.process, "Uid").split(), "user")
    for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        expect_equal(0, int(status(cell.process, kind), 16), kind)
    expect(not (pathlib.Path(f"/proc/{cell.process.pid}/root") / "tmp").exists(), "/tmp")
    sockets = [line.split() for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "packet")
               for line in pathlib.Path(f"/proc/{cell.process.pid}/net/{kind}").read_text().splitlines()[1:]]
    ports = {int(s[1].rpartition(":")[2], 16) for s in sockets if s[3] in ("0A", "07")}
    expect_equal({9443, 8080}, ports, "ports")
    ends(cell.process, 5)


@cell_row("A17", "no arguments, only the environment that Crossplane sets: TLS on all addresses")
def as_crossplane_starts_it(fn):
    certificates(fn)
    cell = Cell(fn, FUNCTION_NAME="function-cleura", REVISION_NAME="function-cleura-7f3a", REVISION_UID="x", TLS_SERVER_CERTS_DIR="/tls")
    files = (fn.server / "tls.crt", fn.client / "tls.key", fn.client / "tls.crt")
    for host in ("127.0.0.1", "[::1]"):
        expect_equal("0123abcd", cell.call(host, *files).strip(), f"tag, by way of {host}")
    expect("cleura_function_calls_total" in cell.within("curl", "-s", "http://127.0.0.1:8080/metrics"), "no metrics")
    ends(cell.process, 5)


@cell_row("A18", "--insecure alone, as 'render' starts it: plaintext on all addresses")
def as_render_starts_it(fn):
    cell = Cell(fn, "--insecure")
    for host in ("127.0.0.1", "[::1]"):
        expect_equal("0123abcd", cell.call(host).strip(), f"tag, by way of {host}")
    ends(cell.process, 5)


# ---- calls ------------------------------------------------------------------------------------------------------------

@row("A9", "methods nobody serves are UNIMPLEMENTED at once; those we serve never are")
def unknown_methods(fn):
    service = "/apiextensions.fn.proto.{}.FunctionRunnerService/{}"
    for name in (service.format("v1", "Nope"), service.format("v1alpha1", "RunFunction"), service.format("v2", "RunFunction"), "/x/y",
                 "/" + "ä%\\".encode().hex() + "/z", "/" + "x" * 3000):
        start = time.monotonic()
        fn.refused(SMALL, Code.UNIMPLEMENTED, path=name)
        expect(time.monotonic() - start < 1, f"{name}: {time.monotonic() - start} s")
    for name in (V1, V1BETA1):
        for bytes_ in (SMALL, b"", SMALL + field(77, b"")):
            fn.raw(bytes_, name)
        fn.refused(SMALL[:-1], Code.INVALID_ARGUMENT, path=name)


@row("A10", "4 MiB + 1 and 15 MiB are accepted; more than 16 MiB is RESOURCE_EXHAUSTED, and --max-recv-message-size changes that")
def sizes(fn):
    expected = fn.raw(SMALL)
    for size in ((4 << 20) + 1, 15 << 20, 16 << 20):
        expect_equal(expected, fn.raw(padded(size)), f"answer to {size} bytes")
    fn.refused(padded((16 << 20) + 1), Code.RESOURCE_EXHAUSTED)
    expect_equal(expected, fn.raw(SMALL), "the next answer")
    for limit in (1, 40):
        server = Function(fn.lab, f"--max-recv-message-size={limit}")
        expect_equal(expected, server.raw(padded(limit << 20)), f"answer to {limit} MiB")
        server.refused(padded((limit << 20) + 1), Code.RESOURCE_EXHAUSTED)
        expect_equal(expected, server.raw(SMALL), "the next answer")
        over(server)


@row("A11", "1000 calls at once on one connection: all are answered, and memory stays within what they are")
def at_once(fn):
    expected = fn.raw(SMALL)
    for bytes_, bound in ((SMALL, 100 * MIB), (padded(100_000), 400 * MIB)):
        channel = fn.open(max_concurrent_streams=2000)
        ask = channel.unary_unary(V1)

        def all_of_them():
            calls = [ask.future(bytes_, timeout=60) for _ in range(1000)]  # noqa: B023
            for call in calls:
                expect(call.result() == expected, "another answer")
        grown = peak(fn.process, all_of_them)
        expect(grown < bound, f"{grown >> 20} MiB for 1000 calls of {len(bytes_)} bytes")
        channel.close()


@row("A12", "calls that are cancelled or run out of time, in any phase, leave nothing behind")
def gone(fn):
    ask = fn.open().unary_unary(V1)
    big = heavy(190_000)
    for n in range(60):
        call = ask.future(big if n % 2 else SMALL, timeout=0.001 * (n % 20 + 1))
        if n % 3 == 0:
            time.sleep(0.0005 * (n % 10))
            call.cancel()
        else:
            expect(call.code() in (Code.OK, Code.DEADLINE_EXCEEDED), f"{call.code()}")
    c = rawh2.Connection(fn.port)
    for n in range(300):  # half a message, and then: reset, or nothing at all
        stream = c.open(V1)
        c.data(stream, rawh2.message(SMALL, length=len(SMALL) + 1), end=False)
        if n % 2:
            c.send(rawh2.RST_STREAM, stream=stream, payload=b"\x00\x00\x00\x08")
    c.close()
    fn.raw(SMALL)


@row("A12", "work for clients that have gone is not done: sixty large calls cancelled delay nobody")
def no_work_for_the_gone(fn):
    port = free_port()
    server = Function(fn.lab, "--workers=1", "--metrics-address", f"127.0.0.1:{port}")
    big = heavy(190_000)
    ask = server.channel.unary_unary(V1)
    start = time.monotonic()
    ask(big, timeout=60)
    one = time.monotonic() - start
    calls = [ask.future(big, timeout=60) for _ in range(60)]
    wait_until(lambda: server_calls(port) >= 3, 60, "the first of them")
    for call in calls:
        call.cancel()
    start = time.monotonic()
    ask(big, timeout=60)
    expect(time.monotonic() - start < 10 * one + 1, f"{time.monotonic() - start} s instead of {one} s")
    expect(server_calls(port) < 40, f"{server_calls(port)} calls were answered, for nobody")
    over(server)


def server_calls(port):
    return sum(int(n) for n in re.findall(r"^cleura_function_calls_total\{.*\} (\d+)$", get(port, "/metrics"), re.MULTILINE))


@row("A14", "--max-connection-age: clients are sent away in time, and no call is lost")
def age(fn):
    server = Function(fn.lab, "--max-connection-age=1s")
    old = rawh2.Connection(server.port)
    slow = old.open(V1)
    old.data(slow, rawh2.message(SMALL)[:100], end=False)
    load = Load(server.channel, 16)
    goaways = []
    start = time.monotonic()
    for kind, _, _, payload in old.frames(3):
        if kind == rawh2.GOAWAY:
            goaways.append(int.from_bytes(payload[4:8], "big"))
            if len(goaways) == 1:
                seconds = time.monotonic() - start
                old.data(slow, rawh2.message(SMALL)[100:])  # a call in flight
                expect_equal((0, ""), old.outcome(slow, 5), "a call that had begun")
                break
    expect_equal([0], goaways, "GOAWAY")
    expect(seconds < 1.5, f"after {seconds} s")
    time.sleep(1.5)
    codes = load.stop()
    expect_equal({Code.OK}, set(codes), f"codes of {codes}")
    expect(codes[Code.OK] > 100, f"{codes}")
    over(server)


# ---- the end ----------------------------------------------------------------------------------------------------------

@row("A15", "SIGTERM or SIGINT, nobody there: exit status 0 at once; idle clients: within 5 s; a second signal ends it at once")
def idle_end(fn):
    for with_signal, idle in ((15, False), (2, False), (15, True)):
        server = Function(fn.lab)
        if idle:
            server.raw(SMALL)
        start = time.monotonic()
        ends(server.process, 5, with_signal=with_signal)
        expect(idle or time.monotonic() - start < 2, f"{time.monotonic() - start} s")
    server = Function(fn.lab, "--drain=60s")
    load = Load(server.channel, 4)
    server.process.send_signal(15)
    time.sleep(0.5)
    ends(server.process, 1, code=1)
    load.stop()
    server = Function(fn.lab)
    server.process.send_signal(13)
    server.raw(SMALL)  # SIGPIPE is nothing
    over(server)


@row("A15", "SIGTERM under load of 64: exit status 0 within 5 s; calls that are not answered are UNAVAILABLE, none is CANCELLED")
def end_under_load(fn):
    for drain in ("0s", "200ms", "2s"):
        server = Function(fn.lab, f"--drain={drain}")
        load = Load(server.channel, 64)
        time.sleep(0.3)
        ends(server.process, 5)
        codes = load.stop()
        failed = {code: n for code, n in codes.items() if code != Code.OK}
        print(f"     {codes[Code.OK]} answered, not answered: {({code.name: n for code, n in failed.items()})}")
        expect(set(failed) <= {Code.UNAVAILABLE}, f"{codes}")
        expect(codes[Code.OK] > 64, f"{codes}")
        expect("ERROR" not in server.process.log.read_text(), "the sanitizer spoke")


@row("A15", "SIGTERM and a new server in its place, clients that wait until there is one (as Crossplane's): no call is lost")
def replaced_under_load(fn):
    server = Function(fn.lab, "--drain=300ms")
    channel = server.open(min_reconnect_backoff_ms=100, max_reconnect_backoff_ms=200, initial_reconnect_backoff_ms=100)
    load = Load(channel, 64, wait_for_ready=True)
    time.sleep(0.5)
    ends(server.process, 5)
    answered = load.codes[Code.OK]
    heir = fn.lab.start("function-cleura", "--insecure", "--address", server.target, "--metrics-address", "")
    wait_until(lambda: load.codes[Code.OK] > answered + 200, 15, "calls to go on")
    codes = load.stop()
    expect_equal({Code.OK}, set(codes), f"codes of {codes}")
    ends(heir, 5)


@row("A15", "SIGTERM while large calls are at work and others are half sent: what was asked is answered, what is not complete cannot delay it")
def end_with_calls(fn):
    server = Function(fn.lab, "--drain=0s")
    ask = server.channel.unary_unary(V1)
    expected = ask(heavy(50_000), timeout=20)
    half = rawh2.Connection(server.port)
    half.data(half.open(V1), rawh2.message(SMALL)[:50], end=False)
    calls = [ask.future(heavy(50_000), timeout=20) for _ in range(8)]
    time.sleep(0.05)
    ends(server.process, 5)
    for call in calls:
        expect(call.code() in (Code.OK, Code.UNAVAILABLE), f"{call.code()}")
        expect(call.code() != Code.OK or call.result() == expected, "another answer")


# ---- who looks at it --------------------------------------------------------------------------------------------------

HEALTH = "/grpc.health.v1.Health/"
SERVICES = ("apiextensions.fn.proto.v1.FunctionRunnerService", "apiextensions.fn.proto.v1beta1.FunctionRunnerService")


@row("A20", "health: the server and each service are SERVING, another is NOT_FOUND")
def health_check(fn):
    for name in ("", *SERVICES):
        expect_equal(b"\x08\x01", fn.raw(field(1, name.encode()) if name else b"", HEALTH + "Check"), f"health of {name!r}")
    fn.refused(field(1, b"nobody"), Code.NOT_FOUND, path=HEALTH + "Check")


@row("A20", "health is watched: SERVING, then NOT_SERVING when it is told to stop; of an unknown service SERVICE_UNKNOWN")
def health_watch(fn):
    server = Function(fn.lab, "--drain=1s")
    watch = server.channel.unary_stream(HEALTH + "Watch")(b"", timeout=20)
    expect_equal(b"\x08\x01", next(watch), "health")
    unknown = server.channel.unary_stream(HEALTH + "Watch")(field(1, b"nobody"), timeout=20)
    expect_equal(b"\x08\x03", next(unknown), "health of nobody")
    load = Load(server.channel, 1)  # it drains only if there is something
    server.process.send_signal(15)
    expect_equal(b"\x08\x02", next(watch), "health")
    try:
        next(watch)
    except grpc.RpcError as error:
        expect_equal(Code.UNAVAILABLE, error.code(), "the end of it")
    ends(server.process, 5, with_signal=None)
    load.stop()


@row("A20", "reflection lists the services, and its descriptors, with what they import, make a client")
def reflection(fn):
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    for version in ("v1", "v1alpha"):
        talk = fn.channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")

        def ask(*questions):
            return [dict(fields(answer)) for answer in talk(iter(questions), timeout=10)]  # noqa: B023
        listed, = ask(field(7, b""))
        names = {dict(fields(service))[1].decode() for number, service in fields(listed[6]) if number == 1}
        expect(set(SERVICES) <= names, f"{names}")
        for service in SERVICES:
            pool, seen = descriptor_pool.DescriptorPool(), {}
            answer, again = ask(field(4, service.encode()), field(4, (service + ".RunFunction").encode()))
            expect_equal(answer[4], again[4], "the file of a method is that of its service")
            waiting = [content for number, content in fields(answer[4]) if number == 1]
            while waiting:
                file = descriptor_pb2.FileDescriptorProto.FromString(waiting.pop())
                seen[file.name] = file
                for name in set(file.dependency) - set(seen):
                    waiting += [content for number, content in fields(ask(field(3, name.encode()))[0][4]) if number == 1]
            added = set()
            while added != set(seen):
                for file in seen.values():
                    if file.name not in added and set(file.dependency) <= added:
                        pool.Add(file)
                        added.add(file.name)
            method = pool.FindServiceByName(service).methods_by_name["RunFunction"]
            request_class, response_class = (message_factory.MessageFactory(pool).GetPrototype(t)
                                             for t in (method.input_type, method.output_type))
            bytes_ = fn.raw(request_class.FromString(SMALL).SerializeToString(), f"/{service}/RunFunction")
            expect_equal("0123abcd", response_class.FromString(bytes_).meta.tag, "tag")
        for question in (field(4, b"no.such.Symbol"), field(3, b"no/such/file.proto")):
            expect_equal([5], [code_of(answer[7]) for answer in ask(question)], "error code")


def code_of(error):
    expect(error[:1] == b"\x08", f"{error}")
    return error[1]


@row("A20", "/healthz, /readyz and /metrics over HTTP; what is counted is what was called, by kind, severity and code")
def metrics(fn):
    port = free_port()
    server = Function(fn.lab, "--metrics-address", f"127.0.0.1:{port}")
    expect_equal("ok\n", get(port, "/healthz"), "health")
    expect_equal("ok\n", get(port, "/readyz"), "readiness")
    for n, asked in ((3, SMALL), (2, request(shoot(region=5)).SerializeToString()), (1, b""),
                     (4, request({"apiVersion": "x/v1", "kind": "Nobody's", "metadata": {"name": "x"}}).SerializeToString())):
        for _ in range(n):
            server.raw(asked, V1BETA1 if n % 2 else V1)
    for _ in range(5):
        server.refused(b"\xff", Code.INVALID_ARGUMENT)
    counted = dict(re.findall(r'^cleura_function_calls_total\{(.*)\} ([1-9]\d*)$', get(port, "/metrics"), re.MULTILINE))
    expect_equal({'kind="Shoot",severity="Normal",code="OK"': "3", 'kind="Shoot",severity="Fatal",code="OK"': "2",
                  'kind="none",severity="Fatal",code="OK"': "1", 'kind="other",severity="Fatal",code="OK"': "4",
                  'kind="none",severity="Fatal",code="INVALID_ARGUMENT"': "5"}, counted, "counted")
    exposed = get(port, "/metrics")
    for line in exposed.splitlines():
        expect(re.fullmatch(r'# (HELP|TYPE) \S+ .+|[a-z_]+(\{\S+="[^"]*"(,\S+="[^"]*")*\})? [-+.\de]+', line), f"no metric: {line}")
    expect('cleura_function_call_duration_seconds_count{kind="Shoot"} 5' in exposed, exposed)
    expect("cleura_function_request_bytes_count 15" in exposed, exposed)
    over(server)


@row("C8", "an answer over 4 MiB, which no client of Crossplane's takes, is a fatal result over the wire too")
def large_answer(fn):
    huge = request(shoot())
    huge.context.fields["x"].string_value = "y" * (5 << 20)
    expect("4194304" in only_result(fn.call(huge), FATAL).message, "no word of it")


@row("A13", "keepalive pings each 21 s were welcome, and one more in a row was not")
def kept_alive(fn):
    fn.idle.join(30)
    told = fn.idle.told
    expect_equal([[]] * 4, told[:4], "what is said of pings")
    expect(told[4] and b"too_many_pings" in told[4][0], f"the server does not count pings: {told}")
    fn.kept.unary_unary(V1)(SMALL, timeout=20)


@row("A12", "who connects and says nothing, or half a greeting, has been sent away by now")
def silent(fn):
    for sock in fn.silent:
        sock.settimeout(3)
        try:
            while sock.recv(4096):
                pass
        except TimeoutError:
            raise Failure("it is still there") from None
        except ConnectionError:
            pass


@row("A15", "after all this: exit status 0, no leak, no report of a sanitizer, and memory as it was")
def the_end(fn):
    expect(memory(fn.process) < 1200 * MIB, f"{memory(fn.process) >> 20} MiB")
    ends(fn.process, 5)
    expect("ERROR:" not in fn.process.log.read_text() and "runtime error" not in fn.process.log.read_text(), "the sanitizer spoke")
    fn.process = fn.lab.start("function-cleura", "--version")  # what follows is nobody
    fn.process.wait(5)


if sys.argv[1:2] == ["call"]:
    call_once(*sys.argv[2:])
else:
    run_rows()
