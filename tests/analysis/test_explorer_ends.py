"""Where the explorer's dates end: what comes later than all that is carried is never called a date."""

from __future__ import annotations

import base64
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from catchup.analysis.inference.diagnostics import WORST_KHAT
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.words import chance_text
from catchup.analysis.presentation.explorer import BELIEVABLE, LATER, RESOLUTION, explorer_data, last_day, packed_dates
from catchup.analysis.studies.counterfactuals import levers
from catchup.model.assumptions import load_assumptions
from catchup.model.calendar import Calendar
from explorer_core import Core
from explorer_twin import Data, column, dates, quantiles_of, weights_of

AS_OF = date(2026, 11, 26)
FALSE_ALARMS = 1e-3
CALENDAR = Calendar(date(2026, 2, 24), 30.4375)
THROUGH = last_day(CALENDAR)
END = CALENDAR.months_by(THROUGH)
ANSWER = """const model = models[given[0]], found = core.answer(model,
  { event: model.event, lever: given[1], by: given[2], items: [], leak: null });
return { ...found, quantiles: found.quantiles.map(String), said: core.sayChance(found.chance),
  dates: found.quantiles.map((months) => core.say(model, months)), by: core.sayBy(model, found.quantiles[4]),
  levers: found.levers.map((lever) => lever.days.map((day) => [core.sayShift(model, day.shift), day.unmoved])) };"""

EARLY = [3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 60.0, END - 0.01]
SMALL = {
    "as it is": np.array([*EARLY, 80.0, np.inf]),
    "later": np.array([*EARLY[:4], *([END] * 4), 90.0, np.inf]),
    "never": np.full(10, np.inf),
}


def small(ready: np.ndarray, pulled: np.ndarray) -> dict[str, Any]:
    """What a page carries, of ten equal draws and a lever."""

    def packed(values: np.ndarray, kind: str) -> str:
        return base64.b64encode(values.astype(kind).tobytes()).decode()

    count = ready.size
    return {
        "draws": count,
        "origin": CALENDAR.origin.isoformat(),
        "daysPerMonth": CALENDAR.days_per_month,
        "resolution": RESOLUTION,
        "later": LATER,
        "through": THROUGH.isoformat(),
        "event": "e",
        "base": packed(np.zeros(count), "<f4"),
        "times": packed(np.ones(count), "<u2"),
        "dates": {"e/none": packed_dates(ready, ready, END), "e/lever": packed_dates(pulled, ready, END)},
        "first": {"e": packed(np.zeros(count), "u1")},
        "stages": {"e": packed(np.zeros(count), "u1")},
        "stageNames": ["s"],
        "firms": ["f"],
        "items": [],
        "levers": [{"id": "none", "title": "None"}, {"id": "lever", "title": "Lever"}],
        "leverDays": ["2026-11-26"],
    }


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    usual = SMALL["as it is"]
    models = {
        "as it is": small(usual, np.array([*EARLY, 90.0, np.inf])),
        "later": small(usual, SMALL["later"]),
        "never": small(usual, SMALL["never"]),
        "never anyway": small(SMALL["never"], SMALL["never"]),
        "hardly": small(
            usual,
            np.array(
                [
                    3.0,
                    *(np.array(EARLY[1:7]) + np.array([1e-9, 2e-6, 4e-4, -4e-4, 2e-3, 1.0])),
                    END - 0.01,
                    80.0,
                    np.inf,
                ]
            ),
        ),
        "all carried": small(np.linspace(1.0, 10.0, 10), np.linspace(1.0, 10.0, 10)),
        **{
            f"{count} draws": small(np.linspace(1.0, 10.0, count), np.linspace(1.0, 10.0, count))
            | {"believable": BELIEVABLE, "worstKhat": WORST_KHAT}
            for count in (398, 402)
        },
    }
    return Core(models, tmp_path_factory.mktemp("ends"))


def test_the_last_day_is_whole_and_its_dates_are_carried() -> None:
    assert CALENDAR.months_by(THROUGH) * RESOLUTION < LATER
    just = np.array([np.nextafter(END, 0.0), END])
    codes = column(packed_dates(just, just, END), "<u2")
    assert codes[0] == pytest.approx(END * RESOLUTION, abs=0.5)
    assert codes[1] == LATER


def test_a_chance_by_a_day_that_is_not_carried_is_said_to_be_the_least(core: Core) -> None:
    within, beyond = (core.ask(ANSWER, "as it is", "none", day) for day in (THROUGH.isoformat(), "2031-12-31"))
    assert within["chance"] == {"share": pytest.approx(0.8), "least": False}
    assert within["said"] == "80.0%"
    assert beyond["chance"] == {"share": pytest.approx(0.8), "least": True}
    assert beyond["said"] == "at least 80.0%"
    carried = core.ask(ANSWER, "all carried", "none", "2031-12-31")
    assert carried["said"] == "100%"
    assert carried["chance"]["share"] <= 1.0
    assert max(share for _, share in carried["first"]) <= 1.0


