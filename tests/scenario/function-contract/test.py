"""What Crossplane demands of a composition function's answer, line by line of its specification, seen from outside."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fn import (FATAL, NOT_READY, READY, UNSPECIFIED, V1, V1BETA1, Function, expect, expect_equal, fields,  # noqa: E402
                observe, only_result, pb, plain, request, row, run_rows, shoot, struct)


def steps(fn):
    """Requests and responses of a Shoot's first life: nothing there, bootstrapped, everything there."""
    asked = [request(shoot())]
    answered = [fn.call(asked[0])]
    for _ in range(2):
        asked.append(request(shoot(), observe(answered[-1])))
        answered.append(fn.call(asked[-1]))
    return asked, answered


def earlier(r):
    """What a step before us left in the pipeline."""
    struct(r.desired.composite.resource, {"apiVersion": "x/v1", "kind": "Shoot", "status": {"theirs": {"a": 1}, "network": {"b": 2}}})
    r.desired.composite.connection_details["password"] = b"\x00\xff\n"
    r.desired.composite.ready = NOT_READY
    theirs = r.desired.resources["theirs"]
    struct(theirs.resource, {"apiVersion": "v1", "kind": "ConfigMap", "data": {"null": None, "list": [1, "a", {}]}})
    theirs.connection_details["key"] = b"\x80\x00"
    theirs.ready = READY
    r.desired.resources["unready"].ready = NOT_READY
    struct(r.context, {"apiextensions.crossplane.io/environment": {"apiVersion": "v1", "kind": "Environment", "a": [True]}})
    return r


@row("A8", "both service names give the same bytes")
def names(fn):
    for asked in steps(fn)[0]:
        bytes_ = asked.SerializeToString()
        expect_equal(fn.raw(bytes_, V1), fn.raw(bytes_, V1BETA1), "v1 and v1beta1")


@row("C1", "the tag comes back as it was: empty, 64 hex digits, any text, with NUL")
def tag(fn):
    for text in ("", "0123456789abcdef" * 4, "ключ \"\\\n\t%s", "a\0b"):
        expect_equal(text, fn.call(request(shoot(), tag=text)).meta.tag, "tag")
    expect_equal("t", fn.call(request(tag="t")).meta.tag, "tag of a fatal answer")


@row("C2", "no ttl: nothing here depends on the time")
def ttl(fn):
    for response in steps(fn)[1]:
        expect(not response.meta.HasField("ttl"), "there is a ttl")


@row("C3", "desired state of earlier steps is kept, also what no version of us understands")
def kept(fn):
    r = earlier(request(shoot()))
    response = fn.call(r)
    theirs = response.desired
    expect_equal(r.desired.resources["theirs"], theirs.resources["theirs"], "their resource")
    expect_equal(NOT_READY, theirs.resources["unready"].ready, "their readiness")
    expect_equal(b"\x00\xff\n", theirs.composite.connection_details["password"], "connection details of the composite")
    status = plain(theirs.composite.resource)["status"]
    expect_equal({"a": 1}, status["theirs"], "their status")
    expect_equal(2, status["network"]["b"], "their part of a status object that is ours too")
    raw = pb.RunFunctionRequest.FromString(r.SerializeToString())
    raw.desired.MergeFromString(b"\xaa\x06\x03new")
    raw.desired.resources["theirs"].MergeFromString(b"\xaa\x06\x03new")
    answer = fn.call(raw)
    expect(answer.desired.SerializeToString().count(b"\xaa\x06\x03new") == 2, "fields from the future are lost")


