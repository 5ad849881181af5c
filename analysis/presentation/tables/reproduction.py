"""Reproduction: every claim of the published forecast beside this model's figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...studies.reproduction.measures import WITHOUT_LAUNCH, Finding, published
from ...studies.reproduction.study import Reproduction, Row
from ..json_form import to_json
from ..table import Column, Layout, Table
from .columns import text_column

GRID, CONTINUOUS = "With launches on the published grid", "In continuous time"


def layout(result: Reproduction) -> Layout:
    """Lay out the claims."""
    table = claim_table(result)
    return Layout(tables=(table,), json=lambda: _as_json(result, table))


def claim_table(result: Reproduction) -> Table[Row]:
    """The claims, in a part for each way of launching."""
    columns: list[Column[Row]] = [
        Column(path=("id",), value=lambda row: row.id),
        text_column("Claim", ("title",), lambda row: row.claim.title),
        text_column("published", ("published",), lambda row: published(row.claim)),
        *_finding_columns("grid", GRID, lambda row: row.grid, lambda row: row.grid),
        *_finding_columns("continuous", CONTINUOUS, lambda row: row.continuous, _in_continuous_time),
    ]
    return Table("The article's claims beside this model's figures", columns, result.rows)


def _finding_columns(
    name: str, group: str, found: Callable[[Row], Finding], read: Callable[[Row], Finding]
) -> list[Column[Row]]:
    """Columns of a finding; people may read another than programs."""
    return [
        Column(
            title="here",
            text=lambda row: read(row).figure,
            path=(name, "figure"),
            value=lambda row: found(row).figure,
            group=group,
        ),
        Column(
            title="MCSE",
            text=lambda row: read(row).mcse,
            path=(name, "mcse"),
            value=lambda row: found(row).mcse,
            group=group,
        ),
        Column(
            title="verdict",
            text=lambda row: read(row).verdict.value,
            path=(name, "verdict"),
            value=lambda row: found(row).verdict.value,
            group=group,
        ),
        Column(
            title="remark",
            text=lambda row: read(row).remark,
            path=(name, "remark"),
            value=lambda row: found(row).remark,
            group=group,
        ),
    ]


def _in_continuous_time(row: Row) -> Finding:
    if row.claim.measure not in WITHOUT_LAUNCH:
        return row.continuous
    return replace(row.continuous, figure="the same", mcse="", remark="rests on no launch")


def _as_json(result: Reproduction, table: Table[Row]) -> dict[str, Any]:
    late = result.lateness
    return {
        **result.origin.as_json(),
        "launch_grid": result.launch_grid,
        "lateness": {"months": round(late.value, 4), "mcse": float(f"{late.mcse:.3g}")},
        "claims": to_json(table),
    }
