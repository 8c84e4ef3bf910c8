"""Wrong password, second factor, missing rights, forbidden address: each is told apart, in words, with a way out."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import expect, expect_equal, run  # noqa: E402

CASES = {
    ("demo", "wrong"): (5, "refuses the login"),
    ("sms", "p"): (5, "second factor"),
    ("weak", "p"): (5, "No access"),
    ("away", "p"): (5, "IP"),
}


def main(lab):
    for (login, password), (code, text) in CASES.items():
        done = lab.cli("list", env={"CLEURA_LOGIN": login, "CLEURA_PASSWORD": password}, code=code)
        expect(text in done.stderr, f"{login}: \"{text}\" is not in: {done.stderr}")
        expect(password == "p" or password not in done.stderr, "the password is not shown")
    expect_equal(4, len(lab.journal("POST", "/auth/v1/tokens")), "one login each")


run(main, "--account", "demo:demo-password", "--account", "sms:p:sms", "--account", "weak:p:no-openstack", "--account",
    "away:p:ip-restricted")
