"""What a ledger holds and what a question counts: nothing known later, nothing twice."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from catchup.evidence.latents import latent_quantities, with_latents
from catchup.evidence.ledgers import Ledger, load_ledger
from catchup.evidence.selection import Selection, select
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.errors import InputError
from evidence_cases import BEFORE, DAY, NONE_SHIPPED, table, toml

ASSUMPTIONS = load_assumptions()


def write(folder: Path, kind: str, /, **changes: Any) -> Path:
    path = folder / f"{changes.setdefault('id', 'new-item')}.toml"
    path.write_text(toml(table(kind, **changes)))
    return path


def chosen(
    folder: Path, which: str | list[str] = "default", day: datetime.date = DAY, priors: Assumptions = ASSUMPTIONS
) -> Selection:
    return select(load_ledger(folder), which, day, priors)


def ids(items: Any) -> list[str]:
    return [item.id for item in items]


def test_roles_decide_what_is_counted(tmp_path: Path) -> None:
    for role, shared in (("likelihood", "a"), ("prior", "rainier-half-million-trainium2"), ("check", "b")):
        write(tmp_path, "capability_lag", id=f"a-{role}", role=role, shares=[shared])
    selection = chosen(tmp_path)
    assert ids(selection.counted) == ["a-likelihood"]
    assert ids(selection.priors) == ["a-prior"]
    assert ids(selection.checks) == ["a-check"]
    assert selection.set_aside == ()


def test_an_item_named_by_its_id_counts_whatever_its_role(tmp_path: Path) -> None:
    write(tmp_path, "capability_lag", id="a-check", role="check", shares=["a"])
    write(tmp_path, "capability_lag", id="counted", shares=["b"])
    assert ids(chosen(tmp_path, "a-check").counted) == ["a-check"]
    assert [aside.item.id for aside in chosen(tmp_path, "a-check").set_aside] == ["counted"]
    assert ids(chosen(tmp_path, "default, a-check").counted) == ["a-check", "counted"]
    assert chosen(tmp_path, "none").counted == chosen(tmp_path, []).counted == ()


def test_an_opinion_is_never_counted(tmp_path: Path) -> None:
    write(tmp_path, "capability_lag", id="counted", shares=["b"])
    write(tmp_path, "expert_forecast", id="opinion")
    assert ids(chosen(tmp_path).checks) == ["opinion"]
    with pytest.raises(InputError, match="never counted") as refusal:
        chosen(tmp_path, "counted,opinion")
    assert refusal.value.key == "--evidence"


def test_what_is_known_later_is_set_aside(tmp_path: Path) -> None:
    write(tmp_path, "capability_lag", shares=["a"])
    before, on = datetime.date(2026, 10, 31), datetime.date(2026, 11, 1)
    assert ids(chosen(tmp_path, day=on).counted) == ["new-item"]
    for which in ("default", "new-item"):
        selection = chosen(tmp_path, which, before)
        assert selection.counted == ()
        assert "after 2026-10-31" in selection.set_aside[0].reason


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'eci-lag'"):
        select(load_ledger(), "eci-lags", DAY, ASSUMPTIONS)


@pytest.mark.parametrize("which", ["", ",", "none,eci-lag"])
def test_a_choice_that_means_nothing_is_refused(which: str) -> None:
    with pytest.raises(InputError, match="evidence: "):
        select(load_ledger(), which, DAY, ASSUMPTIONS)


def test_two_items_on_one_statement_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "capability_lag", id="first", shares=["a", "b"])
    write(tmp_path, "capability_lag", id="second", shares=["b"])
    with pytest.raises(InputError, match=r"'b'.*first") as refusal:
        chosen(tmp_path)
    assert (refusal.value.file, refusal.value.key) == (str(tmp_path / "second.toml"), "shares")
    assert ids(chosen(tmp_path, "second").counted) == ["second"]


@pytest.mark.parametrize("light", ["first", "second"])
def test_a_lighter_item_may_share_a_statement(light: str, tmp_path: Path) -> None:
    for name in ("first", "second"):
        weight = {"weight": 0.5, "weight_reason": "shares it"} if name == light else {}
        write(tmp_path, "capability_lag", id=name, shares=["a"], **weight)
    assert ids(chosen(tmp_path).counted) == ["first", "second"]


def test_an_item_on_a_priors_statement_is_refused(tmp_path: Path) -> None:
    shared = {"shares": ["rainier-half-million-trainium2"]}
    write(tmp_path, "compute_reading", **shared)
    with pytest.raises(InputError, match="the prior of mythos_chips"):
        chosen(tmp_path)
    write(tmp_path, "compute_reading", weight=0.2, weight_reason="shares it", **shared)
    assert ids(chosen(tmp_path).counted) == ["new-item"]


def test_every_prior_item_of_the_ledger_is_refused_when_counted() -> None:
    """They rest on what set the priors: that is why they have that role."""
    ledger = load_ledger()
    of_priors = [item.id for item in ledger.items.values() if item.text.role == "prior"]
    assert of_priors
    for name in of_priors:
        with pytest.raises(InputError, match="the prior of"):
            select(ledger, name, DAY, ASSUMPTIONS)


def test_a_milestone_ends_the_silence_about_its_event(tmp_path: Path) -> None:
    write(tmp_path, "not_yet", id="silence", observed=None, shares=["a"])
    write(tmp_path, "not_yet", id="silence-range", shares=["b"])
    write(tmp_path, "milestone", id="shown", shares=["c"])
    selection = chosen(tmp_path)
    assert ids(selection.counted) == ["shown", "silence"]
    assert [(aside.item.id, aside.reason) for aside in selection.set_aside] == [
        ("silence-range", "the silence was ended by shown")
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "key", "says"),
    [
        ("claim", {"observed__event": "compute-equivalents"}, "observed.event", "compute-equivalent"),
        (
            "expert_forecast",
            {"observed__quantiles__0.05": datetime.date(2026, 1, 1)},
            "observed.quantiles.0.05",
            "t = 0",
        ),
        ("milestone", {"observed__date": datetime.date(2026, 2, 23)}, "observed.date", "before 2026-02-24"),
        ("claim", {"observed__date": datetime.date(2020, 1, 1)}, "observed.date", "before 2026-02-24"),
        ("training_run", {"observed__firm": "startups"}, "observed.firm", "startup"),
        ("budget_share", {"observed__firm": "hyper-scalers"}, "observed.firm", "hyperscaler"),
        ("quantity_reading", {"observed__quantity": "startup_stocks"}, "observed.quantity", "startup_stock"),
        *(
            ("quantity_reading", {"observed__quantity": name, "observed__value": 0.5}, "observed.quantity", "of each")
            for name in ("firm_ratio", "organisation_error", "enactment_rank")
        ),
        (
            "quantity_reading",
            {"observed__quantity": "organisation_error_caisi"},
            "observed.quantity",
            "unknown quantity",
        ),
        ("compute_stock", {"observed__firm": "hyperscalers"}, "observed.firm", "did you mean 'hyperscaler'"),
        ("compute_stock", {"observed__channel": "smugling-2026"}, "observed.channel", "did you mean 'smuggling-2026'"),
        (
            "compute_stock",
            {"observed__firm": "startup", "observed__channel": "h200"},
            "observed.channel",
            "bytedance, alibaba, tencent",
        ),
        ("compute_stock", {"observed__date": BEFORE}, "likelihood.yearly_growth", "before 2026-02-24"),
        ("compute_stock", {"observed__interval": None, "observed__level": 0.9}, "observed.level", "observed.interval"),
        ("frontier_score", {"observed__interval": None, "observed__level": 0.9}, "observed.level", "observed.interval"),
        ("cluster", {"observed__firm": "ByteDanse"}, "observed.firm", "did you mean 'bytedance'"),
        ("shipment", {"observed__channel": "domestic"}, "observed.channel", "nothing arrives through 'domestic'"),
        ("shipment", {"observed__date": BEFORE}, "observed.date", "before 2026-02-24"),
        ("shipment", {"observed__value": 0.0}, "likelihood.unnoticed_h100e", "0 chips need it"),
        ("shipment", {"likelihood": NONE_SHIPPED}, "likelihood.sd", "missing"),
        ("capital_spending", {"observed__firm": "startup"}, "observed.firm", "rental_spend"),
        ("capital_spending", {"likelihood__yearly_growth": None}, "likelihood.yearly_growth", "before 2026-02-24"),
        ("run_started", {"observed__event": "compute-equivalents"}, "observed.event", "compute-equivalent"),
        ("run_started", {"observed__firm": "startups"}, "observed.firm", "startup"),
        ("run_started", {"likelihood__months_sd": None}, "likelihood.months_sd", "not known"),
        ("run_finished", {"likelihood__size_sd": None}, "likelihood.size_sd", "is known"),
        (
            "run_finished",
            {"likelihood__months_sd": 1.0},
            "likelihood.months_sd",
            "of no use where the run's size is known",
        ),
        (
            "run_started",
            {"likelihood__size_sd": 0.4},
            "likelihood.size_sd",
            "of no use where the run's size is not known",
        ),
        (
            "run_started",
            {"likelihood__typical_share": 0.5},
            "likelihood.typical_share",
            "of no use where the run's size",
        ),
        *(
            ("capital_spending", {"observed__year": year, "observed__currency": "USD"}, "observed.year", said)
            for year, said in (
                (2028, "hardly any compute (none after 2028-02-24): a year up to 2027"),
                (2029, "no compute"),
            )
        ),
    ],
)
def test_what_the_model_does_not_have_is_refused(
    kind: str, changes: dict[str, Any], key: str, says: str, tmp_path: Path
) -> None:
    path = write(tmp_path, kind, **changes)
    with pytest.raises(InputError) as refusal:
        chosen(tmp_path)
    assert (refusal.value.file, refusal.value.key) == (str(path), key)
    assert says in str(refusal.value)


def test_ids_are_their_files_names_and_come_once(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "ledger", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    write(folder, "claim", id="one")
    extra = write(elsewhere, "claim", id="two").rename(elsewhere / "any name.toml")
    assert list(load_ledger(folder, [extra]).items) == ["one", "two"]
    with pytest.raises(InputError, match="already") as twice:
        load_ledger(folder, [extra, extra])
    assert (twice.value.file, twice.value.key) == (str(extra), "id")
    (folder / "one.toml").rename(folder / "uno.toml")
    with pytest.raises(InputError, match=r"'one'.*uno\.toml"):
        load_ledger(folder)


def test_a_folder_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_ledger(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no item"):
        load_ledger(tmp_path)
    path = write(tmp_path, "claim")
    with pytest.raises(InputError, match="is a file"):
        load_ledger(path)
    (tmp_path / "sub.toml").mkdir()
    with pytest.raises(InputError, match="directory"):
        load_ledger(tmp_path)


def ratios(ledger: Ledger) -> dict[str, list[str]]:
    return {name: [latent for latent in item.latents if "ratio" in latent] for name, item in ledger.items.items()}


def test_each_firm_has_a_ratio_of_its_own(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "ledger", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    write(folder, "rental_spend", id="zai-2024", observed__firm="Z.ai", shares=["a"])
    write(folder, "rental_spend", id="zai-2025", observed__firm="Z.ai", shares=["b"])
    extra = [
        write(elsewhere, "rental_spend", id="a-moonshot", observed__firm="Moonshot AI", shares=["c"]),
        write(elsewhere, "rental_spend", id="b-moonshot", observed__firm="Moonshot-AI", shares=["d"]),
    ]
    ledger = load_ledger(folder, extra)
    assert ratios(ledger) == {
        "zai-2024": ["firm_ratio"],
        "zai-2025": ["firm_ratio"],
        "a-moonshot": ["firm_ratio_moonshot_ai"],
        "b-moonshot": ["firm_ratio_moonshot_ai_3"],
    }
    items = list(ledger.items.values())
    assumptions = with_latents(ASSUMPTIONS, items)
    assert set(latent_quantities(items, assumptions)) <= set(assumptions.beliefs)
    plain = assumptions.table.quantities["firm_ratio"]
    own = assumptions.table.quantities["firm_ratio_moonshot_ai"]
    assert (own.name, own.distribution) == ("firm_ratio_moonshot_ai", plain.distribution)
    assert with_latents(ASSUMPTIONS, items[:2]) is ASSUMPTIONS


def test_measurements_of_one_organisation_share_an_error(tmp_path: Path) -> None:
    write(tmp_path, "capability_lag", id="one", observed__organisation="CAISI", shares=["a"])
    write(tmp_path, "capability_lag", id="two", observed__organisation="CAISI", observed__scope="cyber", shares=["b"])
    write(tmp_path, "capability_lag", id="three", shares=["c"])  # nobody named: the first source's publisher
    items = load_ledger(tmp_path).items
    assert {name: item.latents[-1] for name, item in items.items()} == {
        "one": "organisation_error_caisi",
        "two": "organisation_error_caisi",
        "three": "organisation_error_who_published_it",
    }
    quantities = with_latents(ASSUMPTIONS, items.values()).table.quantities
    plain = ASSUMPTIONS.table.quantities["organisation_error"]
    assert quantities["organisation_error_caisi"].distribution == plain.distribution
    published = load_assumptions(model="article")
    assert with_latents(published, items.values()).beliefs["organisation_error_caisi"].certain


def test_what_replaces_an_item_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """Misspelt, both would be counted."""
    path = write(tmp_path, "capability_lag", replaces=["caisi-deepseek-v5-lag"])
    with pytest.raises(
        InputError, match=r"replaces: unknown item 'caisi-deepseek-v5-lag'; did you mean 'caisi-deepseek-v4-lag'"
    ):
        load_ledger(extra_files=[path])
    with pytest.raises(InputError, match="replaces: unknown item"):
        load_ledger(tmp_path)
    write(tmp_path, "capability_lag", replaces=["caisi-deepseek-v4-lag"])
    assert ids(load_ledger(tmp_path).items.values()) == ["new-item"]  # a ledger need not hold what it has replaced
