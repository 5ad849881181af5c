"""What stands in the way besides compute: against a plain search over dates, and by what must hold of any obstacle."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_rows import layer

from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, assemble, load_assumptions, multiple_name
from catchup.model.forward import outcome, simulate
from catchup.model.generative import Outcome
from catchup.model.models import GROUPS, MODELS, group_file, model_layers
from catchup.model.obstacles import UNITS, quantities_of
from catchup.priors import InputError

SLACK = 1e-9  # months
WITHIN = 1e-6  # months
EVENTS = (DEFAULT_EVENT, "narrow-exploit", "widely-served")
SERVED = "widely-served"
LARGEST = {"months": 40.0, "1": 20.0}  # of an obstacle that is tried, by unit
FIRMS = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai")
QUANTITIES = (
    *(f"{firm}_launch_delay" for firm in FIRMS),
    *(f"{firm}_know_how_lag" for firm in FIRMS),
    "rival_compute",
    "run_setback_months",
    "data_and_rl_months",
    "serving_months",
)


@pytest.fixture(scope="module")
def some(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column[:400] for name, column in values.items()}


def ready(assumptions: Assumptions, values: Mapping[str, np.ndarray], event: str = DEFAULT_EVENT) -> np.ndarray:
    return outcome(assumptions, dict(values), event=event)[1].ready


def plain_date(assumptions: Assumptions, v: Mapping[str, float], event: str) -> float:
    """The date at one draw, every step of the way searched for on its own, with nothing of the project's equations."""
    month = 30.44 * 86_400.0
    mythos = v["mythos_chips"] * 6.5e14 * v["mfu_anthropic"] * v["mythos_training_months"] * month
    target = mythos * v[multiple_name(event)]
    ends = []
    for firm in FIRMS:
        sources = [assumptions.race.sources[name] for name in assumptions.race.sources_of(firm)]

        def pool(t: float, sources: list = sources) -> float:
            total = 0.0
            for source in sources:
                amount = float(
                    np.prod([v[name] for name in (*source.amount, *([source.usable] if source.usable else []))])
                )
                if source.start is None:
                    total += amount
                    continue
                length = v[source.length] if isinstance(source.length, str) else source.length
                per = v[source.per] if source.per else length
                total += amount / per * min(max(t - source.start, 0.0), length)
            return total

        def required(t: float, lag: float = v[f"{firm}_know_how_lag"]) -> float:
            return target * math.exp(min(-(t - lag) / 12.0 * math.log(v["algorithmic_progress"]), 600.0))

        def months(t: float, pool=pool, required=required, mfu=v[f"{firm}_mfu"]) -> float:
            return required(t) / (pool(t) * 9.89e14 * mfu * month)

        share = max(v[f"{firm}_budget"], v[f"{firm}_commitment"]) / (1.0 + v["rival_compute"])
        low, high = 0.0, 1.0
        while months(high) > 12.0 * share:
            low, high = high, 2.0 * high
        for _ in range(200):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if months(middle) > 12.0 * share else (low, middle)
        able = 0.0 if months(0.0) <= 12.0 * share else high
        launch = able + v[f"{firm}_launch_delay"]
        end = launch + max(months(launch), v["minimum_training_months"]) + v["run_setback_months"]
        learning = v["rl_ratio"] * months(launch) / v["rl_pool_share"]
        end += max(v[f"{firm}_post_training_months"], learning)
        ends.append(end + (v["data_and_rl_months"] if event != "narrow-exploit" else 0.0))
    date = min(ends)
    return date + (v["serving_months"] if event == SERVED else 0.0)


@pytest.mark.parametrize("event", EVENTS)
def test_dates_agree_with_a_plain_search(assumptions: Assumptions, values: dict[str, np.ndarray], event: str) -> None:
    """At draws of the prior, and with each obstacle as long as it is ever drawn."""
    rows = {name: column[:60].copy() for name, column in values.items()}
    for index, name in enumerate(QUANTITIES):
        rows[name][index] = assumptions.beliefs[name].quantile(1.0 - 1e-6)
        rows[name][30 + index] = 0.0
    found = ready(assumptions, rows, event)
    for index, date in enumerate(found):
        expected = plain_date(assumptions, {name: float(row[index]) for name, row in rows.items()}, event)
        assert date == pytest.approx(expected, abs=WITHIN), index


@pytest.mark.parametrize("event", EVENTS)
def test_without_obstacles_the_race_answers_to_the_digit(
    assumptions: Assumptions, some: dict[str, np.ndarray], event: str
) -> None:
    nothing = some | {name: np.zeros(400) for name in QUANTITIES}
    rows = [row for row in model_layers() if row.file != group_file("obstacles")]
    expected = ready(assemble(rows), some, DEFAULT_EVENT if event == SERVED else event)
    for found in (ready(assumptions, nothing, event), ready(assumptions.without_obstacles(), some, event)):
        np.testing.assert_array_equal(found, expected)


def test_every_quantity_of_an_obstacle_is_tried_here(assumptions: Assumptions) -> None:
    named = quantities_of(assumptions.obstacles, EVENTS, assumptions.race.firms)
    assert sorted(named) == sorted(QUANTITIES)
    assert {obstacle.acts for obstacle in assumptions.obstacles.values()} == set(UNITS)


