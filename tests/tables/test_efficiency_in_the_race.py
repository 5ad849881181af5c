"""A table counted in the race: as an item, with what it does to the date; and as a vector in the graph."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis import Question
from catchup.analysis.commands.main import run
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.request import choose_evidence
from catchup.analysis.studies.tables import efficiency
from catchup.analysis.studies.tables.efficiency import Choice, measured_progress, progress_item_text
from catchup.analysis.studies.tables.written_items import written_item
from catchup.evidence import Item, read_table
from catchup.evidence.efficiency.integration import PARAMETERS
from catchup.evidence.selection import Selection
from catchup.model import load_assumptions
from table_cases import OLDER_HEADER, public_table, write_csv

DAY = date(2026, 11, 21)
AGREE = 0.05  # months by which engines may differ beyond chance, as asked of them everywhere
STANDARD_ERRORS = 4.5  # that two exact engines differ by at one of five quantiles with a probability below 1e-4


def made(place: int) -> tuple[str, ...]:
    """A model on a line with progress of 8 a year, a little off it."""
    day, log10_compute = date(2023, 2, 1) + timedelta(days=47 * place), 24.0 + 0.3 * (place % 7)
    years = (day - date(2026, 2, 24)).days / 365.25
    score = 150.0 + 11.0 * (log10_compute - 25.0 + math.log10(8.0) * years) + 4.0 * math.sin(1.7 * place)
    country = "China" if place % 2 else "United States of America"
    about = (f"{score:.1f}", day.isoformat(), f"Lab {place % 4}", country, f"{10**log10_compute:.2e}")
    return (f"m{place}", *about, "Confident", f"Model {place}")


MADE = tuple(map(made, range(24)))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "index-2026-06-16.csv", OLDER_HEADER, MADE)


def item_of(path: Path, weight: float, models: str = "all") -> Item:
    table = read_table(path, vintage=date(2026, 6, 16))
    item = written_item(progress_item_text(measured_progress(table, load_assumptions(), Choice(models)), "table"))
    return replace(item, text=item.text.model_copy(update={"weight": weight}))


def test_an_item_is_the_tables_curve(index: Path) -> None:
    found = measured_progress(read_table(index, vintage=date(2026, 6, 16)), load_assumptions())
    item = written_item(progress_item_text(found, "table"))
    clock, points = load_assumptions().clock(DAY), np.linspace(-0.4, 2.9, 67)
    density = item.log_density(np, item.observation(clock), points, item.figures(clock))
    curve = found.read.curve(points)
    np.testing.assert_allclose(density - density[20], curve - curve[20], atol=1e-4)  # of heights with six decimals
    assert item.text.weight == load_assumptions().table.number("efficiency_weight") < 1.0
    assert item.text.weight_reason


def test_the_item_is_printed_and_counted(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "efficiency", str(index), "--item", "my-table", "--models", "chinese"]) == 0
    (tmp_path / "my-table.toml").write_text(capsys.readouterr().out)
    asked = ["forecast", "--draws", "4000", "--json"]
    assert run([*asked, "--as-of", "2026-11-21", "--add", str(tmp_path / "my-table.toml")]) == 0
    assert "my-table" in json.loads(capsys.readouterr().out)["evidence"]
    assert run([*asked, "--as-of", "2026-06-01", "--add", str(tmp_path / "my-table.toml")]) == 0
    assert "my-table" not in json.loads(capsys.readouterr().out)["evidence"]  # the table was not there yet


def test_at_full_weight_it_is_never_counted_with_lags_of_the_same_index(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "efficiency", str(index), "--item", "my-table"]) == 0
    whole = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("weight")]
    (tmp_path / "my-table.toml").write_text("\n".join(whole))
    assert run(["forecast", "--draws", "1000", "--add", str(tmp_path / "my-table.toml")]) == 2
    assert "'epoch-capabilities-index'" in capsys.readouterr().err


def test_it_is_not_counted_on_a_day_on_which_the_table_was_not_there(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["data", "efficiency", str(index), "--dates", "--json"]
    assert run([*asked, "--as-of", "2026-06-01"]) == 2
    assert "after 2026-06-01: nothing of it was known then" in capsys.readouterr().err
    monkeypatch.setattr(efficiency, "with_dates", lambda found, drawn: found)
    assert run([*asked, "--as-of", "2026-11-21"]) == 0
    assert "silence was last confirmed through 2026-09-29" in capsys.readouterr().err


@pytest.mark.slow
def test_what_counting_it_does_to_the_date_is_said_by_choice(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["data", "efficiency", str(index), "--dates", "--as-of", "2026-11-21", "--json"]
    assert run(asked) == 0
    found = json.loads(capsys.readouterr().out)
    dates = {row["id"]: row["ready"]["quantiles"]["0.5"]["months"] for row in found["dates"]}
    assert {"uncounted", "all"} <= dates.keys()
    assert set(found["opinions"]) == {"progress-amodei", "progress-scher"}


def test_a_likelihood_that_says_nothing_makes_no_item(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flat = write_csv(
        tmp_path / "flat-2026-06-16.csv", OLDER_HEADER, [(*row[:2], "2026-02-24", *row[3:]) for row in MADE]
    )
    assert run(["data", "efficiency", str(flat), "--item", "my-table"]) == 2
    told = capsys.readouterr().err
    assert str(flat) in told
    assert "makes no item" in told


@pytest.mark.slow
def test_importance_on_the_curve_and_nuts_on_every_score_agree() -> None:
    """The race's graph with all scores as one vector, its line sampled, against draws weighted by the curve."""
    import nutpie

    from catchup.evidence import scored_models
    from catchup.evidence.efficiency.graph import observe_scores
    from catchup.model.assumptions import PROGRESS_QUANTITY
    from catchup.model.graph import build_model

    assumptions = load_assumptions(model="article")
    number = assumptions.table.number
    table = read_table(public_table("epoch-eci-2026-06-16.csv"), vintage=date(2026, 6, 16))
    question = Question(assumptions, DAY, draws=400_000)
    silence = choose_evidence(question, "none", None, ())
    item = item_of(Path(table.file), weight=1.0)
    weighted = condition(question, Selection((*silence.counted, item)), "importance").ready
    model = build_model(assumptions, extra_quantities=PARAMETERS)
    with model:
        models = scored_models(table, assumptions.calendar, number("efficiency_reference_flop"))
        observe_scores(models, model.named_vars, model[PROGRESS_QUANTITY], number("efficiency_degrees_of_freedom"))
    tree = nutpie.sample(
        nutpie.compile_pymc_model(model),
        draws=20_000,
        tune=1_500,
        chains=4,
        seed=1,
        target_accept=0.9,
        progress_bar=False,
    )
    chains = tree["posterior"]["ready"].sel(event=question.event).values
    sampled = Distribution(chains.ravel(), Weighting(draws=chains.size, chains=len(chains)))
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        one, other = weighted.quantile(p), sampled.quantile(p)
        assert abs(one.value - other.value) < AGREE + STANDARD_ERRORS * float(np.hypot(one.mcse, other.mcse)), p
