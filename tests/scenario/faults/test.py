"""Everything that goes wrong on the way: 429 with Retry-After, 500s, HTML pages, resets, truncated JSON.

Ready at the end, one creation, and no busy loop."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import SHOOTS_V1, expect, expect_equal, run  # noqa: E402


def main(lab):
    for fault in ({"path": "/auth/v1/tokens", "status": 502, "body": "html", "count": 2},
                  {"path": "/gardener/v1/public/secret/*", "status": 500, "body": "envelope", "count": 2},
                  {"path": SHOOTS_V1, "method": "POST", "status": 429, "retryAfter": 1, "count": 2},
                  {"path": SHOOTS_V1 + "/*", "method": "GET", "status": 500, "body": "html", "probability": 0.2},
                  {"path": SHOOTS_V1 + "/*", "method": "GET", "action": "reset", "probability": 0.1},
                  {"path": SHOOTS_V1 + "/*", "method": "GET", "status": 200, "body": "truncated", "probability": 0.1},
                  {"path": SHOOTS_V1 + "/*", "method": "GET", "status": 404, "body": "html", "probability": 0.1},
                  {"path": "*adminkubeconfig", "status": 503, "body": "html", "count": 2}):
        lab.fault(**fault)
    lab.cli("apply", "-f", lab.manifest(), "--wait", "--timeout", "5m", timeout=320)
    expect(lab.is_ready("Shoot", "my-cluster"), "Ready at the end")
    expect_equal(1, len(lab.creates()), "creations that took effect")
    expect_equal(1, len(lab.shoots()), "shoots")
    expect(len(lab.journal()) < 400, f"{len(lab.journal())} calls are a busy loop")
    lab.control("DELETE", "/faults")
    lab.fault(path=SHOOTS_V1 + "/*", method="DELETE", action="reset", count=2)
    lab.cli("delete", "-f", lab.manifest(), "--yes")
    expect_equal({}, lab.shoots(), "shoots at the end")


run(main, "--create-seconds", "1200")
