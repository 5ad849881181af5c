"""An item revised or retracted: what it was on each day, and histories that cannot have been."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.evidence import Item, load_ledger, schema, select
from catchup.evidence.confirmation import confirm, refuse_future
from catchup.evidence.revisions import check_history, revisions_between
from catchup.evidence.schema import read_item
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError
from evidence_cases import item, table, toml

KNOWN = date(2026, 11, 1)  # of the template
FIRST, SECOND, RETRACTED = date(2026, 11, 8), date(2026, 11, 15), date(2026, 11, 22)
LAG = "observed.value"


def entry(day: date = FIRST, key: str = LAG, **values: Any) -> dict[str, Any]:
    return {"day": day, "key": key, "why": "corrected", **(values or {"old": 9.0, "new": 6.0})}


def revised(*entries: dict[str, Any], **changes: Any) -> Item:
    return item("capability_lag", revised=list(entries), **{"observed__value": 6.0, **changes})


def test_it_is_what_it_was_on_the_day() -> None:
    now = revised(
        entry(old=9.0, new=7.5), entry(SECOND, old=7.5, new=6.0), entry(SECOND, "likelihood.sd", old=0.5, new=0.25)
    )
    day = timedelta(days=1)
    values = {
        KNOWN: 9.0,
        FIRST - day: 9.0,
        FIRST: 7.5,
        SECOND - day: 7.5,
        SECOND: 6.0,
        date(2030, 1, 1): 6.0,
    }
    assert {asked: now.as_of(asked).observed.value for asked in values} == values
    assert now.as_of(SECOND) is now
    assert [len(now.as_of(asked).text.revised) for asked in (KNOWN, FIRST, SECOND)] == [0, 1, 3]


def test_a_retraction_is_not_known_before_its_day() -> None:
    gone = item("claim", retracted_on=RETRACTED, retracted_why="the account was a parody")
    before = gone.as_of(RETRACTED - timedelta(days=1))
    assert before.text.retracted_on is before.text.retracted_why is None
    assert not before.retracted_by(date(2030, 1, 1))
    assert gone.retracted_by(RETRACTED)
    assert gone.as_of(RETRACTED) is gone


def test_what_was_not_stated_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "leak.toml"
    changes = {"weight": 0.5, "weight_reason": "half", "observed__organisation": "CAISI"}
    entries = [entry(key="weight", new=0.5), entry(key="weight_reason", new="half")]
    entries.append(entry(SECOND, "observed.organisation", new="CAISI"))
    path.write_text(toml(table("capability_lag", revised=entries, **changes)))
    before = read_item(path).as_of(KNOWN)
    assert (before.text.weight, before.text.weight_reason) == (1.0, None)
    assert before.observed.organisation == before.text.sources[0].publisher


BAD: list[tuple[list[dict[str, Any]], dict[str, Any], str, str]] = [
    ([entry(KNOWN)], {}, "revised.0.day", "not after known_since (2026-11-01)"),
    ([entry(date(2026, 10, 1))], {}, "revised.0.day", "not after known_since"),
    ([entry(SECOND, old=9.0, new=7.0), entry(FIRST, old=7.0, new=6.0)], {}, "revised.1.day", "before 2026-11-15"),
    (
        [entry(old=9.0, new=7.0), entry(SECOND, old=8.0, new=6.0)],
        {},
        "revised.1.old",
        "revised.0 left",
    ),
    ([entry(old=9.0, new=7.0)], {}, "revised.0.new", "the file states observed.value = 6"),
    ([entry(old=6.0, new=6.0)], {}, "revised.0.new", "nothing was changed"),
    ([entry(key="observed.valeu")], {}, "revised.0.key", "did you mean 'observed.value'"),
    ([entry(key="observed.value.high", new=6.0)], {}, "revised.0.new", "the file states observed.value.high = not"),
    ([entry(key="observed")], {}, "revised.0.key", "can be revised"),
    ([entry(key="id", old="a", new="b")], {}, "revised.0.key", "can be revised"),
    ([entry(key="known_since", old="a", new="b")], {}, "revised.0.key", "can be revised"),
    ([{**entry(), "why": ""}], {}, "revised.0.why", "empty"),
    ([{k: v for k, v in entry().items() if k != "why"}], {}, "revised.0.why", "missing"),
    ([{**entry(), "reason": "x"}], {}, "revised.0.reason", "unknown key"),
    ([{**entry(), "day": "soon"}], {}, "revised.0.day", "day"),
    (
        [entry(old=-9.0, new=6.0)],
        {},
        "revised.0.old",
        "a milestone, or a claim (in observed.value, as it stood",
    ),
    ([entry(old=-9.0, new=7.0), entry(SECOND, old=7.0, new=6.0)], {}, "revised.0.old", "as it stood before 2026-11-08"),
    ([entry(key="weight", old=0.5, new=1.0)], {"weight": 1.0}, "revised.0.old", "needs a reason"),
    ([entry(RETRACTED)], {"retracted_on": SECOND, "retracted_why": "x"}, "revised.0.day", "after the retraction"),
    ([], {"retracted_on": KNOWN, "retracted_why": "x"}, "retracted_on", "not after known_since"),
    ([], {"retracted_on": RETRACTED}, "retracted_why", "needs a reason"),
    ([], {"retracted_why": "x"}, "retracted_why", "without retracted_on"),
]


@pytest.mark.parametrize(("entries", "changes", "key", "says"), BAD)
def test_a_history_that_cannot_have_been_is_refused(
    entries: list[dict[str, Any]], changes: dict[str, Any], key: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "leak.toml"
    path.write_text(toml(table("capability_lag", revised=entries, observed__value=6.0, **changes)))
    with pytest.raises(InputError) as refusal:
        read_item(path)
    assert (refusal.value.file, refusal.value.key) == (str(path), key)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_confirmed_silence_is_no_revision() -> None:
    day = date(2026, 11, 20)
    with pytest.raises(InputError, match="evidence confirm"):
        item("not_yet", observed__confirmed_through=day, revised=[entry(key="observed.confirmed_through", new=day)])


@given(values=st.lists(st.floats(0.5, 40.0), min_size=2, max_size=12))
def test_any_chain_is_walked_back(values: list[float]) -> None:
    values = [value for place, value in enumerate(values) if not place or value != values[place - 1]]
    days = [KNOWN + timedelta(days=7 * place) for place in range(len(values))]
    steps = zip(days[1:], values, values[1:], strict=False)
    now = revised(*(entry(day, old=old, new=new) for day, old, new in steps), observed__value=values[-1])
    assert [now.as_of(day).observed.value for day in days] == values
    assert [now.as_of(day + timedelta(days=6)).observed.value for day in days] == values


def test_each_state_of_a_long_history_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not twice as many for every entry."""
    read: list[int] = []

    def counted(text: schema.ItemText, *rest: Any) -> None:
        read.append(len(text.revised))
        assert len(read) <= 13
        check_history(text, *rest)

    monkeypatch.setattr(schema, "check_history", counted)
    days = [KNOWN + timedelta(days=place + 1) for place in range(12)]
    revised(*(entry(day, old=18.0 - place, new=17.0 - place) for place, day in enumerate(days)))
    assert read == [*range(12, -1, -1)]


