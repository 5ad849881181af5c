"""The ledger: all items of evidence, and which of them a question counts.

A question counts only what was known on its day, and no public statement twice.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..model.assumptions import Assumptions
from ..priors.errors import InputError, unknown_name
from .consistency import check_against, refuse_double_counting
from .schema import Item, read_item

PACKAGED = Path(__file__).parent / "ledger"
FIRM_RATIO = "firm_ratio"


@dataclass(frozen=True)
class Ledger:
    """Items by id, in order.

    Attributes
    ----------
    items : dict of str to Item
        Those of the folder in the order of their files, then those added.
    """

    items: dict[str, Item]


@dataclass(frozen=True)
class SetAside:
    """An item that a question leaves out, and why."""

    item: Item
    reason: str


@dataclass(frozen=True)
class Selection:
    """What a question makes of a ledger.

    Attributes
    ----------
    counted : tuple of Item
        Items whose likelihoods condition the answer.
    checks, priors : tuple of Item
        Items that are shown: held out, or used to set a prior.
    set_aside : tuple of SetAside
        Items known only later, silences that a counted milestone ended, and likelihoods that were not asked for.
    """

    counted: tuple[Item, ...]
    checks: tuple[Item, ...]
    priors: tuple[Item, ...]
    set_aside: tuple[SetAside, ...]


def load_ledger(folder: str | Path | None = None, extra_files: Iterable[str | Path] = ()) -> Ledger:
    """Read a ledger.

    Parameters
    ----------
    folder : str or Path, optional
        A folder of TOML files, one per item, each named by the item's id; the project's own by default.
    extra_files : iterable of str or Path
        Further items, in files of any name.

    Returns
    -------
    Ledger
        Every item. A second firm's bill, and each further one, gets a firm ratio of its own: see `latents`.

    Raises
    ------
    InputError
        If the folder cannot be read or holds no item, at the first fault of an item, or if an id comes twice.
    """
    items: dict[str, Item] = {}
    for path in _files(folder):
        item = read_item(path, file=f"evidence/ledger/{path.name}" if folder is None else str(path))
        if item.id != path.stem:
            raise InputError(
                f"is '{item.id}', but the file is named {path.name}: both should be the same", file=item.file, key="id"
            )
        items[item.id] = item
    for path in extra_files:
        item = read_item(path)
        if item.id in items:
            raise InputError(f"'{item.id}' is the id of {items[item.id].file} already", file=item.file, key="id")
        items[item.id] = item
    return Ledger(_one_ratio_per_firm(items))


def select(ledger: Ledger, which: str | Sequence[str], as_of: datetime.date, assumptions: Assumptions) -> Selection:
    """Decide what a question counts.

    Parameters
    ----------
    ledger : Ledger
        All items.
    which : str or sequence of str
        ``default`` (every item of role likelihood), ``none``, or ids; a string may hold several, separated by
        commas. An item named by its id is counted whatever its role.
    as_of : date
        Day of the question: items known later are set aside.
    assumptions : Assumptions
        Priors, whose public statements are not to be counted again, events and firms.

    Returns
    -------
    Selection
        Items in the ledger's order.

    Raises
    ------
    InputError
        If an id is unknown, an item is about something the model does not have, or a statement counts twice.
    """
    for item in ledger.items.values():
        check_against(item, assumptions)
    chosen = _chosen(ledger, which)
    known = [item for item in ledger.items.values() if item.text.known_since <= as_of]
    ended = _ended_silences([item for item in known if item.id in chosen])
    counted = tuple(item for item in known if item.id in chosen and item.id not in ended)
    refuse_double_counting(counted, assumptions)
    others = [item for item in known if item.id not in chosen]
    set_aside = [
        *(
            SetAside(item, f"known since {item.text.known_since}, after {as_of}")
            for item in ledger.items.values()
            if item.text.known_since > as_of
        ),
        *(SetAside(ledger.items[name], reason) for name, reason in ended.items()),
        *(SetAside(item, "not asked for") for item in others if item.text.role == "likelihood"),
    ]
    return Selection(
        counted,
        checks=tuple(item for item in others if item.text.role == "check"),
        priors=tuple(item for item in others if item.text.role == "prior"),
        set_aside=tuple(set_aside),
    )


def _ended_silences(chosen: Sequence[Item]) -> dict[str, str]:
    """Silences that a counted milestone of the same event has ended; its own likelihood includes the wait."""
    reported = {item.event: item for item in chosen if item.kind.name == "milestone"}
    return {
        item.id: f"the silence was ended by {reported[item.event].id}"
        for item in chosen
        if item.kind.name == "not_yet" and item.event in reported
    }


def _files(folder: str | Path | None) -> list[Path]:
    place = Path(PACKAGED if folder is None else folder)
    try:
        entries = sorted(place.iterdir())
    except NotADirectoryError:
        raise InputError("is a file; a folder of TOML files, one per item, was expected", file=place) from None
    except FileNotFoundError:
        raise InputError("no such folder", file=place) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=place) from None
    files = [path for path in entries if path.suffix == ".toml"]
    if not files:
        raise InputError("holds no item of evidence: TOML files were expected", file=place)
    return files


def _chosen(ledger: Ledger, which: str | Sequence[str]) -> set[str]:
    words = which.split(",") if isinstance(which, str) else list(which)
    names = [word.strip() for word in words if word.strip()]
    if (isinstance(which, str) and not names) or (len(names) > 1 and "none" in names):
        raise InputError("none, default or ids of items separated by commas were expected", key="--evidence")
    chosen: set[str] = set()
    for name in names:
        if name == "default":
            chosen |= {item.id for item in ledger.items.values() if item.text.role == "likelihood"}
        elif name in ledger.items:
            chosen.add(name)
        elif name != "none":
            raise unknown_name("item", name, [*ledger.items, "default", "none"], key="--evidence")
    return chosen


def _one_ratio_per_firm(items: dict[str, Item]) -> dict[str, Item]:
    """Give each firm whose bill is in the ledger its own ratio: the first keeps the plain name.

    The names follow the ledger's order, so that neither adding a file nor leaving an item out renames one.
    """
    bills = {key: item for key, item in items.items() if FIRM_RATIO in item.kind.latents(item.observed)}
    names: dict[str, str] = {}
    for item in bills.values():
        firm = item.observed.firm
        words = re.sub(r"\W+", "_", firm.lower()).strip("_")
        plain = f"{FIRM_RATIO}_{words}" if names else FIRM_RATIO
        names.setdefault(firm, plain if plain not in names.values() else f"{plain}_{len(names) + 1}")
    own = {key: replace(item, renamed={FIRM_RATIO: names[item.observed.firm]}) for key, item in bills.items()}
    return {**items, **own}
