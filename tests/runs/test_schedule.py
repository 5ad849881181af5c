"""The files that schedule a run are what cron, systemd and the runner of workflows read."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from catchup.analysis.commands.main import app

FOLDER = Path(__file__).parents[2] / "docs" / "how-to" / "schedule"
PAGE = FOLDER.with_suffix(".md")
CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def cron_fields(line: str) -> list[str]:
    """The five fields of a cron line, each checked."""
    fields = line.split()[:5]
    assert len(fields) == len(CRON_RANGES)
    for field, (low, high) in zip(fields, CRON_RANGES, strict=True):
        assert field == "*" or (field.isdigit() and low <= int(field) <= high), field
    return fields


def check_command(text: str) -> None:
    """It is a quiet run with options that the command line takes."""
    program, *arguments = shlex.split(text)
    assert program.endswith("/catchup")
    command, bound, _ = app.parse_args(arguments, exit_on_error=False, print_error=False)
    assert command.__name__ == "run"
    assert bound.arguments["quiet"] is True
    assert bound.arguments["runs"]


def unit(name: str) -> dict[str, str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_the_cron_line() -> None:
    lines = [line for line in (FOLDER / "catchup.cron").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    (line,) = lines
    cron_fields(line)
    check_command(line.split(maxsplit=5)[5])
    assert "%" not in line  # which cron takes for the end of the command
    assert line in PAGE.read_text(encoding="utf-8")


def test_the_units() -> None:
    check_command(unit("catchup.service")["ExecStart"])
    assert unit("catchup.service")["Type"] == "oneshot"
    assert unit("catchup.timer")["WantedBy"] == "timers.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    for name in ("catchup.service", "catchup.timer"):
        # it looks for the program, which is not installed where the file says
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", (FOLDER / name).read_text(encoding="utf-8"))
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / name) for name in ("catchup.service", "catchup.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line or "catchup." in line] == []
    calendar = ["systemd-analyze", "calendar", unit("catchup.timer")["OnCalendar"]]
    assert subprocess.run(calendar, capture_output=True, check=False).returncode == 0


def test_the_workflow() -> None:
    workflow = yaml.safe_load((FOLDER / "weekly.yml").read_text(encoding="utf-8"))
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    cron_fields(triggers["schedule"][0]["cron"])
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    (run,) = [command for command in commands if "catchup run" in command]
    check_command(run)
    assert (FOLDER.parents[2] / ".python-version").is_file()
    assert "make install" in commands


def test_the_page_links_every_file() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert f"schedule/{path.name}" in page
