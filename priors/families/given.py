"""Numbers of a distribution that another quantity gives: hierarchical and conditional priors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..errors import InputError
from ..strict import StrictModel, from_pydantic, misfit, unlikely


class Reach(NamedTuple):
    """How far a quantity reaches.

    Attributes
    ----------
    low, high : float
        Ends of its support.
    lowest, highest : float
        The least and the greatest value that is ever drawn.
    """

    low: float
    high: float
    lowest: float
    highest: float


class Given(StrictModel):
    """A number that another quantity gives: ``times`` its value, ``plus`` a constant.

    In TOML ``median = {quantity = "archetype_budget"}`` or ``median = {quantity = "archetype_budget", times = 0.5}``.

    Parameters
    ----------
    quantity : str
        Its name.
    times, plus : float
        What its value is multiplied by, and what is added then.

    Examples
    --------
    >>> from catchup.priors import FAMILIES, Given
    >>> budget = FAMILIES["lognormal"](median=Given("archetype_budget", times=0.5), sigma=0.3)
    >>> budget.named
    ('archetype_budget',)
    """

    quantity: str
    times: float = 1.0
    plus: float = 0.0

    def __init__(self, quantity: str, **numbers: Any) -> None:
        super().__init__(**{"quantity": quantity, **numbers})

    def of(self, value: Any) -> Any:
        """The number, given the quantity's value: a number, an array or a variable of a graph."""
        scaled = value if self.times == 1.0 else self.times * value
        return scaled if self.plus == 0.0 else scaled + self.plus


def number_or_given(value: Any, check: Callable[[Any], Any]) -> Any:
    """Let a number be checked, and a table that names a quantity be read."""
    if isinstance(value, Given):
        return value
    if isinstance(value, Mapping) and "quantity" in value:
        try:
            return Given.model_validate(dict(value))
        except ValidationError as error:
            raise as_misfit(from_pydantic(error, Given, file=None, key="")) from None
    return check(value)


def number_as_written(value: Any) -> Any:
    """A number as a row of TOML has it."""
    return value.model_dump(exclude_defaults=True) if isinstance(value, Given) else value


def as_misfit(error: InputError) -> Exception:
    """What a validator raises for a fault further inside."""
    if error.unlikely:
        return unlikely(error.key or "", error.problem)
    return misfit(error.key or "", error.problem, error.nearest)
