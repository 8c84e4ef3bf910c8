"""Objects are edited while their calls are under way. Another body is sent afterwards; another label is no reason to send
anything twice."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, Things, config, disposable, json_answer, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402


def main(lab):
    things = Things()

    def label(kind, name):
        lab.edit(kind, name, lambda d: d["metadata"].setdefault("labels", {}).update(at=str(time.monotonic_ns())))

    def answers(call):
        if call.path == "/slow":
            time.sleep(1.5)
        elif call.path == "/mint":
            label("DisposableRequest", "mint")  # just before the answer: the provider has not seen it yet
        elif call.path == "/things" and call.method == "POST":
            label("Request", "one")
            made = things(call)
            label("Request", "one")
            return made
        elif call.path.startswith("/things"):
            return things(call)
        return json_answer(200, {})

    with Backend(answers) as backend:
        lab.put(config(backend.url), disposable("slow", backend.url + "/slow", body="one"))
        lab.provider()
        wait_until(lambda: backend.asked("POST", "/slow"), 10, "the call")
        lab.put(disposable("slow", backend.url + "/slow", body="two"))
        lab.put(disposable("mint", backend.url + "/mint"), request("one", backend.url + "/things"))
        wait_until(lambda: len(backend.asked("POST", "/slow")) == 2, 10, "the call with the other body")
        wait_until(lambda: lab.is_ready("DisposableRequest", "mint") and lab.is_ready("Request", "one"), 10, "both Ready")
        time.sleep(3)
        expect_equal(["one", "two"], [call.body for call in backend.asked("POST", "/slow")], "bodies sent")
        expect(lab.objects()[("DisposableRequest", "slow")]["status"]["synced"], "the second is done")
        expect_equal(1, len(backend.asked("POST", "/mint")), "calls of the DisposableRequest whose labels were edited")
        expect_equal(1, len(backend.asked("POST", "/things")), "creations of the Request whose labels were edited")
        expect("at" in lab.objects()[("Request", "one")]["metadata"]["labels"], "the edits are still there")


run(main, simulator=False)
