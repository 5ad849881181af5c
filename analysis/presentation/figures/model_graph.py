"""The model as a picture: what is believed, what follows from it, and what of it is seen.

Boxes and arrows are taken from the race and the items, so that another firm, source or kind of evidence
appears without a change here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ....evidence.latents import with_latents
from ....evidence.schema import Item
from ....model.assumptions import DEFAULT_EVENT, Assumptions
from ....model.obstacles import Act, met
from ....model.race import Source

BEFORE_PRETRAINED: tuple[Act, ...] = ("launch-delay", "requirement-lag", "budget-share", "run-setback")
AFTER_PRETRAINED: tuple[Act, ...] = ("post-training", "serving")


@dataclass(frozen=True)
class Box:
    """A box of the picture.

    Attributes
    ----------
    id : str
        By which arrows name it.
    look : str
        ``belief``, ``derived`` or ``seen``.
    title : str
        Its first line.
    lines : tuple of str
        What stands below it.
    quantities : tuple of str
        Quantities among them.
    nodes : tuple of str
        Variables of the PyMC model that it stands for.
    """

    id: str
    look: str
    title: str
    lines: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelGraph:
    """The model's boxes and arrows.

    Attributes
    ----------
    tops : list of list of Box
        Lane by lane, what stands above the rows: Mythos first, then each firm.
    rows : list of list of Box
        Row by row, one box in each lane.
    ready : Box
        Where all lanes meet.
    seen : list of Box
        What is seen of the date.
    arrows : list of (str, str)
        From a box to one that follows from it, by id.
    """

    tops: list[list[Box]]
    rows: list[list[Box]]
    ready: Box
    seen: list[Box]
    arrows: list[tuple[str, str]] = field(default_factory=list)

    @property
    def boxes(self) -> list[Box]:
        """Every box."""
        laid = [box for part in (*self.tops, *self.rows) for box in part]
        return [*laid, self.ready, *self.seen]


def model_graph(assumptions: Assumptions, items: Sequence[Item] = ()) -> ModelGraph:
    """Lay the model out as boxes and arrows.

    Parameters
    ----------
    assumptions : Assumptions
        The race and its quantities.
    items : sequence of Item
        What is counted; items of one kind that need the same quantities share a box.
    """
    assumptions = with_latents(assumptions, items)
    seen = _seen(items, assumptions)
    arrows = [(target, box.id) for target, boxes in seen.items() for box in boxes]
    arrows += [("mythos", "mythos_flop"), ("mythos_flop", "requirement"), ("progress", "requirement")]
    tops = [
        [
            _belief("mythos", "Mythos's run", "mythos_chips", "mythos_training_months", "mfu_anthropic"),
            Box("mythos_flop", "derived", "Mythos's compute, M", nodes=("mythos_flop",)),
            *seen.get("mythos_flop", ()),
        ]
    ]
    commitments = [_belief("progress", "Catch-up progress, a", "algorithmic_progress")]
    launches = [Box("requirement", "derived", "Requirement, R(t)", ("M x event's multiple / a^(t/12)",))]
    way = assumptions.obstacles
    at = {name: (DEFAULT_EVENT, name) for name in assumptions.race.firms}
    before, after = (met(way, acts, at.values()) for acts in (BEFORE_PRETRAINED, AFTER_PRETRAINED))
    later = dict.fromkeys(quantity for entry in at.values() for quantity in after.get(entry, ()))
    ends = [_belief("post_training", "After pre-training", "post_training_months", *later)]
    for name, firm in assumptions.race.firms.items():
        parts = ("sources", "pool", "commitment", "launch", "end")
        sources, pool, commitment, launch, end = (f"{name}/{part}" for part in parts)
        tops.append(
            [
                _sources(sources, firm.title, [assumptions.race.sources[s] for s in assumptions.race.sources_of(name)]),
                Box(pool, "derived", "Pool of compute, A(t)"),
                *seen.get(pool, ()),
            ]
        )
        own = (*firm.budgets, firm.mfu, firm.minimum_training, *firm.finish, *firm.delay, *before.get(at[name], ()))
        commitments.append(_belief(commitment, "Commitment and training", *own))
        launches.append(Box(launch, "derived", "Launch", ("first t with R(t) <= 12 budget A(t) F",), nodes=("launch",)))
        ends.append(Box(end, "derived", "Pre-trained", ("launch + length of the run",), nodes=("firm_pretrained",)))
        arrows += [(sources, pool), (pool, launch), (commitment, launch), ("requirement", launch), (launch, end)]
        arrows.append((end, "ready"))
    arrows.append(("post_training", "ready"))
    ready = Box("ready", "derived", "Ready", ("first pre-trained + post-training",), nodes=("ready",))
    return ModelGraph(tops, [commitments, launches, ends], ready, seen.get("ready", []), arrows)


def _belief(name: str, title: str, *quantities: str) -> Box:
    return Box(name, "belief", title, quantities, quantities)


def _sources(name: str, firm: str, sources: Sequence[Source]) -> Box:
    lines: list[str] = []
    quantities: list[str] = []
    for source in sources:
        factors = (*source.amount, *([] if source.usable is None else [source.usable]))
        amount = " x ".join(factors)
        lines += [f"{source.title}:", f"    {amount}"]
        if isinstance(source.length, str):
            lines.append(f"    over {source.length}")
        if source.per is not None:
            lines.append(f"    per {source.per}")
        named = (*factors, source.start, source.length, source.per)
        quantities += [value for value in named if isinstance(value, str)]
    return Box(name, "belief", firm, tuple(lines), tuple(dict.fromkeys(quantities)))


def _seen(items: Sequence[Item], assumptions: Assumptions) -> dict[str, list[Box]]:
    """Boxes of items, by the id of the box that they are seen of."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for item in items:
        meant = item.kind.firm(item.observed)
        firm = None if meant is None else assumptions.race.firm_named(meant)
        target = "ready" if item.event else f"{firm}/pool" if firm else "mythos_flop"
        reporting = assumptions.reporting_quantities if item.kind.is_silence else ()
        named = (*item.latents_in(assumptions.race), *reporting)
        latents = tuple(name for name in named if not assumptions.beliefs[name].certain)
        groups.setdefault((target, item.kind.name, latents), []).append(item.id)
    found: dict[str, list[Box]] = {}
    for (target, kind, latents), names in groups.items():
        lines = (*names, *(f"with {latent}" for latent in latents))
        found.setdefault(target, []).append(Box(names[0], "seen", f"Seen: {kind}", lines, latents, tuple(names)))
    return found
