"""Fits on a Dask cluster: each worker sets the engine up once and keeps it.

Neither prior draws nor a compiled model travel. A worker is sent the plan, some tens of kilobytes, and makes its own of
them; a compiled NUTS model cannot be pickled anyway.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ....priors.errors import CatchupError, InputError
from .fits import Fit, Fitter
from .fitters import fitter_of
from .plan import Plan

PATIENCE = 20  # seconds to wait for a scheduler, and for its first worker
KEPT_FITTERS = 1  # a fitter holds prior draws or a compiled model: the last one used is enough
OPTION = "--scheduler"

_fitters: OrderedDict[str, Fitter] = OrderedDict()
_lock = threading.Lock()


class ClusterError(CatchupError):
    """The cluster failed; what was finished before is kept."""

    exit_code = 1


def run_blocks(address: str, plan: Plan, blocks: Sequence[tuple[int, int]]) -> Iterator[list[Fit]]:
    """Run blocks of fits on a cluster, yielding each as it is finished.

    Parameters
    ----------
    address : str
        The scheduler's, for instance ``tcp://host:8786``.
    plan : Plan
        What is calibrated.
    blocks : sequence of (int, int)
        First fit and number of fits.

    Raises
    ------
    InputError
        If Dask is not installed, or nothing answers at the address.
    ClusterError
        If workers are lost or cannot do the work.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise InputError("needs Dask: pip install 'catchup[dask]'", key=OPTION) from None
    client = _connect(address)
    try:
        shared = _told(lambda: client.scatter(plan, broadcast=True, hash=False))
        futures = [client.submit(fit_block, shared, *block, pure=False) for block in blocks]
        try:
            for future in as_completed(futures, loop=client.loop):
                yield _told(future.result)
        finally:
            client.cancel(futures)
    finally:
        client.close()


def fit_block(plan: Plan, first: int, count: int) -> list[Fit]:
    """Fit a block on a worker, setting the engine up if the plan is new to it."""
    name = repr(plan.settings())
    with _lock:  # several threads of a worker wait for one set-up instead of each making its own
        if name not in _fitters:
            while len(_fitters) >= KEPT_FITTERS:
                _fitters.popitem(last=False)
            _fitters[name] = fitter_of(plan)
        fitter = _fitters[name]
    return fitter(first, count)


def _connect(address: str) -> Any:
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "no answer"
        raise InputError(f"no scheduler answers at '{address}' ({reason})", key=OPTION) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise InputError(f"the scheduler at '{address}' has no worker", key=OPTION) from None
    return client


def _told(ask: Callable[[], Any]) -> Any:
    """Ask something of the cluster; its failure is told in a line."""
    from distributed import CancelledError, KilledWorker

    try:
        return ask()
    except (KilledWorker, CancelledError, ImportError, OSError) as error:
        raise ClusterError(
            f"the cluster failed ({type(error).__name__}: {str(error).splitlines()[0]}); workers need this version of "
            "catchup. What was finished is in the file of --out, if one was given: the same command goes on from there"
        ) from None
