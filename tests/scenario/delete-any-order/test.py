"""Clusters full of Gateways, routes, load balancers and volumes are taken apart in every order: nothing of ours stays in the
cluster but its namespaces, nothing is orphaned in OpenStack, and what is another's is not touched."""
import json
import pathlib
import random
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run, skip, time, wait_until, worker  # noqa: E402

GROUP = "platform.cleura.crossplane.io/v1alpha1"
OURS = "gateways.gateway.networking.k8s.io,tcproutes,httproutes,tlsroutes,services,pvc,envoyproxies"

# What somebody else has in each cluster: backends for our routes, a Gateway, a volume with its pod.
THEIRS = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: envoy-gateway}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: theirs, namespace: my-app}
spec: {gatewayClassName: envoy-gateway, listeners: [{name: tcp, protocol: TCP, port: 9999}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: theirs, namespace: my-app}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: theirs, namespace: my-app}
spec:
  containers: [{name: c, image: nginx}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: theirs}}]
"""

BACKEND = """
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: %(namespace)s}
spec: {selector: {app: web}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: %(namespace)s}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
"""

POD = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: my-app}
spec:
  containers: [{name: db, image: db}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: %s-data}}]
"""


class Cluster:
    """A Shoot and what is in it, with names of its own, since all clusters share one store."""

    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.shoot = {"apiVersion": GROUP, "kind": "Shoot", "metadata": {"name": name, "namespace": "default"},
                      "spec": {"region": "kna1", "projectId": PROJECT, "deletionProtection": False,
                               "kubernetes": {"version": "1.33.7"}, "provider": {"workers": [worker("default", 1, 1)]}}}
        parent, second = [{"name": f"{name}-gw"}], [{"name": f"{name}-gw2"}]
        web = [{"backendRefs": [{"name": "web", "port": 8080}]}]
        self.parts = {
            "gateway": self.composite("Gateway", "gw", listeners=[
                {"name": "tcp", "protocol": "TCP", "port": 1234}, {"name": "http", "protocol": "HTTP", "port": 80},
                {"name": "tls", "protocol": "TLS", "port": 8443, "tls": {"mode": "Passthrough"}}]),
            "tcp": self.composite("TCPRoute", "tcp", parentRefs=[{**parent[0], "sectionName": "tcp"}], rules=web),
            "http": self.composite("HTTPRoute", "http", parentRefs=[{**parent[0], "sectionName": "http"}], rules=web),
            "tls": self.composite("TLSRoute", "tls", parentRefs=[{**parent[0], "sectionName": "tls"}], rules=web,
                                  hostnames=["secure.example.com"]),
            "lb": self.composite("LoadBalancer", "lb", selector={"app": "web"}, ports=[{"name": "web", "port": 80}]),
            "volume": self.composite("Volume", "data", size="10Gi"),
            "gateway2": self.composite("Gateway", "gw2", "other-app", listeners=[
                {"name": "http", "protocol": "HTTP", "port": 80}]),
            "http2": self.composite("HTTPRoute", "http2", "other-app", parentRefs=second, rules=web),
        }

    def composite(self, kind, name, namespace="my-app", **spec):
        return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": f"{self.name}-{name}", "namespace": "default"},
                "spec": {"shootRef": {"name": self.name}, "namespace": namespace, **spec}}

    def join(self):
        """What others have in it, once our namespaces are there."""
        self.config = self.lab.directory / f"{self.name}.kubeconfig"
        wait_until(lambda: self.lab.is_ready("Shoot", self.name), 60, self.name)
        self.lab.cli("kubeconfig", self.name, self.config, "--no-provider")
        wait_until(lambda: {"my-app", "other-app"} <= self.names("namespaces"), 30, f"the namespaces in {self.name}")
        self.kubectl("apply", "--server-side", "-f", "-",
                     stdin=THEIRS + "".join(BACKEND % {"namespace": name} for name in ("my-app", "other-app")))
        self.start_pod()

    def start_pod(self):
        """Something uses our volume."""
        self.kubectl("create", "-f", "-", stdin=POD % self.name)

    def kubectl(self, *arguments, **options):
        return self.lab.kubectl(self.config, *arguments, **options).stdout

    def names(self, kinds):
        found = json.loads(self.kubectl("get", kinds, "-A", "-o", "json"))["items"]
        return {one["metadata"]["name"] for one in found}

    def apply(self):
        """All its parts, with a pod on the volume."""
        self.lab.cli("apply", "-f", self.file(list(self.parts.values())), "--no-provider", "--timeout", "1m")
        self.start_pod()
        wait_until(lambda: self.count("volumes") == 2, 20, "our volume")

    def file(self, documents):
        path = self.lab.directory / f"{self.name}-{len(list(self.lab.directory.iterdir()))}.json"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return path

    def delete(self, *names):
        """One command that removes these parts."""
        self.lab.cli("delete", "-f", self.file([self.parts[name] for name in names]), "--yes", "--no-provider", "--timeout", "1m")

    def start_delete(self, *names):
        """The same in the background."""
        return self.lab.start("cleura-shoot", "delete", "-f", self.file([self.parts[name] for name in names]), "--yes",
                              "--no-provider", "--timeout", "1m")

    def stop_pod(self):
        self.kubectl("delete", "pod", "db", "-n", "my-app")

    def count(self, what):
        """Load balancers or volumes in OpenStack that belong to this cluster."""
        return sum(one["cluster"].endswith(f"--{self.name}") for one in self.lab.control("GET", f"/{what}"))

    def ours(self):
        """What of our making is in it."""
        return {name for name in self.names(OURS) if name.startswith(f"{self.name}-") or name.startswith("envoy-") and
                f"-{self.name}-" in name}

    def is_as_before(self, order):
        """Ours is gone, theirs is as it was, the namespaces are there."""
        wait_until(lambda: not self.ours(), 20, f"our objects to go ({order}): {self.ours()}")
        wait_until(lambda: self.count("load-balancers") == 1 and self.count("volumes") == 1, 20,
                   f"one load balancer and one volume, theirs, to be left ({order})")
        expect({"my-app", "other-app"} <= self.names("namespaces"), f"the namespaces stay ({order})")
        expect_equal(self.theirs, self.versions(), f"theirs ({order})")
        left = [key for key in self.lab.objects() if key[0] in KINDS and key[1].startswith(f"{self.name}-")]
        expect_equal([], left, f"composites left ({order})")

    def versions(self):
        """Of what is theirs: an object that is made anew or written to has another."""
        found = json.loads(self.kubectl("get", "gateways.gateway.networking.k8s.io/theirs", "pvc/theirs", "pod/theirs",
                                        "service/web", "-n", "my-app", "-o", "json"))["items"]
        return {one["kind"]: (one["metadata"]["uid"], one["metadata"].get("generation")) for one in found}


