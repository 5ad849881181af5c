"""The pages on the readings: their tables are current, and what they say beside them holds."""

import re
import tomllib
from pathlib import Path

import pytest
from false_alarms import widest

from catchup.analysis.presentation.pages.asked import AS_OF
from catchup.analysis.presentation.pages.readings import MARKED, figures, filled, main
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.capacity import day_table
from catchup.analysis.presentation.tables.efficiency import progress_table
from catchup.analysis.studies.readings.capacity import capacity
from catchup.analysis.studies.readings.efficiency import efficiency
from catchup.analysis.studies.readings.size import size_given, sizes
from catchup.model.assumptions import load_assumptions
from catchup.model.trend import load_trends
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from reading_cases import ask, prior

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*sorted((DOCS / "readings").glob("*.md")), DOCS / "how-to" / "hindcast.md"]
NUMBER = re.compile(r"\d[\d,.]*(?:e[+-]?\d+)?")


def last_digit(figure: str) -> tuple[float, float]:
    """Value of a figure, and what its last digit is worth."""
    mantissa, _, exponent = figure.rstrip(".,").replace(",", "").partition("e")
    power = int(exponent or 0) - len(mantissa.partition(".")[2])
    return float(mantissa) * 10.0 ** int(exponent or 0), 10.0**power


LONG = {"lags", "mobilisation"}  # which ask the question under a dozen assumptions, each with draws of its own


def marked(page):
    return pytest.param(page, id=page.stem, marks=[pytest.mark.slow] if page.stem in LONG else [])


@pytest.mark.parametrize("page", [marked(page) for page in PAGES])
def test_tables_are_current(page):
    """Word for word but for the last digits, which another processor may round another way."""
    text = page.read_text(encoding="utf-8")
    renewed = filled(text, figures(ask(100_000, as_of=AS_OF)), page)
    assert MARKED.search(text)
    assert NUMBER.sub("#", renewed) == NUMBER.sub("#", text), "run make docs"
    for shown, current in zip(NUMBER.findall(text), NUMBER.findall(renewed), strict=True):
        if shown != current:
            (one, unit), (other, _) = map(last_digit, (shown, current))
            assert one == pytest.approx(other, abs=1.01 * unit, rel=0.0), "run make docs"


def test_every_table_is_on_a_page():
    used = {match.group(2) for page in PAGES for match in MARKED.finditer(page.read_text(encoding="utf-8"))}
    assert used == set(figures(ask(100)))


def test_how_the_accounts_of_capacity_compare_is_worked_out():
    found = capacity(prior(ask()))
    last = found.days[-1]
    inside = last.inside.quantile_value(0.5)
    (line,) = day_table(found).lines
    assert last.day.isoformat() == "2027-12-31"
    for name in ("tight-chips", "tight-chips-lax-cloud"):
        assert f"{inside / last.whole[name].quantile_value(0.5):.2g} times that of" in line


@pytest.mark.parametrize("gap", [None, 3.0])
def test_whether_as_much_progress_is_needed_as_closes_the_gap_is_worked_out(gap):
    found = efficiency(prior(ask()), gap)
    share = (found.needed.values >= found.gap).mean()
    line = progress_table(found).lines[0]
    assert line == f"The first launch needs {found.gap:g}-fold progress or more with probability {share:.1%}."
    chance = as_json(found)["progress_needed"]["beyond_gap"]
    assert chance["value"] == pytest.approx(share, rel=1e-3)
    assert chance["mcse"] > 0.0


def test_efficiency_page_reads_the_lag_backwards_rightly():
    question = ask()
    lags = efficiency(prior(question)).lags
    assert lags[3.0].quantile_value(0.5) < 7.0 < lags[5.0].quantile_value(0.5)


def test_size_page_sizes_the_slide_rightly():
    question = ask()
    middle = sizes(prior(question)).mythos
    slide = size_given(question, 6.1e27, "")
    flop, parameters = (middle[name].quantile_value(0.5) for name in ("flop", "parameters"))
    # to the one digit that the page has of either, far beyond the error of a median
    assert f"{slide.flop / flop:.0e}" == "1e+01"
    assert f"{slide.parameters / parameters:.0e}" == "3e+00"
    error = middle["flop"].quantile(0.5).mcse / flop
    assert abs(slide.flop / flop / 15.0 - 1.0) > widest(error)
    assert abs((slide.parameters / parameters) / 3.5 - 1.0) > widest(0.5 * error)


def test_trend_page_shows_a_row_that_works():
    page = next(page for page in PAGES if page.stem == "trend")
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assumptions = load_assumptions([Layer.of(tomllib.loads(example), file="overlay.toml")])
    assert "a-year" in load_trends(assumptions)


def test_a_table_that_does_not_exist_is_refused():
    text = "<!-- figures: trend-date -->\n<!-- end -->\n"
    with pytest.raises(InputError, match="did you mean 'trend-dates'"):
        filled(text, figures(ask(100)), Path("page.md"))


def test_a_folder_without_pages_is_refused(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "holds no page" in capsys.readouterr().err
