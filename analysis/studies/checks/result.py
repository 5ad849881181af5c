"""What every check returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "warn", "fail", "not applicable"]


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome.

    Attributes
    ----------
    id, title : str
        Which check.
    verdict : str
        ``pass``; ``warn``, to be looked into; ``fail``, the answer should not be trusted; ``not applicable``,
        there was nothing to check.
    figure, threshold : float or None
        What was measured, and what it was held against; None where a check has no figure.
    detail : str
        What the figure says.
    advice : str
        What to try, where the verdict is not ``pass``.
    mcse : float or None
        Monte Carlo standard error of the figure, where it has one.
    at_least : bool
        Whether the figure is to be at least the threshold, instead of at most.
    resolution : float or None
        The least figure above 0 that the draws can tell, where it is counted in them.

    Examples
    --------
    >>> from catchup.analysis import CheckResult
    >>> result = CheckResult("khat", "Pareto shape", "pass", figure=0.3, threshold=0.7, detail="the weights are good")
    >>> result.figure < result.threshold
    True
    """

    id: str
    title: str
    verdict: Verdict
    figure: float | None
    threshold: float | None
    detail: str
    advice: str = ""
    mcse: float | None = None
    resolution: float | None = None
    at_least: bool = False


def judge_above(figure: float, warn: float, fail: float) -> Verdict:
    """Judge a figure that is better the smaller it is; undefined figures fail."""
    return "pass" if figure <= warn else "warn" if figure <= fail else "fail"


def judge_below(figure: float, warn: float, fail: float) -> Verdict:
    """Judge a figure that is better the larger it is; undefined figures fail."""
    return "pass" if figure >= warn else "warn" if figure >= fail else "fail"


def trustworthy(results: Sequence[CheckResult]) -> bool:
    """Whether no check failed."""
    return all(result.verdict != "fail" for result in results)
