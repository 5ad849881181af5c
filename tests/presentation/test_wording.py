"""How figures, days and names are written for people: one form each, wherever they stand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from catchup.analysis.archive.moved import Moved, changes_of
from catchup.analysis.inference.estimates import ZERO, Estimate
from catchup.analysis.inference.json_values import number, significant
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.inference.words import chance_text, share_text
from catchup.analysis.presentation.figures.dates import span_of
from catchup.analysis.presentation.site.moved import story
from catchup.analysis.presentation.table import Column, Table
from catchup.analysis.presentation.tables.attribution import attribution_table, finding
from catchup.analysis.presentation.terminal import to_terminal
from catchup.analysis.presentation.text import figure, shift_text, with_days
from catchup.analysis.studies.attribution import Attribution, Step
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import and_text

DAY = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (4e-4, "0.0004"),
        (-4e-4, "-0.0004"),
        (2.26e-5, "2.3e-05"),
        (0.0123, "0.0123"),
        (999.4, "999"),
        (999.7, "1,000"),
        (-999.5, "-1,000"),
        (330_000.0, "330,000"),
        (5.1e26, "5.10e+26"),
    ],
)
def test_a_figure_is_never_rounded_to_nothing_and_nothing_has_no_sign(value: float, said: str) -> None:
    assert figure(value) == said


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c", "d"], "a, b, c and d")]
)
def test_names_are_joined_as_a_sentence_does(names: list[str], said: str) -> None:
    assert and_text(names) == said


@pytest.mark.parametrize(("value", "said"), [(0.0, "0%"), (2e-4, "below 0.1%"), (4e-3, "0.4%"), (0.62, "62%")])
def test_no_share_above_nothing_is_said_to_be_nothing(value: float, said: str) -> None:
    assert share_text(value) == said
    assert chance_text(1.0 - 2e-4) == share_text(1.0 - 2e-4) == "above 99.9%"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time passing, 2026-11-16 to 2026-11-23", "time passing, 16 Nov 2026 to 23 Nov 2026"),
        ("since run 2026-11-23-2", "since run 2026-11-23-2"),
        ("leaks/2026-11-16.toml: x; since run 2026-11-16", "leaks/2026-11-16.toml: x; since run 2026-11-16"),
        ("seen by 2026-11-16.", "seen by 16 Nov 2026."),
        ("no day: 2026-13-45", "no day: 2026-13-45"),
    ],
)
def test_days_are_written_for_people_and_names_of_runs_stay(text: str, said: str) -> None:
    assert with_days(text) == said


@pytest.mark.parametrize("shift", [Estimate(0.2649999, 0.1250001), Estimate(-0.4250004, 0.03449999)])
def test_a_shift_reads_the_same_worked_out_and_read_back(shift: Estimate) -> None:
    months, mcse = number(shift.value), significant(shift.mcse)
    assert months is not None
    assert mcse is not None
    recorded = Estimate(months, mcse)
    assert shift_text(shift) == shift_text(recorded)
    assert finding(shift) == finding(recorded)
    assert shift_text(shift).lstrip("+-") in finding(shift)


def moved(*steps: tuple[str, Estimate], total: Estimate) -> Attribution:
    def step(id_: str, shift: Estimate) -> Step:
        title = f"title of {id_}"
        return Step(changes_of(id_, title), title, dict.fromkeys(HEADLINE, shift), ZERO)

    published = dict.fromkeys(HEADLINE, 12.0)
    return Attribution(published, published, step("total", total), tuple(step(*each) for each in steps), DAY)


def test_no_cause_is_named_that_the_table_calls_noise() -> None:
    noisy = Estimate(-0.3, 0.4)
    found = moved(("removed:new-lag", noisy), ("time", Estimate(-0.2, 0.3)), total=Estimate(-0.5, 0.1))
    (said,) = attribution_table(found).lead
    assert "most of it" not in said
    assert said.endswith("; no single change moves it beyond noise.")
    found = moved(("removed:new-lag", noisy), ("time", Estimate(-0.2, 0.05)), total=Estimate(-0.5, 0.1))
    assert "most of it comes from: title of time" in attribution_table(found).lead[0]


def test_a_changed_probability_is_told_in_points() -> None:
    (row,) = moved(("time", Estimate(1.0, 0.1)), total=Estimate(1.0, 0.1)).steps
    (column,) = [
        each for each in attribution_table(moved(total=Estimate(1.0, 0.1))).columns if each.title == "by 31 Dec 2026"
    ]
    assert column.text is not None
    assert column.text(replace(row, probability=Estimate(-0.182, 0.01))) == "-18.2 points"


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ([10.0, 22.0], "between December 2026 and December 2027"),
        ([10.0, 10.1], "in December 2026"),
        ([10.0, math.inf, 22.0], "between December 2026 and December 2027 or never"),
        ([math.inf, 10.0], "in December 2026 or never"),
        ([10.0, 1e6], "in December 2026 or after 9999"),
    ],
)
def test_medians_lie_between_months_or_nowhere(months: list[float], said: str) -> None:
    assert span_of(load_assumptions().calendar, months) == said


def policy_item() -> dict[str, Any]:
    source = {"title": "A notice", "publisher": "A bureau", "date": "2026-11-20"}
    observed = {"lever": "remote-revoked", "date": "2027-01-01"}
    return {"kind": "policy", "title": "Remote access is revoked", "observed": observed, "sources": [source]}


def test_news_of_an_enacted_lever_say_from_when_it_acts() -> None:
    found = moved(("added:remote-closed", Estimate(1.0, 0.1)), total=Estimate(1.0, 0.1))
    (group,) = story(Moved("2026-11-16", found), {"remote-closed": policy_item()}).groups
    assert "Remote access is revoked, acting from 1 Jan 2027. Seen in: A notice" in group.sentences[0]
    other = policy_item() | {"kind": "claim", "observed": {"date": "2027-01-01"}}
    (group,) = story(Moved("2026-11-16", found), {"remote-closed": other}).groups
    assert "acting" not in group.sentences[0]


ROWS = [
    ("2026-11-23", "caisi-glm-5-3-cyber-lag", "24 Mar 2027", "27 Aug 2027"),
    ("2026-11-30", "", "24 Mar 2027", "never"),
]
HEADINGS = ("Run", "Items added or removed", "5%", "median")


def lines(width: int) -> list[str]:
    columns = [
        Column(title=title, text=lambda row, place=place: row[place], figure=place > 1)
        for place, title in enumerate(HEADINGS)
    ]
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        for each in to_terminal(Table("Runs", columns, ROWS), width):
            console.print(each)
    return capture.get().splitlines()[1:]


@pytest.mark.parametrize("width", range(30, 101, 5))
def test_no_word_is_broken_where_there_is_room_for_it(width: int) -> None:
    printed = lines(width)
    words = {word.rstrip(":") for line in printed for word in line.split()}
    whole = {word for row in (*ROWS, HEADINGS) for cell in row for word in cell.split()}
    assert whole - words <= {"caisi-glm-5-3-cyber-lag"}
    assert all(any(part in word for word in words) for part in ("caisi-", "glm-5-3-", "cyber-", "lag"))
    assert all(len(line.rstrip()) <= width for line in printed)


@pytest.mark.parametrize("width", [55, 60])
def test_names_are_broken_after_their_hyphens_before_a_date_is(width: int) -> None:
    """At 80 columns a median stood on two lines, for the sake of one long name."""
    printed = "\n".join(lines(width))
    assert "24 Mar 2027" in printed
    assert "27 Aug 2027" in printed
    assert "2026-11-23" in printed
    assert "caisi-glm-5-3-cyber-lag" not in printed


def test_where_columns_have_no_room_each_cell_has_a_line_after_its_heading() -> None:
    printed = lines(40)
    assert printed[0].rstrip() == "Run: 2026-11-23"
    assert [line.rstrip() for line in printed if line.startswith("median")] == ["median: 27 Aug 2027", "median: never"]
    assert sum("Items added or removed" in line for line in printed) == 1  # nothing is said of what is empty
