"""Times that make no sense do not become a busy loop: results that are born expired, a margin longer than the lifetime, and
retries that are used up. The latter cost neither calls nor time of the processor, and the reason stays."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import datetime  # noqa: E402

from backend import Backend, config, disposable, json_answer  # noqa: E402
from lab import cpu_seconds, expect, expect_equal, run, time, wait_until  # noqa: E402

SECONDS = 8


def main(lab):
    def answers(call):
        if call.path == "/fail":
            return json_answer(500, {})
        lives = -3600 if call.path == "/expired" else 30
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=lives)
        return json_answer(200, {"expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ")})

    with Backend(answers) as backend:
        expires = {"expiresAt": ".body.expires"}
        lab.put(config(backend.url), disposable("expired", backend.url + "/expired", renewal=expires),
                disposable("margin", backend.url + "/margin", renewal={**expires, "renewBefore": "1h"}))
        provider = lab.provider()
        wait_until(lambda: backend.asked(path="/expired") and backend.asked(path="/margin"), 10, "the first calls")
        time.sleep(SECONDS)
        # 1, 2, 4, … seconds apart; and 5
        expect(len(backend.asked(path="/expired")) <= 5, f"{len(backend.asked(path='/expired'))} calls for expired results")
        expect_equal(2, len(backend.asked(path="/margin")), "calls with a margin longer than the lifetime")
        expect_equal("Expired", lab.condition("DisposableRequest", "expired", "Synced").get("reason"), "reason")
        expect(lab.is_ready("DisposableRequest", "margin"), "what is good is Ready")

        lab.remove(disposable("expired", ""), disposable("margin", ""))
        lab.put(disposable("exhausted", backend.url + "/fail", shouldLoopInfinitely=True, nextReconcile="500ms",
                           rollbackRetriesLimit=2))
        wait_until(lambda: len(backend.asked(path="/fail")) == 2, 10, "both tries")
        time.sleep(1)
        used, writes = cpu_seconds(provider), lab.writes()
        time.sleep(3)
        expect(cpu_seconds(provider) - used < 0.6, f"{cpu_seconds(provider) - used:.1f} s of the processor in 3 s")
        expect_equal(writes, lab.writes(), "writes of the store")
        expect_equal(2, len(backend.asked(path="/fail")), "tries")
        expect_equal("ReconcileError", lab.condition("DisposableRequest", "exhausted", "Synced").get("reason"), "reason")


run(main, simulator=False)
