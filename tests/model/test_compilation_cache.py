"""Machine code of the launch date is kept on disk between processes, and made anew when its source changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from catchup.model import launch_operation

SCRIPT = """
import numpy as np
import pytensor
import pytensor.tensor as pt
from catchup.model.launch_operation import launch_date
one, many = ([kind(dtype="float64") for _ in range(6)] for kind in (pt.scalar, pt.vector))
for stock, rate, start, length, growth, target in (one, many):
    date = launch_date(stock, [rate], [start], [length], growth, target)
    solve = pytensor.function([stock, rate, start, length, growth, target], date, mode="NUMBA")
    print(solve(*(np.full((4,) * date.ndim, value) for value in (1.0, 1.0, 0.0, 9.0, 0.1, 3.0))))
"""


def machine_code(folder: Path) -> dict[str, int]:
    """Compiled functions on disk, and when each was written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}


@pytest.mark.slow
def test_a_second_process_compiles_no_launch(tmp_path: Path) -> None:
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}
    dates, found = [], []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        dates.append(done.stdout)
        found.append(machine_code(tmp_path))
    assert dates[0] == dates[1]
    assert len({path for path in found[0] if "launches" in path}) >= 2  # of one draw, and of many
    assert found[1] == found[0]


def test_the_key_of_kept_code_changes_with_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = launch_operation._version()
    assert before == launch_operation._version()
    edited = SimpleNamespace(getsource=lambda module: f"another {module.__name__}")
    monkeypatch.setattr(launch_operation, "inspect", edited)
    assert launch_operation._version() != before