@pytest.mark.parametrize("event", EVENTS)
@given(name=st.sampled_from(QUANTITIES), more=st.floats(0.0, 1.0))
def test_no_obstacle_makes_a_date_earlier(
    assumptions: Assumptions, some: dict[str, np.ndarray], event: str, name: str, more: float
) -> None:
    some = some | {"rl_ratio": np.zeros(400)}  # a later run is smaller: its reinforcement learning may make up for it
    added = more * LARGEST[assumptions.table.quantities[name].text.unit]
    early, late = (outcome(assumptions, values, event=event)[1] for values in (some, some | {name: some[name] + added}))
    for firm, run in late.contenders.items():
        assert (run.launch >= early.contenders[firm].launch - SLACK).all()
    before, after = early.ready, late.ready
    # a run of more than the shortest time that is held up needs less compute, and has more: it may end sooner by a hair
    shortest = {firm: some[text.minimum_training] for firm, text in assumptions.race.firms.items()}
    gains = np.any([run.run_length > shortest[firm] for firm, run in early.contenders.items()], axis=0)
    assert np.count_nonzero(gains) < gains.size / 2
    assert (after >= before - SLACK)[~gains].all()
    # what is not on the way to an event does not hold it up
    aside = (name == "serving_months" and event != SERVED) or (
        name == "data_and_rl_months" and event == "narrow-exploit"
    )
    if aside:
        np.testing.assert_array_equal(after, before)


@given(
    ids=st.sets(
        st.sampled_from(["no-interest", "no-capability", "too-little-focus", "first-run-setback", "data-and-rl"])
    )
)
def test_taking_obstacles_away_is_holding_their_quantities_at_nothing(
    assumptions: Assumptions, some: dict[str, np.ndarray], ids: set[str]
) -> None:
    left_out = {each: assumptions.obstacles[each] for each in ids}
    gone = {name: np.zeros(400) for name in quantities_of(left_out, EVENTS, assumptions.race.firms)}
    np.testing.assert_array_equal(ready(assumptions.without_obstacles(ids), some), ready(assumptions, some | gone))


def test_post_training_may_differ_between_firms(article: Assumptions, some: dict[str, np.ndarray]) -> None:
    """The first to be pre-trained need not be the first to be ready; a firm that is never ready spoils nothing."""
    rows = """
        [quantity.held]
        family = 'fixed'
        value = 4.0
        unit = 'months'
        description = 'x'
        sources = ['project']
        [obstacle.mine]
        title = 'x'
        acts = 'post-training'
        quantity = 'held'
        firms = ['hyperscaler']"""
    assumptions = load_assumptions([layer(rows)], model="article")
    held = some | {"held": np.full(400, 4.0)}
    plain: Outcome = outcome(article, some)[1]
    result: Outcome = outcome(assumptions, held)[1]
    ends = {firm: contender.pretrained for firm, contender in plain.contenders.items()}
    expected = np.minimum(ends["hyperscaler"] + 4.0, ends["startup"]) + some["post_training_months"]
    np.testing.assert_allclose(result.ready, expected, rtol=1e-12)
    np.testing.assert_allclose(result.ready_of("hyperscaler"), plain.ready_of("hyperscaler") + 4.0, rtol=1e-12)
    assert (expected < ends["hyperscaler"] + 4.0).any()
    sources = {name for source in article.race.sources.values() for name in source.amount}
    never = ready(assumptions, held | {name: np.zeros(400) for name in sources})
    assert np.isinf(never).all()


def test_obstacles_of_one_act_add_up(some: dict[str, np.ndarray], assumptions: Assumptions) -> None:
    more = "[obstacle.more]\ntitle = 'x'\nacts = 'budget-share'\nquantity = 'rival_compute'"
    doubled = load_assumptions([layer(more)])
    np.testing.assert_array_equal(
        ready(doubled, some), ready(assumptions, some | {"rival_compute": 2.0 * some["rival_compute"]})
    )


def test_a_firm_that_has_yet_to_decide_is_held_up_from_then_on(some: dict[str, np.ndarray]) -> None:
    decided = load_assumptions([layer("[firm.zai]\ndecision = 2030-01-01")])
    held = some | {"zai_launch_delay": np.full(400, 3.0)}
    day = decided.calendar.months(tomllib.loads("day = 2030-01-01")["day"])
    launch = outcome(decided, held)[1].contenders["zai"].launch
    assert launch.min() == pytest.approx(day + 3.0)


ROW = "[obstacle.mine]\ntitle = 'x'\nacts = 'run-setback'\nquantity = 'run_setback_months'\n"


