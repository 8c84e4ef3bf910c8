"""A client of API v2 finds what the vendor's clients rely on: exact status codes and content types, typed members, tokens that
end with logout; every operation of a shoot's life, and the journal holds these calls and no others.

It makes the calls of the vendor's command line (which could not be had as a Go module, so it does not itself run here), and
those it leaves to other tools: create, change, worker groups, delete."""
import base64
import json
import pathlib
import ssl
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import PASSWORD, PROJECT, expect, expect_equal, run, time, wait_until  # noqa: E402

CLOUD = "/gardener/v2/public"
SHOOTS = f"{CLOUD}/shoots/Kna1/{PROJECT}"
SHOOT = f"{SHOOTS}/prod-1"
JSON, NOTHING = "application/json", None


class Client:
    """Remembers each call as the simulator's journal is to show it."""

    def __init__(self, url):
        self.url, self.token, self.login, self.made = url, None, "demo", []

    def call(self, method, path, status, body=None, kind=JSON):
        headers = {"X-AUTH-LOGIN": self.login, "X-AUTH-TOKEN": self.token} if self.token else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), JSON
        self.made.append((method, path.partition("?")[0]))
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                got, text, head = answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            got, text, head = error.code, error.read().decode(), error.headers
        expect_equal(status, got, f"status of {method} {path} ({text[:300]})")
        if kind is NOTHING:
            expect_equal("", text, f"body of {method} {path}")
            return None
        expect_equal(kind, head.get_content_type(), f"content type of {method} {path}")
        return json.loads(text) if kind == JSON else text

    def fails(self, method, path, status, words, body=None):
        """The envelope all errors have; the code in it is the status."""
        error = self.call(method, path, status, body)["error"]
        expect_equal(status, error["code"], f"code of {method} {path}")
        expect(words in error["message"], f"{method} {path} says {error['message']!r}, without {words!r}")
        return error.get("errors") or []


# ---- what a typed client decodes -------------------------------------------------------------------------------------------

TIME = "time"
NUMBER = (int, float)
SERIES = [{"time": TIME, "value": str}]
CONDITION = {"type": str, "status": str, "reason": str, "message": str, "codes": [str]}
WORKER = {"name": str, "machine": {"type": str, "image": {"name": str, "version": str}, "architecture?": str}, "minimum": int,
          "maximum": int, "max_surge": int, "max_unavailable?": int, "volume": {"size": str}, "zones": [str],
          "labels?": [{"key": str, "value?": str}], "annotations?": [{"key": str, "value": str}],
          "taints?": [{"key": str, "value?": str, "effect": str}]}
SHAPE = {
    "name": str, "namespace": str, "cloud_profile_name": str, "region": str, "purpose": str, "uid?": str, "technical_id?": str,
    "credentials_binding_name?": str, "allowed_cidrs?": [str],
    "kubernetes": {"version": str, "enable_static_token_kubeconfig?": bool},
    "control_plane?": {"high_availability": {"failure_tolerance": {"type": str}}},
    "hibernation?": {"schedules": [{"start?": str, "end?": str, "location?": str}]},
    "maintenance": {"auto_update": {"kubernetes_version": bool, "machine_image_version": bool},
                    "time_window": {"begin": str, "end": str}},
    "networking": {"type": str, "nodes": str, "cilium_provider_config?": {"hubble_enabled": bool, "tunnel": str}},
    "shoot_provider": {
        "type": str, "control_plane_config": {"load_balancer_provider": str}, "workers": [WORKER],
        "infrastructure_config": {"floating_pool_name": str,
                                  "networks": {"workers": str, "id?": str, "router?": {"id?": str}}}},
    "last_operation?": {"type": str, "state": str, "progress": int, "description": str, "last_update_time": TIME},
    "status?": {"is_hibernated": bool, "conditions": [CONDITION], "constraints": [CONDITION],
                "last_errors": [{"description": str, "task_id?": str, "codes": [str], "last_update_time?": TIME}]},
}
PROFILE = {
    "name": str, "type": str,
    "kubernetes": {"versions": [{"version": str, "classification?": str, "expiration_date?": TIME}]},
    "machine_images": [{"name": str, "update_strategy": str, "versions": [
        {"version": str, "classification?": str, "expiration_date?": TIME, "architectures": [str], "cri": [{"name": str}]}]}],
    "machine_types": [{"name": str, "cpu": int, "gpu": int, "memory": str, "architecture": str, "usable": bool}],
    "volume_types": [{"name": str, "class": str, "min_size": str, "usable": bool}],
    "regions": [{"name": str, "zones": [{"name": str}]}],
}
CREDENTIALS = {"url": str, "username": str, "password": str}


