"""What to watch: against closed forms, against the studies of levers and scenarios, and what bad tables answer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, widest
from scipy import integrate, stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Estimate, Weighting
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.silence import counted_month, silences_in
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.watch import sighting_text, watch_table
from catchup.analysis.studies.counterfactuals import levers
from catchup.analysis.studies.observables import Observables, read_observables
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.voi.uncertainty import GROUPS, POINTS
from catchup.analysis.studies.watch import Watch, Watched, _rank, watch
from catchup.analysis.studies.watch_parts import natural, round_borders
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.reporting import log_silence
from item_cases import DAY, MEDIAN, SIGMA, constant_part, posterior_from, twin_question

MODEL = "current"

READ_SD = 0.3
OPTIONS = ["--as-of", DAY.isoformat(), "--draws", "20000"]

Written = Callable[[str], Observables]


@pytest.fixture
def written(tmp_path: Path, assumptions: Assumptions) -> Written:
    """Observables of a file's text over the project's own."""

    def read(text: str) -> Observables:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return read_observables(assumptions, [path])

    return read


@pytest.fixture(scope="module")
def reweighted(assumptions: Assumptions) -> Posterior:
    return posterior(Request(Question(assumptions, DAY, draws=40_000), engine="importance"))


@pytest.fixture(scope="module")
def found(reweighted: Posterior) -> Watch:
    return watch(reweighted)


@pytest.fixture(scope="module")
def silent(assumptions: Assumptions) -> Posterior:
    """Half a year on, when a report within a month is no longer all but impossible."""
    return posterior(Request(Question(assumptions, date(2027, 6, 21), draws=50_000), engine="importance"))


def test_a_number_to_be_read_moves_the_median_as_conjugacy_says(written: Written) -> None:
    """The twin's date is a constant and a lognormal quantity; what a reading of it would do has a closed form."""
    asked = written(f"""
        [watch.read]
        disclosure = "read"
        probability = 0.5
        [disclosures.read]
        title = "Read"
        kind = "quantity_reading"
        observed = {{quantity = "post_training_months"}}
        likelihood = {{sd = {READ_SD}}}
    """)
    question = twin_question(200_000)
    (row,) = watch(prior_of(question), asked, only=["read"]).rows
    predicted = stats.norm(math.log(MEDIAN), math.hypot(SIGMA, READ_SD))
    share = SIGMA**2 / (SIGMA**2 + READ_SD**2)
    gathered = 2.0 * np.diff(question_quantiles(question)).max()  # a median among points that are not drawn

    def moved(reading: float) -> float:
        return math.exp(math.log(MEDIAN) + share * (reading - math.log(MEDIAN))) - MEDIAN

    borders = [each.bounds[1] for each in row.sightings[:-1] if each.bounds]
    ends = [0.0, *predicted.cdf(borders), 1.0]
    sizes = []
    for seen, low, high in zip(row.sightings, ends, ends[1:], strict=False):
        # of the part as it is named; what is told by steps of an axis is cut within them along lines
        assert abs(seen.probability.value - (high - low)) < widest(seen.probability.mcse, GROUPS - 1) + 5e-4, seen.id
        part = integrate.quad(lambda p: moved(predicted.ppf(p)), low, high)[0] / (high - low)
        assert abs(seen.shift.value - part) < widest(seen.shift.mcse, GROUPS - 1) + gathered, seen.id
        assert 0.25 < seen.probability.value < 0.42  # thirds, to a round number
        sizes.append((high - low) * abs(part))
    assert [each.id for each in row.sightings] == ["low", "middle", "high"]
    assert abs(row.weight.value - 0.5 * sum(sizes)) < widest(row.weight.mcse, GROUPS - 1) + 0.5 * gathered
    assert row.sightings[0].shift.value < -0.1 < 0.1 < row.sightings[2].shift.value


def test_what_is_within_noise_stands_last(found: Watch) -> None:
    row = found.rows[0]
    sizes = {
        "large": (0.4, 0.3),
        "small": (0.1, 0.01),
        "gone": (math.inf, math.inf),
        "none": (0.0, 0.0),
        "nan": (math.nan, 0.1),
    }
    rows = [
        replace(row, observable=replace(row.observable, id=name), weight=Estimate(*size))
        for name, size in sizes.items()
    ]
    assert [each.observable.id for each in sorted(rows, key=_rank)] == ["gone", "small", "large", "none", "nan"]
    assert [each.weight.noise for each in found.rows] == sorted(each.weight.noise for each in found.rows)


