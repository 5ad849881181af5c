r"""Rank correlations between quantities: a Gaussian copula, which leaves every quantity's own distribution as it is.

Each quantity X has a normal score :math:`Z = \Phi^{-1}(F_X(X))`, standard normal whatever X is. The scores are given
a multivariate normal distribution; its Pearson correlation r belongs to Spearman's rank correlation
:math:`\rho` of the quantities themselves,

.. math:: \rho = \frac{6}{\pi} \arcsin\frac{r}{2}, \qquad r = 2 \sin\frac{\pi \rho}{6} .

With R the matrix of r and :math:`R = L L^T`, independent scores e become dependent ones as :math:`z = L e`. L is lower
triangular, and its rows are in the order of the prior table: the first quantity of a group keeps the draws that it
would have alone.

References
----------
.. [1] Kruskal, Ordinal measures of association (1958): Spearman's correlation of a bivariate normal distribution.
.. [2] Nelsen, An Introduction to Copulas (2006).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .bases import Array
from .log_densities import LOG_ROOT_TWO_PI
from .normal_quantile import normal_quantile
from .normal_rank import normal_rank
from .scores import LARGEST_UNIFORM, SMALLEST_UNIFORM

SMALLEST_EIGENVALUE = 1e-9  # of a correlation matrix; below it rounding decides whether it is positive definite
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Group:
    """Quantities that depend on each other, directly or through others.

    Attributes
    ----------
    names : tuple of str
        In the order of the prior table.
    pearson : array of shape (quantity, quantity)
        Correlations of their normal scores.
    """

    names: tuple[str, ...]
    pearson: Array

    @cached_property
    def factor(self) -> Array:
        """Lower triangular Cholesky factor of the correlations, shape (quantity, quantity)."""
        return np.linalg.cholesky(self.pearson)

    @property
    def label(self) -> str:
        """What the group's dependence is called: ``correlation(mfu_anthropic, mfu_china)``."""
        return f"correlation({', '.join(self.names)})"

    def conditional_log_density(self, known: Mapping[int, Any], scores: Sequence[Any]) -> Any:
        r"""Log density of some normal scores given the others, :math:`z_S \mid z_{-S}`.

        .. math:: z_S \mid z_{-S} \sim N(-\Lambda_{SS}^{-1} \Lambda_{S,-S} z_{-S},\ \Lambda_{SS}^{-1}), \qquad
           \Lambda = R^{-1}

        Parameters
        ----------
        known : mapping of int to number
            Scores in S, by position in `names`.
        scores : sequence
            All scores, arrays or variables; those in S are not looked at.
        """
        precision = np.linalg.inv(self.pearson)
        own = list(known)
        block = precision[np.ix_(own, own)]
        weights = np.linalg.inv(block) @ precision[own]
        away = [
            known[at] + sum(float(row[other]) * scores[other] for other in range(len(row)) if other not in known)
            for at, row in zip(own, weights, strict=True)
        ]
        square = sum(float(block[i, j]) * away[i] * away[j] for i in range(len(own)) for j in range(len(own)))
        return 0.5 * (float(np.linalg.slogdet(block)[1]) - 2.0 * len(own) * LOG_ROOT_TWO_PI - square)

    def log_density(self, ranks: Sequence[Array]) -> Array:
        r"""Log density of the copula, :math:`-\tfrac12 (\log|R| + z^T (R^{-1} - I) z)`.

        Added to the log densities of the quantities by themselves, it makes that of all together.

        Parameters
        ----------
        ranks : sequence of array, shape (draw,)
            Each quantity's distribution function at its values, in the order of `names`.

        Returns
        -------
        array, shape (draw,)
            In nats.
        """
        scores = normal_quantile(np.clip(np.stack(ranks), SMALLEST_UNIFORM, LARGEST_UNIFORM))
        innovations = np.linalg.solve(self.factor, scores)
        half_log_determinant = float(np.log(np.diag(self.factor)).sum())
        density: Array = 0.5 * ((scores**2).sum(axis=0) - (innovations**2).sum(axis=0)) - half_log_determinant
        return density


