"""Work shared among threads: results in order, few at once, and threads only where there is something to share."""

from __future__ import annotations

import os
import threading
import time

import pytest

from catchup.analysis.studies.calibration.threads import in_order

JOBS = list(range(20))


@pytest.mark.parametrize("workers", [None, 1, 2, 7])
def test_results_come_in_order_whoever_is_done_first(workers: int | None) -> None:
    def work(job: int) -> int:
        time.sleep(0.002 * (job % 3 == 0))
        return job

    assert list(in_order(work, JOBS, workers)) == JOBS


def threads_of(jobs: list[int], workers: int | None = None) -> set[int]:
    return set(in_order(lambda job: threading.get_ident(), jobs, workers))


def test_as_many_threads_as_cores_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    here = threading.get_ident()
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert here not in threads_of(JOBS)
    assert threads_of(JOBS, workers=1) == {here}
    assert threads_of(JOBS[:1]) == {here}
    monkeypatch.setattr(os, "cpu_count", lambda: None)  # as Python has it where it cannot tell
    assert threads_of(JOBS) == {here}


def test_never_more_than_a_few_results_are_held() -> None:
    begun: list[int] = []
    ahead = []
    for consumed, _ in enumerate(in_order(lambda job: begun.append(job), JOBS, workers=2), start=1):
        time.sleep(0.005)  # long enough for all that was handed out to be done
        ahead.append(len(begun) - consumed)
    assert max(ahead) <= 2
    assert len(begun) == len(JOBS)


def test_who_stops_reading_stops_the_work() -> None:
    begun: list[int] = []

    def work(job: int) -> int:
        begun.append(job)
        time.sleep(0.005)
        return job

    results = in_order(work, JOBS, workers=2)
    assert next(results) == 0
    results.close()
    assert len(begun) <= 4
    time.sleep(0.02)
    assert len(begun) <= 4


def test_an_error_in_a_thread_is_the_readers() -> None:
    def work(job: int) -> int:
        if job == 3:
            raise ValueError("the fourth")
        return job

    results = in_order(work, JOBS, workers=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the fourth"):
        next(results)
