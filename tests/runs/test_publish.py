"""Publishing: whole or not at all, the same from the same runs, and again touching only what it must."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive import site_folder
from catchup.analysis.commands.main import run as command
from catchup.analysis.runs.publish import Published, publish
from catchup.priors.errors import InputError
from published import Shelf


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_same_runs_give_the_same_bytes(shelf: Shelf, site: Path, tmp_path: Path) -> None:
    publish(shelf[0], tmp_path / "again")
    assert contents(tmp_path / "again") == contents(site)


def test_publishing_again_touches_nothing(shelf: Shelf, site: Path) -> None:
    assert publish(shelf[0], site).written == ()


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_new_run_touches_only_what_it_must(shelf: Shelf, tmp_path: Path) -> None:
    runs, site = tmp_path / "runs", tmp_path / "site"
    for one in shelf[1][-3:-1]:
        shutil.copytree(one.folder, runs / one.name)
    publish(runs, site)
    before = {path: path.stat().st_ino for path in site.rglob("*") if path.is_file()}
    last = shelf[1][-1]
    shutil.copytree(last.folder, runs / last.name)
    written = publish(runs, site).written
    assert {name for name in written if name.startswith("runs/")} == {
        f"runs/{last.name}/{name}"
        for name in ("index.html", "forecast.json", "diff.json", "forecast.csv", "forecast.parquet", "card.png")
    }
    assert {"index.html", "feed.xml", "archive.html", "latest.json"} <= set(written)
    assert not {"leaves-out.html", "latest.schema.json"} & set(written)
    changed = {path.relative_to(site).as_posix() for path, number in before.items() if path.stat().st_ino != number}
    assert changed - {site_folder.MADE} <= set(written)
    positions = [written.index(name) for name in (f"runs/{last.name}/index.html", "index.html")]
    assert positions == sorted(positions)  # what leads to a page comes after it


def test_a_full_disk_leaves_the_old_site_whole(
    shelf: Shelf, copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    last = sorted(copies.iterdir())[-1]
    shutil.move(last, tmp_path / last.name)
    publish(copies, site)
    before = contents(site)
    shutil.move(tmp_path / last.name, last)
    write, calls = site_folder._write, []

    def full(path: Path, content: site_folder.Content) -> None:
        calls.append(path)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content)

    monkeypatch.setattr(site_folder, "_write", full)
    assert command(["publish", "--runs", str(copies), "--site", str(site)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert contents(site) == before
    assert not (site / site_folder.ASIDE).exists()


@pytest.mark.parametrize("ended", [KeyboardInterrupt, SystemExit, OSError])
def test_one_that_is_ended_while_names_are_given_takes_them_back(
    ended: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site_folder.publish_files(site, {"a.html": b"old", "b/c.html": b"old"})
    before, replace_, calls = contents(site), os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise ended(errno.EIO, "ended")
        replace_(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises((ended, InputError)):
        site_folder.publish_files(site, {"a.html": b"new", "b/c.html": b"new", "d.html": b"new"})
    assert contents(site) == before


def test_a_publisher_that_died_is_cleared_away(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / site_folder.ASIDE).mkdir(parents=True)
    (site / site_folder.ASIDE / "index.html").write_text("half")
    (site / "runs").mkdir()  # which had got its name
    publish(copies, site)
    assert not (site / site_folder.ASIDE).exists()


def test_one_publisher_at_a_time(copies: Path, site: Path) -> None:
    before = contents(site)
    other = os.open(site, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another publisher"):
            publish(copies, site)
    finally:
        os.close(other)
    assert contents(site) == before


def test_places_that_are_refused(copies: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "index.html").write_text("<p>mine</p>")
    photographs = tmp_path / "photographs"
    (photographs / "2025").mkdir(parents=True)
    for site, problem in {
        photographs: "holds '2025', which is none of ours; a site, or an empty folder, was expected",
        copies: "among the runs",
        copies / "site": "among the runs",
        copies.parent: "among the runs",  # whose folder `runs` is that of the runs
        tmp_path / "file": "is a file",
        tmp_path / "nowhere" / "site": "no folder",
        foreign: "none of ours",
    }.items():
        with pytest.raises(InputError, match=problem):
            publish(copies, site)
    assert (foreign / "index.html").read_text() == "<p>mine</p>"
    assert [path.name for path in photographs.iterdir()] == ["2025"]


def test_others_files_stay(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "CNAME").write_text("example.org")
    (site / ".git").mkdir()
    publish(copies, site)
    assert (site / "CNAME").read_text() == "example.org"


@pytest.mark.parametrize("options", [["--event", "compute-equivalnt"], ["--address", "javascript:alert(1)"]])
def test_options_that_are_refused(options: list[str], copies: Path, tmp_path: Path, capsys: Any) -> None:
    assert command(["publish", "--runs", str(copies), "--site", str(tmp_path / "site"), *options]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.slow
def test_the_command_says_what_it_has_done(copies: Path, tmp_path: Path, capsys: Any) -> None:
    asked = ["publish", "--runs", str(copies), "--site", str(tmp_path / "site")]
    assert command([*asked, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["runs"] == [folder.name for folder in sorted(copies.iterdir())]
    assert command([*asked, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_a_site_that_cannot_be_written_is_one_line_and_stays_whole(
    copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, last = tmp_path / "site", sorted(copies.iterdir())[-1]
    shutil.move(last, tmp_path / last.name)
    publish(copies, site)
    before = contents(site)
    shutil.move(tmp_path / last.name, last)
    mkdir = os.mkdir

    def refused(path: Any, *arguments: Any) -> None:
        if str(path).startswith(str(site)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        mkdir(path, *arguments)

    monkeypatch.setattr(os, "mkdir", refused)
    assert command(["publish", "--runs", str(copies), "--site", str(site)]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert str(site) in line
    assert contents(site) == before


@pytest.mark.slow
def test_two_publishers_at_once(copies: Path, tmp_path: Path) -> None:
    """One publishes, the other says that it is at work, or both one after the other; the site is whole."""
    site = tmp_path / "site"
    asked = [sys.executable, "-m", "catchup.analysis.commands.main", "publish"]
    asked += ["--runs", str(copies), "--site", str(site), "--quiet"]
    both = [subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate()[1].splitlines() for one in both]
    codes = [one.returncode for one in both]
    assert 0 in codes
    for code, lines in zip(codes, said, strict=True):
        assert lines == [] if code == 0 else len(lines) == 1 and "another publisher" in lines[0]
    publish(copies, tmp_path / "alone")
    assert contents(site) == contents(tmp_path / "alone")


def test_published_names_are_sorted(shelf: Shelf, site: Path) -> None:
    done: Published = publish(shelf[0], site)
    assert list(done.runs) == [one.name for one in shelf[1]]


@pytest.mark.slow
def test_every_past_address_answers_after_a_rebuild(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    before: set[str] = set()
    for count in range(1, len(list(copies.iterdir())) + 1):
        some = tmp_path / f"some-{count}"
        some.mkdir()
        for one in sorted(copies.iterdir())[:count]:
            (some / one.name).symlink_to(one)
        publish(some, site)
        addresses = set(contents(site))
        assert before <= addresses
        before = addresses
    shutil.rmtree(site)
    publish(copies, site)
    assert before == set(contents(site))
