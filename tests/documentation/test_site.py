"""The site is whole: every link and picture is in it, and nothing is asked of the network to read it."""

from __future__ import annotations

import importlib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


class Page(HTMLParser):
    """What a page loads, where it leads, and what can be led to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.ids: set[str] = set()
        self.mathematics = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        self.mathematics += tag == "math"
        loaded = values.get(LOADED.get(tag, ""), "")
        if loaded and not loaded.startswith("#") and values.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(loaded)
        if tag == "a" and "href" in values:
            self.leads.append(values["href"])


@pytest.fixture(
    scope="module", params=["part_of_site", pytest.param("site", marks=pytest.mark.slow)], ids=["part", "whole"]
)
def built(request: pytest.FixtureRequest) -> Path:
    """A part of the site, or all of it, which takes half a minute."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in built.rglob("*.html")}


def test_nothing_is_loaded_from_elsewhere(built: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for address in page.loads:
            parts = urlsplit(address)
            assert parts.scheme in ("", "data"), f"{address} in {path}"
            if not parts.scheme:
                assert not parts.netloc, f"{address} in {path}"
                assert (path.parent / unquote(parts.path)).is_file(), f"{address} in {path}"
    for sheet in built.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "url(http" not in text, sheet
        assert "url(//" not in text, sheet


@pytest.mark.parametrize("built", ["site"], indirect=True, ids=["whole"])
@pytest.mark.slow
def test_every_link_within_leads_somewhere(built: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for address in page.leads:
            parts = urlsplit(address)
            if parts.scheme:
                assert parts.scheme == "https", f"{address} in {path}"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{address} in {path.relative_to(built)}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].ids, f"{address} in {path.relative_to(built)}"


def test_the_mathematics_is_markup(built: Path, pages: dict[Path, Page]) -> None:
    """Every equation stands in the page itself: none is left as LaTeX, none is drawn by a script."""
    assert pages[built / "model.html"].mathematics >= 30
    assert pages[built / "readings" / "trend.html"].mathematics >= 5
    for path, page in pages.items():
        assert not [address for address in page.loads if "mathjax" in address.lower() or "katex" in address.lower()]
        assert "\\frac" not in path.read_text(encoding="utf-8"), path


def test_every_public_name_is_in_the_reference(built: Path, pages: dict[Path, Page]) -> None:
    rooms = {"priors", "model", "evidence", "analysis"} & {path.stem for path in (built / "api").iterdir()}
    assert "priors" in rooms
    for room in rooms:
        ids = pages[built / "api" / f"{room}.html"].ids
        for name in importlib.import_module(f"catchup.{room}").__all__:
            assert f"catchup.{room}.{name}" in ids
