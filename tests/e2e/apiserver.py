"""A real Kubernetes API server (with its etcd, programs of tests/e2e/kubernetes), and what may be installed in it.

    with ApiServer(bench.directory / "shoot") as shoot:
        shoot.install("1.6", "standard")
        shoot.ask("GET", "/api/v1/namespaces").document["items"]

There is no controller but the API server's own: nothing is scheduled, a namespace's removal does not end, a claim keeps its
finalizer. What a controller would do, a case does itself."""
import base64
import collections
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time

import yaml
from lab import Failure, expect, wait_until

Answer = collections.namedtuple("Answer", "status document text")
APPLY = "application/apply-patch+yaml"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BUNDLES = {"1.5": "v1.5.1", "1.6": "v1.6.1"}  # of the Gateway API; with each go the kinds of the Envoy Gateway that reads it
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def found(name):
    """A program or a folder that tests/e2e/tools has made."""
    for folder in os.environ.get("TOOLS", "").split(":"):
        if folder and (pathlib.Path(folder) / name).exists():
            return pathlib.Path(folder) / name
    raise Failure(f"{name} is not there; scripts/e2e makes it")


def bundle(version, channel):
    """The documents of a Gateway API release, and those of Envoy Gateway: definitions first."""
    folder = found(f"gateway-api-{version}")
    files = [*sorted((folder / channel).glob("*.yaml")), *sorted((folder / "envoy-gateway").glob("*.yaml"))]
    documents = [document for file in files for document in yaml.load_all(file.read_text(), Loader) if "kind" in (document or {})]
    return sorted(documents, key=lambda document: document["kind"] != "CustomResourceDefinition")


