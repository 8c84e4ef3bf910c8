"""A simulated shoot's API server, and a way into it that remembers who asked what and can spoil answers. With $SHOOT_KUBECONFIG, which
leads to an API server that somebody else runs, that one instead: tests/e2e puts a real one to the same scenarios.

    with Shoot(lab) as shoot:
        lab.put(config(shoot.url), ...)
        shoot.spoil = lambda call: json_answer(503, {}) if call.path == "/apis" else None
"""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import urllib.parse

from backend import API, HANG_UP, Answer, Backend  # noqa: F401
from lab import BIN, Failure, expect

APPLY = {"Content-Type": ["application/apply-patch+yaml"]}
WHO = "?fieldManager=provider-cleura&force=true"


class Shoot(Backend):
    """url leads to the server as its administrator, over HTTP. spoil(call) gives another answer, HANG_UP, or None."""

    def __init__(self, lab):
        super().__init__(self.forward)
        self.spoil = lambda call: None
        other = os.environ.get("SHOOT_KUBECONFIG")
        self.driver = None
        if other:
            self.kubeconfig = pathlib.Path(other)
            url = re.search("server: (\\S+)", self.kubeconfig.read_text())[1]
        else:
            self.kubeconfig = lab.directory / "shoot.kubeconfig"
            url = self.start_simulated(lab)
        self.server_url = urllib.parse.urlsplit(url)
        self.context = context_of(self.kubeconfig, lab.directory)

    def start_simulated(self, lab):
        with open(lab.directory / "shootapi.log", "wb") as log:
            self.driver = subprocess.Popen([str(BIN / "shootapi-driver"), str(self.kubeconfig)], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=log, text=True)
        return self.driver.stdout.readline().strip()

    def __exit__(self, *about):
        super().__exit__(*about)
        if not self.driver:
            return
        with contextlib.suppress(BrokenPipeError):
            self.driver.stdin.write("quit\n")
            self.driver.stdin.flush()
        self.driver.stdin.close()
        code = self.driver.wait(30)
        if about[0] is None:
            expect(code == 0, f"the shoot's API server ended with {code}")

    def forward(self, call):
        spoilt = self.spoil(call)
        return spoilt if spoilt is not None else self.ask(call.method, call.path, call.headers, call.body)

    def ask(self, method, path, headers, body):
        connection = http.client.HTTPSConnection(self.server_url.netloc, context=self.context, timeout=20)
        with contextlib.closing(connection):
            kept = {k: v for k, v in headers.items() if k.lower() in ("content-type", "accept")}
            connection.request(method, path, body.encode() if body else None, kept)
            answer = connection.getresponse()
            return Answer(answer.status, {"Content-Type": answer.headers["Content-Type"] or ""}, answer.read().decode())

    # ---- what a user of the cluster does ------------------------------------------------------------------------

    def apply(self, path, document, manager="kubectl", force=True, code=(200, 201)):
        """Server-side apply, past the journal."""
        query = f"?fieldManager={manager}&force={str(force).lower()}"
        answer = self.ask("PATCH", path + query, {"Content-Type": "application/apply-patch+yaml"}, json.dumps(document))
        if answer.status not in code:
            raise Failure(f"apply of {path}: {answer.status} {answer.body[:500]}")
        return json.loads(answer.body)

    def get(self, path):
        """The object, or None."""
        answer = self.ask("GET", path, {}, "")
        return json.loads(answer.body) if answer.status == 200 else None

    def delete(self, path):
        return self.ask("DELETE", path, {}, "").status

    def since(self):
        """Forget the journal."""
        del self.calls[:]

    def count(self, method, path=""):
        return len(self.asked(method, path))


def context_of(kubeconfig, directory):
    text = kubeconfig.read_text()
    parts = {}
    for name in ("certificate-authority-data", "client-certificate-data", "client-key-data"):
        parts[name] = base64.b64decode(re.search(f"{name}: (\\S+)", text)[1]).decode()
    pair = directory / "client.pem"
    pair.write_text(parts["client-certificate-data"] + parts["client-key-data"])
    os.chmod(pair, 0o600)
    context = ssl.create_default_context(cadata=parts["certificate-authority-data"])
    context.load_cert_chain(pair)
    return context


def applied(name, path, body, config="default", policies=None, who=WHO, **more):
    """A Request that keeps an object in a shoot by server-side apply."""
    apply = {"method": "PATCH", "url": f'.payload.baseUrl + "{who}"', "body": ".payload.body", "headers": APPLY}
    spec = {"providerConfigRef": {"kind": "ProviderConfig", "name": config},
            "forProvider": {"payload": {"baseUrl": path, "body": json.dumps(body)},
                            "mappings": [{"action": "OBSERVE", "method": "GET", "url": ".payload.baseUrl"},
                                         {"action": "CREATE", **apply}, {"action": "UPDATE", **apply},
                                         {"action": "REMOVE", "method": "DELETE", "url": ".payload.baseUrl"}],
                            "storeResponse": "None", "pollInterval": "1s", "pollIntervalWhileNotReady": "500ms", **more}}
    if policies:
        spec["managementPolicies"] = policies
    return {"apiVersion": API, "kind": "Request", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def definition(group, plural, kind, **served):
    """A CustomResourceDefinition: v1=True, v1alpha2=False; the first is stored."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {
        "spec": {"type": "object", "properties": {"port": {"type": "integer", "minimum": 1}, "note": {"type": "string"},
                                                  "rules": {"type": "array", "items": anything}}},
        "status": anything}}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {"group": group, "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": kind + "List"},
                     "versions": [{"name": version, "served": is_served, "storage": i == 0, "schema": schema,
                                   "subresources": {"status": {}}}
                                  for i, (version, is_served) in enumerate(served.items())]}}
