"""The prior table against a second transcription of its published source.

These figures were copied from the source apart from ``baseline.toml``, so that a slip in either is seen.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

import pytest
from rooms import ROOMS

from catchup.model import load_assumptions
from catchup.priors.packaged import named_overlays, packaged_layers, read_overlay
from catchup.priors.table import load_prior_table

PUBLISHED = """
mythos_chips                 250000  500000  750000   chips
mythos_training_months       2.5     3.0     3.5      months
mfu_anthropic                0.15    0.20    0.30     1
mfu_china                    0.15    0.20    0.30     1
algorithmic_progress         2       10      50       x per year
china_stock                  1.40e6  1.78e6  2.70e6   H100e
hyperscaler_share            0.20    0.27    0.35     1
h200_purchases               70e3    75e3    75e3     H100e
h200_arrival_months          3       6       12       months
ascend_950pr_2026            280e3   345e3   415e3    H100e
ascend_950pr_arrival_months  6       12      24       months
ascend_950dt                 150e3   184e3   215e3    H100e
ascend_950pr_2027            370e3   460e3   540e3    H100e
ascend_share                 0.20    0.30    0.45     1
smuggled_2026                190e3   480e3   1300e3   H100e
rubin_uplift                 1.2     1.5     1.9      1
remote_stock                 0.8e6   1.0e6   1.2e6    H100e
remote_growth                0.3e6   0.5e6   0.8e6    H100e
remote_growth_months         9       12      15       months
remote_share                 0.40    0.50    0.60     1
hyperscaler_budget           0.005   0.010   0.020    1
startup_budget               0.03    0.06    0.12     1
startup_stock                50e3    75e3    110e3    H100e
startup_growth               30e3    75e3    150e3    H100e
startup_growth_months        9       12      18       months
minimum_training_months      0.75    1.5     3.0      months
post_training_months         0.5     1.5     3.0      months
distilled_share              0.10    0.25    0.40     1
distillation_removed_share   0.30    0.50    0.70     1
"""
ROWS = {row.split()[0]: row.split(maxsplit=4)[1:] for row in PUBLISHED.strip().splitlines()}
LEVERS_ONLY = {"distilled_share", "distillation_removed_share"}

BROUGHT_IN_BY_EVIDENCE = {
    "rl_ratio": ("lognormal", {"median": 1.25, "sigma": 0.75}),
    "benchmark_optimism_general": ("normal", {"mean": 0.3, "sd": 0.3}),
    "benchmark_optimism_cyber": ("normal", {"mean": 0.6, "sd": 0.4}),
    "firm_ratio": ("loguniform", {"low": 0.05, "high": 1.0}),
    "rental_price": ("lognormal", {"median": 3.0, "sigma": 0.2}),
    **dict.fromkeys(
        ("mythos_lead_general", "mythos_lead_cyber", "gap_growth", "evaluation_delay", "organisation_error"),
        ("fixed", {"value": 0.0}),
    ),
}


@pytest.fixture(scope="module")
def table():
    baseline, *_ = packaged_layers()
    assert baseline.file == "priors/baseline.toml"
    return load_prior_table([baseline])


@pytest.mark.parametrize("name", ROWS)
def test_row_is_as_published(name, table):
    low, mode, high, unit = ROWS[name]
    quantity = table.quantities[name]
    numbers = {"low": float(low), "mode": float(mode), "high": float(high)}
    assert quantity.distribution.model_dump() == numbers
    assert quantity.distribution.family == ("triangular_log10" if name == "algorithmic_progress" else "triangular")
    assert quantity.text.unit == unit
    assert quantity.text.role == ("lever" if name in LEVERS_ONLY else "model")
    assert "substrate-article" in quantity.text.sources


@pytest.mark.parametrize("name", BROUGHT_IN_BY_EVIDENCE)
def test_row_that_evidence_brings_in(name, table):
    quantity = table.quantities[name]
    assert (quantity.distribution.family, quantity.distribution.model_dump()) == BROUGHT_IN_BY_EVIDENCE[name]
    assert quantity.text.role == "evidence"


def test_the_race_rests_on_nothing_unpublished(table):
    assert {name for name, quantity in table.quantities.items() if quantity.text.role in ("model", "lever")} == set(
        ROWS
    )


def test_constants(table):
    assert {name: constant.value for name, constant in table.constants.items()} == {
        "origin": datetime.date(2026, 2, 24),
        "days_per_month": 30.44,
        "hours_per_year": 8760.0,
        "h100_peak": 9.89e14,
        "trainium2_peak": 6.5e14,
        "article_day": datetime.date(2026, 6, 12),
        "lag_smoothing": 0.0,
    }
    assert table.day("origin") == datetime.date(2026, 2, 24)
    assert table.number("h100_peak") == 9.89e14
    with pytest.raises(TypeError, match="origin is a day"):
        table.number("origin")
    with pytest.raises(TypeError, match="h100_peak is a number"):
        table.day("h100_peak")


@pytest.mark.parametrize(
    ("overlay", "numbers"),
    [
        ("progress-scher", {"low": 2.0, "mode": 20.0, "high": 200.0}),
        ("progress-amodei", {"low": 2.0, "mode": 4.0, "high": 8.0}),
    ],
)
def test_overlay_of_another_published_view(overlay, numbers, table):
    overlaid = load_prior_table([packaged_layers()[0], read_overlay(overlay)])
    changed = overlaid.quantities.pop("algorithmic_progress")
    assert changed.distribution.model_dump() == numbers
    assert changed.file == f"priors/overlays/{overlay}.toml"
    assert changed.text.unit == table.quantities["algorithmic_progress"].text.unit
    assert overlaid.quantities == {name: q for name, q in table.quantities.items() if name != "algorithmic_progress"}


def test_every_packaged_overlay_loads():
    assert set(named_overlays()) >= {"progress-scher", "progress-amodei"}
    for name in named_overlays():
        load_assumptions([name])  # of the default model, whose firms some of them speak of


def test_impossible_values_are_bounded_out(table):
    # What can be of either sign is a logarithm; all else is held at or above 0, and shares at or below 1.
    for quantity in table.quantities.values():
        text = quantity.text
        if quantity.name.startswith(("benchmark_optimism", "organisation_error")):
            continue
        assert text.above is not None or text.minimum is not None, quantity.name
        if quantity.name.endswith(("_share", "_budget")) or quantity.name.startswith("mfu_"):
            assert text.maximum == 1.0, quantity.name


def test_every_constant_is_read_somewhere() -> None:
    """One that nothing names stands among the assumptions and assumes nothing."""
    root = Path(__file__).resolve().parents[2]
    modules = [path.read_text(encoding="utf-8") for room in ROOMS for path in (root / room).rglob("*.py")]
    # also by a name that is filled in, f"{nation}_known_share", if it says a word of its own
    literals = {literal for text in modules for literal in re.findall(r'"([a-z0-9_{}]+)"', text)}
    filled_in = {re.sub(r"{\w+}", r"\\w+", literal) for literal in literals if re.search(r"[a-z]{4}(?!\w*})", literal)}
    named = re.compile("|".join(filled_in))
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (root / "priors").rglob("*.toml")]
    constants = {name for table in tables for name in table.get("constant", {})}
    assert len(constants) > 10
    assert {name for name in constants if not named.fullmatch(name)} == set()
