"""A server asks to come back tomorrow: it is left alone, all who wait for it are told why, and other servers' objects go on.
A short Retry-After is kept to the second."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, Things, config, json_answer, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402


def main(lab):
    things, paused = Things(), []

    def answers(call):
        if call.path.startswith("/tomorrow"):
            return json_answer(503, {}, Retry_After="86400")
        if call.path.startswith("/soon") and call.method == "GET" and paused and paused.pop():
            return json_answer(429, {}, Retry_After="3")
        return things(call)

    def reason(name):
        return lab.condition("Request", name, "Synced").get("reason")

    with Backend(answers) as backend, Backend(Things()) as other:
        lab.put(config(backend.url), config(backend.url, "slow"), config(other.url, "other"),
                request("one", backend.url + "/things"), request("patient", backend.url + "/soon", "slow"),
                request("elsewhere", other.url + "/things", "other"))
        lab.provider()
        names = ("one", "patient", "elsewhere")
        wait_until(lambda: all(lab.is_ready("Request", name) for name in names), 10, "Ready")

        lab.put(request("asker", backend.url + "/tomorrow"))
        wait_until(lambda: reason("one") == "RateLimited", 5, "RateLimited")
        expect("later" in lab.condition("Request", "one", "Synced")["message"], "it is told in words")
        expect(lab.is_ready("Request", "one"), "what was known of it stays")
        start = time.monotonic()
        paused.append(True)
        wait_until(lambda: not paused, 5, "the 429")
        asked = time.monotonic()
        wait_until(lambda: backend.asked("GET", "/soon", since=asked), 6, "the call after it")
        expect(backend.asked("GET", "/soon", since=asked)[0].at - asked >= 2.5, "three seconds are waited for")
        expect_equal([], backend.asked("GET", "/things", since=start), "calls meanwhile to who wants none")
        expect(len(other.asked("GET", since=start)) >= 2, "other servers' objects go on")


run(main, simulator=False)
