"""A Shoot, a Gateway and its routes, made in the same second: all become Ready once traffic can flow, and each says what it waits for until then."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run, skip, wait_until  # noqa: E402

CLASS = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: envoy-gateway}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
"""

BACKEND = """
---
apiVersion: v1
kind: Service
metadata: {name: %(name)s, namespace: my-app}
spec: {selector: {app: %(name)s}, ports: [{port: %(port)d, protocol: %(protocol)s}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %(name)s, namespace: my-app}
spec:
  selector: {matchLabels: {app: %(name)s}}
  template:
    metadata: {labels: {app: %(name)s}}
    spec: {containers: [{name: c, image: nginx}]}
"""

BACKENDS = {"my-service": 1234, "my-game": 7777, "api": 8080, "api-next": 8080, "web": 8080, "secure": 8443, "orders": 50051, "orders-export": 50051}
# What Envoy Gateway is known to get wrong, and what is said meanwhile.
FAULTS = {"address-stale": "but Envoy Gateway still says AddressNotAssigned", "old-generation": "has not looked at the Gateway as it is now",
          "no-accepted": 'has not looked at listener "http-listener" as it is now'}
ROUTES = {"tcproute": "TCPRoute/my-tcp-service", "udproute": "UDPRoute/my-udp-service", "httproute": "HTTPRoute/my-http-service",
          "grpcroute": "GRPCRoute/my-grpc-service", "tlsroute": "TLSRoute/my-tls-service"}


def main(lab):
    def folder(name, examples):
        path = lab.directory / name
        path.mkdir()
        for example in examples:
            shutil.copy(ROOT / "examples" / example / f"{example}.yaml", path)
        return path

    everything, inside = folder("all", ("shoot", "gateway", *ROUTES)), folder("inside", ("gateway", *ROUTES))
    work = lab.start("cleura-shoot", "apply", "-f", everything, "--timeout", "4m")

    def status(what):
        kind, name = what.split("/")
        return lab.objects(kind).get((kind, name), {}).get("status", {})

    def says(what, text):
        wait_until(lambda: text in status(what).get("message", ""), 60, f"{what} to say {text!r}")

    wait_until(lambda: lab.is_ready("Shoot", "my-cluster"), 90, "the cluster")
    config = lab.directory / "kubeconfig.yaml"
    lab.cli("kubeconfig", "my-cluster", config, "--no-provider", "-n", "team-a")

    def kubectl(*arguments, **options):
        return lab.kubectl(config, *arguments, **options).stdout

    says("Gateway/my-gateway", 'GatewayClass "envoy-gateway" does not exist in the cluster; available: none')
    kubectl("apply", "--server-side", "-f", "-", stdin=CLASS)
    for fault, text in FAULTS.items():
        lab.control("POST", "/settings", {"gateway-fault": fault})
        says("Gateway/my-gateway", text)
        expect(not lab.is_ready("Gateway", "my-gateway"), f"not Ready with {fault}")
    lab.control("POST", "/settings", {"gateway-fault": "rewrites"})  # of times, which nobody here looks at
    wait_until(lambda: lab.is_ready("Gateway", "my-gateway"), 60, "the Gateway")
    for what, service in (("tcproute", "my-service"), ("udproute", "my-game"), ("httproute", "api"), ("grpcroute", "orders-export"), ("tlsroute", "secure")):
        says(ROUTES[what], service)  # it is not there yet
    for name, port in BACKENDS.items():
        kubectl("apply", "--server-side", "-f", "-", stdin=BACKEND % {"name": name, "port": port, "protocol": "UDP" if name == "my-game" else "TCP"})
    work.wait(120)
    expect_equal(0, work.returncode, "what apply says")

    [balancer] = lab.control("GET", "/load-balancers")
    expect_equal([balancer["address"]], status("Gateway/my-gateway")["addresses"], "the address")
    expect_equal({"tcp-listener": 1, "udp-listener": 1, "http-listener": 2, "tls-pass": 1},
                 {one["name"]: one["attachedRoutes"] for one in status("Gateway/my-gateway")["listeners"]}, "routes attached")
    objects = json.loads(kubectl("get", "gateway,tcproute,udproute,httproute,grpcroute,tlsroute", "-n", "my-app", "-o", "json"))["items"]
    expect_equal(6, len(objects), "objects in the cluster")

    # Envoy Gateway would accept a second route on a TCP listener, and send it no traffic: it is not even made
    second = (ROOT / "examples/tcproute/tcproute.yaml").read_text().replace("my-tcp-service", "second")
    file = lab.directory / "second.yaml"
    file.write_text(second)
    work = lab.start("cleura-shoot", "apply", "-f", file, "--timeout", "10m")
    says("TCPRoute/second", 'already forwards to TCPRoute "my-tcp-service"')
    work.terminate()
    work.wait(30)
    expect("second" not in kubectl("get", "tcproutes", "-n", "my-app"), "the second route is not in the cluster")
    lab.cli("delete", "-f", "-", "--yes", "--timeout", "1m", stdin=second)
    expect(lab.is_ready("TCPRoute", "my-tcp-service"), "the first route is as it was")

    lab.cli("delete", "-f", inside, "--yes", "--timeout", "2m", timeout=150)
    # the Gateway is gone before its Service is: Octavia takes the time it takes
    wait_until(lambda: not lab.control("GET", "/load-balancers"), 60, "the Gateway's load balancer to go")
    expect("my-app" in kubectl("get", "namespaces"), "the namespace stays")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off", "--set", "envoy-gateway=1.9")
