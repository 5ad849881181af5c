"""The project's own ledger: the items that are counted, with the figures they were given."""

from __future__ import annotations

import datetime
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from catchup.evidence.consistency import statements_of_priors
from catchup.evidence.latents import events_of, latent_quantities, with_latents
from catchup.evidence.ledgers import load_ledger
from catchup.evidence.selection import select
from catchup.model.assumptions import DEFAULT_EVENT, load_assumptions
from catchup.model.forward import outcome, simulate
from evidence_cases import DAY, log_likelihoods

ASSUMPTIONS = load_assumptions()
LEDGER = load_ledger()

READING = {"value": 6.1e27, "interval": (5.3e27, 7.1e27), "level": 0.95, "scope": "total"}
DOUBT = {"accounting_sd": 0.15, "reliability": 0.25, "background_mean": 26.8, "background_sd": 0.8}
SILENCE = {"event": DEFAULT_EVENT, "date": None, "confirmed_through": datetime.date(2026, 9, 29)}


def lag(value: float, scope: str, organisation: str, *day: int) -> dict[str, Any]:
    return {"value": value, "scope": scope, "date": datetime.date(*day), "organisation": organisation}


COUNTED: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "microsoft-slide": ("compute_reading", "2026-06-02", READING, DOUBT),
    "zai-spend-2025": (
        "rental_spend",
        "2026-03-31",
        {"value": 340e6, "firm": "Z.ai"},
        {"mean_stock_ratio": 0.7, "sd": 0.1},
    ),
    "eci-lag": ("capability_lag", "2026-06-12", lag(7.0, "general", "Epoch AI", 2026, 6, 12), {"sd": 0.25}),
    "caisi-deepseek-v4-lag": ("capability_lag", "2026-05-01", lag(8.0, "general", "CAISI", 2026, 5, 1), {"sd": 0.25}),
    "aisi-open-weight-cyber-lag": (
        "capability_lag",
        "2026-07-17",
        lag(5.29, "cyber", "AISI", 2026, 7, 17),
        {"sd": 0.30},
    ),
    "caisi-glm-5-3-cyber-lag": ("capability_lag", "2026-09-17", lag(4.0, "cyber", "CAISI", 2026, 9, 17), {"sd": 0.30}),
    "no-public-model": ("not_yet", "2026-02-24", SILENCE, {"delay_months": 2.0}),
    "epoch-lag-records": (  # in place of eci-lag, where a model reads records
        "lag_records",
        "2026-08-16",
        {"records": "epoch-eci", "episodes": (), "organisation": "Epoch AI"},
        {"typical_months": 12.0, "typical_sigma": 1.0, "spread": 0.4, "spread_sigma": 0.5},
    ),
}
"""A second transcription of the items that are counted."""


def test_the_counted_items_are_those_of_the_design() -> None:
    counted = {
        item.id: (item.kind.name, str(item.text.known_since), item.observed.model_dump(), item.stated_likelihood)
        for item in LEDGER.items.values()
        if item.text.role == "likelihood"
    }
    assert counted == COUNTED
    assert all(item.text.weight == 1 for item in LEDGER.items.values())


def test_the_default_question_counts_them_all_and_no_statement_twice() -> None:
    selection = select(LEDGER, "default", DAY, ASSUMPTIONS)
    assert {item.id for item in selection.counted} == set(COUNTED) - {"eci-lag"}
    assert {each.item.id for each in selection.set_aside} == {"eci-lag"}
    assert 1 + len(selection.counted) + len(selection.checks) + len(selection.priors) == len(LEDGER.items)
    assert latent_quantities(selection.counted, ASSUMPTIONS) == [
        "benchmark_optimism_cyber",
        "mythos_lead_cyber",
        "gap_growth",
        "evaluation_delay",
        "organisation_error_aisi",
        "benchmark_optimism_general",
        "mythos_lead_general",
        "organisation_error_caisi",
        "american_release_delay",
        "chinese_release_delay",
        "organisation_error_epoch_ai",
        "rl_ratio",
        "firm_ratio",
        "rental_price",
    ]
    assert events_of(selection.counted) == [DEFAULT_EVENT]


