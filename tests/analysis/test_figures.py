"""Figures as a reader meets them: nothing overlaps or is cut off, axes say their units, greys can be told apart."""

import re
from dataclasses import replace
from datetime import date
from itertools import combinations, permutations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path

from catchup.analysis.inference.estimates import Distribution, Weighting
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
)
from catchup.analysis.presentation.figures.cumulative import curve_of
from catchup.analysis.presentation.figures.dates import date_number
from catchup.analysis.presentation.figures.forecast_figures import FORECAST_FIGURES
from catchup.analysis.presentation.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SERIES,
    finding_of,
    frame,
    house_style,
    new_figure,
    text_width,
    wrap,
)
from catchup.analysis.presentation.text import date_text
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.studies.trajectories import race_trajectories
from catchup.model.assumptions import load_assumptions
from figure_cases import NARROW, WIDE, Results, drawings, faults, lightness, texts

NAMES = (
    "cumulative",
    "cumulative-prior",
    "cumulative-events",
    "gate",
    "levers",
    "regimes",
    "one-at-a-time",
    "mythos-compute",
    "mythos-compute-prior",
    "pools",
    "worlds",
)
LABELS = {
    "cumulative": ("Date", "Probability ready by then (%)"),
    "gate": ("Date", "Training compute (FLOP, logarithmic)"),
    "levers": ("Date ready", ""),
    "regimes": ("Date ready", ""),
    "one-at-a-time": ("Date ready", ""),
    "mythos-compute": ("Pre-training compute (FLOP, logarithmic)", "Density\n(per factor of ten)"),
    "pools": ("Date", "Compute (H100e, logarithmic)"),
    "worlds": ("Date ready", ""),
}
DATED = [name for name in NAMES if not name.startswith("mythos")]
TELL_APART = 15.0  # difference in L* between neighbouring greys


@pytest.fixture(scope="module")
def asked(question: Question) -> Question:
    return replace(question, draws=4_000)


@pytest.fixture(scope="module")
def results(asked: Question) -> Results:
    return Results(asked)


@pytest.fixture(scope="module")
def wide(results: Results) -> dict[str, Figure]:
    return {name: draw(WIDE) for name, draw in drawings(results).items()}


@pytest.fixture(scope="module")
def narrow(results: Results) -> dict[str, Figure]:
    return {name: draw(NARROW) for name, draw in drawings(results).items()}


@pytest.mark.parametrize("name", NAMES)
def test_texts_stand_clear_of_one_another(name: str, wide: dict[str, Figure], narrow: dict[str, Figure]) -> None:
    for figure in (wide[name], narrow[name]):
        assert faults(figure) == []


def test_overlapping_and_clipped_texts_would_be_found(results: Results) -> None:
    figure = draw_cumulative(results.forecast)
    figure.text(0.3, 0.93, "over the title")
    figure.text(0.99, 0.5, "over the edge")
    title = figure.texts[0].get_text()
    assert faults(figure) == [f"{title!r} over 'over the title'", "'over the edge' cut off"]


@pytest.mark.parametrize("day", ["2026-11-21", "2027-06-30"])
def test_texts_stand_clear_whatever_the_day_and_the_event(asked: Question, day: str) -> None:
    later = replace(asked, as_of=type(asked.as_of).fromisoformat(day), event="narrow-exploit", draws=1_000)
    every = drawings(Results(later))
    for name in ("cumulative", "gate", "levers", "regimes", "pools"):
        assert faults(every[name](WIDE)) == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_text_is_crossed_by_what_leads_to_another(asked: Question, width: float) -> None:
    """Of three firms the second's text stands above the third's, in the way of its line: which passes by, or behind."""
    figure = draw_gate(race_trajectories(prior_of(replace(asked, assumptions=load_assumptions()))), width=width)
    figure.draw_without_rendering()
    marked = [text for text in figure.axes[0].texts if isinstance(text, Annotation) and text.arrow_patch is not None]
    assert len(marked) == 3
    for leading, other in permutations(marked, 2):
        assert leading.arrow_patch is not None
        path = leading.arrow_patch.get_transform().transform_path(leading.arrow_patch.get_path())
        crossed = path.intersects_bbox(Text.get_window_extent(other), filled=False)
        assert not crossed or other.get_zorder() > leading.get_zorder()


