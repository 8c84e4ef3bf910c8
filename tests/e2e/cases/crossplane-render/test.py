"""`crossplane render`, of Crossplane 2.2.0 and of 1.20.0, with function-cleura as a Function that is running (its Development runtime).

- What it prints of every composite in examples/, from nothing to all ready, is what `cleura-shoot render` says; as the claims
  variant too, which is the one that 1.20 has.
- With observed resources it prints the status, conditions, results and composed resources that the case folders of tests/render
  expect; what a provider reported of each resource is what those folders say.
- What is wrong is told in our words, and nothing else is printed.
- README.md's words about it work."""
import json
import pathlib
import re
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import BIN, ROOT, expect, expect_equal, run, subprocess, tool  # noqa: E402
from apiserver import Loader  # noqa: E402
from crossplane import CLAIM_LABELS, FUNCTION, PART, Case, as_claimed, composition  # noqa: E402

READY = {"conditions": [{"type": "Ready", "status": "True", "reason": "Available"},
                        {"type": "Synced", "status": "True", "reason": "ReconcileSuccess"}], "response": {"statusCode": 200}, "atProvider": {}}
ROUNDS = 8
NAMESPACED = ("gateway/ready", "gateway/listener-bad", "grpcroute/new", "httproute/ready", "loadbalancer/ready", "loadbalancer/event-quota",
              "shoot/creating", "shoot/gardener-ready", "shoot/invalid-while-running", "shoot/ready", "tcproute/endpoints",
              "tlsroute/ready", "udproute/free", "volume/bound")
CLAIMED = ("gateway/claims", "httproute/claims", "shoot/claims", "shoot/claims-long-names", "tcproute/claims", "volume/claims")
BEFORE = {"shoot/invalid-while-running": "shoot/ready"}
REFUSED = ("gateway/wrong-listeners", "httproute/wrong-references", "shoot/wrong-workers", "shoot/wrong-input", "volume/wrong-everything")
REFUSED_CLAIMS = ("grpcroute/wrong", "udproute/wrong")


class Crossplane:
    """One release's command line."""

    def __init__(self, bench, version, program, function):
        self.version, self.program = version, tool(program)
        self.directory = bench.directory / version
        self.directory.mkdir()
        annotations = {"render.crossplane.io/runtime": "Development", "render.crossplane.io/runtime-development-target": function.address}
        self.write("functions", {"apiVersion": "pkg.crossplane.io/v1", "kind": "Function", "metadata": {"name": FUNCTION, "annotations": annotations},
                                 "spec": {"package": "example.com/cleura/function-cleura:v1.0.0"}})

    def write(self, name, *documents):
        path = self.directory / f"{name}.yaml"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return path

    def call(self, composite, parts=None, step_input=None):
        """Its end, what it printed and what it said about it."""
        files = [self.write("composite", composite), self.write("composition", composition(composite, step_input)), self.directory / "functions.yaml"]
        files += ["--observed-resources", self.write("observed", *parts.values())] if parts else []
        return subprocess.run([self.program, "render", *files, "--include-function-results"], capture_output=True, text=True, timeout=120,
                              check=False, stdin=subprocess.DEVNULL)

    def render(self, composite, parts=None, step_input=None):
        """The composite, the composed resources by part, the results."""
        done = self.call(composite, parts, step_input)
        expect(done.returncode == 0, f"crossplane {self.version} render: exit {done.returncode}\n{done.stderr}{json.dumps(composite)}")
        first, *others = yaml.load_all(done.stdout, Loader)
        results = [one for one in others if one["kind"] == "Result"]
        composed = [one for one in others if one["kind"] != "Result"]
        return first, {one["metadata"]["annotations"][PART]: one for one in composed}, results


def applied(document):
    """A composed resource as it would be read back, without what render makes up: it gives composites no uid."""
    metadata = {key: value for key, value in document["metadata"].items() if key not in ("ownerReferences", "generateName")}
    return {**document, "metadata": metadata}


def documents(path):
    return [one for one in yaml.load_all(path.read_text(), Loader) if one and one["apiVersion"].startswith("platform.cleura")]


def promised(composite):
    """What `cleura-shoot render` says that it becomes, by part."""
    done = subprocess.run([BIN / "cleura-shoot", "render", "-o", "json", "-f", "-"], input=json.dumps(composite), capture_output=True, text=True,
                          timeout=60, check=False)
    expect(done.returncode == 0, f"cleura-shoot render: exit {done.returncode}\n{done.stderr}{json.dumps(composite)}")
    said = json.loads(done.stdout)
    return {one["metadata"]["annotations"][PART]: one for one in (said if isinstance(said, list) else [said])}


