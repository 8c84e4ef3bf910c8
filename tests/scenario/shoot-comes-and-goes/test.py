"""What lives in a shoot refers to it by its name, and to whichever cluster has that name at the moment: written before there is a Shoot, while it is made,
hibernated, waking, deleted behind our back, and made anew. Each time it says so in the same words for every kind, sends nothing that cannot arrive,
and goes on by itself; in the new cluster everything is made again."""
import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PASSWORD, SHOOTS_V1, expect, expect_equal, run, wait_until  # noqa: E402

FAST, SLOW = 120, 2
CLASSLESS = "Waiting"  # of the Gateway, which is in the cluster, and has no GatewayClass
NOUNS = {"Volume": "volume", "LoadBalancer": "load balancer", "Gateway": "Gateway"}


def inside(kind, name, **spec):
    return {"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": kind, "metadata": {"name": name, "namespace": "default"},
            "spec": {"shootRef": {"name": "my-cluster"}, "namespace": "my-app", "pollInterval": "1s", **spec}}


ALL = [inside("Volume", "data", size="20Gi"),
       inside("LoadBalancer", "game", selector={"app": "game"}, ports=[{"port": 80}]),
       inside("Gateway", "front", gatewayClassName="envoy-gateway", listeners=[{"name": "http", "protocol": "HTTP", "port": 80}])]


def delete_behind_our_back(lab):
    """Another client of Cleura's deletes the cluster."""
    def call(method, path, headers, body=None):
        request = urllib.request.Request(lab.ready["url"] + path, method=method, data=body and json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    token = json.loads(call("POST", "/auth/v1/tokens", {}, {"auth": {"login": "demo", "password": PASSWORD}}))["token"]
    call("DELETE", f"{SHOOTS_V1}/my-cluster", {"X-AUTH-LOGIN": "demo", "X-AUTH-TOKEN": token})


def main(lab):
    def speed(n):
        lab.control("POST", "/clock", {"speed": n})

    def look(documents):
        """As Crossplane does when a Request says something new."""
        lab.put(*documents)
        return [lab.objects()[(document["kind"], document["metadata"]["name"])].get("status", {}) for document in documents]

    def told(phase, text, documents=tuple(ALL)):
        wanted = [f"The {NOUNS[document['kind']]} in cluster my-cluster: {text}" for document in documents]
        wait_until(lambda: [s.get("message") for s in look(documents)] == wanted, 60, f"all to say: {text}")
        expect_equal({phase}, {status["phase"] for status in look(documents)}, f"the phase with: {text}")

    def all_ready(documents=tuple(ALL)):
        wait_until(lambda: {"Ready", "WaitingForPod", CLASSLESS} >= {status.get("phase") for status in look(documents)}, 60, "all to be Ready")

    def shoot(**spec):
        lab.cli("apply", "-f", lab.manifest(pollInterval="1s", **spec), "--no-wait", "--no-provider")

    def shoot_looks():
        """Applying the Shoot again makes its function look, too."""
        lab.cli("apply", "-f", lab.directory / "shoot.json", "--no-wait", "--no-provider")

    lab.provider()
    told("WaitingForShoot", 'connect failed: cannot get ProviderConfig: "my-cluster" does not exist in namespace default; there is no Shoot of that '
         "name in this namespace yet: create it, or correct spec.shootRef.name")
    speed(SLOW)
    shoot()
    told("WaitingForShoot", "the shoot is not up yet; nothing to do: it goes on when the cluster is ready")
    speed(FAST)
    all_ready()

    shoot(hibernation={"enabled": True})
    told("ShootHibernated", "the shoot is hibernated; nothing to do if that is meant; to go on, set spec.hibernation.enabled of the Shoot to false")
    address = lab.objects()[("LoadBalancer", "game")]["status"]["address"]
    later = [inside("Volume", "later", size="1Gi")]  # written while it sleeps
    told("ShootHibernated", "the shoot is hibernated; nothing to do if that is meant; to go on, set spec.hibernation.enabled of the Shoot to false", later)
    wait_until(lambda: lab.shoots()["my-cluster"].get("hibernated", True), 60, "the cluster to sleep")
    speed(SLOW)
    shoot(hibernation={"enabled": False})
    told("WaitingForShoot", "the shoot wakes up; nothing to do: it goes on when the cluster is awake")
    speed(FAST)
    all_ready()
    all_ready(later)
    expect_equal(address, lab.objects()[("LoadBalancer", "game")]["status"]["address"], "the address after a night")

    # one that has vanished is asked for again at once, one that is going when it is gone
    for goes, text in ((lambda: lab.control("DELETE", "/shoots/my-cluster"), "is not up yet"),
                       (lambda: delete_behind_our_back(lab), "is being deleted or does not exist")):
        before = lab.note("Request", "game-loadbalancer", "cleura.crossplane.io/identity")
        speed(SLOW)
        goes()
        told("WaitingForShoot", f"the shoot {text}; nothing to do: it goes on when the cluster is ready")
        speed(FAST)
        wait_until(lambda: shoot_looks() or lab.is_ready("Shoot", "my-cluster"), 60, "another cluster of that name")
        all_ready()
        all_ready(later)
        expect(before != lab.note("Request", "game-loadbalancer", "cleura.crossplane.io/identity"), "the Service is another one")

    lab.cli("delete", "my-cluster", "--yes", "--timeout", "3m", "--no-provider", timeout=200)
    expect_equal([], [key for key in lab.objects() if key[0] in (*NOUNS, "Request")], "nothing is left")


run(main, "--set", "envoy-gateway=1.9")
