"""``catchup influence``: what each item of evidence did to the date."""

from __future__ import annotations

from ...priors.errors import InputError
from ..inference.diagnostics import WORST_KHAT
from ..inference.estimates import Estimate
from ..studies.influence import Effect, Influence, Pair
from .options import Asked
from .output import console, date_text, day_text, print_json, shift_text, table, warn

PAIRS_SHOWN = 3
CELLS = ("5%", "median", "95%", "bits")


def influence(*, asked: Asked | None = None) -> int:
    """What each item of evidence did to the date: alone, in the whole, and beside every other item."""
    from ..inference.conditioning import condition
    from ..inference.request import evidence_of
    from ..studies.influence import influence as examine

    asked = asked or Asked()
    if asked.engine == "nuts":
        raise InputError("influence reweights prior draws: auto or importance was expected", key="--engine")
    request = asked.request()
    result = examine(condition(request.question, evidence_of(request), "importance", refuse=False))
    if asked.json:
        print_json(result.as_json())
    else:
        print_influence(result)
    if result.trustworthy:
        return 0
    khat = result.diagnostics.khat
    warn(
        f"all items together cannot be reweighted (k-hat {khat:.2f}, above {WORST_KHAT}): try more --draws, "
        "or fewer items with --evidence"
    )
    return 1


def print_influence(result: Influence) -> None:
    """Print what each item did, for people."""
    question = result.question
    out = console()
    before = day_text(question, result.prior.quantile_value(0.5))
    out.print(
        f"event {question.event}, as of {date_text(question.as_of)}; shifts of the date in months ± Monte Carlo error"
    )
    if result.trustworthy:
        after = day_text(question, result.posterior.quantile_value(0.5))
        out.print(f"All items together move the median from {before} to {after}.\n")
    left_out = [
        (row.item.id, *_cells(row.left_out), _brief(row.log_predictive), _share(row.genuine)) for row in result.items
    ]
    alone = [(row.item.id, *_cells(row.alone), _brief(row.log_predictive_prior)) for row in result.items]
    title = "Leaving an item out of the whole"
    out.print(table("Item", *CELLS, "log p", "genuine", rows=left_out, title=title))
    out.print(table("Item", *CELLS, "log p", rows=alone, title="Adding an item alone to the prior"))
    conflicts = [pair for pair in result.pairs if pair.conflict]
    for pair in conflicts[:PAIRS_SHOWN]:
        out.print(f"In conflict: {_pair_text(pair)}")
    if len(conflicts) > PAIRS_SHOWN:
        out.print(f"and {len(conflicts) - PAIRS_SHOWN} more pairs (--json lists all)")
    if not conflicts and result.pairs:
        out.print(f"No two items are in conflict; those that agree least are {_pair_text(result.pairs[0])}")


def _pair_text(pair: Pair) -> str:
    return f"{' and '.join(pair.items)} (log ratio {pair.log_ratio.value:+.2f} ± {pair.log_ratio.mcse:.2f})"


def _cells(effect: Effect) -> tuple[str, str, str, str]:
    if effect.problem or effect.bits is None:
        return f"k-hat {effect.khat:.2f}", "not to", "be", "trusted"
    low, middle, high = (shift_text(effect.shifts[p]) for p in (0.05, 0.5, 0.95))
    return low, middle, high, f"{max(effect.bits.value, 0.0):.3f}"


def _brief(figure: Estimate) -> str:
    return f"{figure.value:+.2f}"


def _share(figure: Estimate | None) -> str:
    return "" if figure is None else f"{figure.value:.0%}"
