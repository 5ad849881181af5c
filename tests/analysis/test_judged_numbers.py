"""What was fixed by hand, given a prior of its own: weights against draws in which the number is drawn as well."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from false_alarms import widest
from rich.console import Console, Group

from catchup.analysis.commands.main import run
from catchup.analysis.inference.estimates import Distribution, Estimate, Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.likelihoods import likelihoods, predictions_of, prior_for, total
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.tables.builders import layout_of
from catchup.analysis.presentation.terminal import to_terminal
from catchup.analysis.studies.checks.judged import EVERYTHING, SPREAD, Judged, _moved_odds, judged
from catchup.analysis.studies.checks.study import Checks
from catchup.model import load_assumptions
from catchup.priors import LogNormal

DAY, DRAWS = date(2026, 11, 21), 100_000
Z = 4.0  # of 16 comparisons one is missed by more with a probability of 0.001


def asked(model: str, evidence: str, draws: int = DRAWS) -> Posterior:
    return posterior(
        Request(Question(load_assumptions(model=model), DAY, draws=draws), evidence=evidence, engine="importance")
    )


def by_id(rows: tuple[Judged, ...]) -> dict[str, Judged]:
    return {row.id: row for row in rows}


def within(found: Estimate, expected: Distribution, before: Distribution, p: float) -> bool:
    """Whether a shift on common draws is that to a distribution worked out on other ones."""
    other = expected.quantile(p)
    error = math.hypot(other.mcse, before.quantile(p).mcse, found.mcse)
    return abs(before.quantile_value(p) + found.value - other.value) < Z * error


def test_an_items_sd_with_a_prior_is_the_sd_drawn_in_every_draw() -> None:
    before = asked("article", "default")
    row = by_id(judged(before))["eci-lag: sd"]
    assert row.value == 0.25
    item = next(item for item in before.items if item.id == "eci-lag")
    others = [other for other in before.items if other is not item]
    question = replace(before.question, seed=2)
    prior, clock = prior_for(question, before.items), question.clock
    columns = prior.map(lambda values: {"lag": predictions_of(question, values, before.items)[2]["eci-lag"]})
    moves = np.random.default_rng(3).normal(0.0, SPREAD, DRAWS)
    figures = {**item.figures(clock), "sd": 0.25 * np.exp(moves)}
    density = item.log_density(np, item.observation(clock), columns["lag"], figures)  # type: ignore[arg-type]
    weights = np.exp(density + total(likelihoods(question, prior, others)))
    ready = prior_of(question).ready.values
    expected = Distribution(ready, Weighting(DRAWS, weights=weights / weights.sum()))
    for p, shift in row.shifts.items():
        assert within(shift, expected, before.ready, p)
    assert abs(row.shifts[0.5].value) > 4.0 * row.shifts[0.5].mcse  # so that nothing at all would not pass


def test_a_quantitys_spread_with_a_prior_is_the_overlay_that_draws_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assumptions = load_assumptions(model="current")
    before = prior_of(Question(assumptions, DAY, draws=DRAWS))
    rows = [row for row in judged(before)[1:] if row.id.endswith(": sigma")]
    row = min(rows, key=lambda row: row.khat)
    name = row.id.removesuffix(": sigma")
    belief = assumptions.beliefs[name]
    assert isinstance(belief, LogNormal)
    overlay = tmp_path / "hyper.toml"
    overlay.write_text(
        f"""
[quantity.spread_of_it]
family = "truncated"
high = 10
of = {{ family = "lognormal", median = {belief.sigma}, sigma = {SPREAD} }}
unit = "1"
description = "Spread"
sources = ["project"]
[quantity.{name}]
family = "lognormal"
median = {belief.median}
sigma = {{ quantity = "spread_of_it" }}
"""
    )
    other = Question(load_assumptions([overlay], model="current"), DAY, draws=DRAWS, seed=2)
    expected = forecast_prior(other).ready
    assert row.trustworthy
    assert within(row.shifts[0.5], expected, before.ready, 0.5)


def test_a_number_that_the_date_does_not_hang_on_moves_nothing() -> None:
    rows = judged(asked("article", "rl-ratio-ten", 20_000))
    found = by_id(rows)["rl-ratio-ten: sd"]
    assert abs(found.shifts[0.5].value) < widest(found.shifts[0.5].mcse)
    assert rows[0].id == EVERYTHING


@pytest.mark.parametrize("value", [0.0, 0.25, 0.9, 1.0])
def test_shares_stay_shares(value: float) -> None:
    assert _moved_odds(value, 0.0) == pytest.approx(value)
    assert 0.0 <= _moved_odds(value, 3.0) <= 1.0
    assert _moved_odds(_moved_odds(value, 0.7), -0.7) == pytest.approx(value)


def test_the_command_shows_them_and_programs_get_all(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["check", "--model", "article", "--as-of", "2026-11-21", "--draws", "20000", "--engine", "importance"]
    assert run([*options, "--json"]) in (0, 1)
    found = json.loads(capsys.readouterr().out)["judged"]
    assert found[0]["id"] == EVERYTHING
    assert {"eci-lag: sd", "microsoft-slide: reliability", "no-public-model: delay_months"} <= {
        row["id"] for row in found
    }
    assert set(found[1]["shift"]) == {"0.5", "0.95"}
    shifts = [abs(row["shift"]["0.5"]["months"]) for row in found[1:]]
    assert shifts == sorted(shifts, reverse=True)


def test_how_far_the_date_moves_is_said_only_where_the_draws_can_say_it() -> None:
    before = asked("article", "eci-lag", 5_000)
    sure, unsure = Estimate(1.73, 0.2, True), Estimate(-2.5, 0.2, True)
    rows = (Judged("sure", 1.0, {0.5: sure, 0.95: sure}, 0.3), Judged("unsure", 2.0, {0.5: unsure, 0.95: unsure}, 1.07))
    layout = layout_of(Checks(before.origin, (), judged=rows))
    console = Console(width=100, no_color=True)
    with console.capture() as terminal:
        console.print(Group(*to_terminal(layout.tables[0], 100)))
    page = to_markdown(layout.tables[0])
    for said in (terminal.get(), page):
        assert "+1.73" in said
        assert "2.50" not in said
        assert "too few draws to say" in said
    assert "1.07" in page
    told = [row["shift"]["0.5"]["months"] for row in layout.json()["judged"]]
    assert told == [1.73, -2.5]  # programs have the k-hat beside


def test_where_nothing_was_asked_there_is_no_table() -> None:
    before = asked("article", "eci-lag", 5_000)
    assert len(layout_of(Checks(before.origin, ())).tables) == 1
    assert len(layout_of(Checks(before.origin, (), judged=judged(before))).tables) == 2