def test_the_least_is_never_rounded_up(core: Core) -> None:
    said = core.ask("return given[0].map((share) => core.sayChance({ share, least: true }));", [0.97399, 0.9999, 0.974])
    assert said == ["at least 97.3%", "at least 99.9%", "at least 97.4%"]


def test_a_share_is_written_as_tables_write_it(core: Core) -> None:
    shares = [0.0, 2e-4, 0.0123, 0.9999, 1.0]
    assert core.ask("return given[0].map(core.percent);", shares) == [chance_text(share) for share in shares]


def test_the_headline_has_an_error(core: Core) -> None:
    """Half of what lies between the quantiles at 0.5 -+ 0.5 / sqrt(10), of ten equal draws."""
    assert core.ask(ANSWER, "as it is", "none", "2026-12-31")["error"] == pytest.approx(0.5 * (60.0 - 12.0))


@pytest.mark.parametrize(("count", "believed"), [(398, False), (402, True)])
def test_it_refuses_where_fewer_than_400_draws_count(count: int, believed: bool, core: Core) -> None:
    found = core.ask(ANSWER, f"{count} draws", "none", "2026-12-31")
    assert (found["effective"], found["believable"]) == (pytest.approx(count), believed)


def test_a_quantile_that_is_not_carried_is_after_the_last_day(core: Core) -> None:
    found = core.ask(ANSWER, "as it is", "none", "2026-12-31")
    assert found["quantiles"] == ["3", "9", "15", f"{round((END - 0.01) * RESOLUTION) / RESOLUTION:g}", "Infinity"]
    assert found["dates"][4] == "after 10 Aug 2031"
    assert found["by"] == "only after 10 Aug 2031"
    assert found["dates"][0] == "26 May 2026"
    assert all(math.isfinite(month) and month < END for month, _ in found["curve"])
    assert found["curve"][-1][1] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("model", "shift", "unmoved"),
    [("as it is", "+0.00", 0.9), ("later", "to after 10 Aug 2031", 0.5), ("never anyway", "not known", 1.0)],
)
def test_a_lever_is_told_apart_where_neither_date_is_carried(
    model: str, shift: str, unmoved: float, core: Core
) -> None:
    """It moved 80 to 90 months, neither of which the page knows, and left "never" as it was."""
    assert core.ask(ANSWER, model, "lever", "2026-12-31")["levers"] == [[[shift, pytest.approx(unmoved)]]]


def test_what_a_lever_moves_by_less_than_a_step_is_moved(core: Core) -> None:
    """By 2e-6, 4e-4, -4e-4, 2e-3 and 1 month; the solver's error is no move, as in the table of levers."""
    answer = core.ask(ANSWER, "hardly", "lever", "2026-12-31")
    assert answer["levers"] == [[["+0.00", pytest.approx(0.5)]]]
    assert [float(month) for month in answer["quantiles"][:2]] == pytest.approx([3.0, 9.001], abs=1e-9)


@pytest.fixture(scope="module")
def prior() -> dict[str, Data]:
    return {"current": explorer_data(Question(load_assumptions(), AS_OF), [], draws=4_000)}


def test_far_days_are_answered_as_the_engine_does(prior: dict[str, Data], tmp_path: Path) -> None:
    data, core = prior["current"], Core(prior, tmp_path)
    exact = levers(posterior(Request(Question(load_assumptions(), AS_OF, draws=20_000, seed=7), "none")))
    far, by_then = CALENDAR.months_by(date(2034, 12, 31)), {row.id: row.ready for row in exact.counterfactuals}
    widest = float(norm.isf(0.5 * FALSE_ALARMS / len(by_then)))
    weights = weights_of(data, None)
    for lever, ready in by_then.items():
        through, beyond = (core.ask(ANSWER, "current", lever, day) for day in (THROUGH.isoformat(), "2034-12-31"))
        own = Distribution(dates(data, f"{data['event']}/{lever}"), Weighting(weights.size, weights=weights))
        known, error = ready.probability_below(END), own.probability_below(END).mcse
        off = widest * math.hypot(known.mcse, error)
        assert abs(through["chance"]["share"] - known.value) <= off, lever
        assert not through["chance"]["least"]
        assert beyond["chance"]["least"]
        assert beyond["chance"]["share"] <= ready.probability_below(far).value + off
        expected = quantiles_of(data, weights, f"{data['event']}/{lever}")
        np.testing.assert_allclose([float(months.replace("I", "i")) for months in through["quantiles"]], expected)
