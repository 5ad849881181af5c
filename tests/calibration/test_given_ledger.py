"""Calibration given the ledger as it is: truths of the posterior, in fits that count what they were drawn given."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from recording import Add
from scipy import stats

from calibration_figures import uniformity_of
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import calibrate, make_plan
from catchup.analysis.studies.calibration.given import Given
from catchup.analysis.studies.calibration.importance_fits import ImportanceFits
from catchup.analysis.studies.calibration.plan import Plan
from catchup.evidence.schema import Item
from catchup.priors.errors import InputError

WATCHED = ("organisation_error_caisi", "rl_ratio", "american_release_delay", "mythos_chips")


@pytest.fixture(scope="module")
def given(question: Question, items: tuple[Item, ...]) -> Plan:
    return make_plan(dataclasses.replace(question, draws=20_000), items, posterior=True)


@pytest.fixture(scope="module")
def known(given: Plan) -> Given:
    return Given(given)


def test_truths_are_of_the_posterior_and_not_of_the_prior(known: Given) -> None:
    """Their means are those of draws of another proposal, weighted: within what chance makes of both."""
    truths, weights = known.truths(0, 4_000), np.exp(known.log_weights - known.log_weights.max())
    columns = known.source.map(lambda values: {name: values[name] for name in WATCHED})
    weighting = Weighting(weights.size, weights=weights / weights.sum())
    moved = 0
    for name in WATCHED:
        posterior, prior = weighting.estimate(columns[name]), known.source.weighting.mean(columns[name])
        # truths are chosen with replacement from as many draws as count: their error and that of the draws behind them
        error = np.hypot(stats.sem(truths[name]), np.sqrt(2.0) * posterior.mcse)
        assert abs(truths[name].mean() - posterior.value) < stats.norm.isf(FALSE_ALARM / 2) * error
        moved += abs(prior - posterior.value) > 10.0 * error
    assert moved > 0  # or else the prior's would do as well


def test_a_truth_is_the_same_however_many_are_drawn(known: Given) -> None:
    several, one = known.truths(3, 5), known.truths(5, 1)
    assert all(several[name][2] == one[name][0] for name in several)


def test_a_truth_is_none_of_the_draws(given: Plan) -> None:
    fits = ImportanceFits(given)(0, 3)
    assert [fit.own_share for fit in fits] == [0.0] * 3
    assert min(fit.ess for fit in fits) > 10.0


def test_few_fits_are_uniform(given: Plan) -> None:
    assert calibrate(given, 200).failed == []


def test_fits_that_forget_what_truths_were_drawn_given_are_found_out(
    given: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: Given, plan: Plan) -> None:
        made(self, plan)
        self.log_weights = self.source.log_ratios

    made = Given.__init__
    monkeypatch.setattr(Given, "__init__", forgetful)
    assert "rl_ratio" in calibrate(given, 600).failed


def test_nuts_draws_no_truths_of_the_posterior(question: Question, items: tuple[Item, ...]) -> None:
    with pytest.raises(InputError, match="by importance alone, not nuts"):
        make_plan(question, items, "nuts", posterior=True)


def test_the_command_says_what_truths_are_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["calibrate", "--model", "article", "--as-of", "2026-11-21", "--draws", "20000", "--fits", "20"]
    picture = tmp_path / "ranks.svg"
    assert command([*asked, "--posterior", "--plot", str(picture)]) == 0
    drawn = " ".join(re.findall(r">([^<>]+)</text>", picture.read_text(encoding="utf-8")))
    assert "20 truths drawn from the posterior among draws conditioned on what has been seen" in drawn
    assert "20 data sets simulated from the posterior as of 21 Nov 2026" in " ".join(capsys.readouterr().out.split())
    assert command([*asked, "--posterior", "--json"]) == 0
    assert '"truths": "posterior"' in capsys.readouterr().out
    assert command([*asked, "--json"]) == 0
    assert '"truths": "prior"' in capsys.readouterr().out


@pytest.mark.slow
def test_full_calibration_given_the_ledger_passes(question: Question, items: tuple[Item, ...], record: Add) -> None:
    full = make_plan(dataclasses.replace(question, draws=100_000), items, posterior=True)
    result = calibrate(full, 1_000)
    record("sbc-posterior", **uniformity_of(result))
    assert result.failed == []
    outside = [verdict.name for verdict in result.verdicts if not verdict.inside]
    assert len(outside) <= stats.binom.isf(FALSE_ALARM, len(result.verdicts), 0.01), outside


@pytest.mark.slow
def test_full_calibration_given_the_ledger_of_a_wrong_likelihood_fails(
    question: Question, items: tuple[Item, ...], record: Add
) -> None:
    wrong = make_plan(dataclasses.replace(question, draws=100_000), items, spread=0.5, posterior=True)
    result = calibrate(wrong, 1_000)
    record("sbc-posterior-wrong", **uniformity_of(result))
    assert "log_likelihood" in result.failed
