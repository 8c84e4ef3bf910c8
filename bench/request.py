"""Builds the requests that are measured: what Crossplane sends for a Shoot that is up, as of tests/render/shoot/ready.

The function itself is asked first, as Crossplane does it: its desired resources become the observed ones of the next call, with
the metadata, managedFields and status that an API server and a provider add.  So every resource is as large as a real one.

Usage: request.py ADDRESS DIRECTORY     writes shoot.req, shoot-10x.req (ten times the observed resources) and shoot.res there"""
import copy
import importlib
import pathlib
import subprocess
import sys
import tempfile

import grpc
import yaml
from google.protobuf import json_format

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASE = ROOT / "tests/render/shoot/ready"
METHOD = "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction"
UID = "7b0f6f0e-5a2c-4e9c-9d55-6b1d2f0a{:04x}"


def messages():
    """The module protoc makes of the true messages."""
    with tempfile.TemporaryDirectory() as out:
        proto = ROOT / "function/wire/proto"
        subprocess.run(["protoc", f"--proto_path={proto}", f"--python_out={out}", "run_function.proto"], check=True)
        sys.path.insert(0, out)
        return importlib.import_module("run_function_pb2")


def fields(value):
    """fieldsV1 of managedFields: every key that was applied."""
    if isinstance(value, dict):
        return {f"f:{k}": fields(v) for k, v in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "name" in value[0]:
        return {f'k:{{"name":"{v["name"]}"}}': {".": {}, **fields(v)} for v in value}
    return {}


def managed(manager, applied, subresource=None):
    entry = {"manager": manager, "operation": "Apply" if subresource is None else "Update", "fieldsType": "FieldsV1",
             "apiVersion": applied.get("apiVersion", ""), "time": "2026-11-22T08:00:00Z",
             "fieldsV1": fields({k: v for k, v in applied.items() if k not in ("apiVersion", "kind")})}
    return entry if subresource is None else {**entry, "subresource": subresource}


CONDITIONS = [{"type": t, "status": "True", "reason": r, "observedGeneration": 3, "lastTransitionTime": "2026-11-22T08:15:00Z"}
              for t, r in (("Synced", "ReconcileSuccess"), ("Ready", "Available"))]


def observed_composite(composite, names):
    """As the API server has it after some reconciles: about 3 KB of managedFields."""
    seen = copy.deepcopy(composite)
    seen["spec"]["crossplane"] = {
        "compositionRef": {"name": "shoots.platform.cleura.crossplane.io"},
        "compositionRevisionRef": {"name": "shoots.platform.cleura.crossplane.io-3f1c9ab"},
        "compositionUpdatePolicy": "Automatic",
        "resourceRefs": [{"apiVersion": "cleura.m.crossplane.io/v1alpha2", "kind": "Request", "name": n} for n in names]}
    seen["status"] = {"phase": "Ready", "message": "The cluster is ready", "shootName": "my-cluster",
                      "kubernetesVersion": "1.33.7", "conditions": CONDITIONS}
    seen["metadata"] |= {
        "uid": UID.format(0), "generation": 7, "resourceVersion": "8231544", "creationTimestamp": "2026-11-20T08:00:00Z",
        "labels": {"crossplane.io/composite": "my-cluster"}, "finalizers": ["composite.apiextensions.crossplane.io"],
        "managedFields": [managed("kubectl", {**composite, "metadata": {"annotations": {}}}),
                          managed("apiextensions.crossplane.io/composite", {"spec": seen["spec"]}),
                          managed("crossplane", {"status": seen["status"]}, "status")]}
    return seen


def observed_resource(name, number, desired, status):
    """What the API server has of an applied resource, with what the provider said of it."""
    seen = copy.deepcopy(desired)
    seen["status"] = {"conditions": CONDITIONS, "observedGeneration": 3, **status}
    seen.setdefault("metadata", {}).setdefault("name", f"my-cluster-{number:05x}")
    seen["metadata"] |= {
        "namespace": "team-a", "uid": UID.format(number), "generation": 3, "resourceVersion": str(8231500 + number),
        "creationTimestamp": "2026-11-20T08:00:00Z", "generateName": "my-cluster-",
        "labels": {"crossplane.io/composite": "my-cluster"}, "finalizers": ["finalizer.managedresource.crossplane.io"],
        "annotations": {"crossplane.io/composition-resource-name": name, "crossplane.io/external-name": f"my-cluster-{name}",
                        "crossplane.io/external-create-pending": "2026-11-20T08:00:01Z",
                        "crossplane.io/external-create-succeeded": "2026-11-20T08:00:02Z"},
        "ownerReferences": [{"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot", "name": "my-cluster",
                             "uid": UID.format(0), "controller": True, "blockOwnerDeletion": True}],
        "managedFields": [managed("apiextensions.crossplane.io/composed/5a61", desired),
                          managed("provider-cleura", {"status": seen["status"]}, "status")]}
    return seen


def build(pb, composite, observed):
    request = pb.RunFunctionRequest()
    request.meta.tag = "4f" * 32
    request.meta.capabilities.extend(range(1, 6))
    json_format.ParseDict(composite, request.observed.composite.resource)
    for name, resource in observed.items():
        json_format.ParseDict(resource, request.observed.resources[name].resource)
    request.desired.SetInParent()
    json_format.ParseDict({"apiextensions.crossplane.io/environment": {"zone": "kna1"}}, request.context)
    return request


def main(address, directory):
    pb = messages()
    out = pathlib.Path(directory)
    call = grpc.insecure_channel(address).unary_unary(
        METHOD, pb.RunFunctionRequest.SerializeToString, pb.RunFunctionResponse.FromString)
    composite = yaml.safe_load((CASE / "composite.yaml").read_text())
    statuses = {k: (v or {}).get("status", {}) for k, v in yaml.safe_load((CASE / "observed.yaml").read_text()).items()}
    observed = {}
    # What is rendered grows with what is observed (a ProviderConfig once the shoot is known), until nothing changes.
    while True:
        response = call(build(pb, observed_composite(composite, list(observed)), observed))
        desired = {n: json_format.MessageToDict(r.resource) for n, r in sorted(response.desired.resources.items())}
        fatal = [r.message for r in response.results if r.severity == pb.SEVERITY_FATAL]
        if fatal or not desired:
            sys.exit(f"the function renders nothing: {fatal}")
        if desired.keys() == observed.keys():
            break
        observed = {n: observed_resource(n, i + 1, d, statuses.get(n, {})) for i, (n, d) in enumerate(desired.items())}
    whole = observed_composite(composite, list(observed))
    more = {f"{n}-{i}" if i else n: r for i in range(10) for n, r in observed.items()}
    requests = {"shoot": build(pb, whole, observed), "shoot-10x": build(pb, whole, more)}
    for name, request in requests.items():
        (out / f"{name}.req").write_bytes(request.SerializeToString(deterministic=True))
    (out / "shoot.res").write_bytes(call(requests["shoot"]).SerializeToString(deterministic=True))
    for file in ("shoot.req", "shoot-10x.req", "shoot.res"):
        print(f"{file}: {(out / file).stat().st_size} bytes", file=sys.stderr)


main(*sys.argv[1:])