class Calls:
    """Calls to an API server that listens on 127.0.0.1, as its administrator."""

    def __init__(self):
        self.port = 0
        self.context = None  # certificates
        self.connection = None
        self.discovered = {}

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def close(self):
        """Its connection; the next call opens another."""
        if self.connection:
            self.connection.close()
            self.connection = None

    def ask(self, method, path, body=None, content_type=None):
        """A call as administrator; the answer's document is None when it is not JSON."""
        for attempt in (1, 2):  # a connection that was kept may have ended meanwhile
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=60)
            try:
                headers = {"Content-Type": content_type} if content_type else {}
                self.connection.request(method, path, body.encode() if body else None, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (OSError, http.client.HTTPException):
                self.close()
                if fresh or attempt == 2:
                    raise
        document = json.loads(text) if "json" in (answer.headers["Content-Type"] or "") else None
        return Answer(answer.status, document, text)

    def apply(self, path, document, manager="kubectl", force=True, code=(200, 201)):
        """Server-side apply, as kubectl does it."""
        answer = self.ask("PATCH", f"{path}?fieldManager={manager}&force={str(force).lower()}", json.dumps(document), APPLY)
        expect(answer.status in code, f"apply of {path}: {answer.status} {answer.text[:2000]}")
        return answer.document

    def get(self, path):
        """The object, or None when it or its kind is not there."""
        answer = self.ask("GET", path)
        expect(answer.status in (200, 404), f"GET {path}: {answer.status} {answer.text[:2000]}")
        return answer.document if answer.status == 200 else None

    def merge(self, path, change, subresource=""):
        answer = self.ask("PATCH", path + subresource, json.dumps(change), "application/merge-patch+json")
        expect(answer.status == 200, f"merge patch of {path}: {answer.status} {answer.text[:2000]}")
        return answer.document

    def delete(self, path):
        return self.ask("DELETE", path)

    def resource_names(self, api_version):
        """The names of the resources of a group's version, as they were when first asked for since something was installed."""
        if api_version not in self.discovered:
            self.discovered[api_version] = self.served(api_version)
        return self.discovered[api_version]

    def served(self, api_version):
        """The same, as they are now."""
        answer = self.ask("GET", "/api/v1" if api_version == "v1" else f"/apis/{api_version}")
        return {one["name"] for one in answer.document["resources"]} if answer.status == 200 and answer.document else set()

    # ---- what may be installed ----------------------------------------------------------------------------------

    def install(self, version, channel):
        """A release of the Gateway API, its admission policy too, and the kinds of the Envoy Gateway that goes with it."""
        documents = bundle(version, channel)
        waiting = []
        self.discovered = {}
        for document in documents:
            name, group = document["metadata"]["name"], document["apiVersion"]
            plural = {"CustomResourceDefinition": "customresourcedefinitions",
                      "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
                      "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings"}[document["kind"]]
            self.apply(f"/apis/{group}/{plural}/{name}", document, "installer")
            if document["kind"] == "CustomResourceDefinition":
                waiting += [(f"{document['spec']['group']}/{one['name']}", document["spec"]["names"]["plural"])
                            for one in document["spec"]["versions"] if one["served"]]
        wait_until(lambda: all(plural in self.served(group) for group, plural in waiting), 60, "all kinds to be served")
        # Discovery tells of a kind a moment before the kind answers.
        for group, plural in waiting:
            wait_until(lambda g=group, p=plural: self.ask("GET", f"/apis/{g}/{p}?limit=1").status == 200, 60, f"{plural} of {group}")
        channels = {document["metadata"]["annotations"]["gateway.networking.k8s.io/channel"] for document in documents
                    if document["kind"] == "CustomResourceDefinition" and "gateway.networking" in document["spec"]["group"]}
        expect(channels == {channel}, f"the bundle is of channel {channels}, not {channel}")
        return len(documents)


class ApiServer(Calls):
    """Use as a context manager; it is stopped, and its data removed, when that ends."""

    def __init__(self, directory):
        super().__init__()
        self.directory = directory
        directory.mkdir()
        self.certificates()
        self.log = directory / "log"
        self.process = None
        self.start()

    def start(self):
        """Also again, after stop(): what it kept is there."""
        with contextlib.closing(socket.socket()) as place:  # held until the server, too, has bound it
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            place.bind(("127.0.0.1", self.port))
            self.port = place.getsockname()[1]
            command = [found("kubernetes"), self.directory, *self.flags()]
            with open(self.log, "ab") as out:
                self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=out,
                                                stderr=subprocess.STDOUT, start_new_session=True, cwd=self.directory)
            wait_until(self.is_ready, 120, "the API server to be ready")

    def flags(self):
        return ["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--permit-port-sharing",
                "--tls-cert-file=server.crt", "--tls-private-key-file=server.key", "--client-ca-file=ca.crt", "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=server.key",
                "--service-account-signing-key-file=server.key", "--service-cluster-ip-range=10.96.0.0/16",
                "--endpoint-reconciler-type=none"]

    def certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.directory, timeout=60)

        key = ["-newkey", "rsa:2048", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=shoot-ca",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        for name, subject in (("server", "/CN=kube-apiserver"), ("admin", "/O=system:masters/CN=administrator")):
            (self.directory / "extensions").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
            openssl("req", "-new", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                    "-extfile", "extensions", "-out", f"{name}.crt")
        self.context = ssl.create_default_context(cafile=self.directory / "ca.crt")
        self.context.load_cert_chain(self.directory / "admin.crt", self.directory / "admin.key")

    def is_ready(self):
        expect(self.process.poll() is None, f"the API server ended with {self.process.returncode}\n{self.tail()}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/readyz").status == 200
        return False

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    @property
    def kubeconfig(self):
        """As Gardener issues it, with a client certificate."""
        def data(name):
            return base64.b64encode((self.directory / name).read_bytes()).decode()

        named = {"name": "shoot"}
        return yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "shoot",
            "clusters": [{**named, "cluster": {"server": self.url, "certificate-authority-data": data("ca.crt")}}],
            "users": [{**named, "user": {"client-certificate-data": data("admin.crt"), "client-key-data": data("admin.key")}}],
            "contexts": [{**named, "context": {"cluster": "shoot", "user": "shoot"}}]})

    def __enter__(self):
        return self

    def __exit__(self, *about):
        self.kill()
        if about[0] is None:
            shutil.rmtree(self.directory)

    def stop(self):
        """SIGTERM, as a kubelet does it."""
        self.process.terminate()
        self.process.wait(60)
        self.kill()

    def kill(self):
        self.close()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            self.process.stdin.close()

__all__ = ["ApiServer", "Answer", "APPLY", "BUNDLES", "CRDS", "Calls", "Loader", "bundle", "found", "time"]
