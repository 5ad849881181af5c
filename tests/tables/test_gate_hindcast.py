"""The gate asked as of past days: by hand, against a slow search, and what it says of progress as evidence."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference import request
from catchup.analysis.studies.tables import telling_curve
from catchup.analysis.studies.tables.chosen import INDEX, STOCKS
from catchup.analysis.studies.tables.gate_hindcast import (
    DRAWS,
    LONGEST,
    QUANTITIES,
    GateHindcast,
    Stock,
    gate_hindcast,
    gate_lag,
    hindcast_item_text,
    known_stock,
)
from catchup.evidence import EfficiencyCurve, Table, item_from_table, read_table, shipped_records
from catchup.model import load_assumptions
from catchup.priors.errors import InputError
from table_cases import INDEX_HEADER, INDEX_ROWS, write_csv

ASSUMPTIONS = load_assumptions()
VALUES = {
    "hyperscaler_budget": np.array([0.01, 0.02, 0.25]),  # of a year: the last one's run is longer than the shortest
    "hyperscaler_share": np.array([0.3, 0.25, 0.02]),
    "mfu_china": np.array([0.2, 0.25, 0.2]),
    "minimum_training_months": np.array([1.5, 1.0, 1.0]),
    "post_training_months": np.array([1.5, 2.0, 1.0]),
}
STOCK = Stock(100e3, 0.1, 0.04)
ERRORS = np.array([0.0, -1.0, 0.5])


@pytest.fixture(scope="module")
def shipped() -> GateHindcast:
    """The gate's track record by the tables that come with the project."""
    return gate_hindcast(shipped_records(), shipped_records("epoch-chip-owners"), ASSUMPTIONS)


def test_the_gate_opens_when_a_slow_search_says_so() -> None:
    found = gate_lag(ASSUMPTIONS, VALUES, 2e25, STOCK, ERRORS, 10.0)
    for draw, error in enumerate(ERRORS):
        mfu, share, budget = (VALUES[name][draw] for name in ("mfu_china", "hyperscaler_share", "hyperscaler_budget"))
        month = 9.89e14 * mfu * 30.44 * 86_400
        months = np.linspace(0.0, 60.0, 600_001)
        pool = share * 100e3 * math.exp(0.1 * error) * np.exp(0.04 * months)
        length = 2e25 / 10.0 ** (months / 12.0) / (pool * month)
        launch = int((length <= 12.0 * budget).argmax())
        assert launch > 0
        run_months = max(length[launch], VALUES["minimum_training_months"][draw])
        assert (run_months > VALUES["minimum_training_months"][draw]) == (draw == 2)
        assert found[draw] == pytest.approx(
            months[launch] + run_months + VALUES["post_training_months"][draw], abs=1e-3
        )


def test_what_a_firm_can_already_afford_takes_its_run_and_no_longer() -> None:
    found = gate_lag(ASSUMPTIONS, VALUES, 1e22, STOCK, ERRORS, 10.0)
    np.testing.assert_allclose(found, VALUES["minimum_training_months"] + VALUES["post_training_months"])


def test_faster_progress_never_makes_it_later() -> None:
    lags = [gate_lag(ASSUMPTIONS, VALUES, 5e25, STOCK, ERRORS, factor) for factor in (1.0, 2.0, 10.0, 100.0)]
    assert (np.diff(lags, axis=0) < 0.0).all()


def test_a_stock_is_what_was_known_by_the_day() -> None:
    stocks = shipped_records("epoch-chip-owners")
    found = known_stock(stocks, date(2024, 12, 31), 30.44)
    assert found is not None
    assert found.h100_equivalents == pytest.approx(322_257)
    assert found.growth == pytest.approx(math.log(322_257 / 177_662) / (366 / 30.44))
    later = known_stock(stocks, date(2025, 2, 1), 30.44)
    assert later is not None
    assert later.h100_equivalents == pytest.approx(322_257 * math.exp(found.growth * 32 / 30.44))
    assert known_stock(stocks, date(2022, 4, 1), 30.44) is None  # a single quarter has no growth


def test_a_quarter_is_not_known_before_its_last_day() -> None:
    before, on_it = (known_stock(stocks_of(*quarters()), date(2024, 12, day), 30.44) for day in (30, 31))
    assert before == known_stock(stocks_of(*quarters()[:-1]), date(2024, 12, 30), 30.44)
    assert on_it is not None
    assert on_it.h100_equivalents == pytest.approx(1e5 * 1.1**7, rel=1e-4)


