"""Silence that somebody has looked for: counted through the day of the last look, and moved on by a command."""

from __future__ import annotations

import datetime
import json
import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.analysis.commands.main import run
from catchup.evidence.confirmation import confirmed_text
from catchup.evidence.ledgers import PACKAGED, load_ledger
from catchup.evidence.likelihood import predict
from catchup.evidence.template import template
from catchup.model.assumptions import load_assumptions
from catchup.model.reporting import log_silence
from catchup.priors import InputError
from evidence_cases import DAY, item
from test_kind_figures import state

CURRENT, ARTICLE = load_assumptions(model="current"), load_assumptions(model="article")
LOOKED = datetime.date(2026, 10, 1)
SHIPPED = PACKAGED / "no-public-model.toml"
DAYS = st.dates(datetime.date(2026, 11, 1), datetime.date(2027, 12, 31))


def looked_at(day: datetime.date | None = LOOKED):
    return item("not_yet", observed__confirmed_through=day)


def test_silence_counts_up_to_the_day_of_the_last_look_where_the_model_tells_ready_from_known():
    later = datetime.date(2026, 11, 10)
    for day, counted in (
        (datetime.date(2026, 11, 21), later),
        (datetime.date(2026, 11, 5), datetime.date(2026, 11, 5)),
    ):
        clock = CURRENT.clock(day)
        assert looked_at(later).figures(clock)["as_of"] == pytest.approx(CURRENT.calendar.months(counted))
        # the published reading: to the day of the question
        assert looked_at(later).figures(ARTICLE.clock(day))["as_of"] == pytest.approx(CURRENT.calendar.months(day))


def test_silence_that_nobody_dates_was_looked_for_on_the_day_it_became_known():
    known = datetime.date(2026, 11, 5)
    undated = item("not_yet", known_since=known, observed__confirmed_through=None)
    assert undated.observed.confirmed_through == known
    assert undated.figures(CURRENT.clock(DAY))["as_of"] == pytest.approx(CURRENT.calendar.months(known))
    # the published reading: to the day of the question
    assert undated.figures(ARTICLE.clock(DAY))["as_of"] == pytest.approx(ARTICLE.calendar.months(DAY))
    found = datetime.date(2026, 11, 1)
    finding = item("not_yet", known_since=known, observed={"date": found})
    assert finding.observed.confirmed_through is None  # nobody confirms a finding again
    assert finding.figures(CURRENT.clock(DAY))["as_of"] == pytest.approx(CURRENT.calendar.months(found))


def test_what_nobody_dates_says_how_old_it_is_and_claims_no_more(folder, capsys):
    text = SHIPPED.read_text().replace("confirmed_through = 2026-09-29", "").replace("2026-02-24", "2026-08-01", 1)
    (folder / "mine.toml").write_text(text.replace('"no-public-model"', '"mine"').replace("no-chinese", "no-other"))
    asked = ["forecast", "--evidence", "none", "--add", "mine.toml", "--draws", "4000", "--json"]
    counted = {"current": "2026-08-01", "article": "2026-11-21"}
    for model, through in counted.items():
        assert run([*asked, "--as-of", "2026-11-21", "--model", model]) == 0
        printed = capsys.readouterr()
        found = json.loads(printed.out)
        assert found["silence_confirmed_through"] == "2026-08-01"
        (silence,) = found["silences"]
        assert (silence["confirmed_through"], silence["counted_through"]) == ("2026-08-01", through)
        assert "mine: silence was last confirmed through 2026-08-01, 112 days before 2026-11-21" in printed.err


def test_what_is_predicted_is_the_models_law():
    seen = state()
    concealed = np.array([0.05, 0.2])
    current = type(seen)(CURRENT, {**seen.quantity, "concealed_share": concealed}, seen.mythos_flop, seen.ready, {}, {})
    case, clock = item("not_yet"), CURRENT.clock(DAY)
    waited = clock.months(case.observed.confirmed_through) - seen.ready["autonomous-range"]
    expected = log_silence(np, waited, 1.5, 0.8, concealed)
    np.testing.assert_allclose(predict(np, case, current, case.figures(clock)), expected, rtol=1e-12)
    assert (expected < 0.0).any()


def test_a_day_before_it_was_known_and_a_day_beside_a_finding_are_refused():
    with pytest.raises(InputError, match=r"observed\.confirmed_through: 2026-10-01 is before known_since"):
        looked_at(LOOKED)
    with pytest.raises(InputError, match=r"observed\.confirmed_through: .*beside date"):
        item(
            "not_yet", observed__date=datetime.date(2026, 11, 1), observed__confirmed_through=datetime.date(2026, 11, 2)
        )


