"""Figures as files: the same bytes every time, whole or not there at all, and plain words for a bad path."""

import hashlib
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import (
    draw_gate,
    draw_levers,
    files,
    inline_svg,
    save,
    write_all,
)
from catchup.analysis.presentation.figures.files import _with_numbered_ids
from catchup.analysis.runs.pictures import draw_forecast
from catchup.priors.errors import InputError
from catchup.priors.files import check_folder
from figure_cases import Results

EVERY_FILE = ["cumulative", "gate", "levers", "regimes", "one-at-a-time", "mythos-compute", "pools"]
SUFFIXES = (".png", ".svg", ".pdf")
MAGIC = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}
ELSEWHERE = """
import hashlib, sys
from datetime import date
from catchup.analysis.presentation import figures
from catchup.analysis.presentation.figures.files import render
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.question import Question
from catchup.model.assumptions import load_assumptions
assert "matplotlib" not in sys.modules
forecast = forecast_prior(Question(load_assumptions(), date(2026, 6, 12), draws=500))
for suffix in (".png", ".svg", ".pdf"):
    print(hashlib.sha256(render(figures.draw_cumulative(forecast), suffix)).hexdigest())
assert "matplotlib.pyplot" not in sys.modules
"""


@pytest.fixture(scope="module")
def results(question: Question) -> Results:
    return Results(replace(question, draws=2_000))


@pytest.fixture
def figure() -> Figure:
    made = Figure(figsize=(2, 1))
    made.add_subplot().plot([1, 2])
    return made


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_result_gives_same_bytes(suffix: str, results: Results, tmp_path: Path) -> None:
    one = save(draw_gate(results.paths), tmp_path / f"one{suffix}").read_bytes()
    other = save(draw_gate(results.paths), tmp_path / f"other{suffix.upper()}").read_bytes()
    assert one == other
    assert one.startswith(MAGIC[suffix])
    assert not any(word in one for word in (b"CreationDate", b"dc:date", b"matplotlib.org"))


def test_bytes_are_the_same_in_another_process_which_never_opens_a_window() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", ELSEWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == len(SUFFIXES)


def test_a_users_own_settings_change_nothing_and_are_left_alone(results: Results) -> None:
    plain = hashlib.sha256(files.render(draw_levers(results.levers), ".svg")).digest()
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.family": "serif", "svg.fonttype": "path"}):
        before = dict(matplotlib.rcParams)
        assert hashlib.sha256(files.render(draw_levers(results.levers), ".svg")).digest() == plain
        assert dict(matplotlib.rcParams) == before


def test_every_figure_is_written_under_its_own_name(results: Results, tmp_path: Path) -> None:
    given = {"forecast": results.forecast, "paths": results.paths, "levers": results.levers}
    written = write_all(
        tmp_path / "figures", **given, regimes=results.regimes, sensitivity=results.sensitivity, suffix=".svg"
    )
    assert [path.name for path in written] == [f"{name}.svg" for name in EVERY_FILE]
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(path.name for path in written)
    assert all(path.stat().st_size > 5_000 for path in written)
    assert [path.stem for path in write_all(tmp_path / "some", levers=results.levers)] == ["levers"]


def test_a_fault_while_drawing_leaves_no_folder(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(results.paths, pools={})
    with pytest.raises(ValueError, match="concatenate"):
        write_all(tmp_path / "figures", levers=results.levers, paths=broken)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(
    figure: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "figure.png"
    path.write_bytes(b"earlier")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="cannot be written: no space left on device"):
            save(figure, path)
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]
    assert save(figure, path).read_bytes().startswith(MAGIC[".png"])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("figure.pgn", "unknown kind of picture '.pgn'; did you mean '.png'?"),
        ("figure", "unknown kind of picture ''; known are .pdf, .png, .svg"),
        ("missing/figure.png", "there is no folder"),
        ("file.png/figure.png", "there is no folder"),
        ("folder.png", "is a folder; a file, or nothing, was expected"),
        ("x" * 300 + ".png", "cannot be written"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(name: str, said: str, figure: Figure, tmp_path: Path) -> None:
    (tmp_path / "file.png").touch()
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError) as refused:
        save(figure, tmp_path / name, key="--plot")
    assert str(refused.value).startswith(f"{tmp_path / name}: plot: ")
    assert said in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.png", "folder.png"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing/figures", "there is no folder"),
        ("file", "is a file; a folder was expected"),
        ("file/figures", "there is no folder"),
        ("x" * 300, "cannot be"),
    ],
)
def test_a_folder_that_cannot_be_made_is_refused(name: str, said: str, results: Results, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="figures: ") as refused:
        write_all(tmp_path / name, levers=results.levers)
    assert said in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_protected_folder_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere, whatever the mode
    with pytest.raises(InputError, match="cannot be written into"):
        files.check_file(tmp_path / "figure.png")
    with pytest.raises(InputError, match="cannot be written into"):
        check_folder(tmp_path)


def test_figures_share_a_page_without_sharing_ids(results: Results) -> None:
    first, second = inline_svg(draw_levers(results.levers), "levers"), inline_svg(draw_gate(results.paths), "gate")
    ids = []
    for text, name in ((first, "levers"), (second, "gate")):
        assert text.startswith("<svg")
        tree = ElementTree.fromstring(text)
        own = {element.get("id") for element in tree.iter() if element.get("id")}
        assert all(identity.startswith(f"{name}-") for identity in own)
        referred = {part.split(")")[0] for part in text.split("url(#")[1:]}
        referred |= {part.split('"')[0] for part in text.split('href="#')[1:]}
        assert referred
        assert referred <= own
        ids.append(own)
        assert "<text" in text
        assert "sans-serif" in text
        assert "<metadata" not in text
    assert not ids[0] & ids[1]


def test_everything_that_goes_with_a_forecast_is_drawn(question: Question, tmp_path: Path) -> None:
    from catchup.analysis.inference.forecast import forecast
    from catchup.model.assumptions import load_assumptions

    fixed = load_assumptions((), {"bytedance_commitment": 0.01})
    asked = replace(question, assumptions=fixed, draws=1_000)
    drawn = prior_of(asked)
    said = draw_forecast(forecast(drawn), drawn, plot=tmp_path / "date.pdf", folder=tmp_path / "all")
    assert said[0] == f"drew {tmp_path / 'date.pdf'}"
    assert said[1].startswith("left out the figure of regimes: --set bytedance_commitment")
    names = [name for name in EVERY_FILE if name != "regimes"]
    assert said[2:] == [f"drew {tmp_path / 'all' / name}.png" for name in names]
    assert all((tmp_path / "all" / f"{name}.png").exists() for name in names)


def test_ids_hang_on_nothing_but_their_order() -> None:
    """Where a clip ends is hashed to its last digit, and arithmetic does not repeat that digit every time."""
    drawn = '<g clip-path="url(#p{clip})"/><use xlink:href="#m{mark}"/><path id="m{mark}"/><clipPath id="p{clip}"/>'
    first = _with_numbered_ids(drawn.format(clip="6e413a79e5", mark="0123456789"))
    again = _with_numbered_ids(drawn.format(clip="dd36dae293", mark="00000abcde"))
    assert first == again
    assert first == '<g clip-path="url(#p1)"/><use xlink:href="#m0"/><path id="m0"/><clipPath id="p1"/>'
    assert _with_numbered_ids('<g id="axes_1"/>') == '<g id="axes_1"/>'
