"""How quantities hang on one another: what must be drawn before what, and how far each reaches then."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .bases import Array
from .copula import INDEPENDENT, Copula
from .errors import InputError, refuse_unknown
from .families.classic import Fixed
from .families.dependent import Conditional, Dependent
from .families.dirichlet import LEAST, WHOLE, Dirichlet, DirichletShare
from .families.empirical import Empirical
from .families.family import Family
from .families.given import Reach
from .families.truncated import Truncated
from .normal_rank import normal_rank
from .packaged import is_own_file

Where = Callable[[str], tuple[str, str]]
"""File and key of a quantity's row, by its name."""
MARGINAL_DRAWS = 2**16
MARGINAL_RANKS = normal_rank(np.linspace(-3.5, 3.5, 29))  # the outermost leave 15 of those draws beyond them


def related(names: Iterable[str], beliefs: Mapping[str, Family], copula: Copula = INDEPENDENT) -> list[str]:
    """Names, and every further quantity that one of them depends on; what gives another's numbers comes before it.

    Parameters
    ----------
    names : iterable of str
        Of quantities.
    beliefs : mapping of str to Family
        What is believed of each. A quantity that gives numbers of another and is not among them is left out: its
        values are known from elsewhere.
    copula : Copula, optional
        Dependence of ranks between quantities.
    """
    found = copula.with_related(names)
    ordered = _parents_first(found, beliefs)
    while len(ordered) > len(found):
        found = copula.with_related(ordered)
        ordered = _parents_first(found, beliefs)
    return ordered


def _parents_first(names: Sequence[str], beliefs: Mapping[str, Family]) -> list[str]:
    if not any(beliefs[name].parents for name in names):
        return list(names)
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        for parent in beliefs[name].parents:
            if parent in beliefs and parent not in ordered:
                add(parent)
        ordered[name] = None

    for name in names:
        if name not in ordered:
            add(name)
    return list(ordered)


def relatives(name: str, beliefs: Mapping[str, Family], copula: Copula = INDEPENDENT) -> list[str]:
    """Quantities that a quantity is not independent of, as far as the prior says so directly."""
    children = [other for other, belief in beliefs.items() if name in belief.parents]
    parents = beliefs[name].parents if name in beliefs else ()
    return list(dict.fromkeys([*copula.partners(name), *parents, *children]))


def transformed(
    beliefs: Mapping[str, Family],
    ranks: Iterator[Any],
    draws: int,
    given: Mapping[str, Any],
    scores: Container[str] = frozenset(),
) -> dict[str, Array]:
    """Values at ranks.

    Parameters
    ----------
    beliefs : mapping of str to Family
        What is believed of each quantity, in an order in which parents come first.
    ranks : iterator of array of shape (draw,)
        Of those that take a random number, in that order.
    draws : int
        How many.
    given : mapping of str to array of shape (draw,)
        Values of parents that are not among the quantities.
    scores : container of str
        Quantities of which `ranks` yields normal scores instead.

    Returns
    -------
    dict of str to array of shape (draw,)
        By quantity.
    """
    known = np.zeros(draws)
    values: dict[str, Array] = {}
    so_far: ChainMap[str, Any] = ChainMap(values, dict(given))
    for name, belief in beliefs.items():
        family = belief.given(so_far) if belief.parents else belief
        rank = known if belief.base is None else next(ranks)
        value = family.at_score(np, rank) if name in scores else family.quantile(rank)
        # a family of one's own may return what it was given, in whose place the next rank may come
        values[name] = value.copy() if np.may_share_memory(value, rank) else value
    return values


