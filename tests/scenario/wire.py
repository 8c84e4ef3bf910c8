"""Protobuf messages by hand, for those that no library would make."""
VARINT, I64, BYTES, GROUP, END, I32 = range(6)


def varint(n):
    out = b""
    while n > 0x7f:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def tag(number, kind=BYTES):
    return varint(number << 3 | kind)


def field(number, content):
    """A string, bytes or a message."""
    return tag(number) + varint(len(content)) + content


def path(*numbers, inside=b""):
    """inside as the first of these fields, which is in the second, and so on."""
    for number in numbers:
        inside = field(number, inside)
    return inside


def entry(key, value=None):
    """An entry of a map of messages."""
    return field(1, key) + (b"" if value is None else field(2, value))


def member(key, value):
    """A member of a Struct; value: bytes of a Value."""
    return field(1, entry(key, value))


def text(string):
    return field(3, string)


def nested(levels, shells, inside=b""):
    """inside, wrapped that often; shells: (field number, bytes before it), from the inside to the outside."""
    heads, size = [], len(inside)
    for _ in range(levels):
        for number, before in shells:
            head = before + tag(number) + varint(size)
            heads.append(head)
            size += len(head)
    return b"".join(reversed(heads)) + inside


def nested_struct(levels):
    """A Value {"a": {"a": ... {}}}."""
    return field(5, nested(levels, [(5, b""), (2, field(1, b"a")), (1, b"")]))


def nested_list(levels):
    """A Value [[[ ... ]]]."""
    return nested(levels, [(1, b""), (6, b"")])


def fill(piece, size):
    """As many of them as fit."""
    return piece * (size // len(piece))
