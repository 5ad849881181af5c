"""Kinds that others register: what they say decides how they are counted, never what they are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

import catchup.evidence.kinds.registry as registry
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.readings.trend_structure import TrendStructure
from catchup.analysis.studies.structure_evidence import set_aside
from catchup.analysis.studies.voi.disclosures import read_disclosures
from catchup.evidence.confirmation import confirm, confirms
from catchup.evidence.kinds import KINDS
from catchup.evidence.kinds.capability_lag import CapabilityLag
from catchup.evidence.kinds.milestone import Milestone
from catchup.evidence.kinds.not_yet import NotYet
from catchup.evidence.kinds.registry import register_kind
from catchup.evidence.ledgers import Ledger
from catchup.evidence.schema import Item, item_from_table
from catchup.evidence.selection import Selection, select
from catchup.evidence.template import template
from catchup.model.assumptions import load_assumptions
from catchup.model.trend import load_trends
from catchup.priors.errors import InputError
from evidence_cases import table, toml

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2027, 9, 1)
EVENT = "compute-equivalent"
ASSUMPTIONS = load_assumptions()


class Announcement(Milestone):
    """A milestone under a name of its own."""

    name = "announcement"


class NothingFound(NotYet):
    """A silence under a name of its own."""

    name = "nothing_found"


class RoboticsLag(CapabilityLag):
    """A lag under a name of its own."""

    name = "robotics_lag"


OTHERS = {"milestone": Announcement, "not_yet": NothingFound, "capability_lag": RoboticsLag}


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    before = dict(KINDS)
    for kind in OTHERS.values():
        register_kind(kind)
    yield
    KINDS.clear()
    KINDS.update(before)


def made(kind: str, name: str, *, own: bool, **changes: object) -> Item:
    """An item of one of the project's kinds, or of the one that stands for it here."""
    written = table(kind, id=name, shares=[name], **changes)
    return item_from_table({**written, "kind": OTHERS[kind].name if own else kind}, file=f"{name}.toml")


def silence(*, own: bool, through: date = date(2027, 8, 24), name: str = "silence") -> Item:
    return made("not_yet", name, own=own, observed={"event": EVENT, "confirmed_through": through})


def report(*, own: bool, reliability: float | None = None) -> Item:
    doubt = {} if reliability is None else {"reliability": reliability, "background_mean": 18.0, "background_sd": 6.0}
    observed = {"event": EVENT, "date": date(2027, 8, 25)}
    return made(
        "milestone", "report", own=own, observed=observed, known_since=DAY, likelihood={"delay_months": 2.0, **doubt}
    )


def selected(*items: Item) -> Selection:
    return select(Ledger({item.id: item for item in items}), "default", DAY, ASSUMPTIONS)


@pytest.mark.parametrize("own_silence", [False, True])
@pytest.mark.parametrize("own_report", [False, True])
def test_a_report_ends_the_silence_whatever_both_are_called(own_silence: bool, own_report: bool) -> None:
    selection = selected(silence(own=own_silence), report(own=own_report))
    assert [item.id for item in selection.counted] == ["report"]
    assert [aside.reason for aside in selection.set_aside] == ["the silence was ended by report"]


def test_of_two_silences_the_longest_counts_whatever_it_is_called() -> None:
    shorter = silence(own=True, through=date(2027, 7, 1), name="shorter")
    assert [item.id for item in selected(silence(own=False), shorter).counted] == ["silence"]


def answer(*, own: bool) -> tuple[float, float]:
    """Median of when it is ready and probability of its being known by the day, given a rumour beside silence."""
    selection = selected(silence(own=own), report(own=own, reliability=0.5))
    assert len(selection.counted) == 2
    found = condition(Question(ASSUMPTIONS, DAY, draws=2_000), selection, "importance")
    known = forecast(found).known
    assert known is not None
    return found.ready.quantile(0.5).value, known.probability_below(found.question.as_of_months).value


def test_an_answer_does_not_hang_on_what_kinds_are_called() -> None:
    assert answer(own=True) == answer(own=False)


