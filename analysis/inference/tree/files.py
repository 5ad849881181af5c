"""Result trees on disk, as NetCDF or Zarr: whole files or none."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import xarray as xr

from ....priors.arguments import refuse_others
from ....priors.errors import InputError, MissingFileError, unknown_name
from ....priors.files import ATTEMPTS, check_file, replacing, write_bytes
from ....priors.regular_files import check_regular
from .schema import check_tree

FAULTS = (OSError, ValueError, LookupError, ArithmeticError, AttributeError, RuntimeError, TypeError)
"""What a file that is no tree, or a damaged one, brings up in xarray and what it reads with."""
ENGINES = {".nc": "h5netcdf", ".netcdf": "h5netcdf", ".h5": "h5netcdf", ".zarr": "zarr"}


def save_tree(tree: xr.DataTree, path: str | Path, *, key: str | None = None) -> Path:
    """Save a tree; what was there is replaced when the new one is complete.

    Parameters
    ----------
    tree : xarray.DataTree
        From `result_tree`; of another sampler's, `catchup.forecast` takes the path.
    path : str or Path
        Where to; NetCDF (``.nc``) or Zarr (``.zarr``, a folder) by its suffix.
    key : str, optional
        The option that named the path, for messages.

    Raises
    ------
    InputError
        As `check_tree_path`, or if it is no tree of groups or cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, result_tree, save_tree
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> with TemporaryDirectory() as folder:
    ...     save_tree(result_tree(prior, draws=100), Path(folder) / "prior.nc").name
    ...
    'prior.nc'
    """
    refuse_others("tree", tree, xr.DataTree, "a tree (result_tree returns one)")
    if not tree.children:
        raise InputError("a tree with groups was expected, not one of them", key="tree")
    path = check_tree_path(path, key=key)
    if _engine(path) == "zarr":
        with replacing(path, key=key) as unfinished:
            # the format's second version: the third has no settled way to write text yet
            tree.to_zarr(unfinished, zarr_format=2, consolidated=True)
        return path
    # in memory first: HDF5 brings the process down where its disk is full
    buffer = io.BytesIO()
    tree.to_netcdf(buffer, engine="h5netcdf")
    return write_bytes(path, buffer.getvalue(), key=key)


def load_tree(path: str | Path) -> xr.DataTree:
    """Read a tree into memory and check it.

    Raises
    ------
    InputError
        As `read_tree`, or if it departs from the schema, with all the ways in which it does.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from datetime import date
    >>> from catchup.analysis import Question, load_tree, prior_of, result_tree, save_tree
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> with TemporaryDirectory() as folder:
    ...     load_tree(save_tree(result_tree(prior, draws=100), Path(folder) / "prior.nc")).attrs["engine"]
    ...
    'forward'
    """
    return check_tree(read_tree(path), file=path)


def read_tree(path: str | Path) -> xr.DataTree:
    """Read whatever tree into memory, another sampler's too.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = Path(path)
    engine = _engine(path)
    check_regular(path, "a result tree")
    try:
        return _read(path, engine)
    except FAULTS as error:
        if isinstance(error, FileNotFoundError) and not path.exists():  # of an empty folder zarr says the same
            raise MissingFileError("no such file", file=path) from None
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise InputError(f"cannot be read as a result tree ({reason})", file=path) from None


def _read(path: Path, engine: str) -> xr.DataTree:
    """Read into memory; once more if another took the tree's place meanwhile, lest parts of two folders be mixed."""
    for _ in range(ATTEMPTS):
        begun = os.stat(path)
        try:
            with xr.open_datatree(path, engine=engine) as opened:
                tree = opened.load()
        except FAULTS:
            if os.path.samestat(begun, os.stat(path)):
                raise
        else:
            if os.path.samestat(begun, os.stat(path)):
                return tree
    raise OSError(errno.EBUSY, "is replaced by others all the time")


def check_tree_path(path: str | Path, *, key: str | None = None) -> Path:
    """Check, before any work is done, that a tree could be saved to a path.

    Raises
    ------
    InputError
        If its suffix is unknown, or its folder is missing or cannot be written into.
    """
    path = Path(path)
    return check_file(path, folder=_engine(path, key) == "zarr", key=key)


def _engine(path: Path, key: str | None = None) -> str:
    suffix = path.suffix.lower()
    if suffix not in ENGINES:
        raise unknown_name("kind of file", suffix, ENGINES, file=path, key=key)
    return ENGINES[suffix]
