"""What documents hold: blocks of code, and links."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.md"))
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(DOCS.rglob("*.md"))

FENCE = re.compile(r"^(`{3,})(.*?)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^()\s>]+)>?\)")
CODE = re.compile(r"(`+).*?\1", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text."""

    language: str
    text: str

    @property
    def name(self) -> str | None:
        """File that it shows, if its first line says so."""
        first = re.match(r"# ([\w.-]+\.toml)\n", self.text)
        return first[1] if first else None

    @property
    def commands(self) -> list[list[str]]:
        """Lines of a shell block as words, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def name_of(path: Path) -> str:
    """A document's path from the top."""
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[Block]:
    """A document's blocks, in order."""
    return [Block(language.strip(), text) for _, language, text in FENCE.findall(path.read_text(encoding="utf-8"))]


def cells(path: Path) -> list[str]:
    """A notebook's code, cell by cell, without the cells' own settings."""
    code = [block.text for block in blocks(path) if block.language.startswith("{code-cell}")]
    return [re.sub(r"\A---\n.*?^---\n", "", text, flags=re.DOTALL | re.MULTILINE) for text in code]


def links(path: Path) -> list[str]:
    """Where a document's links lead, those in code aside."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return LINK.findall(CODE.sub("code", text))


def anchors(path: Path) -> set[str]:
    """Anchors of a document's headings, as they are made on GitHub and by MyST."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
