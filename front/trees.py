"""From a tree of draws, however they were sampled, to a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .analysis.inference.forecast import Forecast
from .analysis.inference.forecast import forecast as forecast_of
from .priors.arguments import refuse_others
from .priors.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from .analysis.studies.comparison import ModelComparison
    from .conditioned import Model


def forecast(tree: xr.DataTree | str | Path, model: Model) -> Forecast:
    """Sum draws up into a forecast.

    Parameters
    ----------
    tree : xarray.DataTree or path
        With a group ``posterior`` of every quantity of `model`: from `Model.fit`, from ``pymc.sample``, nutpie or
        another sampler on `Model.pymc`, or the path of one that was saved, by ``to_netcdf`` too. Of a model that counts
        no evidence, `Model.fit` has the group ``prior`` alone, which serves.
    model : Model
        The model that was sampled.

    Returns
    -------
    Forecast
        With the diagnostics of the chains; whether they can be trusted is for the reader to say.

    Raises
    ------
    InputError
        If the tree has no posterior, lacks a quantity, or holds priors or dates of another question, event or day.

    Examples
    --------
    >>> import catchup
    >>> model = catchup.Model(as_of="2026-11-26", evidence="eci-lag", model="article")
    >>> found = catchup.forecast(model.fit(draws=20_000), model)
    >>> 6 < found.ready.quantile(0.5).value < 14
    True
    """
    from .analysis.inference.tree.sampled import posterior_of_tree
    from .conditioned import Model

    refuse_others("model", model, Model, "a catchup.Model")
    return forecast_of(posterior_of_tree(_read(tree), model.question(), model.selection))


def load(path: str | Path) -> xr.DataTree:
    """Read a tree that was saved by ``catchup forecast --save`` or kept by a run.

    Raises
    ------
    InputError
        If it cannot be read, or is no such tree (`forecast` takes the path of another sampler's); of a run's folder,
        naming the file in it that is one.

    Examples
    --------
    >>> import catchup
    >>> from catchup.analysis import save_tree
    >>> tree = catchup.Model(as_of="2026-11-26", evidence="none", model="article").fit(draws=4_000)
    >>> found = catchup.load(save_tree(tree, "mythos.nc"))
    >>> bool((found["prior"]["china_stock"] == tree["prior"]["china_stock"]).all())
    True
    """
    from .analysis.inference.tree.files import load_tree

    refuse_others("path", path, (str, Path), "the path of a file")
    _refuse_run(Path(path))
    return load_tree(path)


def _refuse_run(folder: Path) -> None:
    """Refuse a run's folder, in which the tree is one file of several."""
    from .analysis.archive.manifest import MANIFEST
    from .analysis.archive.reading import POSTERIOR

    if (folder / MANIFEST).is_file():
        kept = (folder / POSTERIOR).exists()
        wanted = f"give its {POSTERIOR}" if kept else "it holds no draws, being brief or of the prior alone"
        raise InputError(f"is the folder of a run: {wanted}", file=folder)


def compare(models: Mapping[str, Any]) -> ModelComparison:
    """Compare models by how well each predicts items that it was not shown.

    Parameters
    ----------
    models : mapping of str to xarray.DataTree, path or arviz_stats.ELPDData
        By name. A tree from `Model.fit`, or from any sampler once ``pymc.compute_log_likelihood`` has added the log
        likelihood; the path of one that was saved; or a result of ``az.loo(..., pointwise=True)``.

    Returns
    -------
    ModelComparison
        Of the items that all of them have seen, each given the others: ELPD, its difference from the best model's and
        that difference's standard error, and the largest k-hat, best first. Weights of stacking are withheld where
        fewer than ten items speak or k-hat is too large, with the reason.

    Raises
    ------
    InputError
        If a file cannot be read, there are fewer than two models, one has no pointwise log likelihood, no item is
        common to all, or two were asked of another event or day, or saw other data under one name: a silence, too, that
        `article` reads to the day of the question and `current` through the last confirmation.

    Warns
    -----
    UserWarning
        If k-hat says that leaving items out of a model cannot be trusted.

    Examples
    --------
    >>> import catchup
    >>> asked = {"as_of": "2026-11-26", "evidence": "eci-lag,microsoft-slide"}
    >>> found = catchup.compare(
    ...     {name: catchup.Model(model=name, **asked).fit(draws=20_000) for name in ("article", "current")}
    ... )
    >>> found.items
    ('eci-lag', 'microsoft-slide')
    >>> print(found.weights, found.reason)
    None 2 items speak, at least 10 are wanted
    """
    from .analysis.studies.comparison import compare as compare_trees

    if not isinstance(models, Mapping):
        raise InputError(f"a mapping from names to trees was expected, not {type(models).__name__}", key="models")
    return compare_trees({name: _read(model) for name, model in models.items()})


def _read(given: Any) -> Any:
    """A tree, read where its path was given; of another sampler's no more is asked than where it is given itself."""
    if not isinstance(given, str | Path):
        return given
    from .analysis.inference.tree.files import read_tree
    from .analysis.inference.tree.schema import check_tree

    _refuse_run(Path(given))
    tree = read_tree(given)
    return check_tree(tree, file=given) if "tree_schema" in tree.attrs else tree
