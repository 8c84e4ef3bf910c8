"""Documents whose fields have any type at all, as a store without a schema lets through: the provider lives on, and serves
the others. So it does when a document is replaced by another of the same name in the middle of a call."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import copy  # noqa: E402

from backend import Backend, config, disposable, inject, json_answer, not_found, request, secret  # noqa: E402
from lab import expect, run, time, wait_until  # noqa: E402

VALUES = ("text", 5, [], {}, None, [1], {"a": 1}, True)
TLS = {"caBundle": "eA==", "insecureSkipVerify": True, "caCertSecretRef": {"name": "x", "namespace": "y", "key": "z"}}


def whole_request(base):
    """One with every field that there is."""
    one = request("request", base, observeList={"url": ".payload.baseUrl", "key": "[.[].name]", "value": "q"},
                  settle={"fingerprint": ".response.body.v", "timeout": "1s"},
                  changes=[{"name": "x", "when": "true", "method": "PATCH", "url": ".payload.baseUrl", "body": "{}"}],
                  secretInjectionConfigs=[{**inject("out", pw=".body.v")[0], "metadata": {"labels": {"a": "b"}},
                                           "setOwnerReference": True}],
                  readinessCheck={"type": "CUSTOM", "logic": "true"}, failureCheck="null", statusProjection="{a: 1}",
                  identity='"i"', adopt=True, allowedStatusCodes=[409], headers={"X": ["y"]}, waitTimeout="5s",
                  tlsConfig=TLS, expectedResponseCheck={"type": "CUSTOM", "logic": "true"},
                  isRemovedCheck={"type": "CUSTOM", "logic": "false"}, storeResponse="Full")
    one["spec"].update(managementPolicies=["*"], deletionPolicy="Delete")
    one["metadata"].update(annotations={"crossplane.io/external-create-pending": "x"}, labels={}, finalizers=["x"])
    return one


def whole_disposable(base):
    return disposable("disposable", base + "/x", headers={"X": ["y"]}, body="b", rollbackRetriesLimit=2, nextReconcile="5s",
                      renewal={"expiresAt": '"2030-01-01T00:00:00Z"', "renewBefore": "1s"}, shouldLoopInfinitely=True,
                      expectedResponse="true", secretInjectionConfigs=inject("out", pw=".body.v"), tlsConfig=TLS)


def whole_config(base):
    return config(base, "config", "Bearer", credentials={"source": "Secret", "secretRef": {"name": "out", "key": "x"}},
                  limits={"maxConnections": 3, "requestsPerSecond": 5}, tls=TLS,
                  shoot={"url": "x", "kubeconfigUrl": "y", "providerConfigRef": {"name": "default"}})


def paths(node, above=()):
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield above + (key,)
        yield from paths(child, above + (key,))


def variants(whole):
    """Each field with each type; the metadata that the store itself needs stay as they are."""
    for path in paths(whole):
        if path[0] in ("apiVersion", "kind") or path in (("metadata",), ("metadata", "name"), ("metadata", "namespace")):
            continue
        for value in VALUES:
            variant = node = copy.deepcopy(whole)
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = value
            yield path, variant


def all_variants(base):
    for whole in (whole_request(base), whole_disposable(base), whole_config(base)):
        for n, (_, variant) in enumerate(variants(whole)):
            variant["metadata"]["name"] = name = f"{whole['metadata']['name']}-{n}"
            yield variant
            if whole["kind"] == "ProviderConfig":
                yield request(f"user-{n}", base, name, tlsConfig={"insecureSkipVerify": False})
    for document in (whole_config(base), whole_request(base)):  # of the cluster scope
        document["apiVersion"] = "cleura.crossplane.io/v1alpha2"
        document["metadata"].pop("namespace")
        yield document


def replaced_in_a_call(lab):
    """Its document is another one when the answer comes: same name, no status."""
    def answers(call):
        if call.method == "PATCH":
            lab.forge(replaced)
            time.sleep(0.3)
            return json_answer(409, {})
        return json_answer(200, {"v": 1}) if call.method == "GET" else not_found()

    with Backend(answers) as backend:
        change = {"name": "x", "when": "true", "method": "PATCH", "url": ".payload.baseUrl", "body": "{}"}
        replaced = request("replaced", backend.url + "/things", changes=[change], settle={"fingerprint": ".response.body.v"})
        lab.put(replaced)
        wait_until(lambda: len(backend.asked("PATCH")) >= 2, 10, "changes of both")


def unseen(lab):
    return [name for (kind, name), document in lab.objects().items()
            if kind in ("Request", "DisposableRequest") and not document.get("status", {}).get("conditions")]


def main(lab):
    with Backend(lambda call: json_answer(200, {"v": 1, "name": "q"})) as backend:
        lab.put(config(backend.url), secret("out", x="y"))
        provider = lab.provider()
        time.sleep(0.3)
        forged = list(all_variants(backend.url))
        lab.forge(*forged)
        lab.put(request("healthy", backend.url + "/things"))
        wait_until(lambda: provider.poll() is not None or not unseen(lab), 20, "all to be looked at")
        wait_until(lambda: provider.poll() is not None or lab.is_ready("Request", "healthy"), 5, "others to be served")
        expect(provider.poll() is None, f"the provider ended with {provider.poll()} on one of {len(forged)} documents")
        replaced_in_a_call(lab)
        expect(provider.poll() is None, f"the provider ended with {provider.poll()} when a document was replaced")
        print(len(forged), "documents")


run(main, simulator=False)
