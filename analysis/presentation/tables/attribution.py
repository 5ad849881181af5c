"""What moved between two forecasts: the shift taken apart into steps."""

from __future__ import annotations

import math
from typing import Any

from ...inference.estimates import ZERO, Estimate
from ...inference.json_values import number, rounded, significant
from ...inference.probabilities import HEADLINE
from ...studies.attribution import Attribution, Step
from ..harmless import harmless
from ..json_form import to_json
from ..table import Column, Layout, Table
from ..text import as_recorded, date_text, quantile_text, shift_text, with_days
from .columns import SHIFTED

UNSEEN = 5e-4  # months: what is smaller is written as nothing
READY = "the median of being ready"
BEYOND = "has come from, or gone to, beyond all that is followed"


def layout(result: Attribution, runs: tuple[str, str] | None = None, models: tuple[str, str] | None = None) -> Layout:
    """Lay out what moved.

    Parameters
    ----------
    result : Attribution
        The shift, taken apart.
    runs : tuple of str, optional
        Names of the runs before and after.
    models : tuple of str, optional
        The models that they are of.
    """
    table = attribution_table(result, None if runs is None else runs[0])
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table, runs, models),
        head=() if runs is None else (f"From {runs[0]} to {runs[1]}; {SHIFTED}",),
    )


def attribution_table(result: Attribution, since: str | None = None) -> Table[Step]:
    """The steps, and the whole."""

    def shift(p: float) -> Column[Step]:
        return Column(
            title=quantile_text(p),
            text=lambda row: moved_text(row.shifts[p]),
            path=("shift", f"{p:g}"),
            value=lambda row: _shift_as_json(row.shifts[p]),
            figure=True,
        )

    columns: list[Column[Step]] = [
        Column(path=("id",), value=lambda row: row.id),
        Column(
            title="What changed", text=lambda row: with_days(row.title), path=("title",), value=lambda row: row.title
        ),
        *map(shift, HEADLINE),
        Column(
            title=f"by {date_text(result.reference_day)}",
            text=lambda row: _points_text(row.probability.value),
            path=("probability",),
            value=_probability_as_json,
            figure=True,
        ),
        Column(path=("reasons",), value=lambda row: list(row.reasons)),
        Column(path=("noise",), value=lambda row: row.noise),
        Column(path=("ess",), value=lambda row: None if row.ess is None else round(row.ess)),
        Column(path=("khat",), value=lambda row: rounded(row.khat, 3)),
    ]
    title = "Shift taken apart" if since is None else f"Shift since run {since}, taken apart"
    known = known_finding(result.known)
    return Table(
        f"{title}; months ± Monte Carlo error",
        columns,
        (*result.steps, result.total),
        lead=[_moved(result, since), *([known] if known else [])],
    )


def _moved(result: Attribution, since: str | None) -> str:
    total = result.total.shifts[0.5]
    found = finding(total, since)
    if total.noise or unseen(total) or not result.steps:
        return found
    telling = [step for step in result.steps if not step.shifts[0.5].noise]
    if not telling:
        return f"{found.removesuffix('.')}; no single change moves it beyond noise."
    leading = max(telling, key=lambda step: abs(step.shifts[0.5].value))
    return f"{found.removesuffix('.')}; most of it comes from: {with_days(leading.title)}."


def finding(total: Estimate, against: str | None = None) -> str:
    """Say in a sentence how far the median of being ready has moved, since a run where that has a name."""
    since = "" if against is None else f" since run {harmless(against)}"
    if not math.isfinite(total.value):
        who = f"{since.strip()} {READY}" if since else READY
        return f"{who[:1].upper()}{who[1:]} {BEYOND}."
    if unseen(total):
        return f"The median of being ready has not moved{since}."
    if total.noise:
        return f"The median of being ready has not moved beyond noise{since} ({signed(total)} months)."
    return f"The median of being ready is {_months_apart(total)}{since}."


def known_finding(shift: Estimate | None) -> str:
    """Say how far the median of being publicly known has moved, by which questions resolve; nothing within noise."""
    if shift is None:
        return ""
    if not math.isfinite(shift.value):
        return f"The median of being publicly known {BEYOND}."
    return "" if shift.noise or unseen(shift) else f"The median of being publicly known is {_months_apart(shift)}."


def _months_apart(shift: Estimate) -> str:
    shift = as_recorded(shift)
    return f"{abs(shift.value):.2f} ± {shift.mcse:.2f} months {'later' if shift.value > 0 else 'earlier'}"


def moved_text(shift: Estimate) -> str:
    """Write a shift between two forecasts: no change where sentences call it none."""
    return shift_text(ZERO if unseen(shift) else shift)


def _points_text(change: float) -> str:
    """Write the change of a probability in percentage points, which are no percent of it."""
    return f"{100.0 * change:+z.1f} points" if math.isfinite(change) else ""


def unseen(shift: Estimate) -> bool:
    """Whether a shift and its error are both written as nothing."""
    return abs(shift.value) < UNSEEN and shift.mcse < UNSEEN


def signed(shift: Estimate) -> str:
    """Write a shift with its sign and its Monte Carlo error, to a thousandth of a month."""
    return f"{signed_months(shift.value)} ± {as_recorded(shift).mcse:.3f}"


def signed_months(months: float) -> str:
    """Write a shift with its sign; one that rounds to nothing has none."""
    return "0.000" if abs(months) < UNSEEN else f"{months:+.3f}"


def _shift_as_json(shift: Estimate) -> dict[str, Any]:
    return {"months": number(shift.value), "mcse": significant(shift.mcse)}


def _probability_as_json(row: Step) -> dict[str, Any]:
    return {"value": number(row.probability.value, 5), "mcse": significant(row.probability.mcse)}


def _as_json(
    result: Attribution, table: Table[Step], runs: tuple[str, str] | None, models: tuple[str, str] | None
) -> dict[str, Any]:
    *steps, total = to_json(table)
    return {
        **({} if runs is None else {"runs": list(runs)}),
        **({} if models is None else {"models": list(models)}),
        "schema": 1,
        "before": {f"{p:g}": number(value) for p, value in result.before.items()},
        "after": {f"{p:g}": number(value) for p, value in result.after.items()},
        "reference_day": result.reference_day.isoformat(),
        "shift": total,
        "known_shift": None if result.known is None else _shift_as_json(result.known),
        "steps": steps,
    }
