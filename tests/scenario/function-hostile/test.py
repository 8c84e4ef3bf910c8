"""Whatever arrives on the wire is answered or refused within bounds of time and memory, and the next call is answered."""
import contextlib
import os
import pathlib
import re
import resource
import socket
import struct as packing
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rawh2  # noqa: E402
from fn import FATAL, V1, Failure, expect, expect_equal, grpc, only_result, plain, request, row, run_rows, shoot, wait_until  # noqa: E402
from lab import cpu_seconds  # noqa: E402
from outside import MIB, ends, has_own_malloc, memory, peak, status  # noqa: E402
from wire import (BYTES, END, GROUP, I32, I64, VARINT, entry, field, fill, member, nested_list, nested_struct, path, tag, text,  # noqa: E402
                  varint)

# What is freed is kept by AddressSanitizer for a while, 256 MiB of it, unless it is told otherwise.
os.environ["ASAN_OPTIONS"] = f"quarantine_size_mb=1:{os.environ.get('ASAN_OPTIONS', '')}"

OK, INVALID, EXHAUSTED = grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED
UNIMPLEMENTED, INTERNAL = grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL
SMALL = request(shoot()).SerializeToString()
SECONDS = 2  # of CPU, with sanitizers
TIMES = 4    # the size of a message, which is there in pieces, in one piece, and as what is passed on of it
BASE = 16 * MIB


def composite(*fragments, spec=b""):
    """A request whose composite is a Shoot with these bytes more in its Struct, or in its spec."""
    asked = request(shoot()).observed.composite.resource
    members = asked.fields["spec"].struct_value.SerializeToString() + spec
    whole = b"".join(member(name.encode(), value.SerializeToString()) for name, value in asked.fields.items() if name != "spec")
    return path(1, 1, 2, inside=whole + member(b"spec", field(5, members)) + b"".join(fragments))


def with_resource(name, resource):
    """A valid request with one more observed composed resource: bytes of its Struct."""
    observed = request(shoot()).observed.SerializeToString()
    return field(2, observed + field(2, entry(name, field(1, resource))))


def with_desired(content):
    asked = request(shoot())
    asked.ClearField("desired")
    return asked.SerializeToString() + field(3, content)


def with_context(content):
    asked = request(shoot())
    asked.ClearField("context")
    return asked.SerializeToString() + field(5, content)


# Where a Struct can be: is it looked into, so that what is wrong with it is refused?
PLACES = {
    "the composite": (True, composite),
    "the composite's spec": (True, lambda content: composite(spec=content)),
    "the Input": (True, lambda content: SMALL + field(4, content)),
    "an observed resource of ours": (True, lambda content: with_resource(b"shoot", content)),
    "an observed resource of nobody's": (False, lambda content: with_resource(b"nobody", content)),
    "a desired resource": (False, lambda content: with_desired(field(2, entry(b"theirs", field(1, content))))),
    "the desired composite": (None, lambda content: with_desired(field(1, field(1, content)))),
    "the context": (False, with_context),
    "a required resource": (False, lambda content: SMALL + field(8, entry(b"x", field(1, field(1, content))))),
    "what no version knows": (False, lambda content: SMALL + field(99, content)),
}


def outcome(fn, bytes_):
    try:
        fn.raw(bytes_, timeout=20)
    except grpc.RpcError as error:
        return error.code()
    return OK


def survives(fn, bytes_, allowed, what):
    """The call ends with one of these codes within the bounds, and the next one is answered."""
    codes = []
    cpu = cpu_seconds(fn.process)
    grown = peak(fn.process, lambda: codes.append(outcome(fn, bytes_)))
    cpu = cpu_seconds(fn.process) - cpu
    expect(codes[0] in allowed, f"{what}: {codes[0]}")
    expect(cpu < SECONDS, f"{what}: {cpu} s")
    expect(grown < TIMES * len(bytes_) + BASE, f"{what}: {grown >> 20} MiB for {len(bytes_) >> 10} KiB")
    expect_equal(fn.expected, fn.raw(SMALL), f"the answer after {what}")
    if "DEBUG" in os.environ:
        print(f"     {what}: {codes[0].name} {cpu:.2f} s, {grown >> 20} MiB for {len(bytes_) >> 10} KiB")


