"""grpcurl without a single .proto file: what the function serves, and a Shoot by hand, plainly and with mutual TLS."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import SERVER_NAME, V1, V1BETA1, expect, expect_equal, run  # noqa: E402

COMPOSITE = {
    "apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot",
    "metadata": {"name": "my-cluster", "namespace": "team-a"},
    "spec": {"region": "kna1", "projectId": "0123456789abcdef0123456789abcdef", "kubernetes": {"version": "1.33.7"},
             "provider": {"workers": [{"name": "default", "machine": {"type": "b.4c8gb"}, "minimum": 1, "maximum": 3}]}},
}
REQUEST = json.dumps({"meta": {"tag": "by-hand"}, "observed": {"composite": {"resource": COMPOSITE}}})


def looking_around(grpcurl):
    listed = grpcurl("list").stdout.split()
    for service in (V1, V1BETA1, "grpc.health.v1.Health"):
        expect(service in listed, f"{service} is listed: {listed}")
    for service in (V1, V1BETA1):
        package = service.rpartition(".")[0]
        expect_equal([f"{service}.RunFunction"], grpcurl("list", service).stdout.split(), f"methods of {service}")
        text = grpcurl("describe", f"{service}.RunFunction").stdout
        expect(f".{package}.RunFunctionRequest" in text and f".{package}.RunFunctionResponse" in text, text)
        message = grpcurl("describe", f"{package}.RunFunctionRequest").stdout
        for field in ("required_resources = 8", "required_schemas = 9", "optional .google.protobuf.Struct input = 4"):
            expect(field in message, f"{field} in:\n{message}")
    expect("optional .google.protobuf.Duration ttl = 2" in grpcurl("describe", "apiextensions.fn.proto.v1.ResponseMeta").stdout,
           "ttl")
    expect("grpc.health.v1.HealthCheckResponse" in grpcurl("describe", "grpc.health.v1.Health").stdout, "health")
    wrong = grpcurl("describe", "no.such.Thing", code=None)
    expect(wrong.returncode != 0 and "not found" in (wrong.stdout + wrong.stderr).lower(), f"an unknown symbol: {wrong}")


def calling(grpcurl):
    expect_equal({"status": "SERVING"}, json.loads(grpcurl("grpc.health.v1.Health/Check").stdout), "health")
    answers = [json.loads(grpcurl("-d", "@", f"{service}/RunFunction", stdin=REQUEST).stdout) for service in (V1, V1BETA1)]
    expect_equal(answers[0], answers[1], "the same from both services")
    answer = answers[0]
    expect_equal("by-hand", answer["meta"]["tag"], "tag")
    expect(not [r for r in answer.get("results", []) if r["severity"] != "SEVERITY_NORMAL"], f"results: {answer.get('results')}")
    desired = answer["desired"]["resources"]
    first = desired["bootstrap"]["resource"]  # the project comes before the cluster
    expect_equal(("DisposableRequest", "cleura.m.crossplane.io/v1alpha2"), (first["kind"], first["apiVersion"]), "bootstrap")
    expect_equal("READY_FALSE", desired["bootstrap"]["ready"], "what was not yet done is not ready")
    expect_equal("Pending", answer["desired"]["composite"]["resource"]["status"]["phase"], "the composite's status")
    conditions = {c["type"]: c["status"] for c in answer["conditions"]}
    expect_equal("STATUS_CONDITION_TRUE", conditions["Valid"], "condition Valid")


def mistakes(grpcurl):
    wrong = json.loads(REQUEST)
    wrong["observed"]["composite"]["resource"]["spec"]["kubernetes"]["version"] = "newest"
    answer = json.loads(grpcurl("-d", "@", f"{V1}/RunFunction", stdin=json.dumps(wrong)).stdout)
    expect("SEVERITY_FATAL" in [r["severity"] for r in answer["results"]], f"a wrong version is fatal: {answer['results']}")
    expect("newest" in json.dumps(answer["results"]), f"it names the value: {answer['results']}")
    unknown = grpcurl("-d", "{}", "grpc.health.v1.Health/Ceck", code=None)
    expect(unknown.returncode != 0, "a method that does not exist")


def main(bench):
    function = bench.function()

    def plain(*arguments, **options):
        flags, rest = ([], arguments) if arguments[0] != "-d" else (list(arguments[:2]), arguments[2:])
        return bench.client("grpcurl", "-plaintext", "-max-time", "20", *flags, function.address, *rest, **options)

    looking_around(plain)
    calling(plain)
    mistakes(plain)
    function.stop()

    certificates = bench.certificates()
    secure = bench.function(certs=certificates / "server")
    identity = ["-cacert", certificates / "client/ca.crt", "-cert", certificates / "client/tls.crt", "-key",
                certificates / "client/tls.key", "-authority", SERVER_NAME, "-max-time", "20"]

    def mutual(*arguments, **options):
        flags, rest = ([], arguments) if arguments[0] != "-d" else (list(arguments[:2]), arguments[2:])
        return bench.client("grpcurl", *identity, *flags, secure.address, *rest, **options)

    looking_around(mutual)
    calling(mutual)
    bench.client("grpcurl", "-cacert", certificates / "client/ca.crt", "-authority", SERVER_NAME, "-connect-timeout", "5",
                 secure.address, "list", code=1)
    secure.stop()
    print("list, describe, health and RunFunction by reflection alone, plainly and with mutual TLS")


run(main)
