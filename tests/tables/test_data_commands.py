"""``catchup data`` on the command line: what it prints, promises as JSON, and answers by its exit status."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.commands.main import run
from table_cases import (
    HORIZONS,
    INDEX_HEADER,
    INDEX_ROWS,
    OLDER_HEADER,
    OLDER_ROWS,
    OWNER_HEADER,
    OWNER_ROWS,
    index_with,
    write_csv,
)

QUANTILES = {"0.05", "0.25", "0.5", "0.75", "0.95"}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "index-2026-08-16.csv", INDEX_HEADER, INDEX_ROWS)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "index-2026-06-16.csv", OLDER_HEADER, OLDER_ROWS)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The one JSON object of a command that succeeds and says nothing else."""
    assert run(["data", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found = json.loads(captured.out)
    assert found["schema"] == 1
    return found


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["data", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return " ".join(captured.out.split())


def test_tables_are_added_listed_and_shown(capsys, index: Path, older: Path, tmp_path: Path) -> None:
    added = answer(capsys, "add", str(older))
    assert (added["name"], added["vintage"], added["rows"], added["new"]) == ("epoch-eci", "2026-06-16", 9, True)
    assert added["unread"] == [{"line": 10, "reason": "no ECI Score"}, {"line": 11, "reason": "no Release date"}]
    answer(capsys, "add", str(index))
    (tmp_path / "horizons.yaml").write_text(HORIZONS, encoding="utf-8")
    answer(capsys, "add", str(tmp_path / "horizons.yaml"), "--vintage", "2026-04-01")
    listed = answer(capsys, "list")
    assert [(row["name"], row["vintage"], row["rows"]) for row in listed["tables"]] == [
        ("epoch-eci", "2026-06-16", 9),
        ("epoch-eci", "2026-08-16", 8),
        ("metr-horizons", "2026-04-01", 2),
    ]
    assert all(len(row["sha256"]) == 64 for row in listed["tables"])
    assert listed["tables"][0]["unread"] == added["unread"]
    shown = answer(capsys, "show", "epoch-eci", "--vintage", "2026-06-16")
    assert shown["records"][0]["training_compute"] == 2e24
    assert shown["records"][0]["country"] == ["United States of America"]
    assert shown["records"][8]["training_compute"] is None
    compute = next(column for column in shown["columns"] if column["name"] == "training_compute")
    assert (compute["heading"], compute["unit"], compute["filled"]) == ("Training compute (FLOP)", "FLOP", 8)
    assert answer(capsys, "show", "epoch-eci")["vintage"] == "2026-08-16"


def test_people_are_told_the_same(capsys, index: Path, older: Path) -> None:
    assert "added: epoch-eci of 2026-08-16, 8 rows" in printed(capsys, "add", str(index))
    assert "held already: epoch-eci of 2026-08-16" in printed(capsys, "add", str(index))
    text = printed(capsys, "check", str(older))
    assert "valid: 1 table" in text
    assert "not read, no ECI Score: line 10" in text
    assert "epoch-eci 2026-08-16 Epoch Capabilities Index 8 0" in printed(capsys, "list")
    assert "eci_ci_low points 7" in printed(capsys, "show", "epoch-eci")


def test_nothing_kept_is_no_mistake(capsys) -> None:
    assert answer(capsys, "list") == {"schema": 1, "tables": [], "faults": []}
    assert "no table is kept" in printed(capsys, "list")
    assert run(["data", "check"]) == 2  # a job that means to check a table names one, or has kept one
    assert "holds no table to check: a FILE was expected" in capsys.readouterr().err


def test_an_older_vintage_is_refused_unless_its_day_is_said(capsys, index: Path, older: Path) -> None:
    held = Path(answer(capsys, "add", str(index))["folder"])
    assert run(["data", "add", str(older)]) == 2
    message = capsys.readouterr().err
    assert f"{older}: is of 2026-06-16, and epoch-eci of 2026-08-16 is held" in message
    assert "--vintage 2026-06-16" in message
    assert [row["vintage"] for row in answer(capsys, "list")["tables"]] == ["2026-08-16"]
    assert (held / "epoch-eci.csv").read_bytes() == index.read_bytes()
    assert run(["data", "add", str(older), "--vintage", "2026-06-16"]) == 0
    assert "2026-06-16 is older than the newest held (2026-08-16): kept beside it" in capsys.readouterr().err


def test_a_file_without_a_day_is_of_today(capsys, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "eci_scores.csv", INDEX_HEADER, INDEX_ROWS)
    assert answer(capsys, "add", str(path))["vintage"] == date.today().isoformat()


def test_checking_keeps_nothing(capsys, index: Path) -> None:
    checked = answer(capsys, "check", str(index))
    assert checked["valid"] is True
    assert [table["file"] for table in checked["tables"]] == [str(index)]
    assert answer(capsys, "list")["tables"] == []


def test_what_is_kept_can_be_checked_and_damage_is_found(capsys, index: Path, tmp_path: Path) -> None:
    folder = Path(answer(capsys, "add", str(index))["folder"])
    assert [table["rows"] for table in answer(capsys, "check")["tables"]] == [8]
    (folder / "epoch-eci.csv").write_text("Model,eci\n", encoding="utf-8")
    assert run(["data", "check"]) == 2
    assert "is not the file that was added" in capsys.readouterr().err
    assert run(["data", "list", "--json"]) == 0  # the others are listed all the same
    captured = capsys.readouterr()
    assert "is not the file that was added" in json.loads(captured.out)["faults"][0]
    assert "is not the file that was added" in captured.err


def test_the_folder_is_an_option(capsys, index: Path, tmp_path: Path) -> None:
    answer(capsys, "add", str(index), "--data", str(tmp_path / "elsewhere"))
    assert answer(capsys, "list")["tables"] == []
    assert len(answer(capsys, "list", "--data", str(tmp_path / "elsewhere"))["tables"]) == 1


def test_lags_as_promised(capsys, index: Path) -> None:
    found = answer(capsys, "lags", str(index))
    assert found["table"]["vintage"] == found["until"] == "2026-08-16"
    first, *_, last = found["episodes"]
    assert first == {
        "reference": "Ash",
        "reference_organisation": "North Lab",
        "reference_date": "2024-01-10",
        "score": 120.0,
        "score_interval": [115.0, 125.0],
        "follower": "Elm",
        "follower_organisation": "East Lab",
        "follower_date": "2024-09-01",
        "follower_score": 121.0,
        "follower_interval": [116.0, 126.0],
        "lag_months": 7.72,
        "open": False,
    }
    assert (last["reference"], last["follower"], last["open"]) == ("Fir", None, True)
    assert (found["closed"], found["open"], found["left_out"]) == (2, 1, ["Date Palm"])
    text = printed(capsys, "lags", str(index))
    assert "2 closed" in text
    assert "nobody yet" in text


def test_lags_of_what_is_kept(capsys, index: Path, older: Path) -> None:
    answer(capsys, "add", str(older))
    answer(capsys, "add", str(index))
    assert answer(capsys, "lags")["table"]["vintage"] == "2026-08-16"
    assert answer(capsys, "lags", "--vintage", "2026-06-16")["table"]["vintage"] == "2026-06-16"


def test_efficiency_as_promised(capsys, older: Path) -> None:
    found = answer(capsys, "efficiency", str(older))
    assert found["models"] == 6
    assert found["progress"]["quantiles"].keys() == QUANTILES
    values = list(found["progress"]["quantiles"].values())
    assert values == sorted(values)
    assert len(found["curve"]["log10_progress"]) == len(found["curve"]["log_likelihood"])
    assert found["algorithmic_progress"]["prior"]["quantiles"]["0.5"] == pytest.approx(10.0, rel=1e-3)
    assert "all, compute at least confident" in found["set_aside"]
    text = printed(capsys, "efficiency", str(older))
    assert "all (asked)" in text
    assert "with weight 0.5" in text


def test_efficiency_of_what_is_kept_is_of_the_newest_vintage_with_compute(capsys, index: Path, older: Path) -> None:
    assert run(["data", "efficiency"]) == 2
    assert "none is held yet" in capsys.readouterr().err
    answer(capsys, "add", str(index))
    assert run(["data", "efficiency"]) == 2
    assert "no vintage of epoch-eci has the column 'Training compute (FLOP)'" in capsys.readouterr().err
    assert run(["data", "add", str(older), "--vintage", "2026-08-01"]) == 0
    capsys.readouterr()
    assert answer(capsys, "efficiency")["table"]["vintage"] == "2026-08-01"


def test_efficiency_believes_what_it_is_told(capsys, older: Path) -> None:
    plain = answer(capsys, "efficiency", str(older))
    sure = answer(capsys, "efficiency", str(older), "--set", "measured_progress=7")
    assert set(sure["progress"]["quantiles"].values()) == {7.0}
    steep = answer(capsys, "efficiency", str(older), "--set", "efficiency_slope=12")
    assert steep["progress"] != plain["progress"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add"], "FILE"),
        (["add", "nowhere.csv"], "nowhere.csv: no such file"),
        (["add", "{index}", "--vintage", "yesterday"], "--vintage"),
        (["add", "{index}", "--vintage", "2031-01-01"], "lies in the future"),
        (["add", "{index}", "--vintage", "2024-12-31"], "line 7, column 'date'"),
        (["add", "{bad}"], "line 2, columns 'eci_ci_low', 'eci', 'eci_ci_high'"),
        (["check", "{index}", "{bad}"], "between the ends of its interval"),
        (["show", "epoch-eci"], "no vintage of 'epoch-eci'"),
        (["update", "epoch-ecii"], "did you mean 'epoch-eci'"),
        (["lags", "{owners}"], "epoch-chip-owners has no column 'score' here"),
        (["efficiency", "{index}"], "has no column 'Training compute (FLOP)' here"),
        (["efficiency", "{older}", "--models", "chinse"], "--models"),
        (["efficiency", "{older}", "--since", "2025-04-01"], "0 models are left of 6"),
        (["efficiency", "{older}", "--set", "efficiency_slop=3"], "did you mean 'efficiency_slope'"),
        (["efficiency", "{older}", "--set", "efficiency_slope=-3"], "efficiency_slope"),
        (["lsit"], "did you mean 'data list'"),
    ],
)
def test_mistakes_end_with_one_line(
    arguments: list[str], said: str, capsys, index: Path, older: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    files = {
        "index": index,
        "older": older,
        "bad": index_with(tmp_path / "bad", 0, "eci_ci_low", "130"),
        "owners": write_csv(tmp_path / "owners.csv", OWNER_HEADER, OWNER_ROWS),
    }
    assert run(["data", *(argument.format(**files) for argument in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert said in captured.err


def test_held_content_without_a_day_in_its_name_is_no_new_vintage(capsys, index: Path, older: Path, tmp_path) -> None:
    answer(capsys, "add", str(older))
    answer(capsys, "add", str(index))
    plain = tmp_path / "plain.csv"
    plain.write_bytes(older.read_bytes())
    assert "held already: epoch-eci of 2026-06-16" in printed(capsys, "add", str(plain))
    assert run(["data", "add", str(plain), "--vintage", "2026-07-01"]) == 0
    captured = capsys.readouterr()
    assert "held already: epoch-eci of 2026-06-16" in captured.out
    assert "epoch-eci of 2026-06-16 is the same content: none of 2026-07-01 is added" in captured.err
    assert len(answer(capsys, "list")["tables"]) == 2


@pytest.mark.parametrize("command", [("data", "add"), ("data", "check"), ("data", "lags"), ("hindcast",)])
def test_a_vintage_that_has_not_come_is_refused_everywhere(capsys, command: tuple[str, ...], index: Path) -> None:
    assert run([*command, str(index), "--vintage", "2999-01-01"]) == 2
    said = "lies in the future; the day the table was taken was expected"
    assert f"--vintage: 2999-01-01 {said}" in capsys.readouterr().err
    named = index.rename(index.with_name("index-2099-01-01.csv"))
    assert run([*command, str(named)]) == 2
    message = capsys.readouterr().err
    assert f"{named}: is of 2099-01-01 by its name, which {said}" in message
    assert "--vintage" not in message
