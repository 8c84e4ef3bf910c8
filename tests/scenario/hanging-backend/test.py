"""One backend that never answers: the objects of the others are as quick as without it."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import json  # noqa: E402
import socket  # noqa: E402

from lab import expect, run, wait_until  # noqa: E402

API = "cleura.m.crossplane.io/v1alpha2"


def request(name, config, poll):
    return {"apiVersion": API, "kind": "Request", "metadata": {"name": name, "namespace": "default"},
            "spec": {"managementPolicies": ["Observe"], "providerConfigRef": {"kind": "ProviderConfig", "name": config},
                     "forProvider": {"payload": {}, "pollInterval": poll, "pollIntervalWhileNotReady": poll,
                                     "mappings": [{"action": "OBSERVE", "method": "GET", "url": '"/stats"'}]}}}


def config(name, endpoint):
    return {"apiVersion": API, "kind": "ProviderConfig", "metadata": {"name": name, "namespace": "default"},
            "spec": {"endpoint": endpoint, "auth": "None"}}


def main(lab):
    with socket.socket() as hole:  # accepts connections in its backlog and never answers
        hole.bind(("127.0.0.1", 0))
        hole.listen(100)
        documents = [config("hole", f"http://127.0.0.1:{hole.getsockname()[1]}"), config("good", lab.ready["control"])]
        documents += [request(f"hanging-{i}", "hole", "500ms") for i in range(20)]
        documents += [request(f"healthy-{i}", "good", "500ms") for i in range(20)]
        path = lab.directory / "objects.json"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        lab.cli("apply", "-f", path, "--no-wait", "--no-provider")
        lab.provider()
        wait_until(lambda: all(lab.is_ready("Request", f"healthy-{i}") for i in range(20)), 5, "the healthy ones")
        expect(not any(lab.is_ready("Request", f"hanging-{i}") for i in range(20)), "the others are not ready")


run(main)
