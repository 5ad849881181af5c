"""The report of a run: one HTML file that needs no network and no script to be read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ....priors.files import write_text
from ...archive.manifest import library_versions, python_version
from ...inference.forecast import Forecast
from ...inference.inputs import inputs_of
from ...inference.json_values import QUANTILES
from ...inference.question import Question
from ..repeat_command import options_of
from ..text import date_text, day_text, error_text, figure, shift_text
from .readings import reading_sections
from .sections import Sections

TEMPLATES = Path(__file__).parents[1] / "templates"
MONTHS_SHOWN = 18
WIDEST_BAR = 12.0  # rem
SWINGS_SHOWN = 12
CONTENTS = (
    ("date", "The date"),
    ("moved", "What moved"),
    ("evidence", "Evidence"),
    ("levers", "Levers"),
    ("regimes", "Regimes"),
    ("sensitivity", "Sensitivity"),
    ("checks", "Checks"),
    ("priors", "Priors"),
    ("repeat", "Make it again"),
)


def write_report(path: Path, sections: Sections, *, explorer: str | None = None) -> None:
    """Write the report of a run.

    Parameters
    ----------
    path : Path
        The HTML file.
    sections : Sections
        What the run worked out.
    explorer : str, optional
        Address, relative to the report, of the page that lets a reader explore.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_text(path, render_report(sections, explorer=explorer))


