"""The whole way with a real API server as the cluster, over a kubeconfig with a client certificate: a Gateway, its routes, a
LoadBalancer and a Volume are made, become Ready with what controllers say of them (here the test), and go.

- Each is NotServed until the Gateway API is installed, and made without anybody's help once it is.
- What is Ready is left alone: nothing is written while nothing changes, also after the server was restarted.
- Another's warning about a Service is not the cloud's.
- A change arrives; what leaves a spec leaves the object; what another manager added stays.
- A Gateway of somebody else is neither changed nor removed.
- A claim is gone once its finalizer is; the namespace stays."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import expect, expect_equal, run, time, wait_until  # noqa: E402
from apiserver import ApiServer  # noqa: E402
from backend import API, secret  # noqa: E402
from controllers import Controllers  # noqa: E402
from lab import Lab  # noqa: E402

GROUP = "platform.cleura.crossplane.io/v1alpha1"
GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/my-app"
CORE = "/api/v1/namespaces/my-app"
ADDRESS = "203.0.113.10"
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"


def composite(kind, name, **spec):
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name, "namespace": "default"},
            "spec": {"shootRef": {"name": "my-cluster"}, "namespace": "my-app", **spec}}


def gateway(*more, **spec):
    listeners = [{"name": "http", "protocol": "HTTP", "port": 80}, {"name": "db", "protocol": "TCP", "port": 5432}, *more]
    return composite("Gateway", "entry", listeners=listeners, **spec)


def route(kind, name, section, port, **spec):
    return composite(kind, name, parentRefs=[{"name": "entry", "sectionName": section}], rules=[{"backendRefs": [{"name": name, "port": port}]}],
                     **spec)


WEB, DB = route("HTTPRoute", "web", "http", 8080, hostnames=["shop.example.com"]), route("TCPRoute", "db", "db", 5432)
GAME = composite("LoadBalancer", "game", selector={"app": "game"}, ports=[{"name": "game", "port": 7777, "protocol": "UDP"}],
                 publishNotReadyAddresses=False)
DATA = composite("Volume", "data", size="1.5Ti")
ALL = {"Gateway": "entry", "HTTPRoute": "web", "TCPRoute": "db", "LoadBalancer": "game", "Volume": "data"}


class Cloud(Controllers):
    """Envoy Gateway, Octavia and Cinder, as far as a status tells of them."""

    def look(self):
        for path, status in ((f"{GATEWAYS}/gateways", self.gateway), (f"{GATEWAYS}/httproutes", self.route),
                             (f"{GATEWAYS}/tcproutes", self.route), (f"{CORE}/services", self.service),
                             (f"{CORE}/persistentvolumeclaims", self.claim)):
            for one in self.items(path):
                wanted = status(one)
                if wanted and wanted != {key: one.get("status", {}).get(key) for key in wanted}:
                    self.shoot.ask("PATCH", f"{path}/{one['metadata']['name']}/status", json.dumps({"status": wanted}),
                                   "application/merge-patch+json")

    @staticmethod
    def conditions(one, *types):
        return [{"type": name, "status": "True", "reason": name, "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
                 "observedGeneration": one["metadata"]["generation"]} for name in types]

    def gateway(self, one):
        if one["metadata"]["name"] != "entry":
            return None
        labels = {"gateway.envoyproxy.io/owning-gateway-name": "entry", "gateway.envoyproxy.io/owning-gateway-namespace": "my-app"}
        ports = [{"name": item["name"], "port": item["port"], "protocol": "TCP"} for item in one["spec"]["listeners"]]
        self.shoot.apply(f"{CORE}/services/envoy-entry", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "envoy-entry", "labels": labels},
                                                          "spec": {"type": "LoadBalancer", "ports": ports}}, "envoy-gateway")
        listeners = [{"name": item["name"], "attachedRoutes": 1, "supportedKinds": [],
                      "conditions": self.conditions(one, "Accepted", "Programmed", "ResolvedRefs")} for item in one["spec"]["listeners"]]
        return {"addresses": [{"type": "IPAddress", "value": ADDRESS}], "listeners": listeners,
                "conditions": self.conditions(one, "Accepted", "Programmed")}

    def route(self, one):
        return {"parents": [{"parentRef": parent, "controllerName": CONTROLLER, "conditions": self.conditions(one, "Accepted", "ResolvedRefs")}
                            for parent in one["spec"]["parentRefs"]]}

    @staticmethod
    def service(one):
        if one["spec"]["type"] != "LoadBalancer":
            return None
        return {"loadBalancer": {"ingress": [{"ip": ADDRESS if "envoy" in one["metadata"]["name"] else "203.0.113.20", "ipMode": "VIP"}]}}

    @staticmethod
    def claim(one):
        return {"phase": "Bound", "capacity": one["spec"]["resources"]["requests"], "accessModes": one["spec"]["accessModes"]}


def kubeconfig(shoot):
    """How our provider gets there."""
    config = {"apiVersion": API, "kind": "ProviderConfig", "metadata": {"name": "my-cluster", "namespace": "default"},
              "spec": {"auth": "Kubeconfig", "credentials": {"source": "Secret", "secretRef": {"name": "cluster", "namespace": "default",
                                                                                              "key": "kubeconfig"}}}}
    return secret("cluster", kubeconfig=shoot.kubeconfig), config


def prepare(shoot):
    """What the composites find: a class, a controller, Services, a storage class."""
    for namespace in ("envoy-gateway-system", "my-app"):
        shoot.apply(f"/api/v1/namespaces/{namespace}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    shoot.apply("/apis/gateway.networking.k8s.io/v1/gatewayclasses/envoy-gateway", {
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "envoy-gateway"},
        "spec": {"controllerName": CONTROLLER}})
    shoot.merge("/apis/gateway.networking.k8s.io/v1/gatewayclasses/envoy-gateway", {"status": {"conditions": [
        {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "observedGeneration": 1,
         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}, "/status")
    labels = {"matchLabels": {"app": "envoy-gateway"}}
    deployment = "/apis/apps/v1/namespaces/envoy-gateway-system/deployments/envoy-gateway"
    containers = [{"name": "envoy-gateway", "image": "docker.io/envoyproxy/gateway:v1.9.0"}]
    shoot.apply(deployment, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "envoy-gateway"}, "spec": {
        "selector": labels, "template": {"metadata": {"labels": labels["matchLabels"]}, "spec": {"containers": containers}}}})
    shoot.merge(deployment, {"status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}}, "/status")
    for name, port in (("web", 8080), ("db", 5432)):
        shoot.apply(f"{CORE}/services/{name}", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                                                "spec": {"selector": {"app": name}, "ports": [{"port": port, "protocol": "TCP"}]}})
        shoot.apply(f"/apis/discovery.k8s.io/v1/namespaces/my-app/endpointslices/{name}", {
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "ports": [{"port": port, "protocol": "TCP"}],
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": name}},
            "endpoints": [{"addresses": ["100.96.0.7"], "conditions": {"ready": True}}]})


def versions(shoot):
    """How often each object was written, and when."""
    paths = (f"{GATEWAYS}/gateways/entry", f"{GATEWAYS}/httproutes/web", f"{GATEWAYS}/tcproutes/db", f"{CORE}/services/game",
             f"{CORE}/persistentvolumeclaims/data")
    return {path: shoot.get(path)["metadata"]["resourceVersion"] for path in paths}


def apply(lab, *documents, timeout="100s"):
    path = lab.file_of(documents)
    return lab.cli("apply", "-f", path, "--wait", "--timeout", timeout, "--no-provider", timeout=150)


def warn(shoot):
    """As the API server itself does now and then about an address that it has just given; nobody ever says that it is over."""
    game = {"apiVersion": "v1", "kind": "Service", "name": "game", "namespace": "my-app"}
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "game.1"}, "involvedObject": game, "type": "Warning",
             "reason": "ClusterIPNotAllocated", "message": "Cluster IP [IPv4]: 10.96.52.89 is not allocated; repairing",
             "source": {"component": "ipallocator-repair-controller"}, "firstTimestamp": "2100-01-01T00:00:00Z",
             "lastTimestamp": "2100-01-01T00:00:00Z", "count": 1}
    made = shoot.ask("POST", f"{CORE}/events", json.dumps(event), "application/json")
    expect_equal(201, made.status, f"the event: {made.text[:500]}")


def become_ready(lab, shoot):
    lab.put(*kubeconfig(shoot))
    lab.provider()
    work = lab.start("cleura-shoot", "apply", "-f", lab.file_of([gateway(), WEB, DB, GAME, DATA]), "--wait", "--timeout", "200s",
                     "--no-provider")

    def reasons():
        return {name: condition["reason"] for (kind, name), one in lab.objects("Request").items()
                for condition in one.get("status", {}).get("conditions", ()) if condition["type"] == "Synced"}

    wait_until(lambda: shoot.get(f"{CORE}/services/game"), 30, "what is not of the Gateway API to be there")
    warn(shoot)
    inside = ("entry-gateway", "web-httproute", "db-tcproute-routes")  # a TCPRoute is made when no other one has its listener
    wait_until(lambda: all(reasons().get(name) == "NotServed" for name in inside), 30, "NotServed")
    shoot.install("1.6", "standard")
    prepare(shoot)
    work.wait(200)
    expect_equal(0, work.returncode, f"what apply says: {work.log.read_text()[-2000:]}")
    status = {kind: lab.objects(kind)[(kind, name)]["status"] for kind, name in ALL.items()}
    expect_equal([ADDRESS], status["Gateway"]["addresses"], "the Gateway's address")
    expect_equal("203.0.113.20", status["LoadBalancer"]["address"], "the LoadBalancer's")
    expect_equal("1536Gi", shoot.get(f"{CORE}/persistentvolumeclaims/data")["status"]["capacity"]["storage"], "the claim's size")


def rest(lab, shoot):
    before = versions(shoot)
    time.sleep(5)
    expect_equal(before, versions(shoot), "versions while nothing changes")
    shoot.stop()
    wait_until(lambda: lab.condition("Request", "entry-gateway", "Synced").get("status") == "False", 60, "the server to be missed")
    expect(lab.is_ready("Request", "entry-gateway"), "what is known stays while the server is away")
    shoot.start()
    wait_until(lambda: lab.condition("Request", "entry-gateway", "Synced").get("status") == "True", 120, "it to go on")
    time.sleep(3)
    expect_equal(before, versions(shoot), "versions after the server came back")


def change(lab, shoot):
    shoot.merge(f"{GATEWAYS}/gateways/entry", {"metadata": {"annotations": {"example.com/theirs": "1"}}})
    apply(lab, gateway({"name": "more", "protocol": "HTTP", "port": 8080}))
    expect_equal(3, len(shoot.get(f"{GATEWAYS}/gateways/entry")["spec"]["listeners"]), "listeners")
    apply(lab, gateway())
    one = shoot.get(f"{GATEWAYS}/gateways/entry")
    expect_equal(["http", "db"], [item["name"] for item in one["spec"]["listeners"]], "a listener leaves with its entry")
    expect_equal("1", one["metadata"]["annotations"]["example.com/theirs"], "what another manager added")


def not_ours(lab, shoot):
    foreign = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "theirs"},
               "spec": {"gatewayClassName": "envoy-gateway", "listeners": [{"name": "http", "protocol": "HTTP", "port": 8000}]}}
    made = shoot.apply(f"{GATEWAYS}/gateways/theirs", foreign)
    ours = gateway()
    ours["metadata"]["name"] = "theirs"
    lab.cli("apply", "-f", lab.file_of([ours]), "--timeout", "8s", "--wait", "--no-provider", code=None)
    expect_equal("NotOurs", lab.condition("Request", "theirs-gateway", "Synced").get("reason"), "its Request")
    lab.cli("delete", "-f", lab.file_of([ours]), "--yes", "--timeout", "60s", "--no-provider")
    expect_equal(made["spec"], shoot.get(f"{GATEWAYS}/gateways/theirs")["spec"], "the other's Gateway")


def go(lab, shoot):
    work = lab.start("cleura-shoot", "delete", "-f", lab.file_of([DB, DATA, gateway(), GAME, WEB]), "--yes", "--timeout", "100s", "--no-provider")
    path = f"{CORE}/persistentvolumeclaims/data"
    wait_until(lambda: shoot.get(path)["metadata"].get("deletionTimestamp"), 60, "the claim to be going")
    shoot.delete(f"{CORE}/services/envoy-entry")  # Envoy Gateway does
    time.sleep(2)
    expect(("Request", "data-volume") in lab.objects(), "its Request stays while it is there")
    shoot.merge(path, {"metadata": {"finalizers": None}})
    work.wait(120)
    expect_equal(0, work.returncode, f"what delete says: {work.log.read_text()[-2000:]}")
    for left in (f"{GATEWAYS}/gateways/entry", f"{GATEWAYS}/httproutes/web", f"{GATEWAYS}/tcproutes/db", f"{CORE}/services/game", path):
        expect(shoot.get(left) is None, f"{left} is gone")
    expect(shoot.get("/api/v1/namespaces/my-app")["status"]["phase"] == "Active", "the namespace stays")
    expect_equal({}, lab.objects("Request"), "Requests that are left")


def main(bench):
    with ApiServer(bench.directory / "shoot") as shoot, Lab(simulator=False, poll="1s") as lab, Cloud(shoot):
        for part in (become_ready, rest, change, not_ours, go):
            part(lab, shoot)
            print(f"{part.__name__}: as promised")


run(main)
