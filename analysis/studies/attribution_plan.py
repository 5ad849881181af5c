"""The way from one forecast to another: what is changed at each step of it, and with what else.

First comes the day, then what is believed, then items: removed, changed and added, each by itself in the order in which
they became known. What is believed stands before the items, since it alone says which items are read and how: an item
that became known after another model was taken up would otherwise be read by the one that had been left, which may turn
its sign. So items are told as the later forecast, and those after it, read them; and corrections stand before news.

An item that yields to another as that one arrives goes in the step of that one, and comes back in the step in which
that one goes. Between the two the way would lead over a forecast that counts what was seen twice, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ...evidence.confirmation import confirms
from ...evidence.revisions import revisions_between
from ...evidence.schema import Item
from ...evidence.selection import why_yields
from ..inference.question import Question
from ..inference.snapshot import Snapshot
from .attribution_steps import CONFIRMED, Change
from .reasons import of_the_models, priors_text


@dataclass(frozen=True)
class Planned:
    """Changes of one step, what they are in words, and what is asked on what evidence once they are made."""

    changes: tuple[Change, ...]
    title: str
    question: Question
    items: Mapping[str, Item]


@dataclass(frozen=True)
class Follower:
    """An item that comes or goes with another: that one's id, the change, and what it is in words."""

    leader: str
    change: Change
    title: str


def plan(before: Snapshot, after: Snapshot) -> Iterator[Planned]:
    """Yield the changes, one step at a time; all on the later forecast's random numbers."""
    question = replace(on_numbers_of(after.question, before.question), as_of=after.question.as_of)
    items = dict(before.items)
    if question.as_of != before.question.as_of:
        title = f"time passing, {before.question.as_of} to {question.as_of}"
        yield Planned((Change("time"),), title, question, dict(items))
    with_priors = set[str]()
    if not before.inputs.same_priors(after.inputs) or _of_another_kind(before.question, after.question):
        question, with_priors = after.question, of_the_models(before, after)
        items = {name: item for name, item in items.items() if name not in with_priors}
        items |= {name: item for name, item in after.items.items() if name in with_priors}
        yield Planned((Change("priors"),), priors_text(before, after), question, dict(items))
    followers = _followers(before, after, with_priors)
    led = {name: [each for each in followers.values() if each.leader == name] for name in {*before.items, *after.items}}
    for change, title in _own_changes(before, after, {*with_priors, *followers}):
        changes, titles = [change], [title]
        for name in (change.item, *(each.change.item for each in led[change.item])):
            items.pop(name, None)
            items |= {name: after.items[name]} if name in after.items else {}
        changes += [each.change for each in led[change.item]]
        titles += [each.title for each in led[change.item]]
        yield Planned(tuple(changes), "; ".join(titles), question, dict(items))


def on_numbers_of(other: Question, question: Question) -> Question:
    """Return a question on another's random numbers."""
    return replace(question, draws=other.draws, seed=other.seed, quasi_random=other.quasi_random)


def _of_another_kind(before: Question, after: Question) -> bool:
    return (before.event, before.launch_grid) != (after.event, after.launch_grid)


def _own_changes(before: Snapshot, after: Snapshot, others: Collection[str]) -> Iterator[tuple[Change, str]]:
    """Yield what became of items, but for some, with what it is in words: removed, changed and added, in this order."""
    for name in sorted(set(before.items) - set(after.items) - set(others)):
        yield Change("removed", name), _removal_text(name, after)
    for name in _changed(before, after):
        yield _change_of(before.items[name], after.items[name], after.question.as_of)
    for name in sorted(set(after.items) - set(before.items) - set(others), key=lambda name: _known(after, name)):
        yield Change("added", name), f"item added: {name}"


def _followers(before: Snapshot, after: Snapshot, others: Collection[str]) -> dict[str, Follower]:
    """By id, which items come or go with another, but for some.

    One goes with what takes its place or ends its silence, and comes back with it where it was known before.
    """
    clock = after.question.assumptions.clock(max(before.question.as_of, after.question.as_of))
    changed = _changed(before, after)
    gone = sorted(set(before.items) - set(after.items) - set(others))
    come = sorted(set(after.items) - set(before.items) - set(others), key=lambda name: _known(after, name))
    found = dict[str, Follower]()
    for name in (name for name in gone if name not in after.retracted):
        for other in (*changed, *come):
            if reason := why_yields(before.items[name], after.items[other], clock):
                found[name] = Follower(other, Change("superseded", name), f"set aside: {name} ({reason})")
                break
    for name in (name for name in come if after.items[name].text.known_since <= before.question.as_of):
        for other in (*gone, *changed):
            leader = found[other].leader if other in found else other
            if leader != name and why_yields(after.items[name], before.items[other], clock):
                found[name] = Follower(leader, Change("returned", name), f"counted again: {name}")
                break
    return found


def _changed(before: Snapshot, after: Snapshot) -> list[str]:
    """Items of both that say something else on the later one's day, to which time has passed by then."""
    common, day = sorted(set(before.items) & set(after.items)), after.question.as_of
    return [name for name in common if before.inputs.item_on(name, day) != after.inputs.item_on(name, day)]


def _known(snapshot: Snapshot, name: str) -> tuple[date, str]:
    """By which items are put in order."""
    return snapshot.items[name].text.known_since, name


def _removal_text(name: str, after: Snapshot) -> str:
    """Say that an item has gone; and, where its source has taken it back, when and why."""
    if name not in after.retracted:
        return f"item removed: {name}"
    return f"item retracted: {name}, {after.retracted[name]}"


def _change_of(before: Item, after: Item, day: date) -> tuple[Change, str]:
    """Say what changed of an item: a figure, and why; through which day somebody has looked; or more than that.

    Of silence confirmed beyond the day of the question, that day is named: what came later was not known by then.
    """
    changed = Change("changed", after.id)
    if revised := revisions_between(before.text, after.text):
        return changed, f"item revised: {after.id}, {'; '.join(map(str, revised))}"
    if not confirms(after, before):
        return changed, f"item changed: {after.id}"
    through = [item.observed.confirmed_through for item in (before, after)]
    days = [date.min if each is None else min(each, day) for each in through]
    told = ["not said" if each == date.min else each for each in days]
    if days[1] < days[0]:
        return changed, f"confirmation withdrawn: {after.id}, through {told[0]} (now: {told[1]})"
    if days[1] == days[0]:
        return changed, f"item changed: {after.id}"
    return Change("confirmed", after.id), f"{CONFIRMED}: {after.id}, through {told[1]} (before: {told[0]})"
