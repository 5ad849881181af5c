"""Influence: what each item did to the date, left out of the whole and added alone to the prior."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...inference.json_values import number, rounded
from ...inference.probabilities import HEADLINE
from ...studies.influence import Effect, Influence, ItemInfluence, Pair
from ..json_form import dates_as_json, estimate_as_json, shift_as_json, to_json
from ..table import ABSENT, Column, Layout, Room, Span, Table
from ..text import and_text, day_text, quantile_text, share_text, shift_text
from .columns import asked_text

PAIRS_SHOWN = 3
LEFT_OUT, ALONE = "Leaving an item out of the whole", "Adding an item alone to the prior"
SHIFTS = "shifts of the date in months ± Monte Carlo error"

EffectOf = Callable[[ItemInfluence], Effect]


def layout(result: Influence) -> Layout:
    """Lay out what each item did."""
    table = _table(result)
    return Layout(tables=(table,), json=lambda: _as_json(result, table), head=_head(result))


def _head(result: Influence) -> list[str]:
    head: list[str] = [asked_text(result.question)]
    if result.trustworthy:
        before, after = (
            day_text(result.question, ready.quantile_value(0.5)) for ready in (result.prior, result.posterior)
        )
        head.append(f"All items together move the median from {before} to {after}.")
    return head


def _table(result: Influence) -> Table[ItemInfluence]:
    columns: list[Column[ItemInfluence]] = [
        Column(title="Item", text=lambda row: Span(row.item.id, "name"), path=("id",), value=lambda row: row.item.id),
        Column(path=("title",), value=lambda row: row.item.text.title),
        Column(path=("kind",), value=lambda row: row.item.text.kind),
        *_effect_columns(lambda row: row.alone, "alone", ALONE),
        *_effect_columns(lambda row: row.left_out, "left_out", LEFT_OUT),
        Column(
            title="log p",
            text=lambda row: f"{row.log_predictive.value:+z.2f}",
            path=("log_predictive", "given_others"),
            value=lambda row: estimate_as_json(row.log_predictive),
            figure=True,
            room=Room.WIDE,
            group=LEFT_OUT,
        ),
        Column(
            title="log p",
            text=lambda row: f"{row.log_predictive_prior.value:+z.2f}",
            path=("log_predictive", "given_prior"),
            value=lambda row: estimate_as_json(row.log_predictive_prior),
            figure=True,
            room=Room.WIDE,
            group=ALONE,
        ),
        Column(
            title="genuine",
            text=lambda row: "" if row.genuine is None else share_text(row.genuine.value),
            path=("probability_genuine",),
            value=lambda row: None if row.genuine is None else estimate_as_json(row.genuine),
            figure=True,
            group=LEFT_OUT,
        ),
    ]
    return Table(SHIFTS, columns, result.items, lines=_conflicts(result), groups=(LEFT_OUT, ALONE))


def _effect_columns(effect: EffectOf, name: str, group: str) -> list[Column[ItemInfluence]]:
    """Columns of what an item changes; where k-hat forbids figures, they say so."""

    def bits(row: ItemInfluence) -> str:
        found = effect(row)
        return f"k-hat {found.khat:.2f}" if found.bits is None else f"{max(found.bits.value, 0.0):.3f}"

    def bits_as_json(row: ItemInfluence) -> Any:
        found = effect(row).bits
        return ABSENT if found is None else estimate_as_json(found)

    return [
        Column(path=(name, "khat"), value=lambda row: number(effect(row).khat, 3)),
        Column(path=(name, "ess"), value=lambda row: number(effect(row).ess, 1)),
        Column(path=(name, "problem"), value=lambda row: effect(row).problem or ABSENT),
        *(_shift_column(effect, p, name, group) for p in HEADLINE),
        Column(
            title="bits",
            text=bits,
            path=(name, "bits"),
            value=bits_as_json,
            figure=True,
            room=Room.WIDE,
            group=group,
        ),
    ]


def _shift_column(effect: EffectOf, p: float, name: str, group: str) -> Column[ItemInfluence]:
    def text(row: ItemInfluence) -> str:
        shift = effect(row).shifts.get(p)
        return "not trusted" if shift is None else shift_text(shift)

    def value(row: ItemInfluence) -> Any:
        shift = effect(row).shifts.get(p)
        return ABSENT if shift is None else shift_as_json(shift)

    path = (name, "shift", f"{p:g}")
    return Column(title=quantile_text(p), text=text, path=path, value=value, figure=True, group=group)


def _conflicts(result: Influence) -> list[str]:
    conflicts = [pair for pair in result.pairs if pair.conflict]
    lines = [f"In conflict: {_pair_text(pair)}" for pair in conflicts[:PAIRS_SHOWN]]
    if len(conflicts) > PAIRS_SHOWN:
        lines.append(f"and {len(conflicts) - PAIRS_SHOWN} more pairs (--json lists all)")
    if not conflicts and result.pairs:
        lines.append(f"No two items are in conflict; those that agree least are {_pair_text(result.pairs[0])}")
    return lines


def _pair_text(pair: Pair) -> str:
    return f"{and_text(pair.items)} (log ratio {pair.log_ratio.value:+z.2f} ± {pair.log_ratio.mcse:.2f})"


def _as_json(result: Influence, table: Table[ItemInfluence]) -> dict[str, Any]:
    question = result.question
    before, after = (
        {"quantiles": dates_as_json(ready, question, HEADLINE)} if shown else None
        for ready, shown in ((result.prior, True), (result.posterior, result.trustworthy))
    )
    return {
        **result.origin.as_json(),
        "prior": before,
        "posterior": after,
        "diagnostics": {"ess": number(result.diagnostics.ess, 1), "khat": rounded(result.diagnostics.khat, 3)},
        "items": to_json(table),
        "pairs": [
            {"items": list(pair.items), "log_ratio": estimate_as_json(pair.log_ratio), "conflict": pair.conflict}
            for pair in result.pairs
        ],
    }
