r"""National capacity: a data set's known part carried forward, and what the race implies of the whole.

One data set knows of :math:`P_0` FLOP/s in China on a day of 2025 and covers a share c of what there is. At a
growth g per year the known part is :math:`P_0 (1 + g)^y` after y years, and the whole, in H100e,

.. math:: N(y) = \frac{P_0 (1 + g)^y}{c\,p_\mathrm{H100}} .

The race has figures of its own for the nation, of which each firm holds shares: taking the owners' shares out
of its sources leaves the national flows.

References
----------
.. [1] Essay estimating China's training compute in 2027 under export controls: :math:`P_0`, g.
.. [2] Pilz et al., Trends in AI supercomputers, 2025: c.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from ..priors.errors import InputError, refuse_unknown
from ..priors.layers import merge
from ..priors.strict import StrictModel, validate
from .assumptions import Assumptions
from .equations import MONTHS_PER_YEAR
from .firms import Names
from .flows import is_divided, whole_flows
from .generative import describe_world
from .pools import Pool
from .race import Race

COVERAGE = "capacity_coverage"
INSIDE, REMOTE = "inside", "remote"


class CapacityText(StrictModel):
    """A growth scenario of national capacity; `growth` names a quantity, a share per year."""

    title: str
    growth: str
    references: Names = ()


@dataclass(frozen=True)
class Projection:
    """Capacity on a day.

    Attributes
    ----------
    known : (draw,)
        What the data set would know of, FLOP/s.
    whole : (draw,)
        What there is, H100e.
    """

    known: Any
    whole: Any


def known_performance(performance: Any, growth: Any, years: Any) -> Any:
    r"""Known performance after some years of growth, :math:`P_0 (1 + g)^y` (FLOP/s)."""
    return performance * (1.0 + growth) ** years


def national_h100e(performance: Any, coverage: Any, h100_peak: float) -> Any:
    r"""The whole of which a known performance is a part, :math:`P / (c\,p_\mathrm{H100})` (H100e)."""
    return performance / (coverage * h100_peak)


def implied_coverage(performance: Any, stock: Any, h100_peak: float) -> Any:
    r"""Share of a national stock (H100e) that a known performance (FLOP/s) is, :math:`P / (N p_\mathrm{H100})`."""
    return performance / (stock * h100_peak)


def years_of_growth(performance: Any, later: Any, growth: Any) -> Any:
    r"""Years after which a performance has grown to a later one, :math:`\log(P / P_0) / \log(1 + g)`; never at none."""
    with np.errstate(divide="ignore"):
        return np.where(growth > 0.0, np.log(later / performance) / np.log1p(growth), np.inf)


def years_since(assumptions: Assumptions, day: date) -> float:
    """Years from the day of the data set's figures to another."""
    days = (day - assumptions.table.day("capacity_day")).days
    return days / (MONTHS_PER_YEAR * assumptions.calendar.days_per_month)


def load_capacity_scenarios(assumptions: Assumptions) -> dict[str, CapacityText]:
    """Read the growth scenarios of the assumptions' layers.

    Raises
    ------
    InputError
        At the first unknown key, quantity or reference.
    """
    table, scenarios = assumptions.table, {}
    for name, row in merge(assumptions.layers, "capacity").items():
        key = f"capacity.{name}"
        scenario = scenarios[name] = validate(CapacityText, row.values, file=row.file, key=key)
        refuse_unknown("quantity", [scenario.growth], table.quantities, row.file, f"{key}.growth")
        refuse_unknown("reference", scenario.references, table.references, row.file, f"{key}.references")
    return scenarios


def project(assumptions: Assumptions, growth: Any, coverage: Any, day: date) -> Projection:
    """Carry China's known performance forward to a day."""
    number = assumptions.table.number
    known = known_performance(number("china_known_performance"), growth, years_since(assumptions, day))
    return Projection(known, national_h100e(known, coverage, number("h100_peak")))


def national_pools(xp: Any, assumptions: Assumptions, values: Mapping[str, Any]) -> dict[str, Pool]:
    """National compute through time as the race's own figures imply it, inside China and by remote access.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    assumptions : Assumptions
        The race.
    values : mapping
        Values of everything the race draws on, and of `Race.buyers`.
    """
    national = replace(assumptions, race=national_race(assumptions))
    return describe_world(xp, national, values).pools


def national_race(assumptions: Assumptions) -> Race:
    """The race's sources without their owners' shares, as the pools of two firms: inside China, and remote.

    A source that is a share of something stands for the whole of it, once, whoever holds shares. One that is a buyer's
    own holding is part of such a whole already, unless other buyers match it: where the race names them, each one's
    purchases count, and otherwise those of the one as often as there are buyers.

    Raises
    ------
    InputError
        If no firm in the race holds a share of what stands inside China.
    """
    race, quantities = assumptions.race, assumptions.table.quantities
    national = [name for name, each in race.sources.items() if is_divided(each, quantities) or name in race.matched]
    sources = {
        name: flow.model_copy(update={"firm": REMOTE if flow.channel == "remote" else INSIDE})
        for name, flow in whole_flows(race, quantities, national).items()
    }
    some_firm = next(iter(race.firms.values()))
    firms = {place: some_firm for place in (INSIDE, REMOTE) if any(flow.firm == place for flow in sources.values())}
    if INSIDE not in firms:
        problem = "no firm in the race holds a share of what China has, from which the whole could be told"
        raise InputError(problem, key="source")
    return replace(race, firms=firms, sources=sources)


def tells_of_the_nation(assumptions: Assumptions) -> bool:
    """Whether the race says what China has; one whose firms hold nothing but their own does not."""
    try:
        national_race(assumptions)
    except InputError:
        return False
    return True
