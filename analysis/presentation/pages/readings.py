"""Figures in the pages on the readings: generated between marks, so that none is written by hand.

A page says ``<!-- figures: NAME -->`` where a table of that name begins and ``<!-- end -->`` where it ends.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import batched
from pathlib import Path

from ....model.assumptions import load_assumptions, under_scenario
from ....priors.errors import CatchupError, InputError, reason_of, unknown_name
from ....priors.files import write_text
from ....priors.table import Quantity
from ...inference.estimates import Distribution
from ...inference.posterior import prior_of
from ...inference.question import Question
from ...inference.request import Request, posterior
from ...studies.readings.capacity import capacity
from ...studies.readings.efficiency import READINGS, efficiency
from ...studies.readings.mobilisation import LEAN, SCENARIO
from ...studies.readings.size import MEASURES, sizes
from ...studies.readings.trend import Carried, trends
from ...studies.scenarios import scenarios
from ...studies.thresholds.study import PROBABILITIES, ready_by, thresholds
from ..text import stock_text
from .priors import markdown_table, numbers_of

AS_OF = date(2026, 11, 21)
SHOWN = (0.05, 0.5, 0.95)
MOBILISED_BY = (date(2026, 12, 31), date(2027, 3, 31), date(2027, 6, 30), date(2027, 9, 30))
COLUMNS = ("5%", "median", "95%")
MARKED = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

NAMES = {
    "trend": ("trend_",),
    "capacity": ("capacity_", "h200_buyers"),
    "efficiency": (
        "distilled_share",
        "replicated_share",
        "replication_delay_months",
        "distillation_ceiling",
        "own_innovation_edge",
        "replication_edge",
    ),
    "size": ("tokens_per_parameter", "active_share"),
}
"""Quantities of each page, by name or by how their names begin."""


def figures(question: Question) -> dict[str, Callable[[], str]]:
    """Return every table by name, worked out when it is asked for."""
    tables: dict[str, Callable[[], str]] = {
        "trend-dates": lambda: trend_dates(question),
        "capacity-known": lambda: capacity_known(question),
        "capacity-through-2027": lambda: capacity_through_2027(question),
        "capacity-essay": lambda: capacity_essay(question),
        "efficiency-needed": lambda: efficiency_needed(question),
        "efficiency-closed": lambda: efficiency_closed(question),
        "efficiency-lags": lambda: efficiency_lags(question),
        "size-thread": lambda: size_thread(question),
        "size-mythos": lambda: size_mythos(question),
        "mobilisation-quantities": lambda: mobilisation_quantities(question),
        "mobilisation-lean": lambda: mobilisation_lean(question),
        "mobilisation-dates": lambda: mobilisation_dates(question),
        "mobilisation-needed": lambda: mobilisation_needed(question),
    }
    for page, names in NAMES.items():
        tables[f"{page}-quantities"] = lambda names=names: quantities(question, names)  # type: ignore[misc]
    return tables


def filled(text: str, tables: Mapping[str, Callable[[], str]], file: Path) -> str:
    """Fill in the tables of a page.

    Raises
    ------
    InputError
        If it asks for a table that does not exist.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in tables:
            raise unknown_name("table", name, tables, file=file)
        return f"{match.group(1)}\n{tables[name]()}\n{match.group(3)}"

    return MARKED.sub(fill, text)


def quantities(question: Question, names: Sequence[str]) -> str:
    """Priors of some quantities."""
    known = question.assumptions.table.quantities
    return _quantities({name: known[name] for name in known if name.startswith(tuple(names))})


def _quantities(quantities: Mapping[str, Quantity]) -> str:
    rows = [
        (
            f"`{name}`",
            quantity.text.description,
            f"{quantity.distribution.family}: {numbers_of(quantity.distribution)}",
            quantity.text.unit,
            ", ".join(quantity.text.sources),
        )
        for name, quantity in quantities.items()
    ]
    return markdown_table(("name", "quantity", "prior", "unit", "source"), rows)


