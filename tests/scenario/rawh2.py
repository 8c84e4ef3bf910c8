"""HTTP/2 by hand, for what no client library would send: frames one by one, cut off, wrong, or late.

Headers are sent as plain literals.  Of headers that come only grpc-status and grpc-message are looked for, as gRPC core writes
them for the first time on a connection: plain literals too."""
import contextlib
import re
import socket
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
WINDOW = 32 << 20


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def message(content, compressed=0, length=None):
    """A gRPC message with its five bytes of head."""
    return bytes([compressed]) + struct.pack(">I", len(content) if length is None else length) + content


def literal(name, value):
    def string(s):
        assert len(s) < 127
        return bytes([len(s)]) + s
    return b"\x00" + string(name.encode()) + string(value.encode())


class Connection:
    """A plaintext connection, or one on the given (TLS) socket."""

    def __init__(self, port, sock=None, timeout=10):
        self.socket = sock or socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.settimeout(timeout)
        self.stream, self.initial_room = -1, 65535
        self.pending = b""
        self.socket.sendall(PREFACE + frame(SETTINGS, payload=struct.pack(">HI", 4, WINDOW - 1))
                            + frame(WINDOW_UPDATE, payload=struct.pack(">I", WINDOW)))

    def send(self, kind, flags=0, stream=0, payload=b""):
        self.socket.sendall(frame(kind, flags, stream, payload))

    def open(self, path, end=False, **headers):
        """The head of a call; its stream."""
        self.stream += 2
        wanted = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost",
                  "content-type": "application/grpc", "te": "trailers",
                  **{name.replace("_", "-"): value for name, value in headers.items()}}
        block = b"".join(literal(name, value) for name, value in wanted.items() if value is not None)
        self.send(HEADERS, END_HEADERS | (END_STREAM if end else 0), self.stream, block)
        return self.stream

    def data(self, stream, content, end=True):
        """In frames of at most 16 KiB; only as much as a fresh connection's window takes."""
        for at in range(0, max(len(content), 1), 16384):
            last = at + 16384 >= len(content)
            self.send(DATA, END_STREAM if end and last else 0, stream, content[at:at + 16384])

    def pour(self, streams, size, seconds, before):
        """Bytes into all of them, as much as the server has room for, size into each; how many when the time is over or all are in.
        before: how many each has had, on a fresh connection."""
        sent, room, poured = dict.fromkeys(streams, 0), dict.fromkeys(streams, 65535 - before), 0
        room[0] = 65535 - before * len(streams)
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(n < size for n in sent.values()):
            for kind, _, stream, payload in self.frames(0.01):
                if kind == WINDOW_UPDATE and stream in room:
                    room[stream] += struct.unpack(">I", payload)[0]
                elif kind == RST_STREAM or (kind == HEADERS and stream in sent):
                    sent.pop(stream, None)
                elif kind == SETTINGS:
                    for at in range(0, len(payload), 6):
                        name, value = struct.unpack(">HI", payload[at:at + 6])
                        if name == 4:
                            room.update({s: room[s] + value - self.initial_room for s in streams})
                            self.initial_room = value
            self.socket.settimeout(max(0.1, until - time.monotonic()))  # frames() has set another
            for stream in sent:
                while (n := min(room[0], room[stream], size - sent[stream], 16384)) > 0:
                    self.send(DATA, 0, stream, bytes(n))
                    sent[stream] += n
                    room[stream] -= n
                    room[0] -= n
                    poured += n
        return poured

    def frames(self, seconds):
        """What comes, as (kind, flags, stream, payload), until the connection ends or the time is over; settings and pings are
        answered."""
        until = time.monotonic() + seconds
        while True:
            while len(self.pending) >= 9 and len(self.pending) >= 9 + int.from_bytes(self.pending[:3], "big"):
                size = int.from_bytes(self.pending[:3], "big")
                kind, flags = self.pending[3:5]
                stream = int.from_bytes(self.pending[5:9], "big") & 0x7fffffff
                payload, self.pending = self.pending[9:9 + size], self.pending[9 + size:]
                if kind in (SETTINGS, PING) and not flags & ACK:
                    with contextlib.suppress(ConnectionError):  # it may have hung up; what it said before still counts
                        self.send(kind, ACK, payload=payload if kind == PING else b"")
                yield kind, flags, stream, payload
            left = until - time.monotonic()
            if left <= 0:
                return
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(1 << 16)
            except (TimeoutError, ConnectionError):
                return
            if not more:
                return
            self.pending += more

    def outcome(self, stream, seconds=2):
        """(grpc-status, message) of a call; "reset", "goaway" or "closed" when it ended otherwise; None: it has not."""
        start = time.monotonic()
        for kind, _, where, payload in self.frames(seconds):
            if kind == GOAWAY and payload[4:8] != bytes(4):
                return "goaway"
            if where != stream:
                continue
            if kind == RST_STREAM:
                return "reset"
            status = kind == HEADERS and re.search(rb"grpc-status[\x01\x02](\d+)", payload, re.DOTALL)
            if status:
                why = re.search(rb"grpc-message.([ -~]*)", payload, re.DOTALL)
                return int(status[1]), why[1].decode() if why else ""
        return "closed" if time.monotonic() - start < seconds else None

    def close(self):
        self.socket.close()
