"""What a user's events, scenarios, levers and regimes may not be, beyond misspelt names: said by file and key."""

from __future__ import annotations

import numpy as np
import pytest
from own_rows import layer

from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.model.policies import redrawn
from catchup.priors import InputError
from catchup.priors.families import FAMILIES

EVENT = "[event.mine]\ntitle = 'x'\nfamily = 'fixed'\nvalue = 2\n"
UPLIFT = "description = 'x'\nunit = 'share'\nsources = ['project']\nrole = 'model'\n"
SCENARIO = "[scenario.mine]\ntitle = 'x'\n"


@pytest.fixture(scope="session")
def assumptions(article: Assumptions) -> Assumptions:
    """The published model: what is laid over it here names its firms."""
    return article


@pytest.fixture(scope="session")
def values(article_values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return article_values


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (EVENT + "references = ['nobody']", "event.mine.references", "unknown reference 'nobody'"),
        (
            SCENARIO + "references = ['nobody']\n[scenario.mine.source.h200]\nstart = 2",
            "scenario.mine.references",
            "nobody",
        ),
        (SCENARIO, "scenario.mine", "changes nothing: give one of"),
        (SCENARIO + "[scenario.mine.source]", "scenario.mine", "changes nothing: give one of"),
        (SCENARIO + "colour = 'red'", "scenario.mine.colour", "unknown key"),
        ("[lever.mine]\ntitle = 'x'\nremove = ['remote']\nreferences = ['nobody']", "lever.mine.references", "nobody"),
        ("[regime.seed-push]\nreferences = ['nobody']", "regime.seed-push.references", "nobody"),
        ("[regime.seed-push]\nfamily = 'lognormal'\nmedian = 0.02\nsigma = 0.1", "regime.seed-push", "0 to inf"),
        ("[regime.seed-push]\nfamily = 'uniform'\nlow = -0.1\nhigh = 0.1", "regime.seed-push", "-0.1 to 0.1"),
        ("[event.mine]\ntitle = 'x'\nfamily = 'uniform'\nlow = -2\nhigh = -1", "event.mine", "not -2 to -1"),
        ("[event.mine]\ntitle = 'x'\nfamily = 'fixed'\nvalue = -1", "event.mine", "not -1 to -1"),
    ],
)
def test_what_a_world_may_not_be(text: str, key: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(text)], model="article")
    assert (caught.value.file, caught.value.key) == ("mine.toml", key)
    assert says in caught.value.problem


def test_an_event_may_be_as_small_as_one_likes_and_no_smaller() -> None:
    small = load_assumptions(
        [layer("[event.mine]\ntitle = 'x'\nfamily = 'uniform'\nlow = 0\nhigh = 0.5")], model="article"
    )
    assert small.event("mine").multiple.support() == (0.0, 0.5)


def test_a_regime_may_commit_everything() -> None:
    changed = load_assumptions([layer("[regime.seed-push]\nfamily = 'uniform'\nlow = 0\nhigh = 1")], model="article")
    assert changed.regimes["seed-push"].distribution.support() == (0.0, 1.0)


def test_a_quantity_keeps_its_name_from_events() -> None:
    quantity = f"[quantity.mine_multiple]\n{UPLIFT}family = 'fixed'\nvalue = 0.5\n"
    used = "[source.h200]\namount = ['h200_purchases', 'mine_multiple']\n"
    assert "mine_multiple" in load_assumptions([layer(quantity + used)], model="article").needed()
    with pytest.raises(InputError, match="cannot have the name of a quantity") as caught:
        load_assumptions([layer(quantity + used + EVENT)], model="article")
    assert caught.value.key == "event.mine"


def test_a_file_may_change_what_an_earlier_one_brought_even_where_nothing_draws_on_it_any_more() -> None:
    first = (
        f"[quantity.mine]\n{UPLIFT}family = 'fixed'\nvalue = 0.5\n[source.h200]\namount = ['h200_purchases', 'mine']"
    )
    second = "[quantity.mine]\nvalue = 0.25\n[source.h200]\namount = ['h200_purchases']"
    changed = load_assumptions([layer(first, "first.toml"), layer(second, "second.toml")], model="article")
    assert changed.beliefs["mine"].quantile(0.5) == 0.25
    assert "mine" not in changed.needed()