@pytest.mark.parametrize("name", LABELS)
def test_axes_say_what_they_show_and_in_which_unit(name: str, wide: dict[str, Figure]) -> None:
    axes = wide[name].axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == LABELS[name]


@pytest.mark.parametrize("name", DATED)
def test_time_is_shown_as_dates(name: str, wide: dict[str, Figure], narrow: dict[str, Figure]) -> None:
    for figure in (wide[name], narrow[name]):
        labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
        assert 3 <= len(labels) <= 16
        if all(re.fullmatch(r"20\d\d", label) for label in labels):
            continue  # an axis of more than a few years is one of years
        assert re.fullmatch(r"[A-Z][a-z]{2}\n20\d\d", labels[0])
        assert all(re.fullmatch(r"[A-Z][a-z]{2}(\n20\d\d)?", label) for label in labels)


@pytest.mark.parametrize("name", NAMES)
def test_title_states_a_finding_and_the_foot_says_where_it_comes_from(name: str, wide: dict[str, Figure]) -> None:
    title, subtitle, source = (text.get_text().replace("\n", " ") for text in wide[name].texts)
    assert len(title) > 30
    assert subtitle.endswith(".")
    assert source.startswith("As of 12 Jun 2026; prior alone; 4,000 draws (forward, seed 1)")


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_no_line_of_a_title_is_wider_than_the_picture_where_letters_are_not_fitted_to_dots(width: float) -> None:
    """A browser draws bold letters wider than a picture of dots does."""
    with house_style():
        figure = new_figure(width, 1.0)
        frame(figure, "Models of other shapes put the median between June 2027 and November 2027", "", "")
        (title, *_) = figure.texts
        for line in title.get_text().split("\n"):
            drawn, _, _ = text_to_path.get_text_width_height_descent(line, title.get_fontproperties(), False)
            assert drawn / 72.0 <= width - 2 * MARGIN


def test_a_finding_is_as_it_was_said_however_its_lines_are_broken() -> None:
    title = "Most delay: a-lever-that-somebody-wrote\ndown-by-hand, +2.4 months"
    figure = new_figure(1.5, 1.0)
    frame(figure, title)
    assert "wrote down" not in figure.texts[0].get_text()
    assert finding_of(figure) == title.replace("\n", " ")


def test_every_figure_of_a_forecast_says_what_it_answers_and_shows(asked: Question) -> None:
    assert len({each.name for each in FORECAST_FIGURES}) == len(FORECAST_FIGURES)
    later = replace(asked, assumptions=load_assumptions(), as_of=date(2026, 11, 26))  # when records are known
    known = {"forecast", "paths", *studies_of_a_run(prior_of(later))}
    for each in FORECAST_FIGURES:
        assert each.question.endswith("?")
        assert each.shows.endswith(".")
        assert each.of in known


def test_series_are_told_apart_without_colour() -> None:
    greys = [lightness(look.colour) for look in SERIES]
    assert min(abs(a - b) for a, b in combinations(greys, 2)) > TELL_APART
    assert max(greys) < 80.0  # still seen on white
    for attribute in ("line", "marker", "hatch"):
        assert len({getattr(look, attribute) for look in SERIES}) == len(SERIES)


@pytest.mark.parametrize("name", ["cumulative-prior", "cumulative-events", "gate", "mythos-compute-prior", "pools"])
def test_lines_of_a_figure_differ_in_lightness_and_in_dashes(name: str, wide: dict[str, Figure]) -> None:
    thick = [line for line in wide[name].axes[0].lines if line.get_linewidth() >= 1.8 and len(line.get_xdata()) > 50]
    assert len(thick) >= 2
    for one, other in combinations(thick, 2):
        assert abs(lightness(one.get_color()) - lightness(other.get_color())) > TELL_APART
        assert one.get_linestyle() != other.get_linestyle()


def test_bars_differ_in_lightness_and_in_hatching(wide: dict[str, Figure]) -> None:
    low, high = (container.patches[0] for container in wide["one-at-a-time"].axes[0].containers[:2])
    assert abs(lightness(low.get_facecolor()) - lightness(high.get_facecolor())) > TELL_APART
    assert low.get_hatch() != high.get_hatch()


