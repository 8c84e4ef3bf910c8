"""What we let through, a real API server takes: composites that say much are changed in one place, in every place, in every way that
people get it wrong (left out, empty, too long, too many, of another type, misspelt). Whatever we do not refuse with a message of ours
is accepted, and kept as it was sent: else our provider would send it again and again.

And simulated shoots agree with the real one: each of these documents, those that we refuse too (as they are without us), is put to
them, applied where the simulator's own definitions of the Gateway API are, created where the real ones were installed. They must take
the same, and refuse the same with the same status."""
import collections
import concurrent.futures
import copy
import itertools
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import Failure, expect, run, wait_until  # noqa: E402
import rendered  # noqa: E402
from apiserver import APPLY, ApiServer  # noqa: E402
from bare import bare  # noqa: E402
from judged import Verdict, make_namespace  # noqa: E402
from simulated import SimulatedShoot  # noqa: E402

CASES = ("gateway/new", "gateway/floating-ip", "httproute/full", "grpcroute/new", "tlsroute/new", "tcproute/new", "udproute/new",
         "loadbalancer/service-words", "loadbalancer/internal", "volume/new", "volume/pvc-words")
NAMESPACES = ("my-app", "team-a", "infra", "shop-of-team-a")
UNTOUCHED = ("shootRef", "namespace", "pollInterval", "adopt", "octavia")  # of them nothing is in the object, or what no server judges
TEXTS = ("", "A", "a b", "a.b", "*.a", "*", "a_b", "å", "10.0.0.1", "a" * 64, "a" * 254, "a" * 4097, "0", "//", "1.5s", "1.5Gi",
         "10.0.0.1/8", "a/b", "https://*.a.b")
NUMBERS = (-1, 0, 301, 65536, 1 << 31, 1.5, "80")
LENGTHS = (17, 65, 129)
# Where the simulated server is right to say something else: (case, place, value), and why. Each must be met.
DIFFERENCES = {
    ("loadbalancer/service-words", "spec.ports[0].nodePort", "65536"):
        "a dry run of the real server gives out a port for health checks beyond the node port, here 65538",
}


def changes(value, path=()):
    """(path, the value there, or ... for none)."""
    if isinstance(value, dict):
        yield from ((path, other) for other in ({}, "a") if path)
        yield (*path, "unknown"), 1
        for name, member in value.items():
            yield from (((*path, name), other) for other in (..., None))
            yield from changes(member, (*path, name))
    elif isinstance(value, list):
        yield from ((path, other) for other in ([], {}, [*value, None], [*value, *value[:1]]))
        yield from ((path, [several(value[0], i) for i in range(length)]) for length in LENGTHS)
        for i, element in enumerate(value):
            yield from changes(element, (*path, i))
    else:
        others = TEXTS if isinstance(value, str) else (not value, "true", 1) if isinstance(value, bool) else NUMBERS
        yield from ((path, other) for other in itertools.chain(others, (7, []) if isinstance(value, str) else ()))


def several(element, i):
    """One of many that differ."""
    if isinstance(element, str):
        return f"*.n{i}.{element[2:]}" if element.startswith("*.") else f"n{i}{element}"
    made = dict(element)
    if "name" in made:
        made["name"] = f"{made['name']}{i}".lower()
    if isinstance(made.get("port"), int):
        made["port"] += i
    made.pop("nodePort", None)
    return made


def changed(composite, path, value):
    made = copy.deepcopy(composite)
    *way, last = ("spec", *path)
    place = made
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


def place_of(path):
    return "spec" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def say(composite):
    try:
        return Verdict(composite=composite)
    except Failure as failure:
        return failure


