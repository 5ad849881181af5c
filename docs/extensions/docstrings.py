"""Docstrings as pages: references of a module as a plain list, signatures without types that say nothing."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

HEADING = ["References", "----------"]
ENTRY = re.compile(r"^\.\. \[\d+\] ")


ANYTHING = re.compile(r": (~?typing\.)?Any\b")


def list_references(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Turn the section, which numpydoc leaves as it is in modules, into a line and a list."""
    if what != "module":
        return
    for position in range(len(lines) - 1):
        if lines[position : position + 2] == HEADING:
            entries = [ENTRY.sub("- ", line) if ENTRY.match(line) else line[1:] for line in lines[position + 2 :]]
            lines[position:] = [".. rubric:: References", "", *entries]
            return


def say_no_any(
    app: Sphinx, what: str, name: str, value: object, options: object, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """Leave out `Any`: an equation takes whatever an array library takes."""
    if signature is None:
        return None
    return ANYTHING.sub("", signature), None if returned is None or returned.endswith("Any") else returned


def setup(app: Sphinx) -> dict[str, bool]:
    """Come before numpydoc, whose place is 500."""
    app.connect("autodoc-process-docstring", list_references, priority=400)
    app.connect("autodoc-process-signature", say_no_any)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
