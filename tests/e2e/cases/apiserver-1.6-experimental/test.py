"""Gateway API 1.6, experimental channel, on a real API server: what we render is accepted, what we refuse as an API server would is refused
by this one too (tests/e2e/judged.py)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from bench import run  # noqa: E402
from judged import judge  # noqa: E402

run(lambda bench: judge(bench, "1.6", "experimental"))
