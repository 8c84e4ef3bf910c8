"""The Requests of the case folders of tests/render as the calls they mean, made to a real API server.

A call is what docs/REQUESTS.md says: the mapping's method, its URL and body as jq makes them of the payload, its headers, and
{apiVersion} replaced by the first version that discovery tells of."""
import collections
import fractions
import functools
import json
import re
import subprocess

import yaml
from apiserver import Loader
from lab import ROOT, Failure

CASES = ROOT / "tests/render"
PLACEHOLDER = "{apiVersion}"
AMOUNTS = ("requests", "limits", "capacity", "hard")

Call = collections.namedtuple("Call", "method url body content_type")


class NotServed(Exception):
    """The server has none of the versions that the Request is written for."""


def jq(programs, document):
    """The first output of each, as the provider takes it; null of what fails. All in one call: there are thousands."""
    program = ", ".join(f"[try ({one}) catch null][0]" for one in programs)
    done = subprocess.run(["jq", "-c", f"[{program}]"], input=document, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        raise Failure(f"jq: {done.stderr}\n{program}")
    return json.loads(done.stdout)


def with_version(value, version):
    """A body in which the placeholder stands as the whole value of members apiVersion."""
    if isinstance(value, list):
        return [with_version(one, version) for one in value]
    if isinstance(value, dict):
        return {key: version if key == "apiVersion" and one == PLACEHOLDER else with_version(one, version)
                for key, one in value.items()}
    return value


class Request:
    """What a case renders for one part."""

    def __init__(self, case, part, document):
        self.case, self.part = case, part
        self.provider = document["spec"]["forProvider"]
        self.mappings = {mapping.get("action"): mapping for mapping in self.provider.get("mappings", [])}
        payload = dict(self.provider.get("payload", {}))
        payload["body"] = json.loads(payload.get("body") or "{}")
        self.document = json.dumps({"payload": payload, "response": {}}, sort_keys=True)

    def __str__(self):
        return f"{self.case}, {self.part}"

    @functools.cached_property
    def sent(self):
        """By action: the URL and the body that its programs make."""
        pairs = [(mapping["url"], mapping.get("body") or "null") for mapping in self.mappings.values()]
        made = iter(jq([program for pair in pairs for program in pair], self.document))
        return {action: (next(made), next(made)) for action in self.mappings}

    def in_cluster(self):
        """Whether it is about an object in a cluster; the others are Cleura's."""
        return "OBSERVE" in self.mappings and str(self.sent["OBSERVE"][0]).startswith(("/api/", "/apis/"))

    def call(self, action, server):
        """What is sent for an action."""
        mapping, (url, body) = self.mappings[action], self.sent[action]
        if PLACEHOLDER in url:
            rest = url.split(PLACEHOLDER + "/", 1)[1].split("?")[0].split("/")
            plural = rest[2] if rest[0] == "namespaces" and len(rest) > 2 else rest[0]
            version = next((one for one in self.provider["apiVersions"] if plural in server.resource_names(one)), None)
            if version is None:
                raise NotServed(f"{plural} of {self.provider['apiVersions']}")
            url = url.replace("/apis/" + PLACEHOLDER, "/api/v1" if version == "v1" else "/apis/" + version)
            body = with_version(body, version)
        headers = {name.lower(): values for name, values in (mapping.get("headers") or self.provider.get("headers") or {}).items()}
        return Call(mapping["method"], url, None if body is None else json.dumps(body, sort_keys=True),
                    headers.get("content-type", ["application/json" if body is not None else None])[0])


def mappings_of(document):
    """Of a Request; others have none, and a case that only removes it neither."""
    provider = document.get("spec", {}).get("forProvider", {}) if document.get("kind") == "Request" else {}
    return provider.get("mappings")


Case = collections.namedtuple("Case", "name kind composite refused requests")


@functools.cache
def cases():
    """All of tests/render."""
    return [read(path.parent) for path in sorted(CASES.glob("*/*/expected.yaml"))]


def load(path):
    return yaml.load(path.read_text(), Loader)


def read(folder):
    expected = load(folder / "expected.yaml")
    name = f"{folder.parent.name}/{folder.name}"
    composite = folder / "composite.yaml"
    parts = {part: (one or {}).get("resource") or {} for part, one in (expected.get("desired") or {}).items()}
    requests = [Request(name, part, document) for part, document in parts.items() if mappings_of(document)]
    refused = any(one["severity"] == "Fatal" for one in expected.get("results") or [])
    return Case(name, folder.parent.name, load(composite) if composite.exists() else None, refused, requests)


def lacking(wanted, got, path=""):
    """Where an object lacks what was asked for, as docs/REQUESTS.md compares them; None = nowhere. (Elements that a server adds to a
    list are not looked for: here nobody adds any.)"""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return next((what for key, one in wanted.items() if (what := missing(one, got, key, f"{path}.{key}"))), None)
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return next((what for i, one in enumerate(wanted) if (what := lacking(one, got[i], f"{path}[{i}]"))), None)
    return None if wanted == got else f"{path}: {wanted!r} became {got!r}"


def missing(wanted, there, key, path):
    if wanted is None:
        return None
    if key not in there:
        return f"{path}: {wanted!r} is not there" if wanted else None
    if key in AMOUNTS and isinstance(wanted, dict):
        return next((what for name, one in wanted.items()
                     if amount(one) != amount(there[key].get(name)) and (what := f"{path}.{name}: {one} became {there[key]}")), None)
    return lacking(wanted, there[key], path)


def amount(text):
    digits, unit = re.fullmatch(r"([+-]?[0-9.]+)(.*)", str(text)).groups()
    power = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
    factor = fractions.Fraction(10) ** power[unit] if unit in power else fractions.Fraction(2 ** (10 * ("KMGTPE".index(unit[0]) + 1)))
    return fractions.Fraction(digits) * factor


__all__ = ["CASES", "Call", "Case", "NotServed", "Request", "cases", "jq", "lacking", "load"]
