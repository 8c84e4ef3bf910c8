"""A ProviderConfig with a mistake in it: the mistake is told, nothing is sent, and its correction counts at once. So does a
CA that is added or replaced, for the login too."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, account, base64, config, json_answer, request, self_signed  # noqa: E402
from lab import expect, expect_equal, run, wait_until  # noqa: E402


def main(lab):
    def answers(call):
        if call.path == "/auth/v1/tokens":
            return json_answer(200, {"result": "login_ok", "token": "t"})
        return json_answer(200, {})

    def told(name, text):
        wait_until(lambda: text in lab.condition("Request", name, "Synced").get("message", ""), 5, f"{name}: {text}")

    both, ca = self_signed(lab.directory)
    with Backend(answers) as backend, Backend(answers, certificate=both) as encrypted:
        oneself = {"providerConfigRef": {"name": "itself"}, "url": "/shoot", "kubeconfigUrl": "/shoot/kubeconfig"}
        lab.put(config(backend.url), *account(encrypted.url, "strange", limits={"requestsPerSecond": 100}),
                request("strange", "/things", "strange"))
        lab.provider()
        lab.forge(config(backend.url, "zero", limits={"maxConnections": 0}), request("zero", "/things", "zero"),
                  config(backend.url, "itself", "CleuraShoot", shoot=oneself), request("itself", "/api", "itself"))
        told("zero", "maxConnections")
        told("itself", "is no account")
        expect_equal([], backend.asked(), "calls sent with them")
        told("strange", "ertificate")

        lab.put(config(backend.url, "zero", limits={"maxConnections": 1}), config(backend.url, "itself"),
                *account(encrypted.url, "strange", tls={"caBundle": base64.b64encode(ca.encode()).decode()}))
        for name in ("zero", "itself", "strange"):
            wait_until(lambda: lab.is_ready("Request", name), 5, f"{name} to be Ready")
        expect(encrypted.asked("POST", "/auth/v1/tokens"), "the login goes by the new CA")


run(main, simulator=False)
