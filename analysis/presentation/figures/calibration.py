"""Calibration: each quantity's rank ECDF minus uniformity, inside the bands that chance explains."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ...inference.result import Origin
from ...studies.calibration.result import LEVEL, Calibration, Verdict
from ...studies.calibration.uniformity import points
from .style import INK, LABEL_SIZE, MUTED, NARROW, PALE, SERIES, WIDTH, frame, house_style, new_figure, wrap
from .wording import event_text, quantity_text, source_line

PANEL_WIDTH, PANEL_HEIGHT = 1.15, 0.95  # inches
SURROUNDINGS = 0.52  # inches of axis label and legend
MOST_REACH = 2.5  # bands; a line that leaves the axes needs no more room to be seen to fail
GOOD, BAD = SERIES[0], SERIES[1]
NAMES = {
    "ready": "Date ready",
    "pretrained": "Date pre-trained",
    "mythos_flop": "Mythos's compute",
    "mfu_anthropic": "MFU, Anthropic",
    "mfu_china": "MFU, China",
    "log_likelihood": "Joint log likelihood",
}
BAND = "#c9c9c9"


@house_style()
def draw_calibration(calibration: Calibration, *, width: float = WIDTH) -> Figure:
    """Draw one panel per tracked quantity.

    Parameters
    ----------
    calibration : Calibration
        Finished fits.
    width : float
        Inches.
    """
    verdicts = calibration.verdicts
    columns = max(int(width / (PANEL_WIDTH if width >= NARROW else 1.3 * PANEL_WIDTH)), 1)
    rows = math.ceil(len(verdicts) / columns)
    figure = new_figure(width, SURROUNDINGS + PANEL_HEIGHT * rows)
    heights = [*[PANEL_HEIGHT] * rows, SURROUNDINGS]
    places = figure.add_gridspec(rows + 1, columns, height_ratios=heights)
    panels: list[Axes] = []
    for position, verdict in enumerate(verdicts):
        first = panels[0] if panels else None
        axes = figure.add_subplot(places[divmod(position, columns)], sharex=first, sharey=first)
        axes.tick_params(labelbottom=position + columns >= len(verdicts), labelleft=position % columns == 0)
        _draw_panel(figure, axes, calibration, verdict, width / columns - 0.3)
        panels.append(axes)
    wide = float((calibration.joint_band.upper / len(calibration.fits) - points()).max())
    reach = max(float(np.abs(calibration.differences(verdict)).max()) for verdict in verdicts)
    reach = 1.08 * min(max(reach, wide), MOST_REACH * wide)
    panels[0].set(xlim=(0.0, 1.0), ylim=(-reach, reach))
    panels[0].set_xticks([0.0, 0.5, 1.0], ["0", "½", "1"])
    figure.supylabel("ECDF of ranks minus uniform", fontsize=LABEL_SIZE, color=INK)
    _write_below(figure.add_subplot(places[rows, :]), bool(calibration.failed))
    frame(figure, _finding(calibration), _subtitle(calibration), _source(calibration))
    return figure


def _draw_panel(figure: Figure, axes: Axes, calibration: Calibration, verdict: Verdict, width: float) -> None:
    total, shares = len(calibration.fits), np.concatenate([[0.0], points(), [1.0]])
    for band, colour in ((calibration.joint_band, PALE), (calibration.band, BAND)):
        low, high = (np.pad(edge / total - points(), 1) for edge in (band.lower, band.upper))
        axes.fill_between(shares, low, high, color=colour, linewidth=0, zorder=1)
    look = GOOD if verdict.passed else BAD
    differences = np.pad(calibration.differences(verdict), 1)
    axes.axhline(0.0, color=MUTED, linewidth=0.5, zorder=2)
    axes.plot(shares, differences, color=look.colour, linewidth=1.0 if verdict.passed else 2.0, zorder=3)
    title = wrap(figure, _title(verdict.name), LABEL_SIZE - 1.0, width)
    axes.set_title(
        title, fontsize=LABEL_SIZE - 1.0, pad=2, color=INK, fontweight="normal" if verdict.passed else "bold"
    )
    axes.tick_params(labelsize=LABEL_SIZE - 1.5, length=2)
    axes.grid(visible=False)


def _write_below(axes: Axes, failed: bool) -> None:
    axes.set_axis_off()
    axes.text(
        0.5, 1.0, "Rank of the truth among its posterior draws, as a share", ha="center", va="top", fontsize=LABEL_SIZE
    )
    entries: list[Patch | Line2D] = [
        Patch(color=BAND, label=f"{LEVEL:.0%} band, one quantity alone"),
        Patch(color=PALE, label=f"{LEVEL:.0%} band, all quantities together"),
    ]
    if failed:
        entries.append(Line2D([], [], color=BAD.colour, linewidth=2.0, label="outside: not calibrated"))
    axes.legend(handles=entries, loc="lower center", ncols=len(entries), fontsize=LABEL_SIZE - 0.5, borderpad=0.0)


def _title(name: str) -> str:
    return NAMES.get(name) or quantity_text(name)


def _finding(calibration: Calibration) -> str:
    failed = calibration.failed
    if not failed:
        return f"All {len(calibration.verdicts)} quantities are calibrated"
    return (
        f"{len(failed)} of {len(calibration.verdicts)} quantities {'is' if len(failed) == 1 else 'are'} not calibrated"
    )


def _subtitle(calibration: Calibration) -> str:
    plan = calibration.plan
    beside = "what has been seen and on " if plan.posterior else ""
    return (
        f"Ranks of {len(calibration.fits):,} truths drawn from the {plan.truths_from} among draws conditioned on "
        f"{beside}the evidence that each would have left. {event_text(plan.question)}"
    )


def _source(calibration: Calibration) -> str:
    plan = calibration.plan
    draws = plan.question.draws if plan.engine == "importance" else max(fit.draws or 0 for fit in calibration.fits)
    origin = Origin(plan.question, draws, plan.engine, tuple(item.id for item in plan.items))
    return source_line(origin, f"{plan.ranked_draws} ranked per fit")
