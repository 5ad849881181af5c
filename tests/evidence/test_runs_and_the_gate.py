"""What a leaked run or cluster is held against: the share that the gate gives the one run, and all that a firm owns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import special

from catchup.evidence.likelihood import predictions
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import QuantileTransform
from catchup.model.forward import outcome
from catchup.model.generative import Outcome, World
from catchup.priors.layers import Layer
from evidence_cases import DAY, item, log_likelihoods

DRAWS = 4_000
CURRENT = load_assumptions()
FIRMS = list(CURRENT.race.firms)
NARROW = "narrow-exploit"


class Raced:
    """Draws of the prior, and the race to an event that they imply."""

    def __init__(self, assumptions: Assumptions, event: str = "compute-equivalent") -> None:
        names = assumptions.needed([event])
        transform = QuantileTransform(assumptions.beliefs, names)
        self.assumptions, self.event = assumptions, event
        self.values = transform(np.random.default_rng(7).random((len(transform.names), DRAWS)))
        self.world: World
        self.found: Outcome
        self.world, self.found = outcome(assumptions, self.values, event=event)

    def of(self, seen: Item) -> np.ndarray:
        """What the model says that an item is about."""
        outcomes = {self.event: self.found}
        return predictions([seen], self.assumptions, self.values, self.world, outcomes, DAY)[seen.id]


@pytest.fixture(scope="module")
def current() -> Raced:
    return Raced(CURRENT)


def sized(kind: str, firm: str, day: date) -> Item:
    seen = {"firm": firm, "date": day, "size": 1e26}
    return item(kind, known_since=max(day, DAY), observed=seen, likelihood={"size_sd": 0.4})


@pytest.mark.parametrize("firm", FIRMS)
@pytest.mark.parametrize("kind", ["run_started", "run_finished"])
def test_a_firm_whose_run_can_be_as_large_as_the_event_requires_can_launch_by_then(
    current: Raced, kind: str, firm: str
) -> None:
    """The sentence of the documentation, and its converse, in every draw: the requirement by its own formula."""
    lag, progress = current.values[f"{firm}_know_how_lag"], current.values["algorithmic_progress"]
    launchers = 0
    for months in (3, 9, 18, 36):
        day = CURRENT.calendar.origin + timedelta(days=round(30.44 * months))
        month = CURRENT.calendar.months(day)
        required = current.world.mythos_flop * progress ** (-(month - lag) / 12.0)
        large_enough = current.of(sized(kind, firm, day)) >= np.log(required)
        able = current.found.contenders[firm].able <= month
        assert (large_enough == able).all(), months
        launchers += able.sum()
    assert 0 < launchers < 4 * DRAWS


def test_a_published_run_is_held_against_a_share_of_the_whole_budget(current: Raced) -> None:
    """What rivals within the firm take is in its typical share, or would be taken off twice."""
    run = item("training_run", observed__firm="deepseek")
    values, month = current.values, CURRENT.calendar.months(run.observed.date)
    budget = np.maximum(values["deepseek_budget"], values["deepseek_commitment"])
    pool = values["startup_stock"] + values["startup_growth"] / values["startup_growth_months"] * month
    flop = 12.0 * budget * pool * 989e12 * 86_400.0 * 30.44 * values["deepseek_mfu"]
    np.testing.assert_allclose(current.of(run), np.log(0.5 * flop), rtol=1e-9)


def test_what_stands_before_one_event_alone_is_that_of_the_runs_event_or_else_of_the_questions() -> None:
    """An obstacle before narrow exploits alone: a run to another event meets it only where none asks of that event."""
    layer = Layer.of({"obstacle": {"too-little-focus": {"events": [NARROW]}}}, file="mine.toml")
    assumptions, run = load_assumptions([layer]), sized("run_started", "bytedance", date(2026, 10, 15))
    narrow, plain = Raced(assumptions, NARROW), Raced(assumptions)
    rivals = narrow.values["rival_compute"]
    assert "rival_compute" not in plain.values
    asked_beside = {NARROW: narrow.found, "compute-equivalent": narrow.found}
    beside = predictions([run], assumptions, narrow.values, narrow.world, asked_beside, DAY)[run.id]
    np.testing.assert_allclose(beside - narrow.of(run), np.log1p(rivals), atol=1e-9)
    assert np.isfinite(plain.of(run)).all()


def owned(values: dict[str, Any], firm: str, month: float) -> np.ndarray:
    """H100e that a hyperscaler has in a month, by its sources' own figures: what cannot train among them."""
    total = np.zeros(DRAWS)
    for source in CURRENT.race.sources.values():
        if source.firm != firm:
            continue
        amount = np.prod([values[name] for name in source.amount], axis=0)
        if source.length is not None:
            start, length, per = (
                values[entry] if isinstance(entry, str) else entry
                for entry in (source.start, source.length, source.per or source.length)
            )
            amount = amount / per * np.clip(month - start, 0.0, length)
        total += amount
    return total


@pytest.mark.parametrize("firm", ["bytedance", "alibaba"])
def test_a_cluster_is_part_of_all_that_a_firm_owns(current: Raced, firm: str) -> None:
    seen = item("cluster", observed__firm=firm, observed__chip="H100e", observed__value=1e6, likelihood__sd=0.2)
    month = CURRENT.calendar.months(seen.observed.date)
    has = owned(current.values, firm, month)
    np.testing.assert_allclose(current.of(seen), np.log(has), rtol=1e-12)
    assert (has > current.world.pools[firm].at(np, month)).all()
    density = log_likelihoods([seen], CURRENT, current.values, current.world, {current.event: current.found})[seen.id]
    width = 0.2 * np.sqrt(3.0) / np.pi
    np.testing.assert_allclose(density, special.log_expit(np.log(has / 1e6) / width), rtol=1e-9)


def test_where_all_of_it_can_train_a_firm_owns_its_pool() -> None:
    article = Raced(load_assumptions(model="article"))
    seen = item("cluster")
    month = article.assumptions.calendar.months(seen.observed.date)
    pool = article.world.pools["hyperscaler"].at(np, month)
    assert (article.of(seen) == np.log(pool)).all()
