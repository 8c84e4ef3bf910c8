"""An account that may look at each object but may not list them: each is observed by itself, all the time. Its conditions do
not change to and fro, nothing is written, and the list is not asked for again and again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, config, json_answer, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402

NAMES = ("one", "two")


def main(lab):
    def answers(call):
        if call.path == "/things":
            return json_answer(403, {"message": "no list"})
        return json_answer(200, {"name": call.path.rpartition("/")[2]})

    with Backend(answers) as backend:
        lab.put(config(backend.url),
                *[request(name, backend.url + "/things", observeList={
                    "url": ".payload.baseUrl", "key": "[.[].name]", "value": name}) for name in NAMES])
        lab.provider()
        wait_until(lambda: all(lab.is_ready("Request", name) for name in NAMES), 10, "Ready")
        wait_until(lambda: len([c for c in backend.calls if c.path == "/things"]) >= 1, 10, "the list to be asked for")
        time.sleep(1)
        writes, start = lab.writes(), time.monotonic()
        time.sleep(5)
        expect_equal(writes, lab.writes(), "writes of the store")
        expect(len(backend.asked("GET", "/things/", since=start)) >= 8, "each is observed by itself")
        expect_equal(1, len([c for c in backend.calls if c.path == "/things"]), "tries to list")
        for name in NAMES:
            expect_equal("True", lab.condition("Request", name, "Synced")["status"], f"{name} is in sync")


run(main, simulator=False)
