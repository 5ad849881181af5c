"""What a forecast says of the firms: who is first, when it comes if so, and how far each is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....model.assumptions import Assumptions
from ....priors.packaged import own_overlay
from ...inference.estimates import Estimate
from ...inference.forecast import Forecast
from ...inference.json_values import significant
from ..json_form import distribution_as_json, share_as_json, shares_as_json
from ..table import Column, Table
from ..text import chance_text, firm_words, kind_words
from .columns import date_columns

SUMS_TO_ONE = 1e-9  # up to the rounding of sums
SMALLEST_SHOWN = 0.05  # percentage points of Monte Carlo error
LARGEST = "alibaba-largest"  # the overlay, and the world of its name
PAIR = ("bytedance", "alibaba")  # whom it exchanges
JUDGED = "Which hyperscaler holds most is this project's judgement, and largely decides which of them is first: "


def first_lines(result: Forecast) -> list[str]:
    """Say who is first, by name and, where that is something else, by kind; and what is judged of that."""
    race = result.question.assumptions.race
    firsts = [_first(firm_words(race, firm), share) for firm, share in result.first_firm.items()]
    lines = [f"First to be ready: {', '.join([*firsts, *nobody(result.first_firm)])}"]
    if list(result.first_archetype) != list(result.first_firm):
        kinds = ", ".join(_first(f"a {kind_words(kind)}", share) for kind, share in result.first_archetype.items())
        lines.append(f"By kind of firm: {kinds}")
    return [*lines, *_judged(result.question.assumptions)]


def _judged(assumptions: Assumptions) -> list[str]:
    """Say that somebody judged who is largest, where both of whom that is judged race; and as whom they race."""
    if LARGEST not in assumptions.worlds or not set(PAIR) <= set(assumptions.race.firms):
        return []
    one, other = (assumptions.race.firms[firm].title for firm in PAIR)
    if own_overlay(LARGEST).file in [layer.file for layer in assumptions.layers]:
        return [f"{JUDGED}{one} and {other} are exchanged here (--priors {LARGEST})"]
    return [f"{JUDGED}--priors {LARGEST} exchanges {one} and {other}"]


def nobody(first: Mapping[str, Estimate]) -> list[str]:
    """Say how likely it is that nobody is ever ready, where that can be."""
    left = 1.0 - sum(share.value for share in first.values())
    return [f"nobody {chance_text(left)}"] if left > SUMS_TO_ONE else []


def _first(who: str, share: Estimate) -> str:
    """Who is first with which probability, and its Monte Carlo error in percentage points."""
    error = 100.0 * share.mcse
    return f"{who} {chance_text(share.value)}" + (f" ± {error:.1f}" if error >= SMALLEST_SHOWN else "")


def first_table(result: Forecast) -> Table[str]:
    """Who is first, with what probability, and when it comes if so; a row a firm."""
    race, question = result.question.assumptions.race, result.question
    columns: list[Column[str]] = [
        Column(title="Firm", text=lambda firm: race.firms[firm].title),
        Column(
            title="First with probability",
            text=lambda firm: chance_text(result.first_firm[firm].value),
            figure=True,
            share=lambda firm: result.first_firm[firm].value,
        ),
        Column(title="Monte Carlo error", text=lambda firm: f"± {result.first_firm[firm].mcse:.2%}", figure=True),
        *date_columns(question, lambda firm: result.ready_if_first[firm]),
    ]
    return Table("Who is first, and when it comes if so", columns, list(result.first_firm), key=lambda firm: firm)


def commitment_tables(result: Forecast) -> list[Table[str]]:
    """How far each firm is committed, where budgets may go beyond habit: a row a firm, a column a regime."""
    if not result.commitments:
        return []
    assumptions = result.question.assumptions

    def column(regime: str) -> Column[str]:
        return Column(
            title=assumptions.regimes[regime].text.title,
            text=lambda firm: chance_text(result.commitments[firm][regime].value),
            figure=True,
            share=lambda firm: result.commitments[firm][regime].value,
        )

    columns: list[Column[str]] = [
        Column(title="Firm", text=lambda firm: assumptions.race.firms[firm].title),
        *(column(regime) for regime in next(iter(result.commitments.values()))),
    ]
    return [Table("How far each firm is committed", columns, list(result.commitments), key=lambda firm: firm)]


def firms_as_json(result: Forecast) -> dict[str, Any]:
    """Return what is said of the firms as JSON."""
    return {
        **shares_as_json("first_firm", result.first_firm),
        **shares_as_json("first_archetype", result.first_archetype),
        "commitments": {
            firm: {regime: share_as_json(share) for regime, share in row.items()}
            for firm, row in result.commitments.items()
        },
        "commitments_mcse": {
            firm: {regime: significant(share.mcse) for regime, share in row.items()}
            for firm, row in result.commitments.items()
        },
        "ready_if_first": {
            firm: None if ready is None else distribution_as_json(ready, result.question)
            for firm, ready in result.ready_if_first.items()
        },
    }
