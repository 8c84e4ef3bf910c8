"""Executor provider-http with the real provider-http 1.0.14 on a real API server: namespaced with v1 of Cleura's API, of cluster scope with
v2. The test plays what Crossplane does between them (calls the function, applies what it answers, deletes all at once in the
end, and what an API server's controllers do then); Cleura is the simulator.

- Ready once the cluster is, with a kubeconfig in a Secret that works; one creation, and one look at each poll.
- A changed version arrives as one PUT or PATCH that changes nothing else. One that Cleura refuses is told with its reason, and cannot
  be anything else than what the spec says, however provider-http's status looks.
- A cluster of that name that somebody else has made is not taken over.
- Another lifetime of the kubeconfig is asked for, though nothing of a DisposableRequest's call can change.
- A login that fails is repeated after a minute, not after eight hours; and so is one whose token is no longer taken.
- Deleted, exactly ours is deleted; the login and its token are there until it is gone, however long that takes.
- What provider-http's objects show of secrets: neither password nor token; the kubeconfig, in the status of its DisposableRequest."""
import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import Failure, expect, expect_equal, run, subprocess, time, wait_until  # noqa: E402
from apiserver import CRDS, ApiServer, Loader, found  # noqa: E402
from controllers import Controllers  # noqa: E402
from lab import PASSWORD, PROJECT, Lab  # noqa: E402
import fn as crossplane  # noqa: E402
import yaml  # noqa: E402

HTTP, HTTP_M = "http.crossplane.io", "http.m.crossplane.io"
PLURALS = {"DisposableRequest": "disposablerequests", "Request": "requests", "Usage": "usages"}
SECRETS = "/api/v1/namespaces/team-a/secrets"


def path_of(api_version, kind, name, namespace=None):
    return f"/apis/{api_version}{f'/namespaces/{namespace}' if namespace else ''}/{PLURALS[kind]}/{name}"


class Crossplane(Controllers):
    """For one composite, which nobody else knows: it need not be stored."""

    def __init__(self, server, function, composite, **step_input):
        super().__init__(server)
        self.server, self.function, self.composite = server, function, composite
        self.input = {"apiVersion": "cleura.fn.crossplane.io/v1beta1", "kind": "Input", "executor": "provider-http", **step_input}
        self.paths = {}  # of what is composed
        self.status, self.conditions, self.ready, self.deleted = {}, {}, False, False

    def there(self, server):
        """What is composed and there."""
        seen = {name: server.get(path) for name, path in dict(self.paths).items()}
        return {name: one for name, one in seen.items() if one}

    def look(self):
        if self.deleted:
            self.collect()
        else:
            self.compose()
        self.sweep()

    def compose(self):
        answer = self.function.call(crossplane.request(self.composite, self.there(self.shoot), self.input))
        desired = {name: crossplane.plain(one.resource) for name, one in answer.desired.resources.items()}
        if any(result.severity == crossplane.FATAL for result in answer.results):
            return
        for name, one in desired.items():
            metadata = one["metadata"]
            self.paths[name] = path_of(one["apiVersion"], one["kind"], metadata["name"], metadata.get("namespace"))
            one["metadata"] = {**metadata, "labels": {"crossplane.io/composite": self.composite["metadata"]["name"]},
                               "annotations": {**metadata.get("annotations", {}), "crossplane.io/composition-resource-name": name}}
            try:
                self.shoot.apply(self.paths[name], one, "apiextensions.crossplane.io/composed")
            except Failure as refused:  # the others are applied all the same
                self.trouble = refused
        for name in set(self.paths) - set(desired):
            self.shoot.delete(self.paths.pop(name))
        self.status = crossplane.plain(answer.desired.composite.resource).get("status", {})
        self.conditions = {one.type: one.reason for one in answer.conditions}
        self.ready = answer.desired.composite.ready == crossplane.READY

    def change(self, **spec):
        """As a user does."""
        self.ready = False
        self.composite = {**self.composite, "spec": {**self.composite["spec"], **spec}}

    def collect(self):
        """The composite is gone: so is everything it owned, at once, but for what a Usage keeps."""
        there = self.there(self.shoot)
        kept = set()
        for usage in (one for one in there.values() if one["kind"] == "Usage"):
            of, by = ((usage["spec"][end]["kind"], usage["spec"][end]["resourceRef"]["name"]) for end in ("of", "by"))
            if by in {(one["kind"], one["metadata"]["name"]) for one in there.values()}:
                kept |= {of, ("Usage", usage["metadata"]["name"])}
        for name, one in there.items():
            if "deletionTimestamp" not in one["metadata"] and (one["kind"], one["metadata"]["name"]) not in kept:
                self.shoot.delete(self.paths[name])

    def sweep(self):
        """Secrets go when who owned them has gone."""
        secrets = self.items(SECRETS)
        uids = {one["metadata"]["uid"] for one in self.there(self.shoot).values()}
        for one in secrets:
            owners = {owner["uid"] for owner in one["metadata"].get("ownerReferences", ()) if owner["name"].startswith(self.base)}
            if owners and not owners & uids:
                self.shoot.delete(f"{SECRETS}/{one['metadata']['name']}")

    @property
    def base(self):
        """What the names of its objects start with."""
        metadata = self.composite["metadata"]
        return metadata["name"] if "namespace" in metadata else f"team-a-{self.composite['spec']['claimRef']['name']}"


