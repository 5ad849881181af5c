"""Policies as facts: against the levers themselves, a mixture worked out draw by draw, and both forms of the race."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compiled_dates import CompiledDates
from false_alarms import widest

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference import conditioning, importance
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.consequences import Consequences
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.differences import independent_quantile_shift
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.likelihoods import likelihoods_of, predictions_of, prior_for
from catchup.analysis.inference.outcomes import READY, outcome_of
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.inference.subsets import SharedDraws
from catchup.analysis.presentation.figures.enactment import draw_enactment
from catchup.analysis.presentation.tables.builders import as_json, layout_of
from catchup.analysis.runs.pictures import prior_behind
from catchup.analysis.studies.bridge import bridge
from catchup.analysis.studies.counterfactuals import levers
from catchup.analysis.studies.enactment import levers_by_day
from catchup.analysis.studies.influence import influence
from catchup.analysis.studies.movement import moved_by_added, moved_by_evidence
from catchup.analysis.studies.scenario_world import ScenarioWorld
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.thresholds.stock_search import StockSearch
from catchup.analysis.studies.voi.pending import read_pending
from catchup.analysis.studies.voi.study import value_of_information
from catchup.analysis.studies.watch import watch
from catchup.evidence.latents import with_latents
from catchup.evidence.schema import Item
from catchup.model import build_model, load_assumptions
from catchup.model.assumptions import Assumptions
from catchup.model.efficiency import months_until
from catchup.model.enacted import Enacted, spent
from catchup.model.forward import outcome
from catchup.model.law import LawInTurn, law_of_numbers, numbers_of
from catchup.model.policies import apply_lever
from catchup.priors.errors import InputError
from item_cases import DAY, counting, item, posterior_from, write_item

MODEL = "current"

ENACTED = date(2026, 9, 1)
WITHIN = 1e-9
BOTH = "remote-revoked-and-distillation-limited"


def policy(name: str, lever: str = "remote-revoked", day: date = ENACTED, reliability: float = 1.0) -> Item:
    return item("policy", name, observed={"lever": lever, "date": day}, likelihood={"reliability": reliability})


def under(assumptions: Assumptions, *policies: Item) -> Assumptions:
    """The assumptions with policies that act."""
    ranked = [
        replace(each, renamed={"enactment_rank": f"enactment_rank_{place}"}) for place, each in enumerate(policies)
    ]
    return with_latents(assumptions, ranked)


def draw(assumptions: Assumptions, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Independent draws of everything that dates need, and of two ranks."""
    drawn = prior_of(Question(assumptions, DAY, draws=draws, seed=seed)).source.map(lambda values: values)
    rng = np.random.default_rng(seed)
    return drawn | {f"enactment_rank_{place}": rng.random(draws) for place in range(2)}


@pytest.fixture(scope="module")
def article() -> Assumptions:
    return load_assumptions(model="article")


@pytest.fixture(scope="module")
def values(article: Assumptions) -> dict[str, np.ndarray]:
    return draw(article, 3_000, 4)


def dates(assumptions: Assumptions, values: dict[str, np.ndarray], **options: Any) -> np.ndarray:
    return np.asarray(outcome(assumptions, values, **options)[1].ready)


@pytest.mark.parametrize("lever", list(load_assumptions(model="article").levers))
def test_a_fact_is_its_lever_from_its_day(lever: str, article: Assumptions, values: dict[str, np.ndarray]) -> None:
    change = apply_lever(article.levers[lever], article.race, article.calendar.months(ENACTED))
    expected = dates(article, values, intervention=change)
    np.testing.assert_array_equal(dates(under(article, policy("p", lever)), values), expected)
    assert (expected > dates(article, values) + 1e-6).mean() > 0.02