@row("H1", "100 000 levels of objects or lists, wherever a Struct can be: refused where it is read, passed by where it is not")
def nesting(fn):
    fn.expected = fn.raw(SMALL)
    for deep in (nested_struct(100_000), nested_list(100_000)):
        for where, (is_read, put) in PLACES.items():
            allowed = {True: (INVALID, OK), False: (OK,), None: (OK, INVALID)}[is_read]
            survives(fn, put(member(b"x", deep)), allowed, f"nesting in {where}")
    survives(fn, composite(spec=member(b"x", nested_struct(100_000))), (INVALID,), "nesting in a member that is read")


EMPTY = {  # pieces of two bytes that make much of little, inside a Struct
    "empty members": field(1, b""),
    "unknown fields": tag(15, VARINT) + b"\x00",
}


def crowds(size):
    for what, piece in EMPTY.items():
        yield what, fill(piece, size)
    yield "empty values of a list", member(b"x", field(6, fill(field(1, b""), size)))
    yield "unknown fields of a value", member(b"x", fill(tag(15, VARINT) + b"\x00", size))
    yield "unknown fields of a member", field(1, field(1, b"x") + fill(tag(15, VARINT) + b"\x00", size))
    yield "empty values of a member", field(1, field(1, b"x") + fill(field(2, b""), size))
    yield "empty objects of a value", member(b"x", fill(field(5, b""), size))
    yield "empty lists of a value", member(b"x", fill(field(6, b""), size))
    yield "nulls of a value", member(b"x", fill(tag(1, VARINT) + b"\x00", size))
    yield "keys of a member", field(1, fill(field(1, b""), size))


@row("H2", "4 MiB of two-byte pieces, wherever a Struct can be")
def crowded(fn):
    for where, (_, put) in PLACES.items():
        for what, crowd in crowds(4 * MIB - 2000):
            survives(fn, put(crowd), (OK, INVALID), f"{what} in {where}")


@row("H2", "15 MiB of two-byte pieces where they are read and where they are passed on")
def more_crowded(fn):
    for where in ("the composite's spec", "the context", "a desired resource", "an observed resource of nobody's"):
        for what, crowd in list(crowds(15 * MIB))[:3]:
            survives(fn, PLACES[where][1](crowd), (OK, INVALID), f"{what} in {where}")


@row("H3", "submessages that come again and again, 512 KiB to 4 MiB of them, at each place of the envelope")
def repeated(fn):
    for size in (512 << 10, 4 * MIB):
        for number in (1, 2, 3, 4, 5):
            survives(fn, SMALL + fill(field(number, b""), size), (OK, INVALID), f"field {number} of the request")
        for number, what in ((2, "observed"), (3, "desired")):
            inside = {
                f"{what}.composite": fill(field(1, b""), size),
                f"{what}.resources": fill(field(2, b""), size),
                f"{what}.resources of one name": fill(field(2, entry(b"x", b"")), size),
                f"{what}.resources.value": field(2, field(1, b"x") + fill(field(2, b""), size)),
                f"{what}.resources.key": field(2, fill(field(1, b""), size)),
                f"{what}.composite.resource": field(1, fill(field(1, b""), size)),
                f"{what}.composite.connection_details": field(1, fill(field(2, b""), size)),
                f"{what}.composite.connection_details.value": field(1, field(2, fill(field(2, b""), size))),
                f"{what}.composite.ready": field(1, fill(tag(3, VARINT) + b"\x01", size)),
                f"{what}.resources.value.resource": field(2, entry(b"x", fill(field(1, b""), size))),
                f"{what}.resources.value.connection_details": field(2, entry(b"x", fill(field(2, b""), size))),
            }
            for name, content in inside.items():
                survives(fn, field(number, content), (OK, INVALID), name)
        for number, what in ((1, "tag"), (2, "capabilities")):
            piece = field(1, b"") if number == 1 else tag(2, VARINT) + b"\x01"
            survives(fn, field(1, fill(piece, size)), (OK, INVALID), f"meta.{what}")
        for number in (6, 7, 8, 9, 50):
            survives(fn, SMALL + fill(field(number, b""), size), (OK, INVALID), f"field {number} of the request")


