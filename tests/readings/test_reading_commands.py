"""The readings' commands: one JSON object or tables, and one line for what a user got wrong."""

import json
import re
import sys

import pytest

from catchup.analysis.commands.main import run

COMMANDS = ("trend", "capacity", "efficiency", "size")
OPTIONS = ["--evidence", "none", "--as-of", "2026-11-21", "--draws", "1000"]


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_object(command, capsys):
    assert run([command, *OPTIONS, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["schema"], result["draws"], result["as_of"]) == (1, 1000, "2026-11-21")


@pytest.mark.parametrize("command", COMMANDS)
def test_tables_for_people(command, capsys):
    assert run([command, *OPTIONS]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) > 5
    assert captured.err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_answers_on_the_evidence(command, capsys):
    assert run([command, "--as-of", "2026-11-21", "--draws", "20000", "--engine", "importance", "--json"]) == 0
    assert "epoch-lag-records" in json.loads(capsys.readouterr().out)["evidence"]


@pytest.mark.parametrize("command", [*COMMANDS, "structures", "scenarios"])
@pytest.mark.parametrize("event", ["autonomous-range", "narrow-exploit"])
def test_every_event_can_be_asked(command, event, capsys):
    assert run([command, *OPTIONS, "--event", event, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["event"] == event


@pytest.mark.parametrize("command", COMMANDS)
def test_quasi_random_draws(command, capsys):
    assert run([command, *OPTIONS, "--quasi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["draws"] <= 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["size", "--flop", "-1"], "--flop"),
        (["size", "--flop", "much"], "much"),
        (["efficiency", "--gap", "0.5"], "--gap"),
        (["trend", "growing-lags"], "did you mean 'growing-lag'"),
        (["trend", "--event", "narrow-exploits"], "did you mean 'narrow-exploit'"),
        (["capacity", "--set", "capacity_coverage=0"], "capacity_coverage"),
        (["trend", "--set", "trend_lag_growth=1"], "trend_lag_growth"),
        (["size", "--set", "active_share=2"], "active_share"),
    ],
)
def test_bad_input_is_one_line(arguments, message, capsys):
    assert run([*arguments, *OPTIONS]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("scenarios", ["domestic-superpods", "itself is ready around"]),
        ("structures", ["Constant lag, Mythos's lead added", "What tells the pooled structures apart soonest"]),
        ("levers", ["Smuggling stopped"]),
        ("regimes", ["business as usual"]),
        ("trend", ["Constant lag"]),
        ("capacity", ["Tight chip rules, lax cloud rules"]),
        ("efficiency", ["by own innovation"]),
        ("size", ["The thread's run of"]),
        ("thresholds", ["So that DeepSeek"]),
    ],
)
def test_tables_fit_a_terminal_of_eighty_columns(command, words, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run([command, *OPTIONS]) == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    for text in words:
        assert any(text.lower() in line.lower() for line in lines), text  # not folded


def test_no_size_is_written_with_two_powers_of_ten(capsys):
    assert run(["size", "--set", "tokens_per_parameter=1", *OPTIONS]) == 0
    printed = capsys.readouterr().out
    assert "e+" not in printed.replace("e+26", "").replace("e+27", "")  # a column is written one way
    assert "3.49e12" in printed


def test_a_share_above_one_is_said_to_be_impossible(capsys):
    assert run(["capacity", "--set", "china_stock=1000", *OPTIONS]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Above 100%, which no share can be: implied by the race's stock inside China at t = 0." in said
    assert run(["capacity", *OPTIONS]) == 0
    assert "no share can be" not in " ".join(capsys.readouterr().out.split())


def test_too_few_draws_are_said_as_a_forecast_says_them(capsys):
    """In the words of its JSON, so that both can be searched for."""
    warned = "catchup: only 100 effective draws: too few for the quantile(s) 0.05, 0.95"
    for command in ("capacity", "forecast"):
        assert run([command, "--evidence", "none", "--draws", "100"]) == 0
        assert warned in capsys.readouterr().err.splitlines()
