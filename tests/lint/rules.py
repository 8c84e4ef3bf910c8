#!/usr/bin/python3
"""Fail if tests/render/RULES.md lacks one of its 52 rows, or a row names a case or scenario that does not exist."""
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
LIST = TESTS / "render/RULES.md"
RULES = 52
ROW = re.compile(r"\| (\d+) \| (.+?) \| (\[[CS]\]) \|\s*(.*?)\s*\|")


def exists(name):
    """"scenario/<case>", else "<kind>/<case>" of tests/render. What is shown is shown by a message."""
    kind, _, case = name.partition("/")
    if kind == "scenario":
        return (TESTS / "scenario" / case / "test.py").is_file()
    return (TESTS / "render" / kind / case / "expected.yaml").is_file()


def problems(lines):
    wanted = 1
    for line in lines:
        if not re.match(r"\| *\d", line):
            continue
        row = ROW.fullmatch(line)
        if not row:
            yield f"not a row of four cells, the third [C] or [S]: {line}"
            continue
        number, places = int(row[1]), [name.strip() for name in row[4].split(",") if name.strip()]
        if number != wanted:
            yield f"row {number} comes where {wanted} is due"
        wanted = number + 1
        if not places:
            yield f"rule {number} is shown by nothing"
        yield from (f"rule {number}: {name} does not exist" for name in places if not exists(name))
    if wanted != RULES + 1:
        yield f"the last row is {wanted - 1}, not {RULES}"


found = list(problems(LIST.read_text().splitlines()))
for problem in found:
    print(f"{LIST.relative_to(TESTS.parent)}: {problem}")
sys.exit(bool(found))
