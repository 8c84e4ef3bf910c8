"""A laboratory for scenarios: a simulator of its own, a store of its own, the command line, the provider.

A scenario is tests/scenario/<case>/test.py: a docstring that says what a user may rely on, and a main(lab) that shows it.
Programs come from $BIN (default: build/dev/bin)."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BIN", ROOT / "build/dev/bin"))
PROJECT = "0123456789abcdef0123456789abcdef"
PASSWORD = "demo-password"
PATIENCE = 3
SHOOTS_V1 = f"/gardener/v1/public/shoot/kna1/{PROJECT}"


class Failure(Exception):
    """What a scenario promised did not hold."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_equal(wanted, got, text):
    expect(wanted == got, f"{text}: expected {wanted!r}, got {got!r}")


class Lab:
    """Use as a context manager. Everything it started is stopped, by pid, when it ends.

    simulator=False: a lab without cleura-sim, for scenarios that script the other side (backend.py)."""

    def __init__(self, *sim_options, speed=120, poll="1s", simulator=True):
        self.simulator = simulator
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="scenario-"))
        self.store = self.directory / "store.db"
        self.processes = []
        self.sim_options = ["--speed", str(speed), "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", *sim_options]
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("CLEURA_")}
        self.env.update(CLEURA_LOGIN="demo", CLEURA_PASSWORD=PASSWORD, CLEURA_PROJECT=PROJECT, CLEURA_REGION="kna1",
                        CLEURA_STORE=str(self.store), CLEURA_POLL=poll, CLEURA_K8S="1.33.7", NO_COLOR="1")

    def __enter__(self):
        if self.simulator:
            self.start_simulator()
        return self

    def start_simulator(self):
        ready = self.directory / "ready.json"
        self.sim = self.start("cleura-sim", *self.sim_options, "--ready-file", str(ready))
        wait_until(ready.exists, 20, "the simulator to listen")
        self.ready = json.loads(ready.read_text())
        self.env["CLEURA_URL"] = self.ready["url"]
        if self.ready["ca"]:
            (self.directory / "ca.pem").write_text(self.ready["ca"])
            self.env["CLEURA_CA_FILE"] = str(self.directory / "ca.pem")

    def __exit__(self, kind, error, trace):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        if kind is None:
            shutil.rmtree(self.directory)
        else:
            print(f"kept for a look: {self.directory}", file=sys.stderr)

    # ---- programs -----------------------------------------------------------------------------------------------

    def start(self, program, *arguments, env=None):
        """A program in the background; its output goes to <directory>/<program>-<n>.log."""
        log = self.directory / f"{program}-{len(self.processes)}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen([str(BIN / program), *map(str, arguments)], stdout=out, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL, env=env or self.env, start_new_session=True)
        process.log = log
        self.processes.append(process)
        return process

    def provider(self, *arguments):
        return self.start("provider-cleura", "--store", self.store, *arguments)

    def cli(self, *arguments, code=0, timeout=120, env=None, stdin=""):
        """Run cleura-shoot, check its exit status, return what it printed."""
        command = [str(BIN / "cleura-shoot"), *map(str, arguments)]
        done = subprocess.run(command, env={**self.env, **(env or {})}, input=stdin, capture_output=True, text=True,
                              timeout=timeout, check=False)
        expect(code is None or done.returncode == code,
               f"cleura-shoot {' '.join(map(str, arguments))}: exit {done.returncode}, expected {code}\n"
               f"--- stdout\n{done.stdout[-4000:]}--- stderr\n{done.stderr[-4000:]}")
        return done

    def kubectl(self, kubeconfig, *arguments, code=0, stdin="", timeout=60):
        done = subprocess.run(["kubectl", "--kubeconfig", str(kubeconfig), *arguments], input=stdin, capture_output=True,
                              text=True, timeout=timeout, check=False,
                              env={**self.env, "HOME": str(self.directory)})
        expect(code is None or done.returncode == code,
               f"kubectl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    # ---- the simulator's control --------------------------------------------------------------------------------

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.ready["control"] + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def journal(self, method=None, path=None, applied=None):
        """Requests the simulator got: those of a method, whose path ends so, that took effect."""
        return [entry for entry in self.control("GET", "/journal")["entries"]
                if (method is None or entry["method"] == method) and (path is None or entry["path"].endswith(path))
                and (applied is None or entry["applied"] == applied)]

    def creates(self):
        """Shoot creations that took effect."""
        return [e for e in self.journal("POST", applied=True) if e["route"] in ("V1CreateShoot", "GardenerCreateShoot")]

    def fault(self, **fault):
        self.control("POST", "/faults", fault)

    def shoots(self):
        return {shoot["name"]: shoot for shoot in self.control("GET", "/shoots")}

    # ---- the store ----------------------------------------------------------------------------------------------

    def objects(self, kind=None):
        """What the store holds, by (kind, name)."""
        if not self.store.exists():
            return {}
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as db:
            try:
                rows = db.execute("SELECT kind, name, doc FROM objects WHERE removed = 0").fetchall()
            except sqlite3.OperationalError:  # it is being made
                return {}
        return {(k, name): json.loads(doc) for k, name, doc in rows if kind in (None, k)}

    def writes(self):
        """How often the store was written."""
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute("SELECT version FROM counter").fetchone()[0]

    def condition(self, kind, name, condition):
        for entry in self.objects().get((kind, name), {}).get("status", {}).get("conditions", []):
            if entry["type"] == condition:
                return entry
        return {}

    def is_ready(self, kind, name):
        return self.condition(kind, name, "Ready").get("status") == "True"

    def note(self, kind, name, annotation):
        return self.objects().get((kind, name), {}).get("metadata", {}).get("annotations", {}).get(annotation)

    def put(self, *documents):
        """Store objects as a user does. It returns when they are stored."""
        self.cli("apply", "-f", self.file_of(documents), "--no-wait", "--no-provider")

    def remove(self, *documents, wait=True):
        """Remove objects as a user does. With finalizers they are gone when the provider is done with them."""
        self.cli("delete", "-f", self.file_of(documents), "--yes", "--no-provider")
        names = {(document["kind"], document["metadata"]["name"]) for document in documents}
        if wait:
            wait_until(lambda: not names & set(self.objects()), 10, f"the removal of {names}")

    def file_of(self, documents):
        path = self.directory / "objects.json"
        path.write_text("\n---\n".join(map(json.dumps, documents)))
        return path

    # ---- the store, behind the command line's back --------------------------------------------------------------

    def edit(self, kind, name, change):
        """Another client's edit at this very moment: change(document) in one transaction."""
        with self.transaction() as (db, version):
            row = db.execute("SELECT doc FROM objects WHERE kind=? AND name=? AND removed=0", (kind, name)).fetchone()
            document = json.loads(row[0])
            spec = json.dumps(document.get("spec"), sort_keys=True)
            change(document)
            document["metadata"]["resourceVersion"] = str(version)
            if json.dumps(document.get("spec"), sort_keys=True) != spec:
                document["metadata"]["generation"] += 1
            db.execute("UPDATE objects SET version=?, doc=? WHERE kind=? AND name=? AND removed=0",
                       (version, json.dumps(document), kind, name))

    def forge(self, *documents):
        """Store documents that nobody has checked."""
        for document in documents:
            with self.transaction() as (db, version):
                metadata = document["metadata"]
                stored = {"generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z", **metadata,
                          "uid": str(uuid.uuid4()), "resourceVersion": str(version)}
                group = document["apiVersion"].rpartition("/")[0]
                db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, 0, ?)",
                           (group, document["kind"], metadata.get("namespace", ""), metadata["name"], version,
                            json.dumps({**document, "metadata": stored})))

    @contextlib.contextmanager
    def transaction(self):
        """A connection within a transaction, and the version that is written by it."""
        with contextlib.closing(sqlite3.connect(self.store, timeout=10, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            yield db, db.execute("UPDATE counter SET version = version + 1 RETURNING version").fetchone()[0]
            db.execute("COMMIT")

    # ---- manifests ----------------------------------------------------------------------------------------------

    def manifest(self, name="my-cluster", file="shoot.json", **spec):
        """A Shoot as a file (JSON is YAML)."""
        document = {
            "apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"region": "kna1", "projectId": PROJECT, "deletionProtection": False,
                     "kubernetes": {"version": "1.33.7"},
                     "provider": {"workers": [worker("default")]}, **spec},
        }
        path = self.directory / file
        path.write_text(json.dumps(document))
        return path


def worker(name, minimum=1, maximum=3, **more):
    return {"name": name, "machine": {"type": "b.4c8gb", "image": {"name": "gardenlinux", "version": "1877.9.0"}},
            "minimum": minimum, "maximum": maximum, "volume": {"size": "50Gi"}, **more}


def cpu_seconds(process):
    """What a process has used so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition, seconds, what):
    """Seconds: what is ample on a machine that has nothing else to do. It is waited for longer: being slow is no failure."""
    until = time.monotonic() + PATIENCE * seconds
    while not condition():
        if time.monotonic() > until:
            raise Failure(f"waited {PATIENCE * seconds} s in vain for {what}")
        time.sleep(0.05)


def run(main, *sim_options, **options):
    """Run a scenario: run(main, *options of cleura-sim)."""
    with Lab(*sim_options, **options) as lab:
        try:
            main(lab)
        except Failure as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            for process in lab.processes:
                print(f"--- {process.log.name}\n{process.log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
            raise SystemExit(1) from failure
    print("passed")


def skip(reason):
    """The machine lacks something; CTest counts it as skipped."""
    print(f"skipped: {reason}")
    raise SystemExit(77)


__all__ = ["Lab", "Failure", "expect", "expect_equal", "wait_until", "run", "skip", "worker", "cpu_seconds", "signal", "time",
           "PROJECT", "PASSWORD", "SHOOTS_V1", "BIN", "ROOT"]
