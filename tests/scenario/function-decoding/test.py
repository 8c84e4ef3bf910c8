"""Whatever bytes arrive: they are read as protobuf means them, or refused with a reason, and the next call is answered."""
import pathlib
import struct as packing
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fn import (FATAL, copy, expect, expect_equal, grpc, only_result, pb, plain, request, row,  # noqa: E402
                run_rows, shoot, struct)
from wire import entry, field, member, nested_struct, text, varint  # noqa: E402

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def with_spec(fragment):
    """A request whose composite has one more member "x" of raw bytes in its spec."""
    r = request(shoot())
    raw = r.observed.composite.resource.fields["spec"].struct_value.SerializeToString() + fragment
    composite = b"".join(member(k.encode(), v.SerializeToString())
                         for k, v in r.observed.composite.resource.fields.items() if k != "spec")
    composite += member(b"spec", field(5, raw))
    return field(1, field(1, b"tag")) + field(2, field(1, field(1, composite)))


def fatal_text(fn, bytes_):
    return only_result(pb.RunFunctionResponse.FromString(fn.raw(bytes_)), FATAL).message


@row("B1", "an empty request, or one without observed (an Operation's), is a fatal result and nothing else")
def empty(fn):
    for bytes_ in (b"", request().SerializeToString(), field(2, b"")):
        response = pb.RunFunctionResponse.FromString(fn.raw(bytes_))
        expect("composite" in only_result(response, FATAL).message, response.results[0].message)
        expect_equal(0, len(response.desired.resources), "desired resources")


@row("B2", "unknown fields, unknown enum values and everything Crossplane may add are no obstacle")
def unknown(fn):
    r = request(shoot())
    expected = fn.call(r).desired.resources
    r.meta.capabilities.extend([1, 2, 3, 4, 5, 77])
    for name in ("a", "b"):
        struct(r.required_resources[name].items.add().resource, shoot("other"))
        struct(r.extra_resources[name].items.add().resource, shoot("other"))
        struct(r.required_schemas[name].openapi_v3, {"properties": {"x": 1}})
        r.credentials[name].credential_data.data["password"] = b"\x00\xff"
    r.observed.resources["shoot"].ready = 99
    bytes_ = r.SerializeToString() + b"".join(field(n, b"from the future") for n in range(50, 61)) + varint(61 << 3) + varint(7)
    expect_equal(expected, pb.RunFunctionResponse.FromString(fn.raw(bytes_)).desired.resources, "desired resources")


@row("B3", "map entries without value or key are taken as the format defines them; of equal keys the last counts")
def entries(fn):
    observed = field(1, field(1, request(shoot()).observed.composite.resource.SerializeToString()))
    for odd in (field(2, entry(b"shoot")), field(2, b""), field(2, field(2, b"")), field(2, entry(b"nobody's"))):
        response = pb.RunFunctionResponse.FromString(fn.raw(field(2, observed + odd)))
        expect_equal([], list(response.results), "results")
    name = member(b"kind", text(b"Nothing")) + request(shoot()).observed.composite.resource.SerializeToString()
    expect_equal(0, len(pb.RunFunctionResponse.FromString(fn.raw(field(2, field(1, field(1, name))))).results), "results")
    backwards = field(2, text(b"de-1")) + field(1, b"region")  # value before key
    expect("de-1" in str(pb.RunFunctionResponse.FromString(fn.raw(with_spec(field(1, backwards))))), "the last region counts")


@row("B3", "of equal names in the desired state of earlier steps the last is passed on, in a crowd too")
def equal_names(fn):
    state = b"".join(field(2, entry(f"r{n % 500}".encode(), field(1, member(b"n", text(str(n).encode())))))
                     for n in range(2000))
    response = pb.RunFunctionResponse.FromString(fn.raw(
        field(2, request(shoot()).observed.SerializeToString()) + field(3, state)))
    expect_equal({f"r{n}": str(n + 1500) for n in range(500)},
                 {k: plain(v.resource)["n"] for k, v in response.desired.resources.items() if k.startswith("r")}, "resources")


@row("B4", "capabilities packed and unpacked")
def capabilities(fn):
    bytes_ = request(shoot()).SerializeToString()
    for form in (field(1, field(2, b"\x01\x02\x05")), field(1, b"\x10\x01\x10\x02\x10\x05")):
        rest = pb.RunFunctionRequest.FromString(bytes_)
        rest.ClearField("meta")
        expect_equal([], list(pb.RunFunctionResponse.FromString(fn.raw(form + rest.SerializeToString())).results), "results")


