"""What a mechanism is: a formula over an array namespace, and the quantities that it draws on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar


class Mechanism(ABC):
    """A part of the race that can work in more than one way.

    Attributes
    ----------
    kind : str
        What it decides: ``progress`` or ``arrivals``.
    name : str
        As ``[mechanism]`` of an overlay has it.
    quantities : tuple of str
        Quantities that it draws on, beside those that every mechanism of its kind is given.
    rows : mapping of str to mapping
        Rows of those quantities as an overlay has them (``[quantity.NAME]``), laid under the overlays wherever the
        mechanism is chosen. A quantity that has none must be one of the model's own.
    example : mapping of str to float
        A value for each of the quantities, to try the formula on when it is registered.
    """

    kind: ClassVar[str]
    name: ClassVar[str]
    quantities: ClassVar[tuple[str, ...]] = ()
    rows: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    example: ClassVar[Mapping[str, float]] = {}

    def __eq__(self, other: object) -> bool:
        """Whether it is the same mechanism, in whatever process it was made."""
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class Progress(Mechanism):
    """How the requirement falls: derive from it for a way of your own, and register that by `register_mechanism`.

    Attributes
    ----------
    kind : str
        ``progress``.
    name, quantities, rows, example
        As of every mechanism.

    Examples
    --------
    Progress that ends after some months:

    >>> from catchup.model import Progress
    >>> class Ending(Progress):
    ...     name = "ending"
    ...     quantities = ("progress_months",)
    ...     example = {"progress_months": 24.0}
    ...
    ...     def log_progress(self, xp, t, pace, values):
    ...         return pace * xp.minimum(t, values["progress_months"])
    >>> import numpy as np
    >>> Ending().log_progress(np, np.array([12.0, 60.0]), 0.1, {"progress_months": 24.0})
    array([1.2, 2.4])
    """

    kind: ClassVar[str] = "progress"

    @abstractmethod
    def log_progress(self, xp: Any, t: Any, pace: Any, values: Mapping[str, Any]) -> Any:
        r"""Return the logarithm by which the requirement has fallen, :math:`\Lambda(t)`.

        Parameters
        ----------
        xp : module
            ``numpy`` or ``pytensor.tensor``.
        t : (draw,)
            Months since t = 0, not negative: before then progress is at `pace`.
        pace : (draw,)
            Rate at t = 0, natural logarithm per month.
        values : mapping of str to (draw,)
            Of `quantities`.

        Returns
        -------
        (draw,)
            0 at t = 0, and never falling.
        """


class Arrivals(Mechanism):
    """How a source's stock arrives: derive from it for a way of your own, and register that by `register_mechanism`.

    Attributes
    ----------
    kind : str
        ``arrivals``.
    name, quantities, rows, example
        As of every mechanism.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import Arrivals, register_mechanism
    >>> @register_mechanism
    ... class AtTheEnd(Arrivals):
    ...     name = "at-the-end"
    ...
    ...     def months_arrived(self, xp, t, start, length, values):
    ...         return xp.where(t < start + length, 0.0, length)
    >>> AtTheEnd().months_arrived(np, np.array([6.0, 18.0]), 2.0, 12.0, {})
    array([ 0., 12.])
    """

    kind: ClassVar[str] = "arrivals"

    @abstractmethod
    def months_arrived(self, xp: Any, t: Any, start: Any, length: Any, values: Mapping[str, Any]) -> Any:
        """Return how many months' worth of the source's mean rate has arrived by a time.

        Parameters
        ----------
        xp : module
            ``numpy`` or ``pytensor.tensor``.
        t : (draw,)
            Months since t = 0.
        start, length : (draw,)
            Month in which arrivals begin, and months that they last.
        values : mapping of str to (draw,)
            Of `quantities`.

        Returns
        -------
        (draw,)
            0 until `start`, `length` from ``start + length`` on, and never falling.
        """
