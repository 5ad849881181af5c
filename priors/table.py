"""What is believed before any leak: references, constants and quantities, read from layers of TOML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, cast

from numpy.typing import ArrayLike

from .arguments import is_number
from .bases import Array
from .copula import Copula
from .correlations import Correlation, copula_of, load_correlations
from .distributions import FAMILY_KEYS, Limits, take_distribution
from .errors import InputError, refuse_unknown, unknown_name, unknown_row
from .families import Family, Fixed, load_families_of
from .hierarchy import Where, blamed, marginal_quantiles, resolve
from .layers import Layer, Row, merge
from .packaged import is_own_file
from .row_schemas import Constant, QuantityText, Reference, settle_counted_again
from .strict import describe, validate

FIXED = "--set"  # where values that are fixed by hand were given
QUANTITY_NEEDS = ("family", "unit", "description", "sources")
SETTLED = ("unit", "above", "minimum", "maximum")  # keys that the equations rely on, whatever an overlay believes


@dataclass(frozen=True)
class Quantity:
    """One row of the prior table.

    Attributes
    ----------
    name : str
        Its name everywhere.
    distribution : Family
        What is believed of it.
    text : QuantityText
        Unit, description, sources, the public statements it shares, its role and bounds.
    file : str
        The file that last changed it.

    Examples
    --------
    >>> from catchup.priors import load_prior_table, packaged_layers
    >>> stock = load_prior_table(packaged_layers()).quantities["china_stock"]
    >>> stock.distribution
    Triangular(low=1400000.0, high=2700000.0, mode=1780000.0)
    >>> stock.text.unit, stock.file
    ('H100e', 'priors/baseline.toml')
    """

    name: str
    distribution: Family
    text: QuantityText
    file: str

    @property
    def limits(self) -> Limits:
        """Bounds that the distribution must keep."""
        return Limits(self.text.above, self.text.minimum, self.text.maximum, self.text.unit)

    @property
    def key(self) -> str:
        """Where its row stands in that file; an option that fixes it has no rows."""
        return self.name if self.file.startswith("--") else f"quantity.{self.name}"


@dataclass(frozen=True)
class PriorTable:
    """Everything that is believed before any leak.

    Attributes
    ----------
    references : mapping of str to Reference
    constants : mapping of str to Constant
    quantities : mapping of str to Quantity
    correlations : tuple of Correlation
        Rank correlations between them; those of 0, which overlays take back, among them.

    Examples
    --------
    >>> from catchup.priors import load_prior_table, packaged_layers
    >>> table = load_prior_table(packaged_layers())
    >>> table.day("origin").isoformat(), table.number("days_per_month")
    ('2026-02-24', 30.44)
    >>> table.quantiles("china_stock", [0.05, 0.5, 0.95]).round(-4)
    array([1560000., 1930000., 2460000.])
    """

    references: Mapping[str, Reference]
    constants: Mapping[str, Constant]
    quantities: Mapping[str, Quantity]
    correlations: tuple[Correlation, ...] = ()

    @cached_property
    def beliefs(self) -> dict[str, Family]:
        """Distribution of every quantity, by name."""
        return {name: quantity.distribution for name, quantity in self.quantities.items()}

    @cached_property
    def copula(self) -> Copula:
        """The dependence that the correlations make together.

        The project's own correlations hold between what is uncertain: fixing a quantity, or letting others give it,
        leaves none of its own. A user's correlation of such a quantity is refused.

        Raises
        ------
        InputError
            If it cannot be: see `correlations.copula_of`.
        """
        files = {name: quantity.file for name, quantity in self.quantities.items()}
        stated = [
            each for each in self.correlations if not is_own_file(each.file) or _have_ranks(each.pair, self.beliefs)
        ]
        return copula_of(stated, self.beliefs, files)

    def quantiles(self, quantity: str, probabilities: ArrayLike) -> Array:
        """Quantiles of a quantity by itself, also where others give its numbers: of many draws, then."""
        return marginal_quantiles(quantity, self.beliefs, probabilities, self.copula)

    def number(self, constant: str) -> float:
        """Value of a numeric constant, in its own unit."""
        value = self.constants[constant].value
        if isinstance(value, date):
            raise TypeError(f"constant {constant} is a day")
        return value

    def day(self, constant: str) -> date:
        """Value of a constant that is a day."""
        value = self.constants[constant].value
        if not isinstance(value, date):
            raise TypeError(f"constant {constant} is a number")
        return value


def own_rows(layers: Iterable[Layer], section: str) -> dict[str, Mapping[str, Any]]:
    """Rows that the lowest layer and the project's own tables bring in, by name."""
    lowest, *others = layers
    own: dict[str, Mapping[str, Any]] = {}
    for layer in (lowest, *(layer for layer in others if is_own_file(layer.file))):
        for name, row in layer.tables.get(section, {}).items():
            own.setdefault(name, row)
    return own


