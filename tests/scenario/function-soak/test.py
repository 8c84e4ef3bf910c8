"""Many calls of every kind leave memory, files and threads as they were.

SOAK_CALLS (default 20000) says how many: a million takes some minutes, best against BIN=build/release/bin."""
import collections
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fn import V1, V1BETA1, expect, expect_equal, grpc, observe, request, row, run_rows, shoot, wait_until  # noqa: E402
from outside import MIB, ends, memory, status  # noqa: E402
from wire import entry, field, member, text  # noqa: E402

# What is freed is kept by AddressSanitizer for a while, 256 MiB of it, unless it is told otherwise.
os.environ["ASAN_OPTIONS"] = f"quarantine_size_mb=4:{os.environ.get('ASAN_OPTIONS', '')}"

CALLS = int(os.environ.get("SOAK_CALLS", "20000"))
THREADS, STEPS, NEW_CHANNEL = 4, 20, 500  # NEW_CHANNEL: calls on one connection
MAY_GROW = 12 * MIB                       # in the second half
OK, CANCELLED, INVALID, EXPIRED, UNIMPLEMENTED = (grpc.StatusCode[name] for name in (
    "OK", "CANCELLED", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "UNIMPLEMENTED"))


def of_each_kind(fn):
    """(how often, bytes, code, answer) of calls that end well or badly."""
    first = request(shoot())
    answer = fn.call(first)
    later = request(shoot(), observe(answer))
    large = request(shoot())
    for n in range(300):
        large.context.fields[f"member-{n}"].string_value = "x" * 1000
    credentials = field(7, entry(b"x", field(1, field(1, field(1, b"data") + field(2, bytes(1 << 20))))))
    values = field(4, member(b"unknown", field(6, field(1, text(b"x")) * 5000)))
    small = first.SerializeToString()
    right = {"first": (30, small), "later": (30, later.SerializeToString()), "large": (4, large.SerializeToString()),
             "very large": (1, small + credentials), "violations": (8, request(shoot(region=5, unknown={})).SerializeToString()),
             "many values": (1, small + values), "nothing": (3, b""), "a kind of nobody's": (2, request({"kind": "x"}).SerializeToString())}
    wrong = {"cut off": (6, small[:-1]), "garbage": (3, b"\xff" * 100), "twice": (2, small + field(2, b""))}
    kinds = [(often, bytes_, OK, fn.raw(bytes_)) for often, bytes_ in right.values()]
    return kinds + [(often, bytes_, INVALID, None) for often, bytes_ in wrong.values()]


class Caller(threading.Thread):
    """A client that does not wait for one answer before it asks again, and now and then for none at all."""

    def __init__(self, fn, seed, calls, kinds):
        super().__init__(daemon=True)
        self.fn, self.random, self.calls, self.kinds = fn, random.Random(seed), calls, kinds
        self.weights = [kind[0] for kind in kinds]
        self.codes, self.failures, self.made = collections.Counter(), [], 0
        self.start()

    def run(self):
        try:
            while self.made < self.calls:
                with self.fn.open() as channel:
                    self.some(channel)
        except Exception as error:  # pylint: disable=broad-exception-caught    whatever it is, it is told
            self.failures.append(repr(error))

    def some(self, channel):
        waiting = collections.deque()
        for _ in range(min(NEW_CHANNEL, self.calls - self.made)):
            waiting.append(self.ask(channel))
            self.made += 1
            if len(waiting) > 16:
                self.look(*waiting.popleft())
        while waiting:
            self.look(*waiting.popleft())

    def ask(self, channel):
        _, bytes_, code, answer = self.random.choices(self.kinds, self.weights)[0]
        odd = self.random.randrange(100)
        path = V1BETA1 if odd % 2 else V1
        if odd < 2:
            return channel.unary_unary("/nobody/Serves").future(bytes_, timeout=60), {UNIMPLEMENTED}, None
        if odd < 5:
            return channel.unary_unary(path).future(bytes_, timeout=self.random.uniform(0, 0.01)), {code, EXPIRED}, answer
        call = channel.unary_unary(path).future(bytes_, timeout=60)
        if odd < 8:
            time.sleep(self.random.uniform(0, 0.001))
            call.cancel()
            return call, {code, CANCELLED}, answer
        return call, {code}, answer

    def look(self, call, codes, answer):
        code = call.code()
        self.codes[code] += 1
        if code not in codes:
            self.failures.append(f"{code} instead of {codes}: {call.details()}")
        elif code == OK and call.result() != answer:
            self.failures.append("another answer")


def files(fn):
    return len(os.listdir(f"/proc/{fn.process.pid}/fd"))


@row("A11", f"{CALLS} calls of every kind, whole and broken, cancelled and expired: all as they should be, and memory stays")
def soak(fn):
    kinds = of_each_kind(fn)
    before = files(fn), int(status(fn.process, "Threads"))
    start = time.monotonic()
    callers = [Caller(fn, seed, CALLS // THREADS, kinds) for seed in range(THREADS)]
    sizes = []
    while True:
        made = sum(caller.made for caller in callers)
        while len(sizes) < made * STEPS // CALLS:
            sizes.append(memory(fn.process))
        if not any(caller.is_alive() for caller in callers):
            break
        expect(fn.process.poll() is None, "the function is gone")
        time.sleep(0.02)
    codes = sum((caller.codes for caller in callers), collections.Counter())
    seconds = time.monotonic() - start
    print(f"     {made} calls in {seconds:.1f} s ({made / seconds:.0f}/s): {({code.name: n for code, n in codes.items()})}")
    print(f"     MiB at each {100 // STEPS} %: {[size >> 20 for size in sizes]}")
    failures = [failure for caller in callers for failure in caller.failures]
    expect(not failures, f"{len(failures)} failures, such as {failures[:3]}")
    expect_equal(made, sum(codes.values()), "calls")
    expect(max(sizes[STEPS // 2:]) < max(sizes[1:STEPS // 2]) + MAY_GROW, "memory grows")
    wait_until(lambda: files(fn) <= before[0] + 2, 10, "the connections to be closed")
    expect(int(status(fn.process, "Threads")) <= before[1] + 4 * os.cpu_count() + 4, f"{status(fn.process, 'Threads')} threads: more than the pools of the library")


@row("A15", "and then: exit status 0, no leak, no report of a sanitizer")
def the_end(fn):
    fn.channel.close()
    ends(fn.process, 10)
    log = fn.process.log.read_text(errors="replace")
    expect("ERROR: " not in log and "runtime error" not in log and "WARNING: " not in log, f"the sanitizer spoke: {log[-3000:]}")
    fn.process = fn.lab.start("function-cleura", "--version")
    fn.process.wait(5)


run_rows()
