"""A site's files as they are read, and what is put into runs before they are published."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from catchup.analysis.archive.manifest import file_hash
from catchup.analysis.archive.reading import Run

Shelf = tuple[Path, list[Run]]

LOADED = {"src", "srcset", "data", "poster", "background", "xlink:href"}
"""Attributes that make a browser ask for something."""


class Reader(HTMLParser):
    """What a page leads to, what it asks a browser to load, its anchors and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name == "href" and tag in ("a", "link"):
                self.links.append(value or "")
            elif name in LOADED or name == "href":
                self.loads.append(value or "")
            elif name == "id":
                self.ids.append(value or "")


def rewrite(folder: Path, name: str, text: str) -> None:
    """Change a run's file, and what its manifest says of it."""
    (folder / name).write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = file_hash(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest))
