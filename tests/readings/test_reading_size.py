"""Mythos's size: the rules of thumb, the thread's table, and draws against closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.readings.size import MEASURES, size_given, sizes
from catchup.model.assumptions import load_assumptions
from catchup.model.size import size_of, thread_flop
from catchup.priors.errors import InputError
from reading_cases import ask, prior

THREAD = {
    # compute: tokens, parameters, active parameters, as the thread gives them or its formulas make them
    3.37e26: (1.50e14, 7.49e12, 3.75e11),
    6.74e26: (2.12e14, 1.06e13, 5.30e11),
    1.01e27: (2.59e14, 1.30e13, 6.49e11),
    1.46e27: (3.12e14, 1.56e13, 7.80e11),
}


def three_digits(value: float) -> float:
    return float(f"{value:.3g}")


@pytest.mark.parametrize("flop", THREAD)
def test_thread_table_is_reproduced_to_three_digits(flop):
    row = size_given(ask(100), flop, "")
    assert tuple(map(three_digits, (row.tokens, row.parameters, row.active_parameters))) == THREAD[flop]


def test_thread_compute_follows_from_its_chips_and_days():
    lengths = thread_flop(load_assumptions())
    assert list(lengths) == ["30", "60", "90", "130"]
    assert [three_digits(flop) for flop in lengths.values()] == list(THREAD)


@given(
    flop=st.floats(1e20, 1e30),
    tokens_per_parameter=st.floats(0.1, 1e4),
    active_share=st.floats(1e-3, 1.0),
    constant=st.floats(1.0, 10.0),
)
def test_size_keeps_its_rules_of_thumb(flop, tokens_per_parameter, active_share, constant):
    size = size_of(np, flop, tokens_per_parameter, active_share, constant)
    assert constant * size.active_parameters * size.tokens == pytest.approx(flop, rel=1e-12)
    assert size.tokens == pytest.approx(tokens_per_parameter * size.parameters, rel=1e-12)
    assert size.active_parameters == pytest.approx(active_share * size.parameters, rel=1e-12)


def test_quantiles_of_size_are_those_of_compute_carried_over():
    question = ask()
    result = sizes(prior(question))
    for p in (0.05, 0.5, 0.95):
        exact = math.sqrt(400.0 * result.mythos["flop"].quantile_value(p) / 6.0)
        # a quantile is interpolated between two draws, and the square root bends in between
        assert result.mythos["tokens"].quantile_value(p) == pytest.approx(exact, rel=1e-6)
        assert result.mythos["active_parameters"].quantile_value(p) == pytest.approx(exact / 400.0, rel=1e-6)


def test_uncertain_rules_of_thumb_widen_the_size():
    low, high = 10.0, 40.0
    question = ask(tables={"quantity": {"tokens_per_parameter": {"family": "loguniform", "low": low, "high": high}}})
    result = sizes(prior(question))
    log_tokens, log_flop = (np.log(result.mythos[name].values) for name in ("tokens", "flop"))
    # D = sqrt(k C / 6 s): the logarithms of k and C, independent, enter by halves
    exact = 0.25 * (log_flop.var() + math.log(high / low) ** 2 / 12.0)
    spread = (log_tokens - log_tokens.mean()) ** 2
    error = spread.std() / math.sqrt(spread.size)
    assert log_tokens.var() == pytest.approx(exact, abs=5.0 * error)
    assert exact > 1.5 * 0.25 * log_flop.var()


def test_given_compute_is_sized_beside_the_thread():
    question = ask(200)
    result = sizes(prior(question), [6.1e27])
    assert result.given[0].tokens == pytest.approx(math.sqrt(400.0 * 6.1e27 / 6.0), rel=1e-12)
    assert set(as_json(result)["mythos"]) == set(MEASURES)


@pytest.mark.parametrize("flop", [0.0, -1.0, math.inf, math.nan])
def test_impossible_compute_is_refused(flop):
    question = ask(100)
    with pytest.raises(InputError, match="flop: "):
        sizes(prior(question), [flop])