def stocks_of(*rows: tuple[str, str, str, str, str, str, str]) -> Table:
    """A table of China's stock: maker, last day of a quarter, H100e, ends of its interval, whether incomplete."""
    named = ["Owner,Chip manufacturer,End date,Compute estimate in H100e (median),H100e (5th percentile)"]
    lines = [f"{named[0]},H100e (95th percentile),Incomplete", *(",".join(("China", *row[1:])) for row in rows)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "owners.csv"
        path.write_text("\n".join(lines) + "\n")
        return read_table(path, vintage=date(2026, 4, 22))


def quarters(maker: str = "Nvidia", scale: float = 1.0, **changes: tuple[str, str, str, str]) -> list[Any]:
    """Two years of quarters, each a tenth larger than the one before."""
    days = [f"{year}-{end}" for year in (2023, 2024) for end in ("03-31", "06-30", "09-30", "12-31")]
    cells = [
        (f"{size:.6g}", f"{0.8 * size:.6g}", f"{1.25 * size:.6g}", "")
        for size in scale * 1e5 * 1.1 ** np.arange(len(days))
    ]
    cells = [changes.get(f"q{place}", row) for place, row in enumerate(cells)]
    return [("China", maker, day, *row) for day, row in zip(days, cells, strict=True)]


ASKED_ON = date(2025, 2, 1)


def test_makers_of_chips_are_added_up() -> None:
    alone, both = (
        known_stock(stocks_of(*rows), ASKED_ON, 30.44) for rows in (quarters(), [*quarters(), *quarters("Huawei", 0.1)])
    )
    assert alone is not None
    assert both is not None
    assert both.h100_equivalents == pytest.approx(1.1 * alone.h100_equivalents, rel=1e-4)
    assert (both.growth, both.log_sd) == (
        pytest.approx(alone.growth, rel=1e-4),
        pytest.approx(alone.log_sd, rel=1e-4),
    )


@pytest.mark.parametrize(
    "last",
    [
        ("0", "0", "0", ""),
        ("2e5", "", "", ""),
        ("2e5", "0", "3e5", ""),
        ("2e5", "1.9e5", "2.1e5", "true"),
        (quarters()[6][3], quarters()[6][4], quarters()[6][5], ""),
    ],
)
def test_a_quarter_that_tells_nothing_is_as_if_it_were_not_there(last: tuple[str, str, str, str]) -> None:
    found = known_stock(stocks_of(*quarters(q7=last)), ASKED_ON, 30.44)
    assert found == known_stock(stocks_of(*quarters()[:-1]), ASKED_ON, 30.44)


def test_a_quarter_that_a_maker_is_missing_from_is_not_known_of() -> None:
    found = known_stock(stocks_of(*quarters(), *quarters("Huawei", 0.1)[:-1]), ASKED_ON, 30.44)
    assert found == known_stock(stocks_of(*quarters()[:-1], *quarters("Huawei", 0.1)[:-1]), ASKED_ON, 30.44)


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        (quarters()[:3], date(2023, 12, 1)),  # no quarter a year before
        (quarters(), date(2025, 8, 1)),  # the last one ended too long ago
        ([], ASKED_ON),
    ],
)
def test_a_stock_that_would_be_guessed_is_not_known(rows: list[Any], day: date) -> None:
    table = stocks_of(*(rows or [("x", "Nvidia", "2022-03-31", "0", "0", "0", "")]))
    assert known_stock(table, day, 30.44) is None


def test_a_stock_whose_interval_has_no_level_is_refused() -> None:
    stocks = stocks_of(*quarters())
    unsaid = replace(stocks, shape=stocks.shape.model_copy(update={"interval": ()}))
    with pytest.raises(InputError, match="no probability with which h100_equivalents lies between its ends"):
        known_stock(unsaid, ASKED_ON, 30.44)


def test_a_gate_that_never_opens_takes_the_longest_lag_there_is() -> None:
    found = gate_lag(ASSUMPTIONS, VALUES, 1e30, replace(STOCK, growth=-0.01), ERRORS, 1.0)
    np.testing.assert_array_equal(found, LONGEST)


