"""The bridge: steps from the published forecast to this one add up, and their errors are what they say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import covers, widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.probabilities import BRIDGED
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.figures import draw_bridge
from catchup.analysis.presentation.tables.bridge import bridge_text, moved_text
from catchup.analysis.studies import bridge as module
from catchup.analysis.studies.bridge import Bridge, bridge
from catchup.analysis.studies.structure_spread import structure_spread
from catchup.evidence import Item
from catchup.evidence.kinds import KINDS
from catchup.model.assumptions import load_assumptions
from catchup.model.models import GROUPS
from catchup.priors.layers import Layer
from figure_cases import faults
from item_cases import DAY, counting, default_posterior, item

QUICK = (1, 3)  # of the ledgers, one of either model; the others are among the slow tests
LEDGERS = [pytest.param(each, marks=[pytest.mark.slow] if each not in QUICK else []) for each in range(20)]
ROUNDING = 1e-9  # months; sums of differences of doubles
SEEDS = 80


def asked(model: str = "current", draws: int = 20_000, seed: int = 1, day: date = DAY) -> Question:
    return Question(load_assumptions(model=model), day, draws=draws, seed=seed)


def published(seed: int, draws: int = 50_000) -> Distribution:
    """The published forecast: the article's model, launched every half month, before any evidence."""
    return prior_of(replace(asked("article", draws, seed), launch_grid=0.5)).ready


def random_ledger(rng: np.random.Generator) -> list[Item]:
    """Items of a random choice of kinds, with random figures that the prior allows."""
    found = []
    for number in range(rng.integers(0, 4)):
        scope = str(rng.choice(["general", "cyber"]))
        found.append(item("capability_lag", f"lag-{number}", observed={"value": rng.uniform(4, 12), "scope": scope}))
    if rng.random() < 0.6:
        value = 10 ** rng.uniform(26.5, 27.2)
        scope = str(rng.choice(["pretraining", "total"]))
        observed = {"value": value, "interval": [value / 1.2, value * 1.2], "level": 0.95, "scope": scope}
        found.append(item("compute_reading", "reading", observed=observed))
    if rng.random() < 0.6:
        observed = {"value": 340e6 * math.exp(rng.normal(0.0, 0.3)), "firm": "Z.ai"}
        found.append(item("rental_spend", "spend", observed=observed))
    if rng.random() < 0.6:
        observed = {"value": rng.uniform(1.5, 3.0), "quantity": "post_training_months"}
        found.append(item("quantity_reading", "post-training", observed=observed, likelihood={"sd": 0.2}))
    if rng.random() < 0.7 or not found:
        found.append(item("not_yet", "silence"))
    return found


def sums(found: Bridge) -> dict[float, float]:
    return {p: sum(step.shifts[p].value for step in found.steps) for p in BRIDGED}


@pytest.mark.parametrize("ledger", LEDGERS)
def test_steps_add_up_to_the_whole(ledger: int) -> None:
    """To the whole as the bridge has it, exactly; and as two answers have it that share no draws with the bridge."""
    rng = np.random.default_rng([13, ledger])
    items, model = random_ledger(rng), str(rng.choice(["article", "current"]))
    selection = counting(items)
    ends_at = condition(asked(model, seed=1), selection)
    found = bridge(ends_at)
    apart, start = condition(asked(model, seed=2), selection).ready, published(seed=3)
    assert [name for step in found.steps for name in step.items] != []
    assert sorted(name for step in found.steps for name in step.items) == sorted(ends_at.evidence)
    for p, total in sums(found).items():
        assert total == pytest.approx(found.whole[p].value, abs=ROUNDING)
        assert found.ready.quantile_value(p) == ends_at.ready.quantile_value(p)
        one, other = apart.quantile(p), start.quantile(p)
        error = math.hypot(found.whole[p].mcse, one.mcse, other.mcse)
        assert abs(total - (one.value - other.value)) < widest(error), p


@pytest.mark.slow
def test_errors_of_the_steps_are_what_they_say() -> None:
    """Each step over seeds, against the mean of all: intervals built from its MCSE cover as often as they should."""
    items = [item("capability_lag", "lag"), item("not_yet", "silence")]
    found = [bridge(condition(asked(seed=seed), counting(items), "importance")) for seed in range(SEEDS)]
    for place, step in enumerate(found[0].steps):
        shifts = [each.steps[place].shifts[0.5] for each in found]
        values = np.array([shift.value for shift in shifts])
        if not values.any():  # a group of rows that none of these items asks of
            assert not any(shift.mcse for shift in shifts)
            continue
        # the mean's own error is a ninth of a single one's, and is left out of the interval
        spread = values.std(ddof=1) / np.mean([shift.mcse for shift in shifts])
        degrees = SEEDS - 1
        assert abs(spread - 1.0) < widest(1.0 / math.sqrt(2 * degrees)), step.id
        assert covers(values - values.mean(), [shift.mcse for shift in shifts]), step.id


def test_a_question_that_is_the_published_one_has_no_step() -> None:
    question = replace(asked("article"), launch_grid=0.5)
    found = bridge(prior_of(question))
    assert found.steps == ()
    assert found.ready is found.published
    assert {shift.value for shift in found.whole.values()} == {0.0}
    assert "no change" in bridge_text(found)