@row("H4", "texts that are not UTF-8 are refused where they are read, and texts with NUL are what they are")
def texts(fn):
    for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"abcdefgh\xc3", b"\x80"):
        for what, bytes_ in {"the tag": field(1, field(1, bad)), "a value": composite(spec=member(b"x", text(bad))),
                             "a key": composite(spec=member(bad, text(b"x"))), "a composed resource's name": field(2, field(2, entry(bad, b""))),
                             "a connection detail's name": path(2, 1, 2, inside=entry(bad, b"x"))}.items():
            survives(fn, bytes_, (INVALID,), f"{bad} in {what}")
    r = request(shoot(), tag="a\0b")
    r.context.fields["n\0ul"].string_value = "x\0y"
    r.desired.resources["with\0nul"].resource.fields["kind"].string_value = "\0"
    r.observed.resources["with\0nul"].resource.fields["kind"].string_value = "\0"
    answer = fn.call(r)
    expect_equal("a\0b", answer.meta.tag, "tag")
    expect_equal({"n\0ul": "x\0y"}, plain(answer.context), "context")
    expect_equal("\0", answer.desired.resources["with\0nul"].resource.fields["kind"].string_value, "a resource that is passed on")
    for spec in ({"region": "kna1\0"}, {"region": "kna1\0x"}, {"projectId": "\0"}, {"kubernetes": {"version": "1.33.7\0"}}):
        expect("NUL" in only_result(fn.call(request(shoot(**spec))), FATAL).message, f"{spec} is no error")
    survives(fn, composite(spec=member(b"re\0gion", text(b"x"))), (INVALID,), "a name with a NUL")


@row("H5", "of what is given twice the last counts, and objects are merged, as the format demands")
def twice(fn):
    first, second = field(3, b"nowhere-1"), field(3, b"nowhere-2")
    for what, extra in {"members": member(b"region", first) + member(b"region", second), "values": member(b"region", first + second),
                        "kinds": member(b"region", field(5, b"") + second), "parts": field(1, entry(b"region", first) + field(2, second))}.items():
        answer = fn.raw(composite(spec=extra))
        expect(b"nowhere-2" in answer and b"nowhere-1" not in answer, f"the last of two {what}")
    merged = member(b"x", field(5, member(b"a", text(b"1"))) + field(5, member(b"b", text(b"2"))))
    survives(fn, SMALL + field(4, merged), (OK,), "an object in two parts")
    survives(fn, SMALL + field(4, b"") + field(4, b""), (OK, INVALID), "two Inputs")


