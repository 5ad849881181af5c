"""What a site of 120 weekly runs costs beside one run, and what one more run costs it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from bench_runs import DAY, ENGINE, compare, one_run
from comparing import Ledger, catchup

RUNS = 120
NEWEST = date.fromisoformat(DAY)
DAYS = [NEWEST - timedelta(weeks=week) for week in range(RUNS)][::-1]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 runs: two that a replay made, the later one under the days before it."""
    folder = tmp_path_factory.mktemp("site")
    first = (NEWEST - timedelta(weeks=1)).isoformat()
    days = ("--from", first, "--to", DAY, "--every", "1w")
    catchup("replay", "--runs", f"{folder}/made", *days, "--draws", "20000", *ENGINE)
    for day, before in zip(DAYS, [None, *DAYS], strict=False):
        place = folder / "runs" / day.isoformat()
        shutil.copytree(folder / "made" / DAY, place)
        for name, key in (("forecast.json", "as_of"), ("manifest.json", "as_of"), ("diff.json", "against")):
            content = json.loads((place / name).read_text())
            content[key] = str(before or first) if key == "against" else day.isoformat()
            (place / name).write_text(json.dumps(content))
        _sign(place)
    return folder / "runs"


def _sign(place: Path) -> None:
    manifest = json.loads((place / "manifest.json").read_text())
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((place / name).read_bytes()).hexdigest()
    (place / "manifest.json").write_text(json.dumps(manifest))


def publish(runs: Path, site: Path) -> None:
    assert catchup("publish", "--runs", str(runs), "--site", str(site)) == ""


def whole_site(runs: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(runs, Path(folder) / "site")
        assert len(list((Path(folder) / "site" / "runs").iterdir())) == RUNS


def test_site_beside_run(benchmark: object, ledger: Ledger, runs: Path) -> None:
    mine, one = compare(benchmark, lambda: whole_site(runs), one_run)
    ledger.at_most(f"catchup publish of {RUNS} runs / run", mine / one, 2.0, f"{mine:.1f} s against {one:.1f} s")


def test_one_more_run_beside_run(benchmark: object, ledger: Ledger, runs: Path, tmp_path: Path) -> None:
    """Publish all but the newest, then the newest too; only the second is timed."""
    newest, places = runs / DAY, iter(range(100))
    shutil.move(newest, tmp_path / DAY)
    publish(runs, tmp_path / "before")
    shutil.move(tmp_path / DAY, newest)
    sites = [shutil.copytree(tmp_path / "before", tmp_path / f"site-{number}") for number in range(3)]

    def increment() -> None:
        publish(runs, sites[next(places) % len(sites)])

    mine, one = compare(benchmark, increment, one_run)
    ledger.at_most("catchup publish of one more run / run", mine / one, 0.5, f"{mine:.1f} s against {one:.1f} s")
