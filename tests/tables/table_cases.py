"""Small tables in the shapes of the public ones, all of them made up, and where the public ones are looked for."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

VINTAGE = date(2026, 8, 16)

INDEX_HEADER = ("Model", "eci", "eci_ci_low", "eci_ci_high", "date", "Organization", "Country (of organization)")
INDEX_ROWS = (
    ("Ash", "120.0", "115.0", "125.0", "2024-01-10", "North Lab", "United States of America"),
    ("Birch", "118.0", "113.0", "123.0", "2024-02-01", "East Lab", "China"),
    ("Cedar", "130.0", "", "", "2024-06-01", "North Lab", "United States of America"),
    ("Date Palm", "125.0", "120.0", "130.0", "2024-08-01", "Both Labs", "China,United States of America"),
    ("Elm", "121.0", "116.0", "126.0", "2024-09-01", "East Lab", "China"),
    ("Fir", "135.0", "130.0", "140.0", "2025-01-05", "South Lab", "United States of America,France"),
    ("Ginkgo", "131.0", "126.0", "136.0", "2025-03-03", "West Lab", "China,Hong Kong"),
    ("Hazel", "99.0", "90.0", "108.0", "2025-04-04", "", ""),
)

OLDER_HEADER = (
    "Model version",
    "ECI Score",
    "Release date",
    "Organization",
    "Country",
    "Training compute (FLOP)",
    "Confidence",
    "Model name",
)
OLDER_ROWS = (
    ("ash_low", "118.5", "2024-01-10", "North Lab", "United States of America", "2e24", "Confident", "Ash"),
    ("ash_high", "120.0", "2024-01-12", "North Lab", "United States of America", "2e24", "Confident", "Ash"),
    ("ash_max", "120.0", "2024-01-11", "North Lab", "United States of America", "2e24", "Confident", "Ash"),
    ("birch", "118.0", "2024-02-01", "East Lab", "China", "1,500,000,000,000,000,000,000,000", "Likely", "Birch"),
    ("cedar", "130.0", "2024-06-01", "North Lab", "United States of America", "2e25", "Speculative", "Cedar"),
    ("elm", "121.0", "2024-09-01", "East Lab", "China", "1.6e24", "Confident", "Elm"),
    ("fir", "135.0", "2025-01-05", "South Lab", "United States of America", "4e25", "Likely", "Fir"),
    ("ginkgo", "131.0", "2025-03-03", "West Lab", "China", "5e24", "Confident", "Ginkgo"),
    ("hazel", "", "2025-04-04", "", "", "", "Unknown", "Hazel"),
    ("iris", "122.0", "", "East Lab", "China", "1e24", "Likely", "Iris"),
    ("jasmine", "124.0", "2025-05-05", "East Lab", "China", "", "Unknown", "Jasmine"),
)

NOTABLE_HEADER = (
    "Model",
    "Organization",
    "Publication date",
    "Training compute (FLOP)",
    "Confidence",
    "Hardware utilization (MFU)",
    "Country (of organization)",
    "Abstract",
)
NOTABLE_ROWS = (
    ("Ash", "North Lab", "2024-01-10", "2e24", "Confident", "19.7%", "United States of America", "One line."),
    ("Birch", "East Lab", "2024-02-01", "1.5e24", "Likely", "0.35", "China", 'Two\nlines, and a "quote".'),
    ("Cedar", "North Lab", "2024-06-01", "", "", "", "United States of America,United States of America", ""),
)

CLUSTER_HEADER = ("Name", "Status", "Certainty", "H100 equivalents", "Country", "Owner", "First Operational Date")
CLUSTER_ROWS = (
    ("Anonymized Chinese System", "Existing", "Likely", "5000", "China", "", ""),
    ("Anonymized Chinese System", "Existing", "Likely", "12000.5", "China", "", "2025-01-01"),
    ("Big Hall", "Planned", "Likely", "90000", "United States of America", "North Lab,South Lab", "2031-01-01"),
)

OWNER_HEADER = (
    "Owner",
    "End date",
    "Compute estimate in H100e (median)",
    "H100e (5th percentile)",
    "H100e (95th percentile)",
    "Incomplete",
)
OWNER_ROWS = (
    ("China", "9/30/2025", "400000", "320000", "490000", ""),
    ("China", "12/31/2025", "400000", "320000", "490000", "checked"),
)

HORIZONS = """\
benchmark_name: Horizons
results:
  ash:
    benchmark_name: Horizons
    metrics:
      is_sota: true
      p50_horizon_length:
        ci_high: 22.5
        ci_low: 5.4
        estimate: 11.3
    release_date: 2024-01-10
    scaffolds:
    - one
    - another
  birch:
    metrics:
      is_sota: false
      p50_horizon_length:
        ci_high: 9.0
        ci_low: 2.0
        estimate: 4.0
    release_date: 2024-02-01
"""

SHAPES = {
    "epoch-eci": (INDEX_HEADER, INDEX_ROWS),
    "epoch-notable-models": (NOTABLE_HEADER, NOTABLE_ROWS),
    "epoch-gpu-clusters": (CLUSTER_HEADER, CLUSTER_ROWS),
    "epoch-chip-owners": (OWNER_HEADER, OWNER_ROWS),
}


def csv_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    path.write_text(csv_text(header, rows), encoding="utf-8")
    return path


def index_with(folder: Path, row: int, column: str, cell: str) -> Path:
    """The index with one cell changed."""
    rows = [list(cells) for cells in INDEX_ROWS]
    rows[row][INDEX_HEADER.index(column)] = cell
    return write_csv(folder / "index.csv", INDEX_HEADER, rows)


def public_table(name: str) -> Path:
    """A public table as it was published, where this machine has it."""
    named = os.environ.get("CATCHUP_PUBLIC_TABLES")
    folder = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "data"
    if not (folder / name).exists():
        pytest.skip(f"{name} is not in {'CATCHUP_PUBLIC_TABLES' if named else '../shared/data'}")
    return folder / name
