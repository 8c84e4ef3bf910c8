"""Every example works as it is: it renders without a network, and becomes Ready at a simulated Cleura. The shop also, with all that
runs in it; the cluster itself says the same; and nothing is left behind."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, expect_equal, run  # noqa: E402

SHOP = ROOT / "examples/shop"
INSIDE = ("volume", "loadbalancer")  # these need nothing but a cluster
ROUTES = ("gateway", "grpcroute", "httproute", "tcproute", "tlsroute", "udproute")  # gateway-routes makes them Ready
SECRET = '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}, "stringData": {"password": "p"}}'


def renders(lab):
    folders = sorted({path.parent for path in ROOT.glob("examples/*/*.yaml")} - {ROOT / "examples/provider-config"})
    expect(len(folders) >= 10, "there are examples")
    for folder in folders:
        lab.cli("render", "-f", folder)
    lab.cli("render", *(word for folder in folders for word in ("-f", folder)))


def clusters(lab):
    for name in ROUTES:
        shown = lab.cli("render", "-f", ROOT / "examples" / name).stdout
        expect(("\n# gateway" if name == "gateway" else "\n# route:" if name in ("tcproute", "udproute") else "\n# route\n") in shown, f"{name}: {shown}")
    folders = sorted(path.parent for path in ROOT.glob("examples/*/shoot.yaml") if path.parent != SHOP)
    expect(len(folders) >= 2, "there are examples")
    for folder in folders:
        for one in [folder, *(ROOT / "examples" / name for name in INSIDE if folder.name == "shoot")]:
            lab.cli("apply", "-f", one, "--wait", "--timeout", "3m", timeout=200)
        lab.cli("delete", "-f", folder, "--yes", "--timeout", "3m", timeout=200)
        expect(not lab.shoots(), f"{folder.name} leaves nothing behind")


def stand_in(lab, config, *arguments, stdin=""):
    """What the demo uses where there is no kubectl."""
    done = subprocess.run([str(ROOT / "scripts/demo-kubectl"), "--kubeconfig", str(config), *arguments], input=stdin, capture_output=True,
                          text=True, timeout=60, check=False, env={**lab.env, "PATH": os.environ["PATH"]})
    expect_equal(0, done.returncode, f"demo-kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def words(table):
    """Rows as words, without what changes while one looks: ages."""
    return [line.split()[:-1] for line in table.splitlines()]


def floating_ips(lab):
    return {one["address"] for one in lab.control("GET", "/floating-ips")}


def shop(lab):
    kept = floating_ips(lab)
    lab.cli("apply", "-f", SHOP, "--no-wait", "--timeout", "1m")
    config = lab.directory / "shop.yaml"
    lab.cli("kubeconfig", "shop", config, "-n", "team-a", "--timeout", "3m", timeout=200)
    applied = stand_in(lab, config, "apply", "--server-side", "-f", str(SHOP / "in-the-cluster"))
    expect("statefulset.apps/db serverside-applied" in applied, applied)
    stand_in(lab, config, "apply", "--server-side", "-f", "-", stdin=SECRET)
    lab.cli("apply", "-f", SHOP, "--timeout", "3m", timeout=200)

    shown = lab.cli("get", "-f", SHOP).stdout.splitlines()
    expect_equal(7, len(shown) - 1, "composites")
    expect(all("True" in line for line in shown[1:]), "all are Ready")
    entry = lab.objects("Gateway")[("Gateway", "entry")]["status"]["addresses"][0]
    voice = lab.objects("LoadBalancer")[("LoadBalancer", "voice")]["status"]["address"]
    expect_equal({entry, voice}, {one["address"] for one in lab.control("GET", "/load-balancers")}, "addresses that Octavia gave")
    expect(any(entry in line for line in shown) and any(voice in line for line in shown), "addresses are told")

    question = ("get", "gateways,tcproutes,httproutes,tlsroutes,svc,pvc", "-A")
    table = stand_in(lab, config, *question)
    for address in (entry, voice):
        expect(address in table, f"{address} in the cluster's own words: {table}")
    for kind in ("gateway.gateway.networking.k8s.io/entry", "tcproute.gateway.networking.k8s.io/game", "service/web",
                 "httproute.gateway.networking.k8s.io/shop", "tlsroute.gateway.networking.k8s.io/payments", "persistentvolumeclaim/db-data"):
        expect(kind in table, f"{kind}: {table}")
    if shutil.which("kubectl"):
        expect_equal(words(lab.kubectl(config, *question).stdout), words(table), "what kubectl and its stand-in show")

    lab.cli("delete", "-f", SHOP, "--yes", "--timeout", "3m", timeout=200)
    expect(not lab.shoots(), "the shop leaves no cluster behind")
    for left in ("load-balancers", "volumes"):
        expect_equal([], lab.control("GET", "/" + left), left)
    expect_equal(kept | {entry}, floating_ips(lab), "keepFloatingIP keeps the Gateway's address, and nothing else is kept")


def main(lab):
    renders(lab)
    clusters(lab)
    shop(lab)


run(main, "--set", "schedules=off")
