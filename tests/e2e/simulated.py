"""The API server of a shoot in cleura-sim, to be asked what a real one is asked.

    with SimulatedShoot("envoy-gateway=1.9", "gateway-channel=standard") as shoot:
        shoot.ask("GET", "/api/v1/namespaces").document["items"]

Its controllers work meanwhile: the definitions of the Gateway API come from the switch, a namespace has its account ..."""
import base64
import http.client
import json
import ssl
import urllib.request

import yaml
from apiserver import Calls
from lab import PASSWORD, PROJECT, Lab, wait_until

CREDENTIALS = {"auth": {"login": "demo", "password": PASSWORD}}


class SimulatedShoot(Calls):
    """Use as a context manager; the switches of cleura-sim are given as "name=value"."""

    def __init__(self, *switches):
        super().__init__()
        self.lab = Lab(*(word for switch in switches for word in ("--set", switch)))

    def __enter__(self):
        self.lab.__enter__()
        try:
            self.lab.control("POST", "/shoots", {"name": "my-cluster", "region": "Kna1"})
            self.trust(yaml.safe_load(self.kubeconfig()))
            wait_until(self.is_ready, 60, "the simulated API server to be ready")
        except BaseException as error:
            self.lab.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, *about):
        self.close()
        self.lab.__exit__(*about)

    def cleura(self, path, body, **headers):
        request = urllib.request.Request(self.lab.ready["url"] + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def kubeconfig(self):
        token = self.cleura("/auth/v1/tokens", CREDENTIALS)["token"]
        return self.cleura(f"/gardener/v3/public/shoots/Kna1/{PROJECT}/my-cluster/admin-kubeconfig", {"expiration_seconds": 3600},
                           **{"X-AUTH-LOGIN": "demo", "X-AUTH-TOKEN": token})["kubeconfig"]

    def trust(self, config):
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.port = int(cluster["server"].rpartition(":")[2])
        self.context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        pair = []
        for part in ("client-certificate-data", "client-key-data"):
            pair.append(self.lab.directory / part)
            pair[-1].write_bytes(base64.b64decode(user[part]))
        self.context.load_cert_chain(*pair)

    def is_ready(self):
        try:
            return self.ask("GET", "/readyz").status == 200
        except (OSError, http.client.HTTPException):  # it does not listen yet
            return False
