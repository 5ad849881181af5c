"""Result trees on disk, as NetCDF or Zarr: whole files or none."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import xarray as xr

from ....priors.errors import InputError, unknown_name
from .schema import check_tree

ENGINES = {".nc": "h5netcdf", ".netcdf": "h5netcdf", ".h5": "h5netcdf", ".zarr": "zarr"}


def save_tree(tree: xr.DataTree, path: str | Path, *, key: str | None = None) -> Path:
    """Save a tree; what was there is replaced when the new one is complete.

    Parameters
    ----------
    tree : xarray.DataTree
        From `result_tree`.
    path : str or Path
        Where to; NetCDF (``.nc``) or Zarr (``.zarr``, a folder) by its suffix.
    key : str, optional
        The option that named the path, for messages.

    Raises
    ------
    InputError
        As `check_tree_path`, or if it cannot be written.
    """
    path = check_tree_path(path, key=key)
    unfinished, old = (path.with_name(f".{path.name}.{os.getpid()}.{word}") for word in ("part", "old"))
    try:
        if _engine(path) == "zarr":
            # the format's second version: the third has no settled way to write text yet
            tree.to_zarr(unfinished, zarr_format=2, consolidated=True)
            if path.exists():
                path.replace(old)
        else:
            tree.to_netcdf(unfinished, engine="h5netcdf")
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {(error.strerror or str(error)).lower()}", file=path, key=key) from None
    finally:
        for leftover in (unfinished, old):
            _remove(leftover)
    return path


def load_tree(path: str | Path) -> xr.DataTree:
    """Read a tree into memory and check it.

    Raises
    ------
    InputError
        If it cannot be read, or departs from the schema, with all the ways in which it does.
    """
    path = Path(path)
    engine = _engine(path)
    if not path.exists():
        raise InputError("no such file", file=path)
    try:
        with xr.open_datatree(path, engine=engine) as opened:
            tree = opened.load()
    except (OSError, ValueError, KeyError) as error:
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise InputError(f"cannot be read as a result tree ({reason})", file=path) from None
    return check_tree(tree, file=path)


def check_tree_path(path: str | Path, *, key: str | None = None) -> Path:
    """Check, before any work is done, that a tree could be saved to a path.

    Raises
    ------
    InputError
        If its suffix is unknown, or its folder is missing or cannot be written into.
    """
    path = Path(path)
    zarr = _engine(path, key) == "zarr"
    if not path.parent.is_dir():
        raise InputError(f"there is no folder '{path.parent}'", file=path, key=key)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError(f"folder '{path.parent}' cannot be written into", file=path, key=key)
    if path.exists() and path.is_dir() != zarr:
        found, wanted = ("folder", "file") if path.is_dir() else ("file", "folder")
        raise InputError(f"is a {found}; a {wanted}, or nothing, was expected", file=path, key=key)
    return path


def _engine(path: Path, key: str | None = None) -> str:
    suffix = path.suffix.lower()
    if suffix not in ENGINES:
        raise unknown_name("kind of file", suffix, ENGINES, file=path, key=key)
    return ENGINES[suffix]


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
