"""What is no table, or contradicts itself, is refused with its file, line and column and what was expected."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catchup.evidence import read_table
from catchup.evidence.tables.files import LARGEST_TABLE, TableFile, text_of
from catchup.evidence.tables.shapes import load_shapes
from catchup.evidence.tables.table import parse_table
from catchup.priors.errors import InputError
from table_cases import (
    HORIZONS,
    INDEX_HEADER,
    INDEX_ROWS,
    NOTABLE_HEADER,
    NOTABLE_ROWS,
    OLDER_HEADER,
    OLDER_ROWS,
    VINTAGE,
    csv_text,
    index_with,
    write_csv,
)
from table_refusal import refusal

INDEX = csv_text(INDEX_HEADER, INDEX_ROWS)


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        (b"", None, "is empty"),
        (b"\xef\xbb\xbf \n\n", None, "is empty"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "line 1", "web page"),
        (b"\n  <html>", "line 1", "web page"),
        (b"<?xml version='1.0'?>", "line 1", "markup"),
        (b'{"error": "not found"}', "line 1", "JSON"),
        (b"%PDF-1.7", None, "PDF"),
        (INDEX.encode("utf-16"), "line 1, column 1", "UTF-16"),
        ("Model,eci\nCaf\u00e9,1\n".encode("latin-1"), "line 2, column 4", "byte 0xe9 is not UTF-8"),
        (b"Model,eci\nA\0sh,1\n", "line 2, column 2", "null byte"),
        (INDEX_HEADER[0].encode() + b",eci,Model \n", "line 1", "heading 'Model' stands in columns 1 and 3"),
        (b"a;b;c\n1;2;3\n", "line 1", "separated by commas"),
        (csv_text(INDEX_HEADER, ()).encode(), None, "has no rows"),
        (b'Model,eci\n"Ash,1\n', "line 2", "never ends"),
        (b'Model,eci\n"Ash" x,1\n', "line 2", "is no CSV"),
    ],
)
def test_what_is_no_table(content: bytes, key: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    error = refusal(path)
    assert said in error.problem
    assert error.key == key


def test_archives_are_told_apart_from_tables(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "index.csv", "w") as archive:
        archive.writestr("eci_scores.csv", INDEX)
    assert "zip archive" in refusal(tmp_path / "index.csv").problem
    (tmp_path / "other.csv").write_bytes(gzip.compress(INDEX.encode()))
    assert "gzip" in refusal(tmp_path / "other.csv").problem


def test_a_missing_file_offers_its_neighbour(tmp_path: Path) -> None:
    write_csv(tmp_path / "eci_scores.csv", INDEX_HEADER, INDEX_ROWS)
    error = refusal(tmp_path / "eci_score.csv")
    assert error.nearest == "eci_scores.csv"


def test_a_link_that_leads_nowhere_says_where_to(tmp_path: Path) -> None:
    (tmp_path / "index.csv").symlink_to("gone.csv")
    error = refusal(tmp_path / "index.csv")
    assert error.problem == "is a link to 'gone.csv', which is not there"
    assert error.nearest is None


def test_a_cell_without_end_says_its_line(tmp_path: Path) -> None:
    rows = [*INDEX_ROWS, ("x" * 200_000, *INDEX_ROWS[0][1:])]
    error = refusal(write_csv(tmp_path / "index.csv", INDEX_HEADER, rows))
    assert error.key == f"line {len(rows) + 1}"
    assert "cells as CSV has them were expected" in error.problem


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path).problem
    os.mkfifo(tmp_path / "pipe.csv")
    assert "pipe or a device" in refusal(tmp_path / "pipe.csv").problem
    assert "pipe or a device" in refusal(Path("/dev/zero")).problem


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(500_000_000)  # of which the disk holds nothing
    error = refusal(path)
    assert f"larger than {LARGEST_TABLE:,} bytes" in error.problem


def test_an_unknown_shape_says_the_nearest_and_what_it_also_has(tmp_path: Path) -> None:
    header = [heading for heading in INDEX_HEADER if heading not in ("eci", "date")]
    rows = [[cell for place, cell in enumerate(row) if place not in (1, 4)] for row in INDEX_ROWS]
    error = refusal(write_csv(tmp_path / "table.csv", header, rows))
    assert "the nearest, epoch-eci (Epoch Capabilities Index)" in error.problem
    assert "also has 'eci' or 'ECI Score', 'date' or 'Release date'" in error.problem
    assert error.key == "line 1"


def test_a_shape_like_none_lists_those_that_are_known(tmp_path: Path) -> None:
    error = refusal(write_csv(tmp_path / "table.csv", ("Field", "Tonnes"), [("a", "3")]))
    assert "its columns are 'Field', 'Tonnes'" in error.problem
    assert all(name in error.problem for name in load_shapes().shapes)


@pytest.mark.parametrize(
    ("row", "column", "cell", "key", "said"),
    [
        (0, "eci_ci_low", "126", "line 2, columns 'eci_ci_low', 'eci', 'eci_ci_high'", "between the ends"),
        (1, "eci_ci_high", "117.9", "line 3, columns 'eci_ci_low', 'eci', 'eci_ci_high'", "between the ends"),
        (4, "eci", "127", "line 6, columns 'eci_ci_low', 'eci', 'eci_ci_high'", "between the ends"),
        (5, "date", "2026-08-17", "line 7, column 'date'", "lies after the table's vintage (2026-08-16)"),
        (6, "eci", "1,5e2", "line 8, column 'eci'", "'1,5e2' could mean two numbers"),
        (6, "eci", "152,721", "line 8, column 'eci'", "a number such as 3.1e24 was expected, without commas"),
        (6, "eci_ci_low", "1,126", "line 8, column 'eci_ci_low'", "'1,126' could mean two numbers"),
        (3, "Model", "Ash", "line 5, column 'eci'", "where line 2 has 120.0 for the same 'Ash'"),
    ],
)
def test_rows_that_contradict_themselves(row: int, column: str, cell: str, key: str, said: str, tmp_path: Path) -> None:
    error = refusal(index_with(tmp_path, row, column, cell), vintage=VINTAGE)
    assert error.key == key
    assert said in error.problem


@pytest.mark.parametrize("cell", ["0", "0.0", "-1e24", "0e5"])
def test_a_flop_of_nothing(cell: str, tmp_path: Path) -> None:
    rows = [list(cells) for cells in OLDER_ROWS]
    rows[4][OLDER_HEADER.index("Training compute (FLOP)")] = cell
    error = refusal(write_csv(tmp_path / "table.csv", OLDER_HEADER, rows))
    assert error.key == "line 6, column 'Training compute (FLOP)'"
    assert "a number above 0 (FLOP) was expected" in error.problem


def test_without_a_vintage_no_day_lies_after_today(tmp_path: Path) -> None:
    tomorrow = date.today() + timedelta(days=2)
    assert "lies after today" in refusal(index_with(tmp_path, 0, "date", tomorrow.isoformat())).problem


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("9.7", "9.7; a number of at least 1e+10 (FLOP) was expected"),
        ("9.9e9", "a number of at least 1e+10 (FLOP) was expected"),
        ("1e60", "1e+60; a number of at most 1e+30 (FLOP) was expected"),
    ],
)
def test_a_flop_that_no_model_can_have(cell: str, said: str, tmp_path: Path) -> None:
    rows = [list(cells) for cells in OLDER_ROWS]
    rows[4][OLDER_HEADER.index("Training compute (FLOP)")] = cell
    error = refusal(write_csv(tmp_path / "table.csv", OLDER_HEADER, rows))
    assert error.key == "line 6, column 'Training compute (FLOP)'"
    assert said in error.problem


@pytest.mark.parametrize(("cell", "sound"), [("40", True), ("9.7", False), ("1e60", False)])
def test_early_models_learned_by_few_flop(cell: str, sound: bool, tmp_path: Path) -> None:
    rows = [list(cells) for cells in NOTABLE_ROWS]
    rows[1][NOTABLE_HEADER.index("Training compute (FLOP)")] = cell
    path = write_csv(tmp_path / "table.csv", NOTABLE_HEADER, rows)
    if sound:
        assert read_table(path)["training_compute"][1] == float(cell)
    else:
        assert "(FLOP) was expected" in refusal(path).problem


@pytest.mark.parametrize("cell", ["1,500e22", "1,500.0e22", "2,5e24"])
def test_a_comma_before_an_exponent_could_be_a_decimal_one(cell: str, tmp_path: Path) -> None:
    rows = [list(cells) for cells in OLDER_ROWS]
    rows[4][OLDER_HEADER.index("Training compute (FLOP)")] = cell
    error = refusal(write_csv(tmp_path / "table.csv", OLDER_HEADER, rows))
    assert error.key == "line 6, column 'Training compute (FLOP)'"
    assert f"'{cell}' could mean two numbers" in error.problem
    assert "none before an exponent" in error.problem


def test_a_comma_in_a_horizon(tmp_path: Path) -> None:
    path = tmp_path / "horizons.yaml"
    path.write_text(HORIZONS.replace("estimate: 4.0", "estimate: 4,000"), encoding="utf-8")
    assert "'4,000' could mean two numbers" in refusal(path).problem


@pytest.mark.parametrize("cell", ["1926-02-01", "0026-02-01", "2009-12-31"])
def test_a_day_before_any_such_table_begins(cell: str, tmp_path: Path) -> None:
    error = refusal(index_with(tmp_path, 1, "date", cell), vintage=VINTAGE)
    assert error.key == "line 3, column 'date'"
    assert error.problem == f"{cell}; a day from 2010-01-01 on was expected"
    path = tmp_path / "horizons.yaml"
    path.write_text(HORIZONS.replace("2024-02-01", cell), encoding="utf-8")
    assert refusal(path).key == "line 15, column 'release_date'"


def test_every_column_of_days_says_where_it_begins() -> None:
    for shape in load_shapes().shapes.values():
        for name, column in shape.column.items():
            assert column.type != "day" or column.earliest is not None, name


def test_duplicates_that_differ_in_a_country_alone_disagree(tmp_path: Path) -> None:
    rows = [*INDEX_ROWS, (*INDEX_ROWS[0][:-1], "France")]
    error = refusal(write_csv(tmp_path / "table.csv", INDEX_HEADER, rows))
    assert error.key == "line 10, column 'Country (of organization)'"
    assert "France, where line 2 has United States of America" in error.problem


def test_a_table_none_of_whose_rows_can_be_read(tmp_path: Path) -> None:
    rows = [(*row[:4], "", *row[5:]) for row in INDEX_ROWS]
    error = refusal(write_csv(tmp_path / "table.csv", INDEX_HEADER, rows))
    assert error.problem == "none of its 8 rows can be read: no date"
    assert error.key == "line 2"


def test_a_row_that_broke_off_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "\n".join([",".join(INDEX_HEADER), *map(",".join, INDEX_ROWS[:3]), INDEX_ROWS[3][0]]), encoding="utf-8"
    )
    error = refusal(path)
    assert error.problem == f"the last row has 1 of {len(INDEX_HEADER)} cells and breaks off: half a download?"
    assert error.key == "line 5"


@pytest.mark.parametrize("cut", range(len(INDEX) - 60, len(INDEX) - 20, 7))
def test_a_download_that_broke_off_inside_a_row(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(INDEX[:cut].rstrip("\n"), encoding="utf-8")
    last = INDEX[:cut].rstrip("\n").rpartition("\n")[2]
    if last.count(",") < len(INDEX_HEADER) - 1 and '"' not in last:
        error = refusal(path)
        assert "half a download?" in error.problem
        assert error.key == f"line {path.read_text(encoding='utf-8').count(chr(10)) + 1}"


@given(st.integers(0, len(INDEX) - 1))
def test_no_beginning_of_a_table_is_taken_for_more_than_its_rows(cut: int) -> None:
    """Whatever breaks off is refused, or is the whole of fewer rows, or has its last cell cut short."""
    text = INDEX[:cut]
    try:
        table = parse_table(TableFile("table", text_of(text.encode(), "table"), b"", "", "csv"))
    except InputError:
        return
    assert len(table) + len(table.unread) <= text.count("\n")
    assert table["score"].tolist() == [float(row[1]) for row in INDEX_ROWS[: len(table)]]


@given(st.binary(max_size=200))
@example(b"Model,eci\n\x85\n")
@example("Model,eci\n\x85,\u2028\n".encode())
def test_whatever_the_bytes_the_answer_is_a_table_or_a_refusal(content: bytes) -> None:
    for start in (b"", INDEX.encode()[:100], INDEX.encode()):
        for form in ("csv", "yaml"):
            try:
                text = text_of(start + content, "table")
                parse_table(TableFile("table", text, b"", "", form))
            except InputError:
                continue


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("[shape.new]\ntitle = 'x'\n", "shape.new.publisher", "is missing"),
        ("[shape.epoch-eci]\nkye = ['model']\n", "shape.epoch-eci.kye", "did you mean 'key'"),
        ("[shape.epoch-eci]\nkey = ['modle']\n", "shape.epoch-eci.key", "none of the shape's columns"),
        ("[shape.epoch-eci.column.score]\ntype = 'nubmer'\n", "shape.epoch-eci.column.score.type", "'number'"),
        (
            "[shape.epoch-eci.column.score]\ntype = 'text'\n",
            "shape.epoch-eci.interval.0",
            "'score', a column of numbers",
        ),
        ("[shape.epoch-eci.column.date]\ntype = 'text'\n", "shape.epoch-eci.column.date.type", "type is 'day'"),
        *(
            (
                f"[[shape.epoch-eci.interval]]\nvalue = 'score'\nlow = 'low'\nhigh = 'high'\nlevel = {level}\n",
                "shape.epoch-eci.interval.0.level",
                "should be at",
            )
            for level in ("1e-17", "0.9999999999999999")
        ),
        ("[shapes.x]\ntitle = 'x'\n", "shapes", "did you mean 'shape'"),
        ("shape = 3\n", "shape", "were expected, not 3"),
    ],
)
def test_faults_of_an_overlay_are_named(text: str, key: str, said: str, tmp_path: Path) -> None:
    overlay = tmp_path / "shapes.toml"
    overlay.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_shapes(overlay)
    assert raised.value.file == str(overlay)
    assert raised.value.key == key
    assert said in str(raised.value)
