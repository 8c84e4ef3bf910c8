"""What the cases apiserver-<Gateway API>-<channel> do: a real API server judges what we render, and what we refuse.

Accepted: every object that the case folders of tests/render and the examples send is created by the call that our provider makes,
has then all that was asked for, is left alone by the same call made again, and goes when it is removed. Whatever else their
Requests ask is a question that the server understands.

Refused: what refused.yaml says of each refused case folder, and of each of our rules by itself."""
import collections
import json
import subprocess
import urllib.parse

import rendered
from apiserver import APPLY, CRDS, ApiServer, bundle
from bare import bare
from lab import BIN, ROOT, Failure, expect, expect_equal

EXAMPLES = ("gateway", "httproute", "tcproute", "tlsroute", "loadbalancer", "volume", "shop")
GROUP = "gateway.networking.k8s.io"
# The newest kinds of routes are not in the standard channel of 1.5.
NOT_SERVED = {("1.5", "standard"): {"tcproutes", "udproutes"}}
# What a release does not take although we render it: it is not known before it is asked, and said as advice.
LIMITS = {("1.5", "gateway/many-annotations", "gateway"): "spec.infrastructure.annotations: Too many: 9: must have at most 8 items"}


def judge(bench, version, channel):
    with ApiServer(bench.directory / "shoot") as server:
        print(f"Gateway API {version}, {channel}: {server.install(version, channel)} objects installed")
        Accepted(server, version, channel).all()
        Refused(server, version, channel).all()
        releases(server, version, channel)


