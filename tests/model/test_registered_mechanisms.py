"""Mechanisms of one's own, registered in Python or by an entry point; and all that is wrong with some."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compiled_dates import CompiledDates

from catchup.model import Arrivals, Progress, build_model, load_assumptions, outcome, register_mechanism
from catchup.model.assumptions import under_scenario
from catchup.model.mechanisms.registry import MECHANISMS, mechanism_names
from catchup.priors import InputError, Layer
from catchup.priors.entry_points import NAME, entry_points_of
from model_cases import draw

WITHIN = 1e-9


class Ending(Progress):
    """Progress that ends."""

    name = "ending"
    quantities = ("progress_months",)
    rows = {  # noqa: RUF012  # as its users would write it
        "progress_months": {
            "family": "lognormal",
            "median": 24.0,
            "sigma": 0.4,
            "unit": "months",
            "description": "Months until algorithmic progress ends",
            "sources": ["project"],
        }
    }
    example = {"progress_months": 24.0}  # noqa: RUF012

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Any) -> Any:
        return pace * xp.minimum(t, values["progress_months"])


class Accelerating(Progress):
    """Progress that goes ever faster."""

    name = "accelerating"

    def log_progress(self, xp: Any, t: Any, pace: Any, values: Any) -> Any:
        return pace * t * (1.0 + t / 60.0)


class LateArrivals(Arrivals):
    """All of it in the second half."""

    name = "late"

    def months_arrived(self, xp: Any, t: Any, start: Any, length: Any, values: Any) -> Any:
        share = xp.minimum(xp.maximum((t - start) / length, 0.0), 1.0)
        return length * xp.maximum(2.0 * share - 1.0, 0.0)


@pytest.fixture(autouse=True)
def registry_as_it_was() -> Iterator[None]:
    before = dict(MECHANISMS)
    yield
    MECHANISMS.clear()
    MECHANISMS.update(before)
    entry_points_of.cache_clear()


def test_names_are_written_as_the_projects_own_are() -> None:
    own = {name for _, name in MECHANISMS}
    assert "moving-target" in own
    for name in own:
        assert NAME.fullmatch(name)
    late = type("Late", (LateArrivals,), {"name": "late-arrivals"})
    assert register_mechanism(late) is late
    assert load_assumptions(mechanisms={"arrivals": "late-arrivals"}).mechanisms.arrivals.name == "late-arrivals"


@pytest.mark.parametrize("way", [Ending, Accelerating, LateArrivals])
def test_a_mechanism_of_ones_own_runs_the_race_in_both_forms(way: type) -> None:
    assert register_mechanism(way) is way
    assert register_mechanism(way) is way  # again, and nothing happens
    assumptions = load_assumptions(mechanisms={way.kind: way}, model="article")  # a graph of a third of the firms
    assert [layer.file for layer in assumptions.layers if layer.file.startswith("mechanism ")] == (
        ["mechanism ending"] if way is Ending else []
    )
    values = draw(assumptions, assumptions.needed(distillation=True), 300, 4)
    found = CompiledDates(build_model(assumptions), assumptions, mode="FAST_COMPILE")(values)["ready"]
    _, expected = outcome(assumptions, values)
    np.testing.assert_allclose(found[:, 0], expected.ready, rtol=0, atol=WITHIN)
    _, usual = outcome(load_assumptions(model="article"), values)
    sooner = way is Accelerating
    assert (((usual.ready - expected.ready) if sooner else (expected.ready - usual.ready)) > -WITHIN).all()
    assert (np.abs(expected.ready - usual.ready) > WITHIN).mean() > (0.01 if way is Ending else 0.5)


def test_a_file_names_it_like_the_projects_own() -> None:
    register_mechanism(Ending)
    overlay = Layer.of(
        {"mechanism": {"progress": "ending"}, "quantity": {"progress_months": {"median": 6.0}}}, file="mine.toml"
    )
    assert load_assumptions([overlay]).beliefs["progress_months"].quantile(0.5) == pytest.approx(6.0)


def test_a_class_that_is_not_registered_is_refused() -> None:
    with pytest.raises(InputError, match=r"mechanisms progress: .*register_mechanism.*not Ending"):
        load_assumptions(mechanisms={"progress": Ending})
    register_mechanism(LateArrivals)
    with pytest.raises(InputError, match=r"mechanisms progress: .*not LateArrivals"):
        load_assumptions(mechanisms={"progress": LateArrivals})
    with pytest.raises(InputError, match="did you mean 'arrivals'"):
        load_assumptions(mechanisms={"arrival": LateArrivals})


def test_a_quantity_of_which_nothing_is_believed_is_named() -> None:
    """At once, and not by whoever chooses it one day."""
    before = dict(MECHANISMS)
    with pytest.raises(InputError, match="mechanism Wrong: rows: a row of progress_months was expected, of which noth"):
        register_mechanism(made("bare", base=Ending, rows={}))
    misspelt = made(formula=plain, quantities=("rl_ratoi",), example={"rl_ratoi": 1.0})
    with pytest.raises(InputError, match=r"a row of rl_ratoi was expected.*did you mean 'rl_ratio'"):
        register_mechanism(misspelt)
    assert before == MECHANISMS


def test_a_quantity_of_the_models_own_needs_no_row() -> None:
    borrowing = made("borrowing", formula=plain, quantities=("rl_ratio",), example={"rl_ratio": 1.0})
    register_mechanism(borrowing)
    assert load_assumptions(mechanisms={"progress": "borrowing"}).mechanisms.quantities() == ["rl_ratio"]


def test_one_that_another_model_does_not_have_is_refused_where_it_is_chosen() -> None:
    register_mechanism(made("patient", formula=plain, quantities=("rival_compute",), example={"rival_compute": 1.0}))
    assert load_assumptions(mechanisms={"progress": "patient"}).mechanisms.progress.name == "patient"
    with pytest.raises(InputError, match=r"mechanism\.progress: unknown quantity of the mechanism 'patient'.*rival"):
        load_assumptions(model="article", mechanisms={"progress": "patient"})


@pytest.mark.parametrize("way", ["late", "logistic"])
def test_a_scenario_that_chooses_one_for_a_source_has_its_rows(way: str) -> None:
    """The project's own row, and none for one that takes no quantity; overlays and worlds had them before."""
    register_mechanism(LateArrivals)
    own = {"title": "Own", "source": {"remote-growth": {"arrivals": way}}}
    base = load_assumptions([Layer.of({"scenario": {"own": own}}, file="mine.toml")], model="article")
    laid = under_scenario(base, "own")
    assert [each.name for each in laid.mechanisms.further] == [way]
    assert ("arrival_steepness" in laid.table.quantities) == (way == "logistic")
    values = draw(laid, laid.needed(), 300, 4)
    found, usual = outcome(laid, values)[1], outcome(base, values)[1]
    assert (np.abs(found.ready - usual.ready) > WITHIN).mean() > 0.1