@row("B5", "every kind of value is read; nesting is answered up to a limit and refused beyond it, 100 000 levels as well")
def values(fn):
    kinds = {"null": None, "number": 1.5, "string": "s", "true": True, "struct": {}, "list": []}
    told = fatal_text(fn, request(shoot(**{"x": kinds})).SerializeToString())
    expect("spec.x" in told, told)
    unset = member(b"kubernetes", b"")  # a Value without a kind is null: absent
    told = fatal_text(fn, with_spec(unset))
    expect("spec.kubernetes" in told, told)
    for levels in (100, 1000, 10000, 100000):
        told = fn.refused(with_spec(member(b"x", nested_struct(levels))), INVALID)
        expect("spec.x" in told and "deep" in told, told)
    unread = field(2, entry(b"unread", field(1, member(b"a", nested_struct(20000)))))  # a resource that is nobody's here
    fn.raw(field(2, request(shoot()).observed.SerializeToString() + unread))


@row("B6", "what is not UTF-8, cut off, or claims to be longer than it is, is refused with its place")
def broken(fn):
    whole = request(shoot()).SerializeToString()
    for cut in (1, 3, 10, len(whole) // 2, len(whole) - 1):
        fn.refused(whole[:cut], INVALID)
    told = fn.refused(with_spec(member(b"region", text(b"kn\xff"))), INVALID)
    expect("spec.region" in told and "UTF-8" in told, told)
    told = fn.refused(with_spec(member(b"\xc0\x80", text(b"x"))), INVALID)
    expect("UTF-8" in told, told)
    fn.refused(field(1, field(1, b"\xed\xa0\x80")), INVALID)  # a surrogate in the tag
    for bad in (b"\x12\xff\xff\xff\xff\x0f", b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x00", b"\x07", b"\x0b\x0c", b"\x0c"):
        fn.refused(bad, INVALID)


@row("B7", "numbers are doubles to the last bit where they are passed on, and integers where Kubernetes means integers")
def numbers(fn):
    r = request(shoot())
    exact = [0.0, -0.0, 2.0**53, -2.0**53, 1e300, 5e-324, 0.1, 3.0, 1.5]
    for n, number in enumerate(exact):
        r.desired.resources["theirs"].resource.fields[f"n{n}"].number_value = number
        r.context.fields[f"n{n}"].number_value = number
        r.desired.composite.resource.fields["status"].struct_value.fields[f"n{n}"].number_value = number
    response = fn.call(r)
    for where in (response.desired.resources["theirs"].resource, response.context,
                  response.desired.composite.resource.fields["status"].struct_value):
        got = [packing.pack("<d", where.fields[f"n{n}"].number_value) for n in range(len(exact))]
        expect_equal([packing.pack("<d", number) for number in exact], got, "bits")
    workers = copy.deepcopy(shoot()["spec"]["provider"]["workers"])
    workers[0]["maximum"] = 2.5
    expect("spec.provider.workers[0].maximum" in fatal_text(fn, request(shoot(provider={"workers": workers})).SerializeToString()),
           "half a worker is refused")
    for number in (float("nan"), float("inf")):
        r = request(shoot())
        r.observed.composite.resource.fields["spec"].struct_value.fields["x"].number_value = number
        fn.refused(r.SerializeToString(), INVALID)


@row("B8", "keys of any text: dots, slashes, quotes, other scripts, none")
def keys(fn):
    odd = {"a.b/c": "1", 'quo"te': "2", "ключ": "3", "": "4", "空": {"": []}}
    r = request(shoot())
    struct(r.context, odd)
    struct(r.desired.resources["a.b/c \"ключ\""].resource, {"apiVersion": "v1", "kind": "X", "data": odd})
    struct(r.desired.composite.resource, {"status": odd})
    response = fn.call(r)
    expect_equal(odd, plain(response.context), "context")
    expect_equal(odd, plain(response.desired.resources["a.b/c \"ключ\""].resource)["data"], "another step's resource")
    status = plain(response.desired.composite.resource)["status"]
    expect_equal(odd, {k: v for k, v in status.items() if k in odd}, "another step's status")
    told = fatal_text(fn, request(shoot(**{'a."b': 1})).SerializeToString())
    expect('a."b' in told, told)


run_rows("--debug")
