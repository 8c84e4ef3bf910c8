"""What Crossplane is given and what comes of it: compositions, observed resources, and the case folders of tests/render as what is
expected.

A case folder's observed.yaml says of each composed resource what its provider has written; all else of that object is what
Crossplane made of our answer. So a case is told from the beginning: nothing is there, what is rendered is applied, what the
folder says of it is written, and again, until all that the folder speaks of is there."""
import copy
import json

from lab import Failure, expect
from rendered import CASES, load

FUNCTION = "function-cleura"
PART = "crossplane.io/composition-resource-name"
CLAIM_LABELS = ("crossplane.io/claim-name", "crossplane.io/claim-namespace")


def composition(composite, step_input=None, name=None):
    """That of the composite's kind, with our function as its only step."""
    step = {"step": "cleura", "functionRef": {"name": FUNCTION}, **({"input": step_input} if step_input else {})}
    return {"apiVersion": "apiextensions.crossplane.io/v1", "kind": "Composition",
            "metadata": {"name": name or composite["kind"].lower()},
            "spec": {"compositeTypeRef": {key: composite[key] for key in ("apiVersion", "kind")}, "mode": "Pipeline", "pipeline": [step]}}


def as_claimed(composite):
    """What Crossplane makes of a claim: the same, of cluster scope, under a name of its own."""
    metadata = composite["metadata"]
    reference = {"apiVersion": composite["apiVersion"], "kind": composite["kind"], "name": metadata["name"], "namespace": metadata["namespace"]}
    return {**composite, "kind": f"X{composite['kind']}", "metadata": {"name": f"{metadata['name']}-x7k2p"},
            "spec": {**composite["spec"], "claimRef": reference}}


def merged(document, change):
    """A merge patch of JSON; lists are replaced."""
    if not isinstance(document, dict) or not isinstance(change, dict):
        return copy.deepcopy(change)
    out = {key: value for key, value in document.items() if change.get(key, 0) is not None}
    return {**out, **{key: merged(document.get(key), value) for key, value in change.items() if value is not None}}


def unlike(wanted, got, path=""):
    """Where it is not as expected.yaml says; None = nowhere. Members that it does not name are free, null means absent, and so
    does "": Go leaves out an empty message."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return next((what for key, one in wanted.items() if (what := unlike(one, got.get(key), f"{path}.{key}"))), None)
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return next((what for i, one in enumerate(wanted) if (what := unlike(one, got[i], f"{path}[{i}]"))), None)
    return None if wanted == got or (wanted == "" and got is None) else f"{path}: expected {wanted!r}, got {got!r}"


class Case:
    """A folder of tests/render."""

    def __init__(self, name):
        folder = CASES / name
        self.name = name
        self.composite, self.expected = load(folder / "composite.yaml"), load(folder / "expected.yaml")
        self.observed, self.input = (load(path) if path.exists() else None for path in (folder / "observed.yaml", folder / "input.yaml"))
        self.observed = self.observed or {}

    def renamed(self, name):
        """The same for a composite of another name."""
        other = copy.copy(self)
        old = self.composite["metadata"]["name"]
        other.composite, other.expected = (json.loads(json.dumps(one).replace(old, name)) for one in (self.composite, self.expected))
        return other

    @property
    def fatal(self):
        """The message that it is refused with."""
        return next((one["message"] for one in self.expected.get("results") or () if one["severity"] == "Fatal"), None)

    def seen(self, part, document):
        """What was composed as the folder has it observed: as its provider has left it."""
        change = {key: value for key, value in self.observed[part].items() if key in ("spec", "status")}
        return merged(document, change)

    def judge(self, status, parts, ready=None):
        """Compares what has become of it: its status with the conditions in it, and the composed resources by part."""
        conditions = {one["type"]: one for one in status.get("conditions", ())}
        for what, wanted, got in (("status", self.expected.get("status"), status), ("conditions", self.expected.get("conditions"), conditions)):
            where = unlike(wanted or {}, got)
            expect(where is None, f"{self.name}: {what}{where}")
        desired = self.expected.get("desired")
        names = {part for part, one in (desired or {}).items() if one is not None}
        expect(desired is None or set(parts) == names, f"{self.name}: composed are {sorted(parts)}, expected {sorted(names)}")
        for part in names:
            where = unlike(desired[part].get("resource") or {}, parts[part])
            expect(where is None, f"{self.name}: {part}{where}")
        wanted = self.expected.get("ready") if ready is None else ready
        got = conditions.get("Ready")
        expect(wanted is None or (got or {}).get("status") == str(wanted), f"{self.name}: Ready is {got}, expected {wanted}")

    def lacks(self, parts):
        """What the folder speaks of and is not there."""
        return sorted(set(self.observed) - set(parts))


__all__ = ["CLAIM_LABELS", "FUNCTION", "PART", "Case", "Failure", "as_claimed", "composition", "merged", "unlike"]