def made(name: Any = "wrong", base: type = Progress, formula: Callable[..., Any] | None = None, **given: Any) -> type:
    attribute = "months_arrived" if issubclass(base, Arrivals) else "log_progress"
    return type("Wrong", (base,), {"name": name, **({attribute: formula} if formula else {}), **given})


def plain(self: Any, xp: Any, t: Any, pace: Any, values: Any) -> Any:
    return pace * t


WRONG = {
    "no class": (lambda: 3, "a class that derives from .* was expected, not 3"),
    "another class": (lambda: dict, "a class that derives from"),
    "no form": (made, "mechanism Wrong: lacks log_progress"),
    "no name": (lambda: made(None, formula=plain), "a name such as name = 'slowing' was expected, not None"),
    "a name that is none": (lambda: made("No Name", formula=plain), "not 'No Name'"),
    "a name that is taken": (lambda: made("slowing", formula=plain), "'slowing' is taken by SlowingProgress"),
    "no example": (lambda: made(formula=plain, quantities=("half",)), "example: a value of half"),
    "one name for several": (lambda: made(formula=plain, quantities="half"), "a tuple of names was expected"),
    "rows of others": (lambda: made(formula=plain, rows={"half": {}}), "rows: half is none of its quantities"),
    "rows that are none": (lambda: made(base=Ending, rows=3), "rows: a mapping from quantities to rows"),
    "a row that is none": (lambda: made(base=Ending, rows={"progress_months": 24.0}), "a row was expected, not 24.0"),
    "a row of no family": (
        lambda: made(base=Ending, rows={"progress_months": {**Ending.rows["progress_months"], "family": "lognorml"}}),
        "mechanism Wrong: rows: quantity.progress_months.*unknown .*lognorml.*did you mean 'lognormal'",
    ),
    "a row that is not whole": (
        lambda: made(base=Ending, rows={"progress_months": {"family": "lognormal", "median": 24.0, "sigma": 0.4}}),
        "mechanism Wrong: rows: quantity.progress_months.*needs at least",
    ),
    "a row of no source": (
        lambda: made(base=Ending, rows={"progress_months": {**Ending.rows["progress_months"], "sources": ["nobody"]}}),
        "rows: quantity.progress_months.sources: unknown reference 'nobody'",
    ),
    "falls": (
        lambda: made(formula=lambda self, xp, t, pace, values: pace * t * xp.exp(-t / 12.0)),
        "must never fall .in month",
    ),
    "begins late": (lambda: made(formula=lambda self, xp, t, pace, values: pace * (t + 1.0)), "must begin at 0"),
    "is not finite": (lambda: made(formula=lambda self, xp, t, pace, values: pace / t), "must be finite"),
    "has no shape": (lambda: made(formula=lambda self, xp, t, pace, values: pace), "must have the shape of t"),
    "fails": (lambda: made(formula=lambda self, xp, t, pace, values: values["half"]), "fails over numpy .KeyError"),
    "lacks its form in a graph": (
        lambda: made(formula=lambda self, xp, t, pace, values: np.asarray(pace * t, dtype=float)),
        "must work over pytensor.tensor",
    ),
    "is another in a graph": (
        lambda: made(formula=lambda self, xp, t, pace, values: pace * t * (1.0 if xp is np else 2.0)),
        "must be the same over numpy and pytensor.tensor",
    ),
    "arrives early": (
        lambda: made(base=Arrivals, formula=lambda self, xp, t, start, length, values: xp.minimum(t, length)),
        "must be 0 before anything arrives",
    ),
    "does not arrive in full": (
        lambda: made(
            base=Arrivals,
            formula=lambda self, xp, t, s, n, values: 0.5 * xp.minimum(xp.maximum(t - s, 0.0), n),
        ),
        "must come to 24 in the end",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_registered(fault: str) -> None:
    make, said = WRONG[fault]
    before = dict(MECHANISMS)
    with pytest.raises(InputError, match=said):
        register_mechanism(make())
    assert before == MECHANISMS


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Install a distribution with a module and entry points, as a package manager leaves it."""

    def install(module: str, points: str) -> None:
        (tmp_path / "somebodys_mechanisms.py").write_text(textwrap.dedent(module), encoding="utf-8")
        info = tmp_path / "somebodys-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[catchup.mechanisms]\n{points}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        entry_points_of.cache_clear()

    yield install
    sys.modules.pop("somebodys_mechanisms", None)


MODULE = """
from catchup.model import Progress

class Doubled(Progress):
    name = "doubled"

    def log_progress(self, xp, t, pace, values):
        return 2.0 * pace * t

class Half(Progress):
    name = "half"
"""


def test_an_entry_point_is_loaded_when_a_file_names_it(plugin: Callable[[str, str], None]) -> None:
    plugin(MODULE, "doubled = somebodys_mechanisms:Doubled")
    load_assumptions()
    assert "somebodys_mechanisms" not in sys.modules
    assumptions = load_assumptions(
        [Layer.of({"mechanism": {"progress": "doubled"}}, file="mine.toml")], model="article"
    )
    values = draw(assumptions, assumptions.needed(), 200, 4)
    squared = {**values, "algorithmic_progress": values["algorithmic_progress"] ** 2}
    found, expected = outcome(assumptions, values)[1], outcome(load_assumptions(model="article"), squared)[1]
    np.testing.assert_allclose(found.ready, expected.ready, rtol=0, atol=WITHIN)


def test_an_entry_point_is_of_one_kind(plugin: Callable[[str, str], None]) -> None:
    plugin(MODULE, "doubled = somebodys_mechanisms:Doubled\nlost = somebodys_mechanisms:Lost")
    with pytest.raises(InputError, match="unknown mechanism 'doubled'; known are") as caught:
        load_assumptions(mechanisms={"arrivals": "doubled"})
    assert "doubled" not in str(caught.value).partition("known are")[2]
    assert "doubled" in mechanism_names("progress")
    assert all("lost" in mechanism_names(kind) for kind in ("progress", "arrivals"))  # nobody knows its kind


@pytest.mark.parametrize(
    ("name", "point", "said"),
    [
        ("half", "half = somebodys_mechanisms:Half", "mechanism Half: lacks log_progress"),
        ("lost", "lost = somebodys_mechanisms:Lost", "cannot be imported .AttributeError"),
        ("gone", "gone = nobodys_mechanisms:Gone", "cannot be imported .ModuleNotFoundError"),
        ("other", "other = somebodys_mechanisms:Doubled", "whose name is 'other'"),
    ],
)
def test_an_entry_point_that_fails_is_named(
    plugin: Callable[[str, str], None], name: str, point: str, said: str
) -> None:
    plugin(MODULE, point)
    before = dict(MECHANISMS)
    with pytest.raises(InputError, match=said) as caught:
        load_assumptions(mechanisms={"progress": name})
    assert f"entry point {point} (catchup.mechanisms)" in str(caught.value)
    assert before == MECHANISMS
