"""Bad input to the command line: one line for what went wrong, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from command_cases import ITEM, said

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
        (["evidence", "new", "?"], "budget_share, capability_lag"),
        (["run"], "run needs --runs; see catchup run --help"),
        (["run", "--run", "runs"], "Did you mean --runs instead of --run?"),
        (["run", "--runs"], "--runs needs a value"),
        (["evidence", "show"], "evidence show needs ITEM; see catchup evidence show --help"),
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