def test_every_group_of_the_current_model_is_a_step() -> None:
    found = bridge(prior_of(asked()))
    assert [step.id for step in found.steps] == ["launch", *GROUPS]
    assert found.ready.quantile_value(0.5) == prior_of(asked()).ready.quantile_value(0.5)
    groups = dict(zip(GROUPS, found.steps[1:], strict=True))
    compute_alone = prior_of(asked("article")).ready
    assert found.steps[0].ready.quantile_value(0.5) == compute_alone.quantile_value(0.5)
    obstacles = groups["obstacles"].shifts[0.5]
    assert obstacles.value > 1.0
    independent = prior_of(asked()).ready.quantile(0.5)
    assert obstacles.mcse < math.hypot(independent.mcse, compute_alone.quantile(0.5).mcse)  # common numbers


def test_overlays_events_and_pools_are_steps_of_their_own() -> None:
    overlay = Layer.of({"quantity": {"post_training_months": {"family": "fixed", "value": 4.0}}}, file="slow.toml")
    question = Question(load_assumptions([overlay]), DAY, draws=5_000, event="autonomous-range")
    drawn = prior_of(question)
    found = bridge(drawn, structure_spread(drawn).pool)
    assert [step.id for step in found.steps] == ["launch", *GROUPS, "overlays", "event", "pool"]
    assert "slow.toml" in found.steps[-3].title
    assert found.steps[-2].ready.quantile_value(0.5) == drawn.ready.quantile_value(0.5)
    for p, total in sums(found).items():
        assert total == pytest.approx(found.whole[p].value, abs=ROUNDING)


@pytest.mark.slow
def test_quasi_random_draws_end_at_their_own_answer() -> None:
    drawn = default_posterior(Question(load_assumptions(), DAY, draws=16_384, quasi_random=True))
    found = bridge(drawn)
    assert found.ready.quantile_value(0.5) == drawn.ready.quantile_value(0.5)
    unconditioned = prior_of(Question(load_assumptions(), DAY, draws=16_384, quasi_random=True))
    assert bridge(unconditioned).ready.quantile_value(0.5) == unconditioned.ready.quantile_value(0.5)


@pytest.mark.slow
def test_chains_end_at_their_own_answer(sampled: Posterior) -> None:
    found = bridge(sampled)
    assert found.ready is sampled.ready
    for p, total in sums(found).items():
        assert total == pytest.approx(found.whole[p].value, abs=ROUNDING)


def test_kinds_stand_in_their_own_order_whatever_that_of_the_items() -> None:
    names = ["not_yet", "capability_lag", "compute_reading"]
    items = [item(kind, f"{kind.replace('_', '-')}-{number}") for number in (2, 1) for kind in names]
    found = list(module._kinds(items))
    assert [name for name, _, _ in found] == sorted(names, key=list(KINDS).index) != sorted(names)
    for name, _, ids in found:
        assert [int(each[-1]) for each in ids] == [2, 1], name


def test_kinds_that_cannot_be_told_apart_are_joined_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no weights on the way can be believed, the bridge goes on with the next kind, and ends where it should."""
    drawn = condition(asked(), counting([item("capability_lag", "lag"), item("not_yet", "silence")]))
    assert [step.id for step in bridge(drawn).steps[-2:]] == ["capability_lag", "not_yet"]
    monkeypatch.setattr(module, "WORST_KHAT", -math.inf)
    found = bridge(drawn)
    assert found.steps[-1].id == "capability_lag+not_yet"
    assert found.steps[-1].items == ("lag", "silence")
    assert found.ready is drawn.ready


@pytest.fixture(scope="module")
def found() -> Bridge:
    return bridge(default_posterior(asked()))


def test_moves_in_words(found: Bridge) -> None:
    text = bridge_text(found)
    for step in found.steps:
        assert f"{step.title}: {moved_text(step.shifts[0.5])}" in text
    assert "later" in text
    assert "earlier" in text


def test_the_command_answers_why(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--as-of", DAY.isoformat(), "--draws", "20000"]
    assert run(["forecast", "--why", "--json", *options]) == 0
    found = json.loads(capsys.readouterr().out)
    steps, whole = found["bridge"]["steps"], found["bridge"]["whole"]
    for p in ("0.05", "0.5", "0.95"):
        # each of them is rounded to four decimals
        assert sum(step["shift"][p]["months"] for step in steps) == pytest.approx(
            whole["shift"][p]["months"], abs=0.5e-4 * (len(steps) + 1)
        )
        assert whole["quantiles"][p] == found["ready"]["quantiles"][p]
    assert run(["forecast", "--json", *options[:2], "--draws", "1000", "--evidence", "none"]) == 0
    assert json.loads(capsys.readouterr().out)["bridge"] is None
    assert run(["forecast", "--why", *options, "--evidence", "eci-lag"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "As published, the median is" in said


def test_the_picture_keeps_the_order_of_the_steps(found: Bridge) -> None:
    for width in (7.2, 4.2):
        figure = draw_bridge(found, width=width)
        assert faults(figure) == []
        names = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_yticklabels()]
        assert names == ["As published", *(step.title for step in found.steps)]


def test_the_bridge_of_a_request_ends_at_its_forecast(tmp_path: Path) -> None:
    found = bridge(posterior(Request(asked(), evidence="eci-lag")))
    assert found.evidence == ("eci-lag",)
    assert found.steps[-1].items == ("eci-lag",)