@pytest.mark.parametrize(("day", "known"), [("2026-02-23", 0), ("2026-02-24", 1), ("2026-06-11", 4), ("2026-09-17", 7)])
def test_a_question_knows_only_what_was_known(day: str, known: int) -> None:
    selection = select(LEDGER, "default", datetime.date.fromisoformat(day), ASSUMPTIONS)
    assert len(selection.counted) == known


def test_items_that_set_a_prior_share_its_statement_and_no_check_does() -> None:
    priors = statements_of_priors(ASSUMPTIONS).keys()
    for item in LEDGER.items.values():
        assert bool(priors & set(item.text.shares)) == (item.text.role == "prior"), item.id


@pytest.mark.parametrize(("overlays", "blur"), [([], 0.5), (["undated-lags"], 0.0)])
def test_log_likelihoods_equal_an_independent_account_of_the_whole_ledger(overlays: list[str], blur: float) -> None:
    """The design's table once more, in SciPy, from quantities to the log evidence."""
    items = select(LEDGER, "default", DAY, ASSUMPTIONS).counted
    items = tuple(LEDGER.items["eci-lag"] if item.id == "epoch-lag-records" else item for item in items)
    assumptions = with_latents(load_assumptions(overlays), items)
    names = [*assumptions.needed(), *latent_quantities(items, assumptions)]
    (values,) = simulate(assumptions, lambda chunk: chunk, 5_000, np.random.default_rng(5), names=names)
    world, dates = outcome(assumptions, values)
    ours = log_likelihoods(items, assumptions, values, world, {DEFAULT_EVENT: dates}, DAY)

    mythos = (
        values["mythos_chips"] * 6.5e14 * values["mfu_anthropic"] * values["mythos_training_months"] * 30.44 * 86_400
    )
    spread = np.hypot(np.log10(7.1 / 5.3) / np.ptp(stats.norm.interval(0.95)), 0.15)
    reading = np.log10(6.1e27)
    genuine = stats.norm.logpdf(reading, np.log10(mythos * (1 + values["rl_ratio"])), spread)
    bill = values["zai_stock"] * 0.7 * 8_760 * values["rental_price"]
    silent = (datetime.date(2026, 9, 29) - datetime.date(2026, 2, 24)).days / 30.44
    waited = 0.1 * np.logaddexp(0, (silent - dates.ready) / 0.1)  # blurred within a tenth of a month
    unreported = stats.lognorm.sf(waited, 0.8, scale=1.5)

    def lag(value: float, sd: float, scope: str, organisation: str, *day: int) -> Any:
        measured = (datetime.date(*day) - datetime.date(2026, 2, 24)).days / 30.44 - values["evaluation_delay"]
        today = dates.ready - values[f"mythos_lead_{scope}"]
        gap = today - values["gap_growth"] * (dates.ready - measured)
        flattered = values[f"benchmark_optimism_{scope}"] + values[f"organisation_error_{organisation}"]
        return stats.norm.logpdf(np.log(value), np.log((gap + np.hypot(gap, blur)) / 2.0) - flattered, sd)

    theirs = {
        "microsoft-slide": logsumexp(
            [genuine + np.log(0.25), np.full_like(genuine, stats.norm.logpdf(reading, 26.8, 0.8) + np.log(0.75))],
            axis=0,
        ),
        "zai-spend-2025": stats.norm.logpdf(np.log(340e6), np.log(bill), 0.1),
        "eci-lag": lag(7, 0.25, "general", "epoch_ai", 2026, 6, 12),
        "caisi-deepseek-v4-lag": lag(8, 0.25, "general", "caisi", 2026, 5, 1),
        "aisi-open-weight-cyber-lag": lag(5.29, 0.3, "cyber", "aisi", 2026, 7, 17),
        "caisi-glm-5-3-cyber-lag": lag(4, 0.3, "cyber", "caisi", 2026, 9, 17),
        "no-public-model": np.log(values["concealed_share"] + (1 - values["concealed_share"]) * unreported),
    }
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_items_survive_the_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(LEDGER)) == LEDGER


def test_likelihoods_over_arrays_need_neither_pymc_nor_scipy() -> None:
    heavy = "{'pymc', 'pytensor', 'scipy.stats', 'arviz'}"
    code = (
        "import sys, catchup.evidence.likelihood, catchup.evidence.selection, catchup.evidence.template;"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
