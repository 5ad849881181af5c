"""Criteria of public tables: they resolve themselves, are forecast until then, and judge runs."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis import Question, Request, criteria
from catchup.analysis import run as make_run
from catchup.analysis.commands.main import run
from catchup.analysis.studies.tables.criteria import Criteria
from catchup.evidence import Criterion, TableStore, load_criteria, read_table, resolve, shipped_records
from catchup.evidence.tables.criteria import hold_against_tables
from catchup.evidence.tables.table import Table
from catchup.model import load_assumptions
from catchup.priors.errors import InputError
from table_cases import write_csv

HEADER = ("Model", "eci", "date", "Organization", "Country")
ROWS = (
    ("First", "161.5", "2026-06-09", "A", "United States of America"),
    ("Both", "170", "2026-07-01", "A and B", "China,United States of America"),
    ("Near", "161.4", "2026-08-01", "B", "China"),
)
MET = (("Late", "163", "2026-11-20", "B", "China"), ("There", "161.5", "2026-11-10", "C", "China"))
CRITERION = load_criteria()["index-of-fable-5"]
DAY = date(2026, 11, 26)


def index(folder: Path, rows: tuple[tuple[str, ...], ...], day: date) -> Table:
    return read_table(write_csv(folder / f"index-{day}.csv", HEADER, rows), vintage=day)


def ask(store: TableStore, as_of: date = DAY, draws: int = 40_000, **changed: Criterion) -> Criteria:
    return criteria(Question(load_assumptions(), as_of, draws=draws), {**load_criteria(), **changed}, store)


def test_a_criterion_is_met_by_the_first_chinese_model_that_reaches_it(tmp_path: Path) -> None:
    found = resolve(CRITERION, [index(tmp_path, ROWS, date(2026, 8, 16)), index(tmp_path, ROWS + MET, DAY)])
    assert (found.open, found.model, found.day, found.vintage) == (False, "There", date(2026, 11, 10), DAY)


def test_a_later_vintage_takes_nothing_back(tmp_path: Path) -> None:
    lower = tuple((name, f"{float(score) - 5}", *rest) for name, score, *rest in ROWS + MET)
    tables = [index(tmp_path, ROWS + MET, date(2026, 11, 21)), index(tmp_path, lower, DAY)]
    assert resolve(CRITERION, tables).model == "There"
    assert resolve(CRITERION, tables[1:]).open


def test_while_open_the_newest_table_says_until_when_and_how_near(tmp_path: Path) -> None:
    found = resolve(CRITERION, [index(tmp_path, ROWS, date(2026, 8, 16)), index(tmp_path, ROWS, date(2026, 10, 1))])
    assert (found.open, found.day, found.value) == (True, date(2026, 10, 1), 161.4)


def test_another_number_of_tasks_is_another_test() -> None:
    table = shipped_records("exploit-bench")
    criterion = load_criteria()["exploits-of-mythos"]
    assert resolve(criterion, [table]).value == 50.0
    assert resolve(criterion.model_copy(update={"of": 100.0}), [table]).day is None


def test_names_of_models_tell_the_country_where_a_table_tells_none(tmp_path: Path) -> None:
    rows = {"kimi_k2_inspect": 20.0, "deepseek_r1": 30.0, "o3_inspect": 1_500.0}
    figure = "    metrics:\n      p50_horizon_length:\n        estimate: {minutes}\n    release_date: 2026-0{k}-01\n"
    text = "results:\n" + "".join(
        f"  {name}:\n" + figure.format(minutes=minutes, k=k) for k, (name, minutes) in enumerate(rows.items(), start=1)
    )
    (tmp_path / "metr-2026-11-01.yaml").write_text(text)
    table = read_table(tmp_path / "metr-2026-11-01.yaml", vintage=date(2026, 11, 1))
    assert table.from_countries("chinese").tolist() == [True, True, False]
    found = resolve(load_criteria()["horizon-of-mythos"], [table])
    assert (found.open, found.value) == (True, 30.0)


def test_dates_follow_the_population_and_come_late_together() -> None:
    found = ask(TableStore(Path("nowhere")))
    dates = {each.id: each.met for each in found.readings}
    calendar = found.question.assumptions.calendar
    assert found.all_of_them is not None
    for name, row in load_criteria().items():
        met = dates[name]
        assert met is not None
        day = next(each.resolution.day for each in found.readings if each.id == name)
        looked = row.reference_date if day is None else day + timedelta(days=1)
        assert met.values.min() >= calendar.months(looked) - 1e-9  # what nobody had met has not been met
        assert found.all_of_them.quantile(0.5).value > met.quantile(0.5).value
    columns = [each.met.values for each in found.readings if each.met is not None]
    assert (found.all_of_them.values == np.max(columns, axis=0)).all()
    assert np.corrcoef(columns)[0, 1] > 0.05


def test_a_longer_silence_makes_a_later_date(tmp_path: Path) -> None:
    store = TableStore(tmp_path / "data")
    store.add(write_csv(tmp_path / "index.csv", HEADER, ROWS), date(2026, 11, 1))
    early = ask(TableStore(Path("nowhere")), draws=20_000).readings[0].met
    late = ask(store, draws=20_000).readings[0].met
    assert early is not None
    assert late is not None
    assert late.quantile(0.05).value > early.quantile(0.05).value + 1.0


def test_tables_published_after_the_day_of_the_question_are_not_read(tmp_path: Path) -> None:
    store = TableStore(tmp_path / "data")
    store.add(write_csv(tmp_path / "index.csv", HEADER, ROWS + MET), date(2026, 11, 25))
    assert not ask(store).readings[0].resolution.open
    assert ask(store, date(2026, 11, 24)).readings[0].resolution.open


@pytest.mark.parametrize(
    ("day", "name", "said"),
    [
        ("2026-03-01", "index-of-fable-5", "a model of 2026-06-09: a day from then on was expected, not 2026-03-01"),
        ("2026-07-01", "index-of-fable-5", "is of 2026-08-16: a day from then on was expected, not 2026-07-01"),
    ],
)
def test_a_day_before_all_that_is_known_is_refused(
    day: str, name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["criteria", name, "--as-of", day, "--data", str(tmp_path), "--draws", "4000"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("catchup: --as-of: ")
    assert said in message


def test_no_vintage_is_taken_that_would_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["criteria", "--vintage", "2026-08-16", "--draws", "4000"]) == 2
    assert "--vintage" in capsys.readouterr().err


def test_as_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["criteria", "--as-of", "2026-11-26", "--data", str(tmp_path), "--draws", "4000", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in found["criteria"]] == list(load_criteria())
    assert found["all_of_them"]["quantiles"].keys() == {"0.05", "0.25", "0.5", "0.75", "0.95"}
    assert found["criteria"][0]["resolved"]["not_by"] == "2026-08-16"


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ('[criteria.x]\ntitle = "x"', "criteria", "did you mean 'criterion'"),
        (
            "[criterion.index-of-fable-5]\nat_leest = 3",
            "criterion.index-of-fable-5.at_leest",
            "did you mean 'at_least'",
        ),
        ('[criterion.index-of-fable-5]\ntable = "epoch-ecy"', "criterion.index-of-fable-5.table", "'epoch-eci'"),
        ('[criterion.index-of-fable-5]\ncolumn = "model"', "criterion.index-of-fable-5.column", "known are"),
        ("[criterion.index-of-fable-5]\nof = 10", "criterion.index-of-fable-5.of", "out of how many"),
        ('[criterion.x]\ntitle = "x"', "criterion.x", "missing"),
    ],
)
def test_wrong_criteria_are_named(tmp_path: Path, text: str, key: str, problem: str) -> None:
    (tmp_path / "criteria.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        load_criteria(tmp_path / "criteria.toml")
    assert str(tmp_path / "criteria.toml") in str(refused.value)
    assert key in str(refused.value)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "key", "said"),
    [
        ("at_least = 190", "at_least", "190, where its reference Claude Fable 5 has 161.53"),
        ('reference = "Claude Fabel 5"', "reference", "unknown model 'Claude Fabel 5'; did you mean 'Claude Fable 5'"),
        ("reference_date = 2026-11-27", "reference_date", "lies after the day of the question (2026-11-26)"),
    ],
)
def test_criteria_of_ones_own_are_held_against_the_table(
    rows: str, key: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "criteria.toml"
    own.write_text(f"[criterion.index-of-fable-5]\n{rows}\n")
    asked = ["--criteria", str(own), "--data", str(tmp_path / "data")]
    assert run(["criteria", *asked, "--as-of", "2026-11-26", "--draws", "2000"]) == 2
    message = capsys.readouterr().err
    assert f"{own}: criterion.index-of-fable-5.{key}: " in message
    assert said in message


@pytest.mark.parametrize(
    "rows",
    [
        "[criterion.index-of-fable-5]\nat_least = 161.53",
        '[criterion.exploits-of-mythos]\ntitle = "Another"',
        "[criterion.horizon-of-mythos]\nat_least = 2000",  # no table tells how far Mythos came
        "[criterion.exploits-of-mythos]\nat_least = 60\nof = 100",  # of which no table knows
    ],
)
def test_criteria_that_no_table_contradicts_are_asked(rows: str, tmp_path: Path) -> None:
    own = tmp_path / "criteria.toml"
    own.write_text(rows + "\n")
    hold_against_tables(load_criteria(own), TableStore(tmp_path / "data"), DAY, file=own)


def test_criteria_of_the_project_are_asked_of_any_day_and_table(tmp_path: Path) -> None:
    store = TableStore(tmp_path / "data")
    lower = [(name, f"{float(score) - 5}", *rest) for name, score, *rest in ROWS]
    store.add(write_csv(tmp_path / "index.csv", HEADER, lower), date(2026, 8, 1))
    hold_against_tables(load_criteria(), store, date(2026, 8, 2), file="none")
    hold_against_tables(load_criteria(), store, date(2026, 4, 1), file="none")


def test_an_unknown_criterion_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["criteria", "index-of-fable-6"]) == 2
    assert "did you mean 'index-of-fable-5'" in capsys.readouterr().err


def test_runs_are_scored_by_what_tables_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs, data = str(tmp_path / "runs"), tmp_path / "data"
    question = Question(load_assumptions(), date(2026, 11, 1), draws=2_000)
    make_run(Request(question, evidence="none"), Path(runs), brief=True)
    asked = ["score", "--runs", runs, "--data", str(data), "--json"]
    TableStore(data).add(write_csv(tmp_path / "index.csv", HEADER, ROWS), date(2026, 11, 10))
    capsys.readouterr()
    assert run(asked) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["outcome"].items() >= {"date": "2026-11-10", "open": True}.items()
    assert "index-of-fable-5" in told.err
    TableStore(data).add(write_csv(tmp_path / "later.csv", HEADER, ROWS + MET), DAY)
    assert run(asked) == 0
    assert json.loads(capsys.readouterr().out)["outcome"].items() >= {"date": "2026-11-10", "open": False}.items()
    assert run([*asked, "--criterion", "horizon-of-mythos"]) == 2
    assert "no table tells" in capsys.readouterr().err
    assert run([*asked, "--criterion", "index-of-fable-5", "--outcome", "2026-11-11"]) == 2


def test_dates_do_not_hang_on_the_number_of_criteria() -> None:
    """A criterion that has long been met changes no other's date beyond chance."""
    long_met = replace_of(CRITERION, at_least=100.0)
    plain, more = ask(TableStore(Path("nowhere"))), ask(TableStore(Path("nowhere")), old=long_met)
    assert not more.readings[-1].resolution.open
    for one, other in zip(plain.readings, more.readings, strict=False):
        assert one.met is not None
        assert other.met is not None
        first, second = one.met.quantile(0.5), other.met.quantile(0.5)
        assert abs(first.value - second.value) < widest(float(np.hypot(first.mcse, second.mcse)))


def replace_of(criterion: Criterion, **changes: object) -> Criterion:
    return criterion.model_copy(update=changes)
