"""Tables that are read once and handed to everybody: nobody changes what others get."""

from __future__ import annotations

from typing import Any, NoReturn


def _refuse(self: object, *_: object, **__: object) -> NoReturn:
    raise TypeError(
        "what was read once is everybody's, and never changed: change a deep copy, or lay an overlay over it"
    )


class FrozenTable(dict[str, Any]):
    """A table that cannot be changed; copies of it can. A dict to whatever checks types, or writes it down."""

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)


class FrozenList(list[Any]):
    """A list that cannot be changed; copies of it can."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (list(self),)


def frozen(content: Any) -> Any:
    """Return tables and lists as such as cannot be changed, what is in them too; all else as it is.

    Examples
    --------
    >>> from catchup.priors.frozen import frozen
    >>> tables = frozen({"sources": ["a", "b"]})
    >>> tables["sources"].append("c")
    Traceback (most recent call last):
        ...
    TypeError: what was read once is everybody's, and never changed: change a deep copy, or lay an overlay over it
    """
    if isinstance(content, dict):
        return FrozenTable({name: frozen(value) for name, value in content.items()})
    if isinstance(content, list):
        return FrozenList(map(frozen, content))
    return content
