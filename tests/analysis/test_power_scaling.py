"""Power scaling of prior and evidence: as ArviZ has it, and what it is judged to say."""

from __future__ import annotations

import json
import math

import arviz_stats
import numpy as np
import pytest
import xarray as xr

from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.checks.power import check_power_scaling
from catchup.analysis.studies.checks.result import trustworthy
from catchup.analysis.studies.sensitivity.power_scaling import DATE, PowerScaling, power_scaling, power_scaling_of
from catchup.evidence.layout import OBSERVATION
from item_cases import DAY, counting, reading, twin_question


@pytest.fixture(scope="module")
def tree(reweighted: Posterior) -> xr.DataTree:
    return result_tree(reweighted)


def columns(variable: xr.DataArray, dim: str) -> dict[str, np.ndarray]:
    return {str(label): variable.sel({dim: label}).values.ravel() for label in variable[dim].values}


def test_power_scaling_is_arvizs(tree: xr.DataTree) -> None:
    posterior, event = tree["posterior"], tree.attrs["event"]
    moved = {DATE: posterior[DATE].sel(event=event), "rl_ratio": posterior["rl_ratio"]}
    priors = columns(tree["log_prior"]["quantities"], "quantity")
    items = columns(tree["log_likelihood"][OBSERVATION], "item")
    rows = power_scaling({name: draws.values.ravel() for name, draws in moved.items()}, priors, items)
    rows = {(row.quantity, row.component): row for row in rows}
    for name in (DATE, "rl_ratio"):
        for group in ("prior", "likelihood"):
            expected = arviz_stats.psense(tree, var_names=[name], group=group)[name].item()
            assert getattr(rows[name, "all"], group).value == pytest.approx(expected, abs=2e-3)
    alone = arviz_stats.psense(
        tree, var_names=[DATE], group="prior", group_coords={"quantity": ["benchmark_optimism_cyber"]}
    )
    assert rows[DATE, "benchmark_optimism_cyber"].prior.value == pytest.approx(alone[DATE].item(), abs=2e-3)


def test_a_flat_prior_has_no_say(named: Posterior) -> None:
    rows = {row.component: row for row in power_scaling_of(named) if row.quantity == DATE}
    assert rows["h200_shipped"].prior.value == pytest.approx(0.0, abs=1e-5)  # log-uniform: constant where it is scaled
    assert rows["no-public-model"].likelihood is not None  # equally likely in most draws, which no Pareto tail fits


def test_only_what_the_date_depends_on_counts(named: Posterior) -> None:
    rows = power_scaling_of(named)
    components = {row.component for row in rows}
    assert "distilled_share" not in components
    assert {"algorithmic_progress", "rl_ratio", "epoch-lag-records"} <= components
    assert (rows[0].quantity, rows[0].component) == (DATE, "all")


@pytest.mark.parametrize(
    ("prior", "likelihood", "error", "diagnosis", "verdict"),
    [
        (0.2, 0.2, 0.01, "potential prior-data conflict", "warn"),
        (0.2, 0.01, 0.01, "strong prior / weak likelihood", "pass"),
        (0.01, 0.2, 0.01, "no conflict", "pass"),
        (0.06, 0.2, 0.01, "undecided, perhaps potential prior-data conflict", "warn"),
        (0.04, 0.2, 0.01, "undecided, perhaps no conflict", "warn"),
    ],
)
def test_power_scaling_is_diagnosed_as_in_the_reference(prior, likelihood, error, diagnosis, verdict) -> None:
    whole = PowerScaling(DATE, "all", Estimate(prior, error), Estimate(likelihood, error))
    rows = [whole, PowerScaling(DATE, "eci-lag", None, Estimate(0.1, error))]
    result = check_power_scaling(rows)
    assert rows[0].diagnosis == diagnosis
    assert (result.verdict, result.figure) == (verdict, min(prior, likelihood))


def test_what_cannot_be_scaled_is_not_applicable_and_never_passes() -> None:
    for sides in ((math.nan, math.nan), (math.nan, 0.2), (0.0, math.nan)):
        whole = PowerScaling(DATE, "all", *(Estimate(side, math.nan) for side in sides))
        assert (whole.conflict, whole.diagnosis) == (None, "not applicable")
        result = check_power_scaling([whole, PowerScaling(DATE, "eci-lag", None, Estimate(math.nan, math.nan))])
        assert (result.verdict, result.figure, result.advice) == ("not applicable", None, "")
        assert "nan" not in result.detail
        assert trustworthy([result])


def test_prior_and_evidence_that_pull_apart_are_seen() -> None:
    """The same reading, as the prior expects it and three standard deviations away."""
    verdicts = {}
    for name, value in (("expected", 1.5), ("far", 1.5 * math.exp(3.0 * math.hypot(0.4, 0.2)))):
        question = twin_question(100_000)
        answer = condition(question, counting([reading(name, value, 0.2)]), "importance")
        verdicts[name] = check_power_scaling(power_scaling_of(answer))
    assert verdicts["far"].verdict == "warn"
    assert (verdicts["expected"].figure or 0.0) < (verdicts["far"].figure or 0.0)


@pytest.mark.slow
def test_sensitivity_carries_power_scaling(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sensitivity", "--as-of", DAY.isoformat(), "--draws", "30000", "--engine", "importance", "--json"]
    assert run([*arguments, "--evidence", "eci-lag"]) == 0
    rows = json.loads(capsys.readouterr().out)["power_scaling"]
    assert {"quantity", "component", "prior", "prior_mcse", "likelihood", "likelihood_mcse", "diagnosis"} == set(
        rows[0]
    )
    assert rows[0]["quantity"] == DATE
    assert run([*arguments, "--evidence", "none"]) == 0
    assert json.loads(capsys.readouterr().out)["power_scaling"] == []