def fits(shape, value, path):
    """Every member of the shape is there and of its type; a name with ? may be absent or null."""
    if isinstance(shape, dict):
        expect(isinstance(value, dict), f"{path} is {value!r}, no object")
        for name, below in shape.items():
            member = value.get(name.rstrip("?"))
            if not (name.endswith("?") and member is None):
                fits(below, member, f"{path}.{name.rstrip('?')}")
    elif isinstance(shape, list):
        expect(isinstance(value, list), f"{path} is {value!r}, no list")
        for i, element in enumerate(value):
            fits(shape[0], element, f"{path}[{i}]")
    elif shape is TIME:
        try:
            time.strptime(value.partition(".")[0].rstrip("Z"), "%Y-%m-%dT%H:%M:%S")
        except (AttributeError, ValueError):
            expect(False, f"{path} is {value!r}, no time")
    else:
        expect(isinstance(value, shape) and (shape is bool or not isinstance(value, bool)), f"{path} is {value!r}, no {shape}")
    return value


# ---- the account -----------------------------------------------------------------------------------------------------------


def logging_in(client):
    for login, password in (("demo", "wrong"), ("demo", ""), ("nobody", PASSWORD)):
        client.fails("POST", "/auth/v2/tokens", 400, "", {"login": login, "password": password})
    answer = client.call("POST", "/auth/v2/tokens", 201, {"login": "demo", "password": PASSWORD})
    expect_equal("login_ok", answer["result"], "result")
    client.token = fits(str, answer["token"], "token")
    fits({"id": int, "name": str, "admin": bool, "privileges": {}, "ip_restrictions": [], "currency": {"code": str}},
         client.call("GET", "/identity/v2/current-user", 200), "user")
    client.call("POST", "/auth/v2/tokens/validate", 204, kind=NOTHING)


def logging_out(lab, client):
    client.call("DELETE", "/auth/v2/tokens", 204, kind=NOTHING)
    client.fails("POST", "/auth/v2/tokens/validate", 403, "Invalid token")
    client.fails("GET", SHOOTS, 403, "Invalid token")
    client.token = client.call("POST", "/auth/v2/tokens", 201, {"login": "demo", "password": PASSWORD})["token"]
    client.call("GET", SHOOTS, 200)
    lab.control("POST", "/tokens/expire", {"login": "demo"})
    client.fails("GET", SHOOTS, 403, "Invalid token")
    client.login = "somebody"
    client.fails("GET", SHOOTS, 403, "Invalid token")


def what_there_is(client):
    domains = fits([{"id": str, "status": str, "area": {"id": int, "name": str, "tag": str, "regions": [
        {"id": int, "name": str, "tag": str}]}}], client.call("GET", "/openstack/identity/v2/domains", 200), "domains")
    projects = fits([{"region": {"id": int, "name": str, "tag": str, "network_provider": str, "object_storage_enabled": bool},
                      "projects": [{"id": str, "name": str, "domain_id": str, "enabled": bool}]}],
                    client.call("GET", "/openstack/identity/v1/current-user/projects", 200), "projects")
    here = next(entry for entry in projects if entry["region"]["tag"] == "Kna1")
    expect(PROJECT in [project["id"] for project in here["projects"]], "the project is in Kna1")
    domain = next(d["id"] for d in domains if "Kna1" in [region["tag"] for region in d["area"]["regions"]])
    quotas = f"/openstack/identity/v2/domains/{domain}/projects/{PROJECT}/quotas/Kna1"
    fits({"compute": {"cores": int, "instances": int, "ram": int}, "networking": {"router": int},
          "block_storage": {"volumes": int}}, client.call("GET", quotas, 200), "quotas")
    client.fails("GET", quotas.replace(PROJECT, "f" * 32), 404, "Project not found")
    fits([PROFILE], client.call("GET", f"{CLOUD}/cloud-profiles", 200), "profiles")


# ---- a shoot's life --------------------------------------------------------------------------------------------------------


def operation(client, kind, state="Succeeded"):
    """Wait as clients do, by GET; each answer has the shape."""
    def over():
        shoot = fits(SHAPE, client.call("GET", SHOOT, 200), "shoot")
        last = shoot.get("last_operation") or {}
        return last.get("type") == kind and last.get("state") == state
    wait_until(over, 60, f"{kind} to be {state}")