@pytest.mark.parametrize(
    ("slow", "fast", "said"),
    [
        (9.0, 9.0, "they rule out slow progress, and fast"),
        (9.0, 1.0, "they rule out slow progress, and hardly fast"),
        (1.0, 9.0, "they rule out fast progress, and hardly slow"),
        (0.0, 0.0, "they hardly tell slow progress from fast"),
    ],
)
def test_what_is_ruled_out_is_what_the_curve_says(slow: float, fast: float, said: str) -> None:
    heights = -np.interp(np.linspace(-1.0, 1.0, 25), (-1.0, 0.0, 1.0), (slow, 0.0, fast))
    assert telling_curve.ruled_out_text(EfficiencyCurve(0.0, 0.125, heights)) == said


def test_the_gate_says_which_tables_it_was_asked_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["hindcast", "--data", str(tmp_path / "nothing")]
    assert run([*asked, "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["gate_tables"]
    assert {place: table["name"] for place, table in tables.items()} == {
        "index": "epoch-eci",
        "stocks": "epoch-chip-owners",
    }
    assert run(asked) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Scores and compute are of epoch-eci, 16 Aug 2026, stocks of epoch-chip-owners, 22 Apr 2026." in printed
    assert "Sales of Nvidia alone are known" in printed


def test_records_without_compute_are_not_asked(shipped: GateHindcast, tmp_path: Path) -> None:
    assert [each.episode.reference.model for each in shipped.asked] == ["LLaMA-65B", "GPT-4 (Mar 2023)", "GPT-5"]
    for each in shipped.asked:
        assert 0.0 <= each.said.probability <= 1.0
        assert each.said.score >= 0.0
    plain = read_table(write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS), vintage=date(2026, 8, 16))
    with pytest.raises(InputError, match="Training compute"):
        gate_hindcast(plain, shipped_records("epoch-chip-owners"), ASSUMPTIONS)


def test_the_curve_is_the_mean_likelihood_of_the_lags(shipped: GateHindcast) -> None:
    rng = np.random.default_rng(7)
    draws, factors = 200_000, 10.0 ** np.array([0.5, 1.0, 1.5])  # where the curve has points
    values = {name: np.asarray(ASSUMPTIONS.beliefs[name].quantile(rng.random(draws))) for name in QUANTITIES}
    errors = rng.standard_normal(draws)
    likelihoods, heights = [], []
    for factor in factors:
        weight = np.zeros(draws)
        for each in shipped.asked:
            expected = np.log(gate_lag(ASSUMPTIONS, values, each.flop, each.stock, errors, factor))
            weight -= 0.5 * ((math.log(each.months) - expected) / 0.4) ** 2
        likelihoods.append(np.exp(weight) / np.exp(weight).mean())
        heights.append(math.log(np.exp(weight).mean()))
    ours = shipped.curve(np.log10(factors))
    for place in (0, 2):
        # to first order what a draw adds to the logarithm of the ratio of two means
        spread = (likelihoods[place] - likelihoods[1]).std()
        error = float(spread * np.hypot(DRAWS**-0.5, draws**-0.5))
        assert abs(ours[place] - ours[1] - (heights[place] - heights[1])) < widest(error), factors[place]


def test_it_comes_back_as_evidence_that_nothing_counts_by_itself(
    shipped: GateHindcast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = item_from_table(hindcast_item_text(shipped, "gate-record"), file="gate-record.toml")
    assert (item.text.kind, item.text.weight) == ("hindcast", 0.5)
    data = str(tmp_path / "nothing")
    assert run(["hindcast", "--data", data, "--item", "gate-record"]) == 0
    (tmp_path / "gate-record.toml").write_text(capsys.readouterr().out)
    asked = ["forecast", "--as-of", "2026-11-21", "--draws", "4000", "--json"]
    assert run(asked) == 0
    assert "gate-record" not in json.loads(capsys.readouterr().out)["evidence"]
    assert run([*asked, "--add", str(tmp_path / "gate-record.toml")]) == 0
    assert "gate-record" in json.loads(capsys.readouterr().out)["evidence"]


def test_its_effect_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["hindcast", "--data", str(tmp_path / "nothing"), "--dates", "--as-of", "2026-11-26", "--json"]
    assert run(asked) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert len(found["dates"]) == 2
    assert "silence was last confirmed through 2026-09-29" in printed.err
    assert len(found["gate"]) == 3


def test_its_weight_is_said_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "light.toml").write_text("[constant.gate_hindcast_weight]\nvalue = 0.25\n")
    asked = ["hindcast", "--data", str(tmp_path / "nothing"), "--dates", "--as-of", "2026-11-26", "--json"]
    assert run([*asked, "--priors", str(tmp_path / "light.toml")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in found["dates"]] == ["without it", "with it, weight 0.25"]


def test_items_made_of_a_users_files_name_them_and_no_folder_of_theirs(tmp_path: Path) -> None:
    at_home = [replace(shipped_records(name), file=str(tmp_path / f"{name}.csv")) for name in (INDEX, STOCKS)]
    item = hindcast_item_text(gate_hindcast(*at_home, ASSUMPTIONS), "gate")
    assert [source["quoted_in"] for source in item["sources"]] == [f"{INDEX}.csv", f"{STOCKS}.csv"]


def test_it_is_not_counted_on_a_day_on_which_its_table_was_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["hindcast", "--data", str(tmp_path / "nothing"), "--dates", "--as-of", "2026-06-12", "--json"]
    assert run(asked) == 2
    printed = capsys.readouterr()
    assert "--as-of: epoch-eci is of 2026-08-16, after 2026-06-12" in printed.err
    assert printed.out == ""


def test_where_the_newest_index_has_no_compute_records_that_have_it_are_asked(
    shipped: GateHindcast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CATCHUP_DATA", str(tmp_path / "kept"))
    header = ("Model", "eci", "date", "Organization", "Country")
    days = [date(2023, 1, 1) + timedelta(days=120 * place) for place in range(9)]
    rows = [(f"us{place}", f"{150 + place}", f"{day}", "Lab", "USA") for place, day in enumerate(days)]
    rows += [
        (f"cn{place}", f"{150 + place}", f"{day + timedelta(days=210)}", "Lab", "China")
        for place, day in enumerate(days)
    ]
    path = write_csv(tmp_path / "index-2026-11-01.csv", header, rows)
    assert run(["data", "add", str(path)]) == 0
    capsys.readouterr()
    assert run(["hindcast", "--item", "gate"]) == 0
    printed = capsys.readouterr()
    asked = [asked.episode.reference.model for asked in shipped.asked]
    assert tomllib.loads(printed.out)["observed"]["records"] == asked
    assert printed.err == ""
    assert run(["hindcast", str(path), "--item", "gate"]) == 2
    told = capsys.readouterr().err
    assert "the compute gate is not asked" in told
    assert "'Training compute (FLOP)'" in told


@pytest.mark.parametrize(("end", "said"), [(0, "0.1 x a year and slower"), (-1, "1000 x a year and faster")])
def test_a_record_that_rules_out_no_progress_at_one_end_makes_no_item(
    shipped: GateHindcast, end: int, said: str
) -> None:
    heights = -0.5 * ((np.linspace(-1.0, 3.0, 33) - 1.0) / 0.5) ** 2
    heights[end] = -0.2
    flat = replace(shipped, curve=EfficiencyCurve(-1.0, 0.125, heights))
    with pytest.raises(InputError, match=said) as error:
        hindcast_item_text(flat, "gate")
    assert str(error.value).startswith(shipped_records().file)


def test_dates_that_cannot_be_given_leave_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(telling_curve, "LEAST_FALL", 1e3)
    monkeypatch.setattr(request, "posterior", lambda asked: None)
    assert run(["hindcast", "--data", str(tmp_path / "nothing"), "--dates", "--json"]) == 0
    printed = capsys.readouterr()
    assert "no dates: " in printed.err
    assert "makes no item" in printed.err
    found = json.loads(printed.out)
    assert found["episodes"]
    assert "dates" not in found


def test_the_gate_asks_of_whoever_is_largest(shipped: GateHindcast) -> None:
    """The overlay exchanges what two firms hold, and so who the largest is, but not how much that one holds."""
    tables = shipped_records(), shipped_records("epoch-chip-owners")
    exchanged = gate_hindcast(*tables, load_assumptions(["alibaba-largest"]))
    for one, other in zip(exchanged.asked, shipped.asked, strict=True):
        np.testing.assert_array_equal(one.said.values, other.said.values)
