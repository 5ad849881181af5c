"""``catchup criteria``: what public tables tell an event by, what they tell so far, and when each will be met."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from ...priors.clock import today
from ...priors.errors import refuse_unknown
from ..inference.question import DEFAULT_DRAWS
from .data_studies import StudiedTables
from .options import WHAT, CriteriaFile, Draws, Seed
from .output import show


def criteria(
    *names: str,
    criteria: CriteriaFile = None,
    as_of: Annotated[
        date | None, Parameter(group=WHAT, help="Day of the question: later tables are not read. Today by default.")
    ] = None,
    draws: Draws = DEFAULT_DRAWS,
    seed: Seed = 1,
    studied: StudiedTables | None = None,
) -> int:
    """When a Chinese model meets each criterion of a public table, and all of them; those that have been met say so.

    Parameters
    ----------
    names
        Which criteria; all by default.
    """
    from ...evidence.tables.criteria import hold_against_tables, load_criteria
    from ..inference.question import Question
    from ..presentation.tables.criteria import layout
    from ..studies.tables.criteria import criteria as ask

    studied = studied or StudiedTables()
    store = studied.store()
    known = load_criteria(criteria, store.shapes)
    refuse_unknown("criterion", names, known)
    chosen = {name: known[name] for name in names or known}
    question = Question(studied.assumptions(), as_of or today(), draws=draws, seed=seed)
    if criteria is not None:
        hold_against_tables(chosen, store, question.as_of, file=criteria)
    show(layout(ask(question, chosen, store)), as_json=studied.json, model=studied.model)
    return 0
