"""The question, and probabilities in running text."""

from __future__ import annotations

QUESTION = "When will a Chinese lab have a fully developed model like Claude Mythos?"  # that the project is about
ROUNDED = 1e-12  # by which a sum of weights may miss 0 or 1
IN_WHOLE_PERCENT = 0.01  # from which on whole percent say enough


def chance_text(value: float) -> str:
    """Write a probability; one that draws hardly ever met is only said to be small.

    Examples
    --------
    >>> chance_text(0.0004), chance_text(0.25), chance_text(1.0)
    ('below 0.1%', '25.0%', '100%')
    """
    if ROUNDED < value < 1.0 - ROUNDED:
        return "below 0.1%" if value < 1e-3 else "above 99.9%" if value > 1.0 - 1e-3 else f"{value:.1%}"
    return f"{value:.0%}"


def share_text(value: float) -> str:
    """Write a probability in whole percent, and near its ends as `chance_text` does.

    Examples
    --------
    >>> share_text(0.0004), share_text(0.004), share_text(0.25)
    ('below 0.1%', '0.4%', '25%')
    """
    return f"{value:.0%}" if IN_WHOLE_PERCENT <= value <= 1.0 - IN_WHOLE_PERCENT else chance_text(value)
