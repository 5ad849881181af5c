"""Which items a question counts: those known on its day, and no public statement twice."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import replace

from ..model.assumptions import Assumptions
from ..priors.errors import InputError, unknown_name
from .consistency import check_against, has_set_a_prior, refuse_double_counting
from .kinds.kind import Clock
from .ledgers import OWN_LEDGER, Ledger
from .rumours import is_doubted
from .schema import Item
from .selected import Selection as Selection
from .selected import SetAside as SetAside
from .selected import ended_by, place_taken_by, retraction


def select(ledger: Ledger, which: str | Sequence[str], as_of: datetime.date, assumptions: Assumptions) -> Selection:
    """Decide what a question counts.

    Parameters
    ----------
    ledger : Ledger
        All items.
    which : str or sequence of str
        ``default`` (every item of role likelihood), ``none``, or ids; a string may hold several, separated by
        commas. An item named by its id is counted whatever its role.
    as_of : date
        Day of the question: items known later are set aside, and every other is what it was on that day.
    assumptions : Assumptions
        Priors, whose public statements are not to be counted again, events and firms.

    Returns
    -------
    Selection
        Items in the ledger's order.

    Raises
    ------
    InputError
        If an id is unknown, an item is about something the model does not have, or a statement counts twice.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import load_ledger, select
    >>> from catchup.model import load_assumptions
    >>> selection = select(load_ledger(), "eci-lag, microsoft-slide", date(2026, 11, 26), load_assumptions())
    >>> [item.id for item in selection.counted]
    ['eci-lag', 'microsoft-slide']
    >>> select(load_ledger(), "eci-leg", date(2026, 11, 26), load_assumptions())
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: evidence: unknown item 'eci-leg'; did you mean 'eci-lag'?
    """
    ledger = ledger.as_of(as_of)
    chosen, named = _chosen(ledger, which), _named(which)
    unfit = _unfit(ledger, named, assumptions)
    for item in ledger.items.values():
        if item.id in chosen and not item.kind.countable:
            raise InputError(f"{item.id} is an opinion ({item.kind.name}) and never counted", key="--evidence")
    published = [item for item in ledger.items.values() if item.text.known_since <= as_of]
    standing = [item for item in published if not item.retracted_by(as_of)]
    known = [item for item in standing if item.id not in unfit]
    asked, clock = [item for item in known if item.id in chosen], assumptions.clock(as_of)
    ended = {**_left_out(asked, named, assumptions), **_ended_silences(asked, clock)}
    ended |= _said_again([item for item in asked if item.id not in ended], clock)
    counted = tuple(_as_looked(item, asked) for item in asked if item.id not in ended)
    refuse_double_counting(counted, assumptions)
    others = [item for item in known if item.id not in chosen]
    shown = [item for item in others if item.text.role != "likelihood"]
    priors = tuple(item for item in shown if has_set_a_prior(item, assumptions))
    set_aside = [
        *(
            SetAside(item, f"known since {item.text.known_since}, after {as_of}")
            for item in ledger.items.values()
            if item.text.known_since > as_of
        ),
        *(SetAside(item, retraction_text(item)) for item in published if item.retracted_by(as_of)),
        *(SetAside(item, unfit[item.id]) for item in standing if item.id in unfit),
        *(SetAside(ledger.items[name], reason) for name, reason in ended.items()),
        *(SetAside(item, "not asked for") for item in others if item.text.role == "likelihood"),
    ]
    return Selection(
        counted,
        checks=tuple(item for item in shown if item not in priors),
        priors=priors,
        set_aside=tuple(set_aside),
        ledger=ledger.folder,
    )


def retraction_text(item: Item) -> str:
    """Say when an item was retracted, and why."""
    return f"retracted {retraction(item.text.retracted_on, item.text.retracted_why)}"


def retractions_of(selection: Selection) -> dict[str, str]:
    """By id, when and why items that a question leaves out had been retracted by its day."""
    texts = (aside.item.text for aside in selection.set_aside)
    return {
        text.id: retraction(text.retracted_on, text.retracted_why) for text in texts if text.retracted_on is not None
    }


def why_yields(item: Item, other: Item, clock: Clock) -> str | None:
    """Why an item is no longer counted once another is; None where both may be, or the other yields.

    Parameters
    ----------
    item, other : Item
        Neither retracted, and both read by the model.
    clock : Clock
        Of a day on which both are known.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import load_ledger
    >>> from catchup.evidence.selection import why_yields
    >>> from catchup.model import load_assumptions
    >>> items, clock = load_ledger().items, load_assumptions().clock(date(2026, 11, 26))
    >>> why_yields(items["eci-lag"], items["epoch-lag-records"], clock)
    'epoch-lag-records takes its place'
    >>> why_yields(items["epoch-lag-records"], items["eci-lag"], clock)
    """
    if item.id in other.text.replaces:
        return place_taken_by(other.id)
    both = [item, other]
    return (_ended_silences(both, clock) or _said_again(both, clock)).get(item.id)


def read_by(selection: Selection, before: Assumptions, after: Assumptions) -> tuple[tuple[Item, ...], dict[str, str]]:
    """Return what another model counts of what was chosen, and why it leaves out what this one counts.

    An item that only the other reads is counted there, and so is one that has yielded to an item which the other
    does not read. What was counted although this model leaves it out was named, and the other counts it, too.

    Parameters
    ----------
    selection : Selection
        Under the assumptions `before`.
    before, after : Assumptions
        Of the two models.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.evidence import load_ledger, select
    >>> from catchup.evidence.selection import read_by
    >>> from catchup.model import load_assumptions
    >>> current, article = load_assumptions(), load_assumptions(model="article")
    >>> items, left_out = read_by(select(load_ledger(), "default", date(2026, 11, 26), current), current, article)
    >>> "eci-lag" in [item.id for item in items], left_out
    (True, {'epoch-lag-records': 'the model says nothing of when models are released'})
    """
    yielded = {place_taken_by(item.id) for item in selection.counted}
    back = [
        aside.item
        for aside in selection.set_aside
        if aside.reason in yielded or aside.reason == aside.item.kind.unread(aside.item.observed, before)
    ]
    chosen = [*selection.counted, *back]
    here = _left_out(chosen, (), before)
    named = [item.id for item in selection.counted if item.id in here]
    there = _left_out(chosen, named, after)
    left_out = {item.id: there[item.id] for item in selection.counted if item.id in there}
    return tuple(item for item in chosen if item.id not in there), left_out


def _unfit(ledger: Ledger, named: Collection[str], assumptions: Assumptions) -> dict[str, str]:
    """By id, why a changed model says nothing of an item of the project's own that nobody named.

    Raises
    ------
    InputError
        If it says nothing of another.
    """
    found = {}
    for item in ledger.items.values():
        try:
            check_against(item, assumptions)
        except InputError as error:
            if item.id in named or not item.file.startswith(OWN_LEDGER):
                raise
            found[item.id] = error.problem  # whoever took a firm out of the race did not write this
    return found


def _left_out(chosen: Sequence[Item], named: Collection[str], assumptions: Assumptions) -> dict[str, str]:
    """Items that a model does not read, and those that another item takes the place of; none that was named."""
    unread = {item.id: item.kind.unread(item.observed, assumptions) for item in chosen if item.id not in named}
    reasons = {name: reason for name, reason in unread.items() if reason is not None}
    for item in chosen:
        if item.id not in reasons:
            reasons |= {name: place_taken_by(item.id) for name in item.text.replaces if name not in named}
    return {item.id: reasons[item.id] for item in chosen if item.id in reasons}


def _ended_silences(chosen: Sequence[Item], clock: Clock) -> dict[str, str]:
    """Silences that a counted milestone of the same event has ended; its own likelihood includes the wait."""
    reported = {item.event: item for item in reversed(_in_order(chosen, clock))}
    return {
        item.id: ended_by(reported[item.event].id) for item in chosen if item.kind.is_silence and item.event in reported
    }


def _said_again(chosen: Sequence[Item], clock: Clock) -> dict[str, str]:
    """Silences beside the one of their event that counts, and reports of what an earlier one had reported.

    Of silences that are believed the longest counts, of others the longest where none is: two would count one wait
    twice.
    """
    again: dict[str, str] = {}
    silences = [item for item in chosen if item.kind.is_silence]
    for event in dict.fromkeys(item.event for item in silences):
        about = [item for item in silences if item.event == event]
        counted = max(about, key=lambda item: (not is_doubted(item), item.figures(clock)["as_of"]))
        again |= {
            item.id: f"its silence is part of that of {counted.id}"
            if item.figures(clock)["as_of"] <= counted.figures(clock)["as_of"]
            else f"that of {counted.id}, which is not doubted, counts"
            for item in about
            if item is not counted
        }
    first: dict[str | None, Item] = {}
    for item in _in_order(chosen, clock):
        if first.setdefault(item.event, item) is not item:
            again[item.id] = f"{item.event} had been reached by {first[item.event].id}"
    return again


def _as_looked(item: Item, chosen: Sequence[Item]) -> Item:
    """A silence that is believed, confirmed through the last day on which another of its event says somebody looked.

    The one may count through a later day than the other was looked on: the published model reads it to the day of the
    question. That somebody looked denies a report all the same. A finding of a given day stays one of that day, and
    nobody confirms an item before it was known.
    """
    if not item.kind.is_silence or item.observed.date is not None or is_doubted(item):
        return item
    alike = [each for each in chosen if each.kind.is_silence and each.event == item.event]
    looked = [each.observed.date or each.observed.confirmed_through for each in alike if not is_doubted(each)]
    last = max((day for day in looked if day is not None), default=None)
    if last is None or last == item.observed.confirmed_through or last < item.text.known_since:
        return item
    seen = {"confirmed_through": last}
    text = item.text.model_copy(update={"observed": {**(item.text.observed or {}), **seen}})  # which runs keep
    return replace(item, text=text, observed=item.observed.model_copy(update=seen))


def _in_order(chosen: Sequence[Item], clock: Clock) -> list[Item]:
    """Milestones that are believed, the earliest first."""
    believed = [item for item in chosen if item.kind.reports_event and not is_doubted(item)]
    return sorted(believed, key=lambda item: item.observation(clock))


def _named(which: str | Sequence[str]) -> list[str]:
    words = which.split(",") if isinstance(which, str) else list(which)
    return [word.strip() for word in words if word.strip()]


def _chosen(ledger: Ledger, which: str | Sequence[str]) -> set[str]:
    names = _named(which)
    if (isinstance(which, str) and not names) or (len(names) > 1 and "none" in names):
        raise InputError("none, default or ids of items separated by commas were expected", key="--evidence")
    chosen: set[str] = set()
    for name in names:
        if name == "default":
            chosen |= {item.id for item in ledger.items.values() if item.text.role == "likelihood"}
        elif name in ledger.items:
            chosen.add(name)
        elif name != "none":
            alone = ["none"] if len(names) == 1 else []
            raise unknown_name("item", name, [*ledger.items, "default", *alone], key="--evidence")
    return chosen
