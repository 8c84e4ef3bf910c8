"""Claims, with Crossplane's core 2.2.0: the form that 1.20 has, too. As in crossplane-core the API server is real and the test plays the
provider.

- A claim becomes a composite, that becomes composed resources of cluster scope; the claim tells status, conditions and Ready of its
  composite.
- What is wrong with a spec is told at the claim.
- A Shoot that is protected outlives its claim's removal, and says what to do; then it goes with all that it owns."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import expect, expect_equal, run, time, wait_until  # noqa: E402
from core import Cluster, Core, Provider, claimed, condition, listed, path_of, truths  # noqa: E402
from crossplane import Case, unlike  # noqa: E402

SHOOT = Case("shoot/claims")
SPEC = {key: value for key, value in SHOOT.composite["spec"].items() if key != "claimRef"}
CLAIM = {"apiVersion": SHOOT.composite["apiVersion"], "kind": "Shoot", "spec": SPEC,
         "metadata": {key: SHOOT.composite["spec"]["claimRef"][key] for key in ("name", "namespace")}}


def whole(cluster, claim):
    """The path of a claim's composite."""
    name = cluster.get(path_of(claim))["spec"].get("resourceRef", {}).get("name")
    return name and path_of({"apiVersion": claim["apiVersion"], "kind": f"X{claim['kind']}", "metadata": {"name": name}})


def become_ready(cluster, core, provider):
    cluster.apply(path_of(CLAIM), CLAIM)
    wait_until(lambda: whole(cluster, CLAIM), 60, "a composite of the claim")
    path = whole(cluster, CLAIM)
    case = SHOOT.renamed(path.rsplit("/", 1)[1])
    provider.cases[("XShoot", case.composite["metadata"]["name"])] = case
    composite = core.settled(case, path)
    for part, one in core.parts(composite).items():
        expect("namespace" not in one["metadata"], f"{part} is of cluster scope")
    wanted = {name: one for name, one in composite["status"].items() if name not in ("conditions", "claimConditionTypes")}
    wait_until(lambda: unlike(wanted, cluster.get(path_of(CLAIM)).get("status", {})) is None, 60, "the claim to tell the composite's status")
    for name in composite["status"]["claimConditionTypes"]:
        theirs = {key: condition(composite, name).get(key) for key in ("status", "reason", "message")}
        wait_until(lambda n=name, t=theirs: unlike(t, condition(cluster.get(path_of(CLAIM)), n)) is None, 60, f"the claim to tell condition {name}")
    expect(set(composite["status"]["claimConditionTypes"]) >= set(case.expected["conditions"]), "all conditions are the claim's, too")
    case.observed = {**case.observed, "kubeconfig": Case("shoot/ready").observed["kubeconfig"]}  # what the folder lacks
    wait_until(lambda: "Ready" in truths(cluster.get(path_of(CLAIM))), 60, "the claim to be Ready")


def be_wrong(cluster, core, provider):
    claim = {**CLAIM, "metadata": {**CLAIM["metadata"], "name": "wrong"}, "spec": {**SPEC, "kubernetes": {"version": "latest"}}}
    cluster.apply(path_of(claim), claim)
    wanted = Case("shoot/invalid-while-running").expected["conditions"]["Valid"]
    wait_until(lambda: unlike(wanted, condition(cluster.get(path_of(claim)), "Valid")) is None, 60, "the claim to say what is wrong")
    expect_equal({}, core.parts(cluster.get(whole(cluster, claim))), "what is composed of a wrong spec")
    cluster.delete(path_of(claim))
    wait_until(lambda: cluster.get(path_of(claim)) is None, 60, "it to go")


def go(cluster, core, provider):
    """Crossplane takes a claim's removal, and refuses that of its composite; from then on it passes nothing on from the claim."""
    path = whole(cluster, CLAIM)
    advice = f"set spec.deletionProtection to false first, and when the claim is already being deleted, in XShoot {path.rsplit('/', 1)[1]}"
    wait_until(lambda: cluster.get(path)["metadata"].get("labels", {}).get("crossplane.io/in-use") == "true", 60, "the Usage to be in force")
    expect_equal(200, cluster.delete(path_of(CLAIM)).status, "the claim's removal")
    wait_until(lambda: advice in condition(cluster.get(path_of(CLAIM)), "Synced").get("message", ""), 60, "the claim to say why it stays")
    expect("deletionTimestamp" not in cluster.get(path)["metadata"], "the composite stays")
    expect(len(core.parts(cluster.get(path))) > 3, "it owns something")
    cluster.merge(path, {"spec": {"deletionProtection": False}})
    wait_until(lambda: cluster.get(path_of(CLAIM)) is None, 150, "the claim to go")
    wait_until(lambda: cluster.get(path) is None, 60, "its composite to go")
    wait_until(lambda: not any(listed(cluster, path) for path in provider.paths()), 60, "all that was composed to go")


def main(bench):
    with Cluster(bench.directory / "cluster") as cluster, Core(bench, cluster, scoped=False) as core:
        core.serve()
        core.define(claimed("Shoot"))
        with Provider(cluster, False, {}) as provider:
            for part in (become_ready, be_wrong, go):
                started = time.monotonic()
                part(cluster, core, provider)
                print(f"{part.__name__}: as promised ({time.monotonic() - started:.0f} s)")


run(main, isolated=True)
