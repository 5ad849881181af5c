"""A table as the report and the site put it into their pages."""

from __future__ import annotations

from typing import Any

from catchup.analysis.presentation.html import environment
from catchup.analysis.presentation.table import Table

PAGE = '{% from "table.html.j2" import whole with context -%}{{ whole(table) }}'


def to_html(table: Table[Any]) -> str:
    return environment().from_string(PAGE).render(table=table)
