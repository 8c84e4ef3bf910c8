"""A Secret is renewed: the next call of whoever has it in a placeholder goes with the new one, no restart needed. A Secret
that a Request fills and somebody deletes is filled again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import base64  # noqa: E402

from backend import Backend, config, disposable, inject, json_answer, request, secret  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402


def main(lab):
    valid = {"/by-hand": "one", "/by-call": "none"}

    def answers(call):
        base = call.path.rpartition("/")[0]
        if call.path == "/renew":
            valid["/by-call"] = str(time.monotonic_ns())
            return json_answer(200, {"token": valid["/by-call"]})
        if base in valid and call.headers.get("Authorization") != "Bearer " + valid[base]:
            return json_answer(401, {"message": "expired"})
        return json_answer(200, {"password": "hunter2"})

    def in_sync(name):
        return lab.condition("Request", name, "Synced").get("status") == "True"

    def bearer(name):
        return {"Authorization": ["Bearer {{%s:default:token}}" % name]}

    with Backend(answers) as backend:
        lab.put(config(backend.url), secret("hand", token="one"),
                request("by-hand", backend.url + "/by-hand", headers=bearer("hand")),
                disposable("renew", backend.url + "/renew", shouldLoopInfinitely=True, nextReconcile="5s",
                           secretInjectionConfigs=inject("called", token=".body.token")),
                request("by-call", backend.url + "/by-call", headers=bearer("called")),
                request("source", backend.url + "/source",
                        secretInjectionConfigs=inject("filled", password=".body.password")))
        lab.provider()
        wait_until(lambda: in_sync("by-hand") and in_sync("by-call"), 10, "both in sync")

        wait_until(lambda: lab.objects("Secret").get(("Secret", "filled")), 10, "the filled Secret")
        time.sleep(1.5)  # by now the answers are known ones, which nobody looks at twice
        lab.remove(secret("filled"), wait=False)
        wait_until(lambda: lab.objects("Secret").get(("Secret", "filled")), 5, "the filled Secret to be back")
        data = lab.objects("Secret")[("Secret", "filled")]["data"]
        expect_equal(b"hunter2", base64.b64decode(data["password"]), "what is in it")

        valid["/by-hand"] = "two"
        wait_until(lambda: not in_sync("by-hand"), 10, "the old token to be refused")
        lab.put(secret("hand", token="two"))
        wait_until(lambda: in_sync("by-hand"), 3, "calls with the new token")

        wait_until(lambda: len(backend.asked("POST", "/renew")) >= 3, 12, "two renewals")
        wait_until(lambda: in_sync("by-call"), 3, "calls with the renewed token")
        refused = len([c for c in backend.asked("GET", "/by-call") if c.headers["Authorization"].endswith("}}")])
        expect(refused == 0, "a placeholder is never sent as it is")


run(main, simulator=False)
