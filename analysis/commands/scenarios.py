"""``catchup scenarios``: other ways the world could go."""

from __future__ import annotations

from .options import Asked
from .output import console, date_text, day_text, newcomer_text, print_json, shift_text, table

SHOWN = (0.05, 0.5, 0.95)


def scenarios(*ids: str, asked: Asked | None = None) -> int:
    """Other ways the world could go from the day of the question, beside the baseline.

    Parameters
    ----------
    ids
        Which scenarios; all by default.
    """
    from ..answer import draw
    from ..scenarios import scenarios as compare_scenarios

    asked = asked or Asked()
    drawn = draw(asked.request())
    comparison = compare_scenarios(drawn.question, drawn.source, ids or None, **drawn.origin())
    if asked.json:
        print_json(comparison.as_json())
        return 0
    question = comparison.question
    out = console()
    out.print(
        f"event {question.event}, beginning on {date_text(question.as_of)}; shifts in months ± Monte Carlo error\n"
    )
    rows = [("(baseline)", *(day_text(question, comparison.baseline.quantile_value(p)) for p in SHOWN), "", "")]
    for row in comparison.scenarios:
        leader, share = max(row.first_firm.items(), key=lambda entry: entry[1].value)
        rows.append(
            (
                row.title,
                *(day_text(question, row.ready.quantile_value(p)) for p in SHOWN),
                shift_text(row.shift(0.5)),
                f"{leader} {share.value:.0%}",
            )
        )
    out.print(table("Scenario", "5%", "median", "95%", "median shift", "first", rows=rows))
    for row in comparison.scenarios:
        for firm in row.newcomers:
            out.print(f"{row.id}: {newcomer_text(row, firm, question)}", soft_wrap=True)
    return 0