@settings(max_examples=50, deadline=None)
@given(DAYS, DAYS)
def test_a_file_keeps_everything_but_the_day(first, second):
    for text in (template("not_yet"), SHIPPED.read_text(), 'id = "a"\n', "observed = {event = 'x'}\n[likelihood]\n"):
        once = confirmed_text(text, first)
        twice = confirmed_text(once, second)
        before, after = tomllib.loads(text), tomllib.loads(twice)
        assert after.pop("observed") == {**before.pop("observed", {}), "confirmed_through": second}
        assert after == before
        assert confirmed_text(text, second) == twice
    assert [line for line in SHIPPED.read_text().splitlines() if "#" in line] == [
        line for line in confirmed_text(SHIPPED.read_text(), first).splitlines() if "#" in line
    ]


def confirmed(*arguments: str) -> int:
    return run(["evidence", "confirm", *arguments])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_confirming_an_item_of_the_projects_own_writes_a_file_that_takes_its_place(folder, capsys):
    assert confirmed("no-public-model", "--through", "2026-11-20") == 0
    assert "--add no-public-model.toml" in capsys.readouterr().out
    ledger = load_ledger(None, ["no-public-model.toml"])
    assert ledger.items["no-public-model"].observed.confirmed_through == datetime.date(2026, 11, 20)
    assert list(ledger.items) == list(load_ledger().items)
    assert confirmed("no-public-model", "--through", "2026-11-21") == 0
    assert load_ledger(None, ["no-public-model.toml"]).items["no-public-model"].observed.confirmed_through.day == 21
    assert sorted(path.name for path in folder.iterdir()) == ["no-public-model.toml"]


def test_the_later_of_two_confirmations_counts(folder):
    (folder / "old.toml").write_text(SHIPPED.read_text().replace("2026-09-29", "2026-08-01"))
    found = load_ledger(None, ["old.toml"]).items["no-public-model"]
    assert found.observed.confirmed_through == datetime.date(2026, 9, 29)


def test_confirming_an_item_of_a_ledger_rewrites_its_file(folder):
    ledger = folder / "ledger"
    ledger.mkdir()
    (ledger / "quiet.toml").write_text(template("not_yet", "quiet"))
    assert confirmed("quiet", "--through", "2026-11-20", "--ledger", str(ledger)) == 0
    assert load_ledger(ledger).items["quiet"].observed.confirmed_through == datetime.date(2026, 11, 20)
    assert (ledger / "quiet.toml").read_text().count("#") == template("not_yet").count("#")
    assert [path.name for path in ledger.iterdir()] == ["quiet.toml"]


TODAY = ("--as-of", "2026-11-26")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("no-public-mode", "--through", "2026-11-20"),
            "unknown item 'no-public-mode'; did you mean 'no-public-model'?",
        ),
        (("eci-lag", "--through", "2026-11-20"), "evidence/ledger/eci-lag.toml: kind: is capability_lag"),
        (("no-public-model", "--through", "2026-11-27"), "observed.confirmed_through: 2026-11-27 is after 2026-11-26"),
        (
            ("no-public-model", "--through", "2026-02-23"),
            "observed.confirmed_through: 2026-02-23 is before known_since",
        ),
        (("no-public-model", "--through", "2026-09-29"), "observed.confirmed_through: 2026-09-29 says nothing new"),
        (("no-public-model", "--through", "soon"), "soon"),
        (("no-public-model",), "through"),
        (
            ("no-public-model", "--through", "2026-11-20", "--out", "other.toml"),
            "other.toml: id: is not no-public-model",
        ),
        (("no-public-model", "--through", "2026-11-20", "--out", "no/such.toml"), "no/such.toml"),
        (("no-public-model", "--through", "2026-11-20", "--ledger", "none"), "none: no such folder"),
    ],
)
def test_what_cannot_be_confirmed_is_refused_and_nothing_is_written(folder, capsys, arguments, said):
    (folder / "other.toml").write_text(template("not_yet", "other"))
    assert confirmed(*arguments, *TODAY) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["other.toml"]


def test_a_file_that_claims_a_day_to_come_is_refused_by_a_check(folder, capsys):
    (folder / "mine.toml").write_text(SHIPPED.read_text().replace("2026-09-29", "2999-01-01"))
    assert run(["evidence", "check", "mine.toml"]) == 2
    assert "mine.toml: observed.confirmed_through: 2999-01-01 is after" in capsys.readouterr().err


