"""What is asked of an answer with doubted reports: a silence says what it does beside those that are counted."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.column_names import ITEM, those_under
from catchup.analysis.inference.columns import reweighted
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.differences import quantile_shift
from catchup.analysis.inference.draws import DrawSource, PriorDraws
from catchup.analysis.inference.estimates import Estimate, Weighting
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.genuineness import genuineness_on_prior
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import likelihoods, likelihoods_of, prior_for, total
from catchup.analysis.inference.log_means import log_mean
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.subsets import SharedDraws
from catchup.analysis.inference.terms import Terms, terms_in
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.checks.judged import MOVES, WEIGHTS, _moved_odds, _variant, judged
from catchup.analysis.studies.checks.leave_one_out import _from_chains, leave_one_out
from catchup.analysis.studies.checks.predictions import predict
from catchup.analysis.studies.other_structures import draw_structure, other_structures
from catchup.analysis.studies.structure_dates import COMPUTE
from catchup.analysis.studies.structure_registry import Structure
from catchup.analysis.studies.structures import _left_out_densities
from catchup.analysis.studies.surprise import surprises
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from item_cases import counting, item, write_item
from test_rumours import DAY, QUESTION, REPORTED, drawn, report, selected, silence, values_of

LATER = date(2027, 8, 31)
ASKED = ["--as-of", "2026-11-21", "--model", "article", "--json"]


def shifts_to(found: Posterior, ratio: np.ndarray) -> dict[float, float]:
    """How far quantiles of an answer move where its draws are weighed by a further ratio of densities."""
    weighting = found.source.weighting
    with np.errstate(divide="ignore"):
        smoothed = smooth_weights(np.log(weighting.shares) + ratio, weighting.replicates)
    after = found.ready.reweighted(replace(weighting, weights=smoothed.weights))
    return {p: quantile_shift(after, found.ready, p).value for p in (0.5, 0.95)}


@pytest.mark.parametrize("reliability", [0.1, 0.8])
def test_a_reliability_with_a_prior_is_that_priors_mean(reliability: float) -> None:
    """A mixture is linear in its share: what is not known of a reliability leaves its mean."""
    found = drawn([silence(), report(reliability)])
    row = next(row for row in judged(found) if row.id == "report: reliability")
    mean = sum(weight * _moved_odds(reliability, by) for weight, by in zip(WEIGHTS, MOVES, strict=True))
    before, after = (
        total(likelihoods(found.question, found.source, [silence(), report(share)])) for share in (reliability, mean)
    )
    expected = shifts_to(found, after - before)
    assert {p: shift.value for p, shift in row.shifts.items()} == pytest.approx(expected, abs=1e-9)
    assert abs(expected[0.95]) > 0.1


@pytest.mark.parametrize(("name", "key"), [("report", "background_sd"), ("silence", "delay_months")])
def test_a_number_of_either_is_moved_in_both(name: str, key: str) -> None:
    """In the article's model, where silence has a delay of its own."""
    items = {"silence": silence(), "report": report(0.3)}
    assumptions = load_assumptions(model="article")
    question = replace(QUESTION, assumptions=assumptions, draws=20_000)
    found = condition(question, counting(list(items.values())), "importance", refuse=False)
    row = next(row for row in judged(found) if row.id == f"{name}: {key}")
    columns = []
    for by in MOVES:
        moved = {**items, name: _variant(items[name], key, by)}
        columns.append(total(likelihoods(found.question, found.source, list(moved.values()))))
    densities = np.stack(columns)
    largest = densities.max(axis=0)
    ratio = largest + np.log(np.exp(densities - largest).T @ np.array(WEIGHTS)) - densities[len(MOVES) // 2]
    expected = shifts_to(found, ratio)
    assert {p: shift.value for p, shift in row.shifts.items()} == pytest.approx(expected, abs=1e-9)


def test_terms_of_some_are_what_the_same_items_say_when_no_other_is_there() -> None:
    items = [silence(), report(0.4, day=date(2027, 8, 10), name="first"), report(0.7, 0.5, name="second")]
    values = values_of(items)
    terms = Terms.of(QUESTION, items, terms_in(QUESTION, values, items))
    for names in (["silence"], ["silence", "first"], ["second", "silence"], ["first", "second"], terms.names, []):
        chosen = [each for each in items if each.id in names]
        expected = sum(likelihoods_of(QUESTION, values, chosen).values(), start=np.zeros(2_000)) if chosen else 0.0
        np.testing.assert_allclose(terms.joint(names), expected, rtol=1e-12, atol=1e-12)
    for left in terms.names:
        others = [name for name in terms.names if name != left]
        expected = terms.joint(terms.names) - terms.joint(others)
        np.testing.assert_allclose(terms.added_by(left), expected, rtol=1e-9, atol=1e-9)


def test_draws_are_asked_once_whatever_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silence without one of two reports had the whole race anew."""
    items = [silence(), report(0.4, day=date(2027, 8, 10), name="first"), report(0.7, 0.5, name="second")]
    shared = SharedDraws(QUESTION, items, prior_for(QUESTION, items))
    alone = likelihoods(QUESTION, shared.source, [items[0], items[2]])
    monkeypatch.setattr(PriorDraws, "map", lambda *_: pytest.fail("the draws were asked once more"))
    np.testing.assert_array_equal(shared.joint(["silence", "second"]), alone["silence"] + alone["second"])


@pytest.mark.parametrize("reliability", [0.1, 0.8])
def test_given_the_prior_alone_a_silence_has_no_report_beside_it(reliability: float) -> None:
    found = drawn([silence(), report(reliability)])
    rows = {row.item: row for row in leave_one_out(found)}
    assert found.screened is not None
    for each in (silence(), report(reliability)):
        alone = drawn([each], seed=2).log_evidence
        assert alone is not None
        joint = found.screened.terms.joint([each.id])
        screened = log_mean(joint, Weighting(joint.size))
        error = math.hypot(alone.mcse, screened.estimate.mcse)
        assert abs(rows[each.id].given_prior - alone.value) < widest(error)


def test_chains_leave_a_report_out_of_the_silence_as_well() -> None:
    found = drawn([silence(), report(0.3)])
    assert found.shared is not None
    stored, _ = found.source.resampled(20_000, np.random.default_rng(1))  # type: ignore[attr-defined]
    question, items = found.question, found.items
    terms = Terms.of(question, items, stored.map(lambda values: terms_in(question, values, items)))
    added = {name: terms.added_by(name) for name in terms.names}
    chains = {name: value for name, value, _ in _from_chains(added, stored.weighting)}
    whole = found.shared.subset(terms.names)
    for name in terms.names:
        expected = whole.log_ratio(found.shared.subset([other for other in terms.names if other != name]))
        assert abs(chains[name].value - expected.value) < widest(math.hypot(chains[name].mcse, expected.mcse)), name


def test_structures_leave_a_report_out_of_the_silence_as_well() -> None:
    """By the log evidence with the report and without it."""
    items = [silence(), report(0.8)]

    def log_evidence(other: Structure, chosen: Sequence[Item]) -> Estimate:
        columns, weighting = draw_structure(QUESTION, other, chosen)
        return reweighted(other.called, those_under(ITEM, columns), weighting)[1]

    others = other_structures(QUESTION)
    found = _left_out_densities(QUESTION, items, others)
    shared = SharedDraws(QUESTION, items, prior_for(QUESTION, items))
    expected = {COMPUTE: shared.subset(["silence", "report"]).log_ratio(shared.subset(["silence"]))}
    for other in others:
        both, one = (log_evidence(other, chosen) for chosen in (items, items[:1]))
        expected[other.name] = Estimate(both.value - one.value, math.hypot(both.mcse, one.mcse))
    assert found.keys() == expected.keys()
    for name, ratio in expected.items():
        place = found[name].items.index("report")
        error = math.hypot(ratio.mcse, found[name].mcse[place])
        assert abs(found[name].log_density[place] - ratio.value) < widest(error), name


def test_a_silence_is_predicted_beside_those_reports_that_are_counted() -> None:
    """By none from the prior; and a report that is held out is no part of what the others make of a silence."""
    found, known, told = drawn([silence()]), silence(), report(0.9)

    def predicted(source: DrawSource, items: Sequence[Item], counted: Sequence[Item]) -> np.ndarray:
        rows = predict(QUESTION, source, items, "posterior", 1, counted)
        return next(row.predicted.values for row in rows if row.item.id == "silence")

    for source, counted in ((prior_for(QUESTION, [known]), []), (found.source, [known])):
        np.testing.assert_array_equal(
            predicted(source, [known, told], counted), predicted(source, [known], counted), strict=True
        )
    # a draw's silence is the likelier, the likelier the report in it is genuine
    assert predicted(found.source, [known, told], [known, told]).sum() > predicted(found.source, [known], [known]).sum()


def test_a_silence_surprises_by_itself() -> None:
    both = [silence(), report(0.5)]
    assert surprises(QUESTION, both) == (*surprises(QUESTION, both[:1]), *surprises(QUESTION, both[1:]))


@pytest.mark.parametrize("reliability", [0.3, 0.6])
def test_a_report_that_a_silence_denies_is_not_said_to_be_excluded_by_the_prior(reliability: float) -> None:
    told = [silence(through=LATER), report(reliability)]
    checked = genuineness_on_prior(QUESTION, selected(told).counted, [told[1]])
    for (row,) in (checked, forecast(drawn(told)).genuine):
        assert (row.excluded_by, row.possible, row.denied_by) == ("other items", True, "silence")
        assert row.alone is not None
        assert row.alone > 0.5 * reliability
        assert "silence confirmed through the day that it reports (silence) excludes it" in row.warning
        assert "prior" not in row.warning


def test_a_report_before_which_nobody_looked_is_not_excluded() -> None:
    told = [silence(), report(0.3)]
    for (row,) in (genuineness_on_prior(QUESTION, selected(told).counted, [told[1]]), forecast(drawn(told)).genuine):
        assert (row.warning, row.denied_by) == ("", "")


def test_the_command_says_that_it_is_the_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    quiet = {"event": "compute-equivalent", "confirmed_through": date(2026, 11, 20)}
    write_item(ledger, "not_yet", "quiet", observed=quiet, known_since=date(2026, 11, 10))
    doubt = {"delay_months": 2.0, "reliability": 0.3, "background_mean": 9.0, "background_sd": 3.0}
    told = {"event": "compute-equivalent", "date": date(2026, 11, 19)}
    leak = write_item(tmp_path, "milestone", "told", observed=told, likelihood=doubt, known_since=date(2026, 11, 20))
    assert run(["evidence", "check", str(leak), "--ledger", str(ledger), *ASKED]) == 0
    found = json.loads(capsys.readouterr().out)
    (line,) = [line for line in found["warnings"] if line.startswith("told, stated with 30%")]
    assert "silence confirmed through the day that it reports (quiet) excludes it (alone, " in line
    (entry,) = [each["genuine"] for each in found["items"] if each["id"] == "told"]
    assert entry["excluded_by"] == "other items"


@pytest.mark.parametrize("held_out", ["report", "claim"])
def test_what_is_held_out_changes_nothing_of_a_counted_silence_in_a_tree(held_out: str) -> None:
    """A doubted report of role check rewrote what trees and power-scaling said of it, and of no other answer."""
    seen = {"event": "compute-equivalent", "date": REPORTED}
    check = report(0.5) if held_out == "report" else item("claim", "claim", known_since=DAY, observed=seen)
    found = condition(QUESTION, counting([silence()]), "importance", refuse=False)
    beside = condition(QUESTION, counting([silence()], [check]), "importance", refuse=False)
    bare, told = (result_tree(answer, draws=2_000) for answer in (found, beside))
    for group in ("log_likelihood", "posterior_predictive"):
        one, same = (tree[group]["observation"].sel(item="silence") for tree in (bare, told))
        np.testing.assert_array_equal(one, same)
    assert check.id in told["predictions"]["item"].values
