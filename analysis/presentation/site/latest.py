"""`latest.json`: the newest forecast for programs, and the schema that it keeps to."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from ....priors.strict import StrictModel
from ...archive.reading import Run
from ...archive.scores import Outcome
from ...inference.json_values import number, significant
from .addresses import LATEST_SCHEMA, run_page
from .headline import headline_of
from .moved import Story

SCHEMA: Literal[1] = 1
IDS = (
    "What changed: time, priors or version; added:, changed: or removed: and an item's id; noise, noise-before or "
    "noise-after, with unexplained- before it where random numbers do not explain it; several told as one are joined "
    "by +. After another item's, superseded: and the id of one that it takes the place of or whose silence it ends, or "
    "returned: and the id of one that is counted again."
)
STATE = (
    "Probability of each stage of the furthest run. The key ready-unannounced means that a model is ready, or served "
    "where the event comes only then, whether or not it has been announced: that is what announced says."
)


class Quantile(StrictModel):
    """A moment of the date."""

    months: Annotated[float | None, Field(description="Months since t = 0; null where the event never comes.")]
    date: Annotated[date | None, Field(description="The same as a day.", strict=False)]
    mcse: Annotated[float | None, Field(description="Monte Carlo standard error, months.")]


class Contribution(StrictModel):
    """One change since the run before."""

    id: Annotated[str, Field(description=IDS)]
    kind: Literal["news", "correction", "chance", "together"]
    months: Annotated[float | None, Field(description="How far it moved the median; null beyond all that is followed.")]
    mcse: Annotated[float | None, Field(description="Monte Carlo standard error of that, months.")]
    sentence: str


class Moved(StrictModel):
    """What moved since the run before."""

    since: Annotated[str | None, Field(description="Name of the run before; null where there is none.")]
    finding: str
    months: Annotated[float | None, Field(description="The whole shift of the median, which they add up to.")]
    contributions: tuple[Contribution, ...]


class Latest(StrictModel):
    """The newest forecast of a site. More keys may be added; none changes its meaning."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = SCHEMA
    run: Annotated[str, Field(description="Name of the run: its day, with a suffix from the second of a day on.")]
    page: Annotated[str, Field(description="Address of the run's page, relative to this file.")]
    as_of: Annotated[date, Field(strict=False)]
    model: str
    event: str
    ready: Annotated[dict[str, Quantile], Field(description="Date on which a Chinese lab is ready, by probability.")]
    known: Annotated[dict[str, Quantile] | None, Field(description="Date on which it is publicly known.")]
    compute_alone: Annotated[
        dict[str, Quantile] | None, Field(description="Date, were nothing but compute in the way.")
    ]
    state: Annotated[dict[str, float], Field(description=STATE)]
    not_by: Annotated[dict[str, float], Field(description="Probability that nobody is ready by a day.")]
    moved: Moved
    announced: Annotated[
        date | None, Field(description="Day on which a report that is counted and believed says that it came.")
    ]
    silence_confirmed_through: Annotated[
        date | None, Field(description="Last day on which somebody looked and found nothing; null: none is counted.")
    ]
    warnings: Annotated[tuple[str, ...], Field(description="What the forecast says against itself, in sentences.")]


def latest_of(run: Run, story: Story, known: Outcome | None = None) -> Latest:
    """Make what `latest.json` holds; `known` is what the run's items say of the event.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the run's forecast is another object than runs keep.
    """
    forecast = run.forecast
    content = {
        "schema": SCHEMA,
        "run": run.name,
        "page": run_page(run.name),
        "as_of": run.manifest.as_of,
        "model": run.manifest.model,
        "event": run.manifest.event,
        "ready": _quantiles(forecast["ready"]),
        "known": _quantiles(forecast["known"]) if forecast.get("known") else None,
        "compute_alone": _quantiles(forecast["compute_alone"]) if forecast.get("compute_alone") else None,
        "state": forecast.get("state") or {},
        "not_by": forecast.get("not_by") or {},
        "moved": moved_as_model(story),
        "announced": None if known is None or known.open else known.day,
        "silence_confirmed_through": _day(forecast.get("silence_confirmed_through")),
        "warnings": headline_of(run).warnings,
    }
    return Latest.model_validate(content)


def moved_as_model(story: Story) -> Moved:
    """Say for programs what moved."""
    contributions = [
        Contribution(
            id=step.id,
            kind=group.kind,
            months=number(step.shifts[0.5].value),
            mcse=significant(step.shifts[0.5].mcse),
            sentence=sentence,
        )
        for group in story.groups
        for step, sentence in zip(group.steps, group.sentences, strict=True)
    ]
    total = None if story.moved is None else story.moved.attribution.total.shifts[0.5].value
    return Moved(
        since=None if story.moved is None else story.moved.against,
        finding=story.finding,
        months=None if total is None else number(total),
        contributions=tuple(contributions),
    )


def latest_text(latest: Latest) -> str:
    """Write `latest.json`, which names its schema."""
    content = {"$schema": LATEST_SCHEMA, **latest.model_dump(mode="json", by_alias=True)}
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def schema_text() -> str:
    """Write the JSON schema of `latest.json`; keys that may be added are allowed for."""
    schema = Latest.model_json_schema(by_alias=True, mode="serialization")
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_open(schema)}
    return json.dumps(content, indent=2) + "\n"


def _open(schema: Any) -> Any:
    """Take out what forbids further keys."""
    if isinstance(schema, dict):
        return {
            key: _open(value) for key, value in schema.items() if not (key == "additionalProperties" and value is False)
        }
    return [_open(value) for value in schema] if isinstance(schema, list) else schema


def _quantiles(entry: dict[str, Any]) -> dict[str, Quantile]:
    return {
        p: Quantile(months=moment["months"], date=_day(moment["date"]), mcse=moment["mcse"])
        for p, moment in entry["quantiles"].items()
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
