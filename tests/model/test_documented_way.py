"""A firm's way to an event, put together as `docs/model.md` has it, against the race."""

from __future__ import annotations

import numpy as np
import pytest

from catchup.model.assumptions import load_assumptions
from catchup.model.draws import QuantileTransform
from catchup.model.forward import outcome

DRAWS = 2_000
CURRENT = load_assumptions()


@pytest.mark.parametrize("event", ["compute-equivalent", "narrow-exploit", "widely-served"])
def test_each_firm_comes_to_the_event_as_documented(event: str) -> None:
    transform = QuantileTransform(CURRENT.beliefs, CURRENT.needed([event]))
    values = transform(np.random.default_rng(3).random((len(transform.names), DRAWS)))
    world, found = outcome(CURRENT, values, event=event)
    none, pace = np.zeros(DRAWS), np.log(values["algorithmic_progress"]) / 12.0
    data = none if event == "narrow-exploit" else values["data_and_rl_months"]
    served = values["serving_months"] if event == "widely-served" else none
    ends, dates = [], []
    for firm, contender in found.contenders.items():

        def log_cost(t: np.ndarray, lag: np.ndarray = values[f"{firm}_know_how_lag"]) -> np.ndarray:
            return np.log(found.target_flop) - pace * (t - lag)

        budget = np.maximum(values[f"{firm}_budget"], values[f"{firm}_commitment"]) / (1.0 + values["rival_compute"])
        pool, flop_month = world.pools[firm], world.flop_month[firm]
        assert (contender.able >= 0.0).all()
        at_once = np.log(12.0 * budget * pool.at(np, none) * flop_month) >= log_cost(none)
        assert (contender.able[at_once] == 0.0).all()
        met = np.log(12.0 * budget * pool.at(np, contender.able) * flop_month) - log_cost(contender.able)
        np.testing.assert_allclose(met[~at_once], 0.0, atol=1e-6)
        launch = contender.able + values[f"{firm}_launch_delay"]
        length = np.exp(log_cost(launch)) / (pool.at(np, launch) * flop_month)
        end = launch + np.maximum(length, values["minimum_training_months"]) + values["run_setback_months"]
        learning = values["rl_ratio"] * length / values["rl_pool_share"]
        after = np.maximum(values[f"{firm}_post_training_months"], learning) + data + served
        np.testing.assert_allclose(contender.ready, end + after, rtol=1e-9)
        ends.append(end)
        dates.append(end + after)
    np.testing.assert_allclose(found.pretrained, np.min(ends, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.ready, np.min(dates, axis=0), rtol=1e-9)
    of_the_first = np.take_along_axis(np.array(ends), np.argmin(dates, axis=0)[None], axis=0)[0]
    assert (of_the_first > found.pretrained + 1e-6).any()
