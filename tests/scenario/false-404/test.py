"""A gateway says "404" for an object that is there: what was known about it is not forgotten when its creation is then
refused as a duplicate. It is still ours, and still removed with its Request."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Backend, Things, config, not_found, request  # noqa: E402
from lab import expect, expect_equal, run, wait_until  # noqa: E402

IDENTITY, SUCCEEDED = "cleura.crossplane.io/identity", "crossplane.io/external-create-succeeded"


def main(lab):
    things, false = Things(), []

    def answers(call):
        return not_found() if call.method == "GET" and false and false.pop() else things(call)

    with Backend(answers) as backend:
        one = request("one", backend.url + "/things", identity=".response.body.id")
        lab.put(config(backend.url), one)
        lab.provider()
        wait_until(lambda: lab.is_ready("Request", "one"), 10, "Ready")
        expect_equal("thing-1", lab.note("Request", "one", IDENTITY), "identity")

        # long ago: a creation's own answer may be ahead of what OBSERVE shows, so a young object's 404 means nothing
        lab.edit("Request", "one", lambda d: d["metadata"]["annotations"].update({SUCCEEDED: "2026-01-01T00:00:00Z"}))
        false.append(True)
        wait_until(lambda: len(backend.asked("POST")) == 2, 10, "the creation that is refused")
        expect_equal("thing-1", lab.note("Request", "one", IDENTITY), "identity after the refusal")
        expect(lab.note("Request", "one", SUCCEEDED), "it is known that it was made from here")
        wait_until(lambda: lab.is_ready("Request", "one")
                   and lab.condition("Request", "one", "Synced").get("status") == "True", 10, "Ready again")
        expect_equal(2, len(backend.asked("POST")), "creations sent")
        expect_equal("thing-1", lab.note("Request", "one", IDENTITY), "identity at the end")
        lab.remove(one)
        expect_equal({}, things.there, "it is ours to remove")


run(main, simulator=False)
