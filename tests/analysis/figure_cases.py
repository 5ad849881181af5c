"""Every figure of one forecast, and where the texts on a figure stand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from catchup.analysis.inference.forecast import Forecast, forecast_prior
from catchup.analysis.inference.forecast import forecast as sum_up
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import (
    draw_cumulative,
    draw_gate,
    draw_levers,
    draw_mythos_compute,
    draw_one_at_a_time,
    draw_pools,
    draw_regimes,
    draw_worlds,
)
from catchup.analysis.presentation.figures.style import TELEPHONE, WIDTH
from catchup.analysis.studies.counterfactuals import Comparison, levers, regimes
from catchup.analysis.studies.movement import Movement, moved_apart
from catchup.analysis.studies.sensitivity.one_at_a_time import one_at_a_time
from catchup.analysis.studies.sensitivity.study import Sensitivity
from catchup.analysis.studies.trajectories import Trajectories, race_trajectories
from catchup.analysis.studies.worlds import Worlds, worlds

WIDE, NARROW = WIDTH, TELEPHONE  # inches
SLACK = 0.5  # pixels by which boxes may touch


class Results:
    """All that figures are drawn from, each worked out when the first figure asks for it."""

    def __init__(self, question: Question) -> None:
        self._question, self._drawn = question, prior_of(question)

    @cached_property
    def forecast(self) -> Forecast:
        return sum_up(self._drawn)

    @cached_property
    def prior(self) -> Forecast:
        return forecast_prior(replace(self._question, seed=self._question.seed + 1))

    @cached_property
    def moved(self) -> Movement:
        return moved_apart((), self.forecast.ready, self._drawn.ready)

    @cached_property
    def events(self) -> tuple[Forecast, ...]:
        others = (event for event in self._question.assumptions.events if event != self._question.event)
        return tuple(forecast_prior(replace(self._question, event=event)) for event in others)

    @cached_property
    def paths(self) -> Trajectories:
        return race_trajectories(self._drawn)

    @cached_property
    def levers(self) -> Comparison:
        return levers(self._drawn)

    @cached_property
    def regimes(self) -> Comparison:
        return regimes(self._drawn)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        return Sensitivity(self._drawn.origin, one_at_a_time(self._drawn), (), "", ())

    @cached_property
    def worlds(self) -> Worlds:
        return worlds(self._drawn)


def drawings(results: Results) -> dict[str, Callable[[float], Figure]]:
    """Every figure by name, drawn at a width in inches."""
    return {
        "cumulative": lambda width: draw_cumulative(results.forecast, width=width),
        "cumulative-prior": lambda width: draw_cumulative(
            results.forecast, prior=results.prior, moved=results.moved, width=width
        ),
        "cumulative-events": lambda width: draw_cumulative(results.forecast, events=results.events, width=width),
        "gate": lambda width: draw_gate(results.paths, width=width),
        "levers": lambda width: draw_levers(results.levers, width=width),
        "regimes": lambda width: draw_regimes(results.regimes, width=width),
        "one-at-a-time": lambda width: draw_one_at_a_time(results.sensitivity, width=width),
        "mythos-compute": lambda width: draw_mythos_compute(results.forecast, width=width),
        "mythos-compute-prior": lambda width: draw_mythos_compute(results.forecast, prior=results.prior, width=width),
        "pools": lambda width: draw_pools(results.paths, width=width),
        "worlds": lambda width: draw_worlds(results.worlds, width=width),
    }


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every visible text of a figure and the box it takes, in pixels, once the figure is laid out."""
    figure.draw_without_rendering()
    found = []
    for text in _shown(figure):
        box = text.get_window_extent()
        if text.get_text().strip() and box.width > 0.0:
            found.append((text.get_text(), box))
    return found


def _shown(figure: Figure) -> Iterator[Text]:
    """Texts that are drawn: matplotlib keeps others in store, and ticks beyond an axis's limits."""
    yield from figure.texts
    for axes in figure.axes:
        yield from axes.texts
        yield from (axes.xaxis.label, axes.yaxis.label, axes.title)
        legend = axes.get_legend()
        yield from legend.get_texts() if legend else ()
        for axis, limits in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if limits[0] <= tick.get_loc() <= limits[1]:
                    yield from (label for label in (tick.label1, tick.label2) if label.get_visible())


def faults(figure: Figure) -> list[str]:
    """Texts that cover one another or reach beyond the figure."""
    found = texts(figure)
    width, height = figure.get_size_inches() * figure.dpi
    boxes = [(text, box.padded(-SLACK)) for text, box in found]
    covered = [f"{one!r} over {other!r}" for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]
    beyond = [f"{text!r} cut off" for text, b in boxes if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    return covered + beyond


def lightness(colour: str) -> float:
    """CIE L* of an sRGB colour, 0 to 100: what is left of it in greyscale."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116.0 * luminance ** (1 / 3) - 16.0 if luminance > 0.008856 else 903.3 * luminance
