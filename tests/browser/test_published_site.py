"""The published site in a browser: on phones and on a desk, by day and night, printed, without script, and by axe."""

from __future__ import annotations

import functools
import html
import re
import shutil
import subprocess
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from browsing import DESKTOP, LEAST_CONTRAST, SCHEMES, Browser
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.publish import publish
from catchup.analysis.runs.replay import replay
from catchup.model.assumptions import Assumptions

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 29)
PAGES = (
    "index.html",
    "archive.html",
    "track-record.html",
    "evidence.html",
    "priors.html",
    "method.html",
    "leaves-out.html",
    "data.html",
    "embed.html",
    f"runs/{LAST}/index.html",
)
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


@pytest.fixture(scope="module")
def published(assumptions: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    asked = Request(Question(assumptions, LAST, draws=20_000), engine="importance")
    list(replay(asked, folder / "runs", FIRST, LAST, timedelta(weeks=1)))
    publish(folder / "runs", folder / "site", address="https://example.org/f/")
    return folder / "site"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_can_be_read_and_is_in_order(page: str, browser: Browser, published: Path) -> None:
    for width, scheme in ((360, "light"), (420, "dark"), *((DESKTOP, scheme) for scheme in SCHEMES)):
        browser.open(published / page, width, scheme)
        browser.ask(OPEN)
        assert browser.overflow() == 0, width
        assert browser.complaints() == []
        dim = [found for found in browser.contrasts() if found[0] < LEAST_CONTRAST]
        assert dim == [], (width, scheme)
    levels = browser.headings()
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert browser.unnamed_pictures() == 0
    marks = browser.ask("return ['main', 'title'].map((name) => document.querySelectorAll(name).length)")
    assert marks == [1, 1]
    unnamed = browser.ask(
        """return [...document.querySelectorAll("a, summary, [role=group], nav, table")].filter((element) => {
             const name = element.getAttribute("aria-label") || element.querySelector("caption")?.textContent
               || element.textContent;
             return !name.trim(); }).length"""
    )
    assert unnamed == 0
    assert all(address.startswith("file:") for address in browser.requests())


@pytest.mark.parametrize("width", [360, 560, 700, 1000])
@pytest.mark.parametrize("height", [480, None])
def test_a_frame_shows_the_whole_picture(
    width: int, height: int | None, browser: Browser, published: Path, tmp_path: Path
) -> None:
    """In a frame as the page on data recommends it, and in one that somebody made lower."""
    (told,) = re.findall(r'height="(\d+)"', html.unescape((published / "data.html").read_text(encoding="utf-8")))
    frame = tmp_path / "frame.html"
    address = (published / "embed.html").as_uri()
    frame.write_text(f'<iframe src="{address}" width="{width}" height="{height or told}"></iframe>', encoding="utf-8")
    browser.open(frame)
    browser.driver.switch_to.frame(0)
    try:
        beyond = browser.ask("return document.documentElement.scrollHeight - window.innerHeight")
        sizes = browser.ask(
            """const shown = [...document.querySelectorAll("figure svg")].map((svg) => svg.getBoundingClientRect());
            return shown.filter((box) => box.width > 0).map((box) => [box.bottom - window.innerHeight, box.height])"""
        )
    finally:
        browser.driver.switch_to.default_content()
    assert beyond <= 0
    ((below, tall),) = sizes
    assert below < 0.0
    assert tall > (150 if height else 300)


def test_it_reads_without_script(browser: Browser, published: Path) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(published / "index.html")
        text = browser.driver.find_element("tag name", "main").text
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for words in ("Around", "90% interval", "What moved it", "The forecast through time"):
        assert words in text


def test_it_prints(browser: Browser, published: Path) -> None:
    browser.open(published / "index.html")
    assert len(browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 20_000


@pytest.fixture(scope="module")
def axe() -> str:
    return (node_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")


@functools.cache
def node_package(name: str) -> Path:
    """Folder of a package of Node's, installed here or globally; without it the test is skipped."""
    npm = shutil.which("npm")
    places = [Path(__file__).parents[2] / "node_modules"]
    if npm is not None:
        found = subprocess.run([npm, "root", "--global"], capture_output=True, text=True, check=False)
        places.append(Path(found.stdout.strip()))
    for place in places:
        if (place / name).is_dir():
            return place / name
    pytest.skip(f"needs {name}: npm install --no-save {name}")


@pytest.mark.slow
def test_the_html_validator_finds_nothing(published: Path, report: Path, explorer: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs Java, which the Nu Html Checker runs on")
    (checker,) = node_package("vnu-jar").rglob("vnu.jar")
    pages = [str(published / page) for page in PAGES]
    asked = [java, "-jar", str(checker), "--format", "gnu", *pages, str(report), str(explorer)]
    assert subprocess.run(asked, capture_output=True, text=True, check=False).stderr.splitlines() == []


def violations(browser: Browser, axe: str) -> list[Any]:
    browser.ask(axe)
    return list(
        browser.driver.execute_async_script(
            """const done = arguments[arguments.length - 1];
               axe.run().then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((n) => n.target)])))"""
        )
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(
    scheme: str, axe: str, browser: Browser, published: Path, report: Path, explorer: Path
) -> None:
    found = {}
    for path in (*(published / page for page in PAGES), report, explorer):
        browser.open(path, DESKTOP, scheme)
        browser.ask(OPEN)
        found[path.name] = violations(browser, axe)
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_a_copy_of_the_site_is_the_site(browser: Browser, published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "elsewhere")
    browser.open(tmp_path / "elsewhere" / "index.html")
    browser.driver.find_element("link text", "Evidence").click()
    assert browser.driver.current_url.endswith("elsewhere/evidence.html")
