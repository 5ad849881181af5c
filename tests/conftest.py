"""What every room's tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


@pytest.fixture(scope="session", autouse=True)
def _no_tables_of_whoever_runs_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CATCHUP_DATA", str(tmp_path_factory.mktemp("kept") / "none"))
        yield


def build_site(docs: Path, folder: Path, *options: str) -> Path:
    """Build as `make docs` does, warnings being errors, but for the notebooks, which have tests of their own."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-d", str(folder / "doctrees")]
    command += ["-D", "nb_execution_mode=off", *options, str(docs), str(folder / "html")]
    # whatever asks for another machine fails: the site is built from what is on this one
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(
        command, cwd=docs.parent, capture_output=True, text=True, env={**os.environ, **closed}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


PART = ("model", "readings/trend", "api/priors")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(Path(__file__).resolve().parents[1] / "docs", tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def part_of_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of text, one with figures and a room's reference, as they are built into the site: a third of its work."""
    root, docs = Path(__file__).resolve().parents[1] / "docs", tmp_path_factory.mktemp("part") / "docs"
    shutil.copytree(root, docs, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    for name in PART:
        shutil.copy(root / f"{name}.md", docs / f"{name}.md")
    (docs / "index.md").write_text("# Part\n\n```{toctree}\n" + "\n".join(PART) + "\n```\n", encoding="utf-8")
    # links to the pages that are left out lead nowhere here
    return build_site(docs, docs.parent / "built", "-D", "suppress_warnings=myst.xref_missing,ref.class,ref.func")