def test_parts_of_a_number_share_their_borders_and_these_are_round(found: Watch) -> None:
    told = 0
    for row in found.rows:
        if [each.id for each in row.sightings] != ["low", "middle", "high"]:
            continue
        told += 1
        low, middle, high = (each.bounds for each in row.sightings)
        assert low is not None
        assert middle is not None
        assert high is not None
        assert low[0] < low[1] == middle[0] < middle[1] == high[0] < high[1]
        assert row.item is not None
        for border in middle:
            read = natural(row.item.kind.unit, border)
            assert read == pytest.approx(float(f"{read:.2g}"), rel=1e-9)
        assert sum(each.probability.value for each in row.sightings) == pytest.approx(1.0)
        texts = [sighting_text(row, each, found.question).split(" (")[0].split() for each in row.sightings]
        assert texts[0][0] == texts[1][0]  # "8 months or less", "8 to 11 months"
    assert told >= 5


@pytest.mark.parametrize(
    ("unit", "thirds", "said"),
    [
        ("log months", (math.log(7.87), math.log(11.35)), (7.9, 11.0)),
        ("log10 FLOP", (25.347, 25.692), (2.2e25, 4.9e25)),
        ("share", (0.9961, 1.0042), (0.9961, 1.004)),  # two digits would make one border of both
        ("months", (-1.27, 0.64), (-1.3, 0.64)),
        ("months", (2.0, 2.0), (2.0, 2.0)),
    ],
)
def test_borders_have_as_few_digits_as_keep_the_parts_apart(
    unit: str, thirds: tuple[float, float], said: tuple[float, float]
) -> None:
    rounded = [natural(unit, border) for border in round_borders(np.array(thirds), unit)]
    assert rounded == pytest.approx(said, rel=1e-9)


def question_quantiles(question: Question) -> np.ndarray:
    """Points that the twin's date is gathered into near its median."""
    near = np.linspace(0.35, 0.65, int(0.3 * POINTS))
    return constant_part(question) + MEDIAN * np.exp(SIGMA * stats.norm.ppf(near))


def test_silence_is_predicted_by_the_draws(silent: Posterior) -> None:
    (row,) = watch(silent, only=["month-of-silence"]).rows
    question = silent.question
    ready, weights = silent.ready.values, silent.ready.weighting.shares
    calendar, reporting = question.assumptions.calendar, question.assumptions.reporting
    later = calendar.months(calendar.day(question.as_of_months + 1.0))
    looked = counted_month(question, silences_in(question, silent.items))
    assert reporting is not None
    assert looked is not None
    concealed = silent.source.map(lambda values: {"concealed": values[reporting.concealed]})["concealed"]
    numbers = reporting.median_months, reporting.sigma, concealed
    heard = np.exp(log_silence(np, later - ready, *numbers) - log_silence(np, looked - ready, *numbers))
    broken, kept = row.sightings
    assert (broken.id, kept.id) == ("0", "1")
    expected = float(weights @ heard)
    assert abs(kept.probability.value - expected) < 1e-5  # the same draws, summed in another order
    assert broken.probability.value + kept.probability.value == pytest.approx(1.0)
    order = np.argsort(ready)
    after = (weights * heard)[order]
    median = ready[order][np.searchsorted(np.cumsum(after), 0.5 * after.sum())]
    shift = median - silent.ready.quantile_value(0.5)
    assert abs(kept.shift.value - shift) < 0.02  # a thousandth of the draws stand in one point: hundredths of a month
    assert kept.shift.value > 0.0 > broken.shift.value
    size = kept.probability.value * kept.shift.value - broken.probability.value * broken.shift.value
    assert row.weight.value == pytest.approx(size, abs=1e-9)
    assert row.observable.probability is None


def test_levers_act_as_in_their_own_study(written: Written, reweighted: Posterior) -> None:
    names = list(reweighted.question.assumptions.levers)
    text = "\n".join(f'[watch.own-{name}]\nlever = "{name}"\nmonths_ahead = 0\nprobability = 0.2' for name in names)
    mine = watch(reweighted, written(text), only=[f"own-{name}" for name in names])
    rows = {row.observable.name: row for row in mine.rows}
    for row in levers(reweighted).counterfactuals:
        (seen,) = rows[row.id].sightings
        assert seen.shift == row.shift(0.5)
        assert seen.effect is not None
        assert seen.effect.unmoved == row.unmoved
        assert rows[row.id].weight.value == pytest.approx(0.2 * abs(row.shift(0.5).value))


