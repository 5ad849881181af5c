"""Forecasts of runs as one table: a row a run, date and quantile; as CSV, as Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from .reading import TARGETS, Run

FIGURES = ("months", "date", "mcse")
COLUMNS = ("run", "as_of", "event", "target", "quantile", *FIGURES, "model")


def _rows(runs: Iterable[Run]) -> Iterator[tuple[Any, ...]]:
    for run in runs:
        asked = run.name, run.manifest.as_of, run.manifest.event
        for target in (*TARGETS, "known"):
            if (table := run.forecast.get(target)) is not None:
                for level, entry in table["quantiles"].items():
                    yield *asked, target, level, *(entry[name] for name in FIGURES), run.manifest.model


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table as CSV, its lines ended as Unix does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def as_csv(runs: Iterable[Run]) -> str:
    """Write the table as CSV, with one heading."""
    return csv_text(COLUMNS, _rows(runs))


def as_parquet(runs: Iterable[Run]) -> bytes:
    """Write the table as Parquet: days as dates, figures as numbers, null where the event never comes.

    Examples
    --------
    >>> as_parquet([])[:4]
    b'PAR1'
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"as_of": pa.date32(), "date": pa.date32(), **dict.fromkeys(("quantile", "months", "mcse"), pa.float64())}
    schema = pa.schema({name: types.get(name, pa.string()) for name in COLUMNS})
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _rows(runs)]
    for row in rows:
        row["quantile"] = float(row["quantile"])
        row["date"] = None if row["date"] is None else date.fromisoformat(row["date"])
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    return buffer.getvalue()
