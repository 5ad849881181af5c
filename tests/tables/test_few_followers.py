"""Track records that a few Chinese models have met: what one met is one observation, for verdict and calibration."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.few_observations import GroupedMean, errors_by_chance
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.hindcast import score_table, verdict
from catchup.analysis.studies.tables.hindcast import OUTSIDE, Asked, Hindcast, hindcast
from catchup.evidence.tables.files import TableFile
from catchup.evidence.tables.table import parse_table
from catchup.model.assumptions import load_assumptions
from table_cases import csv_text

UNTIL = date(2026, 11, 26)
HEADER = ("Model", "eci", "date", "Organization", "Country")
Record = tuple[str, float, date]
EARLY: tuple[Record, ...] = (("us0", 140.0, date(2023, 1, 1)), ("us1", 142.0, date(2023, 6, 1)))
MET_EARLY: tuple[Record, ...] = (("cn0", 140.0, date(2023, 9, 1)), ("cn1", 142.0, date(2024, 2, 1)))


def later(count: int) -> tuple[Record, ...]:
    """American records from September 2024 on."""
    days = (date(2024, 9, 1) + timedelta(days=75 * place) for place in range(count))
    return tuple((f"us{place + 2}", 150.0 + place, day) for place, day in enumerate(days))


def record_of(american: Sequence[Record], chinese: Sequence[Record]) -> Hindcast:
    lines = [
        (name, f"{score}", day.isoformat(), "Lab", country)
        for country, models in (("USA", american), ("China", chinese))
        for name, score, day in models
    ]
    table = parse_table(TableFile("table", csv_text(HEADER, lines), b"", "", "csv"), vintage=UNTIL)
    return hindcast([table], load_assumptions())


def met_by(found: Hindcast, sizes: Sequence[int]) -> Hindcast:
    """Return a track record that models have met which closed so many of its episodes each."""
    (closed, *_) = found.closed
    episodes: list[Asked] = []
    for place, size in enumerate(sizes):
        assert closed.episode.follower is not None
        model = replace(closed.episode.follower, model=f"model {place}")
        episodes += [replace(closed, episode=replace(closed.episode, follower=model))] * size
    return replace(found, episodes=tuple(episodes))


@pytest.fixture(scope="module")
def one_leap() -> Hindcast:
    """Five records met at one blow, after two that nothing was known before."""
    return record_of((*EARLY, *later(5)), (*MET_EARLY, ("cn2", 156.0, date(2026, 2, 1))))


def test_one_observation_has_no_error_and_bears_no_verdict(one_leap: Hindcast) -> None:
    assert one_leap.difference.groups == 1
    assert len(one_leap.compared) == 5
    assert math.isnan(one_leap.difference.error)
    assert not one_leap.difference.sure
    told = verdict(one_leap)
    assert "more than chance explains" not in told
    assert "+/-" not in told
    assert "whether chance explains it, a single observation cannot tell" in told
    written = json.loads(json.dumps(as_json(one_leap), allow_nan=False))["verdict"]
    assert written["error"] is None
    assert written["difference"] == round(one_leap.difference.mean, 2)


def test_two_observations_are_held_to_what_chance_makes_of_two() -> None:
    chinese = (*MET_EARLY, ("cn2", 155.0, date(2025, 8, 1)), ("cn3", 161.0, date(2026, 3, 1)))
    found = record_of((*EARLY, *later(4), ("us9", 160.0, date(2025, 9, 1))), chinese)
    assert found.difference.groups == 2
    for times, sure in ((3.0, False), (13.9, False), (14.0, True)):
        assert replace(found.difference, mean=-times * found.difference.error).sure == sure
    small = replace(found.difference, mean=found.difference.error)
    assert "no more than chance explains (14.0 errors, of so few)" in verdict(replace(found, difference=small))


@pytest.mark.parametrize("count", [2, 3, 9])
def test_as_many_errors_as_chance_takes_few_observations(count: int) -> None:
    worlds, chance = 200_000, 2.0 * stats.norm.cdf(-2.0)
    seen = np.random.default_rng(count).standard_normal((worlds, count))
    beyond = np.abs(seen.mean(axis=1)) > errors_by_chance(count - 1) * seen.std(axis=1, ddof=1) / math.sqrt(count)
    assert abs(beyond.mean() - chance) < widest(math.sqrt(chance * (1.0 - chance) / worlds))
    assert errors_by_chance(0) == math.inf


@pytest.mark.parametrize("sizes", [[3, 2, 1, 1, 2, 2, 1, 2, 4], [5, 1], [10, 1, 1], [9, 3, 1, 1], [2, 2, 2]])
def test_groups_of_any_sizes_are_no_surer_than_said(sizes: list[int]) -> None:
    """Ten, one and one were sure in one world of four, with as many degrees as groups less one."""
    worlds, chance = 5_000, 2.0 * stats.norm.cdf(-2.0)
    groups = [place for place, size in enumerate(sizes) for _ in range(size)]
    seen = np.random.default_rng(len(sizes)).standard_normal((worlds, len(sizes)))
    found = [GroupedMean.of(row[groups], groups) for row in seen]
    assert np.mean([each.sure for each in found]) < chance + widest(math.sqrt(chance * (1.0 - chance) / worlds))
    variance = np.mean([each.error**2 for each in found])
    exact = sum(size**2 for size in sizes) / len(groups) ** 2
    spread = exact * math.sqrt(2.0 / found[0].degrees / worlds)  # of a scaled chi-squared with that many degrees
    assert abs(variance - exact) < widest(spread)
    if len(set(sizes)) == 1:
        assert found[0].degrees == pytest.approx(len(sizes) - 1)
        assert [each.error for each in found] == pytest.approx(seen.std(axis=1, ddof=1) / math.sqrt(len(sizes)))


@pytest.mark.parametrize("sizes", [[3, 2, 1, 1, 2, 2, 1, 2], [10, *[1] * 10], [5, 5, 1, 1, 1, 1], [9, 9, 1], [1] * 14])
def test_what_one_model_met_comes_out_as_one(sizes: list[int], one_leap: Hindcast) -> None:
    """The band holds where ranks of a model's records are the same, for which Massart's inequality is not proved."""
    found, worlds = met_by(one_leap, sizes), 20_000
    assert found.followers == sizes
    ranks = np.random.default_rng(3).random((worlds, len(sizes)))
    order = np.argsort(ranks, axis=1)
    shares = np.array(sizes)[order] / sum(sizes)
    upper, given = np.cumsum(shares, axis=1), np.sort(ranks, axis=1)
    worst = np.maximum(np.abs(upper - given), np.abs(upper - shares - given)).max(axis=1)
    assert (worst > found.reach).mean() < OUTSIDE + widest(math.sqrt(OUTSIDE * (1.0 - OUTSIDE) / worlds))
    counted = math.sqrt(math.log(2.0 / OUTSIDE) / (2.0 * sum(sizes)))
    assert found.reach > counted or max(sizes) == 1
    assert as_json(found)["calibration"]["observations"] == len(sizes)


def test_no_share_lies_further_than_one_from_a_probability(one_leap: Hindcast) -> None:
    assert one_leap.reach == 1.0
    assert "5 American records met, by 1 Chinese model, lie up to" in score_table(one_leap).lines[0]


def test_what_is_left_out_leans_to_one_side_and_that_is_said(one_leap: Hindcast) -> None:
    assert not any("still open" in line for line in score_table(one_leap).lines)
    american = (*EARLY, *later(5), ("us9", 160.0, date(2026, 1, 1)))
    found = record_of(american, (*MET_EARLY, ("cn2", 156.0, date(2026, 2, 1))))
    assert "Left out is the one still open" in " ".join(score_table(found).lines)
