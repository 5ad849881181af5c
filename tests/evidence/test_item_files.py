"""Every malformed item is refused with its file and key, and what was expected."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.evidence.kinds import KINDS
from catchup.evidence.schema import item_from_table, read_item
from catchup.evidence.template import template
from catchup.priors.errors import InputError
from evidence_cases import DOUBTED, item, table, toml

DOUBT = {f"likelihood__{key}": value for key, value in DOUBTED.items()}
LATE = datetime.date(2027, 1, 1)
SIGMAS = ("typical_sigma", "spread", "spread_sigma")
NO_MONTHS = (1e-17, 0.02, 150.0, 1e12)  # lags in other units, or in none

SPOILT: list[tuple[str, dict[str, Any], str, str]] = [
    ("claim", {"kind": "claims"}, "kind", "claim"),
    ("claim", {"kind": None}, "kind", "missing"),
    ("claim", {"colour": "red"}, "colour", "unknown key"),
    ("claim", {"wieght": 0.5}, "wieght", "weight"),
    ("claim", {"observed__evnt": "x"}, "observed.evnt", "event"),
    ("claim", {"likelihood__true_positives": 0.5}, "likelihood.true_positives", "true_positive"),
    (
        "claim",
        {"sources": [{"title": "a", "publisher": "b", "date": LATE, "adress": "c"}]},
        "sources.0.adress",
        "address",
    ),
    ("claim", {"id": None}, "id", "missing"),
    ("claim", {"id": "Two Words"}, "id", "lower-case"),
    ("claim", {"id": "default"}, "id", "own"),
    ("claim", {"title": ""}, "title", "empty"),
    ("claim", {"role": "likely"}, "role", "likelihood"),
    ("claim", {"known_since": None}, "known_since", "missing"),
    ("claim", {"known_since": "yesterday"}, "known_since", "day"),
    ("claim", {"known_since": datetime.datetime(2026, 11, 1, 12, 0)}, "known_since", "day"),
    ("claim", {"sources": None}, "sources", "missing"),
    ("claim", {"sources": []}, "sources", "at least one"),
    (
        "claim",
        {"sources": [{"title": "a", "publisher": "b", "date": datetime.date(2026, 1, 1)}]},
        "sources.0.quoted_in",
        "address",
    ),
    (
        "claim",
        {"sources": [{"title": "a", "publisher": "b", "date": LATE, "address": "c"}]},
        "sources",
        "after known_since",
    ),
    ("claim", {"sources": [{"title": "a", "publisher": "b", "address": "c"}]}, "sources.0.date", "missing"),
    ("claim", {"weight": 0.0}, "weight", "above 0"),
    ("claim", {"weight": 1.5, "weight_reason": "strong"}, "weight", "at most 1"),
    ("claim", {"weight": 0.5}, "weight_reason", "reason"),
    ("claim", {"weight": math.nan}, "weight", "finite"),
    ("claim", {"shares": ["one", "one"]}, "shares", "twice"),
    ("claim", {"shares": ["A statement"]}, "shares.0", "lower-case"),
    ("claim", {"shares": "one"}, "shares", "list"),
    ("claim", {"observed": 3}, "observed", "table"),
    ("claim", {"likelihood": None}, "likelihood.delay_months", "missing"),
    ("claim", {"observed__date": LATE}, "observed.date", "known_since"),
    ("capability_lag", {"observed__date": LATE}, "observed.date", "known_since"),
    ("claim", {"likelihood__delay_months": 0.0}, "likelihood.delay_months", "above 0"),
    ("claim", {"likelihood__true_positive": 1.2}, "likelihood.true_positive", "at most 1"),
    ("claim", {"likelihood__false_positive": 0.0}, "likelihood.false_positive", "above 0"),
    (
        "claim",
        {"likelihood__true_positive": 0.8, "likelihood__false_positive": 0.3},
        "likelihood.false_positive",
        "at most 1",
    ),
    ("milestone", {"observed__date": None}, "observed.date", "missing"),
    ("milestone", {"observed__event": None}, "observed.event", "missing"),
    ("not_yet", {"observed__confirmed_through": None, "observed__date": LATE}, "observed.date", "known_since"),
    ("training_run", {"observed__date": LATE}, "observed.date", "known_since"),
    ("training_run", {"observed__tokens": -1.0}, "observed.tokens", "above 0"),
    ("training_run", {"observed__firm": None}, "observed.firm", "missing"),
    ("compute_reading", {"observed__value": None}, "observed.value", "missing"),
    ("compute_reading", {"observed__value": "6e27"}, "observed.value", "number"),
    ("compute_reading", {"observed__value": True}, "observed.value", "number"),
    ("compute_reading", {"observed__value": math.nan}, "observed.value", "finite"),
    ("compute_reading", {"observed__value": math.inf}, "observed.value", "finite"),
    ("compute_reading", {"observed__value": -8e26}, "observed.value", "above 0"),
    ("compute_reading", {"observed__interval": [1.2e27, 5e26]}, "observed.interval", "lower first"),
    ("compute_reading", {"observed__interval": [-5e26, 1.2e27]}, "observed.interval", "positive"),
    ("compute_reading", {"observed__interval": [9e26, 1.2e27]}, "observed.interval", "inside"),
    ("compute_reading", {"observed__interval": [5e26]}, "observed.interval.1", "missing"),
    ("compute_reading", {"observed__interval": [5e26, math.nan]}, "observed.interval.1", "finite"),
    ("compute_reading", {"observed__level": 95.0}, "observed.level", "95% is the level 0.95"),
    ("compute_reading", {"observed__level": 0.99999}, "observed.level", "at most 0.9999"),
    ("compute_reading", {"observed__scope": "post-training"}, "observed.scope", "total"),
    ("compute_reading", {"likelihood__reliability": -0.1}, "likelihood.reliability", "at least 0"),
    ("compute_reading", {"likelihood__reliability": 1.1}, "likelihood.reliability", "at most 1"),
    ("compute_reading", {"likelihood__accounting_sd": -0.1}, "likelihood.accounting_sd", "at least 0"),
    ("compute_reading", {"likelihood__background_sd": 0.0}, "likelihood.background_sd", "above 0"),
    ("rental_spend", {"observed__value": -1.0}, "observed.value", "above 0"),
    ("rental_spend", {"observed__firm": ""}, "observed.firm", "empty"),
    ("rental_spend", {"likelihood__sd": 0.0}, "likelihood.sd", "above 0"),
    ("capability_lag", {"observed__value": 0}, "observed.value", "above 0, not 0: that none is left is said by"),
    ("capability_lag", {"observed__value": -1.0}, "observed.value", "a milestone, or a claim"),
    ("capability_lag", {"observed__value": 1e-100}, "observed.value", "between 1e-60"),
    ("capability_lag", {"observed__scope": "chess"}, "observed.scope", "cyber"),
    ("budget_share", {"observed__low": 0.03}, "observed.high", "at least low"),
    ("budget_share", {"observed__high": 1.5}, "observed.high", "at most 1"),
    ("rental_spend", {"likelihood__reliability": 0.5}, "likelihood.background_mean", "missing"),
    ("rental_spend", {"likelihood__reliabilty": 0.5}, "likelihood.reliabilty", "did you mean 'reliability'"),
    ("capital_spending", {"likelihood__width": 0.5}, "likelihood.width", "known are sd, yearly_growth, reliability"),
    ("rental_spend", {"likelihood__background_mean": 19.0}, "likelihood.reliability", "missing"),
    ("rental_spend", {**DOUBT, "likelihood__reliability": 50.0}, "likelihood.reliability", "50% is the share 0.5"),
    ("rental_spend", {**DOUBT, "likelihood__background_sd": 0.0}, "likelihood.background_sd", "above 0"),
    ("rental_spend", {**DOUBT, "likelihood__background_probability": 0.5}, "likelihood.background_probability", "unkn"),
    ("not_yet", DOUBT, "likelihood.background_mean", "background_probability"),
    ("claim", {"likelihood__reliability": 0.5}, "likelihood.reliability", "unknown key"),
    ("quantity_reading", {"observed__value": 0.0}, "observed.value", "above 0"),
    ("budget_share", {"observed__high": 2.0}, "observed.high", "2% is the share 0.02"),
    ("training_run", {"likelihood__typical_share": 50.0}, "likelihood.typical_share", "50% is the share 0.5"),
    ("progress_estimate", {"observed__value": 0.9}, "observed.value", "above 1"),
    ("progress_estimate", {"observed__value": 20.0}, "observed.interval", "inside"),
    ("progress_estimate", {"observed__interval": None}, "observed.interval", "missing"),
    ("progress_estimate", {"likelihood__sd": -0.1}, "likelihood.sd", "at least 0"),
    ("efficiency_curve", {"observed__curve__heights": [0.0, 1.0, 2.0, 3.0, 4.0]}, "observed.curve.heights", "rise"),
    ("efficiency_curve", {"observed__curve__heights": [0.0, 1.0, 0.0]}, "observed.curve.heights", "5 to 99"),
    ("efficiency_curve", {"observed__curve__heights": [0.0, 0.2, 0.4, 0.2, 0.0]}, "observed.curve.heights", "by 0.5"),
    ("efficiency_curve", {"observed__curve__step": -0.1}, "observed.curve.step", "above 0"),
    ("efficiency_curve", {"observed__models": "chineese"}, "observed.models", "chinese"),
    ("lag_records", {"observed__records": "epoch-eci"}, "observed.records", "either"),
    ("lag_records", {"observed__episodes": []}, "observed.records", "either"),
    ("lag_records", {"observed__episodes": [{"reference": "x", "months": 3.0}]}, "observed.episodes", "none has been"),
    (
        "lag_records",
        {"observed__episodes": [{"reference": "x", "months": 0.0}]},
        "observed.episodes.0.months",
        "between",
    ),
    ("lag_records", {"likelihood__spread": 0.0}, "likelihood.spread", "at least 0.05"),
    *(("lag_records", {f"likelihood__{key}": 1e12}, f"likelihood.{key}", "at most 3") for key in SIGMAS),
    *(
        ("lag_records", {"likelihood__typical_months": months}, "likelihood.typical_months", "in months")
        for months in NO_MONTHS
    ),
    *(
        (
            "lag_records",
            {"observed__episodes": [{"reference": "x", "months": months}]},
            "observed.episodes.0.months",
            "months",
        )
        for months in NO_MONTHS
    ),
    *(
        (kind, {"observed__level": level}, "observed.level", "should be at")
        for kind in ("compute_reading", "compute_stock", "progress_estimate", "frontier_score")
        for level in (1e-17, 1.0 - 1e-16)
    ),
    ("capital_spending", {"observed__ai_share": 1e-300}, "observed.ai_share", "between 1e-60"),
    ("compute_stock", {"observed__chip": "Ascend 950TD"}, "observed.chip", "did you mean 'Ascend 950DT'"),
    ("compute_stock", {"observed__chip": "zzz"}, "observed.chip", "known are"),
    (
        "compute_stock",
        {"observed__chip": "Ascend 960"},
        "observed.chip",
        'convert the number to H100e (chip = "H100e")',
    ),
    ("compute_stock", {"observed__interval": [5e5, 6e5]}, "observed.interval", "inside"),
    ("compute_stock", {"observed__interval": [6e5, 2e5]}, "observed.interval", "lower first"),
    ("compute_stock", {"observed__level": 90.0}, "observed.level", "at most 0.9999"),
    ("compute_stock", {"observed__date": LATE}, "observed.date", "known_since"),
    ("compute_stock", {"likelihood__yearly_growth": 0.5}, "likelihood.yearly_growth", "at least 1"),
    ("cluster", {"observed__value": 0.0}, "observed.value", "above 0"),
    ("cluster", {"observed__firm": None}, "observed.firm", "missing"),
    ("shipment", {"observed__value": -1.0}, "observed.value", "at least 0"),
    ("shipment", {"observed__chip": "H-200"}, "observed.chip", "did you mean"),
    ("training_run", {"observed__chip": "Ascend 950TD"}, "observed.chip", "did you mean 'Ascend 950DT'"),
    ("capital_spending", {"observed__currency": "CYN"}, "observed.currency", "did you mean 'CNY'"),
    ("capital_spending", {"observed__currency": "EUR"}, "observed.currency", 'to US dollars (currency = "USD")'),
    ("capital_spending", {"observed__year": 2019}, "observed.year", "known for 2022 to 2026, not for 2019"),
    ("capital_spending", {"observed__year": 2027}, "observed.year", 'to US dollars (currency = "USD")'),
    ("capital_spending", {"observed__year": 2026.5}, "observed.year", "integer"),
    ("capital_spending", {"observed__ai_share": 80.0}, "observed.ai_share", "80% is the share 0.8"),
    ("run_started", {"observed__date": LATE}, "observed.date", "known_since"),
    ("run_started", {"observed__date": LATE}, "observed.date", "is asked by a scenario"),
    ("expert_forecast", {"role": "likelihood"}, "role", "never counted"),
    ("expert_forecast", {"observed__quantiles": {"50": LATE, "0.6": LATE}}, "observed.quantiles", "50% is 0.5"),
    ("expert_forecast", {"observed__quantiles": {"half": LATE, "0.6": LATE}}, "observed.quantiles", "not 'half'"),
    ("expert_forecast", {"observed__quantiles": {"0.5": LATE}}, "observed.quantiles", "two quantiles"),
    ("expert_forecast", {"observed__quantiles": {"0.5": LATE, "0.6": LATE}}, "observed.quantiles", "rise"),
    (
        "expert_forecast",
        {"observed__quantiles": {"0.05": LATE, "0.050": LATE + datetime.timedelta(days=9)}},
        "observed.quantiles",
        "said twice",
    ),
    ("run_finished", {"observed__started": datetime.date(2019, 5, 1)}, "observed.started", "more than 730 days"),
    ("expert_forecast", {"observed__by": LATE}, "observed.spread_months", "beside them"),
    ("expert_forecast", {"observed__quantiles": None}, "observed.spread_months", "all of probability"),
    (
        "expert_forecast",
        {"observed": {"probability": 15.0, "by": LATE, "spread_months": 4.0}},
        "observed.probability",
        "15% is the share 0.15",
    ),
    ("run_started", {"observed__size": 0.0}, "observed.size", "above 0"),
    ("run_finished", {"observed__started": datetime.date(2026, 10, 15)}, "observed.started", "not before 2026-10-15"),
    ("run_finished", {"likelihood__typical_share": 80.0}, "likelihood.typical_share", "80% is the share 0.8"),
]


@pytest.mark.parametrize(
    ("kind", "changes", "key", "says"), SPOILT, ids=[f"{kind}-{'-'.join(changes)}" for kind, changes, _, _ in SPOILT]
)
def test_a_spoilt_item_is_refused_by_file_and_key(
    kind: str, changes: dict[str, Any], key: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "leak.toml"
    path.write_text(toml(table(kind, **changes)))
    with pytest.raises(InputError) as refusal:
        read_item(path)
    assert (refusal.value.file, refusal.value.key) == (str(path), key)
    assert says in str(refusal.value)
    assert str(refusal.value).count("\n") == 0
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_unspoilt_item_is_accepted(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "leak.toml"
    path.write_text(toml(table(kind)))
    assert read_item(path).kind is KINDS[kind]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"kind = ", "not valid TOML"), (b"\xff\xfe", "UTF-8"), (b"# " + b"x" * 2_000_000, "bytes")],
    ids=["empty", "not-toml", "not-text", "large"],
)
def test_a_file_that_is_no_item_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "leak.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_item(path)


def test_a_directory_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        read_item(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_item(tmp_path / "leak.toml")


@given(low=st.floats(1e20, 1e28), high=st.floats(1e20, 1e28), value=st.floats(1e20, 1e28), level=st.floats(0.01, 0.999))
def test_an_interval_is_accepted_only_around_its_value(low: float, high: float, value: float, level: float) -> None:
    changes = {"observed__interval": [low, high], "observed__value": value, "observed__level": level}
    if low < high and low <= value <= high:
        assert item("compute_reading", **changes).observed.interval == (low, high)
    else:
        with pytest.raises(InputError, match=r"observed\.interval"):
            item("compute_reading", **changes)


@pytest.mark.parametrize("interval", [[1e-61, 1e28], [1e20, 1e61]])
def test_ends_of_an_interval_are_figures_that_can_be_reckoned_with(interval: list[float]) -> None:
    with pytest.raises(InputError, match=r"observed\.interval: should lie between 1e-60 and 1e\+60 in size"):
        item("compute_reading", observed__interval=interval, observed__value=1e27, observed__level=0.9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_an_item_and_takes_an_id(kind: str) -> None:
    assert item(kind).kind.name == kind
    assert 'id = "my-leak"' in template(kind, "my-leak")


def test_a_template_of_no_kind_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'claim'"):
        template("claims")
    with pytest.raises(InputError, match="lower-case"):
        template("claim", "My Leak")


def test_a_later_source_may_follow_the_first() -> None:
    later = {"title": "b", "publisher": "c", "date": LATE, "quoted_in": "d"}
    sources = [*table("claim")["sources"], later]
    assert len(item_from_table(table("claim", sources=sources), file="x").text.sources) == 2
