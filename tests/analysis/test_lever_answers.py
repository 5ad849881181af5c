"""What levers answer beside dates: the grid and who is first as races run apart, and JSON as the study."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.outcomes import PRETRAINED, READY, first_shares, outcome_of
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.enactment import layout as layout_by_day
from catchup.analysis.presentation.tables.lever_grid import layout as layout_of_grid
from catchup.analysis.presentation.text import chance_text
from catchup.analysis.studies.counterfactuals import levers
from catchup.analysis.studies.enactment import levers_by_day
from catchup.analysis.studies.lever_grid import Grid, lever_grid
from catchup.model import load_assumptions
from catchup.model.enacted import one_after_another
from catchup.model.policies import Intervention, apply_lever, apply_regime

DAY, LATER = date(2026, 11, 26), date(2027, 6, 26)
MONTHS = 1e-3  # as JSON writes them


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(load_assumptions(), DAY, draws=2_000))


@pytest.fixture(scope="module")
def grid(prior: Posterior) -> Grid:
    return lever_grid(prior, acting_from=LATER)


def raced(prior: Posterior, *changes: Intervention) -> Values:
    """Dates and shares in being first of a race that nothing else is remembered of."""

    def columns(values: Values) -> Values:
        *_, change = [Intervention(), *one_after_another(changes)]
        _, result = outcome_of(prior.question, values, change)
        return {READY: result.ready, **first_shares(result)}

    return prior.source.lightened().map(columns)


def test_a_cell_is_a_race_with_both_beside_one_with_the_regime_alone(prior: Posterior, grid: Grid) -> None:
    assumptions = prior.question.assumptions
    month, weighting = assumptions.calendar.months(LATER), prior.source.weighting
    pairs = list(zip(assumptions.levers, [*assumptions.regimes] * len(assumptions.levers), strict=False))
    assert {regime for _, regime in pairs} == {*assumptions.regimes}
    for lever, regime in pairs:
        pulled = apply_lever(assumptions.levers[lever], assumptions.race, month)
        committed = apply_regime(assumptions.regimes[regime], month)
        both, alone = (raced(prior, *changes)[READY] for changes in ([pulled, committed], [committed]))
        np.testing.assert_allclose(grid.dates[lever, regime].values, both, atol=1e-8)
        np.testing.assert_allclose(grid.dates[None, regime].values, alone, atol=1e-8)
        for p in (0.5, 0.95):
            later, sooner = (Distribution(dates, weighting).quantile_value(p) for dates in (both, alone))
            assert grid.bought(lever, regime, p).value == pytest.approx(later - sooner, abs=1e-6)


def test_the_grids_json_is_the_study(grid: Grid) -> None:
    content = layout_of_grid(grid).json()
    assert content["from"] == LATER.isoformat()
    assert {(row["lever"], row["regime"]) for row in content["grid"]} == {*grid.dates}
    for row in content["grid"]:
        dates = grid.dates[row["lever"], row["regime"]]
        for p, date_there in row["quantiles"].items():
            assert date_there["months"] == pytest.approx(dates.quantile_value(float(p)), abs=MONTHS)
        for p, shift in row.get("shift", {}).items():
            assert shift["months"] == pytest.approx(
                dates.quantile_value(float(p)) - grid.dates[None, row["regime"]].quantile_value(float(p)), abs=MONTHS
            )
    pulled = [row["quantiles"]["0.95"]["months"] for row in content["grid"] if row["regime"] is None]
    assert len({*pulled}) > 2  # levers' dates are told from each other


def test_the_grid_acts_from_the_day_that_is_asked(grid: Grid, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["levers", "--grid", "--from", str(LATER), "--evidence", "none", "--as-of", str(DAY), "--draws", "2000"]
    assert run([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(json.dumps(layout_of_grid(grid).json()))


def test_what_is_past_is_counted_on_each_day_of_the_curve(prior: Posterior) -> None:
    calendar, past = prior.question.assumptions.calendar, prior.summary[PRETRAINED]
    result = levers_by_day(prior, [DAY, LATER])
    shares = [float(np.mean(past <= calendar.months(day))) for day in (DAY, LATER)]
    assert shares[0] < shares[1]
    content: dict[str, Any] = layout_by_day(result).json()
    for table, lever in zip(layout_by_day(result).tables, result.levers.values(), strict=True):
        (ended,) = [column for column in table.columns if column.title == "A run has ended pre-training"]
        assert [ended.text(each) for each in lever] == [chance_text(share) for share in shares]
    for lever, written in zip(result.levers.values(), content["levers"], strict=True):
        assert [each.past.value for each in lever] == pytest.approx(shares)
        assert [row["past"] for row in written["by_day"]] == pytest.approx(shares, abs=MONTHS)
        assert [row["unmoved"] for row in written["by_day"]] == pytest.approx(
            [each.effect.unmoved.value for each in lever], abs=MONTHS
        )
        for row, each in zip(written["by_day"], lever, strict=True):
            assert row["past_mcse"] == pytest.approx(each.past.mcse, rel=0.01, abs=1e-6)
            assert row["unmoved_mcse"] == pytest.approx(each.effect.unmoved.mcse, rel=0.01, abs=1e-6)
    assert any(each.past.value != each.effect.unmoved.value for row in result.levers.values() for each in row)


def test_who_is_first_is_counted_in_the_race_and_under_each_lever(prior: Posterior) -> None:
    assumptions = prior.question.assumptions
    found, month = levers(prior, acting_from=DAY), assumptions.calendar.months(DAY)
    races = {None: raced(prior)} | {
        name: raced(prior, apply_lever(lever, assumptions.race, month)) for name, lever in assumptions.levers.items()
    }
    shares = {None: found.first_firm} | {row.id: row.first_firm for row in found.counterfactuals}
    for name, columns in races.items():
        counted = {firm: float(columns[firm].mean()) for firm in assumptions.race.firms}
        assert {firm: share.value for firm, share in shares[name].items()} == pytest.approx(counted, abs=1e-9)
    assert any(shares[name] != shares[None] for name in assumptions.levers)
