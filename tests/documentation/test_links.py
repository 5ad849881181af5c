"""Links lead somewhere: within the project to a file and a heading; outside, they are at least well formed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rooms import ROOMS, package_of

from documents import DOCS, PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for link in links(path):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme in ("https", "mailto"), link
            assert "." in parts.netloc, link
            assert " " not in link, link
            continue
        target = (path.parent / parts.path).resolve() if parts.path else path
        assert target.is_file(), f"{link} in {name_of(path)}"
        assert target.is_relative_to(ROOT), link
        if parts.fragment and target.suffix == ".md":
            assert parts.fragment in anchors(target), f"{link} in {name_of(path)}"


def test_the_first_page_leads_to_every_other() -> None:
    """Where nobody has built the site, what is not linked is not found. The reference is in the site alone."""
    linked = {urlsplit(link).path for link in links(DOCS / "index.md")}
    written = {path.relative_to(DOCS).as_posix() for path in PAGES if path.is_relative_to(DOCS)}
    assert {page for page in written - linked if not page.startswith(("api/", "index.md"))} == set()


def test_links_are_found() -> None:
    """The pattern sees links of every form that the documents use."""
    found = {link for path in PAGES for link in links(path)}
    assert {"start/forecaster.md", "#microsoft-slide", "priors.md#sources"} <= found
    assert any(link.startswith("https://") for link in found)


def test_every_public_package_has_its_reference() -> None:
    for package in map(package_of, ROOMS):
        page = DOCS / "api" / f"{package.rpartition('.')[2]}.md"
        assert f"{{public-names}} {package}\n" in page.read_text(encoding="utf-8")
