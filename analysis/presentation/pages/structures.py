"""The page on structures: models of other shapes side by side, where each comes from, what would tell them apart."""

from __future__ import annotations

from ...inference.few_observations import errors_by_chance
from ...inference.question import Question
from ...inference.request import Request, posterior
from ...studies.comparison import WANTED
from ...studies.pools import LINEAR, QUANTILE, STACKING
from ...studies.readings.mobilisation import SCENARIO
from ...studies.structure_registry import COMPUTE, MOBILISATION, trend_id
from ...studies.structures import Structures, structures
from ...studies.telling import first_telling, most_telling
from ..markdown import cited, generated_by, markdown_table, to_markdown
from ..tables.structures import comparison_table, pooling_lines, structure_table, telling_table
from ..text import and_text, between_text, date_text

ENSEMBLES = {
    LINEAR: "the mixture of the densities, which keeps every structure's tails",
    QUANTILE: "the mean of the quantiles, which keeps their common shape",
    STACKING: "a mixture whose weights make the items that all structures predict most likely, each left out in "
    f"turn; withheld where fewer than {WANTED} items speak",
}


def structure_page(question: Question) -> str:
    """Return the page on structures, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used, on the default items.
    """
    result = structures(posterior(Request(question)))
    return "\n".join(
        [
            generated_by(),
            "# Structures: models of other shapes\n",
            "One model shape can hide that another fits as well and says another year. `catchup structures` asks the "
            "same question of each, on the same items as far as each can take them.\n",
            markdown_table(("structure", "what it is", "source"), _described(result)),
            "The ensembles pool them:\n",
            markdown_table(("ensemble", "what it is"), [(f"`{name}`", text) for name, text in ENSEMBLES.items()]),
            "`catchup forecast --pool` answers with the linear pool, duplicates left out. In the next line to the "
            "date of every forecast that counts evidence, as in every run's report, stands from when to when the "
            "structures' medians lie; a plain forecast asks the trends, and neither the mobilisation, which takes as "
            "long as the race itself, nor structures of your own.\n",
            f"## Dates, as of {date_text(question.as_of)}\n",
            to_markdown(structure_table(result), lines=False),
            between_text(result.between, "the equal-weight pool's variance lies between the structures that it pools")
            + "\n",
            *(f"{line}\n" for line in pooling_lines(result)),
            "## How well each predicts\n",
            f"The log predictive density (elpd) of the {len(result.stacked_on)} items that all structures predict "
            f"({', '.join(f'`{name}`' for name in result.stacked_on)}), each given the others of these; its difference "
            "from the best, that difference's standard error, and the k-hat of the weights that leave items out. Each "
            "structure is conditioned on these items alone, whatever else it could take, so that like is compared with "
            f"like. {_noise_text(len(result.stacked_on))} and where items are few the standard error itself is too "
            "small.\n",
            to_markdown(comparison_table(result), lines=False),
            "## What would tell them apart\n",
            f"Whether it is ready by a day, or not, says something of which structure holds{_among_text(result)}: the "
            f"expected information, in bits, is the mutual information of the two. {_telling_text(result)}\n",
            to_markdown(telling_table(result), lines=False),
        ]
    )


def _among_text(result: Structures) -> str:
    """Which structures the bits are of, where not of all that have a column."""
    if len(result.pooled) == len(result.structures):
        return ""
    return f", of those that are pooled ({and_text([f'`{row.id}`' for row in result.pooled])})"


def _noise_text(items: int) -> str:
    """Say which differences of so many items' densities are nothing to go by, up to where it says why."""
    if items < 2:
        return "Of a single item no difference says anything,"
    return f"Of {items} items a difference within {errors_by_chance(items - 1):.1f} standard errors says nothing,"


def _telling_text(result: Structures) -> str:
    first, most = first_telling(result.telling), most_telling(result.telling)
    if first is not None:
        return f"The first day that tells much is {date_text(first.day)} ({first.information:.2f} bit)."
    if most is not None:
        return f"No day tells much; most does {date_text(most.day)} ({most.information:.2f} bit)."
    return "No day tells anything."


def _described(result: Structures) -> list[tuple[str, str, str]]:
    from ....model.trend import load_trends

    assumptions = result.question.assumptions
    trends = {trend_id(name): text for name, text in load_trends(assumptions).items()}
    sources = dict.fromkeys(
        reference for source in assumptions.race.sources.values() for reference in source.references
    )
    rows = []
    for row in result.structures:
        if row.id == COMPUTE:
            what, references = "[the race for compute](model.md)", tuple(sources)
        elif row.id == MOBILISATION:
            scenario = assumptions.scenarios[SCENARIO]
            what, references = f"[the scenario](scenarios.md#{scenario.id})", scenario.text.references
        elif row.id not in trends:
            what, references = "registered by its user", ()
        else:
            what, references = "[a measured lag carried forward](readings/trend.md)", trends[row.id].references
        rows.append((f"`{row.id}`: {row.title}", what, cited(references)))
    return rows
