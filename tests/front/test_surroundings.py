"""The same answer wherever it is asked: locale, encoding, time zone, caches and places that cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKED = ["forecast", "--model", "article", "--evidence", "none", "--draws", "1000", "--as-of", "2026-11-21"]
NOWHERE = "/nonexistent/folder"
SURROUNDINGS = {
    "C, far west, narrow": {"LC_ALL": "C", "TZ": "Pacific/Pago_Pago", "COLUMNS": "1"},
    "Turkish, clocks change at midnight": {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/Sao_Paulo"},
    "no such zone, nothing can be kept, no programs": {
        **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR"), NOWHERE),
        "TZ": "Nonsense",
        "NUMBA_CACHE_DIR": NOWHERE,
        "PYTENSOR_FLAGS": f"base_compiledir={NOWHERE}",
        "PATH": NOWHERE,
    },
}
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
from catchup.analysis.commands.main import main
main(sys.argv[2:])
"""


def answer(surroundings: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "catchup.analysis.commands.main", *ASKED, *more],
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def expected() -> str:
    return answer({}, "--json").stdout


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_same_answer_everywhere(name: str, expected: str) -> None:
    done = answer(SURROUNDINGS[name], "--json")
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_an_encoding_lacks_are_escaped(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catchup.analysis.commands.main", *ASKED],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "A Chinese lab has a model like Mythos" in done.stdout.decode(encoding)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux's rules")
def test_not_enough_memory_is_a_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(400 * 10**6), *ASKED[:5], "--draws", "3000000", "--save", "tree.nc"],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("catchup: ")
    assert list(tmp_path.iterdir()) == []
