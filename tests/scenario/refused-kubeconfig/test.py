"""Cleura shows the shoot but gives no kubeconfig for it (no rights): it is asked less and less often, and the reason is
told. When it gives one, the work goes on by itself."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, account, config, json_answer, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402

REFUSED = 3
KUBECONFIG = """{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}],
clusters: [{name: a, cluster: {server: "%s"}}], users: [{name: a, user: {token: t}}]}"""


def main(lab):
    tries = []

    def answers(call):
        if call.path == "/auth/v1/tokens":
            return json_answer(200, {"result": "login_ok", "token": "t"})
        if call.path == "/shoot/kubeconfig":
            tries.append(call.at)
            if len(tries) > REFUSED:
                return json_answer(200, KUBECONFIG % backend.url)
            return json_answer(403, {"error": {"code": 403, "message": "No access"}})
        return json_answer(200, {"status": {"lastOperation": {"type": "Create", "state": "Succeeded"}}, "spec": {}})

    with Backend(answers) as backend:
        shoot = {"providerConfigRef": {"name": "default"}, "url": "/shoot", "kubeconfigUrl": "/shoot/kubeconfig"}
        lab.put(*account(backend.url, limits={"requestsPerSecond": 100}),
                config(None, "inside", "CleuraShoot", shoot=shoot),
                request("one", "/api/v1/namespaces", "inside"), request("two", "/api/v1/namespaces", "inside"))
        lab.provider()
        wait_until(lambda: len(tries) == REFUSED, 10, "some tries")
        time.sleep(0.5)
        for name in ("one", "two"):
            synced = lab.condition("Request", name, "Synced")
            expect("kubeconfig" in synced["message"] and synced["status"] == "False", f"{name}: the reason is told: {synced}")
            expect(not lab.is_ready("Request", name), f"{name} is not Ready")
        wait_until(lambda: lab.is_ready("Request", "one") and lab.is_ready("Request", "two"), 15, "both Ready")
        waits = [after - before for before, after in zip(tries, tries[1:])]
        expect_equal(REFUSED + 1, len(tries), "tries")
        expect(all(after > 1.5 * before for before, after in zip(waits, waits[1:])), f"each wait is longer: {waits}")
        looks = len(backend.asked("GET", "/shoot"))
        expect(looks <= 6, f"{looks} looks at the shoot")


run(main, simulator=False)
