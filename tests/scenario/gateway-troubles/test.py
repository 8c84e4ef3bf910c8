"""What only the cluster can tell of a Gateway and its routes is told by them in words: a reference that is not permitted, a port and pods that
are not there, what Octavia refuses, Envoy without a pod. Each goes on by itself when it is mended, and Ready is never early."""
import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, run, skip, wait_until  # noqa: E402

GROUP = "gateway.networking.k8s.io"
CLASS = {"apiVersion": f"{GROUP}/v1", "kind": "GatewayClass", "metadata": {"name": "envoy-gateway"},
         "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}
def composite(kind, name, **spec):
    return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": kind, "metadata": {"name": name, "namespace": "default"},
            "spec": {"shootRef": {"name": "my-cluster"}, "namespace": "my-app", **spec}}


def route(name, host, *backends):
    return composite("HTTPRoute", name, parentRefs=[{"name": "gw", "sectionName": "http"}], hostnames=[host], rules=[{"backendRefs": list(backends)}])


GATEWAY = composite("Gateway", "gw", listeners=[
    {"name": "http", "protocol": "HTTP", "port": 80},
    {"name": "https", "protocol": "HTTPS", "port": 443, "tls": {"certificateRefs": [{"name": "shop-tls", "namespace": "certs"}]}}])
ROUTES = [route("elsewhere", "a.example.com", {"name": "api", "namespace": "other", "port": 80}),
          route("port", "b.example.com", {"name": "web", "port": 80}),
          route("canary", "c.example.com", {"name": "web", "port": 8080}, {"name": "next", "port": 8080, "weight": 0})]


def grant(namespace, kind, to):
    return {"apiVersion": f"{GROUP}/v1beta1", "kind": "ReferenceGrant", "metadata": {"name": "g", "namespace": namespace},
            "spec": {"from": [{"group": GROUP, "kind": kind, "namespace": "my-app"}], "to": [{"group": "", "kind": to}]}}


def service(namespace, name, *ports):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"app": name}, "ports": [{"name": f"p{port}", "port": port} for port in ports]}}


def pods(namespace, name):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}},
                                                                            "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def main(lab):
    def manifest(*documents):
        path = lab.directory / "inside.json"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return path

    shoot = json.loads(pathlib.Path(lab.manifest()).read_text())
    work = lab.start("cleura-shoot", "apply", "-f", manifest(GATEWAY, *ROUTES, shoot), "--timeout", "8m")

    def status(what):
        kind, name = what.split("/")
        return lab.objects(kind).get((kind, name), {}).get("status", {})

    def says(what, *texts):
        wait_until(lambda: all(text in status(what).get("message", "") for text in texts), 90, f"{what} to say {texts!r}")
        expect(not lab.is_ready(*what.split("/")), f"{what} is not Ready")

    def ready(what):
        wait_until(lambda: lab.is_ready(*what.split("/")), 90, f"{what} to be Ready")

    wait_until(lambda: lab.is_ready("Shoot", "my-cluster"), 90, "the cluster")
    config = lab.directory / "kubeconfig.yaml"
    lab.cli("kubeconfig", "my-cluster", config, "--no-provider")

    def kubectl(*arguments, **options):
        return lab.kubectl(config, *arguments, **options).stdout

    def put(*documents):
        kubectl("apply", "--server-side", "-f", "-", stdin="\n---\n".join(map(json.dumps, documents)))

    # references
    put(CLASS, *map(namespace, ("certs", "other", "my-app")), service("my-app", "web", 8080, 9090), service("other", "api", 80))
    says("Gateway/gw", 'listener "https": Secret "shop-tls" is in namespace certs', "create a ReferenceGrant in namespace certs, from Gateway in my-app")
    put(grant("certs", "Gateway", "Secret"))
    says("Gateway/gw", "InvalidCertificateRef", "create the Secret, of type kubernetes.io/tls")
    pair = {"tls.crt": lab.directory / "tls.crt", "tls.key": lab.directory / "tls.key"}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=shop.example.com", "-days", "1",
                    "-keyout", str(pair["tls.key"]), "-out", str(pair["tls.crt"])], check=True, capture_output=True)
    put({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "shop-tls", "namespace": "certs"},
         "stringData": {name: path.read_text() for name, path in pair.items()}})

    # Octavia
    says("Gateway/gw", "Quota has been met", "the project's OpenStack quota")
    lab.control("POST", "/settings", {"quota-load-balancers": "5"})
    ready("Gateway/gw")

    # routes
    says("HTTPRoute/elsewhere", 'spec.rules[0].backendRefs[0]: Service "api" is in namespace other', "create a ReferenceGrant in namespace other, from HTTPRoute")
    put(grant("other", "HTTPRoute", "Service"))
    says("HTTPRoute/elsewhere", 'Service "api" of namespace other (spec.rules[0].backendRefs[0]) has no ready pod')
    put(pods("other", "api"))
    ready("HTTPRoute/elsewhere")
    says("HTTPRoute/port", 'Service "web" has ports 8080 (TCP), 9090 (TCP), not 80 (TCP)')
    put(pods("my-app", "web"))
    says("HTTPRoute/canary", "next")  # which is not there at all
    put(service("my-app", "next", 8080))
    ready("HTTPRoute/canary")  # nothing goes to a backend of weight 0, so it needs no pod

    # what was true once, when Envoy Gateway said it
    lab.control("POST", "/settings", {"gateway-controller": "down"})
    [envoy] = [one["metadata"]["name"] for one in json.loads(kubectl("get", "deployments", "-n", "envoy-gateway-system", "-o", "json"))["items"]
               if one["metadata"]["name"] != "envoy-gateway"]
    kubectl("patch", "deployment", envoy, "-n", "envoy-gateway-system", "--type", "merge", "-p", '{"spec": {"replicas": 0}}')
    says("Gateway/gw", f"No pod of Deployment envoy-gateway-system/{envoy} is ready")
    lab.control("POST", "/settings", {"gateway-controller": "up"})
    ready("Gateway/gw")

    lab.cli("apply", "-f", manifest(route("port", "b.example.com", {"name": "web", "port": 9090})), "--timeout", "2m")
    work.wait(120)
    expect(work.returncode == 0, "all that was applied is Ready")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "schedules=off", "--set", "envoy-gateway=1.9", "--set", "quota-load-balancers=0")