def test_a_silence_of_another_kind_is_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "silence.toml"
    written = {**table("not_yet", id="silence", observed={"event": EVENT}), "kind": "nothing_found"}
    path.write_text(toml(written))
    item = item_from_table(written, file=str(path))
    later = confirm(item, date(2027, 8, 30), DAY, path, source=path)
    assert later.observed.confirmed_through == date(2027, 8, 30)
    assert confirms(later, item)
    assert not confirms(later, silence(own=False))  # of another kind


def test_a_disclosure_may_be_of_a_registered_kind() -> None:
    lag = {"title": "A lag", "kind": "robotics_lag", "observed": {"scope": "general"}, "likelihood": {"sd": 0.2}}
    likelihood = {"delay_months": 2.0}
    said = {
        "lag": lag,
        "report": {"title": "A report", "kind": "announcement", "observed": {"event": EVENT}, "likelihood": likelihood},
        "silence": {
            "title": "Silence",
            "kind": "nothing_found",
            "observed": {"event": EVENT},
            "likelihood": likelihood,
            "months_ahead": 3.0,
        },
    }
    question = Question(ASSUMPTIONS, DAY, draws=100)
    found = read_disclosures({name: (table, "mine.toml") for name, table in said.items()}, question, {})[1]
    days = {name: each.item.observed.date for name, each in found.items() if each.item is not None}
    assert days["report"] == DAY  # the day is what is learnt
    assert days["silence"] > DAY
    past = {**said["silence"], "observed": {"event": EVENT, "date": DAY}}
    del past["months_ahead"]
    with pytest.raises(InputError, match="is not after 2027-09-01, the day of the question"):
        read_disclosures({"silence": (past, "mine.toml")}, question, {})


def test_a_trend_reads_lags_and_dates_of_registered_kinds() -> None:
    trend = TrendStructure(ASSUMPTIONS, *next(iter(load_trends(ASSUMPTIONS).items())))
    items = [made("capability_lag", "lag", own=True), report(own=True), silence(own=True)]
    assert [aside.item for aside in set_aside(ASSUMPTIONS, trend, items)] == []


def test_a_kind_without_a_template_says_which_keys_it_has() -> None:
    with pytest.raises(InputError) as refused:
        template("robotics_lag")
    assert str(refused.value) == (
        "robotics_lag: has no template; its keys are observed.value, observed.scope, observed.date, "
        "observed.organisation, likelihood.sd"
    )


def test_kinds_of_entry_points_are_known_to_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    del KINDS["robotics_lag"]
    point = SimpleNamespace(value="robots:RoboticsLag", load=lambda: RoboticsLag)
    monkeypatch.setattr(registry, "entry_points_of", lambda group: {"robotics_lag": point})
    monkeypatch.setattr("catchup.priors.entry_points.entry_points_of", lambda group: {"robotics_lag": point})
    with pytest.raises(InputError, match="did you mean 'robotics_lag'"):
        template("robotic_lag")
    with pytest.raises(InputError, match="has no template"):
        template("robotics_lag")
    assert "robotics_lag" in KINDS


@pytest.mark.parametrize("room", ["model", "evidence", "analysis", "front"])
def test_nothing_asks_what_a_kind_is_called(room: str) -> None:
    """Whoever compares names passes over kinds that others register: `Kind` says what one is."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line in compared_names(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def compared_names(text: str) -> Iterator[int]:
    """Lines in which the name of an item's kind is compared with something that is written down."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and any(
            ast.unparse(side).endswith(("kind.name", "item.text.kind")) for side in (node.left, *node.comparators)
        ):
            yield node.lineno


def test_a_comparison_of_names_is_seen() -> None:
    assert [*compared_names("a\nitem.kind.name == 'x'\n'x' in (item.kind.name,)\nitem.text.kind in X")] == [2, 4]


@pytest.mark.parametrize(
    ("says", "needed"), [("is_silence", "NotYet"), ("reports_event", "Milestone"), ("claims_event", "Claim")]
)
def test_what_is_counted_as_a_silence_or_a_report_derives_from_one(says: str, needed: str) -> None:
    kind = type("Odd", (CapabilityLag,), {"name": "odd_lag", says: True})
    with pytest.raises(
        InputError, match=f"odd_lag.{says}: asks for a subclass of {needed}|{says} asks for a subclass of {needed}"
    ):
        register_kind(kind)
    assert "odd_lag" not in KINDS
