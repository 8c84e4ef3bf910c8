"""Somebody else keeps logging in to an account that allows one session: no login war."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import json  # noqa: E402
import threading  # noqa: E402
import urllib.request  # noqa: E402

from lab import PASSWORD, expect, run, time  # noqa: E402


def main(lab):
    stop = threading.Event()

    def rival():
        body = json.dumps({"auth": {"login": "demo", "password": PASSWORD}}).encode()
        while not stop.wait(0.2):
            urllib.request.urlopen(lab.ready["url"] + "/auth/v1/tokens", data=body, timeout=10).read()

    thread = threading.Thread(target=rival, daemon=True)
    thread.start()
    lab.start("cleura-shoot", "apply", "-f", lab.manifest(), "--no-provider")
    lab.provider()
    time.sleep(12)
    stop.set()
    thread.join()
    ours = [e for e in lab.journal("POST", "/auth/v1/tokens") if "provider-cleura" in e["headers"].get("User-Agent", "")]
    expect(len(ours) <= 8, f"{len(ours)} logins of ours in 12 s are a war")
    reasons = [lab.condition(kind, name, "Synced").get("reason") for kind, name in lab.objects()]
    expect("SessionContention" in reasons, f"the reason is told: {reasons}")


run(main, "--set", "single-session=on")
