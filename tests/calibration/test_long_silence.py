"""Recovery where silence is long: what silence leaves of each obstacle is what truths that were silent had."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import choose_evidence
from catchup.evidence.confirmation import confirmed_text
from catchup.evidence.ledgers import PACKAGED
from catchup.evidence.likelihood import simulate
from catchup.model.assumptions import Assumptions
from catchup.model.obstacles import quantities_of

DAY = datetime.date(2028, 1, 1)
SILENCE = "no-public-model"
DRAWS, TRUTHS = 200_000, 400_000
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@pytest.fixture(scope="module")
def silent(assumptions: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Posterior:
    """Nothing seen until the end of 2027, looked for until the day itself, and nothing else counted."""
    path = tmp_path_factory.mktemp("silence") / f"{SILENCE}.toml"
    path.write_text(confirmed_text((PACKAGED / path.name).read_text(), DAY))
    question = Question(assumptions, DAY, draws=DRAWS)
    return condition(question, choose_evidence(question, SILENCE, None, (path,)), "importance")


@pytest.fixture(scope="module")
def truths(silent: Posterior) -> Values:
    """Obstacles of worlds drawn from the prior in which, simulated, nothing was reported; shape (draw,)."""
    (item,) = silent.items
    question = Question(silent.question.assumptions, DAY, draws=TRUTHS, seed=silent.question.seed + 1)
    rng = np.random.default_rng(5)

    def evaluate(values: Values) -> Values:
        predicted = predictions_of(question, values, [item])[2][item.id]
        seen = simulate(item, predicted, question.clock, rng)
        return {"seen": seen, **{name: values[name] for name in quantities(silent)}}

    columns = prior_for(question, [item]).map(evaluate)
    kept = columns.pop("seen") == 1.0
    return {name: column[kept] for name, column in columns.items()}


def quantities(posterior: Posterior) -> list[str]:
    assumptions = posterior.question.assumptions
    standing = quantities_of(assumptions.obstacles, [posterior.question.event], assumptions.race.firms)
    return [*standing, *assumptions.reporting_quantities]


@pytest.mark.slow
def test_what_silence_leaves_of_each_obstacle_is_what_silent_truths_had(silent: Posterior, truths: Values) -> None:
    names = quantities(silent)
    columns = silent.source.map(lambda values: {name: values[name] for name in names})
    reach = stats.norm.isf(FALSE_ALARM / 2.0)
    for name in names:
        drawn = Distribution(columns[name], silent.source.weighting)
        for level in LEVELS:
            edge = float(np.quantile(truths[name], level))
            found = drawn.probability_below(edge)
            error = math.hypot(found.mcse, math.sqrt(level * (1.0 - level) / truths[name].size))
            assert abs(found.value - level) < reach * error, (name, level, found)


@pytest.mark.slow
def test_long_silence_is_told_from_none_by_what_holds_all_firms_up(silent: Posterior, truths: Values) -> None:
    """So that agreement means something: silent worlds have more of each than the prior has."""
    assumptions = silent.question.assumptions
    common = [each.quantity for each in assumptions.obstacles.values() if isinstance(each.quantity, str)]
    standing = [name for name in common if name in truths]
    assert len(standing) == 3
    for name in standing:
        usual = float(assumptions.quantiles(name, 0.9))
        share = float((truths[name] > usual).mean())
        assert share > 0.1 + stats.norm.isf(FALSE_ALARM / 2.0) * math.sqrt(0.09 / truths[name].size), name
