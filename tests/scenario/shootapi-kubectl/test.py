"""kubectl finds in a simulated shoot what it expects of an API server: discovery, apply on both sides, conflicts, watches,
finalizers, custom kinds, hibernation, CA rotation."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import BIN, Failure, expect, skip, wait_until  # noqa: E402

APP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}
"""
GADGET = "---\n{apiVersion: example.org/v1, kind: Gadget, metadata: {name: g, namespace: default}, spec: {parts: [{name: %s}]}}"


def definition(fields):
    """A CustomResourceDefinition whose schema has so many more fields (real ones have 600 kB)."""
    part = {"type": "object", "properties": {"name": {"type": "string"}}}
    more = {f"field{i}": {"type": "object", "description": "x" * 200, "properties": {"a": {"type": "string"}}}
            for i in range(fields)}
    spec = {"type": "object", "properties": {**more, "parts": {
        "type": "array", "items": part, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}}}
    return json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.example.org"},
        "spec": {"group": "example.org", "scope": "Namespaced",
                 "names": {"kind": "Gadget", "plural": "gadgets", "shortNames": ["gd"]},
                 "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                               "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                                   "spec": spec,
                                   "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}})


class Cluster:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.kubeconfig = self.directory / "kubeconfig"
        self.driver = subprocess.Popen([str(BIN / "shootapi-driver"), str(self.kubeconfig)], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.driver.stdout.readline().strip()

    def command(self, line):
        self.driver.stdin.write(line + "\n")
        self.driver.stdin.flush()
        self.driver.stdout.readline()

    def arguments(self, *arguments):
        return ["kubectl", "--kubeconfig", str(self.kubeconfig), *arguments]

    def kubectl(self, *arguments, code=0, stdin=""):
        done = subprocess.run(self.arguments(*arguments), input=stdin, capture_output=True, text=True, timeout=60,
                              check=False, env={"HOME": str(self.directory), "PATH": os.environ["PATH"]})
        expect(done.returncode == code,
               f"kubectl {' '.join(arguments)}: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def watch(self, log, *arguments):
        return subprocess.Popen(self.arguments(*arguments), stdout=open(log, "w", encoding="utf-8"),
                                stderr=subprocess.STDOUT, env={"HOME": str(self.directory), "PATH": os.environ["PATH"]})

    def stop(self):
        _, errors = self.driver.communicate("quit\n", timeout=30)
        expect(self.driver.returncode == 0 and not errors, f"the driver ended with {self.driver.returncode}:\n{errors}")


def discovery(c):
    expect("v1.33.7" in c.kubectl("version"), "version")
    listed = c.kubectl("api-resources")
    for kind in ("ConfigMap", "Deployment", "CustomResourceDefinition", "StorageClass", "Lease", "Job"):
        expect(kind in listed, f"{kind} is served")
    expect("Ready" in c.kubectl("get", "nodes"), "a node is ready")
    expect("ok" in c.kubectl("get", "--raw", "/readyz"), "readyz")


def applying(c):
    expect(c.kubectl("apply", "--server-side", "-f", "-", stdin=APP).count("serverside-applied") == 3, "all applied")
    before = c.kubectl("get", "deploy", "web", "-n", "shop", "-o", "jsonpath={.metadata.resourceVersion}")
    c.kubectl("apply", "--server-side", "-f", "-", stdin=APP)
    after = c.kubectl("get", "deploy", "web", "-n", "shop", "-o", "jsonpath={.metadata.resourceVersion}")
    expect(before == after, "the same again is no change")
    other = APP.replace("replicas: 2", "replicas: 3")
    text = c.kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=other, code=1)
    expect('conflict with "kubectl": .spec.replicas' in text, f"the conflict is told: {text}")
    c.kubectl("apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-", stdin=other)
    c.kubectl("apply", "-f", "-", stdin=other)
    expect(c.kubectl("apply", "-f", "-", stdin=other).count("unchanged") == 3, "client-side apply sees no difference")
    c.kubectl("diff", "-f", "-", stdin=other)
    c.kubectl("label", "svc", "web", "-n", "shop", "tier=front")
    c.kubectl("patch", "svc", "web", "-n", "shop", "-p", '{"spec":{"ports":[{"port":443,"name":"https"}]}}')
    shown = c.kubectl("get", "svc", "web", "-n", "shop")
    expect("<pending>" in shown or "203.0.113." in shown, f"an external address: {shown}")
    expect("80:3" in shown and "/TCP" in shown, f"ports with node ports: {shown}")
    ports = c.kubectl("get", "svc", "web", "-n", "shop", "-o", "jsonpath={.spec.ports[*].port}")
    expect(ports == "80 443", f"a strategic patch adds a port: {ports}")
    expect("web" in c.kubectl("describe", "svc", "web", "-n", "shop"), "describe")


def creating(c):
    c.kubectl("create", "namespace", "more")
    c.kubectl("create", "configmap", "a", "-n", "more", "--from-literal=x=y")
    c.kubectl("create", "secret", "generic", "s", "-n", "more", "--from-literal=x=y")
    expect(c.kubectl("get", "secret", "s", "-n", "more", "-o", "jsonpath={.data.x}") == "eQ==", "a secret's value")
    c.kubectl("create", "deployment", "d", "-n", "more", "--image=nginx", "--replicas=2")
    c.kubectl("scale", "deployment", "d", "-n", "more", "--replicas=3", "--current-replicas=2")
    c.kubectl("scale", "deployment", "d", "-n", "more", "--replicas=4", "--current-replicas=2", code=1)
    replicas = c.kubectl("get", "deployment", "d", "-n", "more", "-o", "jsonpath={.spec.replicas}")
    expect(replicas == "3", f"replicas after kubectl scale: {replicas}")
    c.kubectl("scale", "deployment", "d", "-n", "more", "--replicas=1")
    c.kubectl("create", "service", "loadbalancer", "l", "-n", "more", "--tcp=80:8080")
    target = c.kubectl("get", "svc", "l", "-n", "more", "-o", "jsonpath={.spec.ports[0].targetPort}")
    expect(target == "8080", f"a service's target port: {target}")
    c.kubectl("create", "clusterrolebinding", "b", "--clusterrole=r", "--serviceaccount=more:a")
    c.kubectl("create", "serviceaccount", "sa", "-n", "more")
    expect(len(c.kubectl("create", "token", "sa", "-n", "more")) > 20, "a token")
    expect("yes" in c.kubectl("auth", "can-i", "get", "pods"), "everything is allowed")
    c.kubectl("delete", "namespace", "default", code=1)
    c.kubectl("patch", "configmap", "a", "-n", "more", "-p", '{"metadata":{"finalizers":["example.org/hold"]}}')
    c.kubectl("delete", "configmap", "a", "-n", "more", "--wait=false")
    c.kubectl("delete", "namespace", "more", "--wait=false")
    expect("Terminating" in c.kubectl("get", "namespace", "more"), "the namespace waits")
    expect("being terminated" in c.kubectl("create", "configmap", "b", "-n", "more", code=1), "nothing new in it")
    c.kubectl("patch", "configmap", "a", "-n", "more", "--type=json",
              "-p", '[{"op":"remove","path":"/metadata/finalizers"}]')
    c.kubectl("wait", "--for=delete", "namespace/more", "--timeout=20s")


def watching(c):
    log = c.directory / "watch.log"
    watch = c.watch(log, "get", "configmaps", "-w", "--output-watch-events", "-l", "a=b")
    time.sleep(0.5)
    c.kubectl("create", "configmap", "w")
    c.kubectl("label", "configmap", "w", "a=b")
    c.kubectl("annotate", "configmap", "w", "x=y")
    c.kubectl("delete", "configmap", "w")
    try:
        wait_until(lambda: "DELETED" in log.read_text(), 20, "the watch to end with DELETED")
    finally:
        watch.terminate()
        watch.wait()
    events = [line.split()[0] for line in log.read_text().splitlines() if line.split()[0].isupper()]
    expect([e for e in events if e != "EVENT"] == ["ADDED", "MODIFIED", "DELETED"], f"events: {events}")


def custom_kinds(c):
    c.kubectl("apply", "--server-side", "-f", "-", stdin=definition(2500))
    c.kubectl("wait", "--for=condition=Established", "crd/gadgets.example.org", "--timeout=10s")
    c.kubectl("apply", "--server-side", "--field-manager=one", "-f", "-", stdin=GADGET % "a")
    c.kubectl("apply", "--server-side", "--field-manager=two", "-f", "-", stdin=GADGET % "b")
    expect(c.kubectl("get", "gd", "g", "-o", "jsonpath={.spec.parts[*].name}") == "a b", "two managers share a list")
    c.kubectl("apply", "--server-side", "--field-manager=one", "-f", "-", stdin=GADGET % "c")
    expect(c.kubectl("get", "gd", "g", "-o", "jsonpath={.spec.parts[*].name}") == "b c", "each owns its items")
    wrong = (GADGET % "a").replace("parts", "pieces")
    expect("field not declared in schema" in c.kubectl("apply", "--server-side", "-f", "-", stdin=wrong, code=1),
           "an undeclared field is refused")
    expect("unknown field" in c.kubectl("create", "-f", "-", stdin=wrong.replace("name: g", "name: h"), code=1), "strictly")
    c.kubectl("patch", "gd", "g", "--subresource=status", "--type=merge",
              "-p", '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}')
    c.kubectl("wait", "--for=condition=Ready", "gd/g", "--timeout=10s")
    c.kubectl("delete", "crd", "gadgets.example.org")
    c.kubectl("get", "gd", code=1)


def life_of_the_server(c):
    old = c.kubeconfig.read_text()
    c.command("hibernate")
    expect("refused" in c.kubectl("get", "ns", code=1), "a hibernated cluster refuses connections")
    c.command("wake")
    expect("shop" in c.kubectl("get", "ns"), "its objects are still there")
    c.command("prepare")
    c.kubectl("get", "ns")
    c.command("complete")
    expect("certificate" in c.kubectl("get", "ns", code=1), "the old kubeconfig ended with the rotation")
    c.command("kubeconfig")
    expect(old != c.kubeconfig.read_text(), "there is a new kubeconfig")
    expect("deleted" in c.kubectl("delete", "-f", "-", stdin=APP), "with which it works")


def client_minor():
    text = subprocess.run(["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, check=True).stdout
    return int(json.loads(text)["clientVersion"]["minor"].rstrip("+"))


def main():
    if shutil.which("kubectl") is None:
        skip("kubectl is not installed")
    if client_minor() < 27:
        skip("kubectl is older than 1.27")
    with tempfile.TemporaryDirectory(prefix="scenario-") as directory:
        c = Cluster(directory)
        try:
            for part in (discovery, applying, creating, watching, custom_kinds, life_of_the_server):
                part(c)
            c.stop()
        except Failure as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            c.driver.kill()
            raise SystemExit(1) from failure
    print("passed")


main()
