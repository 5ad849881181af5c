"""The report in a browser: on a phone and on a desk, by day and by night."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from browsing import DESKTOP, LEAST_CONTRAST, PHONE, SCHEMES, Browser

FIGURES = 7
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
SCREEN = 400  # CSS pixels, half of a telephone's height
WIDTHS = (360, 420, 700, DESKTOP)


@pytest.fixture(params=[(width, scheme) for width in (PHONE, DESKTOP) for scheme in SCHEMES], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Browser:
    browser.open(report, *request.param)
    return browser


def test_it_is_no_wider_than_the_window(page: Browser) -> None:
    assert page.overflow() == 0


def test_no_table_is_cut_off_while_the_window_has_room(browser: Browser, report: Path) -> None:
    browser.open(report, DESKTOP)
    browser.ask(OPEN)
    lacking = browser.ask(
        """return [...document.querySelectorAll(".scroll")]
             .map((box) => [box.scrollWidth - box.clientWidth, box.ariaLabel])"""
    )
    assert len(lacking) > 10
    assert [name for missing, name in lacking if missing > 0] == []
    assert browser.overflow() == 0


def test_a_table_that_scrolls_shows_that_it_does(browser: Browser, report: Path) -> None:
    browser.open(report, PHONE)
    shades = browser.ask("return getComputedStyle(document.querySelector('.scroll')).backgroundAttachment")
    assert shades == "local, local, scroll, scroll"


def test_no_row_is_drawn_out_over_the_screen_by_cells_out_of_sight(browser: Browser, report: Path) -> None:
    browser.open(report, 360)
    browser.ask(OPEN)
    tallest = browser.ask(
        "return Math.max(...[...document.querySelectorAll('tbody tr')].map((row) => row.offsetHeight))"
    )
    assert tallest < SCREEN


def test_text_stands_out(page: Browser) -> None:
    page.ask(OPEN)
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


def test_a_picture_with_a_question_keeps_its_own_role(browser: Browser, report: Path) -> None:
    """HTML allows a figure with a caption no other role: what is drawn in it has the words in its place."""
    browser.open(report)
    assert browser.ask("return document.querySelectorAll('figure[role] figcaption').length") == 0
    shown = browser.ask("return document.querySelectorAll('figure > .desk[role=img][aria-label]').length")
    assert shown == browser.ask("return document.querySelectorAll('figure').length")


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
    assert "News" in browser.ask("return document.getElementById('moved').innerText")
    browser.ask(OPEN)
    text = browser.ask("return document.body.innerText")
    for words in ("90% interval", "Shift since run 2026-09-01", "caisi-glm-5-3-cyber-lag", "catchup run --runs"):
        assert words in text
    assert browser.ask("return document.querySelector('nav a[href=\"explore.html\"]') !== null")


def test_the_first_screen_has_the_answer(browser: Browser, report: Path) -> None:
    """Headline, state, what moved and one picture; all else is folded, and a list leads to it."""
    browser.open(report, DESKTOP)
    bottoms = browser.ask(
        """return [".answer", "#moved", "#picture figure"].map((place) =>
             document.querySelector(place).getBoundingClientRect().bottom)"""
    )
    assert bottoms == sorted(bottoms)
    assert bottoms[0] < 800  # the height of a laptop's window
    assert bottoms[2] < 1_600
    assert browser.ask("return [...document.querySelectorAll('details')].every((fold) => !fold.open)")
    assert browser.ask("return document.querySelectorAll('main figure:not(details figure)').length") == 1
    height = browser.ask("return document.documentElement.scrollHeight")
    assert height < 4_000
    links = browser.ask("return [...document.querySelectorAll('nav a[href^=\"#\"]')].map((a) => a.hash)")
    assert len(links) >= 15
    browser.driver.get(report.as_uri() + links[3])
    assert browser.ask("return document.getElementById(arguments[0]).getClientRects().length > 0", links[3][1:])


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_and_bars_are_true(width: int, browser: Browser, report: Path) -> None:
    browser.open(report, width)
    browser.ask(OPEN)
    assert browser.overflow() == 0
    cut = browser.ask(
        """return [...document.querySelectorAll("figure svg")].filter((svg) => svg.getClientRects().length)
             .filter((svg) => { const box = svg.getBoundingClientRect();
               return box.left < 0 || box.right > document.documentElement.clientWidth + 0.5; }).length"""
    )
    assert cut == 0
    texts = browser.ask(
        """return [...document.querySelectorAll("figure svg text")].filter((text) => text.getClientRects().length)
             .map((text) => text.getBoundingClientRect().height)"""
    )
    assert min(texts) >= 7  # the smallest of a picture's texts, its foot, as high as it is in print
    bars = browser.ask(
        """return [...document.querySelectorAll(".bar")].filter((bar) => bar.getClientRects().length).map((bar) =>
             [bar.getBoundingClientRect().width, +bar.style.width.match(/[\\d.]+/)[0]])"""
    )
    assert len(bars) > 10
    longest = max(bars, key=lambda bar: bar[1])
    unit = longest[0] / longest[1]
    for length, share in bars:
        assert abs(length - max(unit * share, 1.0)) <= 0.6, (length, share)


def test_items_carry_their_titles(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.ask(OPEN)
    bare = browser.ask(
        """return [...document.querySelectorAll("#evidence th code, #checks th code")].filter((code) =>
             code.textContent.includes("-lag") && code.parentElement.textContent.trim() === code.textContent).length"""
    )
    assert bare == 0
    folds = browser.ask("return [...document.querySelectorAll('#evidence summary')].map((fold) => fold.textContent)")
    assert folds[0].startswith("Not counted")


def test_every_picture_answers_a_question(browser: Browser, report: Path) -> None:
    browser.open(report)
    asked = browser.ask("return [...document.querySelectorAll('figcaption')].map((caption) => caption.textContent)")
    assert len(asked) >= FIGURES
    assert all(question.endswith("?") for question in asked)


def test_it_prints(browser: Browser, report: Path) -> None:
    browser.open(report)
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    assert len(printed["data"]) > 50_000


UNSEEN = """return [...document.querySelectorAll("details table")].filter((table) =>
  !table.checkVisibility({ contentVisibilityAuto: true })).length"""
CUT = """return [...document.querySelectorAll(".scroll")].filter((box) =>
  getComputedStyle(box).overflowX !== "visible").length"""


def test_what_is_folded_prints(browser: Browser, report: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.open(report)
    assert browser.ask(UNSEEN) > 10
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        WebDriverWait(browser.driver, 10.0).until(lambda _: browser.ask(UNSEEN) == 0)  # at the next frame, or later
        assert browser.ask(CUT) == 0
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
