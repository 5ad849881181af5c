"""Running many fits: over the processor's cores, or over a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ....priors.arguments import refuse_others
from ....priors.errors import InputError
from ...inference.progress import track
from .fits import Fit
from .fits_file import KeptFits
from .fitters import fitter_of
from .plan import Plan
from .result import Calibration
from .threads import in_order

DEFAULT_FITS = {"importance": 1_000, "nuts": 200}
MOST_FITS = 100_000
BLOCK = {"importance": 32, "nuts": 1}  # fits handed to a thread or worker at once: finished, and kept, within seconds

Block = tuple[int, int]  # first fit and number of fits


def calibrate(
    plan: Plan, fits: int | None = None, *, out: Path | None = None, scheduler: str | None = None
) -> Calibration:
    """Fit simulated data sets and rank their truths.

    Parameters
    ----------
    plan : Plan
        What is calibrated.
    fits : int, optional
        How many data sets; 1,000 for importance and 200 for NUTS by default.
    out : Path, optional
        File that keeps finished fits: those it holds are not done again.
    scheduler : str, optional
        Address of a Dask scheduler; this machine's cores by default.

    Returns
    -------
    Calibration
        Whether the ranks are uniform.

    Raises
    ------
    InputError
        If the file, the address or the number of fits cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, calibrate, make_plan
    >>> from catchup.evidence import load_ledger
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> plan = make_plan(question, [load_ledger().items["eci-lag"]])
    >>> calibrate(plan, fits=4).ranks.shape == (4, len(plan.tracked))
    True
    """
    refuse_others("plan", plan, Plan, "a Plan (make_plan returns one)")
    wanted = DEFAULT_FITS[plan.engine] if fits is None else fits
    refuse_others("fits", wanted, (int, np.integer), "a whole number")
    if not 1 <= wanted <= MOST_FITS:
        raise InputError(f"between 1 and {MOST_FITS:,} fits were expected, not {wanted:,}", key="--fits")
    kept = None if out is None else KeptFits(out, plan.settings())
    done = {} if kept is None else {fit: row for fit, row in kept.fits.items() if fit < wanted}
    blocks = blocks_of([fit for fit in range(wanted) if fit not in done], plan)
    resumed = len(done)
    run = _run_here if scheduler is None else _run_on_cluster(scheduler)
    for rows in track(run(plan, blocks) if blocks else (), len(blocks), f"Fitting {wanted - resumed:,} data sets"):
        if kept is not None:
            kept.add(rows)
        done.update({row.fit: row for row in rows})
    notes = []
    if plan.spread != 1.0:
        notes.append(f"analysed with {plan.spread:g} times the true spread of every likelihood")
    if resumed:
        notes.append(f"{resumed:,} of the fits were finished already in {out}")
    if kept is not None and kept.torn:
        notes.append(f"the last line of {out} was torn; it has been cut off and its fit done again")
    return Calibration(plan, tuple(done[fit] for fit in range(wanted)), tuple(notes))


def blocks_of(missing: Sequence[int], plan: Plan) -> list[Block]:
    """Cut the fits that are left into runs of neighbours, each small enough to be finished soon and kept."""
    size = BLOCK[plan.engine]
    blocks: list[Block] = []
    for fit in missing:
        if blocks and fit == sum(blocks[-1]) and blocks[-1][1] < size:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + 1)
        else:
            blocks.append((fit, 1))
    return blocks


def _run_here(plan: Plan, blocks: Sequence[Block]) -> Iterator[list[Fit]]:
    fitter = fitter_of(plan)
    # Importance fits are NumPy calls of microseconds, between which threads would queue for Python's lock.
    workers = 1 if plan.engine == "importance" else None
    yield from in_order(lambda block: fitter(*blocks[block]), range(len(blocks)), workers)


def _run_on_cluster(address: str) -> Callable[[Plan, Sequence[Block]], Iterator[list[Fit]]]:
    def run(plan: Plan, blocks: Sequence[Block]) -> Iterator[list[Fit]]:
        from .cluster import run_blocks

        return run_blocks(address, plan, blocks)

    return run