def render_report(sections: Sections, *, explorer: str | None = None) -> str:
    """Return the report of a run as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html.j2").render(**_content(sections), explorer=explorer) + "\n"


def _content(sections: Sections) -> dict[str, Any]:
    forecast, question = sections.forecast, sections.forecast.question
    readings = reading_sections(sections.results)
    contents = list(CONTENTS)
    contents[5:5] = [(reading["id"], reading["heading"]) for reading in readings]
    return {
        **_headline(forecast),
        "contents": contents,
        "figures": _figures(sections),
        "quantiles": _quantiles(forecast),
        "months": _months(forecast),
        "firms": _firms(forecast),
        "moved": _moved(sections),
        "evidence": _evidence(sections),
        "influence": _influence(sections),
        "set_aside": _set_aside(sections),
        "levers": _levers(sections),
        "regimes": _regimes(sections),
        "readings": readings,
        "sensitivity": _sensitivity(sections),
        "checks": _checks(sections),
        "diagnostics": _diagnostics(forecast),
        "priors": _priors(question),
        "correlations": [
            (*(name.replace("_", " ") for name in each.pair), f"{each.rank:+g}", each.text.description or "")
            for each in question.assumptions.table.correlations
        ],
        "references": [
            (name, text.title, text.publisher, text.address or "text only")
            for name, text in question.assumptions.table.references.items()
        ],
        "repeat": _repeat(sections),
        "made_with": _made_with(sections),
        "title": f"Forecast of {question.as_of}: around {day_text(question, forecast.ready.quantile_value(0.5))}",
    }


def _headline(forecast: Forecast) -> dict[str, Any]:
    question = forecast.question
    low, middle, high = (forecast.ready.quantile(p) for p in (0.05, 0.5, 0.95))
    flop = [10.0 ** forecast.log_flop.quantile_value(p) for p in (0.05, 0.5, 0.95)]
    return {
        "as_of": date_text(question.as_of),
        "event": question.event,
        "event_title": question.assumptions.events[question.event].text.title,
        "median": f"Around {day_text(question, middle.value)}",
        "low": day_text(question, low.value),
        "high": day_text(question, high.value),
        "error": f"The median's Monte Carlo error is {error_text(question, middle.mcse).removeprefix('± ')}.",
        "summary": (
            f"Half of the {forecast.draws:,} draws ({forecast.diagnostics.ess:,.0f} effective, {forecast.engine}) have "
            f"a Chinese lab there by then. Mythos's own pre-training is put at {flop[1]:.1e} FLOP "
            f"({flop[0]:.1e} to {flop[2]:.1e})."
        ),
        "notes": [*forecast.warnings(), *(note for note in forecast.notes if not note.startswith("set aside"))],
    }


def _quantiles(forecast: Forecast) -> list[tuple[str, ...]]:
    question = forecast.question
    rows: list[tuple[str, ...]] = []
    for p in QUANTILES:
        ready, pretrained = forecast.ready.quantile(p), forecast.pretrained.quantile(p)
        rows.append(
            (
                f"{p:.0%}",
                day_text(question, ready.value),
                f"{ready.value:.2f}",
                error_text(question, ready.mcse) if ready.meaningful else "too few draws",
                day_text(question, pretrained.value),
            )
        )
    return rows


def _months(forecast: Forecast) -> list[tuple[str, str, str]]:
    rows = []
    for day, chance in list(forecast.probabilities_by())[:MONTHS_SHOWN]:
        rows.append((date_text(day), f"{chance.value:.1%}", f"{WIDEST_BAR * chance.value:.2f}"))
        if chance.value > 0.995:
            break
    return rows


def _firms(forecast: Forecast) -> str:
    firms = forecast.question.assumptions.race.firms
    shares = ", ".join(f"{firms[name].title.lower()} {share.value:.0%}" for name, share in forecast.first_firm.items())
    return f"First to finish pre-training: {shares}."


def _moved(sections: Sections) -> dict[str, Any] | None:
    attribution = sections.attribution
    if attribution is None or sections.previous is None:
        return None
    whole = attribution.total.shifts[0.5]
    if attribution.total.noise:
        sentence = "The median has not moved beyond its Monte Carlo error."
    else:
        leading = max(attribution.steps, key=lambda step: abs(step.shifts[0.5].value))
        direction = "later" if whole.value > 0 else "earlier"
        sentence = f"The median is {abs(whole.value):.2f} months {direction}; most of it comes from: {leading.title}."
    rows = [
        (step.title, *(shift_text(step.shifts[p]) for p in (0.05, 0.5, 0.95)))
        for step in (*attribution.steps, attribution.total)
    ]
    return {"sentence": sentence, "against": sections.previous.name, "rows": rows}


def _evidence(sections: Sections) -> list[tuple[str, ...]]:
    return [
        (
            item.id,
            item.text.kind.replace("_", " "),
            date_text(item.text.known_since),
            "; ".join(
                f"{source.title} ({source.publisher}, {source.address or 'quoted in ' + str(source.quoted_in)})"
                for source in item.text.sources
            ),
        )
        for item in sections.posterior.items
    ]


def _influence(sections: Sections) -> dict[str, Any] | None:
    result = sections.results.get("influence")
    if result is None:
        return None

    def cell(effect: Any) -> str:
        return effect.problem or shift_text(effect.shifts[0.5])

    rows = [
        (
            row.item.id,
            cell(row.left_out),
            cell(row.alone),
            "" if row.left_out.bits is None else f"{max(row.left_out.bits.value, 0.0):.3f}",
            "" if row.genuine is None else f"{row.genuine.value:.0%}",
        )
        for row in result.items
    ]
    columns = ["Item", "If left out", "Alone, on the prior", "Bits", "Genuine"]
    return {"columns": columns, "rows": rows, "numbers": [1, 2, 3, 4]}


def _set_aside(sections: Sections) -> list[tuple[str, str]]:
    selection = sections.posterior.selection
    return [
        *((aside.item.id, aside.reason) for aside in selection.set_aside),
        *((item.id, "held out as a check") for item in selection.checks),
        *((item.id, "has set a prior already") for item in selection.priors),
    ]


def _levers(sections: Sections) -> list[tuple[str, ...]]:
    result = sections.results["levers"]
    return [
        (
            row.title,
            day_text(result.question, row.ready.quantile_value(0.5)),
            shift_text(row.shift(0.5)),
            shift_text(row.shift(0.95)),
        )
        for row in result.counterfactuals
    ]


def _regimes(sections: Sections) -> list[tuple[str, ...]]:
    result = sections.results["regimes"]
    return [
        (
            row.title,
            *(day_text(result.question, row.ready.quantile_value(p)) for p in (0.05, 0.5, 0.95)),
            shift_text(row.shift(0.5)),
        )
        for row in result.counterfactuals
    ]


def _sensitivity(sections: Sections) -> list[tuple[str, ...]]:
    result = sections.results["sensitivity"]
    ranks = {row.quantity: row.value.value for row in result.rank_correlations}
    return [
        (
            swing.quantity.replace("_", " "),
            day_text(result.question, swing.low.months.value),
            day_text(result.question, swing.high.months.value),
            f"{swing.span.value:+.2f}",
            f"{ranks[swing.quantity]:+.2f}" if swing.quantity in ranks else "",
        )
        for swing in result.one_at_a_time.swings[:SWINGS_SHOWN]
    ]


def _checks(sections: Sections) -> list[Any]:
    result = sections.results.get("checks")
    return [] if result is None else list(result.results)


def _diagnostics(forecast: Forecast) -> list[tuple[str, str]]:
    found = forecast.diagnostics
    rows = [("Effective draws", f"{found.ess:,.0f}")]
    if found.khat is not None and math.isfinite(found.khat):
        rows.append(("Pareto k-hat of the importance weights (good below 0.5)", f"{found.khat:.2f}"))
    if found.rhat_max is not None:
        rows.append(("Largest R-hat (good below 1.01)", f"{found.rhat_max:.4f}"))
    if found.divergences is not None:
        rows.append(("Divergent transitions", f"{found.divergences}"))
    rows.append(("Log evidence", f"{forecast.log_evidence.value:.2f}"))
    return rows


def _priors(question: Question) -> list[tuple[str, ...]]:
    table = question.assumptions.table
    return [
        (
            name.replace("_", " "),
            quantity.distribution.family.replace("_", " "),
            *(figure(float(value)) for value in table.quantiles(name, [0.05, 0.5, 0.95])),
            quantity.text.unit,
            ", ".join(quantity.text.sources),
        )
        for name, quantity in table.quantities.items()
    ]


def _figures(sections: Sections) -> dict[str, dict[str, str]]:
    from ..figures import inline_svg

    return {name: {"svg": inline_svg(drawing, name), "alt": alt} for name, (drawing, alt) in sections.drawings.items()}


def _repeat(sections: Sections) -> str:
    drawn = sections.posterior
    engine = drawn.engine if drawn.conditioned else "auto"
    options = options_of(drawn.question, drawn.items)
    return " ".join(["catchup run --runs RUNS", *options, f"--engine {engine}"])


def _made_with(sections: Sections) -> list[tuple[str, str]]:
    inputs = inputs_of(sections.posterior.question.assumptions, sections.posterior.items)
    versions = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    return [
        ("Priors and model", inputs.priors_hash()[:16]),
        ("Evidence", inputs.ledger_hash()[:16]),
        ("Python", python_version()),
        ("Libraries", versions),
    ]
