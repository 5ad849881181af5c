"""Structures of one's own, registered in Python or by an entry point: beside the others, as PyMC models, refused."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

import catchup
from catchup.analysis.commands.main import run
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.other_structures import draw_structure, ready_of
from catchup.analysis.studies.structure_registry import STRUCTURES, Structure, register_structure
from catchup.analysis.studies.structures import structures
from catchup.model import load_assumptions
from catchup.priors import InputError, Layer, LogNormal
from catchup.priors.entry_points import entry_points_of
from item_cases import DAY

MEDIAN, SIGMA = 10.0, 0.4
LAGS = "eci-lag"


class Followers(Structure):
    """A lag in months, and nothing else."""

    name = "followers"
    title = "Followers"
    quantities = ("months_behind",)
    beliefs = {"months_behind": LogNormal(median=MEDIAN, sigma=SIGMA)}  # noqa: RUF012  # as its users would write it
    example = {"months_behind": 10.0}  # noqa: RUF012

    def ready(self, xp: Any, values: Any, event: str) -> Any:
        return values["months_behind"]


@pytest.fixture(autouse=True)
def registry_as_it_was() -> Iterator[None]:
    before = dict(STRUCTURES)
    yield
    STRUCTURES.clear()
    STRUCTURES.update(before)
    entry_points_of.cache_clear()


@pytest.fixture
def asked(question: Question) -> Question:
    return replace(question, as_of=DAY, draws=40_000)


def test_its_prior_is_what_it_believes(asked: Question) -> None:
    columns, weighting = draw_structure(asked, Followers())
    exact = stats.lognorm(SIGMA, scale=MEDIAN)
    assert stats.kstest(columns["ready"], exact.cdf).pvalue > 1e-6
    assert weighting.draws == asked.draws


def test_it_is_conditioned_as_the_closed_form_says(asked: Question) -> None:
    """A lognormal lag, measured with a lognormal error and a normal optimism: normal in logarithm."""
    drawn = posterior(Request(asked, evidence=LAGS, engine="importance"))
    (item,) = drawn.items
    figures, optimism = item.figures(asked.clock), asked.assumptions.beliefs["benchmark_optimism_general"]
    mean, sd = optimism.quantile(0.5), (optimism.quantile(stats.norm.cdf(1.0)) - optimism.quantile(0.5))
    precision = 1.0 / SIGMA**2 + 1.0 / (figures["sd"] ** 2 + sd**2)
    seen = item.observation(asked.clock) + mean
    exact = (np.log(MEDIAN) / SIGMA**2 + seen / (figures["sd"] ** 2 + sd**2)) / precision
    found = ready_of(asked, Followers(), drawn.items).quantile(0.5)
    assert abs(found.value - np.exp(exact)) < widest(found.mcse)


def test_it_stands_beside_the_others_and_in_their_pools(asked: Question) -> None:
    drawn = posterior(Request(asked, engine="importance"))
    before = structures(drawn)
    register_structure(Followers)
    assert register_structure(Followers) is Followers  # again, and nothing happens
    after = structures(drawn)
    assert [row.id for row in after.structures] == [*(row.id for row in before.structures), "followers"]
    assert "followers" in {row.id for row in after.pooled}
    for row, other in zip(before.structures, after.structures, strict=False):
        assert row.ready.quantile_value(0.5) == other.ready.quantile_value(0.5)
    assert {row.id for row in after.comparison.models} == {*(row.id for row in before.comparison.models), "followers"}
    assert after.comparison.items == before.comparison.items
    assert "followers" in [row["id"] for row in as_json(after)["elpd"]]


def test_the_command_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    register_structure(Followers)
    assert run(["structures", "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]) == 0
    assert "Followers" in capsys.readouterr().out


def test_where_it_does_not_speak_of_an_event_it_is_left_out(asked: Question) -> None:
    register_structure(type("Level", (Followers,), {"name": "level", "events": ("compute-equivalent",)}))
    for event, there in (("compute-equivalent", True), ("autonomous-range", False)):
        found = structures(prior_of(replace(asked, event=event, draws=2_000)))
        assert ("level" in {row.id for row in found.structures}) is there
    with pytest.raises(InputError, match=r"structure: 'level' does not speak of the event autonomous-range"):
        catchup.Model(as_of=DAY, evidence="none", event="autonomous-range").pymc("level")


def test_it_draws_on_the_races_quantities_too(asked: Question) -> None:
    class Doubling(Followers):
        name = "doubling"
        quantities = ("algorithmic_progress",)
        beliefs = {}  # noqa: RUF012
        example = {"algorithmic_progress": 10.0}  # noqa: RUF012

        def ready(self, xp: Any, values: Any, event: str) -> Any:
            return 12.0 / xp.log10(values["algorithmic_progress"])

    register_structure(Doubling)
    found = draw_structure(asked, Doubling())[0]["ready"]
    race = prior_of(asked).source.map(lambda values: {"a": values["algorithmic_progress"]})["a"]
    np.testing.assert_allclose(found, 12.0 / np.log10(race))  # the same draws, by name


def test_its_graph_has_the_density_of_its_draws(asked: Question) -> None:
    """The log density of every item at a point of the model, against the one that draws are weighed by."""
    import pymc as pm

    register_structure(Followers)
    model = catchup.Model(as_of=DAY, evidence=f"{LAGS},no-public-model", model="article")
    graph = model.pymc("followers")
    values = {"months_behind": 11.0, "benchmark_optimism_general": 0.2}
    held = pm.do(graph, values)
    assert float(held["ready"].eval({}, mode="FAST_COMPILE")[0]) == 11.0
    from catchup.evidence.latents import latent_quantities
    from catchup.evidence.likelihood import log_density, predict

    question = model.question()
    # what the published model takes no account of
    nothing = dict.fromkeys(latent_quantities(model.items, question.assumptions), 0.0)
    columns = {name: np.array([value]) for name, value in (nothing | values).items()}
    ready = {question.event: columns["months_behind"]}
    expected = []
    for item in model.items:
        state = Followers().shown_to(item, question.assumptions, columns, ready)
        prediction = predict(np, item, state, item.figures(question.clock))
        expected.append(
            float(np.ravel(log_density(item, item.observation(question.clock), prediction, question.clock))[0])
        )
    found = held.compile_logp(vars=[held["observation"]], mode="FAST_COMPILE")(held.initial_point())
    assert float(found) == pytest.approx(sum(expected), rel=1e-9)


@pytest.mark.slow
def test_any_sampler_of_it_agrees_with_its_weighted_draws(asked: Question) -> None:
    import pymc as pm

    register_structure(Followers)
    # two: to leave out the only one leads back to the prior, by weights of k = 0.71 (0.39^2 / (0.39^2 + 0.25^2))
    model = catchup.Model(as_of=DAY, evidence=f"{LAGS},caisi-deepseek-v4-lag", model="article")
    with model.pymc("followers"):
        tree = pm.sample(2_000, tune=1_000, chains=2, random_seed=1, progressbar=False)
        pm.compute_log_likelihood(tree, progressbar=False)
    import arviz_stats as az

    drawn = tree["posterior"]["ready"].values[..., 0]
    found = ready_of(replace(asked, draws=200_000), Followers(), model.items).mean
    assert abs(drawn.mean() - found.value) < widest(np.hypot(float(az.mcse(drawn)), found.mcse))
    race = model.fit("importance", draws=40_000)
    compared = catchup.compare({"race": race, "followers": tree}).models
    assert {row.id for row in compared} == {"race", "followers"}
    assert all(row.khat is not None and row.khat < 0.7 for row in compared)


def made(**given: Any) -> type:
    return type("Wrong", (Followers,), {"name": "wrong", **given})


WRONG = {
    "no class": (lambda: 3, "structure: a class that derives from catchup.Structure was expected, not 3"),
    "no form": (lambda: type("Bare", (Structure,), {"name": "bare"}), "structure Bare: lacks ready, title, quantities"),
    "a name that is none": (lambda: made(name="No Name"), "a name such as 'followers' was expected"),
    "a name that is taken": (lambda: made(name="compute-gate"), "the name 'compute-gate' is taken"),
    "a trend's name": (lambda: made(name="trend-mine"), "the name 'trend-mine' is taken"),
    "one name for several": (lambda: made(quantities="months_behind"), "a tuple of names was expected"),
    "no example": (lambda: made(example={}), "example: a value of months_behind"),
    "no belief": (lambda: made(beliefs={"months_behind": "ten"}), "beliefs: "),
    "a belief of something else": (lambda: made(beliefs={"other": 3.0}), "beliefs: quantities were expected"),
    "beliefs that are none": (lambda: made(beliefs=3), "beliefs: a mapping from quantities"),
    "an example that is no number": (
        lambda: made(example={"months_behind": "ten"}),
        "example: a value of months_behind",
    ),
    "one event for several": (lambda: made(events="compute-equivalent"), "events: a tuple of names was expected"),
    "a quantity that nobody believes something of": (
        lambda: made(quantities=("months_behnd",), beliefs={}, example={"months_behnd": 1.0}),
        "structure Wrong: unknown quantity 'months_behnd'",
    ),
    "a quantity that a table believes something of": (
        lambda: made(
            quantities=("china_stock",),
            beliefs={"china_stock": LogNormal(median=10.0, sigma=0.1)},
            example={"china_stock": 1.0},
        ),
        "structure Wrong: beliefs: the tables have china_stock already",
    ),
    "one date for all draws": (lambda: made(ready=lambda self, xp, values, event: 12.0), "be finite, one a draw"),
    "not for every event": (
        lambda: made(ready=lambda self, xp, values, event: values[{"compute-equivalent": "months_behind"}[event]]),
        "fail over numpy .KeyError",
    ),
    "not finite": (lambda: made(ready=lambda self, xp, values, event: values["months_behind"] * np.inf), "be finite"),
    "fails": (lambda: made(ready=lambda self, xp, values, event: values["x"]), "fail over numpy .KeyError"),
    "no form in a graph": (
        lambda: made(ready=lambda self, xp, values, event: np.asarray(values["months_behind"], dtype=float)),
        "must work over pytensor.tensor",
    ),
    "another in a graph": (
        lambda: made(ready=lambda self, xp, values, event: values["months_behind"] * (1.0 if xp is np else 2.0)),
        "must be the same over numpy and pytensor.tensor",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_registered(fault: str) -> None:
    make, said = WRONG[fault]
    before = dict(STRUCTURES)
    with pytest.raises(InputError, match=said):
        register_structure(make())
    assert before == STRUCTURES


class Budget(Followers):
    """One that draws on a quantity of `current` alone."""

    name = "budget"
    title = "A budget"
    quantities = ("bytedance_budget",)
    beliefs = {}  # noqa: RUF012
    example = {"bytedance_budget": 0.3}  # noqa: RUF012

    def ready(self, xp: Any, values: Any, event: str) -> Any:
        return 12.0 * values["bytedance_budget"]


def test_of_a_model_that_lacks_its_quantity_it_is_left_out_with_the_reason(asked: Question) -> None:
    reason = "it draws on bytedance_budget, which the model article has not"
    article = replace(asked, assumptions=load_assumptions(model="article"), draws=2_000)
    before = structures(prior_of(article))
    register_structure(Budget)
    found = structures(prior_of(article))
    assert [(row.id, row.title, row.reason) for row in found.refused] == [("budget", "A budget", reason)]
    assert [row.id for row in found.structures] == [row.id for row in before.structures]
    assert found.ensembles[0].ready.quantile_value(0.5) == before.ensembles[0].ready.quantile_value(0.5)
    current = structures(prior_of(replace(article, assumptions=load_assumptions())))
    assert ("budget" in {row.id for row in current.structures}, current.refused) == (True, ())
    with pytest.raises(InputError, match="structure budget: unknown quantity 'bytedance_budget'"):
        catchup.Model(as_of=DAY, evidence="none", model="article").pymc("budget")


@pytest.mark.parametrize("command", [("structures",), ("forecast", "--pool")])
def test_commands_that_pool_answer_of_a_model_that_lacks_its_quantity(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    register_structure(Budget)
    options = ["--model", "article", "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]
    assert run([*command, *options]) == 0
    assert "A budget is left out: it draws on bytedance_budget" in " ".join(capsys.readouterr().out.split())


def test_where_only_such_a_structure_would_date_the_event_the_race_is_alone(asked: Question) -> None:
    """No trend says when a model is served."""
    row = {"title": "Serving", "acts": "serving", "quantity": "evaluation_delay", "references": ["project"]}
    serving = Layer.of({"obstacle": {"serving": row}}, file="serving.toml")
    register_structure(Budget)
    article = replace(asked, assumptions=load_assumptions([serving], model="article"), draws=2_000)
    with pytest.raises(InputError, match=r"only the race dates compute-equivalent, none of: .*A budget"):
        structures(prior_of(article))


def test_an_unknown_structure_is_named() -> None:
    register_structure(Followers)
    with pytest.raises(InputError, match="structure: unknown structure 'folowers'; did you mean 'followers'"):
        catchup.Model(as_of=DAY, evidence="none").pymc("folowers")


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Install a distribution with a module and entry points, as a package manager leaves it."""

    def install(module: str, points: str) -> None:
        (tmp_path / "somebodys_structures.py").write_text(textwrap.dedent(module), encoding="utf-8")
        info = tmp_path / "somebodys-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[catchup.structures]\n{points}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        entry_points_of.cache_clear()

    yield install
    sys.modules.pop("somebodys_structures", None)


MODULE = """
from catchup.analysis import Structure

class Year(Structure):
    name = "one-year"
    title = "One year"
    quantities = ("delay",)
    beliefs = {"delay": 12.0}
    example = {"delay": 12.0}

    def ready(self, xp, values, event):
        return values["delay"]
"""


def test_an_entry_points_structure_takes_part(
    plugin: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plugin(MODULE, "one-year = somebodys_structures:Year")
    assert run(["structures", "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]) == 0
    assert "One year" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("lost = somebodys_structures:Lost", "cannot be imported .AttributeError"),
        ("other = somebodys_structures:Year", "whose name is 'other'"),
    ],
)
def test_an_entry_point_that_fails_is_named(
    plugin: Callable[[str, str], None], point: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin(MODULE, point)
    assert run(["structures", "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"entry point {point} (catchup.structures)" in told
    assert STRUCTURES == {}