def test_a_lever_that_acts_later_moves_no_draw_more(written: Written) -> None:
    article = posterior(Request(Question(load_assumptions(model="article"), DAY, draws=20_000), engine="importance"))
    text = "\n".join(
        f'[watch.after-{months}]\nlever = "remote-revoked"\nmonths_ahead = {months}\nprobability = 0.2'
        for months in (0, 2, 6)
    )
    mine = watch(article, written(text), only=["after-0", "after-2", "after-6"])
    late = {row.observable.months_ahead: row.sightings[0].effect for row in mine.rows}
    for sooner, later in ((0.0, 2.0), (2.0, 6.0)):
        assert (late[later].ready.values <= late[sooner].ready.values + 1e-9).all()  # type: ignore[union-attr]
    assert late[6.0].unmoved.value > late[0.0].unmoved.value  # type: ignore[union-attr]


def test_scenarios_act_as_in_their_own_study(found: Watch, reweighted: Posterior) -> None:
    theirs = {row.id: row.shift(0.5) for row in scenarios(reweighted).scenarios}
    rows = [row for row in found.rows if row.observable.way == "scenario"]
    assert len(rows) >= 3
    for row in rows:
        assert row.sightings[0].shift == theirs[row.observable.name]


def test_what_is_expected_to_move_most_comes_first(found: Watch) -> None:
    weights = [row.weight.value for row in found.rows if not row.weight.noise]
    assert weights == sorted(weights, reverse=True)
    assert {row.observable.way for row in found.rows} == {"lever", "scenario", "disclosure"}
    assert len(found.rows) == len(read_observables(found.question.assumptions).rows)
    for row in found.rows:
        assert sum(each.probability.value for each in row.sightings) == pytest.approx(1.0)
        size = sum(each.probability.value * abs(each.shift.value) for each in row.sightings)
        assert row.weight.value == pytest.approx(row.probability * size, abs=1e-9)


def test_every_probability_says_that_it_is_a_judgement(found: Watch) -> None:
    for row, entry in zip(found.rows, as_json(found)["observables"], strict=True):
        assert entry["probability_is"] == ("certain" if row.observable.probability is None else "judgement")
        assert entry["probability"] == row.probability
    (decision,) = (row for row in found.rows if row.observable.id == "remote-access-revoked")
    assert (decision.observable.way, decision.observable.name) == ("lever", "remote-revoked")
    assert decision.observable.probability == 0.25  # as pending.toml has it
    lines = " ".join(map(str, watch_table(found).lines))
    assert "judgement" in lines


def test_what_is_seen_stands_in_its_own_unit(found: Watch, silent: Posterior) -> None:
    def said(name: str, watched: Watch = found) -> list[str]:
        (row,) = (each for each in watched.rows if each.observable.id == name)
        return [sighting_text(row, seen, watched.question) for seen in row.sightings]

    low, middle, high = said("general-lag")
    assert " months or less (" in low
    assert " months (" in middle
    assert " months or more (" in high
    assert all(re.search(r" FLOP( or less| or more)? \(", each) for each in said("run-announced"))
    assert all(re.search(r" H100e( or less| or more)? \(", each) for each in said("cluster-lease"))
    assert said("month-of-silence", watch(silent, only=["month-of-silence"]))[0].startswith("a report (")
    assert said("merger")[0].startswith("from 21 Nov 2026: ")
    assert said("h200-sales-stopped")[0].startswith("acting from 21 Dec 2026: ")


def test_what_may_be_learnt_is_left_out_where_the_event_may_never_come(assumptions: Assumptions) -> None:
    question = Question(assumptions, DAY, draws=1_000)
    values = PriorDraws(question).map(lambda chunk: dict(chunk))
    values["algorithmic_progress"][:10] = 0.1
    drawn = posterior_from(question, StoredDraws(values, Weighting(1_000), seed=1), engine="forward")
    mine = watch(drawn, only=["general-lag", "month-of-silence"])
    assert mine.rows == ()
    assert "never comes" in str(mine.refused)
    json.dumps(as_json(mine), allow_nan=False)


def test_another_event_and_model_are_watched_too() -> None:
    question = Question(load_assumptions(model="article"), DAY, draws=5_000, event="autonomous-range")
    mine = watch(prior_of(question))
    assert len(mine.rows) == len(read_observables(question.assumptions).rows)
    assert mine.origin.as_json()["model"] == "article"


def ends_of(row: Watched) -> dict[str, tuple[float, float]]:
    """Probabilities below which each of an observable's parts begins and ends."""
    ends = np.cumsum([0.0, *(each.probability.value for each in row.sightings)])
    return {each.id: (low, high) for each, low, high in zip(row.sightings, ends, ends[1:], strict=False)}


@pytest.mark.parametrize("model", ["article", "current"])
def test_a_scenario_is_called_as_the_model_calls_it(model: str) -> None:
    assumptions = load_assumptions(model=model)
    rows = [row for row in read_observables(assumptions).rows.values() if row.way == "scenario"]
    assert {row.id for row in rows} >= {"merger", "consortium"}
    assert [row.title for row in rows] == [assumptions.scenarios[row.name].text.title for row in rows]


