"""A forecast from the prior with ever more draws: time in proportion to them, memory that does not grow."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from comparing import Ledger
from recording import Add

from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.model.assumptions import load_assumptions

SIZES = (100_000, 1_000_000, 10_000_000)
FEW = 10_000  # shown beside them; too few to tell what a draw costs from what a forecast costs
ROUNDS = (15, 3, 1)  # fewer of what takes longer: every size has about the same chance of a quiet moment
SLACK = 0.1  # of the slope over two decades: both ends' times wrong by a quarter, opposite ways, on a shared machine
HELD = 8e6  # bytes: the three histograms and the finished blocks that wait for their turn


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(load_assumptions(), date(2026, 11, 21))


def answer(question: Question, draws: int) -> dict[str, Any]:
    return as_json(forecast_prior(replace(question, draws=draws)))


def seconds_of(question: Question, draws: int) -> float:
    start = time.perf_counter()
    answer(question, draws)
    return time.perf_counter() - start


def test_time_is_linear(benchmark: Any, ledger: Ledger, record: Add, question: Question) -> None:
    answer(question, 1_000)
    least = dict.fromkeys(SIZES, np.inf)

    def in_turns() -> None:
        for turn in range(max(ROUNDS)):
            for draws, rounds in zip(SIZES, ROUNDS, strict=True):
                if turn % (max(ROUNDS) // rounds) == 0:
                    least[draws] = min(least[draws], seconds_of(question, draws))

    benchmark.pedantic(in_turns, rounds=1, iterations=1)
    shown = {FEW: min(seconds_of(question, FEW) for _ in range(max(ROUNDS)))} | least
    for draws, seconds in shown.items():
        record("growth-time", draws=draws, seconds=seconds)
    slope = float(np.polyfit(np.log(list(least)), np.log(list(least.values())), 1)[0])
    detail = ", ".join(f"{draws:.0e}: {seconds:.2f} s" for draws, seconds in least.items())
    ledger.at_most("slope of log time over log draws", slope, 1.0 + SLACK, detail)
    ledger.at_least("slope of log time over log draws", slope, 1.0 - SLACK, "less would mean that draws are missing")


def test_memory_is_flat(benchmark: Any, ledger: Ledger, record: Add, question: Question) -> None:
    answer(question, 1_000)

    def peak(draws: int) -> float:
        tracemalloc.start()
        answer(question, draws)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return float(most)

    peaks = {draws: peak(draws) for draws in SIZES[:-1]}
    peaks[SIZES[-1]] = benchmark.pedantic(peak, args=(SIZES[-1],), rounds=1, iterations=1)
    for draws, held in ({FEW: peak(FEW)} | peaks).items():
        record("growth-memory", draws=draws, megabytes=held / 1e6)
    detail = ", ".join(f"{draws:.0e}: {held / 1e6:.1f} MB" for draws, held in peaks.items())
    first, middle, last = peaks.values()
    ledger.at_most("peak memory at 1e7 draws / at 1e6", last / middle, 1.1, detail)
    ledger.at_most("peak memory at 1e7 draws beyond that at 1e5, MB", (last - first) / 1e6, HELD / 1e6, detail)