def test_a_pure_revision_is_told_from_any_other_change() -> None:
    before, after = item("capability_lag", observed__value=9.0), revised(entry())
    assert [one.new for one in revisions_between(before.text, after.text)] == [6.0]
    assert revisions_between(after.text, after.text) == []
    other = item("capability_lag", observed__value=9.0, likelihood__sd=0.4)
    assert revisions_between(other.text, after.text) == []


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    lag = table("capability_lag", id="lag", shares=["a"], observed__value=6.0, revised=[entry()])
    claim = table("claim", id="rumour", shares=["b"], retracted_on=RETRACTED, retracted_why="a parody")
    for made in (lag, claim):
        (folder / f"{made['id']}.toml").write_text(toml(made))
    return folder


def test_a_question_counts_what_stood_on_its_day(ledger: Path) -> None:
    assumptions = load_assumptions(model="article")
    found = {day: select(load_ledger(ledger), "default", day, assumptions) for day in (KNOWN, FIRST, RETRACTED)}
    counted = {day: {each.id: each for each in one.counted} for day, one in found.items()}
    assert {day: one["lag"].observed.value for day, one in counted.items()} == {KNOWN: 9.0, FIRST: 6.0, RETRACTED: 6.0}
    assert {day: "rumour" in one for day, one in counted.items()} == {KNOWN: True, FIRST: True, RETRACTED: False}
    reasons = {aside.item.id: aside.reason for aside in found[RETRACTED].set_aside}
    assert reasons == {"rumour": "retracted on 2026-11-22: a parody"}
    by_name = select(load_ledger(ledger), "rumour", RETRACTED, assumptions)
    assert by_name.counted == ()


