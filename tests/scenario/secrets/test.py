"""No password, token, key or kubeconfig outside of Secrets: not in the store, not in logs, not in a command line."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import json  # noqa: E402
import re  # noqa: E402

from lab import PASSWORD, expect, run, wait_until  # noqa: E402


def main(lab):
    lab.cli("apply", "-f", lab.manifest(), "--no-wait", "--no-provider")
    provider = lab.provider("--debug")
    out = lab.cli("apply", "-f", lab.manifest(), "--wait", "--no-provider", "--debug")
    wait_until(lambda: lab.objects("Secret"), 30, "the kubeconfig")
    arguments = (provider.pid, open(f"/proc/{provider.pid}/cmdline", encoding="utf-8").read())
    provider.terminate()
    provider.wait(20)

    texts = {"argv": arguments[1], "provider's log": provider.log.read_text(), "output": out.stdout + out.stderr}
    texts.update({f"{kind} {name}": json.dumps(doc) for (kind, name), doc in lab.objects().items() if kind != "Secret"})
    secret = json.dumps(list(lab.objects("Secret").values()))
    expect("kubeconfig" in secret, "the Secret holds the kubeconfig")
    for where, text in texts.items():
        expect(PASSWORD not in text, f"{where} holds the password")
        expect("PRIVATE KEY" not in text and "client-key-data" not in text, f"{where} holds a key")
        expect(not re.search(r"\b[A-Za-z0-9]{32}\b", text.replace("0123456789abcdef0123456789abcdef", "")),
               f"{where} holds something that looks like a token")
    expect(oct(lab.store.stat().st_mode & 0o777) == "0o600", "the store is private")


run(main)
