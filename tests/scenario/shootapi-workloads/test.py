"""Workloads in a simulated shoot, with kubectl: a Gateway gets its address and its routes, a claim its volume, a Job its
end; faults show; and what a shoot leaves behind is listed."""
import json
import pathlib
import shutil
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PASSWORD, PROJECT, expect_equal, run, skip, wait_until  # noqa: E402

CLASS = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: envoy-gateway}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
"""

OBJECTS = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec:
  gatewayClassName: envoy-gateway
  listeners:
  - {name: db, protocol: TCP, port: 5432}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {name: db, namespace: default}
spec:
  parentRefs: [{name: gw, sectionName: db}]
  rules: [{backendRefs: [{name: db, port: 5432}]}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: default}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: default}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: postgres}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: default}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}
"""

SECOND = """
apiVersion: v1
kind: Service
metadata: {name: plain, namespace: default, annotations: {loadbalancer.openstack.org/keep-floatingip: "true"}}
spec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 80}]}
"""


def kubeconfig_of(lab):
    """An admin kubeconfig, as Cleura's API gives it."""
    def post(path, body, headers):
        request = urllib.request.Request(lab.ready["url"] + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    token = post("/auth/v1/tokens", {"auth": {"login": "demo", "password": PASSWORD}}, {})["token"]
    answer = post(f"/gardener/v3/public/shoots/Kna1/{PROJECT}/my-cluster/admin-kubeconfig", {"expiration_seconds": 3600},
                  {"X-AUTH-LOGIN": "demo", "X-AUTH-TOKEN": token})
    path = lab.directory / "kubeconfig.yaml"
    path.write_text(answer["kubeconfig"])
    return path


def main(lab):
    lab.control("POST", "/shoots", {"name": "my-cluster", "region": "Kna1"})
    config = kubeconfig_of(lab)

    def kubectl(*arguments, **options):
        return lab.kubectl(config, *arguments, **options).stdout

    def get(resource):
        return json.loads(kubectl("get", resource, "-n", "default", "-o", "json"))

    def condition(conditions, kind):
        return next((c["status"] + "/" + c["reason"] for c in conditions if c["type"] == kind), "")

    def of_gateway(kind):
        return condition(get("gateway/gw")["status"]["conditions"], kind)

    wait_until(lambda: "gateways" in kubectl("api-resources"), 20, "the Gateway API to be served")
    kubectl("apply", "--server-side", "-f", "-", stdin=CLASS)
    kubectl("wait", "--for=condition=Accepted", "gatewayclass/envoy-gateway", "--timeout=30s")
    kubectl("apply", "--server-side", "-f", "-", stdin=OBJECTS)
    kubectl("wait", "--for=condition=Available", "deployment/db", "--timeout=30s")
    kubectl("wait", "--for=condition=Complete", "job/once", "--timeout=30s")
    kubectl("wait", "--for=condition=Programmed", "gateway/gw", "--timeout=30s")
    expect_equal("Bound", get("pvc/data")["status"]["phase"], "the claim")
    [address] = [a["value"] for a in get("gateway/gw")["status"]["addresses"]]
    wait_until(lambda: condition(get("tcproute/db")["status"]["parents"][0]["conditions"], "ResolvedRefs") ==
               "True/ResolvedRefs", 20, "the route to find its backend")
    [balancer] = lab.control("GET", "/load-balancers")
    expect_equal(address, balancer["address"], "the load balancer's address")
    expect_equal("ACTIVE", balancer["provisioningStatus"], "the load balancer")
    expect_equal([10], [volume["sizeGb"] for volume in lab.control("GET", "/volumes")], "the volumes")

    lab.control("POST", "/shoot-faults", {"status": 429, "retryAfter": 1, "count": 1,
                                          "path": "/api/v1/namespaces/default/services"})
    kubectl("get", "services", "-n", "default")  # it tries again
    expect_equal(1, lab.control("GET", "/shoot-faults")[0]["hits"], "requests refused")
    lab.control("DELETE", "/shoot-faults")

    lab.control("POST", "/settings", {"gateway-fault": "address-stale"})
    wait_until(lambda: of_gateway("Programmed") == "False/AddressNotAssigned", 20, "the status to go stale")
    lab.control("POST", "/settings", {"gateway-fault": "none", "gateway-controller": "down"})
    kubectl("delete", "gateway", "gw")
    kubectl("apply", "--server-side", "-f", "-", stdin=SECOND)
    wait_until(lambda: len(lab.control("GET", "/floating-ips")) == 2, 20, "a second address")
    refused = lab.kubectl(config, "patch", "pvc", "data", "--type=merge", "-p",
                          '{"spec":{"resources":{"requests":{"storage":"5Gi"}}}}', code=1).stderr
    expect_equal(True, "field can not be less than status.capacity" in refused, f"a claim shrank: {refused}")

    lab.control("DELETE", "/shoots/my-cluster")  # it vanishes, and nobody cleans up
    expect_equal([True, True], [one["orphan"] for one in lab.control("GET", "/load-balancers")], "what was left")


if shutil.which("kubectl") is None:
    skip("kubectl is not installed")
run(main, "--set", "envoy-gateway=1.9")