def test_a_bill_whose_firm_is_revised_has_its_own_ratio(tmp_path: Path) -> None:
    change = entry(key="observed.firm", old="Z.ai", new="Moonshot AI")
    made = [
        table("rental_spend", id="a", shares=["a"], observed__firm="Z.ai"),
        table("rental_spend", id="b", shares=["b"], observed__firm="Moonshot AI", revised=[change]),
    ]
    for one in made:
        (tmp_path / f"{one['id']}.toml").write_text(toml(one))
    ledger = load_ledger(tmp_path)
    assert [next(n for n in each.latents if "ratio" in n) for each in ledger.items.values()] == [
        "firm_ratio",
        "firm_ratio_moonshot_ai",
    ]
    before = ledger.as_of(KNOWN)
    assert {next(n for n in each.latents if "ratio" in n) for each in before.items.values()} == {"firm_ratio"}


def test_the_default_ledger_is_itself_on_any_day() -> None:
    ledger = load_ledger()
    if not any(each.text.revised or each.text.retracted_on for each in ledger.items.values()):
        assert ledger.as_of(date(2026, 3, 1)) is ledger
    assert set(ledger.as_of(date(2026, 3, 1)).items) == set(ledger.items)


def test_a_retracted_silence_is_not_confirmed(tmp_path: Path) -> None:
    silent = table("not_yet", retracted_on=RETRACTED, retracted_why="nobody had looked")
    path = tmp_path / "silence.toml"
    path.write_text(toml(silent))
    with pytest.raises(InputError, match="was retracted on 2026-11-22"):
        confirm(read_item(path), date(2026, 11, 25), date(2026, 11, 26), path, source=path)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"retracted_on": RETRACTED, "retracted_why": "a parody"}, "retracted_on"),
        (
            {"observed__value": 6.0, "revised": [entry(old=9.0, new=7.5), entry(RETRACTED, old=7.5, new=6.0)]},
            "revised.1.day",
        ),
    ],
)
def test_what_is_to_be_revised_or_retracted_on_a_day_to_come_is_refused(changes: dict[str, Any], key: str) -> None:
    changed = item("capability_lag", **changes)
    refuse_future(changed, RETRACTED)
    said = f"new-item.toml: {key}: 2026-11-22 is after 2026-11-21: nobody knows of it yet"
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        refuse_future(changed, RETRACTED - timedelta(days=1))


def test_an_item_kept_with_a_run_reads_back(ledger: Path) -> None:
    from catchup.analysis.inference.inputs import inputs_of

    items = [load_ledger(ledger).items["lag"]]
    kept = inputs_of(load_assumptions(model="article"), items)
    (again,) = kept.evidence()
    assert again.text == items[0].text
    assert again.as_of(KNOWN).observed.value == 9.0
    assert "revised" not in inputs_of(load_assumptions(model="article"), [item("claim")]).items["new-item"]
