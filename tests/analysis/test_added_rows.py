"""A firm, a chip, a currency and a world more are rows, a kind more a class: each is found wherever the others are."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from own_rows import BAIDU, CHEAP_MYTHOS

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.explorer import explorer_data
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.report.contents import sections_of_report
from catchup.analysis.presentation.table import Table
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.runs.run import Sections
from catchup.analysis.studies.worlds import worlds
from catchup.evidence import KINDS
from catchup.evidence.kinds.budget_share import BudgetShare
from catchup.evidence.kinds.registry import register_kind
from catchup.evidence.units import Chip, Currency, units
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, write_item

ROWS = BAIDU.replace("hyperscaler_budget", "startup_budget") + CHEAP_MYTHOS
CHIP = 'h100e = 0.9\nalso = ["Huawei Ascend 960"]\nsource = "a plan"'
CURRENCY = 'also = ["S$"]\nsource = "a central bank"\n[per_usd]\n2026 = 1.3'
SIX = ["bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai"]
LEAKS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "baidus-ascends": (
        "compute_stock",
        {"value": 1e6, "chip": "Huawei Ascend 960", "firm": "Baidu", "date": date(2026, 10, 1)},
        {"sd": 0.2},
    ),
    "tencents-spending": (
        "capital_spending",
        {"value": 12e9, "currency": "S$", "year": 2026, "firm": "Tencent"},
        {"sd": 0.3, "yearly_growth": 2.0},
    ),
}


class HoursShare(BudgetShare):
    """A share of a year's hours, which is one of its compute."""

    name: ClassVar[str] = "hours_share"
    subject: ClassVar[str] = "Shares of a year's hours"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The overlay and three items that use what it and other rows add, while they are there."""
    folder = tmp_path_factory.mktemp("added")
    overlay = folder / "mine.toml"
    overlay.write_text(ROWS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(units().chip, "Ascend 960", Chip.model_validate(tomllib.loads(CHIP)))
        patch.setitem(units().currency, "SGD", Currency.model_validate(tomllib.loads(CURRENCY)))
        register_kind(HoursShare)
        try:
            items = [
                write_item(folder, kind, name, title=f"Leak: {name}", observed=observed, likelihood=likelihood)
                for name, (kind, observed, likelihood) in LEAKS.items()
            ]
            own = write_item(folder, "budget_share", "deepseeks-hours", title="Leak: deepseeks-hours")
            own.write_text(
                own.read_text().replace('"budget_share"', '"hours_share"').replace('"hyperscaler"', '"deepseek"')
            )
            yield [overlay, *items, own]
        finally:
            del KINDS["hours_share"]


@pytest.fixture(scope="module")
def asked(files: list[Path]) -> Posterior:
    question = Question(load_assumptions([files[0]]), DAY, draws=4_000)
    return posterior(Request(question, evidence="none", added=tuple(files[1:]), engine="importance"))


def test_results_count_what_was_added(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--priors", str(files[0]), "--as-of", f"{DAY}", "--draws", "4000", "--engine", "importance"]
    adding = [part for path in files[1:] for part in ("--add", str(path))]
    assert catchup(["forecast", "--evidence", "none", *options, *adding, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sorted(answer["evidence"]) == ["baidus-ascends", "deepseeks-hours", "tencents-spending"]
    assert answer["first_firm"]["baidu"] > 0.1
    assert answer["ready_if_first"]["baidu"]["quantiles"]["0.5"]["date"]
    assert answer["first_archetype"]["hyperscaler"] == pytest.approx(
        sum(answer["first_firm"][firm] for firm in ("bytedance", "alibaba", "tencent", "baidu")), abs=1e-4
    )


def test_an_added_chip_and_an_added_currency_count_by_their_rows(asked: Posterior) -> None:
    items, clock = {item.id: item for item in asked.items}, asked.question.clock
    assert items["baidus-ascends"].observation(clock) == pytest.approx(math.log(1e6 * 0.9))
    assert items["tencents-spending"].observation(clock) == pytest.approx(math.log(12e9 / 1.3))
    assert "currency is SGD" in items["tencents-spending"].kind.misreadings(
        items["tencents-spending"].observed.model_copy(update={"currency": "CNY"})
    )


def test_an_added_world_is_asked_like_the_others(asked: Posterior) -> None:
    found = {world.id: world for world in worlds(asked, ["cheap-mythos"]).worlds}
    assert found["cheap-mythos"].title == "Mythos took a quarter of the chips"


def test_the_report_has_what_was_added(asked: Posterior) -> None:
    whole = studies_of_a_run(asked)
    results = {name: whole[name](asked) for name in ("levers", "regimes", "state")}
    made = Sections(asked, forecast(asked), results | {"worlds": worlds(asked, ["cheap-mythos"])}, None, None, "")
    report = {}
    for section in sections_of_report(made):
        tables = [part for part in section.parts if isinstance(part, Table)]
        report[section.id] = "\n".join(map(to_markdown, tables))
        if section.id == "worlds":
            break  # what follows takes seconds to work out
    assert "Baidu" in report["date"]
    assert "Baidu" in report["state"]
    assert "baidu" in as_json(results["state"])["firms"]
    assert all(item.id in report["evidence"] for item in asked.items)
    assert "hours_share" in report["evidence"]
    assert "Mythos took a quarter of the chips" in report["worlds"]


def test_the_explorer_has_what_was_added(asked: Posterior, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catchup.analysis.studies.explored.POOL", 5_000)
    page = explorer_data(replace(asked.question, draws=2_000), asked.items, draws=500)
    assert page["firms"] == [*SIX, "baidu"]
    assert page["firmTitles"] == ["ByteDance", "Alibaba", "Tencent", "DeepSeek", "Moonshot", "Z.ai", "Baidu"]
    fields = {field["name"]: field for field in page["leaks"]["stock"]["fields"]}
    assert ["baidu", "Baidu"] in fields["whose"]["options"]
    assert {item["id"] for item in page["items"]} == {item.id for item in asked.items}
