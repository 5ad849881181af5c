"""The date's draws as a run has kept them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...priors.errors import reason_of
from ...priors.regular_files import check_regular
from .manifest import BrokenRunError, file_hash
from .reading import POSTERIOR, Run


def posterior_ready(run: Run) -> tuple[NDArray[np.float64], int]:
    """Draws of the date from a run's posterior, chain after chain, and the number of chains.

    Raises
    ------
    BrokenRunError
        If the run keeps no posterior, it is not the one that the run was made with, or it cannot be read.
    InputError
        If it is no regular file.
    """
    import xarray as xr

    from ..inference.tree.files import FAULTS

    path = run.folder / POSTERIOR
    try:
        check_regular(path, "a posterior")
        changed = run.manifest.files.get(POSTERIOR) not in (None, file_hash(path))
    except FileNotFoundError:
        raise BrokenRunError(f"{path}: no such file; the run was made without its posterior") from None
    except OSError as error:
        raise BrokenRunError(f"{path}: cannot be read ({reason_of(error)})") from None
    if changed:  # HDF5 may never be done with a damaged file
        raise BrokenRunError(f"{path}: is not the file that the run was made with")
    try:
        with xr.open_dataset(path, group="posterior", engine="h5netcdf") as group:
            ready = group["ready"].transpose("chain", "draw").values
    except FileNotFoundError:
        raise BrokenRunError(f"{path}: no such file; it is gone since") from None
    except FAULTS as error:
        raise BrokenRunError(f"{path}: cannot be read ({type(error).__name__})") from None
    return np.ascontiguousarray(ready.ravel(), dtype=float), int(ready.shape[0])
