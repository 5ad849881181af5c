"""From a request to the posterior that answers it: the one way that every command, and a model in Python, takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ...priors.arguments import listed, refuse_others
from .diagnostics import refuse_few_draws
from .engines import check_engine
from .posterior import Posterior, prior_of
from .question import Question, refuse_other_than_question

if TYPE_CHECKING:
    from ...evidence.schema import Item
    from ...evidence.selection import Selection


@dataclass(frozen=True)
class Request:
    """A question, and the evidence it is to be answered on.

    Attributes
    ----------
    question : Question
        What is asked.
    evidence : str
        ``none``, ``default`` or ids separated by commas.
    engine : str
        ``auto``, ``importance`` or ``nuts``.
    ledger : Path, optional
        Folder of items instead of the project's own.
    added : tuple of Path
        Files of further items.

    Raises
    ------
    InputError
        If there is no such engine, or an argument is of another kind.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request
    >>> from catchup.model import load_assumptions
    >>> request = Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="eci-lag")
    >>> [item.id for item in request.selection.counted]
    ['eci-lag']
    """

    question: Question
    evidence: str = "default"
    engine: str = "auto"
    ledger: Path | None = None
    added: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        refuse_other_than_question(self.question)
        check_engine(self.engine)
        _refuse_other_arguments(self.evidence, self.ledger)
        object.__setattr__(self, "added", listed("added", self.added, "files", (str, Path)))

    @property
    def counts_nothing(self) -> bool:
        """Whether no item is asked for."""
        return counts_nothing(self.evidence, self.added)

    @cached_property
    def selection(self) -> Selection:
        """What is counted.

        Raises
        ------
        InputError
            If the evidence cannot be used.
        """
        return choose_evidence(self.question, self.evidence, self.ledger, self.added)


def refuse_other_than_request(request: object) -> None:
    """Refuse what is no request where one is asked for.

    Raises
    ------
    InputError
        Naming the argument.
    """
    refuse_others("request", request, Request, "a Request")


def posterior(request: Request) -> Posterior:
    """Draw from the posterior that a request's evidence makes of the prior; from the prior where there is none.

    Parameters
    ----------
    request : Request
        Question, evidence and engine.

    Raises
    ------
    InputError
        If the evidence cannot be used.
    UntrustworthyError
        If the posterior's draws cannot be trusted, or are fewer than the median takes.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, posterior
    >>> from catchup.model import load_assumptions
    >>> posterior(Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none")).engine
    'forward'
    """
    refuse_other_than_request(request)
    return posterior_on(
        request.question, lambda: request.selection, request.engine, counts_nothing=request.counts_nothing
    )


def posterior_on(
    question: Question, selection: Callable[[], Selection], engine: str, *, counts_nothing: bool
) -> Posterior:
    """Draw from the posterior on what was selected, or from the prior where nothing was asked for; see `posterior`.

    Parameters
    ----------
    question : Question
        What is asked.
    selection : callable
        Returns what is counted; not called for the prior, of which no ledger need be read.
    engine : str
        ``auto``, ``importance`` or ``nuts``, which samples the prior, too.
    counts_nothing : bool
        Whether no item was asked for. Items that were, and do not count on the day, are told in the notes.
    """
    check_engine(engine)
    if counts_nothing and engine != "nuts":
        refuse_few_draws(question.draws)
        return prior_of(question)
    from .conditioning import condition

    return condition(question, selection(), engine)


def counts_nothing(evidence: str, added: Sequence[object]) -> bool:
    """Whether no item is asked for."""
    return evidence == "none" and not added


def choose_evidence(
    question: Question,
    evidence: str,
    ledger: str | Path | None,
    added: Sequence[str | Path | Item],
    *,
    count_added: bool = True,
) -> Selection:
    """Read a ledger and decide what a question counts.

    Parameters
    ----------
    question : Question
        Its day and its assumptions.
    evidence : str
        ``none``, ``default`` or ids separated by commas.
    ledger : str or Path, optional
        Folder of items instead of the project's own.
    added : sequence of str, Path or Item
        Items added for this run, or files of them.
    count_added : bool, default True
        Whether those of role likelihood are counted, whatever `evidence` says, or all are left out. One of another role
        is counted where `evidence` names it. Opinions are never counted, but compared.

    Raises
    ------
    InputError
        If the ledger, an item or the choice is wrong, or an item is confirmed through a day after today and that of the
        question.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, choose_evidence
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> selection = choose_evidence(question, "eci-lag", ledger=None, added=())
    >>> [item.id for item in selection.counted]
    ['eci-lag']
    """
    refuse_other_than_question(question)
    from ...evidence.confirmation import refuse_future
    from ...evidence.ledgers import load_ledger
    from ...evidence.schema import Item
    from ...evidence.selection import select
    from ...priors.clock import today

    _refuse_other_arguments(evidence, ledger)
    added = listed("added", added, "files or items", (str, Path, Item))
    known = load_ledger(ledger, added)
    for item in known.items.values():
        refuse_future(item, max(question.as_of, today()))
    files = {each.file if isinstance(each, Item) else str(each) for each in added}
    then = known.as_of(question.as_of).items.values()
    ours = [item for item in then if item.file in files and item.kind.countable]
    extra = [item.id for item in ours if item.text.role == "likelihood"]
    before = load_ledger(ledger) if ours and not count_added else known
    new = extra if count_added else [item.id for item in ours if item.id not in before.items]
    names = [name for name in evidence.split(",") if not (new and name.strip() in ("none", *new))]
    wanted = [*names, *extra] if count_added else names or ["none"]
    return select(before, ",".join(wanted), question.as_of, question.assumptions)


def _refuse_other_arguments(evidence: object, ledger: object) -> None:
    refuse_others("evidence", evidence, str, "default, none or ids separated by commas")
    refuse_others("ledger", ledger, (str, Path, type(None)), "the folder of a ledger")
