"""Crossplane's core 2.2.0 on a real API server, with function-cleura as its only Function.

    with Cluster(bench.directory / "cluster") as cluster, Core(bench, cluster, scoped=True) as core:
        core.serve()
        core.define(namespaced("Shoot"))
        cluster.apply(path_of(shoot), shoot)

`core init` makes the certificates, the one of the Function's server too; the Function itself is a FunctionRevision made by hand, whose
address the test writes: no package is pulled and no pod is started. The core's own servers (metrics, probes, the webhook that
refuses removals) listen on all interfaces, as it cannot be told otherwise: a case with it is run "isolated"."""
import base64
import json
import os
import random
import signal
import socket
import subprocess
import time

from apiserver import CRDS, ApiServer, found
from bench import tool
from controllers import Controllers
from crossplane import FUNCTION, PART, composition
from lab import Failure, expect, wait_until
from rendered import CASES, load

GROUP = "platform.cleura.crossplane.io"
SYSTEM = "/api/v1/namespaces/crossplane-system"
ANYTHING = {"x-kubernetes-preserve-unknown-fields": True}
COMPOSED = {"Request": "requests", "DisposableRequest": "disposablerequests", "ProviderConfig": "providerconfigs"}
USAGES = {True: "/apis/protection.crossplane.io/v1beta1/usages", False: "/apis/apiextensions.crossplane.io/v1beta1/usages"}
FOREGROUND = "foregroundDeletion"


def plural_of(kind):
    return kind.lower() + "s"


def path_of(document):
    """Where an object of a kind of ours is."""
    namespace = document["metadata"].get("namespace")
    return (f"/apis/{document['apiVersion']}/{f'namespaces/{namespace}/' if namespace else ''}{plural_of(document['kind'])}"
            f"/{document['metadata']['name']}")


def versions(kind):
    """One that takes any spec. The members of a status are named, or the core would leave them out: all that the kind's cases have."""
    members = {member for path in (CASES / kind.lower()).glob("*/expected.yaml") for member in load(path).get("status") or ()}
    schema = {"type": "object", "properties": {"spec": {"type": "object", **ANYTHING},
                                               "status": {"type": "object", "properties": {member: ANYTHING for member in sorted(members)}}}}
    return [{"name": "v1alpha1", "served": True, "referenceable": True, "schema": {"openAPIV3Schema": schema}}]


def namespaced(kind):
    return {"apiVersion": "apiextensions.crossplane.io/v2", "kind": "CompositeResourceDefinition",
            "metadata": {"name": f"{plural_of(kind)}.{GROUP}"},
            "spec": {"scope": "Namespaced", "group": GROUP, "names": {"kind": kind, "plural": plural_of(kind)}, "versions": versions(kind)}}


def claimed(kind):
    whole = f"X{kind}"
    return {"apiVersion": "apiextensions.crossplane.io/v1", "kind": "CompositeResourceDefinition",
            "metadata": {"name": f"{plural_of(whole)}.{GROUP}"},
            "spec": {"group": GROUP, "names": {"kind": whole, "plural": plural_of(whole)}, "claimNames": {"kind": kind, "plural": plural_of(kind)},
                     "versions": versions(kind)}}


def composed_kinds(scoped):
    """Definitions of what our composites become: the provider's kinds, with a status of their own and nothing that is refused."""
    group = "cleura.m.crossplane.io" if scoped else "cleura.crossplane.io"
    schema = {"type": "object", "properties": {"spec": {"type": "object", **ANYTHING}, "status": {"type": "object", **ANYTHING}}}
    return [{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"},
             "spec": {"group": group, "scope": "Namespaced" if scoped else "Cluster", "names": {"kind": kind, "plural": plural},
                      "versions": [{"name": "v1alpha2", "served": True, "storage": True, "subresources": {"status": {}},
                                    "schema": {"openAPIV3Schema": schema}}]}} for kind, plural in COMPOSED.items()]


