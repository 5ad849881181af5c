"""The explorer in a browser: what it shows is what the importance engine says, and a keyboard is enough."""

from __future__ import annotations

import json
import math
import re
import shlex
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from recording import Add
from scipy.stats import norm

from browsing import DESKTOP, LEAST_CONTRAST, PHONE, SCHEMES, Browser
from catchup.analysis.commands.main import run
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.explorer import render_explorer, write_explorer
from catchup.analysis.studies.counterfactuals import levers
from catchup.evidence import __file__ as evidence_room

LEDGER = Path(evidence_room).parent / "ledger"
LARGEST = 5 * 2**20  # bytes
LEVELS = (0.05, 0.5, 0.95)
DRAWS = 200_000
BY = date(2026, 12, 31)

CASES = {
    "as it opens": {},
    "the prior": {"evidence": ()},
    "two lags": {"evidence": ("aisi-open-weight-cyber-lag", "caisi-deepseek-v4-lag")},
    "another event": {"event": "autonomous-range"},
    "a lever": {"lever": "remote-revoked"},
    "a lever on another event, one item off": {
        "event": "narrow-exploit",
        "lever": "distillation-limited",
        "without": "no-public-model",
    },
    "a reliability": {"reliability": 0.6},
}
# Every figure of every case is a comparison; together they raise a false alarm once in a thousand suites (Bonferroni).
FALSE_ALARMS = 1e-3
WIDEST = float(norm.isf(0.5 * FALSE_ALARMS / (len(CASES) * (len(LEVELS) + 1))))


def choose(browser: Browser, selector: str, value: object) -> None:
    """Set a control as a hand would, the page being told."""
    browser.ask(
        """const control = document.querySelector(arguments[0]);
           control.value = arguments[1]; control.dispatchEvent(new Event("input", { bubbles: true }));""",
        selector,
        str(value),
    )


def switch(browser: Browser, item: str) -> None:
    box = browser.driver.find_element("id", f"on-{item}")
    browser.ask("arguments[0].scrollIntoView({ block: 'end' })", box)
    box.click()


def shown(browser: Browser) -> dict[str, float]:
    quantiles = browser.ask("return JSON.parse(document.body.dataset.quantiles)")
    figures = dict(zip(("0.05", "0.25", "0.5", "0.75", "0.95"), quantiles, strict=True))
    chance, effective = browser.ask("return [+document.body.dataset.chance, +document.body.dataset.effective]")
    return {**figures, "chance": chance, "effective": effective}


@pytest.fixture
def page(browser: Browser, explorer: Path) -> Browser:
    browser.open(explorer)
    return browser


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_with_the_engine(case: str, page: Browser, drawn: Posterior, tmp_path: Path) -> None:
    wanted = CASES[case]
    everything = drawn.evidence
    evidence = wanted.get("evidence", tuple(item for item in everything if item != wanted.get("without")))
    for item in set(everything) - set(evidence):
        switch(page, item)
    event, lever = wanted.get("event", drawn.question.event), wanted.get("lever")
    choose(page, "#event", event)
    choose(page, "#lever", lever or "none")
    choose(page, "#by", BY)
    ledger = None
    if "reliability" in wanted:
        choose(page, "#reliability-microsoft-slide", wanted["reliability"])
        ledger = tmp_path / "ledger"
        ledger.mkdir()
        for path in LEDGER.glob("*.toml"):
            text = path.read_text(encoding="utf-8")
            if path.stem == "microsoft-slide":
                text = re.sub(r"(?m)^reliability = .*$", f"reliability = {wanted['reliability']}", text)
            (ledger / path.name).write_text(text, encoding="utf-8")
    found = shown(page)

    # other random numbers than the page's, or agreement would be owed to them
    question = replace(drawn.question, event=event, draws=DRAWS, seed=drawn.question.seed + 1)
    exact = posterior(Request(question, ",".join(evidence) or "none", "importance", ledger))
    ready, effective = exact.ready, exact.diagnostics.ess
    if lever is not None:
        (row,) = [row for row in levers(exact).counterfactuals if row.id == lever]
        ready = row.ready
    # the exact answer's error, that of the as large pool that the page's draws are of, and that of the draws it carries
    wider = math.sqrt(2.0 + effective / found["effective"])
    for p in LEVELS:
        estimate = ready.quantile(p)
        assert abs(found[f"{p:g}"] - estimate.value) <= WIDEST * estimate.mcse * wider + 0.001, p
    months = question.assumptions.calendar.months(BY) + 1.0 / question.assumptions.calendar.days_per_month
    chance = ready.probability_below(months)
    assert abs(found["chance"] - chance.value) <= WIDEST * chance.mcse * wider


