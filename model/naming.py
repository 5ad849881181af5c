"""The names of the model's intermediates, and how each gets its name, or another value in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

UNITS = {
    "mythos_flop": "FLOP",
    "annual_progress": "x per year",
    "flop_per_h100e_month": "FLOP per H100e-month",
    "target_flop": "FLOP",
    "budget_in_force": "1",
    "requirement_lag": "months",
    "able_to_launch": "months since t = 0",
    "launch": "months since t = 0",
    "pool_at_launch": "H100e",
    "requirement_at_launch": "FLOP",
    "run_length": "months",
    "firm_pretrained": "months since t = 0",
    "pretrained": "months since t = 0",
    "firm_post_training": "months",
    "post_training": "months",
    "ready": "months since t = 0",
}
"""Unit of every derived variable, each after those that it follows from; quantities carry their own.

The budget in force, the requirement's lag, the month from which a firm could launch and post-training are variables of
their own only where obstacles act on them; post-training is one also where firms have their own.
"""

DIMS: Mapping[str, tuple[str, ...]] = {
    "mythos_flop": (),
    "annual_progress": (),
    "flop_per_h100e_month": ("firm",),
    **dict.fromkeys(("target_flop", "pretrained", "post_training", "ready"), ("event",)),
    **dict.fromkeys(
        (
            "budget_in_force",
            "requirement_lag",
            "able_to_launch",
            "launch",
            "pool_at_launch",
            "requirement_at_launch",
            "run_length",
            "firm_pretrained",
            "firm_post_training",
        ),
        ("event", "firm"),
    ),
}
"""Dims of every derived variable."""

ByFirm = Mapping[tuple[str, str], Any]
"""Values by event and firm."""

Naming = Callable[[str, Any], Any]
"""Takes an intermediate's name and value, and returns what stands for it from then on.

A value is one for all, or a mapping: by firm, by event, or by (event, firm).
"""


def unnamed(name: str, value: Any) -> Any:
    """Leave an intermediate as it is."""
    return value
