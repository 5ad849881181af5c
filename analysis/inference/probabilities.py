"""Sets of probabilities whose quantiles or intervals are told, each named once."""

from __future__ import annotations

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of whatever is told whole."""
HEADLINE = (0.05, 0.5, 0.95)
"""The median, and the ends of the central interval of 90%."""
ENDS = (0.05, 0.95)
"""The ends alone."""
QUARTILES = (0.25, 0.75)
"""What stands beside the headline where there is room."""
DELAYED = (0.5, 0.75, 0.95)
"""Of what policies delay: the median, and later."""
SHIFTED = (0.5, 0.95)
"""Of shifts, where there is room for two."""
BRIDGED = (0.05, 0.5, 0.75, 0.95)
"""Of the way from one model to the other."""
INTERVALS = (0.5, 0.9)
"""Of central intervals, by what they hold: those whose coverage is counted."""
