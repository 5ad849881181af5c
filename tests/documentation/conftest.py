"""The documentation as a site, built once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from documents import DOCS, ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it, warnings being errors, but for the notebooks, which have tests of their own."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-d", str(folder / "doctrees")]
    command += ["-D", "nb_execution_mode=off", str(DOCS), str(folder / "html")]
    # whatever asks for another machine fails: the site is built from what is on this one
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **closed}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"
