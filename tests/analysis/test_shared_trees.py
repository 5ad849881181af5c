"""Result trees that others replace or remove while they are saved or read, and disks that are full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from interference import every_moment

from catchup.analysis.commands.main import run
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.tree.files import load_tree, save_tree
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import MissingFileError
from catchup.priors.files import remove, replacing
from item_cases import DAY

NAMES = ("tree.nc", "tree.zarr")
MUST_HAVE = ("mythos_flop", "annual_progress", "launch", "pretrained", "ready")
# A folder of Zarr has hundreds of files: others act between its parts, and not between all of its files.
SAVING = ((os, "rename"), (xr.DataTree, "to_netcdf"), (xr.DataTree, "to_zarr"))
READING = ((xr, "open_datatree"), (xr.DataTree, "load"))


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[xr.DataTree, Path]]:
    """Ours and theirs, and a folder each in which they are saved."""
    made = {}
    for seed, who in ((1, "ours"), (2, "theirs")):
        asked = Question(load_assumptions(model="article"), DAY, draws=100, seed=seed)
        whole, folder = result_tree(posterior(Request(asked, evidence="none"))), tmp_path_factory.mktemp(who)
        # no more variables than a tree must have: each takes its time whenever one is written
        constants, prior = whole["constant_data"].to_dataset(), whole["prior"].to_dataset()
        least = {"prior": prior[list(MUST_HAVE)], "constant_data": constants[list(constants.data_vars)[:3]]}
        tree = xr.DataTree.from_dict(least)
        tree.attrs |= whole.attrs
        for name in NAMES:
            save_tree(tree, folder / name)
        made[who] = tree, folder
    return made


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def put(saved: Path, place: Path) -> None:
    """Put what was saved in its place, as another saving does."""
    with replacing(place) as unfinished:
        shutil.copytree(saved, unfinished) if saved.is_dir() else shutil.copyfile(saved, unfinished)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("act", [put, lambda saved, place: remove(place)])
def test_a_tree_is_saved_whole_beside_others(
    name: str, act: Callable[[Path, Path], None], trees: dict[str, tuple[xr.DataTree, Path]], tmp_path: Path
) -> None:
    place, (ours, _), theirs = tmp_path / name, trees["ours"], trees["theirs"][1] / name
    for ended in every_moment(
        lambda: put(theirs, place), lambda: save_tree(ours, place), lambda: act(theirs, place), (), SAVING
    ):
        assert ended.refusal is None
        assert [path.name for path in tmp_path.iterdir()] == [name]
        assert load_tree(place).identical(ours), f"before {ended.before}"


@pytest.mark.parametrize("name", NAMES)
def test_a_tree_that_is_replaced_is_read_as_one_or_the_other(
    name: str, trees: dict[str, tuple[xr.DataTree, Path]], tmp_path: Path
) -> None:
    place, (ours, saved), (theirs, other) = tmp_path / name, trees["ours"], trees["theirs"]
    read = set()
    for ended in every_moment(
        lambda: put(saved / name, place), lambda: load_tree(place), lambda: put(other / name, place), (), READING
    ):
        assert ended.result.identical(ours) or ended.result.identical(theirs), f"before {ended.before}"
        read.add(ended.before)
    assert read == {"open_datatree", "load"}


@pytest.mark.parametrize("name", NAMES)
def test_a_tree_that_goes_is_a_line(name: str, trees: dict[str, tuple[xr.DataTree, Path]], tmp_path: Path) -> None:
    place, saved = tmp_path / name, trees["ours"][1] / name
    for ended in every_moment(lambda: put(saved, place), lambda: load_tree(place), lambda: remove(place), (), READING):
        assert isinstance(ended.refusal, MissingFileError)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_a_disk_that_is_full_is_a_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    # The system stops writing at a size; HDF5 ended the process here when it met the end of the disk by itself.
    place = tmp_path / name
    program = f"""
import resource
from catchup.analysis.commands.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
main(["forecast", "--evidence", "none", "--draws", "5000", "--as-of", "{DAY}", "--save", {str(place)!r}])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"catchup: {place}: --save: cannot be written: file too large\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--plot date.png", "--figures all", "--save tree.nc"])
def test_what_a_forecast_writes_is_a_line_where_the_folder_has_gone(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from catchup.analysis.inference import request

    folder = tmp_path / "folder"
    folder.mkdir()
    original: Callable[..., object] = request.posterior

    def work(request: Request) -> object:
        folder.rmdir()
        return original(request)

    monkeypatch.setattr(request, "posterior", work)
    name, path = option.split()
    arguments = ["forecast", "--evidence", "none", "--draws", "1000", "--json", name, str(folder / path)]
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith(f"catchup: {folder / path}: {name}: ")
    assert "there is no folder" in said.err
