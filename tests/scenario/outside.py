"""What can be seen of a process from outside, and how it ends."""
import pathlib
import re
import signal
import subprocess

from lab import Failure, expect_equal

MIB = 1 << 20


def status(process, name):
    """A line of /proc/PID/status."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return re.search(rf"^{name}:\s*(.*)$", text, re.MULTILINE)[1]


def memory(process):
    """Resident bytes now."""
    return int(status(process, "VmRSS").split()[0]) << 10


def peak(process, during):
    """Resident bytes at most while during() runs, more than before."""
    before = memory(process)
    pathlib.Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    during()
    return max(0, (int(status(process, "VmHWM").split()[0]) << 10) - before)


def has_own_malloc(process):
    """Sanitizers bring one along, which does not give back what it has."""
    return any(name in pathlib.Path(f"/proc/{process.pid}/maps").read_text() for name in ("libasan", "libtsan"))


def ends(process, seconds, code=0, with_signal=signal.SIGTERM):
    """It is told to end, and does: in time and with this status.  Sanitizers have a status of their own for leaks."""
    if with_signal:
        process.send_signal(with_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"it did not end within {seconds} s") from None
    expect_equal(code, process.returncode, f"exit status; the log ends: {process.log.read_text(errors='replace')[-3000:]}")
