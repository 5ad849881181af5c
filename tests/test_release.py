"""What a release holds: one version everywhere, and a source distribution from which the README's commands run."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# https://github.com/citation-file-format/citation-file-format, version 1.2.0: what must be there, and what may.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url"),
    *("preferred-citation", "references", "repository", "repository-artifact", "repository-code", "type", "url"),
    "version",
}
NEVER_RELEASED = {".git", ".venv", "build", "dist", "runs", "figures", ".hypothesis"}


def test_citation_is_valid_and_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert set(citation) >= REQUIRED
    assert set(citation) <= ALLOWED
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert all(
        set(author) <= {"name", "alias", "website", "email"} and author["name"] for author in citation["authors"]
    )
    assert citation["title"] == PROJECT["name"]
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["abstract"] == PROJECT["description"]
    assert isinstance(citation.get("date-released", datetime.date.today()), datetime.date)


def test_changelog_is_versioned_newest_first():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    found = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((unreleased|\d{4}-\d{2}-\d{2})\)", heading) for heading in headings]
    assert all(found), headings
    versions = [tuple(map(int, match.groups()[:3])) for match in found]
    assert versions == sorted(set(versions), reverse=True)
    assert ".".join(map(str, versions[0])) == PROJECT["version"]
    assert all(match[4] != "unreleased" for match in found[1:])


def test_entries_of_the_newest_version_stand_under_headings_that_one_can_read():
    newest = re.split(r"^## .*\n", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1]
    before, *parts = re.split(r"^### (.*)\n", newest, flags=re.MULTILINE)
    assert re.findall(r"^- ", before, re.MULTILINE) == []
    headings = parts[::2]
    assert len(set(headings)) == len(headings)
    assert "" not in headings
    for heading, part in zip(headings, parts[1::2], strict=True):
        says, *entries = re.split(r"^- ", part, flags=re.MULTILINE)
        assert says.strip(), f"{heading}: no sentence says what belongs there"
        assert 0 < len(entries) <= 90, f"{heading}: {len(entries)} entries"


def run(arguments: list[str], folder: Path) -> str:
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    return done.stdout


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that is built from it, as a release would publish them."""
    source, built = tmp_path_factory.mktemp("source") / "tree", tmp_path_factory.mktemp("released")
    shutil.copytree(ROOT, source, ignore=left_out, symlinks=True)
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built)], source)
    return built


def left_out(folder: str, names: list[str]) -> set[str]:
    made = {name for name in names if name.endswith((".egg-info", "_cache", "__pycache__"))}
    return made | (NEVER_RELEASED.intersection(names) if Path(folder) == ROOT else set())


@pytest.mark.slow
def test_release_holds_a_wheel_and_a_whole_source_distribution(released: Path) -> None:
    (sdist,), (wheel,) = released.glob("*.tar.gz"), released.glob("*.whl")
    assert sdist.name == f"{PROJECT['name']}-{PROJECT['version']}.tar.gz"
    assert wheel.name == f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    tracked = run(["git", "ls-files"], ROOT).split() if (ROOT / ".git").exists() else []
    notes = {name for name in tracked if name.endswith(".md") and name.split("/")[0] in ROOMS}  # for who edits a room
    assert {name for name in tracked if (ROOT / name).exists()} - notes - {".gitignore"} <= packed
    with zipfile.ZipFile(wheel) as archive:
        assert all(name.startswith(("catchup/", "catchup-")) for name in archive.namelist())


@pytest.mark.slow
def test_readme_runs_from_the_source_distribution(released: Path, tmp_path: Path) -> None:
    """In an empty folder, with nothing but make and Python: its first command installs everything."""
    (sdist,) = released.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    commands = re.findall(r"^(make \w+)$", (tree / "README.md").read_text(), re.MULTILINE)
    assert commands == ["make forecast", "make test"]
    python = f"PYTHON={sys.executable}"
    printed = run(["make", "forecast", python, "ARGS=--draws 20000 --engine importance"], tree)
    assert "compute-equivalent" in printed or "Mythos" in printed
    printed = run(["make", "test", python, "ARGS=-q tests/priors tests/test_packaging.py"], tree)
    assert re.search(r"\d+ passed", printed)
