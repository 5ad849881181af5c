"""What is no table in YAML, or broke off, is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from catchup.evidence import read_table
from catchup.evidence.tables.rows import MOST_YAML_VALUES
from table_cases import (
    HORIZONS,
    public_table,
)
from table_refusal import refusal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HORIZONS.replace("results:", "runs:"), "a mapping named 'results' was expected"),
        ("results: [1, 2]\n", "a mapping named 'results' was expected"),
        ("- results\n", "a mapping named 'results' was expected"),
        ("results: {a: {b: *c}}\n", "is no YAML"),
        ("results:\n  a: b\n c: d\n", "is no YAML"),
        ("results: {}\n", "has no rows; at least one was expected"),
        (HORIZONS + "results: {}\n", "'results' stands here again, as on line 2"),
        (HORIZONS + "    release_date: 2024-02-02\n", "'release_date' stands here again, as on line 22"),
        ("results: {a: {b: 1, b: 2}}\n", "'b' stands here again, as on line 1"),
        (HORIZONS.replace("ci_low: 5.4", "ci_high: 5.4"), "'ci_high' stands here again, as on line 8"),
        (HORIZONS.replace("estimate: 4.0", "estimate: 1.0"), "between the ends of its interval"),
        (HORIZONS.replace("  birch:", "  ash:"), "where line 3 has"),
        ("results:\n  a: " + "{a: " * 3_000 + "1" + "}" * 3_000, "too deeply"),
    ],
)
def test_yaml_that_is_no_table(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(text, encoding="utf-8")
    assert said in refusal(path).problem


@pytest.mark.parametrize("cut", range(HORIZONS.index("  birch:") + 9, len(HORIZONS)))
def test_a_download_of_yaml_that_broke_off_in_its_rows(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(HORIZONS[:cut], encoding="utf-8")
    error = refusal(path)
    assert "half a download?" in error.problem or "is no YAML" in error.problem


def test_rows_that_something_follows_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(HORIZONS + "version: 1", encoding="utf-8")
    assert len(read_table(path)) == 2
    path.write_text(HORIZONS.replace("    release_date: 2024-02-01\n", "") + "version: 1\n", encoding="utf-8")
    assert [row.reason for row in read_table(path).unread] == ["no release_date"]


def test_half_of_the_published_horizons_is_refused(tmp_path: Path) -> None:
    content = public_table("metr-horizon-2026-04.yaml").read_bytes()
    path = tmp_path / "horizons.yaml"
    path.write_bytes(content[: len(content) // 2])
    assert "half a download?" in refusal(path).problem


def test_yaml_that_repeats_itself_without_end(tmp_path: Path) -> None:
    """A few lines of references that would be ten thousand million values."""
    lines = ["x0: &x0 {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1}"]
    for level in range(1, 10):
        inner = ", ".join(f"k{key}: *x{level - 1}" for key in range(10))
        lines.append(f"x{level}: &x{level} {{{inner}}}")
    path = tmp_path / "table.yaml"
    path.write_text("\n".join([*lines, "results: {a: *x9}"]), encoding="utf-8")
    assert f"more than {MOST_YAML_VALUES:,} values" in refusal(path).problem
