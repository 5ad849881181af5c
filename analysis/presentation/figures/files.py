"""Writing figures: the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....priors import files
from ....priors.errors import unknown_name
from ..harmless import harmless

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A browser without DejaVu Sans falls back on fonts that are as wide or narrower, so that nothing overlaps.
SVG_FONTS = "'DejaVu Sans', Verdana, sans-serif"
HASHED = re.compile(r'\bid="\w*?([0-9a-f]{10})"')  # the part of an id that is a hash
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
    return files.write_bytes(path, render(figure, path.suffix.lower()), key=key)


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
    return files.check_file(path, key=key)


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
    with house_style(), _laid_out(figure):
        figure.savefig(buffer, format=suffix[1:], metadata=METADATA[suffix])
    content = buffer.getvalue()
    if suffix != ".svg":
        return content
    text = _with_numbered_ids(content.decode().replace("'DejaVu Sans'", SVG_FONTS))
    return "\n".join(map(harmless, text.split("\n"))).encode()


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Solve a figure's layout by itself: Matplotlib would draw all of it once more for that, to no file."""
    engine = figure.get_layout_engine()
    if engine is None:
        yield
        return
    engine.execute(figure)
    figure.set_layout_engine(None)
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def _with_numbered_ids(text: str) -> str:
    """Number the ids that Matplotlib hashes, in the order in which they are given.

    It hashes the ends of what is clipped to their last digit, which arithmetic need not repeat: a clip that is drawn at
    the same place had another id in one of six pictures.
    """
    numbers = {name: str(number) for number, name in enumerate(dict.fromkeys(HASHED.findall(text)))}
    return re.sub("|".join(numbers), lambda found: numbers[found[0]], text) if numbers else text
