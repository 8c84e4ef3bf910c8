"""A Request that is edited to name another place does not forget what it made: nothing is made at the new place, nothing is
removed unseen, and the way back is open."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, Things, config, request  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402

SUCCEEDED = "crossplane.io/external-create-succeeded"


def main(lab):
    things = Things()
    with Backend(things) as backend:
        here, there = (request("one", backend.url + base) for base in ("/here", "/there"))
        lab.put(config(backend.url), here)
        lab.provider()
        wait_until(lambda: lab.is_ready("Request", "one"), 10, "Ready")
        lab.edit("Request", "one", lambda d: d["metadata"]["annotations"].update({SUCCEEDED: "2026-01-01T00:00:00Z"}))

        lab.put(there)
        wait_until(lambda: lab.condition("Request", "one", "Synced").get("reason") == "UrlChanged", 10, "UrlChanged")
        expect("/here/one" in lab.condition("Request", "one", "Synced")["message"], "it says where the object is")
        lab.remove(there, wait=False)
        time.sleep(1.5)
        expect(("Request", "one") in lab.objects(), "the Request waits with its removal")
        expect_equal(["/here/one"], list(things.there), "things outside")
        expect_equal(1, len(backend.asked("POST")), "creations sent")
        expect_equal([], backend.asked("DELETE"), "removals sent")

        lab.edit("Request", "one", lambda d: d["spec"]["forProvider"]["payload"].update(baseUrl=backend.url + "/here"))
        wait_until(lambda: ("Request", "one") not in lab.objects(), 10, "its removal")
        expect_equal({}, things.there, "things outside at the end")


run(main, simulator=False)
