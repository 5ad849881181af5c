"""Generated pages hold every row with its source, and are those that are committed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from interference import every_moment

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.pages import readings as reading_pages
from catchup.analysis.presentation.pages.all import PAGES, PICTURE, main
from catchup.analysis.presentation.pages.asked import AS_OF
from catchup.analysis.presentation.pages.bridge import bridge_page
from catchup.analysis.presentation.pages.evidence import evidence_page
from catchup.analysis.presentation.pages.leaves_out import leaves_out_page
from catchup.analysis.presentation.pages.scenarios import scenario_page
from catchup.analysis.presentation.pages.structures import structure_page
from catchup.analysis.presentation.pages.worlds import world_page
from catchup.evidence import load_ledger
from catchup.model import load_assumptions
from catchup.model.assumptions import Assumptions, under_scenario
from catchup.model.models import GROUPS
from catchup.model.trend import load_trends
from catchup.priors import Layer
from documents import DOCS

FIGURE = re.compile(r"[-+]?\d[\d.]*%?|[A-Z][a-z]{2}(?= 20\d\d)|within noise|no change|below(?= \d)|±")


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="module")
def question(assumptions: Assumptions) -> Question:
    return Question(assumptions, AS_OF, draws=20_000)


def committed(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def in_words(page: str) -> str:
    """A page without its figures: those of fewer draws are others."""
    return re.sub(r"[# ]+", " ", FIGURE.sub("#", page))


def test_evidence_page_is_current() -> None:
    assert evidence_page(load_ledger().items) == committed("evidence.md"), "run make docs"


def test_evidence_page_holds_every_item_and_source() -> None:
    items = load_ledger().items
    sections = dict(re.findall(r"^### ([\w-]+)\n(.*?)(?=^##)", committed("evidence.md"), re.DOTALL | re.MULTILINE))
    assert set(sections) == set(items)
    for name, item in items.items():
        for source in item.text.sources:
            assert source.title in sections[name]
            assert source.publisher in sections[name]
            assert (source.address or source.quoted_in) in sections[name]
        for shared in item.text.shares:
            assert f"`{shared}`" in sections[name]


def test_scenario_page_is_current(question: Question) -> None:
    assert in_words(scenario_page(question)) == in_words(committed("scenarios.md")), "run make docs"


def test_scenario_page_holds_every_scenario_row_and_source(assumptions: Assumptions) -> None:
    parts = re.split(r"^## ", committed("scenarios.md"), flags=re.MULTILINE)
    sections = {part.splitlines()[0]: part for part in parts}
    for name, scenario in assumptions.scenarios.items():
        world = under_scenario(assumptions, name)
        for reference in scenario.text.references:
            assert f"[{reference}](priors.md#sources)" in sections[name]
        for table in ("firm", "source", "quantity", "event"):
            for row in scenario.rows(table):
                assert f"{table} `{row}`" in sections[name]
        for quantity in scenario.rows("quantity"):
            assert all(source in sections[name] for source in world.table.quantities[quantity].text.sources)


def test_a_scenario_of_ones_own_is_on_the_page(question: Question) -> None:
    own = {
        "scenario": {
            "nothing-smuggled": {
                "title": "Nothing is smuggled",
                "references": ["project"],
                "quantity": {"smuggled_2026": {"family": "fixed", "value": 0.0}},
            }
        }
    }
    world = load_assumptions([Layer.of(own, file="own.toml")])
    alone = replace(world, scenarios={name: world.scenarios[name] for name in own["scenario"]})
    page = scenario_page(replace(question, assumptions=alone))
    assert "[Nothing is smuggled](#nothing-smuggled)" in page
    assert "fixed, value 0 H100e" in page


def test_bridge_page_is_current(question: Question) -> None:
    page = bridge_page(question)
    for text in (page, committed("bridge.md")):
        rows = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
        for group in GROUPS.values():
            assert rows.count(group) == 2  # its dates, and what it is
    headings, kept = (re.findall("^#.*$", text, re.MULTILINE) for text in (page, committed("bridge.md")))
    assert headings == kept, "run make docs"
    for item in choose_evidence(question, "default", None, ()).counted:
        assert f"(evidence.md#{item.id})" in page


def test_page_on_what_is_left_out_is_current(question: Question) -> None:
    assert leaves_out_page(question) == committed("leaves-out.md"), "run make docs"


def test_structure_page_is_current(question: Question, assumptions: Assumptions) -> None:
    page = structure_page(question)
    headings = [line.split(",")[0] for line in page.splitlines() if line.startswith("#")]
    assert headings == [line.split(",")[0] for line in committed("structures.md").splitlines() if line.startswith("#")]
    for text in (page, committed("structures.md")):
        for name, trend in load_trends(assumptions).items():
            (row,) = [line for line in text.splitlines() if line.startswith(f"| `trend-{name}`: ")]
            assert all(f"[{reference}](priors.md#sources)" in row for reference in trend.references)
        for name in ("compute-gate", "mobilisation"):
            assert f"| `{name}`: " in text


@pytest.mark.slow
def test_world_page_is_current(question: Question, assumptions: Assumptions) -> None:
    page = world_page(replace(question, draws=2_000))
    headings, kept = (re.findall("^#.*$", text, re.MULTILINE) for text in (page, committed("worlds.md")))
    assert headings == kept, "run make docs"
    sections = {part.splitlines()[0]: part for part in re.split(r"^## ", committed("worlds.md"), flags=re.MULTILINE)}
    for name, world in assumptions.worlds.items():
        assert page.count(f"](#{name}) | believed |") == committed("worlds.md").count(f"](#{name}) | believed |") == 2
        assert all(f"[{reference}](priors.md#sources)" in sections[name] for reference in world.text.references)
        assert all(f"`--priors {overlay}`" in sections[name] for overlay in world.text.overlays)
        for layer in world.layers:
            assert all(f"quantity `{row}`" in sections[name] for row in layer.tables.get("quantity", {}))
    for name in assumptions.scenarios:
        assert f"[What it lays over the race](scenarios.md#{name})" in sections[name]


def test_pages_are_written_into_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catchup.analysis.presentation.pages.all.PAGES", {"evidence.md": PAGES["evidence.md"]})
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "evidence.md").read_text(encoding="utf-8") == committed("evidence.md")
    assert (tmp_path / PICTURE).read_bytes() == (DOCS / PICTURE).read_bytes(), "run make docs"


def test_a_folder_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("catchup.analysis.presentation.pages.all.PAGES", {"evidence.md": PAGES["evidence.md"]})
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert main([]) == 2


@pytest.mark.slow
def test_pages_that_go_while_they_are_read_are_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading_pages, "figures", lambda question: {})
    page = tmp_path / "size.md"

    def prepare() -> None:
        page.write_text("No tables.", encoding="utf-8")
        (tmp_path / "trend.md").write_text("Nor here.", encoding="utf-8")

    for ended in every_moment(prepare, lambda: reading_pages.main([str(tmp_path)]), page.unlink):
        said = capsys.readouterr().err
        assert said.count("\n") == (ended.result != 0)
        assert ended.result == 0 or (ended.result == 2 and str(page) in said)
        if ended.result == 0:
            assert (tmp_path / "trend.md").read_text(encoding="utf-8") == "Nor here."


def test_figures_are_of_the_day_they_say() -> None:
    assert date(2026, 11, 21) == AS_OF
    assert f"as of {AS_OF.day} {AS_OF:%b %Y}" in committed("scenarios.md")


def test_the_readme_begins_with_the_date_that_the_bridge_leads_to() -> None:
    *_, last = (line for line in (DOCS / "bridge.md").read_text().splitlines() if line.startswith("| All steps"))
    low, middle, high = re.findall(r"\d+ \w{3} \d{4}", last)
    said = f"As of {AS_OF.day} {AS_OF:%b %Y}: around {middle} (90% interval: {low} to {high})."
    assert said in (DOCS.parent / "README.md").read_text()
