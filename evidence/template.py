"""A filled-in item for each kind, to start a new one from."""

from __future__ import annotations

from pathlib import Path

from ..priors.errors import InputError
from .kinds.registry import kind_named
from .schema import SLUG

HERE = Path(__file__).parent / "templates"
PLACEHOLDER = '"new-item"'


def template(kind: str, item_id: str | None = None) -> str:
    """Return the text of a valid item of a kind.

    Parameters
    ----------
    kind : str
        Name of the kind.
    item_id : str, optional
        The new item's id.

    Returns
    -------
    str
        TOML with comments.

    Raises
    ------
    InputError
        If the kind is unknown or has no template, as one that was registered, or if the id is none.

    Examples
    --------
    >>> from catchup.evidence import template
    >>> print(template("capability_lag", "swe-lag").splitlines()[0])
    # How many months Chinese models were measured to be behind.
    >>> template("capability_leg")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: unknown kind 'capability_leg'; did you mean 'capability_lag'?
    """
    found, path = kind_named(kind), HERE / f"{kind}.toml"
    if not path.exists():
        keys = [f"{table}.{key}" for table in ("observed", "likelihood") for key in getattr(found, table).model_fields]
        raise InputError(f"has no template; its keys are {', '.join(keys)}", key=kind)
    text = path.read_text(encoding="utf-8")
    if item_id is None:
        return text
    if not SLUG.fullmatch(item_id):
        raise InputError(f"lower-case words joined by hyphens were expected, not '{item_id}'", key="id")
    return text.replace(PLACEHOLDER, f'"{item_id}"', 1)
