"""The command line: exit codes, one line for what went wrong, one JSON object for scripts."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.commands.main import main, run
from catchup.analysis.presentation import explorer
from catchup.analysis.runs import run as orchestration

Shelf = tuple[Path, list[Run]]
BRIEF = ["--evidence", "none", "--as-of", "2026-11-21", "--draws", "2000"]
ITEM = """
id = "rumour"
title = "A rumour"
kind = "capability_lag"
role = "likelihood"
known_since = 2026-06-01
[observed]
value = 7
scope = "general"
[likelihood]
sd = 0.25
[[sources]]
title = "A rumour"
publisher = "Somebody"
date = 2026-06-01
address = "https://example.org"
"""


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What went wrong, once it is sure that nothing else was said."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert 1 <= len(captured.err.splitlines()) <= 2
    assert captured.err.startswith("catchup: ")
    assert "Traceback" not in captured.err
    return captured.err


NO_DAYS = ("2026-13-01", "20-11-2026", "2026-11-20T00:00")
WHOLE = ("--draws", "--seed")
TO_A_PATH = (
    *(["forecast", option] for option in ("--ledger", "--add", "--plot", "--figures", "--save")),
    ["publish", "--runs", "runs", "--site"],
    *([command, "--runs"] for command in ("run", "replay", "history", "doctor", "score")),
    ["explore", "--out"],
)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["forcast"], "did you mean 'forecast'"),
        (["priors", "lst"], "did you mean 'priors list'"),
        (["evidence", "lsit"], "did you mean 'evidence list'"),
        (["forecast", "--drwas", "100"], "--draws"),
        (["forecast", "--draws", "many"], "--draws"),
        (["forecast", "--draws", "0"], "--draws"),
        (["forecast", "--draws", "-5"], "--draws"),
        (["forecast", "--engine", "gibbs"], "importance"),
        (["forecast", "--event", "compute-equivalnt"], "did you mean 'compute-equivalent'"),
        (["forecast", "--as-of", "yesterday"], "--as-of"),
        (["forecast", "--as-of", "2026-01-01"], "--as-of"),
        (["forecast", "--launch-grid", "-1"], "--launch-grid"),
        (["forecast", "--launch-grid", "121"], "months from 0.001 to 120 were expected, not 121"),
        (["forecast", "--launch-grid", "1e308"], "--launch-grid: months from 0.001"),
        (["forecast", "--launch-grid", "0,5"], "--launch-grid: a number was expected, not '0,5'"),
        *(
            (["forecast", "--as-of", day], f"--as-of: a day such as 2026-02-24 was expected, not '{day}'")
            for day in NO_DAYS
        ),
        *((["forecast", option, "2.7"], f"{option}: a whole number was expected, not '2.7'") for option in WHOLE),
        (["watch", "--draws", "1e5"], "--draws: a whole number was expected, not '1e5'"),
        *(([*command, ""], f"{command[-1]}: a file or folder was expected, not ''") for command in TO_A_PATH),
        (["digest", ""], "RUN: a file or folder was expected, not ''"),
        (["diff", "runs", ""], "AFTER: a file or folder was expected, not ''"),
        (["forecast", "--priors", ""], "--priors: a TOML file or the name of an overlay was expected, not ''"),
        (["forecast", "--set", "algorithmic_progres=4"], "did you mean 'algorithmic_progress'"),
        (["forecast", "--set", "algorithmic_progress=fast"], "algorithmic_progress"),
        (["forecast", "--set", "algorithmic_progress=nan"], "finite"),
        (["forecast", "--set", "algorithmic_progress=inf"], "finite"),
        (["forecast", "--set", "china_stock=-1"], "china_stock"),
        (["forecast", "--set", "hyperscaler_share=1.5"], "hyperscaler_share"),
        (["forecast", "--set", "=4"], "--set"),
        (["forecast", "--set", "mfu_china=0.2", "--set", "mfu_china=0.3"], "--set mfu_china: is set twice"),
        (["forecast", "--seed", "18446744073709551616"], "--seed"),
        (["forecast", "--evidence", "eci-lga"], "did you mean 'eci-lag'"),
        (["forecast", "--priors", "no-such-overlay.toml"], "no-such-overlay.toml"),
        (["forecast", "--ledger", "no-such-folder"], "no-such-folder"),
        (["forecast", "--add", "no-such-item.toml"], "no-such-item.toml"),
        (["forecast", "--plot", "no-such-folder/date.png"], "no-such-folder"),
        (["forecast", "--plot", "date.jpeg"], "date.jpeg"),
        (["forecast", "--figures", "no-such-folder/figures"], "no-such-folder"),
        (["priors", "show", "china_stok"], "did you mean 'china_stock'"),
        (["evidence", "show", "eci-lga"], "did you mean 'eci-lag'"),
        (["evidence", "new", "capability_lga"], "capability_lag"),
        (["run"], "--runs"),
        (["run", "--runs", "runs", "--as-of", "2999-01-01"], "--as-of"),
        (["run", "--runs", "runs", "--as-of", "2025-12-31"], "--as-of"),
        (["run", "--runs", "no/such/runs"], "no/such/runs"),
        (["replay", "--runs", "runs", "--from", "2026-06-12", "--to", "2999-01-01"], "--to"),
        (["replay", "--runs", "runs", "--from", "2026-06-12", "--to", "2026-06-01"], "--to"),
        (["replay", "--runs", "runs", "--from", "2026-06-12", "--to", "2026-06-19", "--every", "7"], "--every"),
        (["history", "--runs", "no-such-runs"], "no-such-runs"),
        (["score", "--runs", "no-such-runs", "--outcome", "2027-01-01"], "no-such-runs"),
        (["score", "--runs", "."], "holds no sound run to score"),
        (["export", "no-such-run"], "no-such-run"),
        (["diff", "no-such-run", "nor-this"], "no-such-run"),
        (["explore", "--out", "no-such-folder/page.html"], "no-such-folder"),
        (["explore", "--out", "."], "--out"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    arguments: list[str],
    fragment: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    assert fragment in said(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        ("", "empty"),
        ("this is not TOML", "TOML"),
        ("[quantity.china_stok]\nlow = 1\n", "china_stock"),
        ("[quantity.china_stock]\nmode = 9e9\n", "china_stock"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_an_overlay_that_cannot_be_used(
    content: str | bytes, fragment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "overlay.toml"
    overlay.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["forecast", "--priors", str(overlay)]) == 2
    message = said(capsys)
    assert fragment in message
    assert str(overlay) in message


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        (("capability_lag", "capability_lga"), "capability_lag"),
        (("value = 7", "valeu = 7"), "value"),
        (("value = 7", "value = -7"), "value"),
        (("value = 7", "value = nan"), "value"),
        (("sd = 0.25", "sd = 0"), "sd"),
        (('scope = "general"', 'scope = "everything"'), "scope"),
        ((ITEM[ITEM.index("[[sources]]") :], ""), "sources"),
        (('id = "rumour"', 'id = "eci-lag"'), "eci-lag"),
        (('role = "likelihood"', 'role = "likelyhood"'), "likelihood"),
    ],
)
def test_an_item_that_cannot_be_used(
    change: tuple[str, str], fragment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rumour.toml"
    path.write_text(ITEM.replace(*change))
    assert run(["forecast", "--add", str(path)]) == 2
    message = said(capsys)
    assert fragment in message
    assert str(path) in message


def test_the_item_those_are_made_from_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rumour.toml"
    path.write_text(ITEM)
    assert run(["evidence", "check", str(path)]) == 0


@pytest.mark.parametrize(
    "command",
    [
        *(["forecast"], ["levers"], ["levers", "--by-day"], ["levers", "--grid"], ["regimes"], ["scenarios"]),
        *(["sensitivity"], ["thresholds"], ["state"], ["obstacles"], ["watch", "--only", "merger"]),
    ],
    ids=" ".join,
)
def test_json_is_one_object_that_says_its_model(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, *BRIEF, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert isinstance(content, dict)
    assert (content["schema"], content["model"]) == (1, "current")


@pytest.mark.parametrize("command", ["list", "show china_stock"])
def test_json_of_priors(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["priors", *command.split(), "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_json_of_what_reads_runs(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    folder, runs = shelf
    first, last = str(runs[0].folder), str(runs[-1].folder)
    for arguments in (
        ["history", "--runs", str(folder)],
        ["score", "--runs", str(folder), "--outcome", "2027-02-01"],
        ["diff", first, last],
        ["diff", first, first],
    ):
        assert run([*arguments, "--json"]) == 0, arguments
        captured = capsys.readouterr()
        assert captured.err == ""
        assert isinstance(json.loads(captured.out), dict)
    assert run(["export", last, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == runs[-1].forecast


def test_a_run_is_named_by_the_folder_that_it_is_asked_from(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = shelf[1][0].folder.resolve(), shelf[1][1].folder.resolve()
    monkeypatch.chdir(second)
    assert run(["diff", f"../{first.name}", "."]) == 0
    assert f"From {first.name} to {second.name};" in " ".join(capsys.readouterr().out.split())


def test_history_json_has_the_promised_keys(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "--runs", str(shelf[0]), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["runs"]
    assert [one["as_of"] for one in found] == sorted(one["as_of"] for one in found)
    for one in found[1:]:
        assert {"0.05", "0.5", "0.95"} <= one["ready"]["quantiles"].keys()
        assert one["shift"].keys() >= {"months", "mcse"}
        assert isinstance(one["items_added"], list)


def test_history_shows_sound_runs_and_names_the_others(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "runs"
    shutil.copytree(shelf[0], copy)
    truncated, newer, *_ = sorted(copy.iterdir())
    (truncated / "manifest.json").write_text('{"schema": 1')
    (newer / "manifest.json").write_text('{"schema": 99}')
    (copy / "notes.txt").write_text("mine")
    before = sorted(copy.rglob("*"))
    assert run(["history", "--runs", str(copy), "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["runs"]) == len(shelf[1]) - 2
    assert len(captured.err.splitlines()) == 3
    for path in (truncated, newer, copy / "notes.txt"):
        assert str(path) in captured.err
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize(
    ("damage", "fragment"),
    [
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 1'), "truncated"),
        (lambda folder: (folder / "manifest.json").write_text('{"schema": 99}'), "schema 99"),
        (lambda folder: (folder / "forecast.json").unlink(), "lacks forecast.json"),
        (lambda folder: (folder / "forecast.json").write_text("[]"), "forecast.json"),
        (lambda folder: (folder / "forecast.json").write_text("{"), "truncated"),
        (lambda folder: shutil.rmtree(folder / "inputs"), "inputs"),
    ],
)
@pytest.mark.parametrize("command", ["diff", "export"])
def test_a_broken_run_is_one_line_with_its_path(
    command: str,
    damage: Callable[[Path], object],
    fragment: str,
    shelf: Shelf,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "2026-07-09"
    shutil.copytree(shelf[1][1].folder, broken)
    damage(broken)
    arguments = [command, str(broken)] if command == "export" else [command, str(shelf[1][0].folder), str(broken)]
    assert run(arguments) == 2
    message = said(capsys)
    assert str(broken) in message
    assert fragment in message


def test_a_file_for_a_run_or_a_runs_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file"
    path.write_text("")
    for arguments in (["export", str(path)], ["history", "--runs", str(path)], ["run", "--runs", str(path), *BRIEF]):
        assert run(arguments) == 2
        assert str(path) in said(capsys)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is protected from root")
def test_a_protected_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "runs"
    folder.mkdir(mode=0o500)
    assert run(["run", "--runs", str(folder), *BRIEF]) == 2
    assert str(folder) in said(capsys)
    assert run(["forecast", "--plot", str(folder / "date.png"), *BRIEF]) == 2
    assert str(folder) in said(capsys)


@pytest.mark.usefixtures("brief_runs")
def test_quiet_run_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--runs", str(tmp_path / "runs"), *BRIEF, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "runs" / "2026-11-21" / "forecast.json").is_file()


@pytest.mark.usefixtures("brief_runs")
def test_a_run_says_where_and_when(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--runs", str(tmp_path / "runs"), *BRIEF]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "2026-11-21: around" in " ".join(captured.out.split())


@pytest.mark.usefixtures("brief_runs")
def test_a_run_logged_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = tmp_path / "runs"
    assert run(["run", "--runs", str(runs), *BRIEF, "--log-json", "--json"]) == 0
    captured = capsys.readouterr()
    kept = json.loads((runs / "2026-11-21" / "forecast.json").read_text())
    assert json.loads(captured.out) == kept | {"moved": json.loads(captured.out)["moved"]}
    (record,) = map(json.loads, captured.err.splitlines())
    assert record["folder"] == str(runs / "2026-11-21")
    assert run(["run", "--runs", str(runs), "--evidence", "eci-lga", "--log-json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (record,) = map(json.loads, captured.err.splitlines())
    assert (record["event"], record["status"]) == ("error", 2)
    assert "eci-lag" in record["message"]


@pytest.mark.usefixtures("brief_runs")
def test_same_inputs_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for _ in range(2):
        assert run(["run", "--runs", str(runs), *BRIEF, "--quiet"]) == 0
    first, second = (runs / name / "forecast.json" for name in ("2026-11-21", "2026-11-21-2"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("brief_runs")
@pytest.mark.parametrize("command", ["run", "forecast", "explore"])
def test_a_full_disk_is_one_line_and_exit_1(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    arguments = {
        "run": ["--runs", str(tmp_path / "runs")],
        "forecast": ["--plot", str(tmp_path / "date.png")],
        "explore": ["--out", str(tmp_path / "page.html")],
    }[command]
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(explorer, "render_explorer", lambda *_, **__: "a page")  # which takes seconds to work out
    assert run([command, *arguments, *BRIEF]) == 1
    message = said(capsys)
    assert "no space left on device" in message.lower()
    assert str(tmp_path) in message
    assert [path for path in tmp_path.rglob("*") if path != tmp_path / "runs"] == []


LIST = ["priors", "list", "--model", "article"]  # a third of the work that `current` makes of it


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "catchup.analysis.commands.main", *LIST, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("catchup: ")
    assert line.endswith("no space left on device")


def test_a_reader_who_stops_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "catchup.analysis.commands.main", *LIST, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert err == ""


@pytest.mark.parametrize("form", [LIST, [*LIST, "--json"], ["forecast", "--help"]])
def test_a_reader_who_stops_after_a_line_is_no_error(form: list[str]) -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main {' '.join(form)}"
    done = subprocess.run(
        ["bash", "-c", f"{program} | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("form", "closed"),
    [
        ("", ">&-"),
        ("", ">&- 2>&-"),
        ("", "2>&-"),
        ("--json", ">&-"),
        # nothing is said where standard error leads, in whichever form
        pytest.param("--json", ">&- 2>&-", marks=pytest.mark.slow),
        pytest.param("--json", "2>&-", marks=pytest.mark.slow),
    ],
)
def test_closed_output_is_no_error(form: str, closed: str) -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main {' '.join(LIST)} {form}"
    done = subprocess.run(["bash", "-c", f"{program} {closed}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr


def test_what_went_wrong_does_not_go_to_standard_output() -> None:
    program = f"{sys.executable} -m catchup.analysis.commands.main priors show no-such 2>&-"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.usefixtures("brief_runs")
def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(orchestration, "write", interrupt)
    runs = tmp_path / "runs"
    assert run(["run", "--runs", str(runs), *BRIEF]) == 130
    assert said(capsys) == "catchup: interrupted\n"
    assert list(tmp_path.iterdir()) == [runs]
    assert list(runs.iterdir()) == []


@pytest.mark.parametrize(("arguments", "status"), [(["priors", "list", "--json"], 0), (["forcast"], 2)])
def test_the_process_exits_with_the_status(arguments: list[str], status: int) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == status


@pytest.mark.slow
def test_evidence_that_cannot_be_is_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rumour.toml"
    path.write_text(ITEM.replace("value = 7", "value = 900").replace("sd = 0.25", "sd = 0.001"))
    assert run(["forecast", "--add", str(path), "--engine", "importance", "--draws", "5000"]) == 1
    assert "rumour" in said(capsys)