def _have_ranks(names: Iterable[str], beliefs: Mapping[str, Family]) -> bool:
    """Whether all of some quantities are drawn by themselves."""
    return all(name not in beliefs or beliefs[name].base is not None for name in names)


def fixed_values_layer(values: Mapping[str, float], known: Iterable[str], option: str = FIXED) -> Layer:
    """Build the layer that fixes quantities at given values.

    Parameters
    ----------
    values : mapping of str to float
        By quantity, in its unit.
    known : iterable of str
        Quantities that there are.
    option : str
        Where the values were given, for messages.

    Raises
    ------
    InputError
        If a name is unknown or a value is not finite.

    Examples
    --------
    >>> from catchup.priors import fixed_values_layer, load_prior_table, packaged_layers
    >>> layer = fixed_values_layer({"china_stock": 2.4e6}, ["china_stock", "mfu_china"])
    >>> load_prior_table([*packaged_layers(), layer]).quantities["china_stock"].distribution
    Fixed(value=2400000.0)
    >>> fixed_values_layer({"chinese_stock": 2.4e6}, ["china_stock", "mfu_china"])
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: fixed: unknown quantity 'chinese_stock'; did you mean 'china_stock'?
    """
    known = list(known)
    for name, value in values.items():
        if name not in known:
            raise unknown_name("quantity", name, known, key=option)
        if not _is_finite(value):
            given = describe(value) if is_number(value) else repr(value)
            raise InputError(f"a finite number was expected, not {given}", key=f"{option} {name}")
    rows = {name: {"family": "fixed", "value": float(value)} for name, value in values.items()}
    return Layer(option, {"quantity": rows})


def _is_finite(value: object) -> bool:
    try:
        return is_number(value) and math.isfinite(cast(float, value))
    except OverflowError:  # a whole number beyond all floats
        return False


def load_prior_table(layers: Iterable[Layer]) -> PriorTable:
    """Validate the prior sections of some layers.

    Parameters
    ----------
    layers : iterable of Layer
        From the lowest (the project's own table) to the highest.

    Returns
    -------
    PriorTable
        The merged table.

    Raises
    ------
    InputError
        At the first fault, naming file and key.

    Examples
    --------
    >>> from catchup.priors import load_prior_table, packaged_layers, read_overlay
    >>> progress = {
    ...     name: load_prior_table([*packaged_layers(), *above]).quantities["algorithmic_progress"].distribution
    ...     for name, above in {"own": [], "Amodei": [read_overlay("progress-amodei")]}.items()
    ... }
    >>> {name: float(each.quantile(0.5).round(2)) for name, each in progress.items()}
    {'own': 10.0, 'Amodei': 4.0}
    """
    layers = list(layers)
    load_families_of(layers)
    references = {
        name: validate(Reference, row.values, file=row.file, key=f"reference.{name}")
        for name, row in merge(layers, "reference").items()
    }
    constant_rows = merge(layers, "constant")
    own_constants = own_rows(layers, "constant")
    constants = {name: _constant(name, row, own_constants) for name, row in constant_rows.items()}
    quantity_rows = merge(layers, "quantity", exclusive={"family": FAMILY_KEYS}, settle=settle_counted_again)
    own = own_rows(layers, "quantity")
    quantities = _settled({name: _quantity(name, row, own) for name, row in quantity_rows.items()})
    for name, constant in constants.items():
        file = constant_rows[name].file
        refuse_unknown("reference", constant.sources, references, file, f"constant.{name}.sources")
    for name, quantity in quantities.items():
        refuse_unknown("reference", quantity.text.sources, references, quantity.file, f"quantity.{name}.sources")
    table = PriorTable(references, constants, quantities, tuple(load_correlations(layers, references)))
    _ = table.copula  # refuses correlations that cannot be
    return table


