"""Rows ``[[correlation]]`` of the prior tables: Spearman's rank correlation between two quantities.

There is none in the project's own tables. A row is known by its pair, in either order: a later file's row for the same
pair replaces what it states, and ``rank = 0`` takes the dependence back. Pairs without a row are not correlated.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from .copula import Copula, Group, Pair, group_by_dependence, is_possible, pairs_at_fault, possible_ranks
from .errors import InputError, and_text, unknown_name
from .families import Family
from .layers import Layer
from .strict import StrictModel, describe, validate

SECTION = "correlation"
DIGITS = 3  # of the ranks that a message proposes


class CorrelationText(StrictModel):
    """A row: the pair, Spearman's rank correlation between its quantities, and why."""

    between: Annotated[tuple[str, ...], Field(strict=False)]
    rank: float
    description: Annotated[str, Field(min_length=1)] | None = None
    sources: Annotated[tuple[str, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class Correlation:
    """A rank correlation between two quantities.

    Attributes
    ----------
    text : CorrelationText
        The pair, the correlation (Spearman's), why it is believed and where it comes from.
    file, key : str
        The file that last changed it, and where it stands there.

    Examples
    --------
    >>> from catchup.priors import Layer, load_prior_table, packaged_layers
    >>> rows = [{"between": ["mfu_anthropic", "mfu_china"], "rank": 0.5}]
    >>> table = load_prior_table([*packaged_layers(), Layer.of({"correlation": rows}, file="mine.toml")])
    >>> [(each.pair, each.rank, each.file) for each in table.correlations]
    [(('mfu_anthropic', 'mfu_china'), 0.5, 'mine.toml')]
    """

    text: CorrelationText
    file: str
    key: str

    @property
    def pair(self) -> Pair:
        """The two quantities, as the row names them."""
        one, other = self.text.between
        return one, other

    @property
    def rank(self) -> float:
        """Spearman's rank correlation."""
        return self.text.rank

    def error(self, problem: str, key: str = "") -> InputError:
        """Build the error for a fault of this row, the pair named."""
        where = f"{self.key}.{key}" if key else self.key
        return InputError(f"{and_text(self.text.between)}: {problem}", file=self.file, key=where)

    def unknown(self, kind: str, name: str, known: Iterable[str], key: str) -> InputError:
        """Build the error for a name in this row that is not among those known, the pair named."""
        error = unknown_name(kind, name, known)
        problem = f"{and_text(self.text.between)}: {error.problem}"
        return InputError(problem, file=self.file, key=f"{self.key}.{key}", nearest=error.nearest)


def load_correlations(layers: Iterable[Layer], references: Collection[str]) -> list[Correlation]:
    """Merge and check the rows of some layers, each by itself; see `copula_of` for what they are together.

    Raises
    ------
    InputError
        At the first fault, naming file, row and pair: an unknown key or reference, a pair that is none or that one
        file names twice, a rank that is no number between -1 and 1, both excluded.
    """
    merged: dict[frozenset[str], tuple[dict[str, Any], str, str]] = {}
    for layer in layers:
        stated: set[frozenset[str]] = set()
        for index, row in enumerate(layer.tables.get(SECTION, ())):
            key = f"{SECTION}.{index}"
            pair = _pair(row, layer.file, key)
            if pair in stated:
                raise InputError(f"{and_text(row['between'])}: the pair is named twice", file=layer.file, key=key)
            stated.add(pair)
            earlier = merged[pair][0] if pair in merged else {}
            merged[pair] = ({**earlier, **row}, layer.file, key)
    return [_checked(values, file, key, references) for values, file, key in merged.values()]


def _pair(row: Mapping[str, Any], file: str, key: str) -> frozenset[str]:
    """Read which pair a row is about: the first thing to know of it."""
    wanted = "the names of two quantities were expected, as in between = ['mfu_anthropic', 'mfu_china']"
    if "between" not in row:
        stray = [name for name in row if name not in CorrelationText.model_fields]
        if stray:
            raise unknown_name("key", stray[0], CorrelationText.model_fields, file=file, key=f"{key}.{stray[0]}")
        raise InputError(f"is missing; {wanted}", file=file, key=f"{key}.between")
    between = row["between"]
    names = between if isinstance(between, (list, tuple)) else []
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        shown = f"{len(names)} of them" if len(names) > 2 else describe(between)
        raise InputError(f"{wanted}, not {shown}", file=file, key=f"{key}.between")
    if names[0] == names[1]:
        raise InputError(f"{and_text(names)}: a quantity cannot be correlated with itself", file=file, key=key)
    return frozenset(names)


def _checked(values: Mapping[str, Any], file: str, key: str, references: Collection[str]) -> Correlation:
    try:
        correlation = Correlation(validate(CorrelationText, values, file=file, key=key), file, key)
    except InputError as error:
        problem = f"{and_text(values['between'])}: {error.problem}"
        raise InputError(problem, file=file, key=error.key, nearest=error.nearest) from None
    if not -1.0 < correlation.rank < 1.0:
        raise correlation.error(
            f"a rank correlation between -1 and 1, both excluded, was expected, not {correlation.rank:g}", "rank"
        )
    for source in correlation.text.sources:
        if source not in references:
            raise correlation.unknown("reference", source, references, "sources")
    return correlation


def copula_of(
    correlations: Sequence[Correlation], beliefs: Mapping[str, Family], fixed_by: Mapping[str, str] | None = None
) -> Copula:
    """Join correlations into the dependence that they make together.

    Parameters
    ----------
    correlations : sequence of Correlation
        From `load_correlations`.
    beliefs : mapping of str to Family
        Every quantity that can be correlated, in the order that groups keep.
    fixed_by : mapping of str to str, optional
        The file that last changed each quantity, for messages.

    Raises
    ------
    InputError
        If a quantity is unknown or fixed, or correlations cannot hold together.
    """
    for correlation in correlations:
        for name in correlation.pair:
            if name not in beliefs:
                raise correlation.unknown("quantity", name, beliefs, "between")
            if beliefs[name].base is None and beliefs[name].parents and correlation.rank != 0.0:
                raise correlation.error(f"{name} follows from {', '.join(beliefs[name].parents)}: it has no rank")
            if beliefs[name].base is None and correlation.rank != 0.0:
                by = f" (by {fixed_by[name]})" if fixed_by and name in fixed_by else ""
                raise correlation.error(
                    f"{name} is fixed{by}, and what is fixed has no rank: give it a distribution, or the pair rank = 0"
                )
    groups = group_by_dependence(list(beliefs), {each.pair: each.rank for each in correlations})
    for group in groups:
        if not is_possible(group):
            raise _impossible(group, correlations)
    return Copula(tuple(groups))


def _impossible(group: Group, correlations: Sequence[Correlation]) -> InputError:
    """Say which pair keeps correlations from holding together, and what it could be instead."""
    stated = {frozenset(correlation.pair): correlation for correlation in correlations}
    faults = [stated[frozenset(pair)] for pair in pairs_at_fault(group) if frozenset(pair) in stated]
    worst = faults[0]
    proposals = []
    for fault in faults:
        between = possible_ranks(group, fault.pair)
        if between is not None:
            proposals.append(f"{and_text(fault.pair)} {_inside(*between)}")
    problem = (
        f"the correlations of {and_text(group.names)} cannot hold together (their matrix is not positive definite)"
    )
    if len(faults) > 1:
        problem += "; most at fault are " + ", ".join(f"{and_text(each.pair)} ({each.rank:g})" for each in faults[:3])
    problem += f"; possible, all others as they are: {'; or '.join(proposals[:3])}" if proposals else ""
    return worst.error(problem, "rank")


def _inside(low: float, high: float) -> str:
    """Write an interval whose ends are excluded, rounded inwards."""
    scale = 10.0**DIGITS
    inwards = math.ceil(low * scale + 1e-6) / scale, math.floor(high * scale - 1e-6) / scale
    return f"between {inwards[0]:g} and {inwards[1]:g}"
