"""Mutual TLS with Crossplane's certificates: who is let in, who is not, and what happens when the files change."""
import pathlib
import shutil
import socket
import ssl
import sys
import time
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rawh2  # noqa: E402
from fn import V1, Failure, Function, expect, expect_equal, free_port, grpc, request, row, run_rows, shoot, wait_until  # noqa: E402
from outside import ends  # noqa: E402
from pki import Authority  # noqa: E402

SMALL = request(shoot()).SerializeToString()
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
DROPPED = ("closed", "SSLError", "SSLEOFError", "SSLZeroReturnError", "ConnectionResetError", "BrokenPipeError")


class Mount:
    """A folder as kubelets mount a Secret: the names are links by way of ..data, which is switched over in one step."""

    def __init__(self, folder, secret):
        self.folder, self.turn = folder, 0
        folder.mkdir()
        self.put(secret)
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (folder / name).symlink_to(f"..data/{name}")

    def put(self, secret, **contents):
        """contents: tls_key="..." instead of the file's, None for no such file."""
        self.turn += 1
        fresh = self.folder / f"..2026_11_22_{self.turn}"
        shutil.copytree(secret, fresh)
        for name, content in contents.items():
            file = fresh / name.replace("_", ".")
            if content is None:
                file.unlink()
            else:
                file.write_text(content)
        (self.folder / "..data_tmp").symlink_to(fresh.name)
        (self.folder / "..data_tmp").rename(self.folder / "..data")


def prepare(fn):
    """Certificates, and a server with TLS beside the one that run_rows() started."""
    fn.pki = Authority(fn.lab.directory / "pki")
    fn.server, fn.client = fn.pki.issue("server"), fn.pki.client()
    fn.mount = Mount(fn.lab.directory / "mount", fn.server)
    fn.tls = Function(fn.lab, "--tls-certs-dir", fn.mount.folder, "--debug", insecure=False)


def channel(fn, client, server=None, root=None):
    """As gRPC core connects.  OpenSSL 3, which it uses here, does not see who signed what Crossplane signed: it is told to trust the
    server's certificate itself, unless it is given a root."""
    root = root or (server or fn.server) / "tls.crt"
    pair = ((client / "tls.key").read_bytes(), (client / "tls.crt").read_bytes()) if client else ()
    return fn.tls.open(grpc.ssl_channel_credentials(root.read_bytes(), *pair), ssl_target_name_override="function-cleura.crossplane-system")


def call(fn, client, **how):
    with channel(fn, client, **how) as c:
        return fn.tls.raw(SMALL, channel=c)


