"""What an operator is told of the place that a job runs in."""

from __future__ import annotations

from typing import Any

from ...archive.doctor import Doctor, Finding
from ..json_form import to_json
from ..table import Column, Layout, Span, Table
from .columns import text_column


def _verdict(row: Finding) -> Span:
    return Span(row.verdict, row.verdict)


def layout(result: Doctor) -> Layout:
    """Lay out the findings."""
    columns: list[Column[Finding]] = [
        text_column("Looked at", ("id",), lambda row: row.id),
        Column(title="Is", text=_verdict, path=("verdict",), value=lambda row: row.verdict),
        text_column("Found", ("text",), lambda row: row.text),
        Column(title="What to do", text=lambda row: row.advice, path=("advice",), value=lambda row: row.advice or None),
    ]
    table = Table(f"On {result.day}", columns, result.findings)

    def content() -> dict[str, Any]:
        return {"schema": 1, "day": result.day.isoformat(), "sound": result.sound, "checks": to_json(table)}

    return Layout(tables=(table,), json=content)
