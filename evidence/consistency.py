"""What an item may not be: about something the model does not have, or a statement counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.assumptions import Assumptions
from ..priors.errors import InputError, unknown_name
from ..priors.row_schemas import QuantityText
from .kinds.quantity_reading import OF_EACH
from .kinds.stocks import most_of_all
from .schema import Item


def check_against(item: Item, assumptions: Assumptions) -> None:
    """Refuse an item about something that the model does not have: an event, firm, channel, quantity or day.

    Raises
    ------
    InputError
        Naming the item's file and key.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from catchup.evidence import check_against, load_ledger
    >>> from catchup.model import load_assumptions
    >>> assumptions, item = load_assumptions(), load_ledger().items["no-public-model"]
    >>> check_against(item, assumptions)
    >>> check_against(item, replace(assumptions, events={"lean-mythos": assumptions.event("lean-mythos")}))
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: ...unknown event 'compute-equivalent'; known are lean-mythos
    """
    event, firm = item.event, item.kind.firm(item.observed)
    if event is not None and event not in assumptions.events:
        raise unknown_name("event", event, assumptions.events, file=item.file, key="observed.event")
    if firm is not None:
        assumptions.race.firm_named(firm, file=item.file, key="observed.firm")
    _check_channel(item, assumptions)
    lever = item.kind.lever(item.observed)
    if lever is not None and lever not in assumptions.levers:
        raise unknown_name("lever", lever, assumptions.levers, file=item.file, key="observed.lever")
    for name in item.kind.latents(item.observed):
        if name not in assumptions.beliefs:
            known = [each for each in assumptions.beliefs if each not in OF_EACH]
            raise unknown_name("quantity", name, known, file=item.file, key="observed.quantity")
    day, origin = item.kind.day(item.observed), assumptions.calendar.origin
    if event is not None and day is not None and day < origin:
        raise InputError(f"{day} is before {origin}, when Mythos came to be", file=item.file, key="observed.date")
    _refuse_more_than_all(item, assumptions)
    problem = item.kind.misfit(item.observed, item.likelihood, assumptions)
    if problem is not None:
        raise InputError(problem[1], file=item.file, key=problem[0])


def stood_in_text(item: Item, assumptions: Assumptions) -> str:
    """Say which firm an item is read of, where the one that it names does not race and another stands in for it."""
    named = item.kind.firm(item.observed)
    other = None if named is None else assumptions.race.stand_in_of(named)
    return "" if other is None else f"{item.id} is about {named}, which does not race, and is read as {other.title}'s"


def _refuse_more_than_all(item: Item, assumptions: Assumptions) -> None:
    """Refuse an item by which a firm has more than all that there is; a doubted one may be about something else."""
    held = item.kind.held(item.observed)
    if held is None or item.doubt is not None or item.text.role != "likelihood":
        return
    most = most_of_all(assumptions, enough=held)
    if held > most:
        firm = item.kind.firm(item.observed)
        problem = f"{firm} would have {held:,.0f} H100e, more than all firms have of the model's sources ({most:,.0f})"
        raise InputError(problem, file=item.file, key="observed.value")


def _check_channel(item: Item, assumptions: Assumptions) -> None:
    """Refuse a channel that brings nothing, or nothing to the firm that the item is about."""
    channel, firm, race = item.kind.channel(item.observed), item.kind.firm(item.observed), assumptions.race
    if channel is None:
        return
    if channel not in race.channels():
        raise unknown_name("channel", channel, race.channels(), file=item.file, key="observed.channel")
    sources = [source for source in race.sources.values() if source.channel == channel]
    if firm is not None and all(source.firm != race.firm_named(firm) for source in sources):
        owners = ", ".join(dict.fromkeys(source.firm for source in sources))
        raise InputError(
            f"'{channel}' brings nothing to {firm}, but to {owners}", file=item.file, key="observed.channel"
        )


def refuse_double_counting(counted: Sequence[Item], assumptions: Assumptions) -> None:
    """Refuse items that count a public statement a second time at full weight.

    A statement may be counted once at full weight: by a prior, or by one item. Any other item that rests on it
    needs a weight below 1, which its schema makes it explain.

    Raises
    ------
    InputError
        Naming the item, the statement and what counts it already.

    Examples
    --------
    >>> from catchup.evidence import load_ledger, refuse_double_counting
    >>> from catchup.model import load_assumptions
    >>> item = load_ledger().items["eci-lag"]
    >>> refuse_double_counting([item], load_assumptions())
    >>> refuse_double_counting([item, item], load_assumptions())
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: ...eci-lag rests on 'epoch-capabilities-index', and so does eci-lag: ...
    """
    taken = statements_of_priors(assumptions)
    for item in counted:
        if item.text.weight < 1:
            continue
        for statement in item.text.shares:
            if statement in taken:
                raise InputError(
                    f"{item.id} rests on '{statement}', and so does {taken[statement]}: "
                    "leave one out, or give it a weight below 1 and a weight_reason",
                    file=item.file,
                    key="shares",
                )
            taken[statement] = item.id


def statements_of_priors(assumptions: Assumptions) -> dict[str, str]:
    """Public statements that only the priors count, each with the prior that does, in words.

    What a row says may be counted again (`counted_again`) is not among them: the first item that rests on it counts it.

    Examples
    --------
    >>> from catchup.model import load_assumptions
    >>> statements_of_priors(load_assumptions())["ho-algorithmic-progress"]
    'the prior of algorithmic_progress'
    """
    taken: dict[str, str] = {}
    for name, text in _texts(assumptions):
        for statement in text.shares:
            if statement not in text.counted_again:
                taken.setdefault(statement, f"the prior of {name}")
    return taken


def has_set_a_prior(item: Item, assumptions: Assumptions) -> bool:
    """Whether an item of role ``prior`` has set one of this model: a row shares a statement that it rests on.

    One that names no statements is taken at its word.

    Examples
    --------
    >>> from catchup.evidence import load_ledger
    >>> from catchup.evidence.consistency import has_set_a_prior
    >>> from catchup.model import load_assumptions
    >>> run = load_ledger().items["glm-5-run"]
    >>> {model: has_set_a_prior(run, load_assumptions(model=model)) for model in ("current", "article")}
    {'current': True, 'article': False}
    """
    stated = item.text.shares
    rested_on = {statement for _, text in _texts(assumptions) for statement in text.shares}
    return item.text.role == "prior" and (not stated or not rested_on.isdisjoint(stated))


def _texts(assumptions: Assumptions) -> Iterator[tuple[str, QuantityText]]:
    """What the rows say that a prior is made of, by name: all but those that only comparisons ask."""
    for name, quantity in assumptions.table.quantities.items():
        if quantity.text.role != "comparison":
            yield name, quantity.text
