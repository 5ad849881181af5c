"""The report in a browser: on a phone and on a desk, by day and by night."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from browsing import DESKTOP, LEAST_CONTRAST, PHONE, SCHEMES, Browser

FIGURES = 7


@pytest.fixture(params=[(width, scheme) for width in (PHONE, DESKTOP) for scheme in SCHEMES], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Browser:
    browser.open(report, *request.param)
    return browser


def test_it_is_no_wider_than_the_window(page: Browser) -> None:
    assert page.overflow() == 0


def test_text_stands_out(page: Browser) -> None:
    found = page.contrasts()
    assert len(found) > 200
    assert found[0][0] >= LEAST_CONTRAST, found[:5]


def test_the_scheme_is_the_readers(browser: Browser, report: Path) -> None:
    papers = []
    for scheme in SCHEMES:
        browser.open(report, DESKTOP, scheme)
        papers.append(browser.ask("return getComputedStyle(document.body).backgroundColor"))
    assert papers[0] != papers[1]


def test_headings_are_in_order(browser: Browser, report: Path) -> None:
    browser.open(report)
    levels = browser.headings()
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(levels) >= 10


def test_every_figure_has_words_in_its_place(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert browser.ask("return document.querySelectorAll('figure svg').length") >= FIGURES
    assert browser.unnamed_pictures() == 0


def test_ids_are_unique_and_links_inside_lead_somewhere(browser: Browser, report: Path) -> None:
    browser.open(report)
    twice, dangling = browser.ask(
        """const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
           const links = [...document.querySelectorAll("a[href^='#']")].map((a) => a.getAttribute("href").slice(1));
           return [ids.filter((id, i) => ids.indexOf(id) !== i), links.filter((id) => !document.getElementById(id))]"""
    )
    assert twice == []
    assert dangling == []


def test_it_asks_for_nothing_and_needs_no_script(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert browser.requests() == [report.as_uri()]
    assert browser.complaints() == []
    assert "<script" not in report.read_text(encoding="utf-8")


def test_it_says_when_and_what_moved(browser: Browser, report: Path) -> None:
    browser.open(report)
    text = browser.ask("return document.body.innerText")
    for words in ("90% interval", "Shift since run 2026-09-01", "caisi-glm-5-3-cyber-lag", "catchup run --runs"):
        assert words in text
    assert browser.ask("return document.querySelector('nav a[href=\"explore.html\"]') !== null")


def test_it_prints(browser: Browser, report: Path) -> None:
    browser.open(report)
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    assert len(printed["data"]) > 50_000
