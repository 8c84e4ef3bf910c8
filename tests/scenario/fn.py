"""A Crossplane for function-cleura: requests made with Google's protobuf, calls made with grpcio.

The messages are those of function/wire/proto/run_function.proto, compiled by protoc when a scenario starts; rows of a contract are
functions marked @row, each run against one server."""
import copy
import hashlib
import importlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import json_format
from lab import PROJECT, ROOT, Lab, Failure, expect, expect_equal, wait_until, worker

PROTO = ROOT / "function/wire/proto"
SERVICE = "/apiextensions.fn.proto.{}.FunctionRunnerService/RunFunction"
V1, V1BETA1 = SERVICE.format("v1"), SERVICE.format("v1beta1")
FATAL, WARNING, NORMAL = 1, 2, 3
UNSPECIFIED, READY, NOT_READY = 0, 1, 2


def compile_messages():
    """The module of the true messages."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={out}", "run_function.proto"], check=True)
        sys.path.insert(0, out)
        try:
            return importlib.import_module("run_function_pb2")
        finally:
            sys.path.remove(out)


pb = compile_messages()


def shoot(name="my-cluster", **spec):
    """A composite as Crossplane observes it."""
    return {
        "apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot",
        "metadata": {"name": name, "namespace": "team-a", "uid": "4f1c0f5e-0000-4000-8000-000000000001", "generation": 2,
                     "managedFields": [{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:region": {}}}}]},
        "spec": {"region": "kna1", "projectId": PROJECT, "kubernetes": {"version": "1.33.7"},
                 "provider": {"workers": [worker("default")]}, **spec},
    }


def struct(into, document):
    json_format.ParseDict(document, into)


def plain(message):
    """A Struct as Python objects; whole numbers as integers, as JSON in Kubernetes has them."""
    def whole(value):
        if isinstance(value, dict):
            return {k: whole(v) for k, v in value.items()}
        if isinstance(value, list):
            return [whole(v) for v in value]
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return whole(json_format.MessageToDict(message))


def request(composite=None, observed=None, input_=None, tag="0123abcd"):
    """A RunFunctionRequest as Crossplane's first step has it."""
    r = pb.RunFunctionRequest()
    r.meta.tag = tag
    r.desired.SetInParent()
    r.context.SetInParent()
    if composite is not None:
        struct(r.observed.composite.resource, composite)
    for name, document in (observed or {}).items():
        struct(r.observed.resources[name].resource, document)
    if input_ is not None:
        struct(r.input, input_)
    return r


def observe(response, conditions=(("Ready", "True"), ("Synced", "True")), **more):
    """The desired resources of a response as Crossplane observes them after it applied them. more: name=status.atProvider."""
    seen = {}
    for name, resource in response.desired.resources.items():
        document = plain(resource.resource)
        document["metadata"] = {**document.get("metadata", {}), "uid": f"uid-{name}", "generation": 1,
                                "resourceVersion": "7", "creationTimestamp": "2026-11-22T08:00:00Z",
                                "managedFields": [{"manager": "crossplane", "fieldsV1": {"f:spec": {}}}]}
        document["status"] = {"conditions": [{"type": t, "status": s, "reason": "Because", "observedGeneration": 1}
                                             for t, s in conditions]}
        if name.replace("-", "_") in more:
            document["status"]["atProvider"] = more[name.replace("-", "_")]
        seen[name] = document
    return seen


def fields(message):
    """The (number, bytes) of a message's length-delimited fields, in their order."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(message):
        tag, size = varint(), varint()
        if tag & 7 == 2:
            yield tag >> 3, message[at:at + size]
            at += size


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Function:
    """A running function-cleura and a channel to it."""

    def __init__(self, lab, *arguments, insecure=True, env=None):
        self.port = free_port()
        self.target = f"127.0.0.1:{self.port}"
        flags = ["--insecure"] if insecure else []
        self.process = lab.start("function-cleura", *flags, "--address", self.target, "--metrics-address", "", *arguments,
                                 env=env)
        wait_until(lambda: self.listens() or self.process.poll() is not None, 20, "function-cleura to listen")
        expect(self.process.poll() is None, f"function-cleura ended: {self.process.log.read_text()}")
        self.channel = self.open()

    def listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def open(self, credentials=None, **options):
        """A new connection. options: gRPC's channel arguments, with '_' for '.'."""
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", 64 << 20),
                   *((f"grpc.{key}", value) for key, value in options.items())]
        if credentials:
            return grpc.secure_channel(self.target, credentials, options)
        return grpc.insecure_channel(self.target, options)

    def raw(self, bytes_, path=V1, timeout=20, channel=None):
        """The response's bytes. FN_RECORD=DIRECTORY keeps the requests: inputs for the fuzzers."""
        if os.environ.get("FN_RECORD"):
            pathlib.Path(os.environ["FN_RECORD"], hashlib.sha1(bytes_).hexdigest()).write_bytes(bytes_)
        return (channel or self.channel).unary_unary(path)(bytes_, timeout=timeout)

    def call(self, request_, path=V1, timeout=20):
        return pb.RunFunctionResponse.FromString(self.raw(request_.SerializeToString(), path, timeout))

    def refused(self, bytes_, *codes, path=V1, timeout=20):
        """The call fails with one of these codes; its message."""
        try:
            self.raw(bytes_, path, timeout)
        except grpc.RpcError as error:
            expect(error.code() in codes, f"expected {codes}, got {error.code()}: {error.details()}")
            return error.details()
        raise Failure(f"answered instead of {codes}")


def only_result(response, severity):
    expect_equal([severity], [r.severity for r in response.results], "severities")
    return response.results[0]


ROWS = []


def row(identity, promise):
    """Marks a function(fn) as a line of the contract."""
    def mark(function):
        ROWS.append((identity, promise, function))
        return function
    return mark


def run_rows(*arguments):
    """Every row of the calling module against one server; all failures are told."""
    failed = 0
    with Lab(simulator=False) as lab:
        fn = Function(lab, *arguments)
        fn.lab = lab
        for identity, promise, function in ROWS:
            try:
                expect(fn.process.poll() is None, "the function is gone")
                function(fn)
            except (Failure, grpc.RpcError, KeyError, IndexError, AssertionError) as why:
                failed += 1
                print(f"FAILED {identity} {promise}: {why}", file=sys.stderr)
            else:
                print(f"ok {identity:4} {promise}")
        if failed:
            print(f"--- {fn.process.log.name}\n{fn.process.log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
            raise SystemExit(1)
    print("passed")


__all__ = ["pb", "V1", "V1BETA1", "FATAL", "WARNING", "NORMAL", "UNSPECIFIED", "READY", "NOT_READY", "Function", "Lab", "copy", "grpc",
           "expect", "expect_equal", "wait_until", "Failure", "fields", "free_port", "observe", "only_result", "pathlib", "plain", "request", "row",
           "run_rows", "shoot", "struct", "worker"]