def test_what_nobody_has_seen_yet_is_not_confirmed_whatever_day_is_asked(folder, capsys):
    """The clock is today's, not --as-of: a later day of the question has seen no more."""
    assert confirmed("no-public-model", "--through", "2999-01-01", "--as-of", "2999-01-02") == 2
    assert "observed.confirmed_through: 2999-01-01 is after" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_a_forecast_refuses_what_is_confirmed_after_today_and_after_its_day(folder, capsys):
    (folder / "mine.toml").write_text(SHIPPED.read_text().replace("2026-09-29", "2999-01-01"))
    asked = ["forecast", "--evidence", "none", "--add", "mine.toml", "--draws", "4000"]
    assert run([*asked, "--as-of", "2026-11-21"]) == 2
    assert "mine.toml: observed.confirmed_through: 2999-01-01 is after" in capsys.readouterr().err


def test_what_if_nothing_is_seen_until_a_day_to_come_can_be_asked(folder, capsys, monkeypatch):
    monkeypatch.setattr("catchup.priors.clock.today", lambda: datetime.date(2026, 11, 27))
    (folder / "mine.toml").write_text(SHIPPED.read_text().replace("2026-09-29", "2027-02-01"))
    asked = ["forecast", "--evidence", "none", "--add", "mine.toml", "--draws", "4000"]
    assert run([*asked, "--as-of", "2027-02-01"]) == 0
    assert run([*asked, "--as-of", "2026-11-27"]) == 2


def test_a_ledger_that_cannot_be_counted_is_not_said_to_be(folder, capsys):
    ledger = folder / "ledger"
    ledger.mkdir()
    (ledger / "quiet.toml").write_text(template("not_yet", "quiet"))
    stranger = template("not_yet", "stranger").replace('"autonomous-range"', '"no-such-event"')
    (ledger / "stranger.toml").write_text(stranger)
    before = (ledger / "quiet.toml").read_text()
    assert confirmed("quiet", "--through", "2026-11-20", "--ledger", str(ledger)) == 2
    assert "stranger.toml" in capsys.readouterr().err
    assert (ledger / "quiet.toml").read_text() == before


def ended_ledger(folder, day="2026-11-10", reliability=""):
    ledger = folder / "ledger"
    ledger.mkdir()
    (ledger / "quiet.toml").write_text(template("not_yet", "quiet"))
    reached = template("milestone", "reached").replace("new-statement", "other-statement")
    reached = reached.replace("2026-11-01", day)
    doubt = "reliability = 0.5\nbackground_mean = 8.2\nbackground_sd = 6.0\n" if reliability else ""
    (ledger / "reached.toml").write_text(reached.replace("delay_months = 2 ", f"{doubt}delay_months = 2 "))
    return ledger


@pytest.mark.parametrize("through", ["2026-11-10", "2026-11-20"])
def test_a_silence_is_not_confirmed_past_a_report_that_is_believed(folder, capsys, through):
    ledger = ended_ledger(folder)
    before = (ledger / "quiet.toml").read_text()
    assert confirmed("quiet", "--through", through, "--ledger", str(ledger), *TODAY) == 2
    said = "a day before 2026-11-10 was expected, on which reached says that it was over"
    assert said in " ".join(capsys.readouterr().err.split())
    assert (ledger / "quiet.toml").read_text() == before


def test_one_that_is_not_counted_is_not_said_to_be(folder, capsys):
    ledger = ended_ledger(folder)
    asked = ("quiet", "--ledger", str(ledger), *TODAY)
    assert confirmed(*asked, "--through", "2026-11-08") == 0
    assert "does not count it: the silence was ended by reached" in " ".join(capsys.readouterr().out.split())
    assert confirmed(*asked, "--through", "2026-11-09", "--json") == 0
    assert json.loads(capsys.readouterr().out)["use"] == "the silence was ended by reached"


def test_a_silence_is_confirmed_past_a_report_that_is_doubted(folder, capsys):
    ledger = ended_ledger(folder, reliability="doubted")
    assert confirmed("quiet", "--through", "2026-11-20", "--ledger", str(ledger), *TODAY) == 0
    assert "counts it" in capsys.readouterr().out


def test_another_item_under_the_same_id_is_still_refused(folder):
    (folder / "mine.toml").write_text(SHIPPED.read_text().replace("delay_months = 2 ", "delay_months = 3 "))
    with pytest.raises(InputError, match="is the id of evidence/ledger/no-public-model"):
        load_ledger(None, ["mine.toml"])