def shoot(name):
    return crossplane.shoot(name, deletionProtection=False)


def claimed(name):
    """The same as a claim, whose objects are of cluster scope."""
    one = shoot(name)
    return {**one, "kind": "XShoot", "metadata": {"name": f"{name}-x7k2p", "uid": "4f1c0f5e-0000-4000-8000-000000000002"},
            "spec": {**one["spec"], "claimRef": {"apiVersion": one["apiVersion"], "kind": "Shoot", "name": name, "namespace": "team-a"}}}


def prepare(server):
    """What docs/REQUESTS.md asks of a user, and the definitions."""
    files = [*(found("provider-http-crds") / "crds").glob("*.yaml"), *(found("crossplane-crds") / "crds").glob("*usages.yaml")]
    definitions = [one for file in files for one in yaml.load_all(file.read_text(), Loader) if one]
    for one in definitions:
        server.apply(f"{CRDS}/{one['metadata']['name']}", one, "installer")
    for one in definitions:
        plural, group = one["metadata"]["name"].split(".", 1)
        for version in (version["name"] for version in one["spec"]["versions"] if version["served"]):
            wait_until(lambda v=version, g=group, p=plural: server.ask("GET", f"/apis/{g}/{v}/{p}?limit=1").status == 200, 60, f"{plural}.{group}")
    server.apply("/api/v1/namespaces/team-a", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})
    server.apply(f"{SECRETS}/cleura-account", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cleura-account"},
                                               "stringData": {"login": "demo", "password": PASSWORD}})
    for path, version in ((f"/apis/{HTTP_M}/v1alpha2/namespaces/team-a", f"{HTTP_M}/v1alpha2"), (f"/apis/{HTTP}/v1alpha1", f"{HTTP}/v1alpha1")):
        server.apply(f"{path}/providerconfigs/default", {"apiVersion": version, "kind": "ProviderConfig", "metadata": {"name": "default"},
                                                         "spec": {"credentials": {"source": "None"}}})