KINDS = ("Gateway", "TCPRoute", "HTTPRoute", "TLSRoute", "LoadBalancer", "Volume")
ROUTES = ("tcp", "http", "tls", "http2")


def routes_first(cluster):
    cluster.delete(*ROUTES)
    cluster.delete("gateway", "gateway2")
    cluster.stop_pod()
    cluster.delete("lb", "volume")


def gateways_first(cluster):
    cluster.delete("gateway", "gateway2")
    cluster.stop_pod()
    cluster.delete("volume", "lb")
    cluster.delete(*ROUTES)


def at_random(cluster):
    seed = random.SystemRandom().randrange(10**6)
    names = list(cluster.parts)
    random.Random(seed).shuffle(names)
    print(f"at random, two by two: seed {seed}: {' '.join(names)}")
    cluster.stop_pod()
    for i in range(0, len(names), 2):
        cluster.delete(*names[i:i + 2])


def two_commands_and_a_killed_provider(cluster):
    """Both have their part and one thing in common; what was being removed when the provider died goes on being removed."""
    cluster.stop_pod()
    works = [cluster.start_delete(*names) for names in (("gateway", "http", "volume", "http2"), ("gateway2", "tcp", "http", "tls", "lb"))]
    dice = random.Random(20261122)
    for _ in range(4):
        time.sleep(dice.uniform(0.05, 0.5))
        cluster.lab.working.kill()
        cluster.lab.working.wait()
        cluster.lab.processes.remove(cluster.lab.working)
        cluster.lab.working = cluster.lab.provider()
    expect_equal([0, 0], [work.wait(60) for work in works], "two commands at once")


def with_all_that_is_in_it(lab, by_name, by_file):
    """Two clusters at the same time, pods still on their volumes: by the cluster's name; by a file that names the cluster last."""
    documents = [*reversed(by_file.parts.values()), by_file.shoot]
    works = [lab.start("cleura-shoot", "delete", *target, "--yes", "--no-provider", "--timeout", "1m")
             for target in ((by_name.name,), ("-f", by_file.file(documents)))]
    expect_equal([0, 0], [work.wait(90) for work in works], "removals of two clusters at once")


def cluster_first(lab, cluster):
    """As a garbage collector would: all that the Shoot is made of goes at once, the way into it, too. What is in it goes later."""
    made = [document for (kind, _), document in lab.objects().items() if kind in ("Request", "DisposableRequest", "ProviderConfig")
            and {"Shoot"} == {owner["kind"] for owner in document["metadata"].get("ownerReferences", [])}]
    lab.cli("delete", "-f", cluster.file(made), "--yes", "--no-provider")
    wait_until(lambda: not lab.shoots(), 30, "the cluster to go")
    expect(("ProviderConfig", cluster.name) in lab.objects(), "the way into the cluster is kept while something is to be removed")
    cluster.delete(*cluster.parts)
    lab.cli("delete", cluster.name, "--yes", "--no-provider", "--timeout", "1m")


def nothing_is_left(lab):
    left = {key: document for key, document in lab.objects().items() if key != ("ProviderConfig", "default")}
    expect_equal({}, left, "what is left in the store")
    expect_equal({}, lab.shoots(), "clusters")
    expect_equal([[], []], [lab.control("GET", f"/{what}") for what in ("load-balancers", "volumes")], "what is left in OpenStack")


def main(lab):
    lab.working = lab.provider()
    one, two, three = clusters = [Cluster(lab, name) for name in ("one", "two", "three")]
    everything = [document for c in clusters for document in (c.shoot, *c.parts.values())]
    work = lab.start("cleura-shoot", "apply", "-f", one.file(everything), "--no-provider", "--timeout", "2m")
    for cluster in clusters:
        cluster.join()
    expect_equal(0, work.wait(90), "apply of everything")
    one.theirs = one.versions()
    for order in (routes_first, gateways_first, at_random, two_commands_and_a_killed_provider):
        order(one)
        one.is_as_before(order.__name__)
        one.apply()
    with_all_that_is_in_it(lab, one, three)
    cluster_first(lab, two)
    nothing_is_left(lab)


if not shutil.which("kubectl"):
    skip("kubectl is not installed")
run(main, "--set", "schedules=off", "--set", "envoy-gateway=1.9", "--set", "quota=off", "--create-seconds", "120")