@pytest.mark.parametrize(
    ("text", "key", "says", "nearest"),
    [
        (ROW + "firms = ['hyperscalar']", "obstacle.mine.firms", "unknown firm 'hyperscalar'", "hyperscaler"),
        (ROW + "firms = []", "obstacle.mine.firms", "at least one", None),
        (ROW + "events = ['narow-exploit']", "obstacle.mine.events", "unknown event", "narrow-exploit"),
        (ROW + "not_events = ['narow-exploit']", "obstacle.mine.not_events", "unknown event", "narrow-exploit"),
        (
            ROW + "events = ['lean-mythos']\nnot_events = ['narrow-exploit']",
            "obstacle.mine.not_events",
            "events says already",
            None,
        ),
        (ROW + "references = ['nobody']", "obstacle.mine.references", "unknown reference 'nobody'", None),
        (ROW + "act = 'x'", "obstacle.mine.act", "unknown key", "acts"),
        (
            "[obstacle.data-and-rl]\nacts = 'post-trainning'",
            "obstacle.data-and-rl.acts",
            "should be",
            "post-training",
        ),
        (
            "[obstacle.data-and-rl]\nquantity = 'data_and_rl_month'",
            "obstacle.data-and-rl.quantity",
            "unknown quantity",
            "data_and_rl_months",
        ),
        ("[obstacle.data-and-rl]\nquantity = 3", "obstacle.data-and-rl.quantity", "should be", None),
        ("[obstacle.data-and-rl]\nquantity = {}", "obstacle.data-and-rl.quantity", "at least one", None),
        (
            "[obstacle.data-and-rl]\nquantity = { hyperscalar = 'data_and_rl_months' }",
            "obstacle.data-and-rl.quantity",
            "unknown firm",
            "hyperscaler",
        ),
        (
            "[obstacle.no-interest]\nfirms = ['startup']",
            "obstacle.no-interest.firms",
            "the table of quantities names the firms already",
            None,
        ),
        (
            "[obstacle.data-and-rl]\nquantity = 'rival_compute'",
            "obstacle.data-and-rl.quantity",
            "acts as post-training has the unit 'months', but rival_compute has '1'",
            None,
        ),
        ("[obstacle.data-and-rI]\nacts = 'serving'", "obstacle.data-and-rI", "unknown obstacle", "data-and-rl"),
        ("[obstacle.new]\ntitle = 'x'\nacts = 'serving'", "obstacle.new.quantity", "is missing", None),
        (
            "[quantity.data_and_rl_months]\nunit = 'years'",
            "quantity.data_and_rl_months.unit",
            "cannot be changed",
            None,
        ),
        (
            "[quantity.data_and_rl_months]\nfamily = 'normal'\nmean = 1\nsd = 1",
            "quantity.data_and_rl_months",
            "must be at least 0",
            None,
        ),
    ],
)
def test_what_does_not_fit_is_refused(text: str, key: str, says: str, nearest: str | None) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(text)])
    assert (caught.value.file, caught.value.key, caught.value.nearest) == ("mine.toml", key, nearest)
    assert says in caught.value.problem


def test_a_quantity_below_nothing_is_refused() -> None:
    quantity = "[quantity.mine]\nfamily='normal'\nmean=1\nsd=1\nunit='months'\ndescription='x'\nsources=['project']\n"
    with pytest.raises(InputError, match="0 or more was expected, but mine reaches down to -inf") as caught:
        load_assumptions([layer(quantity + ROW.replace("run_setback_months", "mine"))])
    assert caught.value.key == "obstacle.mine.quantity"


def test_an_obstacle_may_name_a_firm_that_does_not_compete() -> None:
    assumptions = load_assumptions([layer("[firm.tencent]\ncompetes = false")])
    assert "tencent_launch_delay" not in assumptions.needed()
    assert "alibaba_launch_delay" in assumptions.needed()


def test_models() -> None:
    assert set(MODELS) == {"article", "current"}
    assert load_assumptions(model="article").model == "article"
    assert load_assumptions(["progress-scher"]).model == "current"
    assert not load_assumptions(model="article").obstacles
    files = [layer.file for layer in model_layers("current")]
    own = [group_file(each) for each in (*GROUPS, "scenarios")]  # scenarios last: they change what the groups lay
    assert files[-len(own) :] == own
    with pytest.raises(InputError) as caught:
        load_assumptions(model="curent")
    assert (caught.value.exit_code, caught.value.key, caught.value.nearest) == (2, "--model", "current")


def test_what_obstacles_add_to_the_prior(assumptions: Assumptions) -> None:
    """Together: at most 2.5 months at the median, six with probability 0.18 to 0.30, two years with 0.03 to 0.08.

    The figures stand further inside than five Monte Carlo errors of 200,000 draws, so that the seed decides nothing.
    """
    alone, draws = assumptions.without_obstacles(), 200_000
    kept = simulate(
        assumptions,
        lambda values: ready(assumptions, values) - ready(alone, values),
        draws,
        np.random.default_rng(11),
    )
    added = np.concatenate(list(kept))
    spacing = np.diff(np.quantile(added, [0.49, 0.51]))[0]
    median_error = np.sqrt(0.25 / draws) * spacing / 0.02
    assert np.median(added) + 5.0 * median_error < 2.5
    for months, low, high in ((6.0, 0.18, 0.30), (24.0, 0.03, 0.08)):
        share = (added > months).mean()
        error = np.sqrt(share * (1.0 - share) / draws)
        assert low < share - 5.0 * error, months
        assert share + 5.0 * error < high, months