@row("C3", "a fatal result keeps desired state and context of earlier steps too")
def kept_when_fatal(fn):
    for composite in (shoot(region=None), {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x"}}, None):
        r = earlier(request(composite))
        response = fn.call(r)
        only_result(response, FATAL)
        expect_equal(r.desired.resources["theirs"], response.desired.resources["theirs"], "their resource")
        expect_equal(r.context, response.context, "context")


@row("C4", "the context is passed on, whole, empty or absent as it came")
def context(fn):
    r = earlier(request(shoot()))
    expect_equal(r.context, fn.call(r).context, "context")
    r = request(shoot())
    expect(fn.call(r).HasField("context"), "an empty context is gone")
    r.ClearField("context")
    expect(not fn.call(r).HasField("context"), "a context appeared")


@row("C5", "no requirements message, which would double every call; the same with any capabilities and resources at hand (F1-F12)")
def requirements(fn):
    for capabilities in ([], [1], [1, 2, 3, 4, 5]):
        for asked in steps(fn)[0]:
            asked.meta.capabilities.extend(capabilities)
            first = fn.raw(asked.SerializeToString())
            expect(not pb.RunFunctionResponse.FromString(first).HasField("requirements"), "there are requirements")
            for kind in (asked.required_resources, asked.extra_resources):
                struct(kind["seeded"].items.add().resource, shoot("other"))
                kind["not-found"].SetInParent()
            expect_equal(first, fn.raw(asked.SerializeToString()), "bytes with resources at hand")


@row("C6", "the same request gives the same bytes: again, in another process, after other calls")
def deterministic(fn):
    other = Function(fn.lab)
    for asked in steps(fn)[0]:
        bytes_ = earlier(asked).SerializeToString()
        expected = fn.raw(bytes_)
        for _ in range(100):
            expect_equal(expected, fn.raw(bytes_), "bytes")
        expect_equal(expected, other.raw(bytes_), "bytes of another process")


@row("C6", "maps are sorted, in whatever order the request had them")
def sorted_maps(fn):
    bytes_ = fn.raw(earlier(request(shoot())).SerializeToString())
    resources = [entry for number, entry in fields(next(part for number, part in fields(bytes_) if number == 2)) if number == 2]
    names_ = [dict(fields(entry))[1] for entry in resources]
    expect_equal([b"bootstrap", b"protection", b"providerconfig", b"theirs", b"unready"], names_, "composed resources")


@row("C7", "another tag changes nothing but the tag")
def only_tag(fn):
    a, b = fn.call(request(shoot(), tag="a")), fn.call(request(shoot(), tag="b"))
    b.meta.tag = "a"
    expect_equal(a, b, "response")


@row("C8", "more than Crossplane takes (4 MiB) becomes a fatal result that says so")
def too_large(fn):
    r = request(shoot(), tag="t")
    for n in range(5):
        struct(r.desired.resources[f"big-{n}"].resource, {"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": "y" * (1 << 20)}})
    response = fn.call(r)
    expect("4194304" in only_result(response, FATAL).message, response.results[0].message)
    expect_equal("t", response.meta.tag, "tag")
    expect(len(response.SerializeToString()) < 1000, "it is still large")


@row("C9", "integers are whole doubles, and every text is UTF-8")
def integers(fn):
    def walk(value):
        kind = value.WhichOneof("kind")
        if kind == "struct_value":
            for one in value.struct_value.fields.values():
                walk(one)
        elif kind == "list_value":
            for one in value.list_value.values:
                walk(one)
        elif kind == "number_value":
            expect(value.number_value.is_integer(), f"{value.number_value}")
        expect(kind is not None, "a value without a kind")
    for response in steps(fn)[1]:  # Google's parser has refused bad UTF-8 by now
        for resource in response.desired.resources.values():
            for one in resource.resource.fields.values():
                walk(one)


@row("D1", "composed resources carry our intent only: no status, nothing that the API server owns")
def intent(fn):
    for response in steps(fn)[1]:
        for name, resource in response.desired.resources.items():
            document = plain(resource.resource)
            expect("status" not in document, f"{name} has a status")
            expect_equal(set(), set(document["metadata"]) - {"name", "namespace"}, f"metadata of {name}")
            expect(not resource.connection_details, f"{name} has connection details")


@row("D2", "every composed resource has apiVersion and kind; names are RFC 1123 (D4); the namespace is the composite's (D7)")
def identified(fn):
    for name, resource in steps(fn)[1][-1].desired.resources.items():
        document = plain(resource.resource)
        expect(document["apiVersion"] and document["kind"], name)
        expect(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", document["metadata"]["name"]), document["metadata"]["name"])
        expect_equal("team-a", document["metadata"]["namespace"], name)


@row("D3", "of the composite only status is desired")
def only_status(fn):
    for response in steps(fn)[1]:
        expect_equal({"apiVersion", "kind", "status"}, set(plain(response.desired.composite.resource)), "members")


@row("D5", "what was observed once is emitted again: when its turn has passed, and when the spec has become wrong")
def emitted_again(fn):
    asked, answered = steps(fn)
    names_ = set(answered[-1].desired.resources)
    expect("shoot" in names_, f"{names_}")
    wrong = request(shoot(region="Mars?", unknown=1), observe(answered[-1]))
    response = fn.call(wrong)
    expect_equal(set(wrong.observed.resources), set(response.desired.resources) & set(wrong.observed.resources), "resources")
    for name in wrong.observed.resources:
        expect_equal(plain(wrong.observed.resources[name].resource)["spec"], plain(response.desired.resources[name].resource)["spec"],
                     f"spec of {name}")
        expect_equal({"apiVersion", "kind", "metadata", "spec"}, set(plain(response.desired.resources[name].resource)), name)
        expect_equal({"name", "namespace"}, set(plain(response.desired.resources[name].resource)["metadata"]), f"metadata of {name}")
    expect("Valid" in {c.type for c in response.conditions if c.status == 3}, "it is not said")


@row("D6", "an earlier step's resource of one of our names is ours from then on")
def overlap(fn):
    r = request(shoot())
    struct(r.desired.resources["bootstrap"].resource, {"apiVersion": "v1", "kind": "ConfigMap"})
    response = fn.call(r)
    expect_equal("DisposableRequest", plain(response.desired.resources["bootstrap"].resource)["kind"], "kind")


@row("D7", "a claim's composite: cluster scope, and what we say is for the claim's user too")
def claimed(fn):
    composite = shoot()
    composite.update(kind="XShoot", metadata={"name": "my-cluster-x7k2p"})
    composite["spec"]["claimRef"] = {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot", "name": "my-cluster",
                                     "namespace": "team-a"}
    response = fn.call(request(composite))
    expect_equal([], list(response.results), "results")
    for resource in response.desired.resources.values():
        expect("namespace" not in plain(resource.resource)["metadata"], "a namespace")
    expect_equal({2}, {c.target for c in response.conditions}, "targets (composite and claim)")
    composite["spec"]["region"] = 7
    expect_equal(2, only_result(fn.call(request(composite)), FATAL).target, "target of the result")
    expect_equal({0}, {c.target for c in fn.call(request(shoot())).conditions}, "targets without a claim")


@row("D8", "an invalid composite never yields an emptied desired state without a fatal result")
def never_empty(fn):
    for spec in ({"region": None}, {"kubernetes": "x"}, {"provider": {}}):
        only_result(fn.call(request(shoot(**spec))), FATAL)


@row("D9", "readiness is unspecified or known, and the composite is not ready while something is withheld")
def readiness(fn):
    for response in steps(fn)[1][:2]:
        expect_equal(NOT_READY, response.desired.composite.ready, "composite")
        for resource in response.desired.resources.values():
            expect(resource.ready in (UNSPECIFIED, READY, NOT_READY), "readiness")


def ready(fn):
    """The request of a Shoot with which all is well."""
    up = {"name": "my-cluster", "uid": "3f0c8a6e-6f0e-4e0f-9a54-0a3a2b7e1d11", "kubernetesVersion": "1.33.7",
          "hibernated": False, "hibernationEnabled": False, "apiServerURL": "https://api.my-cluster.example",
          "operation": {"type": "Create", "state": "Succeeded", "progress": 100, "lastUpdateTime": "2026-09-15T12:34:56Z"},
          "conditions": [{"type": "APIServerAvailable", "status": "True", "reason": "HealthzRequestSucceeded", "message": "ok"}]}
    asked = request(shoot())
    for _ in range(5):
        asked = request(shoot(), observe(fn.call(asked), shoot=up))
    return asked


@row("D9", "our readiness does not speak for other steps: they may be waiting, and Crossplane asks the composite's first")
def readiness_of_others(fn):
    asked = ready(fn)
    expect_equal(READY, fn.call(asked).desired.composite.ready, "composite")
    for theirs, of_composite, expected in ((READY, UNSPECIFIED, READY), (NOT_READY, UNSPECIFIED, UNSPECIFIED),
                                           (UNSPECIFIED, UNSPECIFIED, UNSPECIFIED), (READY, NOT_READY, NOT_READY),
                                           (NOT_READY, READY, READY), (READY, READY, READY)):
        asked.desired.resources["theirs"].ready = theirs
        asked.desired.composite.ready = of_composite
        expect_equal(expected, fn.call(asked).desired.composite.ready, f"composite, theirs is {theirs}, before {of_composite}")
    asked.desired.Clear()
    asked.desired.resources["shoot"].ready = NOT_READY
    expect_equal(READY, fn.call(asked).desired.composite.ready, "composite, when what was not ready is replaced by ours")


@row("D10", "labels and annotations would be strings, lists are lists in stable order (D11): desired documents survive a round trip")
def stable(fn):
    _, answered = steps(fn)
    again = fn.call(request(shoot(), observe(answered[-1])))
    for name, resource in answered[-1].desired.resources.items():
        expect_equal(resource.resource, again.desired.resources[name].resource, f"{name} in the next call")


@row("E1", "a wrong Input is one fatal result that names the path")
def wrong_input(fn):
    good = {"apiVersion": "cleura.fn.crossplane.io/v1beta1", "kind": "Input"}
    expect_equal([], list(fn.call(request(shoot(), input_=good)).results), "results")
    for wrong, path in (({"nonsense": 1}, "input.nonsense"), ({"apiGeneration": "v9"}, "input.apiGeneration"),
                        ({"pollInterval": "soon"}, "input.pollInterval"), ({"kind": "Other"}, "input.kind"),
                        ({"apiVersion": "x/v1"}, "input.apiVersion")):
        text = only_result(fn.call(request(shoot(), input_={**good, **wrong})), FATAL).message
        expect(path in text, f"{path} in: {text}")
    only_result(fn.call(request(shoot(), input_={})), FATAL)


@row("E2", "a violation is told with path, value and a way out, all of them at once, in bounded length")
def violations(fn):
    text = only_result(fn.call(request(shoot("much-too-long-a-name", region=5, projectId="x", nonsense=[]))), FATAL).message
    for part in ("much-too-long-a-name", "spec.region", "spec.projectId", "spec.nonsense"):
        expect(part in text, f"{part} in: {text}")
    many = only_result(fn.call(request(shoot(**{f"unknown{n}": n for n in range(5000)}))), FATAL).message
    expect("more" in many and len(many) < 20000, f"{len(many)} bytes")


@row("E3", "a kind nobody here knows is fatal and names the kinds that are known")
def unknown_kind(fn):
    for api_version, kind in (("example.org/v1", "Shoot"), ("platform.cleura.crossplane.io/v1alpha1", "Cluster"), ("", "")):
        text = only_result(fn.call(request({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}})), FATAL).message
        expect("Shoot" in text and "platform.cleura.crossplane.io" in text, text)


@row("E4", "a steady state has no results, which would be an event each time")
def quiet(fn):
    for response in steps(fn)[1]:
        expect_equal([], list(response.results), "results")


@row("E5", "reasons are CamelCase; conditions are never Crossplane's own, and short (E6)")
def conditions(fn):
    for response in [*steps(fn)[1], fn.call(request(shoot(region=5)))]:
        for one in [*response.conditions, *response.results]:
            expect(re.fullmatch(r"[A-Z][A-Za-z]*", one.reason), f"reason {one.reason!r}")
            expect(len(one.message.encode()) <= 1024 or one in response.results, "length")
        for one in response.conditions:
            expect(one.type not in ("Ready", "Synced", "Healthy", "UpToDate", "Responsive"), one.type)
            expect(one.status in (1, 2, 3), f"status {one.status}")


@row("G1", "credentials are not needed and not looked at; values of any bytes pass (G2) and nothing of them is told (G3)")
def credentials(fn):
    r = earlier(request(shoot()))
    r.credentials["cleura"].credential_data.data["password"] = b"s3cr3t-\x00\xff"
    r.observed.composite.connection_details["kubeconfig"] = b"s3cr3t-2"
    r.observed.resources["shoot"].connection_details["x"] = b"s3cr3t-3"
    response = fn.call(r)
    expect(b"s3cr3t" not in response.SerializeToString(), "a secret is in the response")
    fn.call(request(shoot(region=5), input_={"kind": "x"}))
    expect("s3cr3t" not in fn.process.log.read_text(), "a secret is in the log")


@row("A19", "--debug logs the tag and the composite of each call")
def debug(fn):
    fn.call(request(shoot("seen-in-log"), tag="tag-seen-in-log"))
    text = fn.process.log.read_text()
    expect("tag-seen-in-log" in text and "team-a/seen-in-log" in text, text[-500:])


run_rows("--debug")
