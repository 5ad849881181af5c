"""The race, its policies and events as data: what does not fit is refused in one line that names file and key."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.policies import apply_lever, apply_regime, redrawn
from catchup.priors import InputError, Layer

QUANTITY = """
[quantity.mine]
unit = "1"
description = "A quantity of a user's own"
sources = ["project"]
"""
FIRM = """
[firm.mine]
title = "A firm"
budget = "startup_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"
"""
SOURCE = """
[source.mine]
title = "A source"
firm = "startup"
amount = ["startup_stock"]
channel = "startup"
"""


@pytest.fixture(scope="session")
def assumptions(article: Assumptions) -> Assumptions:
    """The published model: what is laid over it here names its firms."""
    return article


@pytest.fixture(scope="session")
def values(article_values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return article_values


def load(text: str) -> Assumptions:
    return load_assumptions([Layer.of(tomllib.loads(text), file="mine.toml")], model="article")


@pytest.mark.parametrize(
    ("text", "key", "says", "nearest"),
    [
        ("[source.h200]\nlength = 0", "source.h200.length", "more than 0 months", None),
        ("[source.h200]\nlength = -2", "source.h200.length", "more than 0 months", None),
        ("[source.h200]\nlength = nan", "source.h200.length", "finite number", None),
        ("[source.h200]\nlength = inf", "source.h200.length", "finite number", None),
        ("[source.h200]\nlength = true", "source.h200.length", "not true", None),
        ("[source.h200]\nlength = 'h200_arival_months'", "source.h200.length", "quantity", "h200_arrival_months"),
        ("[source.h200]\nstart = -1", "source.h200.start", "t = 0 or later", None),
        ("[source.h200]\namount = []", "source.h200.amount", "at least one", None),
        ("[source.h200]\namount = ['h200_purchase']", "source.h200.amount", "quantity", "h200_purchases"),
        ("[source.h200]\nper = 'quarterly'", "source.h200.per", "unknown quantity", None),
        ("[source.h200]\nchanel = 'h200'", "source.h200.chanel", "unknown key", "channel"),
        ("[source.domestic]\nlength = 3", "source.domestic.length", "needs a start", None),
        ("[source.domestic]\nper = 'h200_arrival_months'", "source.domestic.per", "needs a start", None),
        ("[source.domestic]\nstart = 3", "source.domestic.length", "missing", None),
        (
            "[source.domestic]\nreferences = ['substrate']",
            "source.domestic.references",
            "reference",
            "substrate-article",
        ),
        (SOURCE.replace("startup", "startu", 1), "source.mine.firm", "unknown firm", "startup"),
        (SOURCE.replace("title", "name"), "source.mine.name", "unknown key", None),
        (FIRM, "firm.mine", "no source of compute", None),
        (FIRM.replace("startup_budget", "startup_buget"), "firm.mine.budget", "unknown quantity", "startup_budget"),
        ("[firm.startup]\nbudgets = 'x'", "firm.startup.budgets", "unknown key", "budget"),
        ("[firm.startup]\ndecision = 2020-01-01", "firm.startup.decision", "(t = 0) on was expected", None),
        ("[firm.startup]\ncompetes = false\n[firm.hyperscaler]\ncompetes = false", "firm", "no firm competes", None),
        ("[lever.mine]\ntitle = 'Nothing'", "lever.mine", "does nothing", None),
        ("[lever.mine]\ntitle = 'x'\nremove = ['remot']", "lever.mine.remove", "unknown channel", "remote"),
        ("[lever.mine]\ntitle = 'x'\nfreeze = ['h20']", "lever.mine.freeze", "unknown channel", "h200"),
        ("[lever.remote-frozen]\nfreezes = []", "lever.remote-frozen.freezes", "unknown key", "freeze"),
        ("[regime.seed-push]\nquantity = 'budget'", "regime.seed-push.quantity", "unknown quantity", "startup_budget"),
        ("[regime.seed-push]\nfamily = 'fixed'\nvalue = 1.1", "regime.seed-push", "between 0 and 1", None),
        ("[regime.seed-push]\nhigh = 0.001", "regime.seed-push.high", "must be above low", None),
        ("[event.mine]\ntitle = 'x'\nfamily = 'fixed'\nvalue = 0", "event.mine", "above 0", None),
        ("[event.mine]\ntitle = 'x'\nfamily = 'normal'\nmean = 1\nsd = 1", "event.mine", "above 0", None),
        ("[event.mine]\ntitle = 'x'\nfamily = 'fixd'\nvalue = 1", "event.mine.family", "unknown family", "fixed"),
        ("[event.mine]\ntitle = 'x'", "event.mine.family", "missing", None),
        ("[evnt.mine]\ntitle = 'x'", "evnt", "unknown table", "event"),
        (QUANTITY + "family = 'fixed'\nvalue = 1", "quantity.mine", "nothing in the race draws on it", None),
    ],
)
def test_what_does_not_fit_is_refused(text: str, key: str, says: str, nearest: str | None) -> None:
    with pytest.raises(InputError) as caught:
        load(text)
    error = caught.value
    assert error.exit_code == 2
    assert (error.file, error.key, error.nearest) == ("mine.toml", key, nearest)
    assert says in error.problem
    assert "\n" not in str(error)


NORMAL = "family = 'normal'\nmean = 6\nsd = 2"
UNIT = "family = 'uniform'\nlow = -1\nhigh = 1"
SPREAD = "family = 'lognormal'\nmedian = 1\nsigma = 1"


@pytest.mark.parametrize(
    ("family", "use", "key"),
    [
        (NORMAL, "[source.h200]\nlength = 'mine'", "source.h200.length"),
        (NORMAL, "[source.h200]\nstart = 'mine'", "source.h200.start"),
        (NORMAL, "[source.remote-growth]\nper = 'mine'", "source.remote-growth.per"),
        (UNIT, "[source.h200]\namount = ['h200_purchases', 'mine']", "source.h200.amount"),
        (UNIT, "[firm.startup]\nminimum_training = 'mine'", "firm.startup"),
        (NORMAL, "[firm.startup]\ndecision = 'as-of'\ndelay = ['mine']", "firm.startup"),
        (SPREAD, "[firm.startup]\nbudget = 'mine'", "firm.startup"),
        (SPREAD, "[firm.hyperscaler]\nmfu = 'mine'", "firm.hyperscaler"),
        ("family = 'fixed'\nvalue = 0", "[source.h200]\nlength = 'mine'", "source.h200.length"),
        ("family = 'fixed'\nvalue = 0", "[firm.startup]\nbudget = 'mine'", "firm.startup"),
    ],
)
def test_a_quantity_whose_values_make_no_sense_there_is_refused(family: str, use: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        load(f"{QUANTITY}{family}\n{use}")
    assert (caught.value.file, caught.value.key) == ("mine.toml", key)
    assert "mine " in caught.value.problem


@pytest.mark.parametrize(
    ("family", "use"),
    [
        (SPREAD, "[source.h200]\nlength = 'mine'"),
        (SPREAD, "[source.h200]\nstart = 'mine'"),
        ("family = 'fixed'\nvalue = 0", "[source.h200]\namount = ['h200_purchases', 'mine']"),
        ("family = 'fixed'\nvalue = 0", "[firm.startup]\nminimum_training = 'mine'"),
        ("family = 'beta'\nalpha = 2\nbeta = 9", "[firm.startup]\nbudget = 'mine'"),
    ],
)
def test_a_quantity_whose_values_make_sense_there_is_drawn(family: str, use: str) -> None:
    assert "mine" in load(f"{QUANTITY}{family}\n{use}").needed()


def test_a_misspelt_event_scenario_or_fixed_quantity() -> None:
    assumptions = load_assumptions(model="article")
    with pytest.raises(InputError, match="did you mean 'narrow-exploit'"):
        assumptions.event("narow-exploit")
    with pytest.raises(InputError, match="did you mean 'mythos_chips'"):
        load_assumptions(fixed={"mythos_chip": 1.0}, model="article")
    with pytest.raises(InputError, match="mythos_chips"):
        load_assumptions(fixed={"mythos_chips": float("nan")}, model="article")


def test_an_overlay_adds_an_event() -> None:
    assumptions = load("[event.half]\ntitle = 'Half of it'\nfamily = 'fixed'\nvalue = 0.5\nreferences = ['project']")
    assert assumptions.event("half").multiple.quantile(0.3) == 0.5
    assert "half_multiple" in assumptions.needed(["half"])


def test_levers_as_interventions(assumptions: Assumptions) -> None:
    race, levers = assumptions.race, assumptions.levers
    revoked = apply_lever(levers["remote-revoked"], race, 3.0)
    assert revoked.kept == {"remote": 0.0, "remote-growth": 0.0}
    assert not revoked.stop
    frozen = apply_lever(levers["remote-frozen"], race, 3.0)
    assert frozen.stop == {"remote-growth": 3.0}
    assert not frozen.kept
    assert apply_lever(levers["h200-stopped"], race, -5.0).stop == {"h200": 0.0}
    smuggling = apply_lever(levers["smuggling-stopped"], race, 3.0)
    assert (smuggling.stop, smuggling.kept) == ({"smuggled-2026": 3.0, "smuggled-2027": 3.0}, {})
    both = apply_lever(levers["remote-revoked-and-distillation-limited"], race, 3.0)
    assert both.limit_distillation
    assert both.kept == revoked.kept


def test_a_commitment_keeps_every_draws_rank(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    change = apply_regime(assumptions.regimes["crash-programme"], 4.0)
    assert change.act_from_month == 4.0
    (budget,) = redrawn(change.commitments, assumptions.beliefs, values).values()
    old, new = assumptions.beliefs["hyperscaler_budget"], change.commitments["hyperscaler_budget"]
    np.testing.assert_allclose(new.cdf(budget), old.cdf(values["hyperscaler_budget"]), rtol=1e-9)


def test_a_commitment_to_what_is_believed_anyway_changes_no_bit(
    assumptions: Assumptions, values: dict[str, np.ndarray]
) -> None:
    change = apply_regime(assumptions.regimes["business-as-usual"], 4.0)
    assert (
        redrawn(change.commitments, assumptions.beliefs, values)["hyperscaler_budget"] is values["hyperscaler_budget"]
    )


UNUSED = "nothing in the race draws on it"


@pytest.mark.parametrize("fixed", [None, {"mfu_china": 0.4}])
@pytest.mark.parametrize(
    "above", [(), ("progress-scher",), (Layer.of({"event": {"lean-mythos": {"title": "x"}}}, file="y"),)]
)
def test_a_quantity_that_nothing_draws_on_is_refused_whatever_is_laid_over_it(
    above: tuple[str | Layer, ...], fixed: dict[str, float] | None
) -> None:
    rows = tomllib.loads("".join(QUANTITY.replace("mine", name) + "family = 'fixed'\nvalue = 1\n" for name in "zyxab"))
    with pytest.raises(InputError, match=UNUSED) as refused:
        load_assumptions([Layer.of(rows, file="mine.toml"), *above], fixed, model="article")
    assert (refused.value.file, refused.value.key) == ("mine.toml", "quantity.z")  # the first, not any


@pytest.mark.parametrize("child", ["benchmark_optimism_general", "measured_progress"])
def test_what_gives_the_numbers_of_evidence_or_a_comparison_is_drawn_on(child: str) -> None:
    """As what gives those of a quantity of the race is; with nothing that hangs on it, it is refused."""
    mine = QUANTITY + "family = 'uniform'\nlow = 2\nhigh = 4\n"
    family = {"benchmark_optimism_general": ("normal", "mean"), "measured_progress": ("lognormal", "median")}[child]
    hanging = f"[quantity.{child}]\nfamily = '{family[0]}'\n{family[1]} = {{ quantity = 'mine' }}\n"
    spread = "sd = 0.2\n" if family[0] == "normal" else "sigma = 0.2\n"
    found = load_assumptions([Layer.of(tomllib.loads(mine + hanging + spread), file="mine.toml")])
    assert found.beliefs[child].parents == ("mine",)
    with pytest.raises(InputError, match="another role: lever, evidence or comparison"):
        load_assumptions([Layer.of(tomllib.loads(mine), file="mine.toml")])


def test_what_a_file_draws_on_may_be_taken_out_above_it() -> None:
    stock = QUANTITY.replace('"1"', '"H100e"') + "family = 'fixed'\nvalue = 1e5\n"
    rows = tomllib.loads(f"{stock}[source.startup-stock]\namount = ['mine']")
    own = Layer.of(rows, file="mine.toml")
    without = Layer.of({"firm": {"startup": {"competes": False}}}, file="without.toml")
    assert "mine" in load_assumptions([own], model="article").needed()
    assert "mine" not in load_assumptions([own, without], model="article").needed()
    with pytest.raises(InputError, match=UNUSED):
        load_assumptions([without, own], model="article")
    nobody = Layer.of({"quantity": rows["quantity"]}, file="nobody.toml")
    with pytest.raises(InputError, match=UNUSED) as refused:
        load_assumptions([nobody, without], model="article")
    assert refused.value.file == "nobody.toml"


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"overlays": ["alibaba-largest"]}, "priors/overlays/alibaba-largest.toml: quantity.alibaba_domestic_share"),
        ({"fixed": {"alibaba_mfu": 0.2}}, "fixed"),
        ({"priors": {"alibaba_mfu": 0.2}}, "priors"),
    ],
)
def test_a_name_of_the_other_model_is_refused_as_that(asked: dict, where: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions(**asked, model="article")
    assert str(caught.value).startswith(where)
    assert str(caught.value).endswith("': the model current alone knows it (model current), not article")
