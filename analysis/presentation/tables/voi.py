"""Value of information: what learning each quantity, and each disclosure to come, would do to date and decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...inference.estimates import Estimate
from ...inference.json_values import number
from ...inference.question import Question
from ...studies.voi.decision import DateDecision
from ...studies.voi.learning import Outcome
from ...studies.voi.result import DisclosureValue, QuantityValue, ValueOfInformation
from ...studies.voi.uncertainty import LEVELS, Narrowing, jackknife
from ..json_form import date_as_json, estimate_as_json, shift_as_json, to_json
from ..silences_to_come import silence_as_json, silence_title
from ..table import Column, Layout, Span, Table
from ..text import date_text, day_text, shift_text
from .columns import asked_text, text_column
from .watch import FEW

MOST_SHOWN, MOST_NAMED = 12, 6
TITLE = "By how much learning would shrink the intervals (months) and the loss, ± Monte Carlo error"
DISCLOSED = "By how much hearing what may be disclosed would shrink them, ± Monte Carlo error"
LOW_AND_HIGH = (
    "(low and high: the 10% and 90% points of what is expected to be disclosed; where it is one of two, each is named)"
)
NOTHING = Estimate(0.0, 0.0)


def layout(result: ValueOfInformation) -> Layout:
    """Lay out the value of information."""
    quantities, disclosures = _quantity_table(result), _disclosure_table(result)
    tables: list[Table[Any]] = [table for table in (quantities, disclosures) if table.rows]
    if tables:
        tables[-1] = _with_silent(tables[-1], result)
    return Layout(tables=tables, json=lambda: _as_json(result, quantities, disclosures), head=_head(result))


def _head(result: ValueOfInformation) -> list[str]:
    question, action = result.question, result.action.value
    named = isinstance(result.decision, DateDecision)
    best = day_text(question, action) if named else _act_or_wait(action)
    text = result.decision.text
    return [
        f"{asked_text(question)}: the 90% interval is {result.width(0.9).value:.2f} months wide, the 50% interval "
        f"{result.width(0.5).value:.2f}",
        f"{text.title}: now best {best}, at an expected loss of {result.loss.value:.2f} {text.unit}; "
        f"{_less_text(result.perfect)} for somebody who knew the date",
    ]


def _less_text(perfect: Estimate) -> str:
    """By how much somebody who knew the date would lose less: no number where there is none beside its noise."""
    said = shift_text(perfect)
    if said.startswith("+"):
        return f"{perfect.value:.2f} less"
    return f"{said} less" if said.startswith("below") else f"nothing less ({said})"


def _share_text(share: Estimate) -> str:
    """Write a share of the variance; one that cannot be told from nothing is called noise, not a little below it."""
    return "within noise" if share.noise or not share.meaningful else f"{share.value:.1%}"


def _act_or_wait(action: float) -> str:
    return "act" if action > 0.5 else "wait"


def _quantity_table(result: ValueOfInformation) -> Table[QuantityValue]:
    columns: list[Column[QuantityValue]] = [
        Column(
            title="Learning exactly",
            text=lambda row: Span(row.quantity, "name"),
            path=("quantity",),
            value=lambda row: row.quantity,
        ),
        Column(path=("description",), value=lambda row: row.description),
        Column(path=("unit",), value=lambda row: row.unit),
        *_narrowing_columns(lambda row: row.narrowing or _no_narrowing(), variance="variance"),
        Column(path=("note",), value=lambda row: row.note),
    ]
    telling = [row for row in result.quantities if row.narrowing and not row.note]
    hidden = len(telling) - MOST_SHOWN
    lines = [f"and {hidden} more that would narrow it less (--json lists all)"] if hidden > 0 else []
    return Table(TITLE, columns, result.quantities, lines=lines, shown=telling[:MOST_SHOWN])


def _disclosure_table(result: ValueOfInformation) -> Table[DisclosureValue]:
    columns: list[Column[DisclosureValue]] = [
        Column(path=("id",), value=lambda row: row.disclosure.id),
        text_column("A disclosure", ("title",), lambda row: silence_title(row.disclosure.text.title, row.silence)),
        Column(value=_kind_as_json),
        Column(value=lambda row: silence_as_json(row.silence)),
        *_narrowing_columns(lambda row: row.narrowing),
        Column(path=("exactly",), value=lambda row: _narrowing_as_json(row.exactly)),
        Column(title="median if low", text=lambda row: _median(result, row, 0), figure=True),
        Column(title="if high", text=lambda row: _median(result, row, -1), figure=True),
        Column(path=("unit",), value=_unit),
        Column(path=("outcomes",), value=lambda row: _outcomes_as_json(row, result.question)),
        Column(path=("note",), value=lambda row: row.note),
    ]
    telling = [row for row in result.disclosures if not row.note]
    decided = any(row.disclosure.item is None for row in telling)
    acts = [f"(a decision that is taken acts from {date_text(result.question.as_of)})"] if decided else []
    return Table(DISCLOSED, columns, result.disclosures, lines=[LOW_AND_HIGH, *acts], shown=telling)


def _with_silent(table: Table[Any], result: ValueOfInformation) -> Table[Any]:
    """Say below the last table which rows are not shown, and why; of many, how many there are."""
    silent: dict[str, list[str]] = {}
    for quantity in result.quantities:
        silent.setdefault(quantity.note, []).append(quantity.quantity)
    for disclosure in result.disclosures:
        silent.setdefault(disclosure.note, []).append(disclosure.disclosure.id)
    lines = [
        f"{', '.join(names)}: {note}" if len(names) <= MOST_NAMED else f"{len(names)} more {note} (--json lists all)"
        for note, names in silent.items()
        if note
    ]
    return table.with_lines(*lines)


def _median(result: ValueOfInformation, row: DisclosureValue, place: int) -> str:
    """The median date after the first or the last of what may be said: little or much, or one of two that is named."""
    _, outcome = row.outcomes()[place]
    named = _named(row, outcome)
    day = day_text(result.question, float(outcome.uncertainty.median[0]))
    return day if named is None else f"{named}: {day}"


def _named(row: DisclosureValue, outcome: Outcome) -> str | None:
    """What is disclosed, where it is one of two; None where it is a number."""
    if not row.possible:
        return None
    item = row.disclosure.item
    if item is None:
        return "taken" if outcome.value else "not taken"
    return dict(FEW.findall(item.kind.unit)).get(f"{outcome.value:g}")


def _narrowing_columns(found: Callable[[Any], Narrowing], variance: str = "") -> list[Column[Any]]:
    """Columns of what learning would do; without a heading, the share of the variance is for programs alone."""

    def width(level: float) -> Column[Any]:
        return Column(
            title=f"{level:.0%} interval",
            text=lambda row: shift_text(found(row).widths[level]),
            path=("interval", f"{level:g}"),
            value=lambda row: shift_as_json(found(row).widths[level]),
            figure=True,
        )

    return [
        Column(
            title=variance,
            text=(lambda row: _share_text(found(row).variance_share)) if variance else None,
            path=("variance_share",),
            value=lambda row: estimate_as_json(found(row).variance_share),
            figure=True,
        ),
        Column(path=("sd",), value=lambda row: shift_as_json(found(row).sd)),
        *map(width, LEVELS),
        Column(
            title="loss",
            text=lambda row: shift_text(found(row).loss),
            path=("loss",),
            value=lambda row: estimate_as_json(found(row).loss),
            figure=True,
        ),
    ]


def _no_narrowing() -> Narrowing:
    """What learning does where there is nothing to learn."""
    return Narrowing(NOTHING, NOTHING, dict.fromkeys(LEVELS, NOTHING), NOTHING)


def _narrowing_as_json(found: Narrowing) -> dict[str, Any]:
    (entry,) = to_json(Table(TITLE, _narrowing_columns(lambda row: row), [found]))
    return dict(entry)


def _kind_as_json(row: DisclosureValue) -> dict[str, Any]:
    text = row.disclosure.text
    kind = {"kind": text.kind, "method": row.learning.method}
    return kind if text.probability is None else {**kind, "lever": text.lever, "probability": text.probability}


def _unit(row: DisclosureValue) -> str:
    item = row.disclosure.item
    return "1 if taken, 0 if not" if item is None else item.kind.unit


def _outcomes_as_json(row: DisclosureValue, question: Question) -> list[dict[str, Any]]:
    return [
        {
            "probability" if row.possible else "quantile": number(share),
            "observation": number(outcome.value),
            "says": _named(row, outcome),
            "median": date_as_json(jackknife(outcome.uncertainty.median, smooth=False), question),
        }
        for share, outcome in row.outcomes()
    ]


def _as_json(
    result: ValueOfInformation, quantities: Table[QuantityValue], disclosures: Table[DisclosureValue]
) -> dict[str, Any]:
    before = result.before.uncertainty
    return {
        **result.origin.as_json(),
        "effective_draws": number(result.before.effective, 1),
        "baseline": {
            "median": date_as_json(jackknife(before.median, smooth=False), result.question),
            "sd": shift_as_json(jackknife(before.variance**0.5)),
            "interval": {f"{level:g}": shift_as_json(result.width(level)) for level in LEVELS},
        },
        "decision": _decision_as_json(result),
        "quantities": to_json(quantities),
        "disclosures": to_json(disclosures),
        "notes": list(result.notes),
    }


def _decision_as_json(result: ValueOfInformation) -> dict[str, Any]:
    action, decision = result.action, result.decision
    named = isinstance(decision, DateDecision)
    return {
        "id": decision.id,
        **decision.text.model_dump(),
        "now": {
            "action": date_as_json(action, result.question) if named else _act_or_wait(action.value),
            "loss": estimate_as_json(result.loss),
        },
        "perfect_information": estimate_as_json(result.perfect),
    }
