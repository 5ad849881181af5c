"""Every kind of evidence on firms by name: calibrated, and found out where its sd is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from recording import Add

from calibration_figures import uniformity_of
from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.calibration import calibrate, make_plan
from catchup.analysis.studies.calibration.plan import LOG_LIKELIHOOD, with_spread
from catchup.evidence.latents import with_latents
from catchup.evidence.schema import Item
from kind_ledgers import CASES, ledger, left_out

FITS, DRAWS = 1_000, 50_000  # fits that share so many draws: the variance of a mean rank is 2% larger for it
GROUPS = list(CASES)
KINDS = {kind: group for group, cases in CASES.items() for kind in cases}


def of_kind(kind: str) -> list[Item]:
    return [item for item in ledger(KINDS[kind]) if item.kind.name == kind]


WITH_SD = [kind for kind in KINDS if [with_spread(item, 0.5) for item in of_kind(kind)] != of_kind(kind)]


def test_every_kind_that_can_be_counted_stands_in_a_ledger() -> None:
    assert left_out() == set()
    assert all(len(of_kind(kind)) == 3 for kind in KINDS)


@pytest.mark.parametrize("group", GROUPS)
def test_an_item_needs_no_other(group: str, question: Question) -> None:
    """Alone, each has all the quantities that its prediction takes, and fits the model."""
    for item in ledger(group):
        asked = dataclasses.replace(question, assumptions=with_latents(question.assumptions, [item]), draws=20)
        assert item.kind.misfit(item.observed, item.likelihood, asked.assumptions) is None
        found = prior_for(asked, [item]).map(
            lambda values, asked=asked, item=item: dict(predictions_of(asked, values, [item])[2])
        )
        assert np.isfinite(found[item.id]).all(), item.id


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_every_kind_is_calibrated(group: str, question: Question, record: Add) -> None:
    """Three items of each kind of a group together."""
    result = calibrate(make_plan(dataclasses.replace(question, draws=DRAWS), ledger(group)), FITS)
    record("sbc-kinds", group=group, kinds=list(CASES[group]), **uniformity_of(result))
    assert result.failed == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", WITH_SD)
def test_a_halved_sd_of_any_kind_is_found_out(kind: str, question: Question, record: Add) -> None:
    """Of three items of one kind, whose sd the engine takes to be half of what it is."""
    wrong = make_plan(dataclasses.replace(question, draws=DRAWS), of_kind(kind), spread=0.5)
    result = calibrate(wrong, FITS)
    found = uniformity_of(result)
    record("sbc-kinds-wrong", kind=kind, **found)
    # one quantity is looked at, and so a band of its own: two outcomes tell of an sd far less than a figure does
    assert LOG_LIKELIHOOD in found["outside_own_band"]