def creating(client):
    expect_equal([], client.call("GET", SHOOTS, 200), "no shoots")
    expect_equal({"is_taken": False}, client.call("GET", f"{CLOUD}/shoots/prod-1/is-name-taken", 200), "the name is free")
    client.call("POST", f"{CLOUD}/Kna1/{PROJECT}/bootstrap", 204, kind=NOTHING)
    client.fails("GET", f"{CLOUD}/Kna1/{PROJECT}/bootstrap", 404, "")
    client.fails("POST", f"{CLOUD}/Kna1/{'f' * 32}/bootstrap", 500, "")
    client.fails("POST", f"{CLOUD}/Nowhere/{PROJECT}/bootstrap", 404, "OpenStack region Nowhere was not found")
    body = {
        "name": "prod-1", "kubernetes_version": "1.33.7", "allowed_cidrs": ["192.0.2.0/24"],
        "shoot_provider": {
            "load_balancer_provider": "amphora",
            "infrastructure_config": {"floating_pool_name": "ext-net", "network_id": None, "router_id": None},
            "workers": [{"name": "one", "machine": {"type": "b.4c8gb"}, "minimum": 1, "maximum": 2, "volume_size": "50Gi",
                         "zones": ["nova"], "labels": [{"key": "tier", "value": "web"}], "annotations": None, "taints": [
                             {"key": "dedicated", "value": "web", "effect": "NoSchedule"}]}]},
        "networking": {"type": "cilium", "cilium_provider_config": {"hubble_enabled": True, "tunnel": "vxlan"}},
        "hibernation_schedules": [{"start": "0 20 * * 1-5", "end": "0 6 * * 1-5"}],
        "maintenance": {"auto_update": {"kubernetes_version": True, "machine_image_version": None},
                        "time_window": {"begin": "020000+0000", "end": "040000+0000"}},
    }
    wrong = client.fails("POST", SHOOTS, 400, "properties are invalid", {**body, "name": "a-name-that-is-too-long"})
    expect_equal(["name"], [error["key"] for error in wrong], "the wrong property")
    fits(SHAPE, client.call("POST", SHOOTS, 202, body), "shoot")
    client.fails("POST", SHOOTS, 409, "", body)
    expect_equal({"is_taken": True}, client.call("GET", f"{CLOUD}/shoots/prod-1/is-name-taken", 200), "the name is taken")
    operation(client, "Create")
    fits([SHAPE], client.call("GET", SHOOTS, 200), "shoots")


def looking(client):
    kubeconfig = client.call("POST", f"{SHOOT}/admin-kubeconfig", 201, {"expiration_seconds": 3600}, kind="text/html")
    expect("current-context" in kubeconfig, "YAML")
    newer = client.call("POST", SHOOT.replace("/v2/", "/v3/") + "/admin-kubeconfig", 201, {"expiration_seconds": 3600})
    fits({"kubeconfig": str, "expires_at": TIME}, newer, "kubeconfig")
    fits({"prometheus": CREDENTIALS, "plutono": CREDENTIALS}, client.call("GET", f"{SHOOT}/monitoring", 200), "credentials")
    nodes = fits({"node_names": [str]}, client.call("GET", f"{SHOOT}/monitoring/workers/one/nodes", 200), "names")["node_names"]
    overview = client.call("GET", f"{SHOOT}/monitoring/workers/one/nodes/overview", 200)
    expect_equal(nodes, [node["node_name"] for node in overview], "nodes of the overview")
    for node in overview:
        fits({"node_name": str, "worker_group": str, "allocatable_cpu": NUMBER, "allocatable_memory": NUMBER, "cpu_usage": NUMBER,
              "idle_cpu": NUMBER, "memory_usage": NUMBER, "unused_memory": NUMBER, "pods": NUMBER}, node, "node of the overview")
    amount = {"allocatable": SERIES, "total": SERIES, "used": SERIES}
    fits({"node_name": str, "cpu_usage": amount, "memory_usage": amount, "filesystem_size": {"free": SERIES}},
         client.call("GET", f"{SHOOT}/monitoring/nodes/{nodes[0]}", 200), "node")
    fits({"worker_name": str, "cpu_usage": SERIES, "number_of_pods": SERIES},
         client.call("GET", f"{SHOOT}/monitoring/workers/one", 200), "group")
    key = client.call("GET", f"{SHOOT}/ssh_pk", 200, kind="text/plain")
    expect(key.startswith("-----BEGIN"), "a private key")
    client.fails("GET", f"{SHOOTS}/no-such", 404, "")
    client.fails("GET", f"{SHOOT}/monitoring/workers/none", 404, "")
    client.fails("GET", SHOOT.replace("Kna1", "Nowhere"), 404, "OpenStack region Nowhere was not found")
    return kubeconfig


