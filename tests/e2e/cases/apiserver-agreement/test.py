"""What we let through, a real API server takes: composites that say much are changed in one place, in every place, in every way that
people get it wrong (left out, empty, too long, too many, of another type, misspelt). Whatever we do not refuse with a message of ours
is accepted, and kept as it was sent: else our provider would send it again and again."""
import collections
import concurrent.futures
import copy
import itertools
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import Failure, expect, run  # noqa: E402
import rendered  # noqa: E402
from apiserver import ApiServer  # noqa: E402
from judged import Verdict, make_namespace  # noqa: E402

CASES = ("gateway/new", "gateway/floating-ip", "httproute/full", "grpcroute/new", "tlsroute/new", "tcproute/new", "udproute/new",
         "loadbalancer/service-words", "loadbalancer/internal", "volume/new", "volume/pvc-words")
NAMESPACES = ("my-app", "team-a", "infra", "shop-of-team-a")
UNTOUCHED = ("shootRef", "namespace", "pollInterval", "adopt", "octavia")  # of them nothing is in the object, or what no server judges
TEXTS = ("", "A", "a b", "a.b", "*.a", "*", "a_b", "å", "10.0.0.1", "a" * 64, "a" * 254, "a" * 4097, "0", "//", "1.5s", "1.5Gi",
         "10.0.0.1/8", "a/b", "https://*.a.b")
NUMBERS = (-1, 0, 301, 65536, 1 << 31, 1.5, "80")
LENGTHS = (17, 65, 129)


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
    def __init__(self, server):
        self.server, self.counts, self.wrong = server, collections.Counter(), []

    def judge(self, case, path, value, verdict):
        self.counts["refused by us" if not verdict.accepted else "accepted by both"] += 1
        for request in verdict.requests(case):
            if "CREATE" not in request.mappings or request.part.endswith("-namespace") or not request.in_cluster():
                continue
            call = request.call("CREATE", self.server)
            answer = self.server.ask(call.method, f"{call.url}&dryRun=All", call.body, call.content_type)
            if answer.status not in (200, 201):
                message = (answer.document or {}).get("message", answer.text)
                self.wrong.append(f"{case}, {place_of(path)} = {str(value)[:80]!r}: we accept it, the server says: {message[:300]}")
                continue
            lacking = rendered.lacking(json.loads(call.body), answer.document)
            if lacking:
                self.wrong.append(f"{case}, {place_of(path)} = {str(value)[:80]!r}: not kept as it was sent: {lacking}")


def main(bench):
    cases = {case.name: case.composite for case in rendered.cases() if case.name in CASES}
    with ApiServer(bench.directory / "shoot") as server, concurrent.futures.ThreadPoolExecutor(2) as pool:
        server.install("1.6", "standard")
        for namespace in NAMESPACES:
            make_namespace(server, namespace)
        agreement = Agreement(server)
        for case in CASES:
            spec = {name: value for name, value in cases[case]["spec"].items() if name not in UNTOUCHED}
            todo = list(changes(spec))
            verdicts = pool.map(lambda one, case=case: say(changed(cases[case], *one)), todo)
            for (path, value), verdict in zip(todo, verdicts):
                if isinstance(verdict, Failure):
                    agreement.wrong.append(str(verdict))
                else:
                    agreement.judge(case, path, value, verdict)
    print(", ".join(f"{count} {what}" for what, count in agreement.counts.items()))
    expect(not agreement.wrong, f"{len(agreement.wrong)} disagreements:\n" + "\n".join(agreement.wrong[:40]))
    expect(agreement.counts["refused by us"] > 1000 and agreement.counts["accepted by both"] > 500, "changes of both sorts")


run(main)
