"""What pages ask twice: on the default items, and from the prior alone on the article's own day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ...inference.posterior import Posterior
from ...inference.question import Question
from ...inference.request import Request, posterior
from ..text import date_text

AS_OF = date(2026, 11, 21)  # on which every page asks, unless it says otherwise


def asked_twice(question: Question) -> Iterator[tuple[str, Posterior]]:
    """Yield a heading in Markdown and the posterior that stands under it, of either asking."""
    early = replace(question, as_of=question.assumptions.table.day("article_day"))
    for asked, evidence, title in (
        (question, "default", "On the default items"),
        (early, "none", "From the prior alone, on the article's own day"),
    ):
        yield f"## {title}, as of {date_text(asked.as_of)}\n", posterior(Request(asked, evidence=evidence))
