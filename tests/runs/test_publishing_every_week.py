"""What the page on publishing schedules: understood, and said once where it fails."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from catchup.analysis.commands.main import app
from catchup.analysis.commands.main import run as command

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "publish"


def test_the_page_links_every_file_that_publishes() -> None:
    page = HOW_TO.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"publish/{path.name}" in page for path in HOW_TO.iterdir())
    line = (HOW_TO / "publish.cron").read_text(encoding="utf-8").splitlines()[-1]
    assert line in page
    assert "%" not in line  # which cron takes for the end of the command


def commands_that_publish() -> Iterator[str]:
    yield (HOW_TO / "publish.cron").read_text(encoding="utf-8").splitlines()[-1].split("; ")[1]
    unit = (HOW_TO / "catchup-publish.service").read_text(encoding="utf-8")
    yield from re.findall(r"(?m)^ExecStart=(.*)$", unit)
    (job,) = yaml.safe_load((HOW_TO / "publish.yml").read_text(encoding="utf-8"))["jobs"].values()
    yield from (one["run"] for one in job["steps"] if "catchup publish" in one.get("run", ""))


def test_what_is_scheduled_is_understood() -> None:
    found = [*commands_that_publish()]
    assert len(found) == 3
    assert all("%" not in (HOW_TO / name).read_text(encoding="utf-8") for name in ("publish.cron", "weekly.cron"))
    for text in found:
        called, bound, _ = app.parse_args(shlex.split(text)[1:], exit_on_error=False, print_error=False)
        assert called.__name__ == "publish"
        assert bound.arguments["quiet"] is True
        assert {"runs", "site"} <= set(bound.arguments)


STAND_IN = """#!/bin/sh
echo "$0 $*" >> "$HOME/called"
[ "$1" = doctor ] && echo "catchup: silence: is old" >&2
case "$1" in run) exit "${RUN_STATUS:-0}";; issue) if [ "$2" = list ]; then printf %s "$OPEN_ISSUE"; fi;; esac
"""


@pytest.mark.parametrize(
    ("status", "issue", "called"),
    [
        (0, "", ["doctor", "run", "publish"]),
        (1, "", ["doctor", "run", "publish", "issue list", "issue create"]),
        (1, "7", ["doctor", "run", "publish", "issue list", "issue comment 7"]),
    ],
)
def test_the_weekly_script_runs_publishes_and_says_what_failed_once(
    status: int, issue: str, called: list[str], tmp_path: Path
) -> None:
    for name in ("catchup", "gh"):
        (tmp_path / name).write_text(STAND_IN)
        (tmp_path / name).chmod(0o700)
    known = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin", "CATCHUP": str(tmp_path / "catchup")}
    known |= {"REPOSITORY": "owner/forecast", "RUN_STATUS": str(status), "OPEN_ISSUE": issue}
    done = subprocess.run(["sh", str(HOW_TO / "weekly.sh")], env=known, capture_output=True, text=True, check=False)
    assert done.returncode == status
    lines = (tmp_path / "called").read_text().splitlines()
    assert len(lines) == len(called)
    for line, words in zip(lines, called, strict=True):
        assert line.partition(" ")[2].startswith(words)
    assert "--once" in lines[1]
    assert done.stderr.startswith("catchup: silence: is old\n")  # whatever the status
    assert "--ledger" not in " ".join(lines)
    own = known | {"LEDGER": "my own", "PRIORS": "p.toml"}
    subprocess.run(["sh", str(HOW_TO / "weekly.sh")], env=own, capture_output=True, check=False)
    looked, ran, published = (tmp_path / "called").read_text().splitlines()[len(lines) : len(lines) + 3]
    assert looked.endswith("--ledger my own")
    assert ran.endswith("--ledger my own --priors p.toml")
    assert "my own" not in published


@pytest.mark.usefixtures("undrawn_runs")
def test_a_job_started_again_makes_no_second_run(tmp_path: Path, few_studies: Callable[..., None], capsys: Any) -> None:
    from catchup.analysis.archive.reading import REPORT

    few_studies()
    asked = ["run", "--runs", str(tmp_path / "runs"), "--model", "article", "--evidence", "none", "--draws", "1000"]
    asked += ["--as-of", "2026-11-02", "--once"]
    assert command(asked) == 0
    assert command(asked) == 0
    assert "stands already" in " ".join(capsys.readouterr().out.split())
    assert [one.name for one in (tmp_path / "runs").iterdir()] == ["2026-11-02"]
    assert command([*asked, "--set", "mfu_anthropic=0.3"]) == 0  # on other inputs
    assert len(list((tmp_path / "runs").iterdir())) == 2
    assert (tmp_path / "runs" / "2026-11-02" / REPORT).is_file()
