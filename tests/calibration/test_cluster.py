"""Fits over a Dask cluster of processes on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchup.analysis.studies.calibration import calibrate, cluster
from catchup.analysis.studies.calibration.fits import Fit
from catchup.analysis.studies.calibration.plan import Plan
from catchup.priors.errors import InputError

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        yield made.scheduler_address


def test_a_cluster_gives_the_same_ranks(plan: Plan, address: str, tmp_path: Path) -> None:
    out = tmp_path / "fits.jsonl"
    over = calibrate(plan, 100, out=out, scheduler=address)
    assert over.ranks.tolist() == calibrate(plan, 100).ranks.tolist()
    assert len(out.read_text(encoding="utf-8").splitlines()) == 101


def test_every_worker_works_and_sets_up_once(plan: Plan, address: str) -> None:
    with distributed.Client(address, set_as_default=False) as client:
        client.run(cluster._fitters.clear)
        calibrate(plan, 200, scheduler=address)
        kept = client.run(_kept)
    assert len(kept) == 2
    assert os.getpid() not in {process for process, _ in kept.values()}
    assert {number for _, number in kept.values()} == {1}


def test_what_was_finished_is_kept_when_a_worker_fails(
    plan: Plan, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "fits.jsonl"
    calibrate(plan, 32, out=out)
    monkeypatch.setattr(cluster, "fit_block", _fail)
    with pytest.raises(cluster.ClusterError, match="file of out"):
        calibrate(plan, 96, out=out, scheduler=address)
    monkeypatch.undo()
    assert len(calibrate(plan, 96, out=out, scheduler=address).fits) == 96


def test_an_address_where_nothing_answers_is_refused(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(InputError, match="scheduler: "):
        calibrate(plan, 2, scheduler="tcp://127.0.0.1:9")


def test_an_address_that_is_none_is_refused(plan: Plan) -> None:
    with pytest.raises(InputError, match="scheduler: "):
        calibrate(plan, 2, scheduler="nonsense://")


def _kept() -> tuple[int, int]:
    return os.getpid(), len(cluster._fitters)


def _fail(plan: Plan, first: int, count: int) -> list[Fit]:
    raise OSError("no space left on the worker")
