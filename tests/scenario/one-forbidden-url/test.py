"""URLs that answer 401 or 403 whatever the token are the trouble of their own objects: the others are polled as before, and
nobody logs in again and again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Answer, Backend, account, json_answer, request  # noqa: E402
from lab import expect, run, time, wait_until  # noqa: E402

GOOD = ("good-1", "good-2")
REFUSED = ("refused-1", "refused-2", "refused-3")
SECONDS = 6


def main(lab):
    logins = []

    def answers(call):
        if call.path == "/auth/v1/tokens":
            logins.append(call)
            return json_answer(200, {"result": "login_ok", "token": f"token-{len(logins)}"})
        if call.headers.get("X-Auth-Token") != f"token-{len(logins)}":
            return json_answer(401, {"error": {"code": 401, "message": "Invalid token"}})
        if call.path.startswith("/forbidden"):
            return Answer(403, {"Content-Type": "text/html"}, "<h1>forbidden</h1>")
        if call.path.startswith("/refused"):
            return json_answer(401, {"error": {"code": 401, "message": "Invalid token"}})
        return json_answer(200, {})

    with Backend(answers) as backend:
        def polls():
            start = time.monotonic()
            time.sleep(SECONDS)
            return len(backend.asked("GET", "/good", since=start))

        lab.put(*account(backend.url, limits={"requestsPerSecond": 100}),
                *[request(name, backend.url + "/good", pollInterval="500ms") for name in GOOD])
        lab.provider()
        wait_until(lambda: all(lab.is_ready("Request", name) for name in GOOD), 10, "Ready")
        lab.put(request("html", backend.url + "/forbidden"))
        wait_until(lambda: lab.condition("Request", "html", "Synced").get("reason") == "Forbidden", 10, "Forbidden")
        for name in REFUSED:  # one after the other, so that each is found out by itself
            lab.put(request(name, backend.url + "/refused"))
            wait_until(lambda: lab.condition("Request", name, "Synced").get("reason") == "Unauthorized", 10, "Unauthorized")
        got = polls()
        expect(got >= 2 * SECONDS, f"{got} polls of the others in {SECONDS} s")
        expect(len(logins) <= 1 + len(REFUSED), f"{len(logins)} logins")
        for name in GOOD:
            expect(lab.condition("Request", name, "Synced")["status"] == "True", f"{name} is in sync")


run(main, simulator=False)
