"""Requests written for two versions of an API: carried out in the one that the cluster serves. They wait while there is none, take
up what is installed, follow when a version goes, write nothing because of that, and are not removed on a guess. What a cluster
serves is asked once for all of them."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from backend import Answer, config, json_answer  # noqa: E402
from lab import expect, expect_equal, run, time, wait_until  # noqa: E402
from shootproxy import Shoot, applied, definition  # noqa: E402

GROUP = "gateway.example.org"
V1, ALPHA, BETA = (f"{GROUP}/{version}" for version in ("v1", "v1alpha2", "v1beta1"))
CRD = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tcproutes.{GROUP}"
PLACE = "/apis/{apiVersion}/namespaces/default/tcproutes/"
NAMES = [f"route-{n}" for n in range(20)]


def route(name, **more):
    body = {"apiVersion": "{apiVersion}", "kind": "TCPRoute", "metadata": {"name": name}, "spec": {"port": 1234}}
    return applied(name, PLACE + name, body, apiVersions=[V1, ALPHA], **more)


def serve(shoot, **versions):
    shoot.apply(CRD, definition(GROUP, "tcproutes", "TCPRoute", **versions))


def synced(lab, name):
    return lab.condition("Request", name, "Synced")


def version(lab, name):
    return lab.objects().get(("Request", name), {}).get("status", {}).get("apiVersion")


def all_ready(lab, wanted):
    return all(lab.is_ready("Request", name) and version(lab, name) == wanted for name in NAMES)


def writes(shoot):
    return [call for call in shoot.asked() if call.method != "GET"]


def discoveries(shoot, *paths):
    """Calls for one of these lists; of all when none is named."""
    return len([call for call in shoot.asked("GET") if call.path in paths or not paths and "/namespaces/" not in call.path])


def wait_for_a_version(lab, shoot):
    """Nothing of the group is there."""
    lab.put(config(shoot.url), *[route(name) for name in NAMES])
    wait_until(lambda: all(synced(lab, name).get("reason") == "NotServed" for name in NAMES), 20, "NotServed")
    text = synced(lab, "route-0")["message"]
    for word in ("tcproutes", V1, ALPHA, "no API group " + GROUP, "install"):
        expect(word in text, f"the message says {word}: {text}")
    expect_equal("Creating", lab.condition("Request", "route-0", "Ready").get("reason"), "Ready's reason")
    shoot.since()
    time.sleep(3)
    lists = discoveries(shoot)
    expect(2 <= lists <= 16, f"{lists} discovery calls in 3 s for 20 Requests that look every half second")
    expect(not writes(shoot), "nothing was written")


def take_up(lab, shoot):
    """An old bundle is installed: v1alpha2 only."""
    shoot.since()
    serve(shoot, v1alpha2=True)
    wait_until(lambda: all_ready(lab, ALPHA), 20, "all to be Ready in v1alpha2")
    expect(shoot.count("GET", f"/apis/{ALPHA}/namespaces") >= 20, "observed in v1alpha2")
    expect_equal({"v1alpha2"}, {call.path.split("/")[3] for call in writes(shoot)}, "versions written")
    expect_equal(20, len(writes(shoot)), "one creation each")
    time.sleep(1.5)
    shoot.since()
    time.sleep(3)
    expect_equal(0, discoveries(shoot), "discovery calls at rest")
    expect_equal([], writes(shoot), "writes at rest")


def survive(lab, shoot):
    """Discovery fails in each of these ways while all have to ask: the last status stays, and nothing is done."""
    for answer in (json_answer(503, {"message": "down"}), Answer(200, {"Content-Type": "text/html"}, "<html>Hi</html>"),
                   json_answer(403, {"kind": "Status", "reason": "Forbidden", "message": "no"})):
        shoot.spoil = lambda call, answer=answer: None if "namespaces" in call.path else answer
        lab.edit("ProviderConfig", "default", lambda document: None)
        wait_until(lambda: all(synced(lab, name).get("status") == "False" for name in NAMES), 20, "it to be told")
        expect(all_ready(lab, ALPHA), f"the status stays while discovery answers {answer.status}")
        shoot.spoil = lambda call: None
        wait_until(lambda: all(synced(lab, name).get("status") == "True" for name in NAMES), 20, "it to go on")
    shoot.spoil = lambda call: Answer(404, {}, "not here") if "namespaces" in call.path else None  # by whatever is in between
    wait_until(lambda: all(synced(lab, name).get("reason") == "Unavailable" for name in NAMES), 20, "Unavailable")
    expect(all_ready(lab, ALPHA), "the status stays")
    shoot.spoil = lambda call: None
    wait_until(lambda: all(synced(lab, name).get("status") == "True" for name in NAMES), 90, "it to go on")
    expect_equal([], writes(shoot), "writes")


def follow(lab, shoot):
    """v1 comes, and v1alpha2 is no longer served: whoever meets a 404 asks anew, once for all."""
    serve(shoot, v1=True, v1alpha2=True)
    time.sleep(2)
    expect(all_ready(lab, ALPHA), "what works is left where it is for the time being")
    shoot.since()
    serve(shoot, v1=True, v1alpha2=False)
    wait_until(lambda: all_ready(lab, V1), 20, "all to be Ready in v1")
    time.sleep(2)
    for path in (f"/apis/{V1}", f"/apis/{ALPHA}", "/apis"):
        expect_equal(1, discoveries(shoot, path), f"calls of {path}")
    expect_equal([], writes(shoot), "a version that changes is no reason to write")
    expect_equal([], [name for name in NAMES if synced(lab, name)["reason"] != "ReconcileSuccess"], "not in sync")


def change(lab, shoot):
    """A change goes out in the chosen version, by server-side apply."""
    changed = route("route-1")
    changed["spec"]["forProvider"]["payload"]["body"] = changed["spec"]["forProvider"]["payload"]["body"].replace("1234", "80")
    lab.put(changed)
    path = f"/apis/{V1}/namespaces/default/tcproutes/route-1"
    wait_until(lambda: shoot.get(path)["spec"]["port"] == 80, 10, "the new port")
    call, = shoot.asked("PATCH")
    expect('"apiVersion":"gateway.example.org/v1"' in call.body, f"the body has the version: {call.body}")


def list_them(lab, shoot):
    """Quiet ones share a list call, in the same version."""
    listed = {"url": '"/apis/{apiVersion}/namespaces/default/tcproutes"', "key": "[.response.body.items[].metadata.name]"}
    lab.put(*[route(name, observeList={**listed, "value": name}) for name in NAMES])
    time.sleep(3)
    shoot.since()
    time.sleep(4)
    singles, lists = (shoot.count("GET", f"/apis/{V1}/namespaces/default/tcproutes{tail}") for tail in ("/", ""))
    expect(singles == 0 and 2 <= lists <= 10, f"{singles} single calls, {lists - singles} lists in 4 s")
    expect_equal([], writes(shoot), "writes")
    serve(shoot, v1=False, v1alpha2=True)  # back again
    wait_until(lambda: all_ready(lab, ALPHA), 20, "all to be Ready in v1alpha2")
    expect_equal([], writes(shoot), "writes")


def restart(lab, shoot, provider):
    """The list's order decides when nothing is known yet. What was seen in another version and is gone is made again."""
    serve(shoot, v1=True, v1alpha2=True)
    provider.terminate()
    provider.wait(20)
    shoot.delete(f"/apis/{ALPHA}/namespaces/default/tcproutes/route-5")
    shoot.since()
    lab.provider()
    wait_until(lambda: all_ready(lab, V1), 20, "all to be Ready in v1")
    expect_equal(1, discoveries(shoot, f"/apis/{V1}"), "discovery calls for v1")
    expect_equal(0, discoveries(shoot, "/apis", f"/apis/{ALPHA}"), "other ones")
    wait_until(lambda: lab.is_ready("Request", "route-5") and writes(shoot), 20, "route-5 to be there again")
    expect_equal([f"/apis/{V1}/namespaces/default/tcproutes/route-5"], [c.path.split("?")[0] for c in writes(shoot)], "written")