def test_an_unknown_scenario_is_refused_and_a_known_one_laid_over_all_else(assumptions: Assumptions) -> None:
    with pytest.raises(InputError, match="did you mean 'domestic-superpods'") as caught:
        under_scenario(assumptions, "domestic-superpod")
    assert caught.value.key == "--scenario"
    world = under_scenario(assumptions, "domestic-superpods")
    assert set(world.race.firms) == {*assumptions.race.firms, "consortium"}
    assert world.layers[:-1] == assumptions.layers


def test_a_fixed_quantity_cannot_be_committed_otherwise() -> None:
    fixed = load_assumptions(fixed={"hyperscaler_budget": 0.01}, model="article")
    values = {"hyperscaler_budget": np.full(3, 0.01)}
    same = {"hyperscaler_budget": fixed.beliefs["hyperscaler_budget"]}
    assert redrawn(same, fixed.beliefs, values)["hyperscaler_budget"] is values["hyperscaler_budget"]
    other = {"hyperscaler_budget": FAMILIES["uniform"](low=0.01, high=0.02)}
    with pytest.raises(InputError, match="has been fixed") as caught:
        redrawn(other, fixed.beliefs, values)
    assert caught.value.key == "hyperscaler_budget"


def test_ranks_at_the_ends_stay_inside_the_new_distribution(assumptions: Assumptions) -> None:
    old = assumptions.beliefs["hyperscaler_budget"]
    low, high = old.support()
    new = FAMILIES["lognormal"](median=0.02, sigma=0.5)
    values = {"hyperscaler_budget": np.array([low, high])}
    ends = redrawn({"hyperscaler_budget": new}, assumptions.beliefs, values)["hyperscaler_budget"]
    assert (ends > 0.0).all()
    assert np.isfinite(ends).all()
    assert ends[0] < 0.001 < 0.3 < ends[1]  # five standard deviations of a logarithm, and more


@pytest.mark.parametrize(
    ("unit", "high", "refused"),
    [
        ("unit = 'share'\nmaximum = 1.0", 0.9, "could add up to 1.25"),
        ("unit = '1'", 0.9, "could add up to 1.25"),
        ("unit = '1'", 0.65, None),  # with the hyperscalers' 0.35, all there is
        ("unit = '1'", 1.1, None),  # an uplift, not a share: another flow
        ("unit = 'H100e each'", 0.9, None),
    ],
)
def test_no_flow_of_compute_is_shared_out_twice(unit: str, high: float, refused: str | None) -> None:
    quantity = "[quantity.mine]\ndescription = 'x'\nsources = ['project']\nrole = 'model'\n" + unit
    use = "[source.startup-stock-2]\ntitle = 'x'\nfirm = 'startup'\nchannel = 'startup'\n"
    use += "amount = ['china_stock', 'mine']"
    world = layer(f"{quantity}\nfamily = 'uniform'\nlow = 0.1\nhigh = {high}\n{use}")
    if refused is None:
        assert "mine" in load_assumptions([world], model="article").needed()
        return
    with pytest.raises(InputError, match=refused) as caught:
        load_assumptions([world], model="article")
    assert (caught.value.file, caught.value.key) == ("mine.toml", "source.startup-stock-2.amount")


def test_shares_that_are_too_large_are_blamed_on_whoever_stated_them_last() -> None:
    stated = layer("[quantity.hyperscaler_share]\nfamily = 'fixed'\nvalue = 0.7\n")
    with pytest.raises(InputError, match=r"could add up to 1\.\d+, above 1") as caught:
        load_assumptions([stated])
    assert (caught.value.file, caught.value.key) == ("mine.toml", "quantity.hyperscaler_share")
    with pytest.raises(InputError, match=r"could add up to 1\.25, above 1") as caught:
        load_assumptions(fixed={"alibaba_domestic_share": 0.9})
    assert (caught.value.file, caught.value.key) == ("--set", "alibaba_domestic_share")
