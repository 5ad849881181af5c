"""The workflows keep runs in a repository that ignores them everywhere else: each week's is committed and pushed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = ("schedule/weekly.yml", "publish/publish.yml")


def kept_by(workflow: str) -> str:
    """The lines by which a workflow keeps a run."""
    text = (ROOT / "docs" / "how-to" / workflow).read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    (lines,) = [step["run"] for step in job["steps"] if step.get("name") == "Keep the run"]
    return str(lines)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone, with this repository's `.gitignore`, of a repository that can be pushed to."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "origin")
    git(tmp_path, "clone", "--quiet", "origin", "clone")
    shutil.copy(ROOT / ".gitignore", tmp_path / "clone")
    git(tmp_path / "clone", "add", ".gitignore")
    git(tmp_path / "clone", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "First")
    git(tmp_path / "clone", "push", "--quiet", "--set-upstream", "origin", "HEAD:main")
    return tmp_path / "clone"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_each_run_is_committed_and_pushed(workflow: str, clone: Path) -> None:
    kept = ["2026-11-16", "2026-11-23"]
    for day in kept:
        (clone / "runs" / day).mkdir(parents=True)
        (clone / "runs" / day / "forecast.json").write_text(f'"{day}"')
        done = subprocess.run(["bash", "-e", "-c", kept_by(workflow)], cwd=clone, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    found = git(clone, "ls-tree", "-r", "--name-only", "origin/main").splitlines()
    assert found == [".gitignore", *(f"runs/{day}/forecast.json" for day in kept)]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_week_without_a_new_run_is_no_failure(clone: Path) -> None:
    (clone / "runs" / "2026-11-16").mkdir(parents=True)
    (clone / "runs" / "2026-11-16" / "forecast.json").write_text("{}")
    for _ in range(2):
        done = subprocess.run(["bash", "-e", "-c", kept_by(WORKFLOWS[1])], cwd=clone, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert len(git(clone, "log", "--format=%s", "origin/main").splitlines()) == 2
