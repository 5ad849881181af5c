"""``catchup sensitivity``: what the date depends on."""

from __future__ import annotations

from .options import Asked
from .output import console, date_text, day_text, print_json, table, warn

WIDEST = 12
STRONGEST = 3


def sensitivity(*, asked: Asked | None = None) -> int:
    """Which quantities the date depends on: one at a time, by shares of variance, and by rank correlation."""
    from ..studies.sensitivity.study import sensitivity as examine

    asked = asked or Asked()
    result = examine(asked.posterior())
    for note in result.notes:
        warn(note)
    if asked.json:
        print_json(result.as_json())
        return 0
    question = result.question
    out = console()
    middle = day_text(question, result.one_at_a_time.months.value)
    out.print(
        f"event {question.event}, as of {date_text(question.as_of)}: {middle} with every quantity at its median\n"
    )
    indices = {index.quantity: index for index in result.sobol}
    ranks = {row.quantity: row.value for row in result.rank_correlations}
    rows = []
    for swing in result.one_at_a_time.swings[:WIDEST]:
        index, rank = indices.get(swing.quantity), ranks.get(swing.quantity)
        share = (index.total or index.first) if index else None
        rows.append(
            (
                swing.quantity,
                day_text(question, swing.low.months.value),
                day_text(question, swing.high.months.value),
                f"{swing.span.value:+.2f}",
                "" if share is None else f"{share.value:.2f}",
                "" if rank is None else f"{rank.value:+.2f}",
            )
        )
    out.print(table("Quantity", "if low (10%)", "if high (90%)", "months", "variance", "rank corr.", rows=rows))
    hidden = len(result.one_at_a_time.swings) - WIDEST
    if hidden > 0:
        out.print(f"and {hidden} more that move it less (--json lists all)")
    if result.power_scaling:
        whole, *parts = result.power_scaling
        alone = [row for row in parts if row.component != "all"][:STRONGEST]
        strongest = ", ".join(f"{row.component} {row.prior or row.likelihood or 0.0:.3f}" for row in alone)
        out.print(
            f"Power-scaling of the date: prior {whole.prior or 0.0:.3f}, likelihood {whole.likelihood or 0.0:.3f} "
            f"({whole.diagnosis}); alone: {strongest}"
        )
    return 0
