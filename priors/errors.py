"""What can go wrong through no fault of the program, said in one or two lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

PYTHON_NAMES = {"priors": "overlays", "set": "fixed", "quasi": "quasi_random"}
"""What options are called in Python, where that is not the option's own words joined by underscores."""
MOST_LISTED = 24  # names, in an error
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*[a-z])(?![\w-])")


class CatchupError(Exception):
    """Base of every error that is shown to a user without a traceback.

    As text it names parameters of Python; `on_command_line` names options in their place.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 1 when the answer cannot be trusted, 2 for bad input.

    Examples
    --------
    >>> from catchup.priors import CatchupError, read_overlay
    >>> try:
    ...     read_overlay("progress-amodai")
    ... except CatchupError as error:
    ...     print(error.exit_code, error)
    2 overlays: unknown overlay 'progress-amodai'; did you mean 'progress-amodei'?
    """

    exit_code = 1

    def __init__(self, text: str = "") -> None:
        # What a file holds must not break the line, nor reach the terminal as a command.
        super().__init__("".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text))

    @property
    def on_command_line(self) -> str:
        """What the command line says."""
        return super().__str__()

    def __str__(self) -> str:
        """What is said in Python."""
        return OPTION.sub(_python_name, self.on_command_line)

    def __repr__(self) -> str:
        """The same, with its kind."""
        return f"{type(self).__name__}({str(self)!r})"


class InputError(CatchupError, ValueError):
    """Something the user wrote cannot be used; a `ValueError`, too.

    Parameters
    ----------
    problem : str
        What is wrong and what was expected.
    file : str or Path, optional
        Where it stands.
    key : str, optional
        Dotted key inside the file, or the option on the command line.
    nearest : str, optional
        The nearest valid name, where a name was not recognised.

    Attributes
    ----------
    unlikely : bool
        Whether it is possible, but surely a mistake.
    unknown : str or None
        The name that was not recognised, where that is what is wrong.

    Examples
    --------
    >>> import catchup
    >>> catchup.Model(as_of="2026-11-26", evidence="eci-log")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: evidence: unknown item 'eci-log'; did you mean 'eci-lag'?
    """

    exit_code = 2
    unlikely = False
    unknown: str | None = None

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        key: str | None = None,
        nearest: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.key = key
        self.nearest = nearest
        place = ": ".join(part for part in (self.file, key) if part)
        text = f"{place}: {problem}" if place else problem
        if nearest:
            text += f"; did you mean '{nearest}'?"
        super().__init__(text)


class MissingFileError(InputError):
    """A file or folder that is not there, or is there no more."""


def on_command_line(said: str | CatchupError) -> str:
    """A reason as the command line gives it: a result keeps the error that it was, whose text names parameters."""
    return said.on_command_line if isinstance(said, CatchupError) else said


def and_text(names: Iterable[str], word: str = "and") -> str:
    """Join names as a sentence does.

    Examples
    --------
    >>> and_text(["eci-lag", "tencent-chips", "arcee"]), and_text(["eci-lag"])
    ('eci-lag, tencent-chips and arcee', 'eci-lag')
    """
    *others, last = [*names] or [""]
    return f"{', '.join(others)} {word} {last}" if others else last


def reason_of(error: OSError) -> str:
    """Why the system refused, in its words."""
    return (error.strerror or str(error)).lower()


def raised_text(error: Exception) -> str:
    """Say what somebody else's code raised, with its kind."""
    return f"{type(error).__name__}: {error}"


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is at all like it.

    Case, and hyphens for underscores, count for nothing.

    Examples
    --------
    >>> from catchup.priors import nearest_name
    >>> nearest_name("China-Stok", ["china_stock", "mfu_china"])
    'china_stock'
    >>> print(nearest_name("rainfall", ["china_stock", "mfu_china"]))
    None
    """
    by_plain_name = {_plain(candidate): candidate for candidate in sorted(known)}
    matches = difflib.get_close_matches(_plain(name), by_plain_name, n=1, cutoff=0.5)
    return by_plain_name[matches[0]] if matches else None


def unknown_name(
    kind: str,
    name: str,
    known: Iterable[str],
    *,
    file: str | Path | None = None,
    key: str | None = None,
) -> InputError:
    """Build the error for a name that is not among those known.

    Parameters
    ----------
    kind : str
        What is named, in a word: quantity, lever, item.
    name : str
        As the user wrote it.
    known : iterable of str
        Valid names; the nearest is offered, or all are listed where none is at all like it.
    file, key : optional
        As for `InputError`.

    Examples
    --------
    >>> from catchup.priors import unknown_name
    >>> print(unknown_name("firm", "start-up", ["hyperscaler", "startup"], file="mine.toml", key="firm"))
    mine.toml: firm: unknown firm 'start-up'; did you mean 'startup'?
    """
    names = sorted(known)
    nearest = nearest_name(str(name), names)  # whatever was given for it
    problem = f"unknown {kind} '{name}'"
    if nearest is None and names:
        more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
        problem += f"; known are {', '.join(names[:MOST_LISTED])}{more}"
    error = InputError(problem, file=file, key=key, nearest=nearest)
    error.unknown = str(name)
    return error


def unknown_row(
    kind: str,
    name: str,
    needed: Sequence[str],
    known: Iterable[str],
    *,
    file: str | Path | None = None,
    key: str | None = None,
) -> InputError:
    """Build the error for a row that is neither among those known nor whole enough to be a new one.

    Parameters
    ----------
    kind, name : str
        As for `unknown_name`.
    needed : sequence of str
        Keys that a new row has at least, two or more.
    known : iterable of str
        Names of the rows that are known.
    file, key : optional
        As for `InputError`.
    """
    error = unknown_name(kind, name, known, file=file, key=key)
    whole = InputError(
        f"{error.problem} (a new {kind} needs at least {and_text(needed)})", file=file, key=key, nearest=error.nearest
    )
    whole.unknown = name
    return whole


def _python_name(option: re.Match[str]) -> str:
    name = option[1]
    return PYTHON_NAMES.get(name, name.replace("-", "_"))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def refuse_unknown(
    kind: str, names: Iterable[str], known: Iterable[str], file: str | Path | None = None, key: str | None = None
) -> None:
    """Refuse names that are not among those known.

    Raises
    ------
    InputError
        At the first such name, with the nearest one that is known.
    """
    known = list(known)
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known, file=file, key=key)