def resolve(beliefs: Mapping[str, Family], blocks: Mapping[str, str], where: Where) -> dict[str, Family]:
    """Settle how quantities depend on each other.

    Parameters
    ----------
    beliefs : mapping of str to Family
        As rows state them.
    blocks : mapping of str to str
        By quantity, the block of shares that it belongs to.
    where : callable
        Given a quantity, the file and the key of its row.

    Returns
    -------
    dict of str to Family
        The same quantities, in the same order; those that hang on others as `Conditional` or `DirichletShare`.

    Raises
    ------
    InputError
        If a quantity that gives a number is unknown, quantities hang on each other in a circle, a number can become
        impossible, or a block of shares cannot sum to one.
    """
    members = _members(beliefs, blocks, where)
    if not members and not any(belief.named for belief in beliefs.values()):
        return dict(beliefs)
    parents = {name: [*belief.named, *members.get(name, ())] for name, belief in beliefs.items()}
    for name, wanted in parents.items():
        refuse_unknown("quantity", wanted, beliefs, *where(name))
    settled: dict[str, Family] = {}
    for name in _without_circles(parents, where):
        belief = beliefs[name]
        if isinstance(belief, Dirichlet):
            settled[name] = _share(name, belief, members[name], beliefs, blocks, settled, where)
        else:
            settled[name] = conditional(belief, settled, *where(name), where)
    return {name: settled[name] for name in beliefs}


def conditional(belief: Family, beliefs: Mapping[str, Family], file: str, key: str, where: Where) -> Family:
    """Settle how a distribution depends on quantities that are settled already.

    Parameters
    ----------
    belief : Family
        As its row states it.
    beliefs : mapping of str to Family
        Those quantities.
    file, key : str
        Of its row.
    where : callable
        Given a quantity, the file and the key of its row.

    Raises
    ------
    InputError
        If one is unknown, or a number can become impossible: blamed on the row, or on what it depends on where that,
        unlike the row, is the user's.
    """
    if isinstance(belief, Dirichlet):
        raise InputError("a quantity alone can be a share of a block", file=file, key=f"{key}.family")
    if isinstance(belief, Dependent) or not belief.named:
        return belief
    refuse_unknown("quantity", belief.named, beliefs, file, key)
    reaches = {parent: Reach(*beliefs[parent].support(), *beliefs[parent].extremes()) for parent in belief.named}
    found = Conditional(template=belief, reaches=reaches)
    if isinstance(belief, Truncated):
        whole = Conditional(template=belief.of, reaches=reaches)
        if not belief.cuts(*whole.support()):
            found = whole  # bounds that only an overlay would reach cost nothing
    try:
        found.refuse_leaving(file, key)
    except InputError as error:
        raise blamed(error, belief.named, beliefs, where) from None
    return found


def blamed(error: InputError, parents: Sequence[str], beliefs: Mapping[str, Family], where: Where) -> InputError:
    """Return what is wrong with a row of the project as the fault of what the user believes of a quantity it hangs on.

    Parameters
    ----------
    error : InputError
        Naming the row.
    parents : sequence of str
        What the row depends on.
    beliefs, where
        As for `conditional`.
    """
    users = [name for name in related(parents, beliefs) if not is_own_file(where(name)[0])]
    if error.file is None or not is_own_file(error.file) or not users:
        return error
    file, key = where(users[-1])  # the nearest stands last
    return InputError(f"{error.key} of {error.file} depends on it, and {error.problem}", file=file, key=key)


def _without_circles(parents: Mapping[str, Sequence[str]], where: Where) -> list[str]:
    """Names in an order in which parents come first.

    Raises
    ------
    InputError
        If there is none, naming the circle.
    """
    ordered: dict[str, None] = {}
    path: list[str] = []

    def add(name: str) -> None:
        if name in path:
            file, key = where(name)
            circle = " on ".join([*path[path.index(name) :], name])
            raise InputError(f"quantities cannot depend on each other in a circle: {circle}", file=file, key=key)
        path.append(name)
        for parent in parents[name]:
            if parent not in ordered:
                add(parent)
        path.pop()
        ordered[name] = None

    for name in parents:
        if name not in ordered:
            add(name)
    return list(ordered)


def _members(beliefs: Mapping[str, Family], blocks: Mapping[str, str], where: Where) -> dict[str, list[str]]:
    """By share of a block, the other members that come before it.

    Raises
    ------
    InputError
        If a share is of no block, or has one to itself, or a block has no share to be divided.
    """
    for name, belief in beliefs.items():
        if isinstance(belief, Dirichlet) and name not in blocks:
            file, key = where(name)
            raise InputError(
                "is missing: the name that all shares of one whole have in common", file=file, key=f"{key}.block"
            )
    before: dict[str, list[str]] = {}
    for block in dict.fromkeys(blocks.values()):
        of_block = [name for name in beliefs if blocks.get(name) == block]
        shares = [name for name in of_block if isinstance(beliefs[name], Dirichlet)]
        if len(of_block) < 2 or not shares:
            file, key = where(of_block[-1])
            problem = f"block '{block}' needs two quantities or more, at least one of family 'dirichlet'"
            raise InputError(f"{problem}; it has {', '.join(of_block)}", file=file, key=f"{key}.block")
        own = [name for name in of_block if name not in shares]
        before |= {name: [*own, *shares[:index]] for index, name in enumerate(shares)}
    return before