def inside(lab, kubeconfig):
    """The kubeconfig opens the shoot's own API."""
    document = lab.directory / "kubeconfig"
    document.write_text(kubeconfig)
    text = {key: value for key, _, value in (line.strip().partition(": ") for line in kubeconfig.splitlines())}
    files = {}
    for name in ("certificate-authority-data", "client-certificate-data", "client-key-data"):
        files[name] = lab.directory / name
        files[name].write_bytes(base64.b64decode(text[name]))
    context = ssl.create_default_context(cafile=files["certificate-authority-data"])
    context.load_cert_chain(files["client-certificate-data"], files["client-key-data"])
    server = (text.get("server") or text["- server"]).strip("\"'")
    with urllib.request.urlopen(server + "/api/v1/nodes", timeout=20, context=context) as answer:
        nodes = json.load(answer)
    expect(nodes["kind"] == "NodeList" and nodes["items"], "the shoot has nodes")


def changing(client):
    client.call("PATCH", SHOOT, 202, {"allowed_cidrs": [], "hibernation_schedules": [],
                                      "maintenance": {"auto_update": {"kubernetes_version": False}}})
    operation(client, "Reconcile")
    shoot = client.call("GET", SHOOT, 200)
    expect_equal(([], False), (shoot.get("allowed_cidrs") or [], shoot["maintenance"]["auto_update"]["kubernetes_version"]), "changes")
    two = {"name": "two", "machine": {"type": "b.2c4gb"}, "minimum": 1, "maximum": 1, "volume_size": "50Gi"}
    fits(SHAPE, client.call("POST", f"{SHOOT}/workers", 202, two), "shoot")
    operation(client, "Reconcile")
    fits(SHAPE, client.call("PUT", f"{SHOOT}/workers/two", 202, {**two, "maximum": 2}), "shoot")
    operation(client, "Reconcile")
    workers = {w["name"]: w["maximum"] for w in client.call("GET", SHOOT, 200)["shoot_provider"]["workers"]}
    expect_equal({"one": 2, "two": 2}, workers, "worker groups")
    client.call("DELETE", f"{SHOOT}/workers/two", 202, kind=NOTHING)
    client.fails("DELETE", f"{SHOOT}/workers/none", 404, "")
    operation(client, "Reconcile")
    for method, path in (("GET", "check"), ("PUT", "prepare"), ("PATCH", "revert")):
        fits({"outcome": str, "details": [str], "upgrade_notes?": str},
             client.call(method, f"{SHOOT}/upgrade/{path}?target_version=1.34.4", 200), path)


def actions(client):
    fits({"stage": str}, client.call("GET", f"{SHOOT}/ca/rotation-stage", 200), "rotation")
    for action in ("maintenance", "reconcile"):
        client.call("PATCH", f"{SHOOT}/{action}", 202, kind=NOTHING)
        operation(client, "Reconcile")
    client.call("PATCH", f"{SHOOT}/retry", 202, kind=NOTHING)
    client.call("PATCH", f"{SHOOT}/ha-control-plane/enable", 202, kind=NOTHING)
    operation(client, "Reconcile")
    expect(client.call("GET", SHOOT, 200)["control_plane"], "a highly available control plane")
    client.fails("PATCH", f"{SHOOT}/ha-control-plane/enable", 409, "")
    for action, asleep in (("hibernate", True), ("wakeup", False)):
        client.call("PATCH", f"{SHOOT}/{action}", 202, kind=NOTHING)
        wait_until(lambda: client.call("GET", SHOOT, 200)["status"]["is_hibernated"] == asleep, 60, action)
        operation(client, "Reconcile")
    expect_equal("NotInitiated", client.call("GET", f"{SHOOT}/ca/rotation-stage", 200)["stage"], "nothing was rotated")


def deleting(client):
    client.call("DELETE", SHOOT, 202, kind=NOTHING)
    wait_until(lambda: not client.call("GET", SHOOTS, 200), 60, "the shoot to go")
    client.fails("GET", SHOOT, 404, "")
    client.fails("DELETE", SHOOT, 404, "")


def main(lab):
    client = Client(lab.ready["url"])
    client.fails("GET", SHOOTS, 403, "Invalid token")
    logging_in(client)
    what_there_is(client)
    creating(client)
    inside(lab, looking(client))
    changing(client)
    actions(client)
    deleting(client)
    logging_out(lab, client)
    journal = [(entry["method"], entry["path"]) for entry in lab.journal()]
    expect_equal(client.made, journal, "the journal: these calls in this order, and no others")


run(main, "--set", "quota=off", speed=400)
