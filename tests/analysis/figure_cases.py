"""Every figure of one forecast, and where the texts on a figure stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from catchup.analysis.studies.counterfactuals import Comparison, levers, regimes
from catchup.analysis.studies.sensitivity.one_at_a_time import one_at_a_time
from catchup.analysis.studies.sensitivity.study import Sensitivity
from catchup.analysis.studies.trajectories import Trajectories, race_trajectories
from catchup.analysis.studies.worlds import Worlds, worlds

WIDE, NARROW = 7.2, 4.2  # inches
SLACK = 0.5  # pixels by which boxes may touch


@dataclass(frozen=True)
class Results:
    """All that figures are drawn from."""

    forecast: Forecast
    prior: Forecast
    events: tuple[Forecast, ...]
    paths: Trajectories
    levers: Comparison
    regimes: Comparison
    sensitivity: Sensitivity
    worlds: Worlds


def results_of(question: Question) -> Results:
    drawn = prior_of(question)
    return Results(
        forecast=sum_up(drawn),
        prior=forecast_prior(replace(question, seed=question.seed + 1)),
        events=tuple(
            forecast_prior(asked)
            for event in question.assumptions.events
            if (asked := replace(question, event=event)).event != question.event
        ),
        paths=race_trajectories(drawn),
        levers=levers(drawn),
        regimes=regimes(drawn),
        sensitivity=Sensitivity(drawn.origin, one_at_a_time(drawn), (), "", ()),
        worlds=worlds(drawn),
    )


def drawings(results: Results) -> dict[str, Callable[[float], Figure]]:
    """Every figure by name, drawn at a width in inches."""
    forecast, prior, events = results.forecast, results.prior, results.events
    return {
        "cumulative": lambda width: draw_cumulative(forecast, width=width),
        "cumulative-prior": lambda width: draw_cumulative(forecast, prior=prior, width=width),
        "cumulative-events": lambda width: draw_cumulative(forecast, events=events, width=width),
        "gate": lambda width: draw_gate(results.paths, width=width),
        "levers": lambda width: draw_levers(results.levers, width=width),
        "regimes": lambda width: draw_regimes(results.regimes, width=width),
        "one-at-a-time": lambda width: draw_one_at_a_time(results.sensitivity, width=width),
        "mythos-compute": lambda width: draw_mythos_compute(forecast, width=width),
        "mythos-compute-prior": lambda width: draw_mythos_compute(forecast, prior=prior, width=width),
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
