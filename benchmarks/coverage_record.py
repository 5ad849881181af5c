"""Writes down the share of lines and branches that tests reach, by room, from coverage's own data: `make coverage`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from coverage import Coverage
from recording import write_record

LEAST = 95.0  # per cent, of lines and branches together


def by_room(files: dict[str, Any]) -> list[dict[str, Any]]:
    """Add the files of each room up."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path, found in files.items():
        for name in ("num_statements", "covered_lines", "num_branches", "covered_branches"):
            sums[Path(path).parts[0]][name] += found["summary"][name]
    return [
        {
            "room": room,
            **total,
            "percent": 100.0
            * (total["covered_lines"] + total["covered_branches"])
            / (total["num_statements"] + total["num_branches"]),
        }
        for room, total in sorted(sums.items())
    ]


def main(folder: Path) -> int:
    """Write the record; 1 where a room has too little."""
    coverage = Coverage()
    coverage.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        coverage.json_report(outfile=report.name)
        rows = by_room(json.load(report)["files"])
    write_record(folder, "coverage", rows)
    short = [f"{row['room']} {row['percent']:.1f}%" for row in rows if row["percent"] < LEAST]
    if short:
        print(f"less than {LEAST:g}% of lines and branches are reached: {', '.join(short)}", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