def test_a_report_that_may_be_wrong_is_a_mixture(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    acts = values["enactment_rank_0"] < 0.3
    fact, plain = dates(under(article, policy("p")), values), dates(article, values)
    found = dates(under(article, policy("p", reliability=0.3)), values)
    np.testing.assert_allclose(found, np.where(acts, fact, plain), rtol=0, atol=WITHIN)
    limited = dates(under(article, policy("p", "distillation-limited")), values)
    doubted = under(article, policy("p", "distillation-limited", reliability=0.3))
    np.testing.assert_allclose(dates(doubted, values), np.where(acts, limited, plain), rtol=0, atol=WITHIN)


def test_two_of_one_day_are_both_levers_together(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    twice = under(article, policy("one"), policy("two", "distillation-limited"))
    np.testing.assert_allclose(dates(twice, values), dates(under(article, policy("p", BOTH)), values), atol=WITHIN)


@pytest.mark.parametrize("lever", ["remote-revoked", "distillation-limited", "smuggling-stopped"])
def test_what_is_enacted_again_changes_nothing_more(
    lever: str, article: Assumptions, values: dict[str, np.ndarray]
) -> None:
    """Nor for runs that are under way on both days, and were slowed down on the first."""
    once = under(article, policy("p", lever))
    again = under(article, policy("p", lever), policy("q", lever, ENACTED + timedelta(days=45)))
    np.testing.assert_allclose(dates(again, values), dates(once, values), rtol=0, atol=1e-7)
    change = apply_lever(article.levers[lever], article.race, article.calendar.months(ENACTED) + 2.0)
    np.testing.assert_allclose(dates(once, values, intervention=change), dates(once, values), rtol=0, atol=1e-7)


def test_another_event_in_the_same_world_is_as_if_asked_alone(
    article: Assumptions, values: dict[str, np.ndarray]
) -> None:
    enacted = under(article, policy("p", "smuggling-stopped"), policy("q", day=ENACTED + timedelta(days=45)))
    world, alone = outcome(enacted, values)
    np.testing.assert_array_equal(outcome(enacted, values, world=world)[1].ready, alone.ready)


def test_each_policy_delays_further(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    one = under(article, policy("p", "smuggling-stopped"))
    two = under(article, policy("p", "smuggling-stopped"), policy("q", day=ENACTED + timedelta(days=45)))
    assert (dates(two, values) >= dates(one, values) - WITHIN).all()
    assert (dates(one, values) >= dates(article, values) - WITHIN).all()


@pytest.mark.parametrize("model", ["article", pytest.param("current", marks=pytest.mark.slow)])
def test_both_forms_of_the_race_agree(model: str) -> None:
    plain = load_assumptions(model=model)
    acting = under(plain, policy("p", "distillation-limited"), policy("q", day=ENACTED + timedelta(days=30)))
    drawn = draw(acting, 200, 5)
    compiled = CompiledDates(build_model(acting), acting, ["ready", "launch"], mode="FAST_COMPILE")
    found, (_, expected) = compiled(drawn), outcome(acting, drawn)
    np.testing.assert_allclose(found["ready"][:, 0], expected.ready, rtol=0, atol=WITHIN)
    launches = np.stack([run.launch for run in expected.contenders.values()], axis=1)
    np.testing.assert_allclose(found["launch"][:, 0], launches, rtol=0, atol=WITHIN)


def test_a_lag_measured_before_it_knows_nothing_of_it(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    question = Question(article, DAY, draws=1_000)
    acting = replace(question, assumptions=under(article, policy("p")))
    day, later = ENACTED - timedelta(days=60), ENACTED + timedelta(days=20)
    for measured, same in ((day, True), (later, False)):
        observed = {"value": 7.0, "scope": "general", "date": measured}
        lag = item("capability_lag", "lag", observed=observed)
        medians = {name: np.full(3_000, article.quantiles(name, [0.5])[0]) for name in lag.latents}
        drawn = {**values, **medians}
        before, after = (likelihoods_of(each, drawn, [lag])["lag"] for each in (question, acting))
        assert (before == after).all() == same


def test_stocks_are_those_of_the_world_of_their_day(article: Assumptions, values: dict[str, np.ndarray]) -> None:
    question = Question(article, DAY, draws=1_000)
    acting = replace(question, assumptions=under(article, policy("p")))
    for measured, same in ((ENACTED - timedelta(days=3), True), (ENACTED + timedelta(days=3), False)):
        observed = {"value": 900e3, "chip": "H100e", "firm": "hyperscaler", "date": measured}
        for kind, likelihood in (("compute_stock", {"sd": 0.3}), ("cluster", {"sd": 0.3})):
            seen = item(kind, "stock", observed=observed, likelihood=likelihood)
            before, after = (likelihoods_of(each, values, [seen])["stock"] for each in (question, acting))
            assert np.allclose(before, after) == same


def test_other_evidence_says_whether_it_holds(article: Assumptions) -> None:
    """Nearly all that is rented abroad is there after the day: it does not hold. Nothing known of that: as reported."""
    report = replace(policy("p", reliability=0.3), renamed={"enactment_rank": "enactment_rank_p"})
    observed = {"value": 1.1e6, "chip": "H100e", "channel": "remote", "date": ENACTED + timedelta(days=40)}
    stock = item("compute_stock", "abroad", observed=observed, likelihood={"sd": 1.0})
    for items, expected in (([report, stock], 0.0), ([report], 0.3)):
        found = forecast(condition(Question(article, DAY, draws=20_000), counting(items), "importance"))
        (row,) = found.genuine
        assert abs(row.posterior.value - expected) <= widest(row.posterior.mcse) + 1e-9


def test_what_it_did_is_told_on_common_draws(tmp_path: Path) -> None:
    path = write_item(tmp_path, "policy", "revoked", observed={"lever": "remote-revoked", "date": ENACTED})
    question = Question(load_assumptions(), DAY, draws=30_000)
    request = Request(question, engine="importance", added=(path,))
    drawn = posterior(request)
    moved = moved_by_added(drawn, request)
    assert moved.beyond_noise
    assert moved.shifts[0.5].value > 0.3
    plain = posterior(Request(question, engine="importance"))
    apart = independent_quantile_shift(moved.before, plain.ready, 0.5)
    assert abs(apart.value) < widest(apart.mcse)
    assert moved.shifts[0.5].mcse < apart.mcse
    (row,) = [each for each in influence(drawn).items if each.item.id == "revoked"]
    left_out = row.left_out.shifts[0.5]
    assert abs(left_out.value + moved.shifts[0.5].value) < widest(np.hypot(left_out.mcse, moved.shifts[0.5].mcse))
    acting = outcome_of(drawn.question, drawn.source.map(lambda values: values))[1].ready
    assert (acting == drawn.ready.values).all()


@pytest.mark.parametrize("model", ["article", "current"])
@pytest.mark.parametrize("reliability", [1.0, 0.5])
def test_trees_hold_the_world_in_which_it_was_enacted(model: str, reliability: float) -> None:
    """Every intermediate that a tree names, the dates of all events, and what is said of items."""
    report = replace(policy("ban", reliability=reliability), renamed={"enactment_rank": "enactment_rank_ban"})
    later = policy("later", "distillation-limited", ENACTED + timedelta(days=45))
    items = (report, later, item("milestone", "done", observed__event="lean-mythos"), item("run_started", "run"))
    question = Question(load_assumptions(model=model), DAY, draws=2_000)
    found = Consequences(question, items, ())
    values = PriorDraws(found.question, [*found.names, *found.known]).first(2_000)
    stored = StoredDraws(values, Weighting(2_000), question.seed)
    sample = found.sample(stored)
    world, own, predicted = predictions_of(found.question, stored.values, items)
    other = outcome_of(found.question, stored.values, event="lean-mythos", world=world)[1]
    np.testing.assert_array_equal(sample.derived["ready"], np.stack([own.ready, other.ready], axis=-1))
    without = outcome_of(question, stored.values)[1].ready
    assert (sample.derived["ready"][:, 0] > without).mean() > 0.2
    for place, firm in enumerate(question.assumptions.race.firms):
        np.testing.assert_array_equal(sample.derived["launch"][:, 0, place], own.contenders[firm].launch)
    for name, column in predicted.items():
        np.testing.assert_array_equal(sample.predicted[name], column)


def test_pictures_begin_from_the_prior_that_sentences_begin_from() -> None:
    """What has been enacted is evidence: it is in neither."""
    question = Question(load_assumptions(model="article"), DAY, draws=2_000)
    known = condition(question, counting([policy("ban")]), "importance")
    behind, moved = prior_behind(forecast(known), known)
    before = moved.before
    assert before is not None
    assert moved.shifts == moved_by_evidence(known).shifts
    assert (
        behind.ready.quantile_value(0.5) == before.quantile_value(0.5) == prior_of(question).ready.quantile_value(0.5)
    )
    assert behind.ready.quantile_value(0.5) < known.ready.quantile_value(0.5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"observed__lever": "remote-revokd"},
            "observed.lever: unknown lever 'remote-revokd'; did you mean 'remote-revoked'",
        ),
        ({"observed__date": date(2026, 1, 1)}, "observed.date: a day from 2026-02-24"),
        ({"likelihood__reliability": 60.0}, "60% is the share 0.6"),
        ({"likelihood__reliability": 0.0}, "above 0"),
        ({"observed__lever": None}, "observed.lever"),
    ],
)
def test_what_cannot_be_is_refused(
    changes: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {key: value for key, value in changes.items() if value is not None} or {"observed": {"date": ENACTED}}
    path = write_item(tmp_path, "policy", "wrong", **changes)
    assert catchup(["evidence", "check", str(path)]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert "wrong.toml" in message


def test_nuts_refuses_what_it_cannot_follow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_item(tmp_path, "policy", "rumour", likelihood__reliability=0.5)
    assert catchup(["forecast", "--add", str(path), "--engine", "nuts", "--draws", "2000", "--evidence", "none"]) == 2
    assert "rumour is not certain, which only --engine importance can weigh" in capsys.readouterr().err


def test_what_has_been_enacted_is_the_world_in_which_it_is_asked_what_may_be_learnt_or_watched() -> None:
    question, ban = Question(load_assumptions(), DAY, draws=3_000), policy("ban", day=date(2026, 11, 15))
    known = condition(question, counting([ban]), "importance")
    names = ["remote-access-decision", "hyperscaler-run"]
    learnt = value_of_information(known, read_pending(known.question, {"ban": ban}), only=names)
    assert np.isin(learnt.before.months, known.ready.values).all()
    assert [row.disclosure.id for row in learnt.disclosures] == ["hyperscaler-run"]
    assert "enacted: A decision to revoke remote access" in learnt.notes[-1]
    watched = watch(known, only=["remote-access-revoked", "remote-access-frozen", "smuggling-stopped"])
    assert [row.observable.id for row in watched.rows] == ["smuggling-stopped"]
    assert [note.split(": ")[1] for note in watched.notes[-2:]] == [
        "A decision to revoke remote access",
        "Remote access stops growing",
    ]
    told = as_json(levers(known))["levers"]
    since = {row["id"]: row["in_force_since"] for row in told if row["in_force_since"]}
    assert since == {"remote-revoked": "2026-11-15", "remote-frozen": "2026-11-15"}
    assert all(
        row["in_force_since"] is None for row in as_json(levers(known, acting_from=date(2026, 11, 14)))["levers"]
    )


def test_of_what_is_enacted_from_a_day_to_come_levers_that_act_before_it_are_left() -> None:
    ban = policy("ban", day=date(2029, 1, 1))
    question = Question(load_assumptions(), DAY, draws=2_000)
    known = condition(question, counting([ban]), "importance")
    found = watch(known, only=["remote-access-revoked", "remote-access-frozen"])
    assert [row.observable.id for row in found.rows] == ["remote-access-frozen"]
    assert "enacted leaves nothing of it: A decision to revoke remote access" in found.notes[-1]
    by_day = layout_of(levers_by_day(known, [DAY, date(2029, 2, 1)]))
    assert by_day.foot == layout_of(levers(known)).tables[0].lines == ()


def test_of_what_is_enacted_before_a_lever_would_act_nothing_is_left() -> None:
    """The ban comes after the day of the question and before the day from which either lever would act."""
    ban = policy("ban", day=date(2026, 12, 15))
    known = condition(Question(load_assumptions(), DAY, draws=2_000), counting([ban]), "importance")
    found = watch(known, only=["remote-access-frozen", "smuggling-stopped"])
    assert [row.observable.id for row in found.rows] == ["smuggling-stopped"]
    assert found.notes == ("left out, as what has been enacted leaves nothing of it: Remote access stops growing",)


def test_without_a_lever_there_is_nothing_to_pull_on_any_day() -> None:
    question = Question(replace(load_assumptions(), levers={}), DAY, draws=1_000)
    found = levers_by_day(prior_of(question))
    assert layout_of(found).tables == ()
    with pytest.raises(InputError, match="no lever to draw"):
        draw_enactment(found)


@pytest.mark.parametrize(
    ("enacted", "over"),
    [
        ([], {}),
        ([("remote-frozen", 8.0, 1.0)], {"remote-frozen": 8.0}),
        ([("remote-frozen", 8.0, 1.0), ("remote-revoked", 9.0, 0.5)], {"remote-frozen": 8.0}),
        (
            [("distillation-limited", 9.0, 1.0), ("remote-revoked", 8.0, 1.0)],
            {
                "remote-revoked": 8.0,
                "remote-frozen": 8.0,
                "distillation-limited": 9.0,
                "remote-revoked-and-distillation-limited": 9.0,
            },
        ),
    ],
)
def test_of_a_lever_that_policies_in_force_make_up_nothing_is_left(
    enacted: list[tuple[str, float, float]], over: dict[str, float]
) -> None:
    world = load_assumptions()
    policies = [Enacted(str(place), lever, month, "rank", sure) for place, (lever, month, sure) in enumerate(enacted)]
    assert spent(policies, world.levers, world.race) == over
    useless = {**world.levers, "idle": world.levers["h200-stopped"].model_copy(update={"freeze": ("idle",)})}
    assert spent(policies, useless, world.race) == over


def test_nothing_that_begins_after_the_event_is_watched() -> None:
    question = Question(load_assumptions(model="article"), date(2040, 1, 1), draws=2_000)
    late = watch(prior_of(question), only=["smuggling-stopped", "merger"])
    assert late.rows == ()
    assert len(late.notes) == 2
    assert all("after the event has come" in note for note in late.notes)


def test_a_scenario_is_laid_over_a_world_in_which_a_policy_may_act() -> None:
    ban = policy("ban", reliability=0.5)
    ranked = replace(ban, renamed={"enactment_rank": "enactment_rank_ban"})
    question = Question(load_assumptions(), DAY, draws=2_000)
    known = condition(question, counting([ranked]), "importance")
    row = scenarios(known, ["startups-merge"]).scenarios[0]
    np.testing.assert_array_equal(row.baseline.values, known.ready.values)
    assert row.ready.quantile_value(0.5) <= known.ready.quantile_value(0.5)


@pytest.mark.parametrize("lever", ["distillation-limited", "remote-revoked"])
def test_a_trial_of_a_stock_knows_what_held_before_a_policy(lever: str) -> None:
    """Columns of draws hold all of it: a trial is the race under the scenario, run on the same draws."""
    question = Question(under(load_assumptions(), policy("ban", lever)), DAY, draws=1_000)
    source, world = PriorDraws(question), ScenarioWorld(question, "domestic-superpods")
    drawn = source.extended(world.own_beliefs).first(1_000)
    held = {**world.values(drawn), "superpods": np.full(1_000, 200.0)}
    whole = world.run(held, world.before(drawn))
    trial = StockSearch(posterior_from(question, source), scenario=world.id).trial(200.0)
    np.testing.assert_allclose(trial.ready.values, whole.ready, rtol=0, atol=WITHIN)


@pytest.mark.parametrize("lever", ["distillation-limited", "remote-revoked"])
def test_months_of_progress_are_those_of_the_law_in_turn(
    lever: str, article: Assumptions, values: dict[str, np.ndarray]
) -> None:
    law = outcome(under(article, policy("ban", lever)), values)[0].law
    assert isinstance(law, LawInTurn)
    np.testing.assert_allclose(law.log_progress(np, months_until(law, 10.0)), np.log(10.0), rtol=0, atol=WITHIN)
    again = law_of_numbers(law.progress, numbers_of(law))
    for month in (-3.0, 0.0, 7.0, 30.0):
        np.testing.assert_array_equal(again.log_progress(np, month), law.log_progress(np, month))


def test_a_bridge_credits_a_policy_to_its_own_step(tmp_path: Path) -> None:
    overlay = tmp_path / "notes.toml"
    overlay.write_text('[quantity.china_stock]\nnotes = "As it was."\n', encoding="utf-8")
    question = Question(load_assumptions([overlay]), DAY, draws=3_000)
    steps = {step.id: step for step in bridge(condition(question, counting([policy("ban")]), "importance")).steps}
    assert steps["overlays"].shifts[0.5].value == 0.0
    assert steps["policy"].shifts[0.5].value > 0.5


def test_a_policy_that_is_held_out_acts_on_nothing() -> None:
    question, ban = Question(load_assumptions(), DAY, draws=1_000), policy("ban")
    lag = item("capability_lag", "lag")
    assert Consequences(question, [lag], [ban]).question.assumptions.enacted == ()
    assert [each.name for each in Consequences(question, [ban, lag], []).question.assumptions.enacted] == ["ban"]


@pytest.mark.parametrize("doubted", [True, False])
def test_a_world_without_a_policy_is_the_same_by_kept_values_as_drawn_again(
    doubted: bool, article: Assumptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [policy("ban", reliability=0.5 if doubted else 1.0), item("compute_reading", "slide")]
    question = Question(with_latents(article, items), DAY, draws=30_000)  # of more than one chunk

    def without() -> SharedDraws:
        return SharedDraws(question, items, prior_for(question, items), summed_up=True).without_policies(["slide"])

    kept = without()
    monkeypatch.setattr("catchup.analysis.inference.draws.MOST_KEPT", 0)
    again = without()
    np.testing.assert_array_equal(kept.summary[READY], again.summary[READY])
    np.testing.assert_array_equal(kept.terms.likelihoods["slide"], again.terms.likelihoods["slide"])
    assert not np.array_equal(kept.summary[READY], SharedDraws(question, items, kept.source).summary[READY])


def test_whether_a_report_is_true_is_known_where_its_rank_is() -> None:
    kind = policy("p").kind
    ranks = np.array([0.1, 0.3, 0.9])
    assert kind.probability_genuine(1.0, ranks, {"reliability": 1.0}) is None
    found = kind.probability_genuine(1.0, ranks, {"reliability": 0.3})
    assert found is not None
    np.testing.assert_array_equal(found, [1.0, 0.0, 0.0])


def test_a_world_that_is_known_already_leads_to_the_same_dates(
    article: Assumptions, values: dict[str, np.ndarray]
) -> None:
    assumptions = under(article, policy("p"), policy("q", "distillation-limited", date(2027, 3, 1)))
    world, found = outcome(assumptions, values)
    _, again = outcome(assumptions, values, world=world)
    np.testing.assert_array_equal(again.ready, found.ready)


def test_what_no_sampler_can_follow_is_left_to_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where these are not good either, nobody is sent to an engine that refuses the question."""
    question = Question(load_assumptions(model="article"), DAY, draws=2_000)
    report = replace(policy("report", reliability=0.5), renamed={"enactment_rank": "enactment_rank_report"})
    told = counting([report, item("compute_reading", "slide")])
    monkeypatch.setattr(importance, "GOOD_KHAT", -9.0)
    assert condition(question, told).engine == "importance"
    monkeypatch.setattr(conditioning, "WORST_KHAT", -9.0)
    with pytest.raises(UntrustworthyError, match=r"cannot be trusted .*: ask for more draws$"):
        condition(question, told)