def test_switching_an_item_off_and_on_again_changes_and_restores(page: Browser) -> None:
    before = shown(page)
    switch(page, "caisi-glm-5-3-cyber-lag")
    assert shown(page)["0.5"] != before["0.5"]
    switch(page, "caisi-glm-5-3-cyber-lag")
    assert shown(page) == before


LABELS = """return [...document.querySelectorAll("#picture text[text-anchor=middle]")].slice(0, -1).map((label) => {
  const box = label.getBoundingClientRect(); return [box.left, box.right]; })"""


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_days_below_the_curve_stand_apart_and_inside(width: int, browser: Browser, explorer: Path) -> None:
    browser.open(explorer, width)
    labels = browser.ask(LABELS)
    assert len(labels) > 1
    assert all(left < right for left, right in labels)
    assert all(before[1] < after[0] for before, after in pairwise(labels))
    edge = browser.ask("return document.getElementById('picture').getBoundingClientRect().right")
    assert labels[-1][1] <= edge


def test_a_dashed_curve_is_spoken_of_where_there_is_one(page: Browser) -> None:
    def seen() -> tuple[str, int]:
        said = page.ask("return document.getElementById('lines').textContent")
        return said, page.ask("return document.querySelectorAll('#picture .start').length")

    assert seen() == ("The curve is as the page began.", 0)
    switch(page, "caisi-glm-5-3-cyber-lag")
    assert seen() == ("Solid: as chosen. Dashed: as the page began.", 1)


def test_a_title_that_a_box_cuts_off_stands_whole_below_it(page: Browser) -> None:
    chosen = page.ask("return document.getElementById('event').selectedOptions[0].text")
    assert page.ask("return document.querySelector('[data-of=event]').textContent") == chosen
    assert page.ask("return document.querySelector('[data-of=lever]').textContent") == ""  # "None" is whole


def test_the_headline_says_its_error(page: Browser) -> None:
    said = page.ask("return document.getElementById('interval').textContent")
    assert re.search(r"\. Standard error of the median: \d+ days$", said)


def test_without_scripts_there_is_no_dead_control_and_the_report_is_a_link(
    browser: Browser, drawn: Posterior, tmp_path: Path
) -> None:
    path = tmp_path / "explore.html"
    path.write_text(render_explorer(drawn, draws=500, report="report.html"), encoding="utf-8")
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(path)
        assert not any(each.is_displayed() for each in browser.driver.find_elements("css selector", "select, .answer"))
        (link,) = browser.driver.find_elements("css selector", "noscript a")
        assert link.get_dom_attribute("href") == "report.html"
        assert link.is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_reset_restores(page: Browser) -> None:
    before, text = shown(page), page.ask("return document.querySelector('main').innerText")
    switch(page, "caisi-deepseek-v4-lag")
    choose(page, "#reliability-microsoft-slide", 0.9)
    choose(page, "#weight-zai-spend-2025", 0.5)
    choose(page, "#event", "narrow-exploit")
    choose(page, "#lever", "remote-revoked")
    choose(page, "#by", "2027-06-30")
    assert shown(page) != before
    button = page.driver.find_element("id", "reset")
    page.ask("arguments[0].scrollIntoView({ block: 'end' })", button)
    button.click()
    page.ask("return new Promise((resolve) => setTimeout(resolve, 50))")
    assert shown(page) == before
    assert page.ask("return document.querySelector('main').innerText") == text