class Agreement:
    """Between us and the server, and between the simulated server and the real one."""

    def __init__(self, server, simulated):
        self.server, self.simulated = server, simulated  # simulated: by the method that it is asked with
        self.counts, self.wrong = collections.Counter(), []
        self.differences = set(DIFFERENCES)
        self.pool = concurrent.futures.ThreadPoolExecutor(1)

    def judge(self, case, path, value, composite, verdict):
        self.counts["refused by us" if not verdict.accepted else "accepted by us and the server"] += 1
        if not verdict.accepted:
            where = bare(composite, self.server)
            if where:
                url = urllib.parse.quote(where[0])
                self.both(case, path, value, rendered.Call("PATCH", f"{url}?fieldManager=cleura&force=true", json.dumps(where[1]), APPLY))
            return
        for request in verdict.requests(case):
            if "CREATE" not in request.mappings or request.part.endswith("-namespace") or not request.in_cluster():
                continue
            call = request.call("CREATE", self.server)
            answer = self.both(case, path, value, call)
            if answer.status not in (200, 201):
                self.tell(case, path, value, f"we accept it, the server says: {words(answer)}")
                continue
            lacking = rendered.lacking(json.loads(call.body), answer.document)
            if lacking:
                self.tell(case, path, value, f"not kept as it was sent: {lacking}")

    def tell(self, case, path, value, what):
        self.wrong.append(f"{case}, {place_of(path)} = {str(value)[:80]!r}: {what}")

    def both(self, case, path, value, call):
        """What the real server says of a call, when the simulated one says the same of it, and of creating the same object."""
        calls = [call]
        if call.content_type == APPLY:
            calls.append(call._replace(method="POST", url=call.url.split("?")[0].rpartition("/")[0] + "?", content_type="application/json"))
        answers = []
        for one in calls:
            ask = (one.method, f"{one.url}&dryRun=All", one.body, one.content_type)
            theirs = self.pool.submit(self.simulated[one.method].ask, *ask)
            answers.append(self.server.ask(*ask))
            self.compare((case, place_of(path), str(value)), one.method, answers[-1], theirs.result())
        return answers[0]

    def compare(self, key, method, real, simulated):
        self.counts["verdicts of simulated servers"] += 1
        if key in DIFFERENCES:
            if real.status != simulated.status:
                self.differences.discard(key)
            return
        if real.status != simulated.status:
            self.wrong.append(f"{key[0]}, {key[1]} = {key[2][:80]!r}, {method}: the simulated server says {simulated.status} "
                              f"{words(simulated)}; the real one {real.status} {words(real)}")


def words(answer):
    return str((answer.document or {}).get("message") or ("" if answer.status in (200, 201) else answer.text))[:300]


def main(bench):
    cases = {case.name: case.composite for case in rendered.cases() if case.name in CASES}
    with (ApiServer(bench.directory / "shoot") as server, concurrent.futures.ThreadPoolExecutor(2) as pool,
          SimulatedShoot("envoy-gateway=1.9", "gateway-bundle=1.6", "gateway-channel=standard") as theirs, SimulatedShoot() as installed):
        server.install("1.6", "standard")
        installed.install("1.6", "standard")
        wait_until(lambda: "udproutes" in theirs.served("gateway.networking.k8s.io/v1"), 60, "the simulated Envoy Gateway")
        for one in (server, theirs, installed):
            for namespace in NAMESPACES:
                make_namespace(one, namespace)
        agreement = Agreement(server, {"PATCH": theirs, "POST": installed})
        for case in CASES:
            spec = {name: value for name, value in cases[case]["spec"].items() if name not in UNTOUCHED}
            todo = list(changes(spec))
            composites = [changed(cases[case], *one) for one in todo]
            for (path, value), composite, verdict in zip(todo, composites, pool.map(say, composites)):
                if isinstance(verdict, Failure):
                    agreement.wrong.append(str(verdict))
                else:
                    agreement.judge(case, path, value, composite, verdict)
    print(", ".join(f"{count} {what}" for what, count in agreement.counts.items()))
    expect(not agreement.wrong, f"{len(agreement.wrong)} disagreements:\n" + "\n".join(agreement.wrong[:40]))
    expect(not agreement.differences, f"these differences are not met any more: {agreement.differences}")
    expect(agreement.counts["refused by us"] > 1000 and agreement.counts["accepted by us and the server"] > 500, "changes of both sorts")
    expect(agreement.counts["verdicts of simulated servers"] > 5000, "the simulated servers were asked")


run(main)
