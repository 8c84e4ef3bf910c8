"""Crossplane's core 2.2.0 with a real API server and function-cleura over mutual TLS, with the certificates that the core makes. The test
plays the provider: it reports of the composed resources what the case folders of tests/render have observed.

- A Shoot, a Gateway and an HTTPRoute (namespaced) become composed resources that they own; status, conditions and Ready are what those
  folders expect.
- While nothing changes nothing is written, however often the function is asked.
- A Shoot that is protected is not removed, and the refusal says what to do; Crossplane says it, by the Usage that we compose.
- A spec that is wrong composes nothing, and says so in our words; wrong later, it freezes nothing and removes nothing.
- While no function runs, and when another one has come in its place, nothing is lost.
- What is removed goes with all that it owns."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import expect, expect_equal, run, time, wait_until  # noqa: E402
from core import Cluster, Core, Provider, condition, listed, namespaced, path_of, truths  # noqa: E402
from crossplane import Case  # noqa: E402

SHOOT, GATEWAY, ROUTE = Case("shoot/ready"), Case("gateway/ready"), Case("httproute/ready")
CASES = (SHOOT, GATEWAY, ROUTE)
PATHS = {case.name: path_of(case.composite) for case in CASES}


def key(case):
    return case.composite["kind"], case.composite["metadata"]["name"]


def become_ready(cluster, core, provider):
    for case in CASES:
        cluster.apply(PATHS[case.name], case.composite)
    for case in CASES:
        composite = core.settled(case, PATHS[case.name])
        owner = {"apiVersion": composite["apiVersion"], "kind": composite["kind"], "name": composite["metadata"]["name"],
                 "uid": composite["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}
        for part, one in core.parts(composite).items():
            expect_equal([owner], one["metadata"]["ownerReferences"], f"{case.name}: {part}'s owner")
        expect("Synced" in truths(composite), f"{case.name}: it is synced")


def rest(cluster, core, provider):
    """One more look comes after all that an earlier one has written."""
    def writes_nothing():
        before = core.owned(*PATHS.values()), [cluster.get(path)["status"] for path in PATHS.values()]
        for path in (*PATHS.values(), *PATHS.values()):
            core.look_again(path)
        return before == (core.owned(*PATHS.values()), [cluster.get(path)["status"] for path in PATHS.values()])

    wait_until(writes_nothing, 30, "looks that write nothing")


def protect(cluster, core, provider):
    path = PATHS[SHOOT.name]
    wait_until(lambda: cluster.get(path)["metadata"].get("labels", {}).get("crossplane.io/in-use") == "true", 60, "the Usage to be in force")
    wait_until(lambda: "Ready" in truths(core.parts(cluster.get(path))["protection"]), 60, "the Usage to be ready")
    answer = cluster.delete(path)
    expect_equal(409, answer.status, f"the removal of a protected Shoot: {answer.text[:1000]}")
    expect("set spec.deletionProtection to false first" in answer.text, f"the refusal says what to do: {answer.text[:1000]}")
    expect("deletionTimestamp" not in cluster.get(path)["metadata"], "the Shoot stays")


def be_wrong(cluster, core, provider):
    wrong = Case("shoot/wrong-workers")
    composite, path = wrong.composite, path_of(wrong.composite)
    cluster.apply(path, composite)
    wait_until(lambda: wrong.fatal in condition(cluster.get(path), "Synced").get("message", ""), 60, "our words in condition Synced")
    events = f"/api/v1/namespaces/{composite['metadata']['namespace']}/events"
    wait_until(lambda: any(one["type"] == "Warning" and wrong.fatal in one["message"] for one in listed(cluster, events)
                           if one["involvedObject"]["name"] == composite["metadata"]["name"]), 60, "our words in an event")
    expect_equal({}, core.parts(cluster.get(path)), "what is composed of a wrong spec")
    cluster.delete(path)
    wait_until(lambda: cluster.get(path) is None, 60, "it to go")


def become_wrong(cluster, core, provider):
    """A mistake in what runs."""
    later, path = Case("shoot/invalid-while-running"), PATHS[SHOOT.name]
    before = core.owned(path)
    cluster.merge(path, {"spec": {"kubernetes": later.composite["spec"]["kubernetes"]}})
    wanted = later.expected["conditions"]["Valid"]["message"]
    wait_until(lambda: condition(cluster.get(path), "Valid").get("message") == wanted, 60, "condition Valid to say so")
    composite = cluster.get(path)
    expect({"Ready", "Synced", "ShootReady"} <= truths(composite), "what runs goes on being Ready")
    expect_equal(later.expected["status"]["message"], composite["status"]["message"], "its message")
    expect_equal(before, core.owned(path), "versions of what it owns")
    cluster.merge(path, {"spec": {"kubernetes": SHOOT.composite["spec"]["kubernetes"]}})
    core.settled(SHOOT, path)


def be_restarted(cluster, core, provider):
    """With something to do while no function runs."""
    others, path = [PATHS[SHOOT.name], PATHS[ROUTE.name]], PATHS[GATEWAY.name]
    before, generation = core.owned(*others), core.parts(cluster.get(path))["gateway"]["metadata"]["generation"]
    core.function.stop()
    cluster.merge(path, {"spec": {"adopt": True}})
    core.serve()
    wait_until(lambda: core.parts(cluster.get(path))["gateway"]["metadata"]["generation"] > generation, 150, "it to be composed")
    wait_until(lambda: {"Ready", "Synced"} <= truths(cluster.get(path)), 60, "all to be well again")
    expect_equal(set(GATEWAY.expected["desired"]), set(core.parts(cluster.get(path))), "what is composed")
    expect_equal(before, core.owned(*others), "what the others own")


def go(cluster, core, provider):
    path = PATHS[SHOOT.name]
    cluster.merge(path, {"spec": {"deletionProtection": False}})
    wait_until(lambda: "protection" not in core.parts(cluster.get(path)), 60, "the Usage to go")
    wait_until(lambda: "crossplane.io/in-use" not in cluster.get(path)["metadata"].get("labels", {}), 60, "the Usage to be out of force")
    for name, path in PATHS.items():
        expect(len(core.parts(cluster.get(path))) > 3, f"{name} owns something")
        answer = cluster.delete(path)
        expect_equal(200, answer.status, f"the removal of {name}: {answer.text[:1000]}")
    for name, path in PATHS.items():
        wait_until(lambda p=path: cluster.get(p) is None, 60, f"{name} to go")
    wait_until(lambda: not any(listed(cluster, path) for path in provider.paths()), 60, "all that was composed to go")


def main(bench):
    with Cluster(bench.directory / "cluster") as cluster, Core(bench, cluster, scoped=True) as core:
        core.serve()
        core.define(*(namespaced(kind) for kind in ("Shoot", "Gateway", "HTTPRoute")))
        with Provider(cluster, True, {key(case): case for case in CASES}) as provider:
            for part in (become_ready, protect, rest, be_wrong, become_wrong, be_restarted, go):
                started = time.monotonic()
                part(cluster, core, provider)
                print(f"{part.__name__}: as promised ({time.monotonic() - started:.0f} s)")


run(main, isolated=True)
