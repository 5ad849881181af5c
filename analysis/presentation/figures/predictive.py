"""Every observation against what the prior and the posterior predict of it, one small panel each."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...studies.checks.predictions import IMPOSSIBLE, SURPRISING, Prediction
from ...studies.checks.study import Checks
from .densities import density
from .style import INK, MUTED, WIDTH, frame, house_style, new_figure, series, wrap
from .wording import source_line

COLUMNS = 4
PANEL_HEIGHT = 1.25  # inches
SMALL = 6.5  # points
CURVES = 0.68  # of a panel's height; what is above holds the p-values
LOOKS = {"prior": 1, "posterior": 0}  # which series stands for which stage
ROLES = {"likelihood": "counted", "check": "held out", "prior": "set a prior"}


@house_style()
def draw_predictive(checks: Checks, *, width: float = WIDTH) -> Figure:
    """Draw every item's observation over what was predicted of it.

    Parameters
    ----------
    checks : Checks
        From `check`.
    width : float
        Inches.
    """
    by_item: dict[str, list[Prediction]] = {}
    for prediction in checks.predictions:
        by_item.setdefault(prediction.item.id, []).append(prediction)
    rows = -(-len(by_item) // COLUMNS)
    figure = new_figure(width, PANEL_HEIGHT * max(rows, 1))
    panels = figure.subplots(max(rows, 1), COLUMNS, squeeze=False).ravel()
    for axes, predictions in zip(panels, by_item.values(), strict=False):
        _draw_panel(figure, axes, predictions, width / COLUMNS)
    for axes in panels[len(by_item) :]:
        axes.set_axis_off()
    frame(
        figure,
        _finding(checks),
        _subtitle(),
        source_line(checks.origin),
    )
    return figure


def _draw_panel(figure: Figure, axes: Axes, predictions: Sequence[Prediction], width: float) -> None:
    item = predictions[0].item
    name = wrap(figure, item.id.replace("-", " "), SMALL, width - 0.3)
    axes.set_title(f"{name}\n({ROLES[item.text.role]})", fontsize=SMALL, color=INK, loc="left", pad=3)
    if predictions[0].discrete:
        _draw_chances(axes, predictions)
    else:
        _draw_densities(axes, predictions)
    axes.tick_params(labelsize=SMALL, length=2)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    for position, row in enumerate(predictions):
        axes.annotate(
            f"{row.stage} p {_brief(row.probability.value)}",
            (1.0, 0.98 - 0.16 * position),
            xycoords="axes fraction",
            ha="right",
            va="top",
            fontsize=SMALL - 0.5,
            color=series(LOOKS[row.stage]).colour,
        )


def _draw_densities(axes: Axes, predictions: Sequence[Prediction]) -> None:
    for row in predictions:
        estimated = density(row.predicted)
        if estimated is None:
            continue
        look = series(LOOKS[row.stage])
        points, heights = estimated
        axes.plot(points, heights, color=look.colour, linestyle=look.line, linewidth=1.0)
        if row.stage == "posterior":
            axes.fill_between(points, 0.0, heights, color=look.colour, alpha=0.15, linewidth=0)
    axes.axvline(predictions[0].observed, ymax=CURVES, color=INK, linewidth=1.2)
    axes.set_ylim(bottom=0.0, top=axes.get_ylim()[1] / CURVES)
    axes.set_xlabel(predictions[0].item.kind.unit, fontsize=SMALL, labelpad=1, color=MUTED)
    axes.locator_params(axis="x", nbins=4)


def _draw_chances(axes: Axes, predictions: Sequence[Prediction]) -> None:
    """Draw the probability of either outcome; what was seen is outlined."""
    height = 0.8 / len(predictions)
    for position, row in enumerate(predictions):
        look = series(LOOKS[row.stage])
        for outcome in (0.0, 1.0):
            share = row.predicted.weighting.mean((row.predicted.values == outcome).astype(float))
            edge = INK if outcome == row.observed else "none"
            axes.bar(
                outcome + (position - 0.5 * (len(predictions) - 1)) * height,
                share,
                height,
                color=look.colour,
                alpha=0.55,
                edgecolor=edge,
                linewidth=1.2,
            )
    axes.set_ylim(0.0, 1.05 / CURVES)
    axes.set_xticks([0.0, 1.0], ["0", "1"])
    axes.set_xlabel(predictions[0].item.kind.unit, fontsize=SMALL, labelpad=1, color=MUTED)


def _brief(p: float) -> str:
    return f"< {IMPOSSIBLE:g}" if p < IMPOSSIBLE else f"= {p:.2g}"


def _finding(checks: Checks) -> str:
    surprising = {row.item.id for row in checks.predictions if row.probability.value < SURPRISING}
    total = len({row.item.id for row in checks.predictions})
    if not surprising:
        return f"None of {total} observations lies outside what was predicted of it"
    return f"{len(surprising)} of {total} observations lie outside what was predicted of them"


def _subtitle() -> str:
    return (
        "Prior predictive dashed, posterior predictive filled, what was observed a black line (or an outlined bar); "
        f"p is the chance of anything as far out, outside below {SURPRISING:g}."
    )
