"""What `import catchup` gives: a model as one object, forecasts of any tree, kinds of one's own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date, datetime

import arviz_stats as az
import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from scipy import stats

import catchup
from catchup.analysis import Question, Request, posterior, save_tree
from catchup.evidence.kinds import KINDS
from catchup.evidence.kinds.capability_lag import CapabilityLag
from catchup.evidence.kinds.kind import Kind
from catchup.evidence.schema import item_from_table
from catchup.evidence.template import template
from catchup.model import load_assumptions
from catchup.model.mechanisms.registry import mechanism_names
from catchup.priors import InputError

DAY = "2026-11-26"


@pytest.fixture(scope="module")
def model() -> catchup.Model:
    return catchup.Model(as_of=DAY, evidence="eci-lag", model="article")


@pytest.fixture(scope="module")
def tree(model):
    return model.fit("importance", draws=40_000)


def test_nothing_heavy_is_loaded_before_it_is_used():
    program = "import sys, catchup; catchup.__version__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pymc", "pytensor", "arviz", "matplotlib", "pydantic", "rich"} & set(loaded)


def test_help_teaches():
    assert "catchup.Model(" in (catchup.__doc__ or "")
    assert {"Model", "compare", "forecast", "load", "register_family", "register_kind"} <= set(catchup.__all__)


def test_every_mechanism_is_named():
    named = {name for kind in ("progress", "arrivals") for name in mechanism_names(kind)}
    assert {"constant", "linear"} < named
    assert not [name for name in named if f"``{name}``" not in catchup.Model.__doc__]


@pytest.mark.parametrize("day", [DAY, date(2026, 11, 26), datetime(2026, 11, 26, 23, 59)])
def test_a_day_comes_as_text_date_or_moment(day):
    assert catchup.Model(as_of=day, evidence="none").question().as_of == date(2026, 11, 26)


@pytest.mark.parametrize("evidence", ["none", "eci-lag", "default"])
@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 11, 26)])
def test_python_and_the_command_line_take_one_way(day, evidence):
    drawn = catchup.Model(as_of=day, evidence=evidence, model="article").posterior("importance", draws=1_000)
    question = Question(load_assumptions(model="article"), day, draws=1_000)
    asked = posterior(Request(question, evidence, "importance"))
    assert (drawn.engine, drawn.evidence, drawn.notes) == (asked.engine, asked.evidence, asked.notes)
    np.testing.assert_array_equal(drawn.ready.values, asked.ready.values)


def test_a_generator_gives_its_next_number_as_seed(model):
    rng = np.random.default_rng(5)
    first, second = model.question(random_seed=rng).seed, model.question(random_seed=rng).seed
    assert first != second
    assert model.question(random_seed=np.random.default_rng(5)).seed == first


def test_a_tree_gives_the_forecast_of_its_posterior(model, tree):
    direct = catchup.Model(as_of=DAY, evidence="eci-lag", model="article").posterior("importance", draws=40_000).ready
    again = catchup.forecast(tree, model)
    for p in (0.25, 0.5, 0.75):
        one, other = direct.quantile(p), again.ready.quantile(p)
        error = np.hypot(one.mcse, other.mcse)
        assert abs(one.value - other.value) < stats.norm.isf(FALSE_ALARM / 2) * error


def test_a_prior_set_in_python_counts():
    prior = stats.lognorm(0.2, scale=3e6)
    usual = catchup.Model(as_of=DAY, evidence="none").posterior(draws=20_000).ready.quantile(0.5)
    more = catchup.Model(as_of=DAY, evidence="none", priors={"china_stock": prior}).posterior(draws=20_000)
    assert more.ready.quantile(0.5).value < usual.value - 5 * usual.mcse


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"as_of": "26 November"}, "as_of: a day as 2026-11-26"),
        ({"as_of": "2025-01-01"}, "t = 0"),
        ({"model": "currant"}, "did you mean 'current'"),
        ({"event": "lean"}, "unknown event 'lean'"),
        ({"priors": {"china_stok": stats.lognorm(0.2)}}, "did you mean 'china_stock'"),
    ],
)
def test_what_cannot_be_asked_is_a_value_error(asked, complaint):
    with pytest.raises(ValueError, match=complaint):
        catchup.Model(**{"as_of": DAY, **asked})


def test_an_unknown_engine_is_named(model):
    with pytest.raises(catchup.InputError, match="importance"):
        model.posterior("importence")


def test_a_tree_of_another_event_or_day_is_refused(model, tree):
    other = catchup.Model(as_of=DAY, evidence="eci-lag", model="article", event="narrow-exploit")
    with pytest.raises(catchup.InputError, match=r"tree: is about the event compute-equivalent; .*narrow"):
        catchup.forecast(tree, other)


def test_a_tree_without_a_quantity_is_refused(model, tree):
    lacking = tree.copy()
    lacking["posterior"] = lacking["posterior"].to_dataset().drop_vars("mfu_china")
    with pytest.raises(catchup.InputError, match="lacks mfu_china"):
        catchup.forecast(lacking, model)


def test_what_is_no_tree_is_refused(model):
    with pytest.raises(catchup.InputError, match="a group 'posterior' was expected"):
        catchup.forecast({}, model)


class MonthsBehind(CapabilityLag):
    """A lag under a name of its own."""

    name = "months_behind"


def test_a_kind_of_ones_own_is_read_wherever_items_are():
    catchup.register_kind(MonthsBehind)
    try:
        item = item_from_table(
            {
                "id": "own",
                "title": "Own",
                "kind": "months_behind",
                "role": "likelihood",
                "known_since": date(2026, 6, 1),
                "observed": {"value": 8.0, "scope": "general"},
                "likelihood": {"sd": 0.3},
                "sources": [{"title": "t", "publisher": "p", "date": date(2026, 6, 1), "address": "example.org"}],
            },
            file="own.toml",
        )
        assert item.kind == MonthsBehind()
    finally:
        KINDS.pop("months_behind")


def test_what_is_made_in_python_is_counted_as_a_file_is(tmp_path) -> None:
    """An item, its table with days as text, and its file; what is named in a list is what is named in a text."""
    text = template("capability_lag", "my-lag")
    table = tomllib.loads(text)
    (tmp_path / "my-lag.toml").write_text(text)
    as_text = {**table, "known_since": table["known_since"].isoformat()}
    as_text["observed"] = {**table["observed"], "date": "2026-06-01"}
    as_text["sources"] = [{**source, "date": source["date"].isoformat()} for source in table["sources"]]
    as_text["notes"] = "2026-11-26"
    dated = {**as_text, "known_since": table["known_since"], "sources": table["sources"]}
    dated["observed"] = {**table["observed"], "date": date(2026, 6, 1)}
    asked = {"as_of": DAY, "model": "article", "evidence": ["eci-lag"]}
    ways = [tmp_path / "my-lag.toml", item_from_table(table, file="mine"), table]
    found = [catchup.Model(**asked, add=[way]) for way in ways]
    assert {tuple(item.id for item in model.items) for model in found} == {("eci-lag", "my-lag")}
    drawn = {model.posterior("importance", draws=2_000).ready.quantile_value(0.5) for model in found}
    assert len(drawn) == 1
    first, second = (catchup.Model(**asked, add=[way]).items[1] for way in (as_text, dated))
    assert first == second
    assert catchup.Model(as_of=DAY, evidence="none", add=[item_from_table(table, file="mine")]).items[0].id == "my-lag"
    with pytest.raises(InputError, match="add: known_since: should be a day such as 2026-02-24, not 'June'"):
        catchup.Model(**asked, add=[{**table, "known_since": "June"}])
    with pytest.raises(InputError, match="add: id: 'eci-lag' is the id of"):
        catchup.Model(**asked, add=[{**table, "id": "eci-lag"}])


class Half(Kind):
    """A kind that cannot simulate."""

    name = "half"
    unit = "1"
    observed = CapabilityLag.observed
    likelihood = CapabilityLag.likelihood

    def observation(self, observed, clock):
        return 0.0


class Taken(CapabilityLag):
    """A kind that would hide another."""


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (Half, "lacks log_density, predict, simulate"),
        (Taken, "the name 'capability_lag' is taken by CapabilityLag"),
        (int, "a subclass of Kind was expected"),
        (type("Odd", (CapabilityLag,), {"name": "Odd Name"}), "small letters, digits, _ and - were expected"),
        (type("Bare", (CapabilityLag,), {"name": "bare", "observed": dict}), "a subclass of StrictModel was expected"),
    ],
)
def test_a_kind_that_lacks_something_is_refused_whole(kind, complaint):
    before = dict(KINDS)
    with pytest.raises(catchup.InputError, match=complaint):
        catchup.register_kind(kind)
    assert before == KINDS


@pytest.mark.slow
def test_any_sampler_of_the_conditioned_model_gives_a_forecast(model):
    import pymc as pm

    with model.pymc():
        sampled = pm.sample(1_000, tune=1_000, chains=2, random_seed=3, progressbar=False)
    found = catchup.forecast(sampled, model)
    direct = model.posterior("importance", draws=100_000).ready.quantile(0.5)
    assert found.engine == "sampled"
    error = np.hypot(found.ready.quantile(0.5).mcse, direct.mcse)
    assert abs(found.ready.quantile(0.5).value - direct.value) < stats.norm.isf(FALSE_ALARM / 2) * error


@pytest.fixture(scope="module")
def more():
    asked = {"as_of": DAY, "evidence": "eci-lag,caisi-glm-5-3-cyber-lag", "model": "article"}
    return catchup.Model(**asked).fit("importance", draws=40_000)


# ArviZ warns of a single item, and of a posterior that is the prior without it
@pytest.mark.filterwarnings("ignore:Estimated shape parameter:UserWarning", "ignore:The point-wise LOO:UserWarning")
@pytest.mark.filterwarnings("ignore:leaving items out of one cannot be trusted:UserWarning")
def test_trees_and_saved_trees_are_compared_on_what_both_have_seen(tree, more, tmp_path):
    found = catchup.compare({"one": tree, "two": more})
    assert found.items == ("eci-lag",)
    assert found.left_out == {"two": ("caisi-glm-5-3-cyber-lag",)}
    assert found.weights is None
    assert "1 item speaks" in found.reason
    first, second = found.models
    # one model twice: what the other has seen beside is taken from it again, so that they differ by noise alone
    assert first.difference == 0.0
    assert abs(second.difference) < stats.norm.isf(FALSE_ALARM / 2) * np.hypot(first.mcse, second.mcse)
    khat = {row.id: row.khat for row in found.models}
    assert khat["one"] == pytest.approx(float(az.loo(tree, pointwise=True).pareto_k.max()))
    path = save_tree(more, tmp_path / "more.nc")
    assert [row.elpd for row in catchup.compare({"one": tree, "two": path}).models] == pytest.approx(
        [row.elpd for row in found.models]
    )


def as_sampled(tree, **changed):
    """A tree as a sampler leaves it: without attributes that say what was asked."""
    made = tree.copy()
    made.attrs = {}
    if changed:
        made["constant_data"] = made["constant_data"].to_dataset().assign(**changed)
    return made


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ({"event": "narrow-exploit"}, "one has event compute-equivalent, two has narrow-exploit"),
        ({"as_of": "2026-11-20"}, "one has as_of 2026-11-26, two has 2026-11-20"),
        ({"evidence": "caisi-glm-5-3-cyber-lag"}, "an item that all models predict was expected: one has eci-lag"),
    ],
)
def test_trees_of_other_questions_are_not_compared(tree, other, complaint):
    asked = {"as_of": DAY, "evidence": "eci-lag", "model": "article", **other}
    second = catchup.Model(**asked).fit("importance", draws=20_000)
    with pytest.raises(catchup.InputError, match=complaint):
        catchup.compare({"one": tree, "two": second})
    if "event" in other:
        with pytest.raises(catchup.InputError, match=complaint):
            catchup.compare({"one": tree, "two": as_sampled(second)})


def test_a_sampled_tree_of_another_day_is_told_by_its_data(tree):
    with pytest.raises(catchup.InputError, match=r"one has as_of_month 9\.0\d+, two has 3\.0000"):
        catchup.compare({"one": tree, "two": as_sampled(tree, as_of_month=3.0)})


def test_a_tree_without_likelihood_says_how_to_add_it(tree):
    bare = tree.copy()
    del bare["log_likelihood"]
    with pytest.raises(catchup.InputError, match=r"two: .*pymc\.compute_log_likelihood adds"):
        catchup.compare({"one": tree, "two": bare})


def test_a_file_that_is_not_there_is_named(tree, tmp_path):
    with pytest.raises(catchup.InputError, match="no such file"):
        catchup.compare({"one": tree, "two": tmp_path / "lost.nc"})


def test_a_trend_is_a_model_as_well() -> None:
    """By the name that structures have it by; a structure of one's own beside it, and an unknown one is named."""
    asked = catchup.Model(as_of="2026-11-26", evidence="default", model="article")
    model = asked.pymc("trend-constant-lag")
    assert "no-public-model" in model.coords["item"]
    assert "ready" in model.named_vars
    with pytest.raises(InputError, match="unknown structure 'trend-constant-lug'; did you mean 'trend-constant-lag'"):
        asked.pymc("trend-constant-lug")
    with pytest.raises(InputError, match="unknown structure 'moon'; known are compute-gate, trend-"):
        asked.pymc("moon")
    with pytest.raises(InputError, match="'mobilisation' is a scenario of the race"):
        asked.pymc("mobilisation")


def test_the_race_is_a_structure_by_its_name(model) -> None:
    assert [each.name for each in model.pymc("compute-gate").observed_RVs] == ["observation"]
