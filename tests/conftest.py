"""What every room's tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from recording import record  # noqa: F401  # pytest finds fixtures and hooks here by their names
from refusals import pytest_runtest_call, pytest_sessionfinish  # noqa: F401

# Tests are shared among the processors already: nothing that they start shares its own work as well.
os.environ["CATCHUP_PROCESSES"] = "1"

# Examples are drawn the same way on every run, so that a red run is red again; `--hypothesis-profile explore` draws new
# ones. No deadline: the first example of a property often pays for an import or a compilation.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=1_000)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it, warnings being errors, but for the notebooks, which have tests of their own."""
    root, folder = Path(__file__).resolve().parents[1], tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-d", str(folder / "doctrees")]
    command += ["-D", "nb_execution_mode=off", str(root / "docs"), str(folder / "html")]
    # whatever asks for another machine fails: the site is built from what is on this one
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, **closed}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"
