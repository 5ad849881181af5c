"""Lags between records: worked by hand, against a slow search, and of the public index."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.studies.tables.lags import lags
from catchup.evidence import Episode, lag_episodes, read_table
from catchup.evidence.tables.episodes import of_both_countries, same_day_episodes
from catchup.evidence.tables.files import TableFile
from catchup.evidence.tables.table import Table, parse_table
from catchup.priors.errors import InputError
from table_cases import HORIZONS, INDEX_HEADER, INDEX_ROWS, OLDER_HEADER, VINTAGE, csv_text, public_table, write_csv

DAYS_PER_MONTH = 30.44
HEADER = ("Model", "eci", "date", "Organization", "Country")
COUNTRIES = {"us": "United States of America", "cn": "China", "both": "China,United States of America", "fr": "France"}


def table_of(rows: list[tuple[str, float, date, str]]) -> Table:
    text = csv_text(
        HEADER, [(name, f"{score}", day.isoformat(), "Lab", COUNTRIES[of]) for name, score, day, of in rows]
    )
    return parse_table(TableFile("table", text, b"", "", "csv"))


def short(episode: Episode) -> tuple[str, str | None, int]:
    return episode.reference.model, episode.follower and episode.follower.model, episode.days


def test_episodes_worked_by_hand(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS), vintage=VINTAGE)
    episodes = lag_episodes(table, VINTAGE)
    assert [short(episode) for episode in episodes] == [
        ("Ash", "Elm", (date(2024, 9, 1) - date(2024, 1, 10)).days),
        ("Cedar", "Ginkgo", (date(2025, 3, 3) - date(2024, 6, 1)).days),
        ("Fir", None, (VINTAGE - date(2025, 1, 5)).days),
    ]
    assert [episode.open for episode in episodes] == [False, False, True]
    assert episodes[0].reference.interval == (115.0, 125.0)
    assert episodes[1].reference.interval is None
    assert of_both_countries(table) == ("Date Palm",)


def test_a_day_has_one_record_and_an_equal_score_is_none() -> None:
    day = date(2025, 1, 1)
    table = table_of(
        [
            ("lesser", 10.0, day, "us"),
            ("better", 11.0, day, "us"),
            ("equal", 11.0, day + timedelta(days=1), "us"),
            ("follower", 11.0, day + timedelta(days=5), "cn"),
        ]
    )
    assert [short(episode) for episode in lag_episodes(table, VINTAGE)] == [("better", "follower", 5)]
    assert [short(episode) for episode in same_day_episodes(table, VINTAGE)] == [("lesser", "follower", 5)]


def test_a_lesser_model_of_the_day_counts_beside_only_if_it_beats_all_earlier_days() -> None:
    day = date(2025, 1, 1)
    table = table_of(
        [
            ("first", 10.0, day, "us"),
            ("beaten", 9.0, day + timedelta(days=3), "us"),
            ("lesser", 12.0, day + timedelta(days=3), "us"),
            ("better", 13.0, day + timedelta(days=3), "us"),
            ("follower", 12.0, day + timedelta(days=9), "cn"),
        ]
    )
    assert [short(episode) for episode in lag_episodes(table, VINTAGE)] == [
        ("first", "follower", 9),
        ("better", None, (VINTAGE - day).days - 3),
    ]
    assert [short(episode) for episode in same_day_episodes(table, VINTAGE)] == [("lesser", "follower", 6)]
    result = lags(table, DAYS_PER_MONTH)
    assert [short(episode) for episode in result.same_day] == [("lesser", "follower", 6)]


def test_a_models_levels_of_effort_are_one_model(tmp_path: Path) -> None:
    def row(name: str, effort: int, score: float, day: str, country: str) -> tuple[str, ...]:
        return f"{name}_{effort}", f"{score}", day, "Lab", country, "", "", name

    rows = [row("better", effort, 13.0 - effort, "2025-01-01", "United States of America") for effort in range(3)]
    rows += [row("lesser", effort, 12.5 - effort, "2025-01-01", "United States of America") for effort in range(2)]
    rows.append(row("follower", 0, 12.5, "2025-01-10", "China"))
    table = read_table(write_csv(tmp_path / "older.csv", OLDER_HEADER, rows), vintage=VINTAGE)
    assert [short(episode)[:2] for episode in lag_episodes(table, VINTAGE)] == [("better", None)]
    assert [short(episode) for episode in same_day_episodes(table, VINTAGE)] == [("lesser", "follower", 9)]


def test_whoever_was_there_first_has_a_negative_lag() -> None:
    day = date(2025, 1, 1)
    table = table_of([("early", 12.0, day - timedelta(days=9), "cn"), ("late", 11.0, day, "us")])
    assert [short(episode) for episode in lag_episodes(table, VINTAGE)] == [("late", "early", -9)]


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(sorted(COUNTRIES))), min_size=1, max_size=14
    )
)
def test_episodes_are_those_of_a_slow_search(drawn) -> None:
    start = date(2025, 1, 1)
    rows = [
        (f"m{place}", float(score), start + timedelta(days=day), of) for place, (score, day, of) in enumerate(drawn)
    ]
    until = start + timedelta(days=30)
    slow = []
    for day in sorted({row[2] for row in rows}):
        ours = [row[1] for row in rows if row[3] == "us" and row[2] == day]
        before = [row[1] for row in rows if row[3] == "us" and row[2] < day]
        if ours and max(ours) > max(before, default=-1.0):
            met = [row[2] for row in rows if row[3] == "cn" and row[1] >= max(ours)]
            slow.append((day, max(ours), min(met, default=None)))
    found = lag_episodes(table_of(rows), until)
    assert [(each.reference.day, each.reference.score, each.follower and each.follower.day) for each in found] == slow
    for each, (day, _, met) in zip(found, slow, strict=True):
        assert each.days == ((met or until) - day).days
    ahead = [
        row[0]
        for row in rows
        if row[3] == "us" and row[1] > max((r[1] for r in rows if r[3] == "us" and r[2] < row[2]), default=-1.0)
    ]
    both = [*found, *same_day_episodes(table_of(rows), until)]
    assert sorted(each.reference.model for each in both) == sorted(ahead)


def test_months_and_the_median_of_what_is_closed(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS), vintage=VINTAGE)
    result = lags(table, DAYS_PER_MONTH)
    closed = [235 / DAYS_PER_MONTH, 275 / DAYS_PER_MONTH]
    assert [result.months(episode) for episode in result.closed] == closed
    assert result.median_closed == pytest.approx(sum(closed) / 2.0)
    assert result.until == VINTAGE


def test_without_countries_there_are_no_lags() -> None:
    table = parse_table(TableFile("horizons", HORIZONS, b"", "", "yaml"))
    with pytest.raises(InputError, match="has no column 'score' here"):
        lag_episodes(table, VINTAGE)


PUBLISHED = {
    "GPT-4 (Mar 2023)": ("Qwen2.5-72B", 18.2),
    "GPT-4 Turbo (Nov 2023)": ("Qwen2.5-72B", 10.4),
    "Claude 3 Opus": ("Qwen2.5-72B", 6.5),
    "Gemini 1.5 Flash (Sep 2024)": ("DeepSeek-V3", 7.5),
    "o1-preview": ("DeepSeek-R1", 4.3),
    "o1": ("Qwen3-235B-A22B-Thinking (Jul 2025)", 7.6),
    "o3": ("Kimi K2.5", 13.4),
    "GPT-5": ("GLM-5.1", 8.0),
    "Gemini 3 Pro": ("Qwen3.7-Max", 6.0),
    "GPT-5.2 Pro": ("Kimi K3", 7.1),
    "GPT-5.3 Codex": ("Kimi K3", 5.3),
    "GPT-5.4 Pro": (None, None),
    "GPT-5.5 Pro": (None, None),
    "Claude Fable 5": (None, None),
}


def test_lags_of_the_public_index() -> None:
    """Every row of the published table is here, month for month; how many rows it has hangs on models of one day.

    On six days an American lab, or two, released several models that beat all earlier days. The best of each day makes
    16 closed episodes and 4 open ones, all of them 21 and 5. The 17 and 5 that were counted once are neither: a table
    sorted by day alone, by a sort that is not stable, left o1-preview before o1-mini and GPT-5.5 before GPT-5.5 Pro, so
    that both of each pair were records, and the lesser of the four other days behind the better, so that they were not.
    """
    result = lags(read_table(public_table("epoch-eci-2026-08-16.csv"), vintage=VINTAGE), DAYS_PER_MONTH)
    beside = {episode.reference.model: episode for episode in result.same_day}
    found = {episode.reference.model: episode for episode in result.episodes} | beside
    for record, (follower, months) in PUBLISHED.items():
        episode = found[record]
        assert (episode.follower and episode.follower.model) == follower
        assert months is None or round(result.months(episode), 1) == months
    assert (len(result.closed), len(result.episodes)) == (16, 20)
    assert all(episode.open for episode in result.episodes[16:])
    assert result.median_closed == pytest.approx(7.0, abs=0.15)
    assert [episode.reference.model for episode in result.same_day if not episode.open] == [
        "LLaMA-7B",
        "o1-preview",
        "GPT-5.2",
        "Claude Opus 4.6",
        "GPT-5.4",
    ]
    assert [episode.reference.model for episode in result.same_day if episode.open] == ["GPT-5.5"]
    counted_once = [*result.episodes, beside["o1-preview"], beside["GPT-5.5"]]
    assert [sum(each.open is still for each in counted_once) for still in (False, True)] == [17, 5]
