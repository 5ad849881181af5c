"""Models compared by how well each predicts items that it was not shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...inference.json_values import number, rounded, significant
from ...studies.comparison import ComparedModel, ModelComparison
from ..json_form import to_json
from ..table import Column, Layout, Table


def layout(result: ModelComparison) -> Layout:
    """Lay out a comparison of models."""
    table = elpd_table(result)
    return Layout(
        tables=(table.with_lines(weights_text(result.weights, result.reason, len(result.items))),),
        json=lambda: {
            "schema": 1,
            "elpd": to_json(table),
            "items": list(result.items),
            **weights_as_json(result.weights, result.reason),
            "left_out": {name: list(items) for name, items in result.left_out.items()},
        },
    )


def elpd_table(result: ModelComparison, titles: Mapping[str, str] | None = None) -> Table[ComparedModel]:
    """Expected log predictive densities, the best first; `titles` are what people read in place of ids."""
    known = titles or {}
    columns: list[Column[ComparedModel]] = [
        Column(
            title="Model",
            text=lambda row: known.get(row.id, row.id),
            path=("id",),
            value=lambda row: row.id,
        ),
        _column("elpd", "elpd", lambda row: row.elpd),
        Column(path=("se",), value=lambda row: number(row.se)),
        Column(path=("mcse",), value=lambda row: significant(row.mcse)),
        _column("Difference", "difference", lambda row: row.difference),
        _column("Its standard error", "difference_se", lambda row: row.difference_se),
        Column(
            title="k-hat",
            text=lambda row: "-" if row.khat is None or not math.isfinite(row.khat) else f"{row.khat:.2f}",
            path=("khat",),
            value=lambda row: rounded(row.khat, 3),
            figure=True,
        ),
    ]
    items = ", ".join(result.items)
    title = f"Log predictive density of the items that all predict ({items}), each given the others of these"
    return Table(title, columns, result.models)


def weights_text(weights: Mapping[str, float] | None, reason: str, items: int) -> str:
    """Say the weights of stacking, or why there are none; `weights` by what people read."""
    if weights is None:
        return f"Weights of stacking are withheld: {reason}."
    shares = "; ".join(f"{name} {weight:.2f}" for name, weight in weights.items())
    return f"Weights of stacking, on {items} items: {shares}."


def weights_as_json(weights: Mapping[str, float] | None, reason: str) -> dict[str, Any]:
    """Return the weights of stacking, null where they are withheld, and why."""
    return {
        "weights": None if weights is None else {name: number(weight) for name, weight in weights.items()},
        "reason": reason or None,
    }


def _column(title: str, key: str, figure: Any) -> Column[ComparedModel]:
    return Column(
        title=title,
        text=lambda row: "-" if math.isnan(figure(row)) else f"{figure(row):z.2f}",
        path=(key,),
        value=lambda row: number(figure(row)),
        figure=True,
    )
