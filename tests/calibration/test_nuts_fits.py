"""NUTS fits: chains long enough for the ranks that are taken from them, and calibration of the compiled model."""

import dataclasses
from typing import Any

import numpy as np
import nutpie
import pytest
import xarray as xr
from false_alarms import FALSE_ALARM
from nutpie import compile_pymc_model
from recording import Add, sized
from scipy import stats

from calibration_figures import uniformity_of
from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import calibrate, make_plan, nuts_fits
from catchup.analysis.studies.calibration.nuts_fits import DRAWS, LENGTHENING, NutsFits, smallest_ess
from catchup.analysis.studies.calibration.plan import Plan
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.evidence.schema import Item


@pytest.fixture
def nuts_plan(question: Question, items: tuple[Item, ...]) -> Plan:
    return make_plan(question, items, "nuts")


class PriorAsPosterior:
    """Stands in for the compiled model: "samples" the prior, each draw repeated so many times."""

    def __init__(self, plan: Plan, repeats: int) -> None:
        self.plan, self.repeats, self.asked = plan, repeats, []

    def sample(self, draws: int, seed: int, **options: Any) -> Any:
        self.asked.append((draws, options["data"]))
        question = dataclasses.replace(self.plan.question, draws=-(-draws // self.repeats), seed=seed)
        values = PriorDraws(question, self.plan.quantities).map(
            lambda chunk: {name: chunk[name] for name in self.plan.quantities}
        )
        columns = {
            name: (("chain", "draw"), np.repeat(column, self.repeats)[None, :draws]) for name, column in values.items()
        }
        diverging = {"diverging": (("chain", "draw"), np.zeros((1, draws), dtype=bool))}
        return xr.DataTree.from_dict({"posterior": xr.Dataset(columns), "sample_stats": xr.Dataset(diverging)})


def fitter(plan: Plan, repeats: int, monkeypatch: pytest.MonkeyPatch) -> tuple[NutsFits, PriorAsPosterior]:
    standing_in = PriorAsPosterior(plan, repeats)
    monkeypatch.setattr(nuts_fits, "CompiledPosterior", lambda question, items: standing_in)
    return NutsFits(plan), standing_in


def test_each_data_set_reaches_the_sampler_as_one_vector(nuts_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    fits, sampler = fitter(nuts_plan, 1, monkeypatch)
    done = fits(3, 2)
    assert [fit.fit for fit in done] == [3, 4]
    assert all(len(fit.ranks) == len(nuts_plan.tracked) and max(fit.ranks) <= 99 for fit in done)
    observations = simulate_truths(nuts_plan, 3, 2).observations
    for row, (_, data) in enumerate(sampler.asked):
        assert data.keys() == {"observed"}
        assert data["observed"].tolist() == [observations[item.id][row] for item in nuts_plan.analysed]


def test_a_chain_with_too_few_effective_draws_is_made_longer(nuts_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    fits, sampler = fitter(nuts_plan, 40, monkeypatch)  # 25 independent draws of 1,000
    done = fits(0, 1)[0]
    lengths = [draws for draws, _ in sampler.asked]
    assert lengths == [DRAWS, LENGTHENING * DRAWS, LENGTHENING**2 * DRAWS]
    assert done.draws == lengths[-1]
    assert done.ess > nuts_plan.ranked_draws


def test_smallest_ess_is_that_of_the_worst_column() -> None:
    rng = np.random.default_rng(1)
    good, repeated = rng.standard_normal(1_000), np.repeat(rng.standard_normal(50), 20)
    assert smallest_ess(np.column_stack([good, repeated])) == pytest.approx(smallest_ess(repeated[:, None]))
    assert smallest_ess(repeated[:, None]) < 100 < 500 < smallest_ess(good[:, None])


@pytest.mark.slow
def test_full_calibration_by_nuts_passes(nuts_plan: Plan, record: Add) -> None:
    result = calibrate(nuts_plan, sized(200, 20))
    record("sbc-nuts", **uniformity_of(result))
    smallest = min(verdict.p_value for verdict in result.verdicts)
    assert smallest > FALSE_ALARM / len(result.verdicts)
    assert sized(len(result.failed), 0) == 0, (
        result.failed
    )  # of a band that chance leaves in one of a hundred, for the page
    outside = [verdict.name for verdict in result.verdicts if not verdict.inside]  # of its own 99% band
    assert len(outside) <= stats.binom.isf(FALSE_ALARM, len(result.verdicts), 0.01), outside
    assert result.diagnostics()["fits_short_of_draws"] == 0


@pytest.mark.slow
def test_a_wrong_likelihood_fails_by_nuts_too(question: Question, items: tuple[Item, ...], record: Add) -> None:
    result = calibrate(make_plan(question, items, "nuts", spread=0.5), sized(100, 20))
    record("sbc-nuts-wrong", **uniformity_of(result))
    assert "log_likelihood" in result.failed


@pytest.mark.slow
def test_a_refit_does_not_compile_again(nuts_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def compiling(*args: Any, **options: Any) -> Any:
        compiled.append(args)
        return compile_pymc_model(*args, **options)

    monkeypatch.setattr(nutpie, "compile_pymc_model", compiling)
    fits = NutsFits(nuts_plan)
    assert len({fit.ranks for fit in [*fits(0, 1), *fits(1, 1)]}) == 2
    assert len(compiled) == 1
