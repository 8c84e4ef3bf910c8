#!/usr/bin/python3
"""Fail if envelope.proto and run_function.proto would not read each other's bytes: every field of the first must be one of the
second, with the same number, the same wire type and the same repetition."""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

PROTO = pathlib.Path(__file__).resolve().parents[2] / "function/wire/proto"
F = descriptor_pb2.FieldDescriptorProto
BYTES = {F.TYPE_STRING, F.TYPE_BYTES, F.TYPE_MESSAGE}
VARINT = {F.TYPE_INT32, F.TYPE_INT64, F.TYPE_UINT32, F.TYPE_UINT64, F.TYPE_BOOL, F.TYPE_ENUM}


def messages(file):
    """By name; the entries of a map State.resources as "ResourceEntry" is what envelope.proto calls them."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--descriptor_set_out={out.name}", file], check=True)
        described = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes()).file[0]
    found = {m.name: m for m in described.message_type}
    for message in described.message_type:
        found.update({f"{message.name}.{nested.name}": nested for nested in message.nested_type})
    return found


def compare(ours, theirs, our_messages, their_messages, seen, path):
    """Problems of a pair of messages and of all below."""
    if (ours.name, theirs.name) in seen:
        return []
    seen.add((ours.name, theirs.name))
    problems = []
    numbers = {f.number: f for f in theirs.field}
    for field in ours.field:
        where = f"{path}.{field.name}"
        other = numbers.get(field.number)
        if other is None or other.name != field.name:
            problems.append(f"{where} = {field.number}: is {other.name if other else 'unknown'} in run_function.proto")
        elif (field.type in BYTES) != (other.type in BYTES) or (field.type in VARINT) != (other.type in VARINT):
            problems.append(f"{where}: another wire type")
        elif (field.label == F.LABEL_REPEATED) != (other.label == F.LABEL_REPEATED):
            problems.append(f"{where}: repeated in one of the two only")
        elif field.type == F.TYPE_MESSAGE:
            below = other.type_name.removeprefix(".apiextensions.fn.proto.v1.")
            problems += compare(our_messages[field.type_name.removeprefix(".envelope.")], their_messages[below],
                                our_messages, their_messages, seen, where)
    return problems


def main():
    ours, theirs = messages("envelope.proto"), messages("run_function.proto")
    seen = set()
    problems = [problem for root in ("RunFunctionRequest", "RunFunctionResponse")
                for problem in compare(ours[root], theirs[root], ours, theirs, seen, root)]
    problems += [f"{name} is reached by nothing" for name in ours if name not in {pair[0] for pair in seen}]
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