def without_claim_labels(document):
    labels = {key: value for key, value in document["metadata"].get("labels", {}).items() if key not in CLAIM_LABELS}
    return {**document, "metadata": {**document["metadata"], "labels": labels}}


def example(crossplane, composite):
    wanted, parts = promised(composite), {}
    for _ in range(ROUNDS):
        told, composed, results = crossplane.render(composite, {part: {**one, "status": READY} for part, one in parts.items()})
        expect_equal([], results, f"results of {composite['kind']}")
        new = {part: applied(one) for part, one in composed.items() if part not in parts}
        if not new:
            break
        parts.update(new)
    what = f"{composite['kind']} {composite['metadata']['name']}, Crossplane {crossplane.version}"
    expect_equal(sorted(wanted), sorted(parts), f"{what}: its parts")
    for part, one in parts.items():
        expect_equal(without_claim_labels(wanted[part]), without_claim_labels(one), f"{what}: {part}")
    expect(told["status"]["phase"], f"{what}: it has a status")


def examples(crossplane, form):
    composites = [one for path in sorted((ROOT / "examples").glob("*/*.yaml")) for one in documents(path)]
    for composite in composites:
        example(crossplane, form(composite))
    expect({one["kind"] for one in composites} >= {"Shoot", "Gateway", "HTTPRoute", "TCPRoute", "TLSRoute", "GRPCRoute", "UDPRoute", "LoadBalancer",
                                                   "Volume"}, "every kind has an example")
    return len(composites)


def folder(crossplane, name, before=None):
    """Tells a case folder from its beginning; before: the case whose composite it was until all that the folder speaks of was there."""
    case, parts = Case(name), {}
    composite = Case(before).composite if before else case.composite
    for _ in range(ROUNDS):
        told, composed, results = crossplane.render(composite, parts, case.input)
        new = {part: case.seen(part, applied(one)) for part, one in composed.items() if part in case.observed and part not in parts}
        if not new:
            break
        parts.update(new)
    expect_equal([], case.lacks(parts), f"{name}: what is observed and was never composed")
    if before:
        told, composed, results = crossplane.render(case.composite, parts, case.input)
    unready = any(one is not None and not one.get("ready") for one in case.expected.get("desired", {}).values())
    case.judge(told["status"], composed, not unready if crossplane.version == "1.20" else None)  # 1.20's render passes over our word on the whole
    expect_equal([one["message"] for one in case.expected.get("results") or ()], [one["message"] for one in results], f"{name}: results")


def refused(crossplane, name):
    case = Case(name)
    done = crossplane.call(case.composite, None, case.input)
    expect(done.returncode != 0 and not done.stdout, f"{name}: exit {done.returncode}, printed {done.stdout}")
    expect(f'pipeline step "cleura" returned a fatal result: {case.fatal}' in done.stderr, f"{name}: said {done.stderr}\nand not {case.fatal}")


def readme(bench, program, function):
    """Its files and its command; of the function it is told where this one listens."""
    text = (ROOT / "README.md").read_text()
    names = []
    for name, content in re.findall(r"^\$ cat > (\S+) <<'EOF'\n(.*?)^EOF$", text, re.MULTILINE | re.DOTALL):
        (bench.directory / name).write_text(content)
        names.append(name)
    expect_equal(["functions.yaml", "composition.yaml"], names, "files that README.md has")
    command = re.search(r"^\$ crossplane (render .*)$", text, re.MULTILINE).group(1)
    arguments = [bench.directory / one if one in names else ROOT / one if "/" in one else one for one in command.split()]
    done = subprocess.run([tool(program), *arguments, "-a", f"render.crossplane.io/runtime-development-target={function.address}"],
                          capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
    expect_equal(0, done.returncode, f"README.md's crossplane render: {done.stderr}")
    expect_equal(["Volume", "Request"], [one["kind"] for one in yaml.load_all(done.stdout, Loader)][:2], "what it prints")


def main(bench):
    function = bench.function()
    for version, program, forms, cases, wrong in (("2.2", "crank", (dict, as_claimed), NAMESPACED + CLAIMED, REFUSED + REFUSED_CLAIMS),
                                                  ("1.20", "crossplane-1.20", (as_claimed,), CLAIMED, REFUSED_CLAIMS)):
        crossplane = Crossplane(bench, version, program, function)
        shown = [examples(crossplane, form) for form in forms]
        for name in cases:
            folder(crossplane, name, BEFORE.get(name))
        for name in wrong:
            refused(crossplane, name)
        print(f"Crossplane {version}: {' + '.join(map(str, shown))} examples, {len(cases)} cases, {len(wrong)} refused")
    readme(bench, "crank", function)
    function.stop()


run(main)
