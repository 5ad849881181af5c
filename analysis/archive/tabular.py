"""Forecasts of runs as one table: a row a run, date and quantile; as CSV, as Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from .exports import export
from .reading import Run


def as_csv(runs: Sequence[Run]) -> str:
    """Write the table as CSV, with one heading."""
    tables = [export(run, "csv").splitlines(keepends=True) for run in runs]
    return "".join([tables[0][0], *(line for table in tables for line in table[1:])])


def as_parquet(runs: Sequence[Run]) -> bytes:
    """Write the table as Parquet: days as dates, figures as numbers, null where the event never comes.

    Examples
    --------
    >>> as_parquet([])[:4]
    b'PAR1'
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        {
            "run": pa.string(),
            "as_of": pa.date32(),
            "event": pa.string(),
            "target": pa.string(),
            "quantile": pa.float64(),
            "months": pa.float64(),
            "date": pa.date32(),
            "mcse": pa.float64(),
        }
    )
    numbers, days = ("quantile", "months", "mcse"), ("as_of", "date")

    def value(name: str, text: str) -> str | float | date | None:
        if not text:
            return None
        return float(text) if name in numbers else date.fromisoformat(text) if name in days else text

    table = csv.DictReader(io.StringIO(as_csv(runs))) if runs else ()
    rows = [{name: value(name, text) for name, text in row.items()} for row in table]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    return buffer.getvalue()
