"""Files of others: a pipe is not waited for, a device not read, and of a huge file nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.manifest import BrokenRunError, read_json
from catchup.analysis.inference.tree.files import load_tree
from catchup.analysis.studies.calibration.fits_file import KeptFits
from catchup.evidence.ledgers import load_ledger
from catchup.evidence.tables.files import read_file
from catchup.priors import regular_files
from catchup.priors.draw_files import with_draws
from catchup.priors.errors import InputError
from catchup.priors.regular_files import read_regular
from catchup.priors.strict import read_toml

HUGE = 2**40  # bytes; no memory holds it, and a sparse file takes none of the disk


def draws_of(path: Path) -> Any:
    return with_draws({"row": {"family": "empirical", "file": path.name}}, path.parent / "mine.toml")


READERS: dict[str, Callable[[Path], Any]] = {
    "x.toml": read_toml,
    "x.csv": draws_of,
    "x.json": lambda path: read_json(path.parent, path.name),
    "table.csv": read_file,
}
OPENERS: dict[str, Callable[[Path], Any]] = {
    "x.nc": load_tree,
    "x.zarr": load_tree,
    "x.jsonl": lambda path: KeptFits(path, {}),
}


@pytest.mark.parametrize("name", [*READERS, *OPENERS])
def test_a_pipe_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises((InputError, BrokenRunError), match="pipe or a device") as caught:
        (READERS | OPENERS)[name](tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", READERS)
def test_of_a_huge_file_nothing_is_read(name: str, tmp_path: Path) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(HUGE)
    with pytest.raises((InputError, BrokenRunError), match="larger than"):
        READERS[name](tmp_path / name)


def test_a_file_that_grows_while_it_is_read_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"1234")
    seen = os.stat(path)
    path.write_bytes(b"1234" * 10)
    monkeypatch.setattr(regular_files.os, "fstat", lambda handle: seen)
    with pytest.raises(InputError, match="larger than 8 bytes"):
        read_regular(path, 8, "a file")


def test_what_is_small_enough_is_read_whole_and_nothing_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345678")
    before = os.listdir("/proc/self/fd") if Path("/proc/self/fd").exists() else []
    assert read_regular(path, 8, "a file") == b"12345678"
    with pytest.raises(InputError):
        read_regular(path, 7, "a file")
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, 7, "a file")
    assert not before or len(os.listdir("/proc/self/fd")) == len(before)


def test_a_ledger_with_a_pipe_in_it_names_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.toml")
    with pytest.raises(InputError, match="pipe or a device"):
        load_ledger(tmp_path)
