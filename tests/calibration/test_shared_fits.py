"""A file of finished fits that others write to, replace or remove between two steps of a calibration."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from interference import every_moment

from catchup.analysis.studies.calibration.fits import Fit
from catchup.analysis.studies.calibration.fits_file import KeptFits
from catchup.priors.errors import InputError

SETTINGS = {"ranked_draws": 99, "tracked": ["ready", "launch"], "seed": 1}
FITS = [Fit(fit=number, ranks=(number, 99 - number), ess=500.0) for number in range(4)]


class File:
    """A file of fits, and what another calibration does to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def empty(self) -> None:
        self.path.unlink(missing_ok=True)

    def begun(self) -> None:
        self.empty()
        KeptFits(self.path, SETTINGS).add(FITS[:1])

    def torn(self) -> None:
        self.begun()
        os.truncate(self.path, self.path.stat().st_size - 3)

    def other_calibration(self) -> None:
        KeptFits(self.path, SETTINGS).add(FITS[2:])

    def other_settings(self) -> None:
        KeptFits(self.path, {**SETTINGS, "seed": 2})

    def read(self) -> list[int]:
        """Every fit in the file, having looked at every line of it."""
        head, *lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        assert head == SETTINGS
        return sorted(line["fit"] for line in lines)


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "fits.jsonl")


@pytest.mark.parametrize(("prepare", "before"), [(File.empty, []), (File.begun, [0]), (File.torn, [])])
def test_two_calibrations_begin_and_add_at_once(prepare: object, before: list[int], file: File) -> None:
    def call() -> KeptFits:
        kept = KeptFits(file.path, SETTINGS)
        kept.add(FITS[1:2])
        return kept

    for ended in every_moment(lambda: prepare(file), call, file.other_calibration):  # type: ignore[operator]
        assert ended.refusal is None, f"before {ended.before}: {ended.refusal}"
        assert file.read() == [*before, 1, 2, 3], f"before {ended.before}"
        assert set(ended.result.fits) <= {0, 1, 2, 3}


def test_another_question_that_begins_first_is_not_joined(file: File) -> None:
    for ended in every_moment(file.empty, lambda: KeptFits(file.path, SETTINGS), file.other_settings):
        assert "other seed" in str(ended.refusal)
        assert len(file.path.read_text().splitlines()) == 1


def test_fits_do_not_go_into_a_file_that_has_taken_the_place(file: File) -> None:
    file.begun()
    kept = KeptFits(file.path, SETTINGS)
    file.empty()
    with pytest.raises(InputError, match="cannot be written: no such file or directory"):
        kept.add(FITS[1:])
    assert not file.path.exists()
    other = KeptFits(file.path, {**SETTINGS, "seed": 2})
    with pytest.raises(InputError, match="another file has taken its place since the work began"):
        kept.add(FITS[1:])
    assert len(file.path.read_text().splitlines()) == 1
    other.add(FITS[:1])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_each_step_may_fail(number: int, file: File) -> None:
    def call() -> None:
        KeptFits(file.path, SETTINGS).add(FITS[1:])

    for ended in every_moment(file.begun, call, lambda: OSError(number, os.strerror(number))):
        assert ended.refusal is None or "cannot be" in str(ended.refusal)
        assert file.read() == ([0, 1, 2, 3] if ended.refusal is None else [0])


def test_a_disk_that_is_full_leaves_no_half_of_a_line(file: File) -> None:
    file.begun()
    program = f"""
import resource
from catchup.priors.errors import InputError
from catchup.analysis.studies.calibration.fits import Fit
from catchup.analysis.studies.calibration.fits_file import KeptFits
kept = KeptFits({str(file.path)!r}, {SETTINGS!r})
resource.setrlimit(resource.RLIMIT_FSIZE, ({file.path.stat().st_size + 30}, {file.path.stat().st_size + 30}))
try:
    kept.add([Fit(fit=1, ranks=(1, 98), ess=500.0)])
except InputError as error:
    print(error.on_command_line)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{file.path}: --out: cannot be written: file too large\n"
    assert file.read() == [0]
