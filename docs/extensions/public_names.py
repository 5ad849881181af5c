"""Reference of a package: the public names that its stub lists, each from its docstring."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import get_origin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOMS = ("priors", "model", "evidence", "analysis")


class PublicNames(SphinxDirective):
    """``{public-names} catchup.priors`` documents everything in that package's ``__all__``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave the work to autodoc, name by name."""
        module = importlib.import_module(self.arguments[0])
        lines = [f".. py:module:: {module.__name__}", "", *(inspect.getdoc(module) or "").splitlines(), ""]
        for name in sorted(set(module.__all__) - shown_elsewhere(module), key=str.lower):
            lines += [*documented(module, name), ""]
        return self.parse_text_to_nodes("\n".join(["```{eval-rst}", *lines, "```"]))


def shown_elsewhere(module: ModuleType) -> set[str]:
    """Names that the front door has from a room, whose page documents them."""
    if "." in module.__name__:
        return set()
    rooms = [importlib.import_module(f"{module.__name__}.{room}") for room in ROOMS]
    return {name for room in rooms for name in room.__all__ if getattr(module, name, None) is getattr(room, name)}


def documented(module: ModuleType, name: str) -> list[str]:
    """Return the directive that documents a name."""
    value, full = getattr(module, name), f"{module.__name__}.{name}"
    if inspect.isclass(value):
        return [f".. autoclass:: {full}", "   :members:"]
    if inspect.isfunction(inspect.unwrap(value)):
        return [f".. autofunction:: {full}"]
    if get_origin(value) is not None:
        return [f".. py:data:: {name}", "", f"   A type: ``{value}``."]
    kind = "mapping" if isinstance(value, Mapping) else type(value).__name__
    held = ", ".join(f"``{key}``" for key in value)
    return [f".. py:data:: {name}", "", f"   A {kind}: {held}."]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
