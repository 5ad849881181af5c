"""The picture of the model says what the PyMC graph says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pymc as pm
import pytest
from pytensor.graph.traversal import ancestors

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.presentation.figures import ModelGraph, draw_model_graph, model_graph
from catchup.evidence import Item, add_evidence, events_of, latent_quantities, with_latents
from catchup.model import build_model, load_assumptions
from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, under_scenario

AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="module")
def items(assumptions: Assumptions) -> list[Item]:
    return list(choose_evidence(Question(assumptions, AS_OF), "default", None, ()).counted)


@pytest.fixture(scope="module")
def graph(assumptions: Assumptions, items: list[Item]) -> ModelGraph:
    return model_graph(assumptions, items)


@pytest.fixture(scope="module")
def model(assumptions: Assumptions, items: list[Item]) -> pm.Model:
    assumptions = with_latents(assumptions, items)
    events = tuple(dict.fromkeys([DEFAULT_EVENT, *events_of(items)]))
    month = assumptions.calendar.months(AS_OF)
    extra = latent_quantities(items, assumptions)
    built = build_model(assumptions, events=events, extra_quantities=extra, as_of_month=month)
    return add_evidence(built, items, assumptions, AS_OF)


def variable_of(model: pm.Model, node: str) -> Any:
    """A named variable; of an item, its entry of what the observed vector is centred on."""
    if node not in model.coords["item"]:
        return model[node]
    inputs = [one for one in model["observation"].owner.inputs if one.owner is not None]
    (predictions,) = (one.owner for one in inputs if one.dtype == "float64")  # the other is the size, of whole numbers
    return predictions.inputs[model.coords["item"].index(node)]


def reaching(graph: ModelGraph, box: str) -> set[str]:
    """Boxes from which arrows lead to one, itself among them."""
    found = {box}
    while added := {start for start, end in graph.arrows if end in found} - found:
        found |= added
    return found


def test_what_leads_to_a_box_is_what_its_variable_depends_on(graph: ModelGraph, model: pm.Model) -> None:
    """By arrows and by the graph's own edges, each date and each observation rests on the same quantities."""
    quantities = {name for box in graph.boxes for name in box.quantities}
    boxes = {box.id: box for box in graph.boxes}
    for box in graph.boxes:
        for node in box.nodes:
            if node in ("launch", "firm_pretrained"):
                continue  # vectors over firms: each firm's box stands for one entry
            drawn = {name for start in reaching(graph, box.id) for name in boxes[start].quantities}
            above = set(ancestors([variable_of(model, node)]))
            held = {name for name in quantities if model[name] in above}
            assert drawn == held, node


def test_every_quantity_and_item_is_shown(graph: ModelGraph, assumptions: Assumptions, items: list[Item]) -> None:
    shown = {name for box in graph.boxes for name in box.quantities}
    wanted = {*assumptions.needed([DEFAULT_EVENT]), *latent_quantities(items, assumptions)}
    known = with_latents(assumptions, items)
    uncertain = {name for name in wanted if not known.beliefs[name].certain}
    assert shown == {name for name in uncertain if name in known.table.quantities}
    assert {name for box in graph.boxes if box.look == "seen" for name in box.nodes} == {item.id for item in items}


def test_firms_of_a_scenario_appear(assumptions: Assumptions) -> None:
    graph = model_graph(under_scenario(assumptions, "domestic-superpods"))
    titles = [box.title for box in graph.boxes]
    assert "Consortium" in titles
    assert titles.count("Launch") == len(assumptions.race.firms) + 1


@pytest.mark.parametrize("scenario", [None, "domestic-superpods"])
def test_no_text_leaves_its_box(assumptions: Assumptions, items: list[Item], scenario: str | None) -> None:
    world = assumptions if scenario is None else under_scenario(assumptions, scenario)
    figure = draw_model_graph(model_graph(world, items))
    (axes,) = figure.axes
    patches = [patch.get_window_extent() for patch in axes.patches]
    for text in axes.texts:
        if text.get_text():
            extent = text.get_window_extent()
            assert any(p.contains(extent.x0, extent.y0) and p.contains(extent.x1, extent.y1) for p in patches), text
    for one in range(len(patches)):
        assert not any(patches[one].overlaps(other) for other in patches[one + 1 :])