@row("H6", "wrong wire types, groups, lengths and numbers that cannot be: refused, or skipped as unknown; never taken for something else")
def malformed(fn):
    wrong = {VARINT: b"\x01", I64: bytes(8), I32: bytes(4)}
    for number in range(1, 10):
        for kind, content in wrong.items():
            survives(fn, SMALL + tag(number, kind) + content, (OK, INVALID), f"field {number} of wire type {kind}")
            survives(fn, composite(spec=field(1, tag(number, kind) + content)), (OK, INVALID), f"field {number} of wire type {kind} in a Struct")
    for number in (1, 2, 50):
        group = tag(number, GROUP) + field(1, b"x") + tag(number, END)
        survives(fn, SMALL + group, (OK, INVALID), "a group")
        survives(fn, composite(spec=group), (OK, INVALID), "a group in a Struct")
        for bad in (tag(number, GROUP), tag(number, END), tag(number, GROUP) + tag(number + 1, END), tag(number, 6), tag(number, 7)):
            survives(fn, SMALL + bad, (INVALID,), f"field {number}: {bad}")
            survives(fn, composite(spec=bad), (INVALID,), f"field {number} in a Struct: {bad}")
    survives(fn, SMALL + fill(tag(50, GROUP), MIB), (INVALID,), "a million groups in one another")
    half = MIB // 4
    survives(fn, SMALL + tag(50, GROUP) * half + tag(50, END) * half, (OK, INVALID), "groups in one another")
    for length in (1, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 40, (1 << 64) - 1):
        for number in (1, 2, 4, 50):
            survives(fn, SMALL + tag(number) + varint(length), (INVALID,), f"length {length}")
        survives(fn, composite(spec=tag(1) + varint(length)), (INVALID,), f"length {length} in a Struct")
    for overlong in (b"\x80" * 9 + b"\x00", b"\x80" * 10 + b"\x00", b"\xff" * 9 + b"\x02", b"\xff" * 11, b"\x80" * (1 << 20)):
        survives(fn, SMALL + tag(50, VARINT) + overlong, (OK, INVALID), "an overlong varint")
        survives(fn, SMALL + overlong, (OK, INVALID), "an overlong tag")
    for tag_ in (b"\x00\x00", b"\x02\x00", varint(1 << 32 | 2) + b"\x00", varint((1 << 29) << 3 | 2) + b"\x00"):
        survives(fn, SMALL + tag_, (INVALID,), f"tag {tag_}")
        survives(fn, composite(spec=tag_), (INVALID,), f"tag {tag_} in a Struct")


# ---- gRPC and HTTP/2 --------------------------------------------------------------------------------------------------

def raw_outcome(fn, send, seconds=4, **headers):
    """What becomes of a call on a connection of its own; send(connection, stream) sends what follows the headers."""
    c = rawh2.Connection(fn.port)
    stream = c.open(V1, **headers)
    with contextlib.suppress(ConnectionError):  # it may have hung up before all was sent
        send(c, stream)
    result = c.outcome(stream, seconds)
    c.close()
    expect_equal(fn.expected, fn.raw(SMALL), "the next answer")
    return result


@row("H7", "compressed messages are UNIMPLEMENTED, and nothing is inflated: 60 KiB that would be 60 MiB")
def compressed(fn):
    for how in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        channel = fn.open()
        try:
            channel.unary_unary(V1)(SMALL + field(50, bytes(1000)), timeout=10, compression=how)
        except grpc.RpcError as error:
            expect_equal(UNIMPLEMENTED, error.code(), f"{how}")
        else:
            raise Failure(f"{how} is accepted")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(bytes(MIB)) for _ in range(60)) + squeeze.flush()
    expect(len(bomb) < 65000, f"{len(bomb)} bytes")
    for encoding in ("gzip", "deflate", "identity", "br", None):
        results = []
        grown = peak(fn.process, lambda: results.append(raw_outcome(  # noqa: B023
            fn, lambda c, s: c.data(s, rawh2.message(bomb, compressed=1)), grpc_encoding=encoding)))  # noqa: B023
        expect(grown < BASE, f"{encoding}: {grown >> 20} MiB")
        expect(results[0] in ("reset", "closed") or results[0] and results[0][0] in (UNIMPLEMENTED.value[0], INTERNAL.value[0], INVALID.value[0]),
               f"{encoding}: {results}")


