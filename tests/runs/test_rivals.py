"""Rivals: each with a form and a source, scored by what it published, and refused by file and key."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.archive.rivals import KINDS, load_rivals
from catchup.analysis.archive.scores import score_rivals
from catchup.analysis.archive.scoring import Outcome
from catchup.analysis.archive.views import Knots
from catchup.analysis.presentation.tables.builders import as_json
from catchup.priors.errors import InputError
from scored_days import CALENDAR, DAY, FEBRUARY


def test_every_rival_has_a_form_a_source_and_whether_it_was_opened() -> None:
    rivals = load_rivals()
    assert {rival.kind for rival in rivals.values()} == set(KINDS)
    assert set(rivals) >= {
        "article",
        "article-code",
        "first-quarter",
        "sooner",
        "index-gap",
        "markets-low",
        "markets-high",
    }
    for rival in rivals.values():
        assert rival.source
        assert rival.date >= date(2026, 6, 12)
    assert not rivals["first-quarter"].opened
    assert rivals["article-code"].opened


def test_the_article_is_scored_by_its_published_interval() -> None:
    view = load_rivals()["article"].view(CALENDAR)
    assert isinstance(view, Knots)
    months = {level: CALENDAR.day(moment) for level, moment in view.quantiles.items()}
    assert {level: (day.year, day.month) for level, day in months.items() if day} == {
        0.05: (2026, 10),
        0.5: (2027, 2),
        0.95: (2027, 9),
    }
    middle = CALENDAR.months(date(2026, 10, 1)) + 0.5 * 31 / 30.44
    assert view.quantiles[0.05] == pytest.approx(middle)
    code = load_rivals()["article-code"].view(CALENDAR)
    assert isinstance(code, Knots)
    assert CALENDAR.day(code.quantiles[0.5]) == date(2027, 2, 19)
    assert code.probability_before(CALENDAR.months(date(2027, 1, 1))) == (0.256, 0.256)


@pytest.mark.parametrize("outcome", [Outcome(DAY), Outcome(date(2026, 12, 31), open=True)], ids=["happened", "open"])
def test_every_rival_is_scored_by_something_and_every_gap_has_a_reason(outcome: Outcome) -> None:
    rivals = load_rivals()
    found = score_rivals(CALENDAR, outcome, rivals)
    assert {row.id for row in found} == set(rivals)
    for row in found:
        given = [row.crps, row.interval_score, row.log_score, *row.brier.values()]
        assert any(figure is not None for figure in given)
        for name, figure in (("crps", row.crps), ("interval_score", row.interval_score), ("log_score", row.log_score)):
            assert (figure is None) == (name in row.reasons)
        for day, figure in row.brier.items():
            assert (figure is None) == (f"brier {day}" in row.reasons)
    json.dumps(as_json(found), allow_nan=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "window"', 'kind = "windw"'), "did you mean 'window'"),
        (('kind = "window"\n', ""), "february.kind: is missing"),
        (("to = 2027-02-28", "to = 2027-01-28"), "on was expected, not 2027-01-28"),
        (("to = 2027-02-28", "to = 3027-02-28"), "rival.february.to: a day up to 2999-12-31 was expected"),
        (("opened = true", "opend = true"), "opened"),
        (("to = 2027-02-28", "to = 2027-02-28\nprobability = 1.5"), "probability"),
        ((FEBRUARY, "rival = { x = 3 }"), "rival.x: a table was expected, not 3"),
    ],
    ids=["kind", "no kind", "order", "calendar", "key", "probability", "no table"],
)
def test_a_row_that_cannot_be_used_is_refused_by_file_and_key(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "rivals.toml"
    path.write_text(FEBRUARY.replace(*change))
    with pytest.raises(InputError) as error:
        load_rivals(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("quantiles", "said"),
    [
        ('{ "0.05" = "2027-02", "0.5" = "2026-10" }', "later days"),
        ('{ "1.05" = "2027-02" }', "probability between 0 and 1"),
        ('{ "half" = "2027-02" }', "probability between 0 and 1"),
        ('{ "0.5" = "February" }', "a day such as"),
        ('{ "0.5" = "2027-13" }', "a day such as"),
        ('{ "0.5" = "3000-01-01" }', "a day such as"),
        ('{ "0.5" = "9999-12" }', "a day such as"),
        ("{}", "at least one"),
    ],
)
def test_quantiles_that_are_none_are_refused(quantiles: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "rivals.toml"
    head = FEBRUARY.replace('kind = "window"', f'kind = "quantiles"\nquantiles = {quantiles}')
    path.write_text(head.replace("from = 2027-02-01\nto = 2027-02-28\n", ""))
    with pytest.raises(InputError, match=said):
        load_rivals(path)
