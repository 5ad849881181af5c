"""What is told beside an answer of items that are counted, though no diagnostic fails."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.commands.main import run as catchup
from item_cases import write_item

QUICK = ["--draws", "5000", "--engine", "importance"]
ASKED = [*QUICK, "--as-of", "2026-12-01"]
BEGUN = date(2026, 11, 28)
KNOWN = {"known_since": date(2026, 11, 30)}
PRESS = [{"title": "A leak", "publisher": "A newspaper", "date": date(2026, 11, 30), "quoted_in": "news"}]


def run_of(folder: Path, name: str, size: float, **likelihood: Any) -> str:
    """A leak of a run of ByteDance's that began on a day, of known size."""
    observed = {"firm": "ByteDance", "date": BEGUN, "size": size}
    stated = {"size_sd": 0.5, **likelihood}
    known = {"known_since": date(2026, 11, 30), "sources": PRESS}
    return str(write_item(folder, "run_started", name, observed=observed, likelihood=stated, **known))


def warnings(capsys: pytest.CaptureFixture[str], *added: str) -> list[str]:
    assert catchup(["forecast", "--json", *ASKED, *(word for path in added for word in ("--add", path))]) == 0
    return list(json.loads(capsys.readouterr().out)["warnings"])


def test_a_run_whose_firm_had_come_to_it_before_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run as large as that makes the firm's run to the event one that began long ago."""
    said = [line for line in warnings(capsys, run_of(tmp_path, "huge", 1e27)) if line.startswith("huge ")]
    assert len(said) == 1
    assert "not by its day: ByteDance's run to the event came before 2026-11-28" in said[0]
    doubt = {"reliability": 0.5, "background_mean": 59.0, "background_sd": 2.0}
    for path in (run_of(tmp_path, "small", 1e25), run_of(tmp_path, "doubted", 1e27, **doubt)):
        assert not [line for line in warnings(capsys, path) if "by its day" in line]


def test_what_is_known_of_another_event_is_not_carried_over_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Years of silence about the model left it served and publicly known, and its being served left it a secret."""
    asked = ["forecast", "--json", *ASKED, "--event", "widely-served"]
    silence = write_item(tmp_path, "not_yet", "quiet", observed={"event": "widely-served", "date": BEGUN}, **KNOWN)
    told = []
    for added in ([], ["--add", str(silence)]):
        assert catchup([*asked, *added]) == 0
        lines = json.loads(capsys.readouterr().out)["warnings"]
        told.append([line for line in lines if "as if nobody had looked for it" in line])
    (line,), none = told
    assert line.startswith(
        "silence is counted about compute-equivalent (no-public-model), and none about widely-served"
    )
    assert none == []
    day = date(2028, 1, 15)
    dated = {"event": "widely-served", "date": day}
    served = str(write_item(tmp_path, "milestone", "served", observed=dated, known_since=day))
    assert catchup(["forecast", "--json", *QUICK, "--as-of", "2028-02-01", "--add", served]) == 0
    (said,) = [line for line in json.loads(capsys.readouterr().out)["warnings"] if "has to say so" in line]
    assert said.startswith("widely-served (served) is reported, and compute-equivalent is not: ")


@pytest.mark.parametrize("model", ["article", "current"])
@pytest.mark.parametrize(("day", "late"), [("2028-02-24", False), ("2028-02-25", True)])
def test_a_question_after_the_last_source_is_told_so(
    model: str, day: str, late: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that arrives does so within 24 months."""
    assert catchup(["forecast", "--json", *QUICK, "--model", model, "--evidence", "none", "--as-of", day]) == 0
    said = json.loads(capsys.readouterr().out)["warnings"]
    assert any("no compute is modelled that arrives after 2028-02-24" in line for line in said) is late


@pytest.mark.parametrize(("months_sd", "told"), [(1.0, True), (0.1, False)])
def test_a_run_that_is_said_to_have_begun_and_may_not_have_is_told_of(
    months_sd: float, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`state` says of a believed run that none is launched, with a quarter, where its day may be a month off."""
    day = date(2027, 3, 1)
    observed = {"firm": "ByteDance", "event": "compute-equivalent", "date": day}
    likelihood = {"months_sd": months_sd}
    known = {"known_since": date(2027, 3, 15), "sources": [{**PRESS[0], "date": date(2027, 3, 15)}]}
    leak = str(write_item(tmp_path, "run_started", "begun", observed=observed, likelihood=likelihood, **known))
    assert catchup(["forecast", "--json", *QUICK, "--as-of", "2027-03-20", "--add", leak]) == 0
    said = [line for line in json.loads(capsys.readouterr().out)["warnings"] if line.startswith("begun: with ")]
    assert len(said) == told


def test_a_figure_that_counts_twice_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [run_of(tmp_path, name, 3e25, typical_share=0.5) for name in ("one", "two")]
    assert any(line.startswith("one and two say the same of the same day") for line in warnings(capsys, *paths))


def test_a_refusal_says_what_the_files_of_items_in_conflict_could_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [run_of(tmp_path, "huge", 1e27), run_of(tmp_path, "small", 1e25)]
    assert catchup(["forecast", *ASKED, *(word for path in paths for word in ("--add", path))]) == 1
    said = capsys.readouterr().err
    for name in ("huge", "small"):
        assert f"Of {name}: its run is read as its firm's largest (typical_share = 1)" in said