class Provider:
    """provider-http as a process; polls each second."""

    def __init__(self, directory, server):
        self.log = directory / "provider-http.log"
        (directory / "kubeconfig").write_text(server.kubeconfig)
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen([str(found("provider-http")), "1s"], stdin=subprocess.PIPE, stdout=out, stderr=out,
                                            env={"KUBECONFIG": str(directory / "kubeconfig")}, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        said = self.log.read_text(errors="replace")
        if kind:
            print(f"--- {self.log.name}\n{said[-4000:]}")
        else:
            expect(alive, f"provider-http ended\n{said[-4000:]}")
            expect("panic" not in said.lower(), f"provider-http panics: {said[max(said.lower().find('panic') - 500, 0):][:3000]}")


def last(lab):
    return max((entry["seq"] for entry in lab.control("GET", "/journal")["entries"]), default=0)


def calls(lab, name, since=0, but="GET"):
    """About one cluster, but for those of a method."""
    return [entry for entry in lab.control("GET", "/journal")["entries"]
            if entry["seq"] > since and entry["path"].endswith(f"/{name}") and entry["method"] != but]


def secret(server, name, key):
    one = server.get(f"{SECRETS}/{name}")
    return base64.b64decode(one["data"][key]).decode() if one and key in one.get("data", {}) else None


def become_ready(server, lab, *both):
    wait_until(lambda: all(one.ready for one in both), 120, "both to be Ready")
    for one, route, name in zip(both, ("V1CreateShoot", "GardenerCreateShoot"), ("one", "two")):
        expect_equal(1, sum(entry["route"] == route for entry in lab.journal("POST")), f"creations of {name}")
        expect_equal("Available", one.conditions["KubeconfigReady"], "KubeconfigReady")
        path = lab.directory / f"{name}.kubeconfig"
        path.write_text(secret(server, f"{name}-kubeconfig", "kubeconfig"))
        expect_equal("ok", lab.kubectl(path, "get", "--raw", "/readyz").stdout.strip(), f"what {name} says to its kubeconfig")


def rest(server, lab, *both):
    """While nothing changes: one look at each poll, and no object is written by two in turn."""
    def generations():
        return [{name: one["metadata"]["generation"] for name, one in composite.there(server).items()} for composite in both]

    wait_until(lambda: all("login-use" in composite.there(server) for composite in both), 60, "all to be composed")
    since, before, started = last(lab), generations(), time.monotonic()
    wait_until(lambda: all(len(calls(lab, name, since, but="")) >= 5 for name in ("one", "two")), 60, "five looks at each")
    seconds = time.monotonic() - started
    for name in ("one", "two"):
        expect_equal([], calls(lab, name, since), "calls that are no looks")
        looks = len(calls(lab, name, since, but=""))
        expect(looks <= 2 * seconds + 4, f"{looks} looks at {name} in {seconds} polls")  # a status it could not write is a look more
    expect_equal(before, generations(), "generations while nothing changes")


def hold_secrets(server, *both):
    """What provider-http's objects show to whoever may read them."""
    for composite, name in zip(both, ("one", "two")):
        objects = {part: json.dumps(one) for part, one in composite.there(server).items()}
        token = secret(server, composite.paths["login"].rpartition("/")[2], "token")
        key = yaml.safe_load(secret(server, f"{name}-kubeconfig", "kubeconfig"))["users"][0]["user"]["client-key-data"]
        for what, value, where in (("password", PASSWORD, []), ("token", token, []), ("key", key, ["kubeconfig"])):
            expect(value, f"there is no {what}")
            expect_equal(where, [part for part, text in objects.items() if value in text], f"objects of {name} with the {what}")


def version(text):
    return {"kubernetes": {"version": text}}


def change(lab, one, two):
    since = last(lab)
    for composite in (one, two):
        composite.change(**version("1.34.3"))
    wait_until(lambda: all(c.ready and c.status.get("kubernetesVersion") == "1.34.3" for c in (one, two)), 120, "both to have the new version")
    sent = {name: [(entry["method"], entry["body"]) for entry in calls(lab, name, since)] for name in ("one", "two")}
    provider = {"infrastructureConfig": {"floatingPoolName": "ext-net"}, "workers": None}  # v1 demands it and changes nothing because of it
    expect_equal({"one": [("PUT", {"shoot": {"kubernetes": {"version": "1.34.3"}, "provider": provider}})],
                  "two": [("PATCH", {"kubernetes": "1.34.3"})]}, sent, "what is sent for a new version")


def be_refused(lab, one, two):
    """provider-http sends it at each poll: after each answer, be it the refusal, its body is made anew."""
    since = last(lab)
    for composite in (one, two):
        composite.change(**version("1.35.9"))
    for composite, name in ((one, "one"), (two, "two")):
        wait_until(lambda c=composite: c.conditions["ShootReady"] == "Rejected" and "1.35.9" in c.status["message"], 60, f"the refusal of {name} to be told")
        wait_until(lambda n=name: len(calls(lab, n, since)) > 3, 60, "it to be sent again")
    for composite in (one, two):
        composite.change(**version("1.34.3"))
    wait_until(lambda: one.ready and two.ready, 60, "both to be Ready again")
    for name, wanted in (("one", lambda body: body["shoot"]["kubernetes"]["version"]), ("two", lambda body: body["kubernetes"])):
        for entry in calls(lab, name, since):
            expect_equal(("1.35.9", 400), (wanted(entry["body"]), entry["status"]), f"{entry['method']} of {name}")


def log_in_again(server, lab, one, two, late):
    """Two's token ends. One's Secret is deleted: made again with any token, it is as if that had ended."""
    server.delete(f"{SECRETS}/one-login")
    server.apply(f"{SECRETS}/one-login", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one-login"}, "stringData": {"token": "any"}})
    since = last(lab)
    lab.control("POST", "/tokens/expire", {})
    for composite in (one, two):
        wait_until(lambda c=composite: c.conditions["ShootReady"] == "LoggingIn", 60, "the end of the session to be told")
    wait_until(lambda: one.ready and two.ready, 150, "new logins")
    wait_until(lambda: "bootstrap" in late.paths, 150, "the login that failed to be repeated")
    expect_equal([], calls(lab, "one", since) + calls(lab, "two", since), "what is sent without a session")
    logins = [entry for entry in lab.journal("POST", "/tokens") if entry["seq"] > since]
    expect(3 <= len(logins) <= 9, f"{len(logins)} logins of three clusters")


def have_new_kubeconfig(server, lab, one):
    """A DisposableRequest's body never changes: it has gone, and there is another."""
    wait_until(lambda: "3600" in one.there(server).get("kubeconfig", {"spec": {"forProvider": {"body": ""}}})["spec"]["forProvider"]["body"], 90, "another DisposableRequest")
    wait_until(lambda: one.ready and secret(server, "one-kubeconfig", "kubeconfig"), 60, "its Secret")
    asked = [entry["body"]["config"]["expirationSeconds"] for entry in lab.journal("POST", "/one/adminkubeconfig")]
    expect_equal([86400, 3600], sorted(set(asked), reverse=True), "lifetimes of the kubeconfigs that were asked for")
    expect(len(asked) <= 6, f"{asked}: a call whose outcome it could not write is repeated, and that is all")


def go(server, lab, *both):
    since = last(lab)
    lab.control("POST", "/clock", {"speed": 0})
    for composite in both:
        composite.deleted = True
    for composite, name in zip(both, ("one", "two")):
        wait_until(lambda n=name: any(entry["method"] == "DELETE" for entry in calls(lab, n, since)), 60, f"{name} to be removed")
        wait_until(lambda c=composite: "bootstrap" not in c.there(server), 90, "what needs not wait to be gone")
        expect(composite.there(server).keys() >= {"shoot", "login", "login-use"}, f"there is only {[*composite.there(server)]}")
        expect(secret(server, composite.paths["login"].rpartition("/")[2], "token"), f"the token of {name} is gone")
    lab.control("POST", "/clock", {"speed": 240})
    wait_until(lambda: not any(composite.there(server) for composite in both), 120, "all to be gone")
    left = {"cleura-account", "late-login", "late-kubeconfig"}
    wait_until(lambda: {one["metadata"]["name"] for one in server.get(SECRETS)["items"]} <= left, 60, "their Secrets to be gone")
    expect_equal({"theirs"}, set(lab.shoots()) - {"late"}, "clusters that are left")
    expect_equal([], calls(lab, "theirs"), "what is sent about the cluster that is not ours")
    expect_equal({"one", "two"}, {entry["path"].rpartition("/")[2] for entry in lab.journal("DELETE")}, "what is removed")


def main(bench):
    with ApiServer(bench.directory / "cluster") as server, Lab("--set", "quota=off", speed=240) as lab:
        prepare(server)
        function = crossplane.Function(lab)
        lab.control("POST", "/shoots", {"name": "theirs", "region": "Kna1", "project": PROJECT, "version": "1.33.7", "state": "Succeeded"})
        lab.fault(method="POST", path="/auth/v2/tokens", status=503, count=1)
        common = {"endpoint": lab.ready["url"], "accountSecretRef": {"name": "cleura-account", "namespace": "team-a"}}
        one, two, late, theirs = (Crossplane(server, function, composite, apiGeneration=generation, **common)
                                  for composite, generation in ((shoot("one"), "v1"), (claimed("two"), "v2"), (shoot("late"), "v2"),
                                                                (shoot("theirs"), "v1")))
        with Provider(bench.directory, server), late:
            wait_until(lambda: lab.journal("POST", "/auth/v2/tokens"), 60, "the login that fails")
            wait_until(lambda: late.conditions.get("ShootReady") == "Unavailable", 60, "it to be told")
            with one, two, theirs:
                become_ready(server, lab, one, two)
                rest(server, lab, one, two)
                hold_secrets(server, one, two)
                change(lab, one, two)
                be_refused(lab, one, two)
                one.change(kubeconfig={"expirationSeconds": 3600})
                expect_equal("NotOurs", theirs.conditions["ShootReady"], "what is said of a cluster that somebody else has made")
                theirs.deleted = True
                have_new_kubeconfig(server, lab, one)
                log_in_again(server, lab, one, two, late)
                go(server, lab, one, two)


run(main)
