"""A filled-in item for each kind, to start a new one from."""

from __future__ import annotations

from pathlib import Path

from ..priors.errors import InputError, unknown_name
from .kinds import KINDS
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
        If the kind is unknown or the id is none.

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
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    text = (HERE / f"{kind}.toml").read_text(encoding="utf-8")
    if item_id is None:
        return text
    if not SLUG.fullmatch(item_id):
        raise InputError(f"lower-case words joined by hyphens were expected, not '{item_id}'", key="id")
    return text.replace(PLACEHOLDER, f'"{item_id}"', 1)
