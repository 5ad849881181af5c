"""What the explorer's page carries answers as the engine does: random leaks of all kinds, in both models."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.explorer import render_explorer
from catchup.model.assumptions import load_assumptions
from explorer_core import Core
from explorer_twin import LEVELS, Data, Leak, column, dates, leak_density, quantiles_of, random_leaks, weights_of

AS_OF = date(2026, 11, 21)
LARGEST = 5 * 2**20  # bytes
LEAKS, FALSE_ALARMS = 30, 1e-3
ROUNDED = 1e-4  # of a weight: log likelihoods stand in the page as float32, in two parts where an item is doubtful


@pytest.fixture(scope="module")
def drawn() -> Posterior:
    return posterior(Request(Question(load_assumptions(), AS_OF, draws=20_000), engine="importance"))


@pytest.fixture(scope="module")
def page(drawn: Posterior) -> str:
    return render_explorer(drawn)


@pytest.fixture(scope="module")
def models(page: str) -> dict[str, Data]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)
    found: dict[str, Data] = json.loads(text)["models"]
    return found


@pytest.fixture(scope="module")
def core(models: dict[str, Data], tmp_path_factory: pytest.TempPathFactory) -> Core:
    return Core(models, tmp_path_factory.mktemp("core"))


ANSWERS = """return given[1].map((leak) => core.answer(models[given[0]], { event: models[given[0]].event, lever: "none",
  by: "2027-01-31", items: all(models[given[0]]), leak }));"""


def test_it_asks_at_first_of_a_day_that_tells_something(page: str) -> None:
    assert '<input type="date" id="by" value="2027-12-31">' in page  # in November the end of the year does not


def test_it_holds_both_models_in_five_megabytes(page: str, models: dict[str, Data]) -> None:
    assert set(models) == {"article", "current"}
    assert len(page.encode()) <= LARGEST
    for model in models.values():
        assert {"reading", "lag", "spend", "milestone", "stock", "quantile"} == set(model["leaks"])
        firms = {key.split("/")[1] for key in model["probes"] if key.startswith("stock/")}
        assert firms == {"country", *model["firms"]}


@pytest.mark.parametrize("model", ["article", "current"])
def test_the_script_says_what_its_twin_in_numpy_does(model: str, models: dict[str, Data], core: Core) -> None:
    data = models[model]
    leaks = [None, *random_leaks(data, 18, seed=3)]
    told = [None if leak is None else {"kind": leak.kind, "fields": leak.fields} for leak in leaks]
    found = core.ask(ANSWERS, model, told)
    for leak, answer in zip(leaks, found, strict=True):
        weights = weights_of(data, leak)
        expected = quantiles_of(data, weights, f"{data['event']}/none")
        np.testing.assert_allclose(answer["quantiles"], expected, atol=2.5e-3)  # two draws next to each other
        assert answer["effective"] == pytest.approx(1.0 / np.square(weights).sum(), rel=ROUNDED)
        ratios = weights / column(data["times"], "<u2")  # a draw taken twice is no heavier for it
        khat = smooth_weights(np.log(np.maximum(ratios, 1e-300))).khat
        if math.isfinite(khat):
            assert answer["khat"] == pytest.approx(khat, abs=1e-3)
        stages, first = (column(data[what][data["event"]], "u1") for what in ("stages", "first"))
        for place, (_, share) in enumerate(answer["stages"]):
            assert share == pytest.approx(weights[stages == place].sum(), abs=ROUNDED)
        for place, (firm, share) in enumerate(answer["first"]):
            assert firm == data["firms"][place]
            assert share == pytest.approx(weights[first == place].sum(), abs=ROUNDED)


def leak_file(core: Core, model: str, leak: Leak) -> str:
    text: str = core.ask(
        "return core.leakFile(models[given[0]], given[1]);", model, {"kind": leak.kind, "fields": leak.fields}
    )
    return text


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("model", ["current", "article"])
def test_30_random_leaks_are_answered_as_the_engine_does(
    model: str, models: dict[str, Data], core: Core, tmp_path: Path
) -> None:
    """The file that the page writes, added to a question on other random numbers, against the page's own draws.

    A draw of the page that was resampled more than once is there once: the error of its weighted draws, taken as
    independent, is that of the pool they come from as well (the expected sum of squared multiplicities is both terms).
    """
    data = models[model]
    leaks = random_leaks(data, LEAKS, seed=11)
    answers = core.ask(ANSWERS, model, [{"kind": leak.kind, "fields": leak.fields} for leak in leaks])
    question = Question(load_assumptions(model=model), AS_OF, draws=100_000, seed=7)
    counted = ",".join(item["id"] for item in data["items"])  # of the page's model: the other counts them too
    widest = float(norm.isf(0.5 * FALSE_ALARMS / (2 * LEAKS * len(LEVELS))))
    compared, farthest = set(), list[float]()
    for number, (leak, answer) in enumerate(zip(leaks, answers, strict=True)):
        path = tmp_path / f"leak-{number}.toml"
        path.write_text(leak_file(core, model, leak))
        try:
            exact = posterior(Request(question, counted, "importance", added=(path,)))
        except UntrustworthyError:
            assert not answer["believable"], leak
            continue
        if not answer["believable"]:
            continue
        compared.add(leak.kind)
        assert ("reader-leak" in exact.evidence) == (leak.kind != "quantile")
        weights = weights_of(data, leak)
        own = Distribution(dates(data, f"{data['event']}/none"), Weighting(weights.size, weights=weights))
        for p, found in zip(LEVELS, answer["quantiles"], strict=True):
            estimate, error = exact.ready.quantile(p), own.quantile(p).mcse
            off = abs(found - estimate.value)
            assert off <= widest * math.hypot(estimate.mcse, error) + 0.001, (leak, p)
            farthest.append((off - 0.001) / math.hypot(estimate.mcse, error))
    assert compared == set(data["leaks"])
    assert len(farthest) > len(LEVELS) * LEAKS / 2  # most of what is typed is answered
    assert float(np.median(farthest)) < 1.0  # and the errors are no excuse: half of the figures are within one


FAULTS = [
    (Leak("lag", {"value": None, "scope": "general", "sd": 0.2}), "Months behind"),
    (Leak("lag", {"value": -3, "scope": "general", "sd": 0.2}), "from 0.1 to 120"),
    (Leak("lag", {"value": 3, "scope": "</script>", "sd": 0.2}), "one of the choices"),
    (Leak("milestone", {"event": "narrow-exploit", "date": "2026-13-45", "delay": 2}), "a day was expected"),
    (Leak("milestone", {"event": "narrow-exploit", "date": "2027-01-01", "delay": 2}), "a day up to 2026-11-21"),
    (Leak("milestone", {"event": "narrow-exploit", "date": "2025-01-01", "delay": 2}), "from 2026-02-24 on"),
    (
        Leak("reading", {"value": 1e26, "low": 5e26, "high": 1e27, "scope": "total", "reliability": 0.5}),
        "hold the figure",
    ),
]


@pytest.mark.parametrize(("leak", "says"), FAULTS)
def test_what_cannot_be_is_said_in_words(leak: Leak, says: str, core: Core) -> None:
    asked = {"kind": leak.kind, "fields": leak.fields}
    assert says in core.ask("return core.leakFault(models[given[0]], given[1]);", "current", asked)


@pytest.mark.parametrize("model", ["article", "current"])
def test_every_form_begins_with_what_can_be_counted(
    model: str, models: dict[str, Data], core: Core, tmp_path: Path
) -> None:
    from catchup.evidence.consistency import check_against
    from catchup.evidence.schema import read_item

    for kind, form in models[model]["leaks"].items():
        leak = Leak(kind, {field["name"]: field["default"] for field in form["fields"]})
        asked = {"kind": leak.kind, "fields": leak.fields}
        assert core.ask("return core.leakFault(models[given[0]], given[1]);", model, asked) == ""
        path = tmp_path / f"{kind}.toml"
        path.write_text(leak_file(core, model, leak))
        check_against(read_item(path), load_assumptions(model=model))


def test_levers_by_day_are_the_shifts_of_shared_draws(models: dict[str, Data], core: Core) -> None:
    data = models["current"]
    (answer,) = core.ask(ANSWERS, "current", [None])
    weights, before = weights_of(data, None), quantiles_of(data, weights_of(data, None), f"{data['event']}/none")[2]
    for lever in answer["levers"]:
        for place, told in enumerate(lever["days"]):
            key = f"{data['event']}/{lever['id']}" + (f"@{place}" if place else "")
            assert told["shift"] == pytest.approx(quantiles_of(data, weights, key)[2] - before, abs=2.5e-3)
        unmoved = [told["unmoved"] for told in lever["days"]]
        assert unmoved == sorted(unmoved)


@pytest.mark.slow
def test_without_another_model_there_is_one(drawn: Posterior) -> None:
    asked = replace(drawn.question, event="widely-served")
    text = render_explorer(replace(drawn, question=asked), draws=1_000)
    assert '"models":{"current":' in text
    assert '"article":{"id"' not in text


def test_densities_are_those_of_the_kinds(models: dict[str, Data]) -> None:
    leak = Leak("lag", {"value": 6.0, "scope": "general", "sd": 0.25})
    assert np.isfinite(leak_density(models["current"], leak)).all()
