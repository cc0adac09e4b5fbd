"""The documents lead to files that there are, and no folder is without a word."""

import re
from pathlib import Path

import pytest

from .tree import PACKAGES, ROOT, shown

pytestmark = pytest.mark.quick

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=shown)


@each_document
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    inner = [target for target in LINK.findall(text) if not re.match(r"[a-z]+:", target)]
    assert [target for target in inner if not (document.parent / target).exists()] == []


def test_every_folder_is_explained_in_the_documents() -> None:
    """By its path or its name, in the README or in docs/: a newcomer finds what it is for."""
    words = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    folders = [
        folder
        for package in (*PACKAGES, "tests")
        for folder in sorted((ROOT / package).iterdir())
        if folder.is_dir() and any(folder.rglob("*.py"))
    ]
    assert [shown(folder) for folder in folders if not re.search(rf"\b{folder.name}\b", words)] == []


def test_decisions_are_numbered_without_gaps_and_name_the_options() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    texts = {path.name: path.read_text(encoding="utf-8") for path in decisions}
    assert [name for name, text in texts.items() if not re.search(r"(?i)options|rejected", text)] == []
