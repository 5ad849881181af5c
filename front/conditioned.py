"""The conditioned model as one object: question, priors and evidence, whatever samples it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .analysis.inference.question import DEFAULT_DRAWS, LARGEST_SEED, Question
from .evidence.latents import with_latents
from .evidence.schema import Item, item_from_table
from .model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions
from .model.calendar import day_of
from .priors.arguments import listed, refuse_others
from .priors.clock import today
from .priors.errors import InputError

if TYPE_CHECKING:
    import xarray as xr
    from pymc import Model as PyMCModel

    from .analysis.inference.posterior import Posterior
    from .evidence.selection import Selection
    from .priors.layers import Layer

PYTHON = "add"  # how messages name a table that was given for it


class Model:
    """A question, what is believed before any leak, and the leaks that it is to be answered on.

    Parameters
    ----------
    as_of : date, datetime or str, optional
        The day it is asked, as ISO text if it is text, NumPy's days too; today by default. Evidence known later is
        not used.
    evidence : str or iterable of str
        ``default``, ``none`` or ids of items: separated by commas, or a list.
    priors : mapping of str to distribution, optional
        What is believed of quantities instead: families of this project, PreliZ, SciPy or PyMC distributions, draws or
        numbers. What says more than a distribution is a row, and stands in `overlays`.
    model : str
        ``current``, the world as it stands, or ``article``, the published model.
    event : str
        Which reading of a model like Mythos.
    overlays : iterable of str, Path or Layer
        Overlays on the priors: files, names of those that come with the project, or tables as a file has them
        (`catchup.priors.Layer`), for new quantities, shares of one whole and correlations.
    fixed : mapping of str to float, optional
        Quantities held at a value.
    ledger : str or Path, optional
        Folder of items instead of the project's own.
    add : iterable of str, Path, Item or mapping
        Further items: their files, what `item_from_table` returns, or tables as it takes them.
    launch_grid : float, optional
        Months between possible launches; any moment by default.
    mechanisms : mapping of str to str or type, optional
        How the requirement falls (``progress``: ``constant``, ``slowing``, ``experiment-bound``, ``moving-target``) and
        how stock arrives (``arrivals``: ``linear``, ``logistic``): names, or classes that `register_mechanism` has
        taken.

    Raises
    ------
    InputError
        A `ValueError`: if a day, a name, a file or the evidence cannot be used.

    Examples
    --------
    >>> import catchup
    >>> model = catchup.Model(as_of="2026-11-26", evidence="eci-lag")
    >>> [item.id for item in model.items], model.question().as_of.isoformat()
    (['eci-lag'], '2026-11-26')
    """

    def __init__(
        self,
        as_of: date | datetime | str | None = None,
        *,
        evidence: str | Iterable[str] = "default",
        priors: Mapping[str, Any] | None = None,
        model: str = "current",
        event: str = DEFAULT_EVENT,
        overlays: Iterable[str | Path | Layer] = (),
        fixed: Mapping[str, float] | None = None,
        ledger: str | Path | None = None,
        add: Iterable[str | Path | Item | Mapping[str, Any]] = (),
        launch_grid: float | None = None,
        mechanisms: Mapping[str, Any] | None = None,
    ) -> None:
        from .analysis.inference.request import choose_evidence, counts_nothing

        self._as_of = today() if as_of is None else day_of(as_of, "as_of")
        added = [_item(each) for each in listed("add", add, "files, items or tables", (str, Path, Item, Mapping))]
        if not isinstance(evidence, str):
            evidence = ",".join(listed("evidence", evidence, "ids of items"))
        self._event, self._launch_grid = event, launch_grid
        self._before = load_assumptions(overlays, fixed, model=model, priors=priors, mechanisms=mechanisms)
        asked = self._question(self._before, DEFAULT_DRAWS, 1)  # refuses what cannot be asked
        self._selection = choose_evidence(asked, evidence, ledger, added)
        self._counts_nothing = counts_nothing(evidence, added)

    @property
    def selection(self) -> Selection:
        """Items counted, held out and set aside."""
        return self._selection

    @property
    def items(self) -> tuple[Item, ...]:
        """Items counted."""
        return tuple(self.selection.counted)

    @cached_property
    def assumptions(self) -> Assumptions:
        """Priors, race and events, with the quantities that the items have of their own."""
        return with_latents(self._before, self.items)

    def question(self, draws: int = DEFAULT_DRAWS, random_seed: int | np.random.Generator = 1) -> Question:
        """Return what is asked, of so many draws.

        Raises
        ------
        InputError
            If the event, the day, the draws or the seed cannot be used.

        Examples
        --------
        >>> import catchup
        >>> question = catchup.Model(as_of="2026-11-26", evidence="none").question(draws=10_000, random_seed=7)
        >>> question.event, question.draws, question.seed
        ('compute-equivalent', 10000, 7)
        """
        return self._question(self.assumptions, draws, seed_of(random_seed))

    def pymc(self, structure: str | None = None) -> PyMCModel:
        """Return the conditioned ``pymc.Model``: consistent in event, day and the items' quantities.

        Every named variable is threaded through, so that ``pm.do`` on any of them moves all that follows, and so does
        ``pm.observe`` of a quantity; what follows from others cannot be observed, which its log density says.

        Parameters
        ----------
        structure : str, optional
            A structure in place of the race (``compute-gate``), on those of the items that count for it: one that is
            registered, or a trend, as `structures` names it (``trend-constant-lag``).

        Raises
        ------
        InputError
            If there is no such structure, or it is no PyMC model.

        Examples
        --------
        >>> import catchup
        >>> built = catchup.Model(as_of="2026-11-26", evidence="eci-lag", model="article").pymc()
        >>> type(built).__name__, [variable.name for variable in built.observed_RVs]
        ('Model', ['observation'])
        """
        if structure is not None:
            refuse_others("structure", structure, str, "the name of a structure")
            from .analysis.studies.other_structures import build_structure_posterior
            from .analysis.studies.structure_registry import COMPUTE

            if structure != COMPUTE:
                return build_structure_posterior(self.question(), structure, self.items)
        from .analysis.inference.nuts import build_posterior_model

        return build_posterior_model(self.question(), self.items)

    def posterior(
        self, engine: str = "auto", *, draws: int = DEFAULT_DRAWS, random_seed: int | np.random.Generator = 1
    ) -> Posterior:
        """Draw from the posterior; from the prior, where no item is asked for.

        Parameters
        ----------
        engine : str
            ``auto``, ``importance`` or ``nuts``.
        draws : int
            How many.
        random_seed : int or numpy.random.Generator
            Seed of the random numbers.

        Raises
        ------
        UntrustworthyError
            If the draws cannot be trusted.

        Examples
        --------
        >>> import catchup
        >>> model = catchup.Model(as_of="2026-11-26", evidence="eci-lag", model="article")
        >>> drawn = model.posterior("importance", draws=20_000)
        >>> 6 < drawn.ready.quantile(0.5).value < 14
        True
        """
        from .analysis.inference.request import posterior_on

        question = self._question(self._before, draws, seed_of(random_seed))
        return posterior_on(question, lambda: self.selection, engine, counts_nothing=self._counts_nothing)

    def fit(
        self, engine: str = "auto", *, draws: int = DEFAULT_DRAWS, random_seed: int | np.random.Generator = 1
    ) -> xr.DataTree:
        """Draw from the posterior into an ArviZ tree.

        Parameters
        ----------
        engine, draws, random_seed
            As of `posterior`.

        Returns
        -------
        xarray.DataTree
            With a group ``posterior``, where an item is asked for, and a group ``prior``.

        Raises
        ------
        UntrustworthyError
            If the draws cannot be trusted.

        Examples
        --------
        >>> import catchup
        >>> tree = catchup.Model(as_of="2026-11-26", evidence="none", model="article").fit(draws=4_000)
        >>> "posterior" in tree.children, float(tree["prior"]["china_stock"].median()) > 1e6
        (False, True)
        """
        from .analysis.inference.tree.result_tree import result_tree

        return result_tree(self.posterior(engine, draws=draws, random_seed=random_seed))

    def _question(self, assumptions: Assumptions, draws: int, seed: int) -> Question:
        return Question(
            assumptions, self._as_of, event=self._event, draws=draws, seed=seed, launch_grid=self._launch_grid
        )

    def __repr__(self) -> str:
        counted = ", ".join(item.id for item in self.items)
        return f"Model(as_of={self._as_of}, model={self._before.model}, event={self._event}, evidence: {counted})"


def _item(added: Any) -> Any:
    """What is added, as an item where it is a table."""
    return item_from_table(added, file=PYTHON) if isinstance(added, Mapping) else added


def seed_of(random_seed: int | np.random.Generator) -> int:
    """Return a seed; a generator gives its next number."""
    if isinstance(random_seed, np.random.Generator):
        return int(random_seed.integers(2**32))
    refuse_others("random_seed", random_seed, (int, np.integer), "a whole number or a numpy.random.Generator")
    if not 0 <= random_seed <= LARGEST_SEED:
        raise InputError(f"a whole number from 0 to {LARGEST_SEED} was expected, not {random_seed}", key="random_seed")
    return int(random_seed)