def handshake(fn, client, alpn=("h2",), versions=None, ciphers=None):
    """A TLS connection that does not look at the server's certificate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if ciphers:
            context.set_ciphers(ciphers)
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if versions:
            context.minimum_version = context.maximum_version = versions
    if client:
        context.load_cert_chain(client / "tls.crt", client / "tls.key")
    return context.wrap_socket(socket.create_connection(("127.0.0.1", fn.tls.port), 5))


def talk(sock):
    """One call on that connection: what became of it."""
    try:
        c = rawh2.Connection(0, sock, 5)
        stream = c.open(V1)
        c.data(stream, rawh2.message(SMALL))
        return c.outcome(stream, 5)
    except OSError as error:
        return type(error).__name__
    finally:
        sock.close()


def shown_certificate(fn):
    """What the server shows to new connections."""
    with handshake(fn, fn.client) as sock:
        return ssl.DER_cert_to_PEM_cert(sock.getpeercert(binary_form=True))


def pem(folder):
    return (folder / "tls.crt").read_text()


def is_refused(fn, client, what):
    """By the server: this client would send anything.  The next one is let in."""
    try:
        came_of_it = talk(handshake(fn, client, ciphers="ALL:@SECLEVEL=0"))
    except OSError as error:
        came_of_it = type(error).__name__
    expect(came_of_it in DROPPED, f"{what}: {came_of_it}")
    call(fn, fn.client)


def is_foreign(fn, client):
    """The same with a client that looks at what the server says."""
    try:
        call(fn, client)
    except grpc.RpcError as error:
        expect_equal(UNAVAILABLE, error.code(), "a foreign client")
    else:
        raise Failure("a foreign client is let in")


@row("A6", "Crossplane's certificates (one name, one serial, nobody says who signed): accepted both ways, and by name")
def crossplane(fn):
    prepare(fn)
    expected = fn.raw(SMALL)
    expect_equal(expected, call(fn, fn.client), "answer")
    with channel(fn, fn.client) as c:
        for _ in range(50):
            expect_equal(expected, fn.tls.raw(SMALL, channel=c), "answer")


@row("A6", "certificates of any other CA whose leaves have names of their own: accepted both ways, verified to the CA")
def others(fn):
    pki = Authority(fn.lab.directory / "others", "Somebody")
    server, client = pki.issue("server", subject="Server"), pki.client(subject="Client")
    fn.mount.put(server)
    expect_equal(fn.raw(SMALL), call(fn, client, root=pki.certificate), "answer")
    is_foreign(fn, fn.client)
    fn.mount.put(fn.server)
    call(fn, fn.client)
    is_refused(fn, client, "a client of the other CA")


@row("A5", "no certificate, one of another CA of the same name, expired, for servers only, signed by itself or by a client, or weakly "
           "signed: refused, and the next one is let in")
def refused(fn):
    foreign = Authority(fn.lab.directory / "foreign")
    for nobody in (None, foreign.client()):
        is_foreign(fn, nobody)
    is_refused(fn, None, "a client without certificate")
    is_refused(fn, foreign.folder / "client", "a client of another CA with the same name")
    is_refused(fn, fn.pki.client("expired", days=-1), "an expired client")
    is_refused(fn, fn.server, "a server's certificate")
    is_refused(fn, fn.pki.client("weak", digest="sha1"), "a certificate signed with SHA-1")
    own = foreign.client("own")
    own_signed = foreign.client("own-signed", by=own)
    is_refused(fn, own_signed, "a certificate signed by itself")
    heir = fn.pki.client("heir", by=fn.client)
    is_refused(fn, heir, "a certificate signed by a client")
    with open(heir / "tls.crt", "a", encoding="ascii") as chain:
        chain.write(pem(fn.client) + fn.pki.certificate.read_text())
    is_refused(fn, heir, "a certificate signed by a client, with all its chain")
    is_refused(fn, foreign_chain(foreign), "a certificate that brings its CA along")


def foreign_chain(foreign):
    folder = foreign.client("chain")
    with open(folder / "tls.crt", "a", encoding="ascii") as chain:
        chain.write(foreign.certificate.read_text())
    return folder


@row("A7", "TLS 1.2 alone and 1.3 alone are accepted; 1.1 and 1.0 are not")
def versions(fn):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        sock = handshake(fn, fn.client, versions=version)
        expect_equal(version.name.replace("_", "."), sock.version(), "version")
        expect_equal((0, ""), talk(sock), f"a call with {version.name}")
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            handshake(fn, fn.client, versions=version, ciphers="ALL:@SECLEVEL=0")
        except OSError:
            continue
        raise Failure(f"{version.name} is accepted")
    call(fn, fn.client)


@row("A3", "ALPN is h2; who wants something else, or speaks no TLS at all, is turned away")
def alpn(fn):
    with handshake(fn, fn.client, alpn=("http/1.1", "h2")) as sock:
        expect_equal("h2", sock.selected_alpn_protocol(), "ALPN")
    for protocols in (("http/1.1",), ()):
        try:
            came_of_it = talk(handshake(fn, fn.client, alpn=protocols))
        except OSError:
            continue
        expect(came_of_it in DROPPED, f"ALPN {protocols}: {came_of_it}")
    plain = rawh2.Connection(fn.tls.port)
    try:
        expect_equal("closed", plain.outcome(plain.open(V1), 5), "plaintext")
    except OSError:
        pass
    call(fn, fn.client)


@row("A6", "certificates that are replaced are used by new connections at once; old connections go on")
def replaced(fn):
    old = channel(fn, fn.client)
    fn.tls.raw(SMALL, channel=old)
    expect_equal(pem(fn.server), shown_certificate(fn), "certificate")
    second = fn.pki.issue("second")
    fn.mount.put(second)
    wait_until(lambda: shown_certificate(fn) == pem(second), 3, "the new certificate")
    fn.tls.raw(SMALL, channel=old)
    new_pki = Authority(fn.lab.directory / "new")
    new_server, new_client = new_pki.issue("server"), new_pki.client()
    fn.mount.put(new_server)
    call(fn, new_client, server=new_server)
    is_foreign(fn, fn.client)
    fn.tls.raw(SMALL, channel=old)
    fn.mount.put(fn.server)
    call(fn, fn.client)
    for _ in range(10):  # while connections are made
        fn.mount.put(second)
        call(fn, fn.client, server=second)
        fn.mount.put(fn.server)
        call(fn, fn.client)
    fn.tls.raw(SMALL, channel=old)


@row("A6", "a replacement that does not work is told once, and the old one stays; the next that works is used")
def broken(fn):
    other = fn.pki.issue("other")
    for what, how in (("tls.key", {"tls_key": (other / "tls.key").read_text()}), ("tls.crt", {"tls_crt": "garbage"}), ("ca.crt", {"ca_crt": ""}),
                      ("tls.key", {"tls_key": None}), ("tls.crt", {"tls_crt": pem(fn.server)[:300]}), ("ca.crt", {"ca_crt": None})):
        said = len(fn.tls.process.log.read_text())
        fn.mount.put(fn.server, **how)
        for _ in range(3):
            call(fn, fn.client)
            expect_equal(pem(fn.server), shown_certificate(fn), "certificate")
        new = fn.tls.process.log.read_text()[said:]
        expect_equal(1, new.count("new certificates cannot be used"), f"lines about {how}: {new[-2000:]}")
        expect(f"mount/{what}" in new, f"{what} in: {new[-2000:]}")
    fn.mount.put(other)
    call(fn, fn.client, server=other)
    shutil.move(fn.mount.folder, fn.mount.folder.with_suffix(".away"))
    call(fn, fn.client, server=other)
    shutil.move(fn.mount.folder.with_suffix(".away"), fn.mount.folder)
    fn.mount.put(fn.server)
    call(fn, fn.client)


@row("A3", "files that are missing or make no sense at the start: exit status 2, and the file is named")
def broken_at_start(fn):
    other = fn.pki.issue("another")
    for n, (name, content) in enumerate((
            ("tls.crt", None), ("tls.key", None), ("ca.crt", None), ("tls.crt", ""), ("tls.key", "x"), ("ca.crt", "garbage\n" * 1000),
            ("tls.key", (other / "tls.key").read_text()), ("tls.crt", (fn.server / "tls.key").read_text()), ("tls.key", pem(fn.server)),
            ("ca.crt", (fn.server / "ca.crt").read_text()[:200]), ("tls.key", "x" * (2 << 20)), ("tls.crt", pem(fn.server)[:-60]))):
        folder = fn.lab.directory / f"start-{n}"
        shutil.copytree(fn.server, folder)
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_text(content)
        is_told(fn, folder, folder / name)
    folder = fn.lab.directory / "start-folder"
    shutil.copytree(fn.server, folder)
    (folder / "tls.crt").unlink()
    (folder / "tls.crt").mkdir()
    is_told(fn, folder, folder / "tls.crt")
    is_told(fn, fn.lab.directory / "nowhere", "nowhere/tls.crt")
    is_told(fn, fn.server / "tls.crt", "tls.crt/tls.crt")


def is_told(fn, folder, file):
    process = fn.lab.start("function-cleura", "--tls-certs-dir", folder, "--address", f"127.0.0.1:{free_port()}", "--metrics-address", "")
    ends(process, 10, code=2, with_signal=None)
    said = process.log.read_text()
    expect(str(file) in said and said.count("\n") <= 2, said)


@row("A12", "who connects and says nothing, half a hello or garbage does not keep others out")
def half_open(fn):
    silent = [socket.create_connection(("127.0.0.1", fn.tls.port), 5) for _ in range(100)]
    for n, sock in enumerate(silent):
        sock.sendall((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\n\r\n", b"", b"\x16\x03\x01\xff\xff" + bytes(3000))[n % 4])
    start = time.monotonic()
    call(fn, fn.client)
    expect(time.monotonic() - start < 5, f"{time.monotonic() - start} s")
    for sock in silent:
        sock.close()
    call(fn, fn.client)


@row("A19", "keys are in no log; exit status 0 and no report of a sanitizer in the end")
def quiet(fn):
    ends(fn.tls.process, 5)
    ends(fn.process, 5)
    logs = "".join(process.log.read_text(errors="replace") for process in fn.lab.processes)
    expect("PRIVATE" not in logs, "a key's head is in a log")
    for key in fn.lab.directory.rglob("*.key"):
        for line in key.read_text().splitlines()[1:-1]:
            expect(len(line) < 30 or line not in logs, f"a piece of {key} is in a log")
    expect("ERROR: " not in logs and "runtime error" not in logs, "the sanitizer spoke")
    fn.process = fn.lab.start("function-cleura", "--version")
    fn.process.wait(5)


run_rows()