def _share(
    name: str,
    belief: Dirichlet,
    before: Sequence[str],
    beliefs: Mapping[str, Family],
    blocks: Mapping[str, str],
    settled: Mapping[str, Family],
    where: Where,
) -> DirichletShare:
    after = [
        other.concentration
        for key, other in beliefs.items()
        if isinstance(other, Dirichlet) and blocks[key] == blocks[name] and key not in (*before, name)
    ]
    own = [settled[other].support() for other in before if not isinstance(beliefs[other], Dirichlet)]
    most, least = WHOLE - math.fsum(low for low, _ in own), WHOLE - math.fsum(high for _, high in own)
    if not least >= LEAST or not most <= WHOLE:
        file, key = where(name)
        taken = f"the others of block '{blocks[name]}' take from {WHOLE - most:g} to {WHOLE - least:g}"
        raise InputError(f"{taken}: shares of 0 or more that leave a part of 1 were expected", file=file, key=key)
    return DirichletShare(template=belief, before=tuple(before), after=math.fsum(after), most=most)


def marginal_quantiles(
    name: str, beliefs: Mapping[str, Family], probabilities: ArrayLike, copula: Copula = INDEPENDENT
) -> Array:
    """Quantiles of a quantity by itself, whatever gives its numbers: of quasi-random draws where it hangs on others.

    Parameters
    ----------
    name : str
        Of the quantity.
    beliefs : mapping of str to Family
        What is believed of every quantity.
    probabilities : array or float
        In (0, 1).
    copula : Copula, optional
        Dependence of ranks between quantities.
    """
    if not beliefs[name].parents:
        return beliefs[name].quantile(np.asarray(probabilities, dtype=float))
    from scipy.stats import qmc

    needed = {each: beliefs[each] for each in related([name], beliefs, copula)}
    drawn = [each for each, belief in needed.items() if belief.base is not None]
    if not drawn:
        only = transformed(needed, iter(()), 1, {})[name][0]
        return np.full(np.shape(probabilities), only)
    points = qmc.Sobol(len(drawn), scramble=False).random(MARGINAL_DRAWS).T + 0.5 / MARGINAL_DRAWS
    values = transformed(needed, iter(copula.couple(drawn, points)), MARGINAL_DRAWS, {})
    return np.asarray(np.quantile(values[name], np.asarray(probabilities, dtype=float)))


def marginal(name: str, beliefs: Mapping[str, Family], copula: Copula = INDEPENDENT) -> Family:
    """What is believed of a quantity by itself: a distribution that needs no other quantity's value.

    Parameters
    ----------
    name, beliefs, copula
        As for `marginal_quantiles`, through some of which it goes where others give the quantity's numbers.

    Examples
    --------
    >>> from catchup.model import load_assumptions
    >>> from catchup.priors.hierarchy import marginal
    >>> beliefs = load_assumptions().beliefs
    >>> beliefs["bytedance_mfu"].parents, marginal("bytedance_mfu", beliefs).parents
    (('mfu_china',), ())
    """
    belief = beliefs[name]
    if not belief.parents:
        return belief
    found = marginal_quantiles(name, beliefs, MARGINAL_RANKS, copula)
    low, high = belief.support()
    rising = (found > low) & (found < high) & (np.diff(found, prepend=-np.inf) > 0.0)
    if rising.sum() < 2:
        return Fixed(value=float(found[len(found) // 2]))
    pairs = tuple(
        (float(rank), float(value)) for rank, value in zip(MARGINAL_RANKS[rising], found[rising], strict=True)
    )
    return Empirical(
        quantiles=pairs, low=low if math.isfinite(low) else None, high=high if math.isfinite(high) else None
    )