def test_it_warns_when_hardly_any_draw_counts(browser: Browser, drawn: Posterior, tmp_path: Path) -> None:
    page = browser
    write_explorer(tmp_path / "small.html", drawn, draws=4_000)
    page.open(tmp_path / "small.html")
    warning = page.driver.find_element("id", "warning")
    assert not warning.is_displayed()
    # the reading at its word, on its own: compute that neither prior nor other evidence allows
    choose(page, "#reliability-microsoft-slide", 1)
    for item in drawn.evidence:
        if item != "microsoft-slide":
            switch(page, item)
    assert shown(page)["effective"] < 400
    assert warning.is_displayed()
    assert "Too few draws" in warning.text


def test_the_command_shown_runs(page: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    switch(page, "microsoft-slide")
    choose(page, "#event", "autonomous-range")
    text = page.ask("return document.getElementById('command').textContent")
    program, *arguments = shlex.split(text)
    assert program == "catchup"
    assert run([*arguments, "--draws", "20000", "--engine", "importance", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["event"] == "autonomous-range"
    assert answer["as_of"] == "2026-11-21"
    assert "microsoft-slide" not in answer["evidence"]
    assert len(answer["evidence"]) == 6
    choose(page, "#lever", "remote-revoked")
    assert page.ask("return document.getElementById('command').textContent").startswith("catchup levers ")
    choose(page, "#weight-caisi-deepseek-v4-lag", 0.5)
    assert "weight = 0.5" in page.ask("return document.getElementById('command').textContent")


def test_a_keyboard_is_enough(page: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    wanted = page.ask(
        """return [...document.querySelectorAll("select, input, button")]
             .filter((control) => control.offsetParent).map((control) => control.id)"""
    )
    reached: list[str] = []
    for _ in range(4 * len(wanted)):  # a date has several parts, each a stop of its own
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        control = page.ask("return document.activeElement.id")
        if control and (not reached or reached[-1] != control):
            reached.append(control)
        if control == "reset":
            break
    assert reached == wanted
    before = shown(page)
    page.ask("document.getElementById('on-caisi-deepseek-v4-lag').focus()")
    ActionChains(page.driver).send_keys(Keys.SPACE).perform()
    assert not page.driver.find_element("id", "on-caisi-deepseek-v4-lag").is_selected()
    assert shown(page)["0.5"] != before["0.5"]
    page.ask("document.getElementById('reliability-microsoft-slide').focus()")
    ActionChains(page.driver).send_keys(Keys.ARROW_RIGHT).perform()
    assert float(page.driver.find_element("id", "reliability-microsoft-slide").get_attribute("value")) == 0.26


def test_every_control_has_a_name_and_the_answer_is_announced(page: Browser) -> None:
    nameless = page.ask(
        """return [...document.querySelectorAll("select, input, button")].filter((control) =>
             !(control.getAttribute("aria-label") ||
               control.labels?.[0]?.textContent.trim() || control.textContent.trim()))
             .map((control) => control.id)"""
    )
    assert nameless == []
    crowded = page.ask(
        """return [...document.querySelectorAll("label")].filter((label) =>
             label.querySelectorAll("select, input, button, output, meter, progress, textarea").length > 1).length"""
    )
    assert crowded == 0
    assert page.ask("return document.getElementById('median').closest('[aria-live]') !== null")
    assert page.unnamed_pictures() == 0
    assert page.headings() == [1, 2]


SLOWER, LONGEST = 4, 100.0  # times a processor is slowed down, as a laptop's; milliseconds
TYPED = {
    "lag": ("value", "9"),
    "reading": ("value", "9e26"),
    "spend": ("value", "3e8"),
    "milestone": ("date", "2026-10-01"),
    "stock": ("value", "1.5e6"),
    "quantile": ("probability", "0.25"),
}


@pytest.mark.parametrize("kind", TYPED)
def test_a_leak_is_answered_while_it_is_typed(kind: str, page: Browser, record: Add) -> None:
    name, value = TYPED[kind]
    before = shown(page)
    choose(page, "#leak", kind)
    page.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    try:
        choose(page, f"#leak-{kind}-{name}", value)
        taken = []
        for _ in range(5):
            choose(page, f"#leak-{kind}-{name}", value)
            taken.append(float(page.ask("return document.body.dataset.milliseconds")))
    finally:
        page.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
    record("explorer", typed=kind, milliseconds=min(taken), slower=SLOWER, longest=LONGEST)
    assert min(taken) <= LONGEST, taken
    assert "--add leak.toml" in page.ask("return document.getElementById('command').textContent")
    assert 'id = "reader-leak"' in page.ask("return document.getElementById('leak-file').textContent")
    moved = shown(page)["0.5"] != before["0.5"]
    refused = page.ask("return document.body.classList.contains('refused')")
    if kind == "quantile":
        assert not moved
        assert "compared and never counted" in page.ask("return document.getElementById('opinion').innerText")
    else:
        assert moved or refused


def test_all_that_is_chosen_stands_in_the_address(page: Browser, explorer: Path) -> None:
    choose(page, "#model", "article")
    choose(page, "#leak", "stock")
    choose(page, "#leak-stock-value", "1.7e6")
    choose(page, "#lever", "remote-revoked")
    choose(page, "#by", "2027-03-31")
    choose(page, "#weight-zai-spend-2025", "0.5")
    switch(page, "caisi-deepseek-v4-lag")
    found, text = shown(page), page.ask("return document.querySelector('main').innerText")
    address = page.driver.current_url
    assert "model=article" in address
    assert "leak-stock-value=1.7e6" in address
    assert "leak-lag" not in address  # what is not chosen is not said
    page.driver.get("about:blank")
    page.driver.get(address)
    assert shown(page) == found
    assert page.ask("return document.querySelector('main').innerText") == text
    page.driver.find_element("id", "reset").click()
    page.ask("return new Promise((resolve) => setTimeout(resolve, 50))")
    assert page.driver.current_url == explorer.as_uri()


@pytest.mark.parametrize(
    "address", ["leak=%3Cscript%3E&event=x&on-caisi-deepseek-v4-lag=maybe", "leak=lag&leak-lag-value=%22%3E%3Cimg%3E"]
)
def test_a_hostile_address_is_no_more_than_a_value(address: str, page: Browser, explorer: Path) -> None:
    page.driver.get("about:blank")
    page.driver.get(f"{explorer.as_uri()}#{address}")
    assert page.ask("return document.querySelectorAll('main img, main script').length") == 0
    assert page.complaints() == []
    if "lag-value" in address:
        assert "a number from" in page.driver.find_element("id", "warning").text
        assert page.ask("return document.getElementById('median').textContent") == "No answer here"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_it_fits_and_can_be_read(width: int, scheme: str, browser: Browser, explorer: Path) -> None:
    browser.open(explorer, width, scheme)
    assert browser.overflow() == 0
    contrasts = browser.contrasts()
    assert len(contrasts) > 40
    assert contrasts[0][0] >= LEAST_CONTRAST, contrasts[:5]


def test_a_table_of_levers_that_scrolls_shows_that_it_does(browser: Browser, explorer: Path) -> None:
    browser.open(explorer, 360)
    shades = browser.ask("return getComputedStyle(document.querySelector('.scroll')).backgroundAttachment")
    assert shades == "local, local, scroll, scroll"


def test_text_of_the_picture_keeps_its_size_on_a_phone(browser: Browser, explorer: Path) -> None:
    browser.open(explorer, PHONE)
    assert browser.ask("return document.querySelector('#picture text').getBoundingClientRect().height") >= 12


def test_it_is_one_file_that_asks_for_nothing(browser: Browser, explorer: Path) -> None:
    browser.open(explorer)
    assert browser.requests() == [explorer.as_uri()]
    assert browser.complaints() == []
    assert explorer.stat().st_size <= LARGEST
