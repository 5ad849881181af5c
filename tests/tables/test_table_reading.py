"""Tables as they are published: recognised by their columns, read cell by cell, nothing dropped in silence."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.evidence import read_table
from catchup.evidence.tables.cells import MisplacedCommaError, day, number, share
from catchup.evidence.tables.files import TableFile
from catchup.evidence.tables.shapes import load_shapes, plain
from catchup.evidence.tables.table import Table, parse_table
from table_cases import (
    CLUSTER_HEADER,
    CLUSTER_ROWS,
    HORIZONS,
    INDEX_HEADER,
    INDEX_ROWS,
    NOTABLE_HEADER,
    NOTABLE_ROWS,
    OLDER_HEADER,
    OLDER_ROWS,
    OWNER_HEADER,
    OWNER_ROWS,
    SHAPES,
    csv_text,
    public_table,
    write_csv,
)


def parsed(text: str, form: str = "csv") -> Table:
    return parse_table(TableFile("table", text, text.encode(), "0" * 64, form))


def assert_same(one: Table, other: Table) -> None:
    assert one.name == other.name
    assert one.columns.keys() == other.columns.keys()
    for name, values in one.columns.items():
        np.testing.assert_array_equal(values, other[name])


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_recognised_by_its_columns(name: str, tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "whatever.csv", *SHAPES[name]))
    assert (table.name, len(table), table.unread) == (name, len(SHAPES[name][1]), ())


def test_both_published_shapes_of_the_index_are_one_table(tmp_path: Path) -> None:
    newer = read_table(write_csv(tmp_path / "newer.csv", INDEX_HEADER, INDEX_ROWS))
    older = read_table(write_csv(tmp_path / "older.csv", OLDER_HEADER, OLDER_ROWS))
    assert newer.name == older.name == "epoch-eci"
    assert newer["score"][0] == older["score"][1] == 120.0
    assert newer["date"][0].item() == older["date"][0].item() == date(2024, 1, 10)


def test_every_row_is_read_or_listed_with_its_line_and_reason(tmp_path: Path) -> None:
    older = read_table(write_csv(tmp_path / "older.csv", OLDER_HEADER, OLDER_ROWS))
    assert [(row.line, row.reason) for row in older.unread] == [(10, "no ECI Score"), (11, "no Release date")]
    assert len(older) + len(older.unread) == len(OLDER_ROWS)
    assert older.lines.tolist() == [2, 3, 4, 5, 6, 7, 8, 9, 12]


@given(
    columns=st.permutations(range(len(INDEX_HEADER))),
    rows=st.permutations(range(len(INDEX_ROWS))),
    case=st.sampled_from([str.upper, str.lower, str.title, lambda heading: f"  {heading.replace('_', ' ')} "]),
)
def test_columns_in_any_order_and_case_read_the_same(columns, rows, case) -> None:
    shuffled = parsed(
        csv_text(
            [case(INDEX_HEADER[column]) for column in columns],
            [[INDEX_ROWS[row][column] for column in columns] for row in rows],
        )
    )
    straight = parsed(csv_text(INDEX_HEADER, [INDEX_ROWS[row] for row in rows]))
    assert_same(straight, shuffled)


def test_a_column_is_known_under_every_name_it_was_published_with() -> None:
    for name, (header, rows) in SHAPES.items():
        known = load_shapes().shapes[name].column.values()
        for position, heading in enumerate(header):
            names = next((column.names for column in known if plain(heading) in map(plain, column.names)), ())
            for alias in names:
                renamed = [alias if at == position else other for at, other in enumerate(header)]
                if len(set(map(plain, renamed))) == len(renamed):
                    assert_same(parsed(csv_text(header, rows)), parsed(csv_text(renamed, rows)))


def test_an_overlay_gives_a_column_another_name_and_a_shape_of_ones_own(tmp_path: Path) -> None:
    overlay = tmp_path / "shapes.toml"
    overlay.write_text(
        """
        [shape.epoch-eci.column.score]
        names = ["Index points"]
        [shape.harvest]
        title = "Harvest"
        publisher = "Somebody"
        licence = "none"
        key = ["field"]
        [shape.harvest.column.field]
        type = "text"
        need = "cell"
        names = ["Field"]
        [shape.harvest.column.tonnes]
        type = "number"
        need = "cell"
        names = ["Tonnes"]
        """,
        encoding="utf-8",
    )
    shapes = load_shapes(overlay)
    renamed = ["Index points" if heading == "eci" else heading for heading in INDEX_HEADER]
    table = read_table(write_csv(tmp_path / "renamed.csv", renamed, INDEX_ROWS), shapes=shapes)
    assert (table.name, table.headings["score"]) == ("epoch-eci", "Index points")
    assert read_table(write_csv(tmp_path / "h.csv", ("Tonnes", "Field"), [("3", "a")]), shapes=shapes).name == "harvest"


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n\n" + text,
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["byte order mark", "Windows' line ends", "blank lines first", "blank lines between", "no last line end"],
)
def test_what_surrounds_the_cells_counts_for_nothing(wrapped, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(wrapped(csv_text(INDEX_HEADER, INDEX_ROWS)), encoding="utf-8", newline="")
    table = read_table(path)
    assert_same(parsed(csv_text(INDEX_HEADER, INDEX_ROWS)), table)
    assert table.unread == ()


def test_lines_are_those_of_the_file_where_cells_hold_line_breaks(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "notable.csv", NOTABLE_HEADER, NOTABLE_ROWS))
    assert table.lines.tolist() == [2, 3, 5]
    assert table["mfu"].tolist()[:2] == [pytest.approx(0.197), 0.35]
    assert np.isnan(table["training_compute"][2])
    assert table["country"][2] == ("United States of America",)


@given(st.lists(st.tuples(st.text(alphabet='ab ",\n\r', max_size=6), st.booleans()), min_size=1, max_size=8))
def test_a_row_is_said_to_begin_where_the_csv_module_finds_it(cells) -> None:
    rows = [
        (f"model {place}", "1.0" if scored else "", "2024-01-01", "Lab", "China", abstract)
        for place, (abstract, scored) in enumerate(cells)
    ]
    rows.append(("last", "1.0", "2024-01-01", "Lab", "China", ""))
    text = csv_text(("Model", "eci", "date", "Organization", "Country", "Abstract"), rows)
    table = parsed(text)
    reader = csv.reader(io.StringIO(text, newline=""))
    ends = [0, *(reader.line_num for _ in reader)]
    begins = [end + 1 for end in ends[1:-1]]  # the header aside
    assert table.lines.tolist() == [line for line, row in zip(begins, rows, strict=True) if row[1]]
    assert [row.line for row in table.unread] == [line for line, row in zip(begins, rows, strict=True) if not row[1]]


def test_rows_of_the_wrong_length_and_unreadable_cells_are_listed() -> None:
    rows = [list(row) for row in INDEX_ROWS]
    rows[1] = rows[1][:-2]
    rows[2][1] = "about 130"
    rows[4][4] = "autumn 2024"
    table = parsed(csv_text(INDEX_HEADER, rows))
    assert [(row.line, row.reason) for row in table.unread] == [
        (3, "5 cells where the header has 7"),
        (4, "column 'eci': a number such as 3.1e24, not 'about 130'"),
        (6, "column 'date': a day such as 2026-02-24, not 'autumn 2024'"),
    ]
    assert table["model"].tolist() == ["Ash", "Date Palm", "Fir", "Ginkgo", "Hazel"]


def test_a_row_that_says_the_same_again_counts_once() -> None:
    table = parsed(csv_text(INDEX_HEADER, [*INDEX_ROWS, INDEX_ROWS[2]]))
    assert len(table) == len(INDEX_ROWS)
    assert [(row.line, row.reason) for row in table.unread] == [(10, "repeats line 4")]


def test_rows_without_a_name_of_their_own_are_no_repetition() -> None:
    table = parsed(csv_text(CLUSTER_HEADER, [*CLUSTER_ROWS, CLUSTER_ROWS[0]]))
    assert (len(table), table.unread) == (4, ())


def test_a_planned_day_may_lie_ahead_and_owners_may_be_several() -> None:
    table = parsed(csv_text(CLUSTER_HEADER, CLUSTER_ROWS))
    assert table["first_operational_date"][2].item() == date(2031, 1, 1)
    assert table["owner"][2] == ("North Lab", "South Lab")


def test_days_with_the_month_first_and_marks_are_read() -> None:
    table = parsed(csv_text(OWNER_HEADER, OWNER_ROWS))
    assert [day.item() for day in table["end_date"]] == [date(2025, 9, 30), date(2025, 12, 31)]
    assert table["incomplete"].tolist() == [False, True]


def test_yaml_rows_are_read_with_their_lines() -> None:
    table = parsed(HORIZONS, "yaml")
    assert table.name == "metr-horizons"
    assert table["model"].tolist() == ["ash", "birch"]
    assert table["p50_horizon"].tolist() == [11.3, 4.0]
    assert table["state_of_the_art"].tolist() == [True, False]
    assert [day.item() for day in table["date"]] == [date(2024, 1, 10), date(2024, 2, 1)]
    assert table.lines.tolist() == [3, 15]


def test_a_model_of_two_countries_is_of_both() -> None:
    table = parsed(csv_text(INDEX_HEADER, INDEX_ROWS))
    american, chinese = table.from_countries("american"), table.from_countries("chinese")
    assert table["model"][american & chinese].tolist() == ["Date Palm"]
    assert table["model"][chinese].tolist() == ["Birch", "Date Palm", "Elm", "Ginkgo"]
    assert table["model"][~(american | chinese)].tolist() == ["Hazel"]


def test_an_interval_of_90_percent_is_3_29_standard_deviations_wide() -> None:
    spread = parsed(csv_text(INDEX_HEADER, INDEX_ROWS)).interval_sd("score")
    assert spread[0] == pytest.approx(10.0 / (2.0 * 1.6448536269514722))
    assert spread[2] == 0.0  # an anchor of the index
    assert (parsed(csv_text(OLDER_HEADER, OLDER_ROWS)).interval_sd("score") == 0.0).all()


def test_as_xarray_with_units(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "older.csv", OLDER_HEADER, OLDER_ROWS)
    dataset = read_table(path, vintage=date(2026, 6, 16)).to_xarray()
    assert dict(dataset.sizes) == {"row": 9}
    assert dataset["training_compute"].attrs["unit"] == "FLOP"
    assert dataset["training_compute"].values[3] == 1.5e24
    assert str(dataset["date"].values[0])[:10] == "2024-01-10"
    assert dataset["country"].values[0] == "United States of America"
    assert dataset.attrs["vintage"] == "2026-06-16"
    assert dataset["line"].values.tolist()[:3] == [2, 3, 4]


@given(st.integers(-(10**15), 10**15))
def test_thousands_set_apart_are_the_same_number(value: int) -> None:
    assert number(f"{value:,}") == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_python_writes_it(value: float) -> None:
    assert number(repr(value)) == value


@pytest.mark.parametrize("cell", ["1,5e25", "12,34", "1,0000", ",5", "1,,000", "1,000,00"])
def test_a_comma_that_could_be_a_decimal_one_is_not_guessed_at(cell: str) -> None:
    with pytest.raises(MisplacedCommaError):
        number(cell)


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e999", "a lot", "1e24 FLOP", "5, maybe 6"])
def test_what_is_no_number_is_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*") as raised:
        number(cell)
    assert not isinstance(raised.value, MisplacedCommaError)


@pytest.mark.parametrize(("cell", "value"), [("19.7%", 0.197), ("20 %", 0.2), ("0.35", 0.35), ("1,000%", 10.0)])
def test_percent(cell: str, value: float) -> None:
    assert share(cell) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("cell", ["2026-02-30", "2026-13-01", "2021-07", "20260224", "24/2/2026", "2/24/2026"])
def test_what_is_no_day_is_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        day(cell)


@pytest.mark.parametrize("time", ["", "T00:00:00Z", " 12:30", "T01:02:03.5+01:00"])
def test_a_day_may_carry_a_time(time: str) -> None:
    assert day("2026-02-24" + time) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("name", "table", "rows", "unread"),
    [
        ("epoch-eci-2026-08-16.csv", "epoch-eci", 222, 0),
        ("epoch-eci-2026-06-16.csv", "epoch-eci", 425, 258),
        ("epoch-gpu-clusters-2025-10.csv", "epoch-gpu-clusters", 786, 0),
        ("epoch-notable-models-2025-10.csv", "epoch-notable-models", 942, 0),
        ("epoch-nvidia-owners-2026-04-22.csv", "epoch-chip-owners", 102, 0),
        ("metr-horizon-2026-04.yaml", "metr-horizons", 24, 0),
    ],
)
def test_public_tables_are_read_whole(name: str, table: str, rows: int, unread: int) -> None:
    read = read_table(public_table(name))
    assert (read.name, len(read), len(read.unread)) == (table, rows, unread)


def test_chinese_rows_of_public_tables() -> None:
    index = read_table(public_table("epoch-eci-2026-08-16.csv"))
    assert index.from_countries("chinese").sum() == 51
    clusters = read_table(public_table("epoch-gpu-clusters-2025-10.csv"))
    assert clusters.from_countries("chinese").sum() == 253
    assert (clusters["name"] == "Anonymized Chinese System").sum() == 257
