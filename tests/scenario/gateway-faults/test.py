"""What Envoy Gateway, Octavia and Cinder are known to get wrong, or to take back: nothing of it makes a Gateway, a route, a load
balancer or a volume Ready early, each says in words what is wrong, and goes on by itself when it is over."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PROJECT, expect, expect_equal, run, skip, time, wait_until, worker  # noqa: E402

GROUP = "gateway.networking.k8s.io"
CLASS = {"apiVersion": f"{GROUP}/v1", "kind": "GatewayClass", "metadata": {"name": "envoy-gateway"},
         "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}


def service(name):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "my-app"},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}}


def pods(name, **spec):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "my-app"},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
                "metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "nginx"}], **spec}}}}


class Cluster:
    """A Shoot whose composites one command looks after: it goes on, since one of them never is Ready."""

    def __init__(self, lab, name, **settings):
        self.lab, self.name = lab, name
        lab.control("POST", "/settings", settings)
        shoot = {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot", "metadata": {"name": name, "namespace": "default"},
                 "spec": {"region": "kna1", "projectId": PROJECT, "deletionProtection": False, "kubernetes": {"version": "1.33.7"},
                          "provider": {"workers": [worker("default", 1, 1)]}}}
        lab.cli("apply", "-f", lab.file_of([shoot]), "--no-provider", "--timeout", "1m")
        self.config = lab.directory / f"{name}.kubeconfig"
        lab.cli("kubeconfig", name, self.config, "--no-provider")
        wait_until(lambda: "gateways" in self.kubectl("api-resources"), 30, "the Gateway API to be served")

    def kubectl(self, *arguments, **options):
        return self.lab.kubectl(self.config, *arguments, **options).stdout

    def put(self, *documents):
        self.kubectl("apply", "--server-side", "-f", "-", stdin="\n---\n".join(map(json.dumps, documents)))

    def composite(self, kind, name, **spec):
        return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": kind, "metadata": {"name": f"{self.name}-{name}", "namespace": "default"},
                "spec": {"shootRef": {"name": self.name}, "namespace": "my-app", "pollInterval": "1s", **spec}}

    def gateway(self, name, *listeners, **spec):
        return self.composite("Gateway", name, listeners=list(listeners), **spec)

    def route(self, kind, name, gateway, listener):
        return self.composite(kind, name, parentRefs=[{"name": f"{self.name}-{gateway}", "sectionName": listener}],
                              rules=[{"backendRefs": [{"name": "web", "port": 80}]}])

    def look_after(self, *composites):
        path = self.lab.directory / f"{self.name}.json"
        path.write_text("\n---\n".join(map(json.dumps, [*composites, self.route("HTTPRoute", "never", "nowhere", "http")])))
        return self.lab.start("cleura-shoot", "apply", "-f", path, "--no-provider", "--timeout", "10m")

    def status(self, kind, name):
        return self.lab.objects(kind).get((kind, f"{self.name}-{name}"), {}).get("status", {})

    def says(self, kind, name, *texts):
        """And is not Ready meanwhile."""
        until = time.monotonic() + 40
        while not all(text in self.status(kind, name).get("message", "") for text in texts):
            expect(time.monotonic() < until, f"{kind}/{self.name}-{name} says {self.status(kind, name).get('message')}, not {texts}")
            time.sleep(0.1)
        expect(not self.lab.is_ready(kind, f"{self.name}-{name}"), f"{kind}/{self.name}-{name} is Ready")

    def ready(self, *what):
        for kind, name in what:
            until = time.monotonic() + 40
            while not self.lab.is_ready(kind, f"{self.name}-{name}"):
                expect(time.monotonic() < until, f"{kind}/{self.name}-{name} is not Ready: {self.status(kind, name).get('message')}")
                time.sleep(0.1)


TCP = {"name": "tcp", "protocol": "TCP", "port": 5432}
HTTP = {"name": "http", "protocol": "HTTP", "port": 80}


FAULTS = (("address-stale", "Gateway", "gw", "but Envoy Gateway still says AddressNotAssigned"),
          ("no-programmed", "Gateway", "gw", "has not looked at the Gateway as it is now"),
          ("old-generation", "Gateway", "gw", "has not looked at the Gateway as it is now"),
          ("no-accepted", "Gateway", "gw", 'has not looked at listener "http" as it is now'),
          ("partly-invalid", "HTTPRoute", "web",
           "UnsupportedValue: Dropped Rule(s) [0]: the rule cannot be translated; correct the rule that is left out"))


def status_of_gateways(lab, c):
    """Wrong before the Gateway is Ready, and taken back afterwards."""
    lab.control("POST", "/settings", {"scheduling": "off"})
    c.look_after(c.gateway("gw", HTTP, TCP, octavia={"timeoutClientData": 600000}, externalTrafficPolicy="Cluster"),
                 c.route("HTTPRoute", "web", "gw", "http"))
    c.says("Gateway", "gw", "NoResources: Envoy replicas unavailable; it goes on when an Envoy pod is ready")
    lab.control("POST", "/settings", {"scheduling": "on"})
    c.put(service("web"), pods("web"))
    c.ready(("Gateway", "gw"), ("HTTPRoute", "web"))
    for fault, kind, name, text in FAULTS:
        lab.control("POST", "/settings", {"gateway-fault": fault})
        c.says(kind, name, text)
        lab.control("POST", "/settings", {"gateway-fault": "none"})
        c.ready((kind, name))
    lab.control("POST", "/settings", {"gateway-fault": "rewrites"})
    time.sleep(1)
    before = lab.writes()
    time.sleep(3)
    expect_equal(before, lab.writes(), "writes while only the times of conditions change")
    lab.control("POST", "/settings", {"gateway-fault": "none"})


def hands_of_others(c):
    """What somebody does to a Gateway in the cluster, and what Envoy Gateway then calls programmed."""
    gateway = ("gateways.gateway.networking.k8s.io/nine-gw", "-n", "my-app")
    c.kubectl("patch", *gateway, "--type=merge", "-p", '{"spec":{"addresses":[{"type":"IPAddress","value":"198.51.100.7"}]}}')
    c.says("Gateway", "gw", "Envoy Gateway says the address is 198.51.100.7, but Service envoy-gateway-system/envoy-my-app-nine-gw-")
    c.kubectl("patch", *gateway, "--type=merge", "-p", '{"spec":{"addresses":null}}')
    c.ready(("Gateway", "gw"))
    c.kubectl("delete", "envoyproxy", "nine-gw", "-n", "my-app")
    wait_until(lambda: "nine-gw" in c.kubectl("get", "envoyproxies", "-n", "my-app", "-o", "name"), 40, "the EnvoyProxy to be made again")
    c.ready(("Gateway", "gw"))


def merged_gateways(c):
    """One load balancer for all Gateways of a class is not what is rendered here, and said so."""
    c.put({"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyProxy", "metadata": {"name": "all", "namespace": "my-app"},
           "spec": {"mergeGateways": True}},
          {**CLASS, "metadata": {"name": "merged"}, "spec": {**CLASS["spec"], "parametersRef": {
              "group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "all", "namespace": "my-app"}}})
    c.look_after(c.gateway("merged", {**TCP, "port": 5433}, gatewayClassName="merged"))
    c.says("Gateway", "merged", "Envoy Gateway has made no Service for this Gateway", "mergeGateways is not supported here")


def octavia_and_cinder(lab, c):
    """What is refused is told in the cluster's own words, and tried again."""
    lab.control("POST", "/settings", {"lb-outcome": "error", "quota": "on", "quota-volumes": 0})
    taken = lab.control("POST", "/floating-ips", {"region": "Kna1", "project": PROJECT})["address"]
    c.put(pods("db", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "nine-data"}}]))
    ports = [{"name": "web", "port": 80}]
    c.look_after(c.composite("LoadBalancer", "one", selector={"app": "web"}, ports=ports, floatingIP=taken),
                 c.composite("Volume", "data", size="10Gi"))
    c.says("LoadBalancer", "one", "has gone into ERROR state; Octavia failed; it is tried again")
    c.says("Volume", "data", "VolumeLimitExceeded")
    lab.control("POST", "/settings", {"lb-outcome": "ok", "quota-volumes": 10})
    c.ready(("LoadBalancer", "one"), ("Volume", "data"))
    c.look_after(c.composite("LoadBalancer", "two", selector={"app": "web"}, ports=ports, floatingIP=taken))
    c.says("LoadBalancer", "two", f"floating IP {taken} is not available")
    [node] = json.loads(c.kubectl("get", "nodes", "-o", "json"))["items"]
    c.kubectl("delete", "node", node["metadata"]["name"])
    c.look_after(c.composite("LoadBalancer", "three", selector={"app": "web"}, ports=ports))
    c.says("LoadBalancer", "three", "here are no available nodes for LoadBalancer", "the cluster has no ready worker")
    [volume] = [one["metadata"]["name"] for one in json.loads(c.kubectl("get", "pv", "-o", "json"))["items"]]
    c.kubectl("delete", "pv", volume, "--wait=false")
    c.kubectl("patch", "pv", volume, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    c.says("Volume", "data", "The volume behind the claim is gone: delete this Volume and make another")


def addresses_are_refused(lab, c):
    """With addresses in its spec Envoy Gateway calls a Gateway programmed that nobody can reach."""
    path = lab.file_of([c.gateway("fixed", HTTP, addresses=[{"value": "198.51.100.7"}])])
    said = lab.cli("apply", "-f", path, "--no-provider", code=2).stderr
    expect("spec.addresses" in said and "floatingIP" in said, f"what is said of addresses: {said}")


def releases_and_their_versions(lab):
    """A release reads one version of TCPRoute; where the cluster serves another, nobody looks at a route. 1.8 refuses a second one."""
    for name, release, bundle, channel, text in (
            ("eight", "1.8", "1.6", "standard", "Envoy Gateway 1.8 reads TCPRoute v1alpha2, but this cluster serves v1; upgrade Envoy Gateway to 1.9"),
            ("late", "1.9", "1.5", "experimental", "Envoy Gateway 1.9 reads TCPRoute v1, but this cluster serves only v1alpha2; upgrade the cluster's"),
            ("both", "1.8", "fitting", "experimental", None)):
        c = Cluster(lab, name, **{"envoy-gateway": release, "gateway-bundle": bundle, "gateway-channel": channel})
        c.put(CLASS, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "my-app"}}, service("web"), pods("web"))
        first, second = c.route("TCPRoute", "db", "gw", "tcp"), c.route("TCPRoute", "second", "gw", "tcp")
        c.look_after(c.gateway("gw", TCP))
        c.ready(("Gateway", "gw"))
        c.look_after(first)
        if text:
            c.says("TCPRoute", "db", text)
            continue
        c.ready(("TCPRoute", "db"))
        c.look_after(second)
        c.says("TCPRoute", "second", 'Listener "tcp" of Gateway "both-gw" already forwards to TCPRoute "both-db", and serves one')
        c.ready(("TCPRoute", "db"))


def main(lab):
    lab.provider()
    nine = Cluster(lab, "nine")
    nine.put(CLASS, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "my-app"}})
    status_of_gateways(lab, nine)
    hands_of_others(nine)
    merged_gateways(nine)
    octavia_and_cinder(lab, nine)
    addresses_are_refused(lab, nine)
    lab.control("POST", "/settings", {"quota": "off"})
    releases_and_their_versions(lab)


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off", "--set", "envoy-gateway=1.9", "--set", "quota=off", "--create-seconds", "60")
