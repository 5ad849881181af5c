"""``catchup state`` and ``catchup levers``: what scripts are promised, and what is refused."""

from __future__ import annotations

import json

import pytest

from catchup.analysis.commands.main import run

PRIOR = ["--evidence", "none", "--as-of", "2026-11-26", "--draws", "2000"]


def asked(capsys, *arguments):
    assert run([*arguments, *PRIOR, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_state_as_promised(capsys):
    found = asked(capsys, "state")
    assert [stage["id"] for stage in found["stages"]] == [
        "not-launched",
        "pre-training",
        "post-training",
        "ready-unannounced",
    ]
    for stage in found["stages"]:
        assert {"probability", "mcse", "ready"} <= set(stage)
        assert set(stage["ready"]["quantiles"]) == {"0.05", "0.25", "0.5", "0.75", "0.95"}
    assert found["model"] == "current"
    for stages in found["firms"].values():
        assert sum(stages.values()) == pytest.approx(1.0, abs=1e-3)


def test_levers_as_promised(capsys):
    found = asked(capsys, "levers", "--from", "2026-06-12")
    assert found["from"] == "2026-06-12"
    for lever in found["levers"]:
        assert set(lever["shift"]) == {"0.5", "0.75", "0.95"}
        assert 0.0 <= lever["unmoved"] <= 1.0
        assert set(lever["shift_movable"]) >= {"months", "mcse"}
        assert lever["instruments"]


def test_text_names_the_instruments_that_json_has(capsys):
    found = asked(capsys, "levers")
    named = {name for lever in found["levers"] for name in lever["instruments"]}
    assert {"Remote Access Security Act", "MATCH Act", "Stop Stealing Our Chips Act", "surety bonds"} <= named
    assert any("exports to US hyperscalers abroad" in name for name in named)
    assert run(["levers", *PRIOR]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert all(name in printed for name in named)
    assert run(["regimes", *PRIOR]) == 0
    assert "would pull them by" not in capsys.readouterr().out


def test_levers_by_day_as_promised(capsys):
    found = asked(capsys, "levers", "--by-day")
    for lever in found["levers"]:
        days = [row["from"] for row in lever["by_day"]]
        assert days[0] == "2026-11-26"
        assert days == sorted(days)
        assert all({"from", "shift", "unmoved"} <= set(row) for row in lever["by_day"])


def test_a_grid_has_every_lever_under_every_regime(capsys):
    found = asked(capsys, "levers", "--grid")
    pairs = {(row["lever"], row["regime"]) for row in found["grid"]}
    assert len(pairs) == len(found["grid"]) == 8 * 5


def test_text_says_which_draws_are_past_a_lever(capsys):
    assert run(["levers", *PRIOR]) == 0
    printed = capsys.readouterr().out
    assert "acting from 26 Nov 2026" in printed
    assert "Draws that are not moved, being past it or indifferent to it" in printed
    assert "most of them" not in printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--from", "2026-02-23"], "--from: a day from 2026-02-24 (t = 0) on was expected, not 2026-02-23"),
        (["--from", "someday"], "--from: a day such as 2026-02-24 was expected, not 'someday'"),
        (["--by-day", "--grid"], "--grid: does not go with --by-day"),
        (
            ["--model", "currant"],
            'Invalid value "currant" for --model. Choose from: "article", "current". Did you mean "current"?',
        ),
    ],
)
def test_what_is_refused(capsys, arguments, complaint):
    assert run(["levers", *arguments, *PRIOR]) == 2
    assert complaint in " ".join(capsys.readouterr().err.split())