def test_cumulative_curve_is_the_distribution(results: Results) -> None:
    forecast = results.forecast
    days, probabilities = curve_of(forecast)
    months = (days - forecast.question.assumptions.calendar.origin.toordinal()) / 30.44
    shares = [np.mean(forecast.ready.values <= at) for at in months]
    np.testing.assert_allclose(shares, probabilities, atol=1.5 / forecast.draws)


def test_cumulative_figure_names_the_dates_of_its_quantiles(results: Results, wide: dict[str, Figure]) -> None:
    calendar = results.forecast.question.assumptions.calendar
    written = [text for text, _ in texts(wide["cumulative"])]
    low, middle, high = (date_text(calendar.day(results.forecast.ready.quantile_value(p))) for p in (0.05, 0.5, 0.95))
    assert {f"5% by {low}", f"median {middle}", f"95% by {high}", "as of 12 Jun 2026"} <= set(written)


def test_levers_stand_in_order_of_their_delay_with_their_dates(results: Results, wide: dict[str, Figure]) -> None:
    axes = wide["levers"].axes[0]
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    ordered = sorted(results.levers.counterfactuals, key=lambda row: -row.shift(0.5).value)
    assert names == ["No lever pulled", *(row.title for row in ordered)]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in "oD" and len(line.get_xdata()) == 1]
    rows = [results.levers.baseline, *(row.ready for row in ordered)]
    calendar = results.levers.question.assumptions.calendar
    np.testing.assert_allclose(dots, [date_number(calendar, row.quantile_value(0.5)) for row in rows])


def test_bars_end_at_their_dates(results: Results, wide: dict[str, Figure]) -> None:
    swing = results.sensitivity.one_at_a_time.swings[0]
    calendar = results.sensitivity.question.assumptions.calendar
    bar = wide["one-at-a-time"].axes[0].containers[0].patches[0]
    assert bar.get_x() + bar.get_width() == pytest.approx(float(date_number(calendar, swing.low.months.value)))


def test_an_event_that_may_never_come_is_drawn_as_far_as_it_does(results: Results) -> None:
    values = np.where(np.arange(4_000) % 5 < 3, np.inf, results.forecast.ready.values)
    never = replace(results.forecast, ready=Distribution(values, Weighting(draws=4_000)))
    figure = draw_cumulative(never)
    assert "In most draws no Chinese lab ever gets there" in [text for text, _ in texts(figure)]
    assert max(figure.axes[0].lines[0].get_ydata()) == pytest.approx(0.4, abs=0.01)
    comparison = replace(results.levers, baseline=never.ready)
    assert faults(draw_levers(comparison)) == []


def test_too_few_draws_are_said_to_be_too_few(asked: Question) -> None:
    few = Results(replace(asked, draws=15))
    for figure in (draw_cumulative(few.forecast), draw_levers(few.levers), draw_regimes(few.regimes)):
        assert figure.texts[0].get_text().startswith("Too few draws")


def test_what_is_known_exactly_is_drawn_without_a_spread(asked: Question) -> None:

    beliefs = asked.assumptions.beliefs
    names = [name for name in asked.assumptions.needed() if name in asked.assumptions.table.quantities]
    fixed = {name: float(beliefs[name].quantile(0.5)) for name in names if name != "hyperscaler_budget"}
    certain = Results(replace(asked, assumptions=load_assumptions(fixed=fixed, model="article")))
    figures = [
        draw_cumulative(certain.forecast),
        draw_gate(certain.paths),
        draw_levers(certain.levers),
        draw_one_at_a_time(certain.sensitivity),
        draw_mythos_compute(certain.forecast),
        draw_pools(certain.paths),
    ]
    for figure in figures:
        assert faults(figure) == []
    assert len(figures[3].axes[0].get_yticklabels()) == 1


@pytest.mark.parametrize(
    "text", ["Laid over the model: " + "a-long-name-of-an-overlay" * 8 + ".toml", "short words only", "W" * 60]
)
def test_lines_are_no_wider_than_asked_whatever_the_words(text: str) -> None:
    figure = new_figure(4.2, 1.0)
    wrapped = wrap(figure, text, LABEL_SIZE, 1.1)
    assert all(text_width(figure, line, LABEL_SIZE) <= 1.1 for line in wrapped.split("\n"))
    assert "".join(wrapped.split()) == "".join(text.split())