def trend_dates(question: Question) -> str:
    """Dates of every trend, as stated and on the evidence, beside the race."""
    result = trends(posterior(Request(question, engine="importance")))
    calendar = question.assumptions.calendar

    def days(ready: Distribution) -> list[str]:
        return [f"{calendar.day(ready.quantile_value(p))}" for p in SHOWN]

    def row(title: str, carried: Carried) -> list[str]:
        return [title, *days(carried.ready), f"{carried.lag.quantile_value(0.5):.1f}", ", ".join(carried.evidence)]

    rows = []
    for trend in result.trends:
        rows.append(row(f"{trend.title}, as stated", trend.stated))
        if trend.conditioned is not None:
            rows.append(row(f"{trend.title}, on the evidence", trend.conditioned))
    rows.append(["The race for compute, on the evidence", *days(result.compute), "", ", ".join(result.evidence)])
    return markdown_table(("reading", *COLUMNS, f"months behind on {question.as_of}", "evidence counted"), rows)


def capacity_known(question: Question) -> str:
    """What the data set knows of each nation."""
    result = capacity(prior_of(question))
    rows = [
        (
            {"us": "United States", "china": "China"}[nation],
            f"{part.performance:.2g}",
            f"{part.share:.0%}",
            f"{part.h100e:,.0f}",
            f"{part.whole:.3g}",
        )
        for nation, part in result.nations.items()
    ]
    covered = [
        ("believed of the data set", *_percent(result.coverage)),
        ("implied by the race's stock inside China at t = 0", *_percent(result.coverage_implied)),
        ("at most, by the dies obtained through a proxy", "", f"{result.coverage_at_most:.1%}", ""),
    ]
    header = ("known in 2025", "FLOP/s", "share of the data set", "H100e", "data set that follows, FLOP/s")
    return markdown_table(header, rows) + "\n" + markdown_table(("share of China's compute known", *COLUMNS), covered)


def capacity_through_2027(question: Question) -> str:
    """China's compute by both accounts."""
    result = capacity(prior_of(question))
    rows = []
    for row in result.days:
        for name, title in result.titles.items():
            known = f"{row.known[name].quantile_value(0.5):.3g}"
            rows.append((f"{row.day}", f"data set: {title.lower()}", known, *_millions(row.whole[name])))
        if row.inside is not None and row.with_remote is not None:
            rows.append((f"{row.day}", "race: inside China", "", *_millions(row.inside)))
            rows.append((f"{row.day}", "race: with remote access", "", *_millions(row.with_remote)))
    return markdown_table(
        ("day", "account", "known part, FLOP/s (median)", *(f"{c}, million H100e" for c in COLUMNS)), rows
    )


def capacity_essay(question: Question) -> str:
    """The essay's projection worked out again."""
    essay = capacity(prior_of(question)).essay
    rows = [
        ("published, by 2027", f"{essay.published:.4g}"),
        (f"one year of growth at {essay.growth:.0%}", f"{essay.after_one_year:.4g}"),
        ("two years", f"{essay.after_two_years:.4g}"),
    ]
    return markdown_table(("figure", "FLOP/s"), rows)


def efficiency_needed(question: Question) -> str:
    """The progress that the first launch needs, and its channels."""
    result = efficiency(prior_of(question))
    titles = {"own": "own innovation", "replicated": "replication", "distilled": "distillation"}
    rows = [("progress needed", *_factors(result.needed))]
    rows += [(f"of which {titles[name]}", *_factors(spread)) for name, spread in result.channels.items()]
    rows.append((f"gap on {question.as_of}", *_factors(result.gap_now)))
    table = markdown_table(("Mythos's compute over what is spent, x", *COLUMNS), rows)
    chance = result.beyond_ceiling.value
    return f"{table}\nProbability that distillation would have to give more than it can: {chance:.1%}.\n"


def efficiency_closed(question: Question) -> str:
    """When a tenfold gap is closed."""
    result = efficiency(prior_of(question))
    rows = [(f"{row.day}", *(f"{row.probability[name].value:.1%}" for name in READINGS)) for row in result.closed]
    return markdown_table((f"{result.gap:g}-fold gap closed on", *READINGS.values()), rows)


def efficiency_lags(question: Question) -> str:
    """Gaps in compute as months of progress."""
    result = efficiency(prior_of(question))
    rows = [
        (f"{gap:g}-fold", *(f"{spread.quantile_value(p):.1f}" for p in SHOWN)) for gap, spread in result.lags.items()
    ]
    return markdown_table(("gap in compute", *(f"{c}, months" for c in COLUMNS)), rows)


def size_thread(question: Question) -> str:
    """The thread's table."""
    rows = [
        _size_row(row.title, row.flop, row.tokens, row.parameters, row.active_parameters)
        for row in sizes(prior_of(question)).thread
    ]
    return markdown_table(("run of", "compute, FLOP", "tokens", "parameters", "of which active"), rows)