def _constant(name: str, row: Row, own: Mapping[str, Mapping[str, Any]]) -> Constant:
    """Check a constant: the program knows each by name, so a file may change one but not add one."""
    key = f"constant.{name}"
    if name not in own:
        raise unknown_name("constant", name, own, file=row.file, key=key)
    _refuse_resettling(row, own[name], key)
    constant = validate(Constant, row.values, file=row.file, key=key)
    is_day, was_day = (isinstance(value, date) for value in (constant.value, own[name].get("value")))
    if is_day != was_day:
        wanted = "a day such as 2026-02-24" if was_day else "a number"
        raise InputError(f"should be {wanted}, not {constant.value}", file=row.file, key=f"{key}.value")
    bounded = constant.above is not None or constant.maximum is not None
    if bounded and isinstance(constant.value, float):
        limits = Limits(above=constant.above, maximum=constant.maximum, unit=constant.unit)
        limits.check(Fixed(value=constant.value), file=row.file, key=f"{key}.value")
    return constant


def _quantity(name: str, row: Row, own: Mapping[str, Mapping[str, Any]]) -> Quantity:
    key = f"quantity.{name}"
    if name not in own and not row.values.keys() >= {"family", "unit", "description"}:
        raise unknown_row("quantity", name, QUANTITY_NEEDS, own, file=row.file, key=key)
    if name in own:
        _refuse_resettling(row, own[name], key)
    distribution, rest = take_distribution(row, QuantityText, key)
    text = validate(QuantityText, rest, file=row.file, key=key)
    quantity = Quantity(name, distribution, text, row.file)
    if not distribution.named:
        quantity.limits.check(distribution, file=row.file, key=quantity.key)
    return quantity


def _settled(quantities: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Settle how quantities hang on each other, and check the limits of those that do."""
    found = resolve(
        {name: quantity.distribution for name, quantity in quantities.items()},
        {name: quantity.text.block for name, quantity in quantities.items() if quantity.text.block is not None},
        where_stated(quantities),
    )
    settled = {name: replace(quantity, distribution=found[name]) for name, quantity in quantities.items()}
    for quantity in settled.values():
        parents = quantity.distribution.parents
        if parents:
            try:
                quantity.limits.check(quantity.distribution, file=quantity.file, key=quantity.key)
            except InputError as error:
                raise blamed(error, parents, found, where_stated(quantities)) from None
    return settled


def where_stated(quantities: Mapping[str, Quantity]) -> Where:
    """Return what finds the file and the key of a quantity's row."""
    return lambda name: (quantities[name].file, quantities[name].key)


def _refuse_resettling(row: Row, own: Mapping[str, Any], key: str) -> None:
    """Refuse an overlay that changes a unit or a limit."""
    for settled in SETTLED:
        if row.values.get(settled) != own.get(settled):
            was = f"it is {describe(own[settled])}" if settled in own else "there is none"
            raise InputError(f"cannot be changed by an overlay: {was}", file=row.file, key=f"{key}.{settled}")
