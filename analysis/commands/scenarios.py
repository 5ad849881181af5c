"""``catchup scenarios``: other ways the world could go."""

from __future__ import annotations

from ..inference.estimates import Distribution
from ..inference.question import Question
from .options import Asked
from .output import (
    chance_text,
    console,
    date_text,
    day_text,
    newcomer_text,
    print_json,
    shift_text,
    table,
    warn_if_few,
)

SHOWN = (0.05, 0.5, 0.95)


def scenarios(*ids: str, asked: Asked | None = None) -> int:
    """Other ways the world could go from the day of the question, beside the baseline.

    Parameters
    ----------
    ids
        Which scenarios; all by default.
    """
    from ..studies.scenarios import scenarios as compare_scenarios

    asked = asked or Asked()
    comparison = compare_scenarios(asked.posterior(), ids or None)
    if asked.json:
        print_json(comparison.as_json())
        return 0
    question = comparison.question
    out = console()
    out.print(
        f"event {question.event}, beginning on {date_text(question.as_of)}; shifts in months ± Monte Carlo error\n"
    )
    rows = [("(baseline)", *_days(comparison.baseline, question), "")]
    rows += [(row.id, *_days(row.ready, question), shift_text(row.shift(0.5))) for row in comparison.scenarios]
    out.print(table("Scenario", "5%", "median", "95%", "median shift", rows=rows))
    for row in comparison.scenarios:
        first = ", ".join(f"{firm} {chance_text(share.value)}" for firm, share in row.first_firm.items())
        out.print(f"{row.id}: {row.title}. First: {first}.")
        for firm in row.newcomers:
            text = newcomer_text(row, firm, question)
            out.print(f"  {text[0].upper()}{text[1:]}")
    warn_if_few(comparison.baseline)
    return 0


def _days(months: Distribution, question: Question) -> list[str]:
    return [day_text(question, months.quantile_value(p)) for p in SHOWN]