@pytest.mark.slow
def test_draws_of_both_engines_are_watched_alike(found: Watch, sampled_current: Posterior) -> None:
    names = ["month-of-silence", "general-lag", "merger"]
    theirs = {row.observable.id: row for row in watch(sampled_current, only=names).rows}
    assert set(names) <= {row.observable.id for row in found.rows}
    for row in found.rows:
        if row.observable.id in names:
            others = {sighting.id: sighting for sighting in theirs[row.observable.id].sightings}
            between, again = ends_of(row), ends_of(theirs[row.observable.id])
            span = np.ptp([each.shift.value for each in row.sightings])
            for one in row.sightings:
                other = others.pop(one.id, None)
                if other is None:  # too rare for as few draws to have met with it
                    assert one.probability.value * sampled_current.diagnostics.ess < -math.log(FALSE_ALARM)
                    continue
                error = math.hypot(one.shift.mcse, other.shift.mcse)
                # thirds are cut where a step of the axis ends, which is elsewhere on other draws: what falls to a
                # neighbour on those, at the cut, has a shift between its part's and the neighbour's
                elsewhere = np.abs(np.subtract(between[one.id], again[one.id])).sum()
                cut = span * elsewhere / min(one.probability.value, other.probability.value)
                assert abs(one.shift.value - other.shift.value) < widest(error, GROUPS - 1) + cut
            assert not others


def test_the_command_watches(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[watch.merger]\nscenario = "firms-pooled"\nprobability = 0.9\n')
    assert run(["watch", "--json", "--observables", str(own), "--only", "merger", *OPTIONS]) == 0
    found = json.loads(capsys.readouterr().out)
    (row,) = found["observables"]
    assert row["probability"] == 0.9
    assert row["scenario"] == "firms-pooled"
    assert row["outcomes"][0]["shift"].keys() == {"0.5", "0.95"}
    assert run(["watch", "--only", "merger", "--only", "general-lag", *OPTIONS]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "5%, judged" in said
    assert "this project's judgement" in said


BAD = {  # by text, the key and what else is said
    '[watch.one]\nlever = "remote-revokd"\nmonths_ahead = 1\nprobability = 0.1': ("watch.one.lever", "remote-revoked"),
    '[watch.one]\nlever = "h200-stopped"\nscenario = "firms-pooled"\nprobability = 0.1': ("watch.one", "not 2 of them"),
    '[watch.one]\nlever = "h200-stopped"\nprobability = 0.1': ("watch.one.months_ahead", "is missing"),
    '[watch.one]\nlever = "h200-stopped"\nmonths_ahead = 1': ("watch.one.probability", "is missing"),
    '[watch.one]\nscenario = "firms-pooled"\nmonths_ahead = 1\nprobability = 0.1': ("watch.one.months_ahead", "belong"),
    '[watch.one]\nscenario = "firm-pooled"\nprobability = 0.1': ("watch.one.scenario", "firms-pooled"),
    '[watch.one]\ndisclosure = "general-lags"\nprobability = 0.1': ("watch.one.disclosure", "general-lag"),
    '[watch.one]\ndisclosure = "remote-access-decision"\nmonths_ahead = 1\nprobability = 0.1': (
        "probability",
        "already",
    ),
    '[watch.one]\nscenario = "firms-pooled"\nprobability = 1.5': ("watch.one.probability", "below 1"),
    '[watch.one]\nscenario = "firms-pooled"\nprobabilty = 0.5': ("watch.one.probabilty", "probability"),
    "[watched.one]\nprobability = 0.5": ("watched", "watch"),
    "watch = 3": ("watch", "tables [watch.NAME] were expected"),
    '[watch.one]\ndisclosure = "bad"\nprobability = 0.5\n[disclosures.bad]\ntitle = "t"\nkind = "lag"': ("kind", "lag"),
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_table_is_named(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    assert run(["watch", "--observables", str(path), "--only", "one", *OPTIONS]) == 2
    said = capsys.readouterr().err
    for part in ("own.toml", *BAD[text]):
        assert part in said
    assert said.count("\n") == 1


def test_an_unknown_observable_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "--only", "mergers", *OPTIONS]) == 2
    assert "'merger'" in capsys.readouterr().err


def test_a_study_of_one_is_the_same_as_among_all(found: Watch, reweighted: Posterior) -> None:
    (alone,) = watch(replace(reweighted), only=["cyber-lag"]).rows
    (among,) = (row for row in found.rows if row.observable.id == "cyber-lag")
    assert alone.weight == among.weight
