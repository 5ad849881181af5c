"""What is read once and handed to everybody cannot be changed by anybody; copies of it can."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from catchup.model.models import ARTICLE, CURRENT, GROUPS, group_layer, model_layers
from catchup.priors import Layer, packaged_layers, read_overlay
from catchup.priors.frozen import FrozenList, FrozenTable, frozen
from catchup.priors.packaged import named_overlays

CHANGES_OF_A_TABLE: dict[str, Any] = {
    "set": lambda table: table.__setitem__("b", 2),
    "delete": lambda table: table.__delitem__("a"),
    "update": lambda table: table.update(b=2),
    "or": lambda table: table.__ior__({"b": 2}),
    "pop": lambda table: table.pop("a"),
    "popitem": lambda table: table.popitem(),
    "setdefault": lambda table: table.setdefault("b", 2),
    "clear": lambda table: table.clear(),
}
CHANGES_OF_A_LIST: dict[str, Any] = {
    "set": lambda values: values.__setitem__(0, 2),
    "slice": lambda values: values.__setitem__(slice(None), []),
    "delete": lambda values: values.__delitem__(0),
    "add": lambda values: values.__iadd__([2]),
    "multiply": lambda values: values.__imul__(2),
    "append": lambda values: values.append(2),
    "extend": lambda values: values.extend([2]),
    "insert": lambda values: values.insert(0, 2),
    "pop": lambda values: values.pop(),
    "remove": lambda values: values.remove(1),
    "reverse": lambda values: values.reverse(),
    "sort": lambda values: values.sort(),
    "clear": lambda values: values.clear(),
}


def parts(content: Any) -> Iterator[Any]:
    """Everything inside some tables that could be changed."""
    if isinstance(content, dict | list):
        yield content
        for each in content.values() if isinstance(content, dict) else content:
            yield from parts(each)


@pytest.mark.parametrize("change", CHANGES_OF_A_TABLE)
def test_a_table_cannot_be_changed(change: str) -> None:
    table = frozen({"a": 1})
    with pytest.raises(TypeError, match="change a deep copy, or lay an overlay over it"):
        CHANGES_OF_A_TABLE[change](table)
    assert table == {"a": 1}


@pytest.mark.parametrize("change", CHANGES_OF_A_LIST)
def test_a_list_cannot_be_changed(change: str) -> None:
    values = frozen([1])
    with pytest.raises(TypeError, match="change a deep copy, or lay an overlay over it"):
        CHANGES_OF_A_LIST[change](values)
    assert values == [1]


READING = {"get", "keys", "values", "items", "copy", "fromkeys", "index", "count"}


@pytest.mark.parametrize(("kind", "changes"), [(FrozenTable, CHANGES_OF_A_TABLE), (FrozenList, CHANGES_OF_A_LIST)])
def test_every_method_that_changes_one_is_among_these(kind: type, changes: dict[str, Any]) -> None:
    assert {name for name in vars(kind.__mro__[1]) if not name.startswith("__")} - READING <= changes.keys()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))])
def test_copies_can_be_changed(copied: Any) -> None:
    table = frozen({"row": {"sources": ["a"]}})
    other = copied(table)
    other["row"]["sources"].append("b")
    assert other == {"row": {"sources": ["a", "b"]}}
    assert table == {"row": {"sources": ["a"]}}
    assert json.loads(json.dumps(table)) == table


LAYERS: dict[str, Any] = {
    "packaged": packaged_layers,
    **{model: lambda model=model: model_layers(model) for model in (ARTICLE, CURRENT)},
    "groups": lambda: [*map(group_layer, GROUPS)],
    "overlays": lambda: [*map(read_overlay, named_overlays())],
}


@pytest.mark.parametrize("which", LAYERS)
def test_no_table_of_the_projects_own_can_be_changed(which: str) -> None:
    layers: list[Layer] = LAYERS[which]()
    found = [part for layer in layers for part in parts(layer.tables)]
    assert found
    assert {*map(type, found)} <= {FrozenTable, FrozenList}


def test_what_was_changed_once_is_refused() -> None:
    tables: Any = packaged_layers()[0].tables
    with pytest.raises(TypeError):
        tables["quantity"]["algorithmic_progress"]["mode"] = 25
