"""What an item's author must hear of how it counts, though nothing about it is wrong."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from ..model.race import Race
from .rumours import is_doubted
from .schema import Item
from .selected import Selection, ended_by


def remarks(checked: Iterable[Item], counted: Sequence[Item]) -> Iterator[str]:
    """Say of items what their kinds know of how they count, and which say nothing for want of another beside them.

    Parameters
    ----------
    checked : iterable of Item
        Of which to say it.
    counted : sequence of Item
        All that a question counts.

    Examples
    --------
    >>> import tomllib
    >>> from catchup.evidence import item_from_table, template
    >>> from catchup.evidence.remarks import remarks
    >>> score = item_from_table(tomllib.loads(template("frontier_score", "score")), file="score.toml")
    >>> next(remarks([score], [score]))
    "score: says next to nothing until something tells efficiency_score: a score of Mythos's own"
    """
    for item in checked:
        if item.text.role != "likelihood":
            continue
        for said in item.kind.remarks(item.observed, item.likelihood):
            yield f"{item.id}: {said}"
        beside = {name for other in counted if other.id != item.id for name in other.kind.latents(other.observed)}
        for name, teller in item.kind.compared_by(item.observed).items():
            if name not in beside:
                yield f"{item.id}: says next to nothing until something tells {name}: {teller}"


def said_twice(items: Sequence[Item], race: Race, about: Iterable[Item] | None = None) -> Iterator[str]:
    """Say which items count one figure twice: alike but for their names, and resting on no statement in common.

    Parameters
    ----------
    items : sequence of Item
        All that a question counts.
    race : Race
        Knows firms by all their names.
    about : iterable of Item, optional
        Those of which one must be in a pair that is named; any by default.
    """
    named = {item.id for item in (items if about is None else about)}
    for first, second in combinations(items, 2):
        once = min(first.text.weight, second.text.weight) < 1 or set(first.text.shares) & set(second.text.shares)
        if not once and {first.id, second.id} & named and _stated(first, race) == _stated(second, race):
            yield (
                f"{first.id} and {second.id} say the same of the same day, and count twice: where one repeats the "
                "other, leave it out, or name the statement that both rest on (shares)"
            )


def denied_reports(selection: Selection, as_of: datetime.date) -> Iterator[str]:
    """Say which reports are believed although somebody looked on their day, or later, and found nothing.

    Parameters
    ----------
    selection : Selection
        What a question counts, and what it sets aside.
    as_of : date
        Its day: what was looked for later is not known.
    """
    reports = [item for item in selection.counted if item.kind.reports_event and not is_doubted(item)]
    for report in reports:
        for aside in selection.set_aside:
            silence = aside.item
            if aside.reason != ended_by(report.id) or is_doubted(silence):
                continue
            looked = silence.observed.date or silence.observed.confirmed_through
            if looked is not None and (last := min(looked, as_of)) >= report.observed.date:
                yield (
                    f"{report.id} says that it was over on {report.observed.date}, and {silence.id}, set aside, that "
                    f"nothing was found through {last}: doubt the report (reliability), or correct the silence"
                )


def _stated(item: Item, race: Race) -> tuple[Any, ...]:
    """What an item says, whatever its names: its kind, its day, and what its file states of the observation."""
    own = item.text.observed or {}
    said = {key: value for key, value in item.observed.model_dump(exclude_defaults=True).items() if key in own}
    if isinstance(said.get("firm"), str):
        said["firm"] = race.meant_by(said["firm"])
    return item.kind.name, item.kind.day(item.observed), said
