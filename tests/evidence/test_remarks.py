"""What an author hears of an item that is well formed, and counts otherwise than it seems to."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.commands.main import run
from catchup.evidence import load_ledger, select
from catchup.evidence.kinds import KINDS
from catchup.evidence.remarks import denied_reports, remarks, said_twice
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from evidence_cases import SIZED, item, table, toml

DAY = datetime.date(2027, 9, 30)
REPORTED = datetime.date(2027, 9, 15)
RACE = load_assumptions().race
LAG = {"observed": {"value": 6.0, "scope": "general"}}
RUN = {"firm": "Kimi", "date": datetime.date(2026, 10, 15), "size": 3e25}


def twins(kind: str, first: dict[str, Any], second: dict[str, Any]) -> list[Item]:
    return [item(kind, id=name, shares=[name], **changes) for name, changes in (("one", first), ("two", second))]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].countable])
def test_any_item_under_another_id_is_said_to_count_twice(kind: str) -> None:
    pair = twins(kind, {}, {})
    assert [line.split(" say ")[0] for line in said_twice(pair, RACE)] == ["one and two"]
    assert list(said_twice(pair, RACE, pair[1:])) == list(said_twice(pair, RACE))
    assert not list(said_twice(pair, RACE, []))


@pytest.mark.parametrize(
    ("kind", "first", "second", "alike"),
    [
        ("capability_lag", LAG, LAG | {"sources": [table("capability_lag")["sources"][0] | {"publisher": "B"}]}, True),
        ("run_started", {"observed": RUN, "likelihood": SIZED}, {"observed": RUN | {"firm": "Moonshot AI"}}, True),
        ("compute_stock", {"observed__chip": "910C"}, {"observed__chip": "Huawei Ascend 910C"}, True),
        ("capability_lag", LAG, {"observed": LAG["observed"] | {"value": 6.5}}, False),
        ("capability_lag", LAG, LAG | {"known_since": datetime.date(2026, 11, 2)}, False),
        ("capability_lag", LAG, LAG | {"shares": ["one"]}, False),
        ("capability_lag", LAG, LAG | {"weight": 0.5, "weight_reason": "repeated"}, False),
        ("run_started", {"observed": RUN, "likelihood": SIZED}, {"observed": RUN | {"firm": "zai"}}, False),
    ],
)
def test_only_what_says_the_same_of_the_same_counts_twice(
    kind: str, first: dict[str, Any], second: dict[str, Any], alike: bool
) -> None:
    second = {**({"likelihood": first["likelihood"]} if "likelihood" in first else {}), **second}
    pair = [
        item(kind, **{"id": "one", "shares": ["one"], **first}),
        item(kind, **{"id": "two", "shares": [], **second}),
    ]
    assert bool(list(said_twice(pair, RACE))) == alike


@pytest.mark.parametrize("model", ["current", "article"])
def test_nothing_of_the_default_ledger_is_said_twice(model: str) -> None:
    assumptions = load_assumptions(model=model)
    chosen = select(load_ledger(), "default", DAY, assumptions)
    assert not list(said_twice(chosen.counted, assumptions.race))
    assert not list(denied_reports(chosen, DAY))


def test_the_day_of_a_run_of_known_size_is_said_not_to_count() -> None:
    for kind in ("run_started", "run_finished"):
        sized = item(kind, observed=RUN, likelihood=SIZED)
        said = list(remarks([sized], [sized]))
        assert "not as those of its run to the event" in said[0]
        assert "typical_share = 1" in said[1]
        smaller = item(kind, observed=RUN, likelihood=SIZED | {"typical_share": 0.5})
        assert len(list(remarks([smaller], [smaller]))) == 1
        dated = item(kind, observed={"firm": "zai", "date": RUN["date"]}, likelihood={"months_sd": 1.0})
        assert not list(remarks([dated], [dated]))
        held_out = item(kind, observed=RUN, likelihood=SIZED, role="check")
        assert not list(remarks([held_out], []))


def test_a_score_by_itself_is_said_to_say_nothing() -> None:
    chinese = item("frontier_score", id="chinese")
    mythos = item("frontier_score", id="mythos", observed__frontier="mythos")
    assert "says next to nothing until something tells efficiency_score" in next(remarks([chinese], [chinese]))
    assert next(remarks([mythos], [mythos])).endswith("a Chinese model's score")
    assert not list(remarks([chinese, mythos], [chinese, mythos]))


@pytest.mark.parametrize(
    ("looked", "asked", "changes", "denied"),
    [
        (1, DAY, {}, True),
        (0, DAY, {}, True),
        (-1, DAY, {}, False),
        (1, REPORTED, {}, True),  # by then somebody has looked through the reported day
        (
            1,
            DAY,
            {"likelihood__reliability": 0.5, "likelihood__background_mean": 18.0, "likelihood__background_sd": 6.0},
            False,
        ),
    ],
)
def test_a_believed_report_that_somebody_denies_is_told_of(
    looked: int, asked: datetime.date, changes: dict[str, Any], denied: bool, tmp_path: Path
) -> None:
    through = REPORTED + datetime.timedelta(days=looked)
    known = {"known_since": min(REPORTED, through), "sources": [table("claim")["sources"][0]]}
    about = {"event": "compute-equivalent", "date": REPORTED}
    report = table("milestone", id="report", shares=[], observed=about, **{**known, "known_since": REPORTED}, **changes)
    silence = table("not_yet", id="silence", shares=[], observed={"confirmed_through": through}, **known)
    for made in (report, silence):
        (tmp_path / f"{made['id']}.toml").write_text(toml(made), encoding="utf-8")
    chosen = select(load_ledger(tmp_path), "default", asked, load_assumptions())
    said = list(denied_reports(chosen, asked))
    assert bool(said) == denied
    if denied:
        assert f"nothing was found through {min(through, asked)}" in said[0]


def test_check_says_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.toml"
        path.write_text(
            toml(table("run_started", id=name, shares=[], observed=RUN, likelihood=SIZED)), encoding="utf-8"
        )
        paths.append(str(path))
    assert run(["evidence", "check", *paths, "--as-of", "2026-11-26"]) == 0
    said = capsys.readouterr().out
    assert "one and two say the same of the same day" in said
    assert "two: its run is read as its firm's largest" in said
