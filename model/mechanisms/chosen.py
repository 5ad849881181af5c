"""Which mechanisms a forecast's files choose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...priors.errors import InputError, unknown_name
from ...priors.layers import Layer
from ...priors.strict import read_toml
from ..race import Source
from .mechanism import Arrivals, Mechanism, Progress
from .own import CONSTANT, LINEAR, OWN, ROWS_FILE, ROWS_PATH
from .registry import KINDS, MECHANISMS, mechanism_named

SECTION = "mechanism"
PYTHON = "mechanisms set in Python"  # how messages name their layer


@dataclass(frozen=True)
class Mechanisms:
    """How the race works.

    Attributes
    ----------
    progress : Progress
        How the requirement falls.
    arrivals : Arrivals
        How stock arrives, unless its source says otherwise.
    further : tuple of Arrivals
        What sources say.
    """

    progress: Progress = CONSTANT
    arrivals: Arrivals = LINEAR
    further: tuple[Arrivals, ...] = ()

    def arrivals_of(self, source: Source) -> Arrivals:
        """How a source arrives."""
        named = source.arrivals
        return self.arrivals if named is None else cast(Arrivals, mechanism_named("arrivals", named))

    @property
    def all(self) -> tuple[Mechanism, ...]:
        """Each of them, once."""
        return tuple(dict.fromkeys([self.progress, self.arrivals, *self.further]))

    def quantities(self) -> list[str]:
        """Quantities that they draw on."""
        return list(dict.fromkeys(name for each in self.all for name in each.quantities))


def chosen_by(layers: Iterable[Layer]) -> Mechanisms:
    """Find the mechanisms that layers choose, later ones over earlier ones.

    Raises
    ------
    InputError
        If there is no such kind or mechanism.
    """
    named = dict(_named_by(layers))
    further = tuple(each for at, each in named.items() if at[0] == "source")
    return Mechanisms(**{kind: each for (section, kind), each in named.items() if section == SECTION}, further=further)


def mechanisms_named(layers: Iterable[Layer]) -> list[Mechanism]:
    """Every mechanism that layers name, each once, those among them that others have taken the place of."""
    return list(dict.fromkeys(each for _, each in _named_by(layers)))


def _named_by(layers: Iterable[Layer]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every mechanism that a layer names, after its section and its key there."""
    for layer in layers:
        for kind, name in layer.tables.get(SECTION, {}).items():
            key = f"{SECTION}.{kind}"
            if kind not in KINDS:
                raise unknown_name("mechanism", kind, KINDS, file=layer.file, key=key)
            yield (SECTION, kind), mechanism_named(kind, name, file=layer.file, key=key)
        for source, row in layer.tables.get("source", {}).items():
            if "arrivals" in row:
                key = f"source.{source}.arrivals"
                yield ("source", source), mechanism_named("arrivals", row["arrivals"], file=layer.file, key=key)


def layer_of_mechanisms(mechanisms: Mapping[str, Any]) -> Layer:
    """Write mechanisms down as a layer.

    Parameters
    ----------
    mechanisms : mapping of str to str or type
        By kind, ``progress`` or ``arrivals``: a name, or a class that is registered.

    Raises
    ------
    InputError
        If there is no such kind or mechanism, or the class is not registered.
    """
    names = {}
    for kind, mechanism in mechanisms.items():
        if kind not in KINDS:
            raise unknown_name("mechanism", kind, KINDS, key="mechanisms")
        if not isinstance(mechanism, str):
            made = next((each for each in MECHANISMS.values() if mechanism in (each, type(each))), None)
            if made is None or made.kind != kind:
                said = getattr(mechanism, "__name__", repr(mechanism))
                raise InputError(
                    f"a name, or a class that register_mechanism has taken for {kind}, was expected, not {said}",
                    key=f"mechanisms {kind}",
                )
            mechanism = made.name
        names[kind] = mechanism
    return Layer.of({SECTION: names}, file=PYTHON)


def rows_of(layers: Sequence[Layer], *, known: Collection[str] = ()) -> list[Layer]:
    """Rows of the quantities that any mechanism draws on that layers name, as layers to be laid under the overlays.

    Parameters
    ----------
    layers : sequence of Layer
        That name mechanisms.
    known : collection of str
        Quantities that have rows already, which are left as they are.

    Raises
    ------
    InputError
        If there is no such mechanism.
    """
    chosen = mechanisms_named(layers)
    own = read_toml(ROWS_PATH)["quantity"]
    found: dict[str, dict[str, Any]] = {}
    for each in chosen:
        file, rows = (ROWS_FILE, own) if each in OWN else (f"mechanism {each.name}", each.rows)
        wanted = each.quantities if each in OWN else rows
        found.setdefault(file, {}).update({name: dict(rows[name]) for name in wanted if name not in known})
    return [Layer.of({"quantity": rows}, file=file) for file, rows in found.items() if rows]


def refuse_unfounded(mechanisms: Mechanisms, quantities: Iterable[str]) -> None:
    """Refuse mechanisms that draw on quantities of which nothing is believed.

    Raises
    ------
    InputError
        Naming the mechanism and the quantity.
    """
    known = list(quantities)
    for each in mechanisms.all:
        for name in each.quantities:
            if name not in known:
                raise unknown_name(
                    f"quantity of the mechanism '{each.name}',", name, known, key=f"mechanism.{each.kind}"
                )