@row("H8", "calls with no message, half a message, two, a length that is a lie, or none of gRPC's content types")
def framing(fn):
    whole = rawh2.message(SMALL)

    def refused(what, send, **headers):
        result = raw_outcome(fn, send, **headers)
        expect(result in ("reset", "closed") or result and result[0] != 0, f"{what}: {result}")
    expect_equal(INVALID.value[0], raw_outcome(fn, lambda c, s: c.data(s, b""))[0], "no message")
    expect_equal((0, ""), raw_outcome(fn, lambda c, s: c.data(s, whole)), "one message")
    for cut in (1, 4, 5, 6, len(whole) - 1):
        refused(f"{cut} bytes of a message", lambda c, s: c.data(s, whole[:cut]))  # noqa: B023
    refused("a length beyond the limit", lambda c, s: c.data(s, rawh2.message(SMALL, length=0xffffffff)))
    for what, sent in {"two messages": whole + whole, "a flag nobody knows": rawh2.message(SMALL, compressed=7)}.items():
        expect(raw_outcome(fn, lambda c, s: c.data(s, sent)), f"{what}: no outcome")  # noqa: B023
    for kind in ("text/plain", "application/json", None):
        raw_outcome(fn, lambda c, s: c.data(s, whole), content_type=kind)
    for headers in ({":method": "GET"}, {":path": None}, {":scheme": "ftp"}, {"te": None}, {"grpc_timeout": "-1S"}, {"grpc_timeout": "99999999H"},
                    {"grpc_timeout": "x"}, {"grpc_timeout": "1n"}, {"user_agent": "x" * 120}, {"bad_name\n": "x"}, {"x_bin": "not base 64!"}):
        raw_outcome(fn, lambda c, s: c.data(s, whole), seconds=1, **headers)


@row("H9", "garbage, half a preface, frames that make no sense: dropped, and the port goes on")
def garbage(fn):
    settings = rawh2.PREFACE + rawh2.frame(rawh2.SETTINGS)
    for bytes_ in (b"", b"\x00", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(5000), rawh2.PREFACE[:12], rawh2.PREFACE, b"\x16\x03\x01" + bytes(500),
                   settings + os.urandom(3000), settings + rawh2.frame(rawh2.HEADERS, 4, 1, os.urandom(200)), settings + rawh2.frame(99, 0, 1, bytes(100)),
                   settings + rawh2.frame(rawh2.DATA, 0, 1, bytes(100)), settings + rawh2.frame(rawh2.HEADERS, 4, 2, b""),
                   settings + b"\xff\xff\xff" + bytes(6), settings + rawh2.frame(rawh2.WINDOW_UPDATE, 0, 0, bytes(4)),
                   settings + rawh2.frame(rawh2.SETTINGS, 0, 0, bytes(5)), settings + rawh2.frame(rawh2.SETTINGS, 0, 0, packing.pack(">HI", 4, 1 << 31))):
        with socket.create_connection(("127.0.0.1", fn.port), 5) as sock:
            sock.sendall(bytes_)
        with socket.create_connection(("127.0.0.1", fn.port), 5) as sock:  # this one waits for what comes of it
            sock.sendall(bytes_)
            sock.settimeout(0.1)
            try:
                while sock.recv(65536):
                    pass
            except OSError:
                pass
        expect_equal(fn.expected, fn.raw(SMALL), f"the answer after {bytes_[:40]}")


@row("H10", "a client that never finishes, or never reads, delays nobody")
def slow(fn):
    slow_ones = []
    for n in range(50):
        c = rawh2.Connection(fn.port)
        stream = c.open(V1)
        c.data(stream, rawh2.message(SMALL, length=15 * MIB)[:30_000 if n % 2 else 7], end=False)
        if n % 5 == 0:
            c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        slow_ones.append(c)
    for n in range(100):  # calls that are complete, on a connection nobody reads
        if n < 30:
            c.data(slow_ones[0].open(V1) and c.open(V1), rawh2.message(SMALL))
    start = time.monotonic()
    for _ in range(50):
        expect_equal(fn.expected, fn.raw(SMALL, timeout=5), "answer")
    expect(time.monotonic() - start < 5, f"{time.monotonic() - start} s for 50 calls")
    for c in slow_ones:
        c.close()


