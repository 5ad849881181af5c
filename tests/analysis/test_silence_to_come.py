"""Silence to come beside the reports of its event that are counted: as if it had come, and left out where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.likelihoods import likelihoods, total
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.silences_to_come import silence_title
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.observables import Observables, read_observables
from catchup.analysis.studies.voi.uncertainty import POINTS
from catchup.analysis.studies.watch import watch
from catchup.evidence.ledgers import Ledger
from catchup.evidence.schema import Item
from catchup.evidence.selection import select
from catchup.model.assumptions import load_assumptions
from item_cases import item, write_item

DAY, REPORTED = date(2027, 7, 15), date(2027, 6, 20)
ASSUMPTIONS = load_assumptions()
EVENT = "compute-equivalent"
QUESTION = Question(ASSUMPTIONS, DAY, draws=40_000)
ROW = "month-of-silence"


def silence(through: date, name: str = "silence") -> Item:
    return item("not_yet", name, observed={"event": EVENT, "confirmed_through": through})


def report(reliability: float | None = 0.3, weight: float = 1.0, day: date = REPORTED, name: str = "report") -> Item:
    doubt = {} if reliability is None else {"reliability": reliability, "background_mean": 8.2, "background_sd": 6.0}
    reason = {} if weight == 1 else {"weight": weight, "weight_reason": "half a word"}
    observed = {"event": EVENT, "date": day}
    return item(
        "milestone", name, observed=observed, known_since=DAY, likelihood={"delay_months": 2.0, **doubt}, **reason
    )


def drawn(items: Sequence[Item]) -> Posterior:
    chosen = select(Ledger({each.id: each for each in items}), "default", DAY, ASSUMPTIONS)
    return condition(QUESTION, chosen, "importance")


CASES = {
    "an old confirmation": [silence(date(2026, 11, 9)), report()],
    "one that denies the report": [silence(date(2027, 7, 1)), report()],
    "no silence so far": [report()],
    "two reports": [silence(date(2027, 5, 1)), report(), report(0.6, day=date(2027, 6, 2), name="other")],
    "a report of weight one half": [silence(date(2026, 11, 9)), report(weight=0.5)],
    "no report": [silence(date(2026, 11, 9))],
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_as_likely_as_the_ledger_with_it_is_and_moves_the_date_as_far(case: str) -> None:
    items = CASES[case]
    known = drawn(items)
    (row,) = watch(known, only=[ROW]).rows
    through = ASSUMPTIONS.calendar.day(QUESTION.as_of_months + 1.0)
    assert through is not None
    reports = [each for each in items if each.kind.name == "milestone"]
    later = [item("not_yet", "later", observed={"event": EVENT, "date": through}, known_since=through), *reports]
    after, before = (total(likelihoods(QUESTION, known.source, each)) for each in (later, items))
    heard = np.exp(after - before)
    ready, weights = known.ready.values, known.ready.weighting.shares
    broken, kept = row.sightings
    assert abs(kept.probability.value - float(weights @ heard)) < 1e-5  # the same draws, summed in another order
    before = known.ready.quantile_value(0.5)
    for seen, said in ((kept, heard), (broken, 1.0 - heard)):
        after = median_of(ready, weights * said)
        # the study gathers neighbouring draws into points, and reads a median between two of these
        tolerance = points_about(before, ready) + points_about(after, ready)
        assert abs(seen.shift.value - (after - before)) < tolerance, seen.id


def median_of(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])])


def points_about(month: float, ready: np.ndarray) -> float:
    """Months from the point before a month's own to the one after it."""
    ends = np.quantile(ready, np.linspace(0.0, 1.0, POINTS + 1))
    own = int(np.clip(np.searchsorted(ends, month), 2, POINTS - 1))
    return float(ends[own + 1] - ends[own - 2])


def test_a_report_that_is_believed_leaves_nothing_to_hear(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = watch(drawn([silence(date(2026, 11, 9)), report(None)]), only=[ROW, "parity-claim"])
    assert [row.observable.id for row in found.rows] == ["parity-claim"]
    assert found.notes == (f"left out, as {EVENT} had been reached by report: A month more of silence",)
    written = write_item(
        tmp_path,
        "milestone",
        "seen",
        observed={"event": EVENT, "date": REPORTED},
        known_since=DAY,
        likelihood={"delay_months": 2.0},
    )
    options = ["--as-of", DAY.isoformat(), "--draws", "5000", "--add", str(written)]
    for command in (["watch", "--only", ROW], ["voi", "--only", "three-months-of-silence"]):
        assert run([*command, *options]) == 0
        captured = capsys.readouterr()
        assert f"left out, as {EVENT} had been reached by seen" in " ".join((captured.out + captured.err).split())


def test_what_else_is_asked_about_does_not_stand_beside_it(tmp_path: Path) -> None:
    """A doubted report that may come is no report."""
    path = tmp_path / "own.toml"
    path.write_text(f"""
        [watch.rumour]
        disclosure = "rumour"
        [disclosures.rumour]
        title = "A rumour"
        kind = "milestone"
        observed = {{event = "{EVENT}"}}
        likelihood = {{delay_months = 2.0, reliability = 0.5, background_mean = 18.0, background_sd = 6.0}}
    """)
    asked: Observables = read_observables(ASSUMPTIONS, [path])
    known = drawn([silence(date(2026, 11, 9))])
    (alone,) = watch(known, asked, only=[ROW]).rows
    (among,) = (row for row in watch(known, asked, only=[ROW, "rumour"]).rows if row.observable.id == ROW)
    assert alone.sightings == among.sightings


def test_a_row_says_all_days_that_its_silence_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    """Its probability is that of all that passes after the silence which is counted, not only of what is to come."""
    title = "A month more of silence"
    old, fresh = drawn([silence(date(2026, 11, 9))]), drawn([silence(DAY)])
    elsewhere = condition(replace(QUESTION, draws=5_000, event="autonomous-range"), fresh.selection, "importance")
    none = drawn([])
    said = {
        old: "Silence from 9 Nov 2026, when last confirmed, through 14 Aug 2027",
        fresh: title,
        elsewhere: f"{title} ({EVENT})",
        none: "Silence through 14 Aug 2027 (none is counted so far)",
    }
    chances = []
    for known, expected in said.items():
        found = watch(known, only=[ROW])
        (row,) = found.rows
        assert silence_title(row.observable.title, row.silence) == expected
        (entry,) = as_json(found)["observables"]
        assert entry["title"] == expected
        assert (entry["silence"]["event"], entry["silence"]["through"]) == (EVENT, "2027-08-14")
        chances.append({each.id: each.probability.value for each in row.sightings}["1"])
    assert chances[0] < chances[1]  # what may have been missed since the last look comes on top
    options = ["--as-of", "2026-12-21", "--draws", "5000", "--only", "three-months-of-silence"]
    assert run(["voi", *options]) == 0
    shown = capsys.readouterr().out  # wrapped beside other columns
    assert all(part in shown for part in ("Silence from 29 Sep 2026,", "when last confirmed,", "through 22 Mar 2027"))
