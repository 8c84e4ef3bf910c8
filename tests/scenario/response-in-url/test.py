"""An object whose URL only the creation's answer tells, and that answer is lost: nobody creates a second one, for as long
as it takes; the reason says so, and how to go on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import HANG_UP, Backend, config, json_answer, not_found, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402

PENDING, SUCCEEDED = "crossplane.io/external-create-pending", "crossplane.io/external-create-succeeded"
LONG_AGO = "2026-01-01T00:00:00Z"


def says(lab, name):
    synced = lab.condition("Request", name, "Synced")
    return synced.get("reason") == "ReconcileError" and "cannot determine creation result" in synced["message"]


def main(lab):
    there, lost = {}, [True]

    def answers(call):
        if call.method == "POST":
            number = str(sum(path.startswith(call.path) for path in there))
            path = f"{call.path}/{number}"
            there[path] = {"id": number}
            return HANG_UP if call.path == "/lost" and lost and lost.pop() else json_answer(201, there[path])
        if call.method == "DELETE":
            there.pop(call.path, None)
        return json_answer(200, there[call.path]) if call.path in there else not_found()

    with Backend(answers) as backend:
        first = request("lost", backend.url + "/lost", by_answer=True)
        second = request("unkept", backend.url + "/unkept", by_answer=True, storeResponse="None")
        lab.put(config(backend.url), first, second)
        provider = lab.provider()
        wait_until(lambda: says(lab, "lost"), 10, "the reason")
        wait_until(lambda: lab.is_ready("Request", "unkept"), 10, "the other to be Ready")

        # the times in which a creation may still show up are over, and the answer was in the provider's memory only
        provider.terminate()
        provider.wait(20)
        lab.edit("Request", "lost", lambda d: d["metadata"]["annotations"].update({PENDING: LONG_AGO}))
        lab.edit("Request", "unkept", lambda d: d["metadata"]["annotations"].update({SUCCEEDED: LONG_AGO}))
        lab.provider()
        wait_until(lambda: says(lab, "unkept"), 10, "the other's reason")
        time.sleep(2)
        expect(says(lab, "lost"), "the reason stays")
        expect_equal(1, len(backend.asked("POST", "/lost")), "creations whose answer was lost")
        expect_equal(1, len(backend.asked("POST", "/unkept")), "creations whose answer was not kept")

        # somebody looked, found nothing of it, and says so as the reason asks for
        there.pop("/lost/0")
        lab.edit("Request", "lost", lambda d: d["metadata"]["annotations"].pop(PENDING))
        wait_until(lambda: lab.is_ready("Request", "lost"), 10, "Ready")
        expect_equal(2, len(backend.asked("POST", "/lost")), "creations at the end")
        lab.remove(second, wait=False)
        time.sleep(1)
        expect(("Request", "unkept") in lab.objects(), "what may be there is not forgotten with its Request")


run(main, simulator=False)