def make_namespace(server, name):
    server.apply(f"/api/v1/namespaces/{name}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def let_go(server, path, document):
    """What the controllers would do that an object waits for when it is deleted."""
    if document["kind"] == "Namespace":
        document["spec"]["finalizers"] = []
        server.ask("PUT", f"{path}/finalize", json.dumps(document), "application/json")
    else:
        server.merge(path, {"metadata": {"finalizers": None}})


class Verdict:
    """What we say of composites: their Requests, or why not."""

    def __init__(self, file="-", composite=None):
        done = subprocess.run([str(BIN / "cleura-shoot"), "render", "-o", "json", "-f", str(file)], input=json.dumps(composite),
                              capture_output=True, text=True, timeout=60, check=False)
        expect(done.returncode in (0, 2), f"cleura-shoot render: exit {done.returncode} {done.stderr} {json.dumps(composite)[:3000]}")
        self.accepted = done.returncode == 0
        self.words = done.stderr
        self.documents = json.loads(done.stdout) if self.accepted else []

    def requests(self, name):
        return [rendered.Request(name, document["metadata"]["name"], document) for document in self.documents
                if document["kind"] == "Request"]


# ---- what we render -----------------------------------------------------------------------------------------------


def examples():
    """What the examples become."""
    found = []
    for name in EXAMPLES:
        verdict = Verdict(ROOT / "examples" / name)
        expect(verdict.accepted, f"examples/{name}: {verdict.words}")
        found += verdict.requests(f"examples/{name}")
    return found


class Accepted:
    def __init__(self, server, version, channel):
        self.server, self.version = server, version
        self.absent = NOT_SERVED.get((version, channel), set())
        self.limits = {key for key in LIMITS if key[0] == version}
        self.counts, self.not_served = collections.Counter(), collections.Counter()
        self.done, self.wrong = set(), []

    def all(self):
        requests = [request for case in rendered.cases() for request in case.requests] + examples()
        for request in requests:
            if request.in_cluster():
                self.one(request)
        print(", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())))
        print("not served:", dict(self.not_served) or "nothing")
        expect(not self.wrong, "\n".join(self.wrong))
        expect(self.counts["created"] > 25 and self.counts["asked"] > 5, f"cases were found: {self.counts}")
        expect_equal(self.absent, set(self.not_served), "what is not served")
        expect(not self.limits, f"not met: {self.limits}")

    def one(self, request):
        try:
            calls = {action: request.call(action, self.server) for action in request.mappings if action}
        except rendered.NotServed as kind:
            self.not_served[str(kind).split(" ", 1)[0]] += 1
            return
        key = json.dumps(calls, sort_keys=True)
        if key in self.done:
            return
        self.done.add(key)
        try:
            if "CREATE" in calls:
                self.keep(request, calls)
            else:
                self.look(calls["OBSERVE"])
        except Failure as failure:
            self.wrong.append(f"{request}: {failure}")

    def ask(self, call):
        return self.server.ask(call.method, call.url, call.body, call.content_type)

    def look(self, call):
        """A list, an object that is not there, or a kind that is not."""
        answer = self.ask(call)
        kind, name = (answer.document or {}).get("kind"), call.url.split("?")[0].rsplit("/", 1)[1]
        there = answer.status == 200 and kind
        absent = answer.status == 404 and kind == "Status" and answer.document["details"]["name"] == name
        unserved = answer.status == 404 and not kind and name in self.absent
        expect(there or absent or unserved, f"{call.method} {call.url}: {answer.status} {answer.text[:500]}")
        self.counts["asked"] += 1

    def keep(self, request, calls):
        create, observe = calls["CREATE"], calls["OBSERVE"].url
        inside = create.url.split("?")[0].split("/namespaces/")[-1].split("/")
        if len(inside) > 1 and inside[0]:
            make_namespace(self.server, inside[0])
        was_there = self.server.get(observe) is not None
        answer = self.ask(create)
        limit = (self.version, request.case, request.part)
        if limit in LIMITS:
            expect(answer.status == 422 and LIMITS[limit] in answer.text, f"{answer.status} {answer.text}")
            self.limits.discard(limit)
            self.counts["beyond this release"] += 1
            return
        expect_equal(200 if was_there else 201, answer.status, f"{create.method} {create.url}: {answer.text[:2000]}")
        self.counts["there already" if was_there else "created"] += 1
        lacking = rendered.lacking(json.loads(create.body), answer.document)
        expect(lacking is None, f"it has not all that was asked for: {lacking}")
        self.again(calls.get("UPDATE", create), answer.document)
        if "REMOVE" in calls:
            self.remove(calls["REMOVE"], observe)

    def again(self, call, first):
        """The same call changes nothing. With the second the server counts one more version where it filled in a status when it made
        the object, and notes who made one that was applied without a field."""
        def essence(document):
            return {**document, "metadata": {**document["metadata"], "resourceVersion": "", "managedFields": []}}

        second, third = self.ask(call), self.ask(call)
        expect_equal((200, 200), (second.status, third.status), f"the same again: {second.text[:500]}")
        expect_equal(essence(first), essence(second.document), "the object after the same call")
        expect_equal(second.document, third.document, "the object after the same call once more")

    def remove(self, call, observe):
        answer = self.ask(call)
        expect_equal(200, answer.status, f"{call.method} {call.url}: {answer.text[:500]}")
        left = self.server.get(observe)
        if left is not None:
            expect(left["metadata"].get("deletionTimestamp"), f"{observe} is neither gone nor going")
            let_go(self.server, observe, left)
        answer = self.server.ask("GET", observe)
        expect(answer.status == 404 and answer.document["reason"] == "NotFound", f"it is gone: {answer.status} {answer.text[:300]}")
        self.counts["removed"] += 1


# ---- what we refuse -----------------------------------------------------------------------------------------------


class Refused:
    def __init__(self, server, version, channel):
        self.server, self.release = server, f"{version}-{channel}"
        self.table = rendered.load(ROOT / "tests/e2e/refused.yaml")
        self.counts, self.wrong = collections.Counter(), []

    def all(self):
        make_namespace(self.server, "team-a")
        make_namespace(self.server, "my-app")
        refused = {case.name: case for case in rendered.cases() if case.refused and case.kind != "shoot"}
        gone = set(self.table["cases"]) - set(refused)
        expect(not gone, f"tests/e2e/refused.yaml has cases that are not there, or not refused: {gone}")
        for name, case in refused.items():
            self.compare(f"tests/render/{name}", case.composite, None if name in self.table["cases"] else "")
        for kind, spec in self.table["whole"].items():
            self.whole(kind, composite(kind, spec))
        for row in self.table["rules"]:
            self.rule(row)
        print(", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())))
        expect(not self.wrong, "\n".join(self.wrong))

    def whole(self, kind, document):
        verdict = Verdict(composite=document)
        expect(verdict.accepted, f"what the rules change, {kind}, is whole: {verdict.words}")
        self.compare(f"what the rules change, {kind}", document, None)

    def rule(self, row):
        title = f"rule {row['rule']}, {row['of']} ({row['kind']})"
        document = composite(row["kind"], {**self.table["whole"][row["kind"]], **row["spec"]})
        if self.release == "1.6-standard":  # what we say does not depend on the release
            verdict = Verdict(composite=document)
            if verdict.accepted or row["we"] not in verdict.words:
                self.wrong.append(f"{title}: we say {verdict.words or 'nothing'!r}, not {row['we']!r}")
        words = row.get("unless", {}).get(self.release, row.get("server"))
        self.compare(title, document, None if words == "accepts" else words)

    def compare(self, title, document, words):
        """words: what the server says, "" for anything; None: it takes it."""
        where = bare(document, self.server)
        if where is None:
            self.counts["refused by us, of kinds that are not served"] += 1
            return
        path, naked = where
        answer = self.server.ask("PATCH", f"{urllib.parse.quote(path)}?fieldManager=cleura&force=true", json.dumps(naked), APPLY)
        message = (answer.document or {}).get("message", answer.text)
        if answer.status in (200, 201):
            self.remove(urllib.parse.quote(path))
        if words is None:
            self.counts["taken by the server"] += 1
            if answer.status not in (200, 201):
                self.wrong.append(f"{title}: the server refuses it: {answer.status} {message[:600]}; "
                                  "tests/e2e/refused.yaml says that only we do")
            return
        self.counts["refused by both"] += 1
        # Server-side apply answers 500 for what is not in the schema at all.
        refused = 400 <= answer.status < 500 or answer.status == 500 and message.startswith("failed to c")
        if not refused or words not in message:
            self.wrong.append(f"{title}: the server says {answer.status} {message[:600]!r}, not {words!r}; when it rightly takes what we "
                              "refuse, tests/e2e/refused.yaml says why we do")

    def remove(self, path):
        self.server.delete(path)
        left = self.server.get(path)
        if left:
            let_go(self.server, path, left)


def composite(kind, spec):
    return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": kind, "metadata": {"name": "it", "namespace": "team-a"},
            "spec": {"shootRef": {"name": "my-cluster"}, **spec}}


# ---- rules that no composite can break ----------------------------------------------------------------------------


def releases(server, version, channel):
    """22: what a channel does not serve is not found. 36: a definition is too large for the annotation of client-side apply.
    37: the policy of a bundle keeps the experimental channel, and older bundles, off the standard one."""
    if channel == "standard":
        answer = server.ask("PATCH", f"/apis/{GROUP}/v1alpha2/namespaces/my-app/tcproutes/db?fieldManager=cleura",
                            json.dumps({"apiVersion": f"{GROUP}/v1alpha2", "kind": "TCPRoute", "metadata": {"name": "db"}}), APPLY)
        expect(answer.status == 404 and "could not find the requested resource" in answer.text + str(answer.document) or
               answer.text == "404 page not found\n", f"rule 22: {answer.status} {answer.text}")
        denied(server, "rule 37, the other channel", version, "experimental", "Installing experimental CRDs on top of standard channel CRDs")
    if (version, channel) == ("1.6", "standard"):
        denied(server, "rule 37, an older bundle", "1.5", "standard", "Installing CRDs with version before v1.5.0 is prohibited")
    large = next(one for one in bundle(version, channel) if one["metadata"]["name"] == "envoyproxies.gateway.envoyproxy.io")
    noted = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(large)}
    answer = server.ask("PATCH", f"{CRDS}/{large['metadata']['name']}", json.dumps({"metadata": {"annotations": noted}}),
                        "application/merge-patch+json")
    expect(answer.status == 422 and "may not be more than 262144 bytes" in answer.text, f"rule 36: {answer.status} {answer.text[:500]}")


def denied(server, rule, version, channel, words):
    route = next(one for one in bundle(version, channel) if one["metadata"]["name"] == f"httproutes.{GROUP}")
    path = f"{CRDS}/{route['metadata']['name']}?fieldManager=cleura&force=true"
    answer = server.ask("PATCH", path, json.dumps(route), APPLY)
    expect(answer.status == 422 and "safe-upgrades" in answer.text and words in answer.text, f"{rule}: {answer.status} {answer.text[:500]}")