@row("H10", "150 requests of 15 MiB that are never finished: memory stays within its limit, others are answered, and it is given back")
def half_sent(fn):
    before = memory(fn.process)
    c = rawh2.Connection(fn.port)
    poured = []

    def pour():
        streams = [c.open(V1) for _ in range(150)]
        for stream in streams:
            c.data(stream, rawh2.message(b"", length=15 * MIB), end=False)
        try:
            poured.append(c.pour(streams, 15 * MIB - 10, 6, 5))
        except OSError:
            pass  # the server has had enough
        wait_until(lambda: outcome(fn, SMALL) == OK, 5, "an answer meanwhile")  # idle connections are closed first: a call may be lost
    grown = peak(fn.process, pour)
    expect(grown < (800 if has_own_malloc(fn.process) else 600) * MIB, f"{grown >> 20} MiB, of {poured} bytes")
    c.close()
    wait_until(lambda: has_own_malloc(fn.process) or memory(fn.process) < before + 64 * MIB, 15, "the memory to be given back")
    expect_equal(fn.expected, fn.raw(SMALL), "an answer afterwards")
    if "DEBUG" in os.environ:
        print(f"     {grown >> 20} MiB, of {poured} bytes; then {memory(fn.process) >> 20} MiB, {before >> 20} before")


@row("H10", "25 clients that do not read their answers: their questions of 12 MiB are not kept, and others are answered")
def unread(fn):
    before, size, clients = memory(fn.process), 12 * MIB, []
    head = SMALL + tag(99, BYTES) + varint(size)  # a field that nobody knows
    for _ in range(25):
        c = rawh2.Connection(fn.port)
        c.send(rawh2.SETTINGS, payload=packing.pack(">HI", 4, 0))  # no room for a byte of an answer
        stream = c.open(V1)
        c.data(stream, rawh2.message(head, length=len(head) + size), end=False)
        expect_equal(size, c.pour([stream], size, 10, 5 + len(head)), "bytes sent")
        c.data(stream, b"")
        clients.append(c)
    grown = memory(fn.process) - before
    expect_equal(fn.expected, fn.raw(head + bytes(size)), "an answer to as large a request meanwhile")
    expect(has_own_malloc(fn.process) or grown < 150 * MIB, f"{grown >> 20} MiB")
    for c in clients:
        c.close()


@row("H10", "100 clients that do not read answers of 3.9 MiB: a limit on what is kept for them, and small calls are answered meanwhile")
def unread_answers(fn):
    before, size, clients = memory(fn.process), 39 * MIB // 10, []
    asked = request(shoot())
    asked.ClearField("context")
    head = asked.SerializeToString() + tag(5, BYTES) + varint(size)  # the context comes back
    for _ in range(100):
        c = rawh2.Connection(fn.port)
        c.send(rawh2.SETTINGS, payload=packing.pack(">HI", 4, 0))
        stream = c.open(V1)
        c.data(stream, rawh2.message(head, length=len(head) + size), end=False)
        c.pour([stream], size, 10, 5 + len(head))
        c.data(stream, b"")
        clients.append(c)
    time.sleep(0.5)
    grown = memory(fn.process) - before
    expect_equal(fn.expected, fn.raw(SMALL), "an answer meanwhile")
    expect(has_own_malloc(fn.process) or grown < 340 * MIB, f"{grown >> 20} MiB")
    for c in clients:
        c.close()
    wait_until(lambda: outcome(fn, head + bytes(size)) == OK, 5, "as large an answer afterwards")


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


@row("H11", "500 connections that are opened and dropped leave neither memory nor files behind")
def dropped(fn):
    files = open_files(fn.process)

    def all_of_them():
        some = []
        for n in range(500):
            sock = socket.create_connection(("127.0.0.1", fn.port), 5)
            sock.sendall((b"", rawh2.PREFACE, rawh2.PREFACE[:10], rawh2.PREFACE + rawh2.frame(rawh2.SETTINGS))[n % 4])
            some.append(sock)
            if n % 3:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, packing.pack("ii", 1, 0))  # reset
                some.pop().close()
        for sock in some:
            sock.close()
    grown = peak(fn.process, all_of_them)
    expect(grown < 150 * MIB, f"{grown >> 20} MiB")
    expect_equal(fn.expected, fn.raw(SMALL), "the next answer")
    for _ in range(100):
        if open_files(fn.process) <= files + 5:
            return
        time.sleep(0.05)
    raise Failure(f"{open_files(fn.process)} files are open, {files} were")


