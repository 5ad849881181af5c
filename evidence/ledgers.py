"""The ledger: a folder of items, one file each, and files added to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ..priors.arguments import listed, refuse_others
from ..priors.errors import InputError, reason_of, unknown_name
from .confirmation import confirms, latest_confirmed
from .kinds.capability_lag import ORGANISATION_ERROR
from .kinds.policy import RANK
from .kinds.quantity_reading import QuantityReading
from .organisations import organisation_meant
from .schema import Item, read_item

PACKAGED = Path(__file__).parent / "ledger"
OWN_LEDGER = "evidence/ledger/"  # begins the names of its files, as messages have them
FIRM_RATIO = "firm_ratio"


def item_path(item_id: str, folder: str | Path | None = None) -> Path:
    """File of an item in a ledger's folder, the project's own by default."""
    return Path(PACKAGED if folder is None else folder) / f"{item_id}.toml"


@dataclass(frozen=True)
class Ledger:
    """Items by id, in order.

    Attributes
    ----------
    items : dict of str to Item
        Those of the folder in the order of their files, then those added.
    folder : str
        The folder, where it is not the project's own; else empty.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> ledger = load_ledger()
    >>> [name for name, item in ledger.items.items() if item.text.kind == "rental_spend"]
    ['zai-spend-2025']
    """

    items: dict[str, Item]
    folder: str = ""

    def as_of(self, day: date) -> Ledger:
        """Return the ledger with every item as it stood on a day; itself where none has changed since."""
        stood = {name: item.as_of(day) for name, item in self.items.items()}
        if all(stood[name] is item for name, item in self.items.items()):
            return self
        return Ledger(with_own_names(stood), self.folder)


def load_ledger(folder: str | Path | None = None, extra_files: Iterable[str | Path | Item] = ()) -> Ledger:
    """Read a ledger.

    Parameters
    ----------
    folder : str or Path, optional
        A folder of TOML files, one per item, each named by the item's id; the project's own by default.
    extra_files : iterable of str, Path or Item
        Further items, or files of any name that hold them. One that is an item of the folder, confirmed through another
        day, takes its place where that day is the later.

    Returns
    -------
    Ledger
        Every item. A second firm's bill, and each further one, gets a firm ratio of its own, and each organisation
        that measured lags an error of its own: see `latents`.

    Raises
    ------
    InputError
        If the folder cannot be read or holds no item, at the first fault of an item, if an id comes twice, or if an
        item replaces one that is not known.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> load_ledger().items["eci-lag"].text.title
    "Chinese models' average lag on the Epoch Capabilities Index"
    >>> load_ledger("no-such-folder")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: no-such-folder: no such folder
    """
    refuse_others("folder", folder, (str, Path, type(None)), "the folder of a ledger")
    extra_files = listed("extra_files", extra_files, "files or items", (str, Path, Item))
    items: dict[str, Item] = {}
    for path in _files(folder):
        item = read_item(path, file=f"{OWN_LEDGER}{path.name}" if folder is None else str(path))
        if item.id != path.stem:
            raise InputError(
                f"is '{item.id}', but the file is named {path.name}: both should be the same", file=item.file, key="id"
            )
        items[item.id] = item
    for extra in extra_files:
        item = extra if isinstance(extra, Item) else read_item(extra)
        known = items.get(item.id)
        if known is not None and confirms(item, known):
            items[item.id] = latest_confirmed(known, item)
            continue
        if known is not None:
            instead = "a ledger with another version of it is asked by --ledger"
            raise InputError(f"'{item.id}' is the id of {known.file} already; {instead}", file=item.file, key="id")
        items[item.id] = item
    _refuse_replacing_nothing(items)
    return Ledger(with_own_names(items), "" if folder is None else str(folder))


def _refuse_replacing_nothing(items: Mapping[str, Item]) -> None:
    """Refuse an item that takes the place of one that there is neither here nor in the project's own ledger."""
    for item in items.values():
        for name in item.text.replaces:
            if name not in items and not item_path(name).exists():
                own = (path.stem for path in _files(None))
                raise unknown_name("item", name, dict.fromkeys((*items, *own)), file=item.file, key="replaces")


def _files(folder: str | Path | None) -> list[Path]:
    place = Path(PACKAGED if folder is None else folder)
    try:
        entries = sorted(place.iterdir())
    except NotADirectoryError:
        raise InputError("is a file; a folder of TOML files, one per item, was expected", file=place) from None
    except FileNotFoundError:
        raise InputError("no such folder", file=place) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)})", file=place) from None
    files = [path for path in entries if path.suffix == ".toml"]
    if not files:
        raise InputError("holds no item of evidence: TOML files were expected", file=place)
    return files


def with_own_names(items: Mapping[str, Item]) -> dict[str, Item]:
    """Name the quantities that items have of their own: firms' ratios, organisations' errors, ranks of policies."""
    return one_rank_per_policy(one_error_per_organisation(one_ratio_per_firm(items)))


def one_ratio_per_firm(items: Mapping[str, Item]) -> dict[str, Item]:
    """Give each firm whose bill is in the ledger its own ratio: the first keeps the plain name.

    The names follow the ledger's order, so that neither adding a file nor leaving an item out renames one.
    """
    bills = _drawing(FIRM_RATIO, items)
    names: dict[str, str] = {}
    for item in bills.values():
        firm = item.observed.firm
        plain = f"{FIRM_RATIO}_{_words(firm)}" if names else FIRM_RATIO
        names.setdefault(firm, plain if plain not in names.values() else f"{plain}_{len(names) + 1}")
    own = {key: replace(item, renamed={FIRM_RATIO: names[item.observed.firm]}) for key, item in bills.items()}
    return {**items, **own}


def one_error_per_organisation(items: Mapping[str, Item]) -> dict[str, Item]:
    """Give each organisation whose measurements are in the ledger an error of its own, which they share."""

    def own_error(item: Item) -> str:
        return f"{ORGANISATION_ERROR}_{_words(organisation_meant(item.observed.organisation))}"

    own = {
        key: replace(item, renamed={ORGANISATION_ERROR: own_error(item)})
        for key, item in _drawing(ORGANISATION_ERROR, items).items()
    }
    return {**items, **own}


def one_rank_per_policy(items: Mapping[str, Item]) -> dict[str, Item]:
    """Give each report of a policy a rank of its own: that one is right says nothing of another."""
    own = {
        key: replace(item, renamed={RANK: f"{RANK}_{_words(item.id)}"}) for key, item in _drawing(RANK, items).items()
    }
    return {**items, **own}


def _drawing(quantity: str, items: Mapping[str, Item]) -> dict[str, Item]:
    """Items that draw a quantity of their own; one that reads it, by whatever name, is refused elsewhere."""
    return {
        key: item
        for key, item in items.items()
        if quantity in item.kind.latents(item.observed) and not isinstance(item.kind, QuantityReading)
    }


def _words(name: str) -> str:
    """A name as part of a quantity's."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")