def size_mythos(question: Question) -> str:
    """Mythos's size by the prior."""
    mythos = sizes(prior_of(question)).mythos
    rows = [
        _size_row(column, *(mythos[name].quantile_value(p) for name in MEASURES))
        for column, p in zip(COLUMNS, SHOWN, strict=True)
    ]
    return markdown_table(("quantile", "compute, FLOP", "tokens", "parameters", "of which active"), rows)


def mobilisation_quantities(question: Question) -> str:
    """Priors of the quantities that mobilisation brings in."""
    known = question.assumptions.table.quantities
    added = under_scenario(question.assumptions, SCENARIO).table.quantities
    return _quantities({name: quantity for name, quantity in added.items() if name not in known})


def mobilisation_lean(question: Question) -> str:
    """The lean event, and why it is what it is."""
    event = question.assumptions.event(LEAN)
    row = (f"`{LEAN}`", event.text.title, f"{event.multiple.family}: {numbers_of(event.multiple)}")
    sources = ", ".join(event.text.references)
    return markdown_table(("name", "event", "prior", "source"), [(*row, sources)]) + f"\n{event.text.notes.strip()}\n"


def mobilisation_dates(question: Question) -> str:
    """When the consortium is ready, and whether first."""
    calendar, rows = question.assumptions.calendar, []
    for as_of in (question.assumptions.table.day("article_day"), question.as_of):
        for event in (question.event, LEAN):
            asked = replace(question, as_of=as_of, event=event)
            (row,) = scenarios(prior_of(asked), [SCENARIO]).scenarios
            for firm, ready in row.newcomers.items():
                days = (f"{calendar.day(ready.quantile_value(p))}" for p in SHOWN)
                rows.append((f"{as_of}", f"`{event}`", *days, f"{row.first_firm[firm].value:.1%}"))
    return markdown_table(("asked on", "event", *COLUMNS, "first"), rows)


def mobilisation_needed(question: Question) -> str:
    """How many SuperPODs the consortium needs."""
    asked = replace(question, as_of=question.assumptions.table.day("article_day"))
    rows = []
    for event in (question.event, LEAN):
        about = replace(asked, event=event)
        found = thresholds(prior_of(about), scenario=SCENARIO, criteria=ready_by(about, MOBILISED_BY))
        needed = [stock_text(row) for row in found.thresholds]
        pairs = zip(MOBILISED_BY, batched(needed, len(PROBABILITIES)), strict=True)
        rows += [(f"`{event}`", f"{day}", *texts) for day, texts in pairs]
    sure = (f"SuperPODs, to be {p:.0%} sure" for p in PROBABILITIES)
    return markdown_table(("event", "ready by", *sure), rows)


def _size_row(title: str, flop: float, tokens: float, parameters: float, active: float) -> tuple[str, ...]:
    return title, f"{flop:.3g}", *(f"{value:.3g}" for value in (tokens, parameters, active))


def _millions(spread: Distribution) -> tuple[str, ...]:
    return tuple(f"{spread.quantile_value(p) / 1e6:.2f}" for p in SHOWN)


def _percent(spread: Distribution) -> tuple[str, ...]:
    return tuple(f"{spread.quantile_value(p):.1%}" for p in SHOWN)


def _factors(spread: Distribution) -> tuple[str, ...]:
    return tuple(f"{spread.quantile_value(p):.2f}" for p in SHOWN)


def main(arguments: Iterable[str]) -> int:
    """Fill in the tables of the pages in a folder."""
    folders = [Path(argument) for argument in arguments]
    if len(folders) != 1:
        print("usage: python -m catchup.analysis.presentation.pages.readings FOLDER", file=sys.stderr)
        return 2
    try:
        pages = [folders[0] / name for name in sorted(os.listdir(folders[0])) if name.endswith(".md")]
        if not pages:
            raise InputError("holds no page", file=folders[0])
        tables = figures(Question(load_assumptions(), AS_OF))
        for page in pages:
            write_text(page, filled(page.read_text(encoding="utf-8"), tables, page))
    except OSError as error:
        print(f"catchup: {error.filename}: cannot be read: {reason_of(error)}", file=sys.stderr)
        return InputError.exit_code
    except CatchupError as error:
        print(f"catchup: {error.on_command_line}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