def composed_paths(scoped):
    group = "cleura.m.crossplane.io" if scoped else "cleura.crossplane.io"
    return [*(f"/apis/{group}/v1alpha2/{plural}" for plural in COMPOSED.values()), USAGES[scoped]]


class Cluster(ApiServer):
    """What a kind's server is busy with when its definition has just changed passes, and clients of Kubernetes wait for it."""

    def ask(self, *arguments):
        until = time.monotonic() + 60
        while (answer := super().ask(*arguments)).status == 429 and time.monotonic() < until:
            time.sleep(0.2)
        return answer


class Core:
    """Use as a context manager."""

    def __init__(self, bench, cluster, scoped):
        self.bench, self.cluster, self.scoped = bench, cluster, scoped
        self.directory = bench.directory / "core"
        self.directory.mkdir()
        (self.directory / "kubeconfig").write_text(cluster.kubeconfig)
        self.log = self.directory / "log"
        self.process = self.function = self.port = None
        crds = found("crossplane-crds")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory), "KUBECONFIG": str(self.directory / "kubeconfig"),
            "POD_NAMESPACE": "crossplane-system", "TLS_CA_SECRET_NAME": "crossplane-root-ca",
            "TLS_SERVER_SECRET_NAME": "crossplane-tls-server", "TLS_CLIENT_SECRET_NAME": "crossplane-tls-client",
            "TLS_SERVER_CERTS_DIR": str(self.directory / "server"), "TLS_CLIENT_CERTS_DIR": str(self.directory / "client"),
            # The names in the server's certificate: the webhook and the Function are both at localhost.
            "WEBHOOK_SERVICE_NAME": "localhost", "WEBHOOK_SERVICE_NAMESPACE": "crossplane-system", "WEBHOOK_SERVICE_PORT": "443",
            "CRDS_PATH": str(crds / "crds"), "WEBHOOK_CONFIGS_PATH": str(crds / "webhooks"), "XPKG_CACHE_DIR": str(self.directory / "cache"),
            "PACKAGE_RUNTIME": "External", "METRICS_PORT": "0", "HEALTH_PROBE_PORT": "0"}

    def __enter__(self):
        try:
            self.initialise()
            self.start()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if kind and self.log.exists():
            print(f"--- core, the end of its log\n{self.log.read_text(errors='replace')[-4000:]}")

    # ---- the core ---------------------------------------------------------------------------------------------------

    def initialise(self):
        """As the init container does: definitions, certificates, the webhook's configuration."""
        for name in ("crossplane-system", "team-a", "my-app"):
            self.cluster.apply(f"/api/v1/namespaces/{name}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        wait_until(self.initialised, 60, "crossplane core init to succeed")  # the first time its own kinds are not served yet
        for name in ("server", "client"):
            secret = self.cluster.get(f"{SYSTEM}/secrets/crossplane-tls-{name}")
            (self.directory / name).mkdir()
            for file, data in secret["data"].items():
                (self.directory / name / file).write_bytes(base64.b64decode(data))
        for definition in composed_kinds(self.scoped):
            self.cluster.apply(f"{CRDS}/{definition['metadata']['name']}", definition)
        for path in composed_paths(self.scoped):
            wait_until(lambda p=path: self.cluster.ask("GET", p).status == 200, 60, f"{path} to be served")

    def initialised(self):
        with open(self.log, "ab") as out:
            return subprocess.run([tool("crossplane"), "core", "init"], env=self.environment, stdout=out, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, timeout=300, check=False).returncode == 0

    def start(self):
        for _ in range(5):
            port = free_port()
            with open(self.log, "ab") as out:
                self.process = subprocess.Popen([tool("crossplane"), "--debug", "core", "start"], env={**self.environment, "WEBHOOK_PORT": str(port)},
                                                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            wait_until(lambda p=port: self.process.poll() is not None or answers(p), 60, "the core to serve its webhook")
            if self.process.poll() is None:
                break  # else somebody has taken the port meanwhile
        expect(self.process.poll() is None, f"the core does not start\n{self.log.read_text(errors='replace')[-3000:]}")
        path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/crossplane-no-usages"
        self.cluster.ask("PATCH", path, json.dumps([{"op": "remove", "path": "/webhooks/0/clientConfig/service"},
                                                    {"op": "add", "path": "/webhooks/0/clientConfig/url",
                                                     "value": f"https://localhost:{port}/validate-no-usages"}]), "application/json-patch+json")

    # ---- the Function -----------------------------------------------------------------------------------------------

    def serve(self):
        """A function-cleura with certificates of the core, and the revision that says where it is: where the one before was, as behind
        a Service."""
        self.port = self.port or free_port()
        self.function = self.bench.function("--debug", "--address", f"127.0.0.1:{self.port}", certs=self.directory / "server")
        revision = {"apiVersion": "pkg.crossplane.io/v1", "kind": "FunctionRevision",
                    "metadata": {"name": f"{FUNCTION}-1", "labels": {"pkg.crossplane.io/package": FUNCTION},
                                 "annotations": {"crossplane.io/paused": "true"}},  # or its package would be pulled
                    "spec": {"desiredState": "Active", "image": "example.com/cleura/function-cleura:v1.0.0", "revision": 1}}
        path = f"/apis/pkg.crossplane.io/v1/functionrevisions/{FUNCTION}-1"
        self.cluster.apply(path, revision)
        self.cluster.merge(path, {"status": {"endpoint": f"dns:///localhost:{self.port}", "capabilities": ["composition"]}}, "/status")

    def calls(self, composite):
        """How often the running function was asked about a composite."""
        metadata = composite["metadata"]
        name = f'"{metadata["namespace"]}/{metadata["name"]}"' if "namespace" in metadata else f'"{metadata["name"]}"'
        return self.function.log.read_text(errors="replace").count(f'"kind":"{composite["kind"]}","name":{name}')

    # ---- kinds ------------------------------------------------------------------------------------------------------

    def define(self, *definitions):
        for definition in definitions:
            version = definition["apiVersion"]
            self.cluster.apply(f"/apis/{version}/compositeresourcedefinitions/{definition['metadata']['name']}", definition)
            kind = definition["spec"]["names"]["kind"]
            made = composition({"apiVersion": f"{GROUP}/v1alpha1", "kind": kind})
            self.cluster.apply(f"/apis/apiextensions.crossplane.io/v1/compositions/{made['metadata']['name']}", made)
        for definition in definitions:
            path = f"/apis/{definition['apiVersion']}/compositeresourcedefinitions/{definition['metadata']['name']}"
            wanted = {"Established", *(["Offered"] if "claimNames" in definition["spec"] else [])}
            wait_until(lambda p=path, w=wanted: w <= truths(self.cluster.get(p)), 60, f"{path} to be served")
            for names in ("names", "claimNames"):
                if names in definition["spec"]:
                    plural = definition["spec"][names]["plural"]
                    wait_until(lambda n=plural: self.cluster.ask("GET", f"/apis/{GROUP}/v1alpha1/{n}").status == 200, 60, f"{plural} to be served")

    def parts(self, composite):
        """What is composed for a composite, by part: what it controls."""
        uid = composite["metadata"]["uid"]
        found_ones = [one for path in composed_paths(self.scoped) for one in listed(self.cluster, path)
                      if any(owner["uid"] == uid and owner.get("controller") for owner in one["metadata"].get("ownerReferences", ()))]
        return {one["metadata"]["annotations"][PART]: one for one in found_ones}


    def settled(self, case, path, seconds=60):
        """Waits until a composite is as its case folder expects and the core is done with it, and returns it; the last difference is
        told when it never is."""
        last = [None]

        def is_so():
            document = self.cluster.get(path) or {"metadata": {"uid": None}}
            try:
                case.judge(document.get("status", {}), self.parts(document))
                last_written = {condition(document, name).get("observedGeneration") for name in ("Ready", "Synced")}
                expect(last_written == {document["metadata"]["generation"]}, f"{case.name}: Ready and Synced are of an earlier spec")
            except Failure as failure:
                last[0] = failure
                return False
            return True

        try:
            wait_until(is_so, seconds, f"{case.name} to be as expected")
        except Failure as late:
            raise Failure(f"{late}: {last[0]}") from None
        return self.cluster.get(path)

    def owned(self, *paths):
        """The versions of all that composites own: a version changes with each write."""
        return {f"{path}: {part}": one["metadata"]["resourceVersion"] for path in paths
                for part, one in self.parts(self.cluster.get(path)).items()}

    def look_again(self, path):
        """Makes the core look at a composite, and returns when it has asked the function about it."""
        composite = self.cluster.get(path)
        asked = self.calls(composite)
        self.cluster.merge(path, {"metadata": {"labels": {"example.com/look": str(asked)}}})
        wait_until(lambda: self.calls(composite) > asked, 60, f"the function to be asked about {path} again")


def listed(cluster, path):
    """With their kind, which a list leaves out."""
    answer = cluster.get(path) or {"items": [], "kind": "List"}
    return [{"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List"), **one} for one in answer["items"]]


def truths(document):
    return {one["type"] for one in document.get("status", {}).get("conditions", ()) if one["status"] == "True"}


def condition(document, name):
    return next((one for one in document.get("status", {}).get("conditions", ()) if one["type"] == name), {})


def free_port():
    """Below those that a kernel gives to whoever asks for any."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as place:
            try:
                place.bind(("", port))
                return port
            except OSError:
                continue


def answers(port):
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Provider(Controllers):
    """Plays a provider, and Kubernetes' garbage collector: it writes of what is composed what case folders have observed, by the composite's
    kind and name, and removes what has lost its owner."""

    def __init__(self, cluster, scoped, cases_by_name):
        super().__init__(cluster)
        self.scoped, self.cases = scoped, dict(cases_by_name)

    def paths(self):
        return composed_paths(self.scoped)

    def look(self):
        for path in self.paths():
            for one in listed(self.shoot, path):
                own = path_of_composed(path, one)
                if FOREGROUND in one["metadata"].get("finalizers", ()):
                    rest = [name for name in one["metadata"]["finalizers"] if name != FOREGROUND]
                    self.shoot.merge(own, {"metadata": {"finalizers": rest}})
                elif not self.owned(one):
                    self.shoot.delete(own)
                elif path != USAGES[self.scoped]:
                    self.report(own, one)

    def owned(self, one):
        owner = next((owner for owner in one["metadata"].get("ownerReferences", ()) if owner.get("controller")), None)
        if owner is None:
            return True
        there = self.shoot.get(path_of({"apiVersion": owner["apiVersion"], "kind": owner["kind"],
                                        "metadata": {"name": owner["name"], "namespace": one["metadata"].get("namespace")}}))
        return there is not None and there["metadata"]["uid"] == owner["uid"]

    def report(self, path, one):
        owner = one["metadata"]["ownerReferences"][0]
        case = self.cases.get((owner["kind"], owner["name"]))
        status = (case.observed.get(one["metadata"]["annotations"][PART]) or {}).get("status") if case else None
        if status is not None and one.get("status") != status:
            self.shoot.ask("PATCH", f"{path}/status", json.dumps([{"op": "add", "path": "/status", "value": status}]), "application/json-patch+json")


def path_of_composed(path, one):
    group, plural = path.rsplit("/", 1)
    namespace = one["metadata"].get("namespace")
    return f"{group}/{f'namespaces/{namespace}/' if namespace else ''}{plural}/{one['metadata']['name']}"


__all__ = ["Cluster", "Core", "GROUP", "Provider", "claimed", "condition", "listed", "namespaced", "path_of", "truths"]
