"""Writing figures: whole files or none, and the same bytes for the same figure."""

from __future__ import annotations

import io
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....priors.errors import InputError, unknown_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A browser without DejaVu Sans falls back on fonts that are as wide or narrower, so that nothing overlaps.
SVG_FONTS = "'DejaVu Sans', Verdana, sans-serif"
# No version and no time of making, so that a figure's bytes change only when the figure does.
METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def save(figure: Figure, path: str | Path, *, key: str | None = None) -> Path:
    """Write a figure to a file.

    Parameters
    ----------
    figure : Figure
        What to write.
    path : str or Path
        Where to; its suffix says whether PNG, SVG or PDF. An existing file is replaced at once, when the new
        one is complete.
    key : str, optional
        The option that named the path, for messages.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the suffix is unknown, the folder is missing or the file cannot be written.
    """
    path = check_file(path, key=key)
    content = render(figure, path.suffix.lower())
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {_reason(error)}", file=path, key=key) from None
    finally:
        with suppress(OSError):  # it is gone already when all went well, and was never there when its name is too long
            unfinished.unlink()
    return path


def check_file(path: str | Path, *, key: str | None = None) -> Path:
    """Check, before any work is done, that a figure could be written to a path.

    Raises
    ------
    InputError
        If the suffix is unknown, the folder is missing or the path cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in METADATA:
        raise unknown_name("kind of picture", path.suffix.lower(), METADATA, file=path, key=key)
    if os.path.isdir(path):  # os.path answers for names that are too long, where Path raises
        raise InputError("is a folder; a file was expected", file=path, key=key)
    _check_folder(path.parent, path, key)
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise InputError("cannot be written: it is protected", file=path, key=key)
    return path


def check_folder(path: str | Path, *, key: str | None = None) -> Path:
    """Check, before any work is done, that figures could be written into a folder, made if need be.

    Raises
    ------
    InputError
        If it is a file, cannot be written into, or would have to be made inside a folder that is missing.
    """
    path = Path(path)
    exists = os.path.exists(path)
    if exists and not os.path.isdir(path):
        raise InputError("is a file; a folder was expected", file=path, key=key)
    _check_folder(path if exists else path.parent, path, key)
    return path


def make_folder(path: str | Path, *, key: str | None = None) -> Path:
    """Make a folder inside an existing one, if it is not there yet.

    Raises
    ------
    InputError
        As `check_folder`, or if it cannot be made.
    """
    path = check_folder(path, key=key)
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {_reason(error)}", file=path, key=key) from None
    return path


def inline_svg(figure: Figure, name: str) -> str:
    """Return a figure as an SVG element to stand inside an HTML page.

    Parameters
    ----------
    figure : Figure
        What to draw.
    name : str
        Prefix of every id inside, so that several figures can share a page.

    Returns
    -------
    str
        One ``<svg>`` element, without XML declaration; what is inside is for the eye, so the caller labels it.
    """
    text = render(figure, ".svg").decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text).strip()


def render(figure: Figure, suffix: str) -> bytes:
    """Return a figure's bytes as PNG, SVG or PDF."""
    from .style import house_style

    buffer = io.BytesIO()
    with house_style():
        figure.savefig(buffer, format=suffix[1:], metadata=METADATA[suffix])
    content = buffer.getvalue()
    return content.replace(b"'DejaVu Sans'", SVG_FONTS.encode()) if suffix == ".svg" else content


def _check_folder(folder: Path, path: Path, key: str | None) -> None:
    if not os.path.isdir(folder):
        raise InputError(f"there is no folder '{folder}'", file=path, key=key)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"folder '{folder}' cannot be written into", file=path, key=key)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
