"""``catchup trend``: what measured lags, carried forward, say of the date."""

from __future__ import annotations

from ..studies.readings.trend import Carried, Trends
from .options import Asked
from .output import console, date_text, day_text, print_json, table, warn_if_few

SHOWN = (0.05, 0.5, 0.95)


def trend(*ids: str, asked: Asked | None = None) -> int:
    """What measured lags, carried forward, say of the date: as published and on the evidence, beside the race.

    Parameters
    ----------
    ids
        Which trends; all by default.
    """
    from ..studies.readings.trend import trends

    asked = asked or Asked()
    result = trends(asked.posterior(), ids)
    if asked.json:
        print_json(result.as_json())
    else:
        print_trends(result)
    return 0


def print_trends(result: Trends) -> None:
    """Print trends for people."""
    out = console()
    question = result.question
    rows = [
        ("The race for compute", *(day_text(question, result.compute.quantile_value(p)) for p in SHOWN), ""),
    ]
    for row in result.trends:
        rows.append((f"{row.title}, as stated", *_days(result, row.stated)))
        if row.conditioned is not None:
            rows.append(("  on the evidence", *_days(result, row.conditioned)))
    out.print(f"event {question.event}, as of {date_text(question.as_of)}\n")
    out.print(table("Reached by", "5%", "median", "95%", "months behind now", rows=rows))
    for row in result.trends:
        if row.conditioned is not None:
            out.print(f"{row.id}: counts {', '.join(row.conditioned.evidence)}")
    warn_if_few(result.compute)


def _days(result: Trends, carried: Carried) -> tuple[str, ...]:
    days = (day_text(result.question, carried.ready.quantile_value(p)) for p in SHOWN)
    return (*days, f"{carried.lag.quantile_value(0.5):.1f}")