def remove_elsewhere(lab, shoot):
    """Only a version that is not asked for serves it: told, and used for a removal."""
    serve(shoot, v1=False, v1alpha2=False, v1beta1=True)  # what was stored in a version keeps it in the list
    wait_until(lambda: synced(lab, "route-2").get("reason") == "NotServed", 20, "NotServed")
    expect(f"only in {BETA}" in synced(lab, "route-2")["message"], synced(lab, "route-2")["message"])
    shoot.since()
    lab.remove(route("route-2"), wait=False)
    wait_until(lambda: ("Request", "route-2") not in lab.objects(), 20, "the removal of route-2")
    expect_equal([f"/apis/{BETA}/namespaces/default/tcproutes/route-2"], [call.path for call in writes(shoot)], "written")
    expect_equal(None, shoot.get(f"/apis/{BETA}/namespaces/default/tcproutes/route-2"), "route-2")


def remove_what_is_not_served(lab, shoot):
    """The definition is gone, and with it the objects: proven by the lists of the server, never by an error."""
    shoot.delete(CRD)
    wait_until(lambda: shoot.get(CRD) is None, 30, "the definition to be gone")
    wait_until(lambda: shoot.get(f"/apis/{BETA}/namespaces/default/tcproutes") is None, 30, "and what it defined")
    lists = [json_answer(503, {}), json_answer(404, {"error": "?"}), Answer(200, {}, "<html>"),
             json_answer(200, {"kind": "APIGroupList"})]
    for answer in lists:
        shoot.spoil = lambda call, answer=answer: answer if call.path == "/apis" else None
        lab.remove(route("route-3"), wait=False)
        time.sleep(1.5)
        expect(("Request", "route-3") in lab.objects(), f"still there while discovery answers {answer.status}")
    wait_until(lambda: synced(lab, "route-3").get("reason") == "Unavailable", 10, "Unavailable")
    shoot.spoil = lambda call: None
    shoot.since()
    lab.remove(*[route(name) for name in NAMES if name != "route-2"], wait=False)
    wait_until(lambda: not any(kind == "Request" for kind, _ in lab.objects()), 90, "all removals")
    expect_equal([], writes(shoot), "writes")


