"""What guides and examples show can be used as it stands: every YAML block renders or is a Kubernetes object; every link leads somewhere."""
import pathlib
import re
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lab import ROOT, expect, run  # noqa: E402

OURS = "platform.cleura.crossplane.io/"
USED = [ROOT / "README.md", *ROOT.glob("docs/guides/*.md"), *ROOT.glob("examples/**/*.md")]  # others show parts of objects, too


def anchors(text):
    """As GitHub makes them of headings."""
    found = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


def check_blocks(lab, document):
    for block in re.findall(r"^```yaml\n(.*?)^```$", document.read_text(), re.MULTILINE | re.DOTALL):
        where = f"{document.relative_to(ROOT)}: {block[:200]}"
        objects = [one for one in yaml.safe_load_all(block) if one]
        for one in objects:
            expect(isinstance(one, dict) and one.get("kind") and one.get("apiVersion") and one.get("metadata", {}).get("name"),
                   f"a whole object: {where}")
        if any(one["apiVersion"].startswith(OURS) for one in objects):
            done = lab.cli("render", "-f", "-", stdin=block, code=None)
            expect(done.returncode == 0, f"{done.stderr}in {where}")


def check_links(document):
    text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path) if path else document
        expect(target.exists(), f"{document.relative_to(ROOT)}: {link} leads nowhere")
        expect(not anchor or anchor in anchors(target.read_text()), f"{document.relative_to(ROOT)}: {link} has no such heading")


def main(lab):
    expect(len(USED) > 5, "there are documents")
    for document in USED:
        check_blocks(lab, document)
    for document in [*USED, *ROOT.glob("docs/*.md"), ROOT / "sim/README.md"]:
        check_links(document)


run(main, simulator=False)