@dataclass(frozen=True, eq=False)
class Copula:
    """Every dependence between quantities.

    Attributes
    ----------
    groups : tuple of Group
        No quantity is in two of them; none at all where everything is independent.

    Examples
    --------
    >>> from catchup.priors import Layer, load_prior_table, packaged_layers
    >>> rows = [{"between": ["mfu_anthropic", "mfu_china"], "rank": 0.5}]
    >>> copula = load_prior_table([*packaged_layers(), Layer.of({"correlation": rows}, file="mine.toml")]).copula
    >>> copula.partners("mfu_china")
    ['mfu_anthropic']
    >>> copula.groups[0].pearson.round(3)
    array([[1.   , 0.518],
           [0.518, 1.   ]])
    """

    groups: tuple[Group, ...] = ()

    def with_related(self, names: Iterable[str]) -> list[str]:
        """Names, followed by every further quantity that one of them depends on: those are only ever drawn together."""
        wanted = list(dict.fromkeys(names))
        related = [name for group in self.among(wanted) for name in group.names]
        return list(dict.fromkeys([*wanted, *related]))

    def among(self, names: Iterable[str]) -> list[Group]:
        """Groups that some names are in."""
        known = set(names)
        return [group for group in self.groups if not known.isdisjoint(group.names)]

    def partners(self, name: str) -> list[str]:
        """Quantities that a quantity depends on, directly or through others."""
        return [other for group in self.among([name]) for other in group.names if other != name]

    def couple(self, names: Sequence[str], uniforms: Array) -> Iterable[Array]:
        """Make independent uniforms depend on each other.

        Parameters
        ----------
        names : sequence of str
            Each group's quantities all, or none of them.
        uniforms : array, shape (name, draw)
            Rows as in `names`, inside (0, 1).

        Returns
        -------
        iterable of array, shape (draw,)
            In that order, uniform each by itself; those in no group, or first in theirs, as given.
        """
        if not self.among(names):
            return uniforms
        rows = dict(zip(names, uniforms, strict=True))
        return list((rows | self.coupled(rows)).values())

    def coupled(self, uniforms: Mapping[str, Array]) -> dict[str, Array]:
        """What `couple` makes of the rows that it changes, by name: of those in no group it asks nothing."""
        coupled = {}
        for group in self.among(uniforms):
            scores = [normal_quantile(uniforms[name]) for name in group.names]
            for index, name in enumerate(group.names[1:], start=1):
                # Term by term: a matrix product may round otherwise when chunks are cut otherwise.
                row = group.factor[index]
                score = np.zeros_like(scores[0])
                for earlier in range(index + 1):
                    if row[earlier]:
                        score += float(row[earlier]) * scores[earlier]
                coupled[name] = np.clip(normal_rank(score), SMALLEST_UNIFORM, LARGEST_UNIFORM)
        return coupled


INDEPENDENT = Copula()


def pearson_of(spearman: Any) -> Any:
    r"""Pearson correlation of normal scores whose Spearman correlation is :math:`\rho`: :math:`2 \sin(\pi\rho/6)`."""
    return 2.0 * np.sin(np.pi * np.asarray(spearman) / 6.0)


def spearman_of(pearson: Any) -> Any:
    r"""Spearman correlation of normal scores whose Pearson correlation is r: :math:`(6/\pi) \arcsin(r/2)`."""
    return 6.0 / np.pi * np.arcsin(np.asarray(pearson) / 2.0)


def group_by_dependence(order: Sequence[str], ranks: Mapping[Pair, float]) -> list[Group]:
    """Put quantities that depend on each other into groups; whether their matrices are possible is not checked.

    Parameters
    ----------
    order : sequence of str
        Every quantity, in the order that the groups keep.
    ranks : mapping of pair to float
        Spearman's rank correlation by pair; pairs that are not named, or named with 0, have none.
    """
    neighbours: dict[str, set[str]] = {name: set() for name in order}
    for (one, other), rank in ranks.items():
        if rank:
            neighbours[one].add(other)
            neighbours[other].add(one)
    groups, seen = [], set[str]()
    for name in order:
        if neighbours[name] and name not in seen:
            members, pending = {name}, [name]
            while pending:
                new = neighbours[pending.pop()] - members
                members |= new
                pending += new
            seen |= members
            groups.append(_group([each for each in order if each in members], ranks))
    return groups


def _group(names: Sequence[str], ranks: Mapping[Pair, float]) -> Group:
    position = {name: index for index, name in enumerate(names)}
    pearson = np.eye(len(names))
    for (one, other), rank in ranks.items():
        if one in position and other in position:
            pearson[position[one], position[other]] = pearson[position[other], position[one]] = pearson_of(rank)
    return Group(tuple(names), pearson)


def is_possible(group: Group) -> bool:
    """Whether the correlations can hold together: whether their matrix is positive definite, beyond rounding."""
    return bool(np.linalg.eigvalsh(group.pearson)[0] > SMALLEST_EIGENVALUE)


def pairs_at_fault(group: Group) -> list[Pair]:
    r"""Pairs that keep a matrix from being positive definite, the worst first.

    With v the eigenvector of the lowest eigenvalue, :math:`v^T R v = 1 + 2 \sum_{i<j} r_{ij} v_i v_j`: a pair is at
    fault as far as its term is negative.
    """
    vector = np.linalg.eigh(group.pearson)[1][:, 0]
    terms = group.pearson * np.outer(vector, vector)
    size = len(group.names)
    pairs = sorted((float(terms[i, j]), i, j) for i in range(size) for j in range(i + 1, size))
    return [(group.names[i], group.names[j]) for term, i, j in pairs if term < 0.0]


def possible_ranks(group: Group, pair: Pair) -> tuple[float, float] | None:
    """Spearman correlations between which a pair could lie, all others as they are; None if no value would do."""
    first, second = (group.names.index(name) for name in pair)
    rest = [index for index in range(len(group.names)) if index not in (first, second)]
    others = group.pearson[np.ix_(rest, rest)]
    if rest and np.linalg.eigvalsh(others)[0] <= SMALLEST_EIGENVALUE:
        return None
    to_rest = group.pearson[np.ix_([first, second], rest)]
    explained = to_rest @ np.linalg.solve(others, to_rest.T) if rest else np.zeros((2, 2))
    left = 1.0 - np.diag(explained)
    if left.min() <= SMALLEST_EIGENVALUE:
        return None
    middle, reach = explained[0, 1], float(np.sqrt(left.prod()))
    low, high = spearman_of(np.clip([middle - reach, middle + reach], -1.0, 1.0))
    return float(low), float(high)
