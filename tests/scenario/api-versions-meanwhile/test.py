"""What happens while the question which versions a cluster serves has no answer yet: Requests go, the ProviderConfig changes and goes,
the provider is stopped. Nothing hangs, nothing is lost, and all go on when there is an answer."""
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import config  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402
from shootproxy import Shoot, applied, definition  # noqa: E402

GROUP = "gateway.example.org"
CRD = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tcproutes.{GROUP}"
NAMES = [f"route-{n}" for n in range(5)]


def route(name):
    body = {"apiVersion": "{apiVersion}", "kind": "TCPRoute", "metadata": {"name": name}, "spec": {"port": 1}}
    return applied(name, f"/apis/{{apiVersion}}/namespaces/default/tcproutes/{name}", body, apiVersions=[GROUP + "/v1"])


def touch(document):
    """A new resourceVersion is enough."""


def main(lab):
    answered = threading.Event()

    def hang(call):
        if "namespaces" not in call.path:
            answered.wait(8)

    with Shoot(lab) as shoot:
        shoot.apply(CRD, definition(GROUP, "tcproutes", "TCPRoute", v1=True))
        shoot.spoil = hang
        provider = lab.provider()
        lab.put(config(shoot.url), *[route(name) for name in NAMES])
        wait_until(lambda: shoot.count("GET") == 1, 10, "one question for all")
        lab.remove(route(NAMES[0]))
        lab.edit("ProviderConfig", "default", touch)
        time.sleep(0.5)
        lab.remove(config(shoot.url))
        answered.set()
        wait_until(lambda: all(lab.condition("Request", name, "Synced").get("reason") == "NoProviderConfig" for name in NAMES[1:]),
                   10, "all to miss their ProviderConfig")
        lab.put(config(shoot.url))
        wait_until(lambda: all(lab.is_ready("Request", name) for name in NAMES[1:]), 20, "all to be Ready")
        expect_equal(len(NAMES) - 1, shoot.count("PATCH"), "creations")

        answered.clear()
        shoot.since()
        lab.edit("ProviderConfig", "default", touch)
        wait_until(lambda: shoot.count("GET", f"/apis/{GROUP}/v1") >= 1, 10, "the next question")
        provider.terminate()
        expect_equal(0, provider.wait(40), "the provider's exit status")
        answered.set()
        expect(all(lab.is_ready("Request", name) for name in NAMES[1:]), "the last status stays")


run(main, simulator=False)
