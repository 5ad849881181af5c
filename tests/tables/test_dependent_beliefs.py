"""Studies of tables where quantities that they draw on hang on one another, or are correlated."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, widest
from own_rows import LEVEL
from scipy import stats

from catchup.analysis import Question, criteria, hindcast
from catchup.analysis.commands.main import run
from catchup.analysis.studies.tables.efficiency import measured_progress
from catchup.analysis.studies.tables.gate_hindcast import QUANTITIES, gate_hindcast
from catchup.evidence import (
    TableStore,
    build_efficiency_model,
    efficiency_curve,
    load_criteria,
    read_table,
    shipped_records,
)
from catchup.evidence.efficiency.integration import PARAMETERS
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import drawn_together
from catchup.priors import Given, InputError, Layer, LogNormal
from catchup.priors.hierarchy import MARGINAL_DRAWS, resolve
from efficiency_cases import Line, drawn_models
from table_cases import public_table

LEVEL_AND_SHARE = f"""
{LEVEL}[quantity.share]
family = "triangular"
low = 0.15
mode = 0.2
high = 0.3
unit = "1"
description = "What shares hang on"
sources = ["project"]
role = "comparison"
"""
HANGING = {
    "mfu_china": 'family = "triangular"\nlow = {quantity = "share", times = 0.8}\nmode = {quantity = "share"}\n'
    'high = {quantity = "share", times = 1.2}',
    "hindcast_typical_lag": 'family = "lognormal"\nmedian = {quantity = "level", times = 12}\nsigma = 0.9',
    "hindcast_lag_spread": 'family = "lognormal"\nmedian = {quantity = "level", times = 0.4}\nsigma = 0.4',
    "chinese_release_delay": 'family = "lognormal"\nmedian = {quantity = "level", times = 0.75}\nsigma = 0.5',
    "algorithmic_progress": 'family = "truncated"\nlow = 1.0\nof = {family = "lognormal", sigma = 0.5, median = '
    '{quantity = "share", times = 50}}',
    "measured_progress": 'family = "lognormal"\nmedian = {quantity = "level", times = 4}\nsigma = 0.9',
    "efficiency_slope": 'family = "lognormal"\nmedian = {quantity = "level", times = 10}\nsigma = 0.5',
}


def overlay_of(folder: Path, *names: str) -> str:
    path = folder / "hanging.toml"
    path.write_text("\n".join([LEVEL_AND_SHARE, *(f"[quantity.{name}]\n{HANGING[name]}" for name in names)]))
    return str(path)


@pytest.mark.parametrize(
    ("names", "command"),
    [
        (["mfu_china", "hindcast_typical_lag", "algorithmic_progress"], ["hindcast"]),
        (["hindcast_lag_spread"], ["hindcast"]),
        (["hindcast_typical_lag"], ["criteria", "--as-of", "2026-11-26", "--draws", "2000"]),
        (["chinese_release_delay"], ["capability", "--as-of", "2026-11-26", "--draws", "2000"]),
    ],
)
def test_a_study_takes_a_quantity_that_hangs_on_another(
    names: list[str], command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = [] if command[0] == "capability" else ["--data", str(tmp_path / "nothing")]
    assert run([*command, *data, "--priors", overlay_of(tmp_path, *names), "--json"]) == 0, capsys.readouterr().err
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["algorithmic_progress", "measured_progress", "efficiency_slope"])
def test_a_table_is_read_where_what_is_believed_of_it_hangs_on_another_quantity(name: str, tmp_path: Path) -> None:
    assumptions = load_assumptions([overlay_of(tmp_path, name)])
    found = measured_progress(read_table(public_table("epoch-eci-2026-06-16.csv")), assumptions)
    for quantiles in (found.prior, found.posterior, found.read.progress):
        assert (np.diff(quantiles) > 0.0).all()


CORRELATED = '[[correlation]]\nbetween = ["{}", "{}"]\nrank = 0.5\n'
LAGS = ("hindcast_typical_lag", "hindcast_lag_spread")


def read_scores(assumptions: Assumptions) -> object:
    return measured_progress(read_table(public_table("epoch-eci-2026-06-16.csv")), assumptions)


def ask_criteria(assumptions: Assumptions) -> object:
    return criteria(Question(assumptions, date(2026, 11, 26), draws=1_000), load_criteria(), TableStore(Path("none")))


def look_back(assumptions: Assumptions) -> object:
    return hindcast([shipped_records()], assumptions)


TOGETHER = [
    (read_scores, ("measured_progress", "efficiency_slope"), "both depend on level"),
    (read_scores, ("efficiency_slope", "measured_progress"), "both depend on level"),
    (ask_criteria, LAGS, "both depend on level"),
    (look_back, LAGS, "both depend on level"),
    (read_scores, ("measured_progress", "efficiency_slope"), "are correlated"),
    (read_scores, ("algorithmic_progress", "efficiency_slope"), "are correlated"),
    (read_scores, ("efficiency_noise", "efficiency_slope"), "are correlated"),
    (ask_criteria, LAGS, "are correlated"),
    (look_back, LAGS, "are correlated"),
    (look_back, ("hindcast_frontier_pace", "hindcast_frontier_scatter"), "are correlated"),
]


@pytest.mark.parametrize(("study", "names", "tie"), TOGETHER)
def test_what_is_read_as_independent_is_refused_where_it_hangs_together(
    study: Callable[[Assumptions], object], names: tuple[str, str], tie: str, tmp_path: Path
) -> None:
    path, key = str(tmp_path / "pair.toml"), "correlation.0"
    if tie == "are correlated":
        Path(path).write_text(CORRELATED.format(*names), encoding="utf-8")
    else:
        path, key = overlay_of(tmp_path, *names), "quantity."
    with pytest.raises(InputError, match="are read here as independent of each other") as caught:
        study(load_assumptions([path]))
    assert tie in caught.value.problem
    assert all(name in caught.value.problem for name in names)
    assert caught.value.file == path
    assert (caught.value.key or "").startswith(key)


def test_what_hangs_on_a_known_quantity_is_independent_of_it(tmp_path: Path) -> None:
    overlay = overlay_of(tmp_path, "measured_progress", "efficiency_slope")
    found = load_assumptions([overlay], fixed={"level": 1.1}).independent(["measured_progress", "efficiency_slope"])
    assert found["efficiency_slope"].quantile(0.5) == pytest.approx(11.0)


def test_a_curve_and_its_pymc_model_take_beliefs_that_hang_on_others(tmp_path: Path) -> None:
    drawn = drawn_models(np.random.default_rng(7), Line(), 0.9)
    one = load_assumptions([overlay_of(tmp_path, "measured_progress", "efficiency_slope")])
    found = efficiency_curve(drawn, one.beliefs, 4.0).curve.values
    np.testing.assert_array_equal(found, efficiency_curve(drawn, one.independent(PARAMETERS), 4.0).curve.values)
    assert "level" in build_efficiency_model(drawn, one.beliefs, 4.0).named_vars
    both = one.beliefs | {"efficiency_noise": LogNormal(median=Given("level", times=3.0), sigma=0.5)}
    with pytest.raises(InputError, match="efficiency_slope and efficiency_noise both depend on level"):
        efficiency_curve(drawn, resolve(both, {}, lambda name: ("mine.toml", name)), 4.0)
    without = {name: belief for name, belief in one.beliefs.items() if name != "level"}
    with pytest.raises(InputError, match=r"quantity\.efficiency_slope: unknown quantity 'level'"):
        efficiency_curve(drawn, without, 4.0)
    row = {"between": ["efficiency_slope", "efficiency_score"], "rank": 0.5}
    pair = load_assumptions([Layer.of({"correlation": [row]}, file="mine.toml")])
    with pytest.raises(InputError, match="efficiency_score and efficiency_slope are correlated"):
        efficiency_curve(drawn, pair.beliefs, 4.0, copula=pair.copula)
    assert build_efficiency_model(drawn, pair.beliefs, 4.0, copula=pair.copula).named_vars.keys() != (
        build_efficiency_model(drawn, pair.beliefs, 4.0).named_vars.keys()
    )


def test_by_itself_a_quantity_spreads_as_far_as_both_together(tmp_path: Path) -> None:
    assumptions = load_assumptions([overlay_of(tmp_path, "hindcast_typical_lag")])
    (found,) = assumptions.independent(["hindcast_typical_lag"]).values()
    exact = stats.lognorm(math.hypot(0.3, 0.9), scale=12.0)
    probabilities = np.linspace(0.02, 0.98, 25)
    # no worse than as many independent draws would be; between its knots the curve of a normal score is straight
    errors = np.sqrt(probabilities * (1.0 - probabilities) / MARGINAL_DRAWS) / exact.pdf(exact.ppf(probabilities))
    assert (np.abs(found.quantile(probabilities) - exact.ppf(probabilities)) < widest(1.0) * errors).all()
    assert found.parents == ()


def test_what_stands_by_itself_is_left_as_it_is() -> None:
    assumptions = load_assumptions()
    assert assumptions.independent(["mfu_china"]) == {"mfu_china": assumptions.beliefs["mfu_china"]}


def test_what_follows_from_a_fixed_quantity_is_fixed(tmp_path: Path) -> None:
    path = tmp_path / "follows.toml"
    path.write_text(LEVEL + '[quantity.chinese_release_delay]\nfamily = "fixed"\nvalue = {quantity = "level"}\n')
    assumptions = load_assumptions([str(path)], fixed={"level": 2.0})
    (found,) = assumptions.independent(["chinese_release_delay"]).values()
    assert found.quantile([0.1, 0.9]).tolist() == [2.0, 2.0]


def correlated(rank: float) -> Assumptions:
    from catchup.priors.layers import Layer

    row = {"between": ["hyperscaler_budget", "hyperscaler_share"], "rank": rank, "description": "x"}
    return load_assumptions([Layer.of({"correlation": [{**row, "sources": ["project"]}]}, file="rows.toml")])


def test_draws_of_a_study_are_correlated_as_the_prior_says() -> None:
    assumptions, draws = correlated(-0.8), 20_000
    values = drawn_together(assumptions.beliefs, QUANTITIES, draws, np.random.default_rng(1), assumptions.copula)
    rank = stats.spearmanr(values["hyperscaler_budget"], values["hyperscaler_share"]).statistic
    # Fisher's z of a rank correlation has a standard error below 1.03 / sqrt(n - 3) (Fieller and others 1957)
    reach = stats.norm.isf(FALSE_ALARM / 2) * math.sqrt(1.06 / (draws - 3))
    assert abs(math.atanh(rank) - math.atanh(-0.8)) < reach


def test_a_budget_that_makes_up_for_a_small_share_narrows_what_the_gate_says() -> None:
    tables = shipped_records(), shipped_records("epoch-chip-owners")

    def widths(assumptions: Assumptions) -> list[float]:
        asked = gate_hindcast(*tables, assumptions).asked
        return [float(np.ptp(np.quantile(each.said.values, [0.05, 0.95]))) for each in asked]

    apart, together = widths(load_assumptions()), widths(correlated(-0.95))
    assert all(narrow < wide for wide, narrow in zip(apart, together, strict=True))


def test_the_frontier_s_own_scores_know_how_the_release_delay_spreads(tmp_path: Path) -> None:
    from catchup.analysis import CapabilityFrontier, Question
    from catchup.analysis.studies.other_structures import draw_structure

    asked = Question(load_assumptions([overlay_of(tmp_path, "chinese_release_delay")]), date(2026, 11, 26), draws=4_000)
    columns, _ = draw_structure(
        asked, CapabilityFrontier(), (), lambda values: {"drawn": values["chinese_release_delay"]}
    )
    spread = float(np.log(columns["drawn"]).std())
    assert abs(spread / math.hypot(0.3, 0.5) - 1.0) < widest(1.0 / math.sqrt(2 * 4_000))
