"""The records that come with the project: sound, those of the published table, and used where nothing is held."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.commands.main import run
from catchup.evidence import lag_episodes, read_table, shipped_records
from catchup.evidence.tables.episodes import chinese_records
from catchup.evidence.tables.records import records_table, shipped_tables
from catchup.priors.errors import InputError
from table_cases import public_table

ROW = {"model": "Ash", "organisation": "Lab", "country": "China", "date": date(2026, 1, 2), "score": 150.0}


def table_of(*rows: dict[str, Any], **about: Any) -> dict[str, Any]:
    return {"vintage": date(2026, 8, 16), "origin": "somebody", "row": list(rows), **about}


def test_every_row_is_a_record_of_its_country() -> None:
    records = shipped_records()
    american = [episode.reference for episode in lag_episodes(records, records.vintage)]
    assert {each.model for each in (*american, *chinese_records(records))} == set(records["model"])
    assert len(american) == 20
    assert all(each.organisation for each in american)


def test_records_are_those_of_the_published_index() -> None:
    published = read_table(public_table("epoch-eci-2026-08-16.csv"), vintage=date(2026, 8, 16))
    records = shipped_records()
    assert records.vintage == published.vintage
    assert lag_episodes(records, records.vintage) == lag_episodes(published, published.vintage)
    assert chinese_records(records) == chinese_records(published)


def test_lags_and_track_record_need_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "lags", "--data", str(tmp_path / "nothing"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["closed"], found["open"], found["table"]["vintage"]) == (16, 4, "2026-08-16")
    assert run(["hindcast", "--data", str(tmp_path / "nothing"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["episodes"]) == 20


def test_an_efficiency_curve_needs_a_table_with_compute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "efficiency", "--data", str(tmp_path / "nothing")]) == 2
    assert "none is held yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tables", "key", "problem"),
    [
        (table_of({**ROW, "scoer": 1.0}), "row.0.scoer", "did you mean 'score'"),
        (table_of({**ROW, "score_interval": [151.0, 149.0]}), "line 1, columns", "between the ends"),
        (table_of({**ROW, "score_interval": 151.0}), "row.0.score_interval", "two ends were expected"),
        (table_of({**ROW, "date": date(2026, 8, 16) + timedelta(days=1)}), "column 'date'", "lies after"),
        (table_of({**ROW, "score": "much"}), "row.0.score", "a number such as"),
        (table_of(ROW, {**ROW, "score": 151.0}), "line 2", "rows that agree"),
        (table_of(ROW, ROW), "row", "twice"),
        (table_of({key: value for key, value in ROW.items() if key != "score"}), "row", "no row has 'score'"),
        (table_of(ROW, {key: value for key, value in ROW.items() if key != "score"}), "row.1.score", "a number"),
        (table_of(ROW, {**ROW, "score": "much"}, {**ROW, "score": "more"}), "row.1.score", "expected, not 'much'"),
        (table_of(), "row", "at least one entry"),
        (table_of(ROW, vintages=1), "vintages", "did you mean 'vintage'"),
    ],
)
def test_wrong_records_are_named(tables: dict[str, Any], key: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        records_table("epoch-eci", tables, b"", "records.toml")
    assert key in str(refused.value)
    assert problem in str(refused.value)


def test_no_records_of_an_unknown_table() -> None:
    with pytest.raises(InputError, match="did you mean 'epoch-eci'"):
        shipped_records("epoch-ecy")


@pytest.mark.parametrize("name", shipped_tables())
def test_records_are_read_once_and_cannot_be_changed(name: str) -> None:
    records: Any = shipped_records(name)
    assert shipped_records(name=name) is records
    assert not any(values.flags.writeable for values in (*records.columns.values(), records.lines))
    for table in (records.columns, records.headings, records.shape.column, records.shapes.shapes):
        with pytest.raises(TypeError):
            table["score"] = None
    assert all(variable.values.flags.writeable for variable in records.to_xarray().variables.values())


def test_records_by_default_are_those_of_the_index() -> None:
    assert shipped_records() is shipped_records("epoch-eci")
