"""What draws are made by: the engines that can be asked for, and the forward simulation of the prior."""

from __future__ import annotations

from ...priors.arguments import refuse_others
from ...priors.errors import unknown_name

FORWARD = "forward"  # made the draws of a prior that nothing conditions
ENGINES = ("auto", "importance", "nuts")


def check_engine(engine: str) -> None:
    """Refuse an engine that does not exist.

    Raises
    ------
    InputError
        With the nearest name.
    """
    refuse_others("engine", engine, str, "the name of an engine")
    if engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES, key="--engine")
