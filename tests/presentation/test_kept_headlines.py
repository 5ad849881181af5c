"""What site, digest and feed say of a run reads as in its report: small probabilities, old silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catchup.analysis.archive.reading import FORECAST, Run
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.silence import Silence
from catchup.analysis.inference.words import chance_text
from catchup.analysis.presentation.json_form import share_as_json
from catchup.analysis.presentation.report.report import _headline, _spread
from catchup.analysis.presentation.report.sections import Sections
from catchup.analysis.presentation.site.feed import Told, feed_text
from catchup.analysis.presentation.site.headline import headline_of
from catchup.analysis.presentation.site.moved import Story
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.forecast import known_lines, layout
from catchup.analysis.presentation.tables.structure_spread import refused_as_json, spread_text
from catchup.analysis.presentation.text import stale_sentences
from catchup.analysis.studies.structure_dates import Refused
from catchup.analysis.studies.structure_spread import structure_spread
from catchup.analysis.studies.structures import structures
from catchup.model.assumptions import load_assumptions

DAY = date(2026, 11, 21)
LOOKED = "Silence was last confirmed through 29 Sep 2026: nobody has confirmed since that there was nothing to see"
READ_ON = f"{LOOKED}, and this model reads it to the day of the question all the same."


def kept(answer: dict[str, Any], event: str = "compute-equivalent", **sections: Any) -> Run:
    manifest = SimpleNamespace(as_of=DAY, model="any", event=event, files={FORECAST: "0"})
    return cast(Run, SimpleNamespace(forecast=answer, manifest=manifest, name="a-run", section=sections.get))


def answered(**changes: Any) -> dict[str, Any]:
    quantiles = {p: {"months": 20.0, "date": "2027-10-24", "mcse": 0.1} for p in ("0.05", "0.5", "0.95")}
    return {"ready": {"quantiles": quantiles}, **changes}


def test_how_far_structures_disagree_stands_next_to_the_date() -> None:
    question = Question(load_assumptions(), DAY, draws=2_000)
    drawn = prior_of(question)
    answer = as_json(forecast(drawn))
    headline = headline_of(kept(answer, structures=as_json(structures(drawn))))
    assert headline.lines == (f"{spread_text(question, structure_spread(drawn))}.", *headline_of(kept(answer)).lines)


@pytest.mark.parametrize(
    ("answering", "begins"), [(None, "Medians of this model and "), (1, "No model of another shape has an answer; ")]
)
def test_who_has_no_part_in_it_is_said_as_in_the_report(answering: int | None, begins: str) -> None:
    """Of structures that do not date the event, and of those that the evidence contradicts."""
    drawn = prior_of(Question(load_assumptions(), DAY, draws=2_000))
    error = UntrustworthyError("too few draws: try more --draws")
    asked = structures(drawn)
    found = replace(
        asked,
        structures=asked.structures[:answering],
        left_out=("A trend", "Another"),
        refused=(Refused("own", "One's own", str(error), error),),
    )
    (said,) = _spread(sections_of(drawn, results={"structures": found}))
    rows = {"structures": as_json(asked)["structures"][:answering], "refused": refused_as_json(found.refused)}
    run = kept(as_json(forecast(drawn)), structures={**rows, "left_out": list(found.left_out)})
    assert headline_of(run).lines[0] == f"{said}."
    assert said.startswith(begins)
    assert said.endswith(
        "; left out, since they do not date compute-equivalent: A trend, Another; "
        "One's own is left out: too few draws: try more --draws"
    )


def sections_of(drawn: Posterior, **found: Any) -> Sections:
    return Sections(drawn, forecast(drawn), found.get("results", {}), None, None, refused=found.get("refused", {}))


def test_that_structures_have_no_answer_is_said_as_in_the_report() -> None:
    drawn = prior_of(Question(load_assumptions(), DAY, draws=500))
    (said,) = _spread(sections_of(drawn, refused={"structures": "the evidence contradicts them all"}))
    assert said == "How far models of other shapes disagree cannot be told: the evidence contradicts them all"
    answer = as_json(forecast(drawn))
    untold = headline_of(kept(answer, refused={"structures": "the evidence contradicts them all"}))
    assert untold.lines == (f"{said}.", *headline_of(kept(answer, refused={"voi": "too few draws"})).lines)


@pytest.mark.parametrize("event", ["compute-equivalent", "widely-served"])
def test_where_the_race_stands_reads_as_in_the_forecast(event: str) -> None:
    found = forecast(prior_of(Question(load_assumptions(), DAY, event, draws=2_000)))
    (told,) = (line for line in headline_of(kept(as_json(found), event)).lines if line.startswith("Where the race"))
    assert told in [str(line) for line in layout(found).head]
    assert ("not yet served" in told) == (event == "widely-served")


def test_structures_of_a_run_that_named_no_duplicates_are_read() -> None:
    rows = [{"id": name, "title": name, "ready": answered()["ready"]} for name in ("one", "other")]
    headline = headline_of(kept(answered(), structures={"structures": rows}))
    assert all(name in headline.lines[0] for name in ("one", "other"))


@pytest.mark.parametrize("chance", [3e-7, 4e-5, 0.2, 1.0 - 3e-7, 1.0 - 4e-5, 0.0, 1.0, 1e-17, 1.0 - 1e-16])
def test_a_probability_reads_from_json_as_it_does_before(chance: float) -> None:
    written = share_as_json(Estimate(chance, 1e-9))
    assert chance_text(written) == chance_text(chance)
    assert min(written, 1.0 - written) == pytest.approx(min(chance, 1.0 - chance), rel=0.005, abs=1e-12)


@pytest.mark.parametrize(
    ("share", "mcse", "said"),
    [
        (0.0, 1.08e-9, "below 0.1%"),  # rounded to 0 by a run of before
        (1.0, 3e-6, "above 99.9%"),
        (0.0, 8.56e-18, "0%"),
        (0.0, 0.0, "0%"),
        (1.0, None, "100%"),
        (0.05323, 0.00253, "5.3%"),
    ],
)
def test_a_probability_that_was_rounded_to_nothing_is_said_to_be_small(
    share: float, mcse: float | None, said: str
) -> None:
    states = {"not-launched": 0.4, "ready-unannounced": share}
    errors = {"state_mcse": {"ready-unannounced": mcse}, "not_by_mcse": {"2029-01-01": mcse}}
    found = headline_of(kept(answered(state=states, not_by={"2029-01-01": share}, **errors)))
    assert f"2029 {said}." in found.lines[-1]
    assert f"ready ({said})" in found.lines[0]


@pytest.mark.parametrize(
    ("model", "event", "said"),
    [
        ("current", "compute-equivalent", f"{LOOKED}."),
        ("current", "narrow-exploit", f"{LOOKED}."),
        ("article", "compute-equivalent", READ_ON),
    ],
)
def test_old_silence_is_said_everywhere_as_in_the_report(model: str, event: str, said: str) -> None:
    question = Question(load_assumptions(model=model), DAY, draws=4_000, event=event)
    answer = forecast(posterior(Request(question, evidence="no-public-model", engine="importance")))
    run = kept(as_json(answer), event)
    headline = headline_of(run)
    assert headline.warnings[0] == said
    assert stale_sentences(answer.silences) == [said]
    assert f"<p>{said}</p>" in feed_text([Told(run, headline, Story(""))], "Forecasts", None)


def test_an_old_silence_is_called_old_nowhere_beside_one_that_is_counted_further() -> None:
    event = "compute-equivalent"
    old = Silence("old", event, DAY, date(2026, 9, 29), date(2026, 9, 29))
    newer = Silence("newer", event, DAY, date(2026, 11, 20), date(2026, 11, 20))
    answer = forecast(prior_of(Question(load_assumptions(), DAY, draws=500)))
    elsewhere = replace(old, event="narrow-exploit")
    for silences, said in (((old,), [f"{LOOKED}."]), ((old, newer), []), ((newer, elsewhere), [f"{LOOKED}."])):
        counting = replace(answer, silences=silences)
        assert _headline(counting)["stale"] == said
        assert list(headline_of(kept(as_json(counting))).warnings) == said
        assert len([note for note in _headline(counting)["notes"] if "silence was last confirmed" in note]) == len(said)


@pytest.mark.parametrize(
    ("first", "low", "said"),
    [
        ([0.7, 0.29999], "2027-05-10", "around 17 Nov 2027 (90% interval: 10 May 2027 to never); never"),
        ([0.6, 0.3], None, "never"),
    ],
)
def test_it_is_said_how_likely_it_is_never_known(first: list[float], low: str | None, said: str) -> None:
    days = {"0.05": low, "0.5": "2027-11-17" if low else None, "0.95": None}
    quantiles = {p: {"months": day and 20.0, "date": day, "mcse": 0.1} for p, day in days.items()}
    shares = dict(zip("ab", first, strict=True))
    answer = answered(known={"quantiles": quantiles, "sd": None, "never": 0.096}, first_firm=shares)
    secret = "a lab keeping it to itself, with a probability of 9.6%"
    nobody = ", or nobody ever ready, 10.0%" if sum(first) < 0.95 else ""
    assert f"Publicly known {said}, {secret}{nobody}." in headline_of(kept(answer)).lines
    del answer["known"]["never"]  # as runs of before
    assert not [line for line in headline_of(kept(answer)).lines if "to itself" in line]


@pytest.mark.parametrize("model", ["current", "article"])
def test_a_run_says_of_the_known_date_what_the_forecast_says(model: str) -> None:
    answer = forecast(posterior(Request(Question(load_assumptions(model=model), DAY, draws=4_000), evidence="none")))
    lines = [f"{line}." for line in known_lines(answer)]
    assert [line for line in headline_of(kept(as_json(answer))).lines if line.startswith("Publicly known")] == lines


def test_runs_of_before_say_what_they_kept_of_silence() -> None:
    old = answered(silence_confirmed_through="2026-09-29")
    assert headline_of(kept(old | {"silent_through_as_of": False})).warnings == (f"{LOOKED}.",)
    assert headline_of(kept(old | {"silent_through_as_of": True})).warnings == (READ_ON,)
    assert headline_of(kept(answered(silence_confirmed_through=None))).warnings == ()
