"""The plain way to the date: every draw at every half month, in one array. It shares nothing with the model's code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF_MONTHS = np.arange(0.0, 60.5, 0.5)[:, None]
MONTH_SECONDS = 30.44 * 86_400.0
MYTHOS_CHIP_FLOPS = 6.5e14
H100_FLOPS = 9.89e14


def ramp(start: float, length: Array | float) -> Array:
    """Share of a source that has arrived, shape (121, draw)."""
    return np.clip((HALF_MONTHS - start) / length, 0.0, 1.0)


def ready_on_grid(values: dict[str, Array]) -> Array:
    """Months at which the event is ready, shape (draw,); infinite where no half month of the grid is late enough.

    Parameters
    ----------
    values : dict of str to array, shape (draw,)
        Every quantity that the date depends on.
    """
    v = values
    hyperscaler = (
        v["china_stock"] * v["hyperscaler_share"]
        + v["h200_purchases"] * ramp(0.0, v["h200_arrival_months"])
        + v["ascend_950pr_2026"] * v["ascend_share"] * ramp(0.0, v["ascend_950pr_arrival_months"])
        + v["ascend_950dt"] * v["ascend_share"] * ramp(7.0, 12.0)
        + v["ascend_950pr_2027"] * v["ascend_share"] * ramp(10.0, 12.0)
        + v["smuggled_2026"] * v["hyperscaler_share"] * ramp(0.0, 12.0)
        + v["smuggled_2026"] * v["rubin_uplift"] * v["hyperscaler_share"] * ramp(12.0, 12.0)
        + v["remote_stock"] * v["remote_share"]
        + v["remote_growth"] * v["remote_share"] * np.minimum(HALF_MONTHS, 24.0) / v["remote_growth_months"]
    )
    startup = v["startup_stock"] + v["startup_growth"] * np.minimum(HALF_MONTHS, 24.0) / v["startup_growth_months"]
    mythos = v["mythos_chips"] * MYTHOS_CHIP_FLOPS * MONTH_SECONDS * v["mfu_anthropic"] * v["mythos_training_months"]
    requirement = mythos / v["algorithmic_progress"] ** (HALF_MONTHS / 12.0)
    delivered = H100_FLOPS * MONTH_SECONDS * v["mfu_china"]
    pretrained = [
        _pretrained(requirement / (pool * delivered), v[budget], v["minimum_training_months"])
        for pool, budget in ((hyperscaler, "hyperscaler_budget"), (startup, "startup_budget"))
    ]
    ready: Array = np.minimum(*pretrained) + v["post_training_months"]
    return ready


def _pretrained(length: Array, budget: Array, minimum: Array) -> Array:
    allowed = length <= 12.0 * budget
    first = allowed.argmax(axis=0)
    run = np.take_along_axis(length, first[None], axis=0)[0]
    return np.where(allowed.any(axis=0), HALF_MONTHS[first, 0] + np.maximum(run, minimum), np.inf)
