"""Doubted reports in the explorer: whatever is switched and slid, the page mixes the silence as the engine does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.likelihoods import likelihoods_of, total
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.explorer import explorer_data
from catchup.analysis.studies import explored
from catchup.evidence.rumours import rumours_in
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from explorer_core import Core
from explorer_twin import LEVELS, Data, Leak, column, dates
from item_cases import item
from test_rumours import DAY, report, selected, silence

DRAWS, POOL, FALSE_ALARMS = 8_000, 100_000, 1e-3
ROUNDED = 1e-4  # of a weight: log likelihoods stand in the page as float32
LOOKED = date(2027, 8, 26)  # between the days that are reported
REPORTS = {"first": date(2027, 8, 20), "second": date(2027, 8, 28), "little": date(2027, 8, 29)}
ANSWER = """const model = models[given[0]], { on, weight, reliability } = given[1];
const items = all(model).map((one) => ({ ...one, on: !on || on.includes(one.item.id),
  weight: (weight || {})[one.item.id] ?? one.weight,
  reliability: one.reliability === null ? null : (reliability || {})[one.item.id] ?? one.reliability }));
const leak = given[2] || null, { weights } = core.weigh(core.opened(model), items, leak);
const chosen = { event: model.event, lever: "none", by: "", items, leak };
return { weights: Array.from(weights), ...core.answer(model, chosen) };"""


@dataclass(frozen=True)
class Choice:
    """What a reader has switched off or slid."""

    off: tuple[str, ...] = ()
    weight: Mapping[str, float] | None = None
    reliability: Mapping[str, float] | None = None

    def told(self, items: Sequence[Item]) -> dict[str, Any]:
        """As the script takes it."""
        on = [each.id for each in items if each.id not in self.off]
        return {"on": on, "weight": self.weight or {}, "reliability": self.reliability or {}}

    def applied(self, items: Sequence[Item]) -> list[Item]:
        """The items that the engine counts for it."""
        kept = [each for each in items if each.id not in self.off and (self.weight or {}).get(each.id) != 0.0]
        return [_changed(each, self.weight or {}, self.reliability or {}) for each in kept]


def _changed(each: Item, weight: Mapping[str, float], reliability: Mapping[str, float]) -> Item:
    if each.id in weight:
        text = each.text.model_copy(update={"weight": weight[each.id], "weight_reason": "slid"})
        each = replace(each, text=text)
    if each.id in reliability:
        assert each.doubt is not None
        each = replace(each, doubt=each.doubt.model_copy(update={"reliability": reliability[each.id]}))
    return each


DOUBT = {"delay_months": 2.0, "reliability": 0.8, "background_probability": 0.4}
ITEMS = (
    silence(through=LOOKED),
    report(0.6, day=REPORTS["first"], name="first"),
    report(0.3, day=REPORTS["second"], name="second"),
    report(None, 0.4, day=REPORTS["little"], name="little"),
)
CLAIMING = (
    ITEMS[0],
    ITEMS[2],
    *(
        item(
            "claim",
            name,
            observed={"event": "compute-equivalent", "date": day},
            likelihood={"delay_months": 2.0, "true_positive": 0.6, "false_positive": 0.1},
            known_since=DAY,
        )
        for name, day in (("denied", REPORTS["first"]), ("claim", REPORTS["little"]))
    ),
)
UNSURE = (
    item("not_yet", "silence", observed=ITEMS[0].text.observed, likelihood=DOUBT),
    *ITEMS[1:],
)
CHOICES = {
    "as it began": Choice(),
    "one report off": Choice(off=("second",)),
    "all reports off": Choice(off=("first", "second", "little")),
    "the silence off": Choice(off=("silence",)),
    "believed more": Choice(reliability={"second": 0.9}),
    "not believed": Choice(reliability={"first": 0.0, "second": 0.0}, off=("little",)),
    "counted less": Choice(weight={"second": 0.35, "little": 0.1}),
    "counted not at all": Choice(weight={"second": 0.0}),
    "a silence that counts for less denies nothing": Choice(weight={"silence": 0.5}),
    "two at once": Choice(off=("little",), weight={"first": 0.7}, reliability={"first": 0.2}),
}

ANSWERED = ("as it began", "believed more")  # that the page's draws are the engine's: of each choice its weights tell


@dataclass(frozen=True)
class Page:
    """What the page carries of some items, and the draws that it carries."""

    model: str
    question: Question
    items: Sequence[Item]
    data: Data
    values: Values
    core: Core

    def answer(self, choice: Choice, leak: Leak | None = None) -> dict[str, Any]:
        """What its script answers to a choice."""
        told = None if leak is None else {"kind": leak.kind, "fields": leak.fields}
        found: dict[str, Any] = self.core.ask(ANSWER, self.model, choice.told(self.items), told)
        return found


def page_of(model: str, items: Sequence[Item], folder: Path) -> Page:
    question = Question(load_assumptions(model=model), DAY, draws=DRAWS, seed=3)
    taken: list[tuple[Question, Values]] = []

    def columns(asked: Question, values: Values) -> tuple[Any, ...]:
        taken.append((asked, values))
        return worked_out(asked, values)

    worked_out = explored._columns
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(explored, "POOL", POOL)
        patched.setattr(explored, "_columns", columns)
        data = explorer_data(question, items, DRAWS)
    ((asked, values),) = taken
    return Page(model, asked, items, data, values, Core({model: data}, folder))


@pytest.fixture(scope="module", params=["current", "article"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of(request.param, ITEMS, tmp_path_factory.mktemp("sure"))


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of("current", UNSURE, tmp_path_factory.mktemp("unsure"))


@pytest.fixture(scope="module")
def claiming(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of("current", CLAIMING, tmp_path_factory.mktemp("claiming"))


def agrees(page: Page, choice: Choice) -> None:
    """Whether the script weighs the page's draws as the engine's likelihood of what is counted weighs them."""
    counted = choice.applied(page.items)
    log = column(page.data["base"], "<f4") + total(likelihoods_of(page.question, page.values, counted))
    expected = np.exp(log - log.max())
    found = np.array(page.answer(choice)["weights"])
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=ROUNDED, atol=ROUNDED / DRAWS)


def test_the_ledger_counts_all_of_them() -> None:
    assert [each.id for each in selected(ITEMS).counted] == [each.id for each in ITEMS]
    assert [rumour.looked for rumour in rumours_in(ITEMS, DAY)["silence"]] == [True, False, False]


@pytest.mark.parametrize("name", CHOICES)
def test_whatever_is_chosen_weighs_the_draws_as_the_engine_does(name: str, page: Page) -> None:
    agrees(page, CHOICES[name])


@pytest.mark.parametrize("choice", [Choice(), Choice(off=("first",)), Choice(reliability={"silence": 1.0})])
def test_a_silence_that_is_doubted_itself_is_mixed_as_well(choice: Choice, unsure: Page) -> None:
    agrees(unsure, choice)


@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice(off=("denied",)),
        Choice(off=("silence",)),
        Choice(off=("second", "claim")),
        Choice(weight={"claim": 0.4, "denied": 0.0}),
        Choice(weight={"silence": 0.5}, reliability={"second": 0.8}),
    ],
)
def test_claims_are_weighed_beside_the_silence_as_the_engine_does(choice: Choice, claiming: Page) -> None:
    agrees(claiming, choice)


@pytest.mark.parametrize("name", ANSWERED)
def test_whatever_is_chosen_is_answered_as_on_draws_of_the_engines_own(name: str, page: Page) -> None:
    choice = CHOICES[name]
    answer, weights = (page.answer(choice)[part] for part in ("quantiles", "weights"))
    counted = replace(selected(ITEMS), counted=tuple(choice.applied(ITEMS)))
    asked = replace(page.question, draws=100_000, seed=7)
    exact = condition(asked, counted, "importance", refuse=False)
    own = Distribution(
        dates(page.data, f"{page.data['event']}/none"), Weighting(len(weights), weights=np.array(weights))
    )
    widest = float(norm.isf(0.5 * FALSE_ALARMS / (2 * len(ANSWERED) * len(LEVELS))))
    for p, found in zip(LEVELS, answer, strict=True):
        estimate, error = exact.ready.quantile(p), own.quantile(p).mcse
        assert abs(found - estimate.value) <= widest * math.hypot(estimate.mcse, error) + 0.001, p


def test_a_leak_that_is_believed_ends_the_silence_and_leaves_the_reports(page: Page) -> None:
    leak = Leak("milestone", {"event": "compute-equivalent", "date": "2027-08-31", "delay": 2.0})
    with_silence, without = (page.answer(Choice(off=off), leak)["weights"] for off in ((), ("silence",)))
    assert with_silence == without