@row("H11", "more connections than files: some are dropped, and when the others have gone new ones are served again")
def no_files(fn):
    before = resource.prlimit(fn.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(fn.process.pid, resource.RLIMIT_NOFILE, (open_files(fn.process) + 20, before[1]))
    many = [socket.create_connection(("127.0.0.1", fn.port), 5) for _ in range(100)]
    expect_equal(fn.expected, fn.raw(SMALL), "the answer on a connection from before")
    cpu = cpu_seconds(fn.process)
    time.sleep(0.5)
    expect(cpu_seconds(fn.process) - cpu < 0.3, "it is busy with having no files")
    for sock in many:
        sock.close()
    with fn.open() as channel:
        expect_equal(fn.expected, fn.raw(SMALL, channel=channel, timeout=5), "the answer on a new connection")
    resource.prlimit(fn.process.pid, resource.RLIMIT_NOFILE, before)


@row("H12", "streams that are opened and reset at once, pings and settings without end, heads that are too long: bounded")
def floods(fn):
    def flood(bytes_, times):
        with socket.create_connection(("127.0.0.1", fn.port), 5) as sock:
            sock.sendall(rawh2.PREFACE + rawh2.frame(rawh2.SETTINGS))
            sock.settimeout(5)
            try:
                for n in range(times):
                    sock.sendall(bytes_(n))
            except OSError:
                pass  # the server has closed it

    def head(stream, *more):
        literals = {":method": "POST", ":scheme": "http", ":path": V1, ":authority": "x", "content-type": "application/grpc", "te": "trailers"}
        return rawh2.frame(rawh2.HEADERS, 4, stream, b"".join(rawh2.literal(*pair) for pair in [*literals.items(), *more]))
    for what, bytes_, times in (
            ("reset", lambda n: head(2 * n + 1) + rawh2.frame(rawh2.RST_STREAM, 0, 2 * n + 1, b"\0\0\0\x08"), 5000),
            ("ping", lambda n: rawh2.frame(rawh2.PING, 0, 0, bytes(8)) * 100, 200),
            ("settings", lambda n: rawh2.frame(rawh2.SETTINGS) * 100, 200),
            ("streams", lambda n: head(2 * n + 1), 5000),
            ("head", lambda n: head(2 * n + 1, *[(f"x-{i}", "y" * 120) for i in range(100)]), 50)):
        start = time.monotonic()
        grown = peak(fn.process, lambda: flood(bytes_, times))  # noqa: B023
        expect(grown < 150 * MIB, f"{what}: {grown >> 20} MiB")
        expect(time.monotonic() - start < 15, f"{what}: {time.monotonic() - start} s")
        expect_equal(fn.expected, fn.raw(SMALL), f"the answer after {what}")
        if "DEBUG" in os.environ:
            print(f"     {what}: {time.monotonic() - start:.2f} s, {grown >> 20} MiB")


@row("H13", "after all this: exit status 0, no leak, no report of a sanitizer; the log is short, and JSON but for that")
def the_end(fn):
    expect(memory(fn.process) < 800 * MIB, f"{memory(fn.process) >> 20} MiB, {status(fn.process, 'Threads')} threads")
    ends(fn.process, 5)
    log = fn.process.log.read_text(errors="replace")
    expect("ERROR: " not in log and "runtime error" not in log, "the sanitizer spoke")
    for line in log.splitlines():
        expect(re.fullmatch(r"\{.*\}", line), f"a line of its own: {line[:300]}")
        expect(len(line) < 2000, f"a long line: {line[:300]}")
    expect(len(log) < 200_000, f"{len(log)} bytes of log")
    fn.process = fn.lab.start("function-cleura", "--version")
    fn.process.wait(5)


run_rows()