def other_groups(lab, shoot):
    """The core group, and a resource that is misspelt."""
    body = {"apiVersion": "{apiVersion}", "kind": "ConfigMap", "metadata": {"name": "plain"}, "data": {"a": "b"}}
    listed = {"url": '"/apis/{apiVersion}/namespaces/default/configmaps"', "key": "[.response.body.items[].metadata.name]"}
    lab.put(applied("plain", "/apis/{apiVersion}/namespaces/default/configmaps/plain", body, apiVersions=["v1"],
                    observeList={**listed, "value": "plain"}),
            applied("wrong", "/apis/{apiVersion}/namespaces/default/configmap/wrong", body, apiVersions=["v1"]))
    wait_until(lambda: lab.is_ready("Request", "plain"), 10, "plain")
    expect_equal("v1", version(lab, "plain"), "its version")
    expect_equal("v1", shoot.get("/api/v1/namespaces/default/configmaps/plain")["apiVersion"], "the object's")
    time.sleep(2)
    shoot.since()
    time.sleep(3)  # elements of a list of built-in kinds have neither kind nor version
    expect_equal({("GET", "/api/v1/namespaces/default/configmaps")},
                 {(call.method, call.path) for call in shoot.asked() if "configmaps" in call.path}, "calls of a quiet one")
    wait_until(lambda: synced(lab, "wrong").get("reason") == "NotServed", 10, "NotServed")
    expect("configmap in none of v1" in synced(lab, "wrong")["message"], synced(lab, "wrong")["message"])


def invalid(lab, shoot):
    """Mistakes are told with their path."""
    bad = route("bad")
    bad["spec"]["forProvider"]["apiVersions"] = [V1, "other.example.org/v1"]
    unlisted = route("unlisted")
    del unlisted["spec"]["forProvider"]["apiVersions"]
    lab.put(bad, unlisted)
    for name, text in (("bad", "spec.forProvider.apiVersions[1]"), ("unlisted", "spec.forProvider.apiVersions must")):
        wait_until(lambda name=name: synced(lab, name).get("reason") == "InvalidSpec", 10, f"InvalidSpec of {name}")
        expect(text in synced(lab, name)["message"], synced(lab, name)["message"])


def main(lab):
    with Shoot(lab) as shoot:
        provider = lab.provider()
        for part in (wait_for_a_version, take_up, survive, follow, change, list_them):
            part(lab, shoot)
        restart(lab, shoot, provider)
        for part in (remove_elsewhere, remove_what_is_not_served, other_groups, invalid):
            part(lab, shoot)


run(main, simulator=False)
