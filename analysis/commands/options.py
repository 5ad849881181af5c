"""Options that the commands share, and the question they add up to."""

# Annotations are evaluated here: left as text, those that a class inherits would be looked up in its own module.

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from ...model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions
from ...priors.clock import today
from ...priors.errors import InputError
from ..inference.posterior import Posterior
from ..inference.progress import show_progress
from ..inference.question import DEFAULT_DRAWS, Question
from ..inference.request import Request, posterior
from ..inference.silence import silences_in, stale_lines
from .notices import notice

WHAT = Group("What is asked", sort_key=1)
BELIEF = Group("What is assumed", sort_key=2)
HOW = Group("How it is computed", sort_key=3)
OUTPUT = Group("What is printed", sort_key=4)

# options that stand in several places, each under the one name that its users know it by
AsJson = Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")]
Quiet = Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print nothing when all is well, but for --json.")]
Draws = Annotated[int, Parameter(group=HOW, help="Number of draws.")]
Seed = Annotated[int, Parameter(group=HOW, help="Seed of the random numbers.")]
LedgerFolder = Annotated[
    Path | None, Parameter(group=BELIEF, help="Folder of evidence items to use instead of the project's own.")
]
DataFolder = Annotated[
    Path | None,
    Parameter(
        group=BELIEF,
        help="Folder that tables are kept in; CATCHUP_DATA, or the platform's place for user data, by default.",
    ),
]
CriteriaFile = Annotated[
    Path | None, Parameter(group=WHAT, help="A TOML file of criteria, laid over those that come with the project.")
]
DayOfDates = Annotated[date | None, Parameter(group=WHAT, help="Day that --dates asks of; today by default.")]
RunsFolder = Annotated[Path, Parameter(help="Folder of runs.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What is assumed before any leak."""

    model: Annotated[
        Literal["article", "current"],
        Parameter(
            group=BELIEF,
            help="The world as it stands (current), or the published model that it is laid over (article).",
        ),
    ] = "current"
    priors: Annotated[
        list[str] | None,
        Parameter(
            group=BELIEF,
            negative="",
            help="Overlay on the priors: a TOML file, or the name of one that comes with the project; repeatable.",
        ),
    ] = None
    set: Annotated[
        list[str] | None,
        Parameter(group=BELIEF, negative="", help="QUANTITY=VALUE fixes a quantity, in its own unit; repeatable."),
    ] = None

    def assumptions(self) -> Assumptions:
        """Load the assumptions.

        Raises
        ------
        InputError
            If an overlay or a fixed value is wrong.
        """
        return load_assumptions(self.priors or (), _fixed(self.set or []), model=self.model)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked(Assumed):
    """What every forecast-like command takes."""

    event: Annotated[
        str,
        Parameter(
            group=WHAT, help="Which reading of a model like Mythos (docs/events.md); ? is answered by all of them."
        ),
    ] = DEFAULT_EVENT
    as_of: Annotated[
        date | None,
        Parameter(
            group=WHAT,
            help="Day the question is asked: later evidence is not used, policies act from it. Today by default.",
        ),
    ] = None
    launch_grid: Annotated[
        float | None, Parameter(group=WHAT, help="Months between possible launches; any moment by default.")
    ] = None
    evidence: Annotated[str, Parameter(group=BELIEF, help="none, default, or ids of items separated by commas.")] = (
        "default"
    )
    ledger: LedgerFolder = None
    add: Annotated[
        list[Path] | None,
        Parameter(group=BELIEF, negative="", help="One more item of evidence for this run: a TOML file; repeatable."),
    ] = None
    draws: Draws = DEFAULT_DRAWS
    seed: Seed = 1
    engine: Annotated[
        Literal["auto", "importance", "nuts"],
        Parameter(
            group=HOW, help="What draws from the posterior; auto: importance where its diagnostics are good, else nuts."
        ),
    ] = "auto"
    quasi: Annotated[
        bool,
        Parameter(
            group=HOW,
            negative="",
            help="Quasi-random prior draws (scrambled Sobol): a smaller Monte Carlo error for as many draws.",
        ),
    ] = False
    json: AsJson = False

    def question(self) -> Question:
        """Build the question.

        Raises
        ------
        InputError
            If any option's value cannot be used.
        """
        show_progress(not self.json)
        return Question(
            assumptions=self.assumptions(),
            as_of=self.as_of or today(),
            event=self.event,
            draws=self.draws,
            seed=self.seed,
            quasi_random=self.quasi,
            launch_grid=self.launch_grid,
        )

    def request(self) -> Request:
        """Build the question with the evidence to answer it on, and say what silence nobody confirmed lately."""
        return announced(self.unannounced_request())

    def unannounced_request(self) -> Request:
        """Build the same, saying nothing: for who says it in another way."""
        request = Request(
            question=self.question(),
            evidence=self.evidence,
            engine=self.engine,
            ledger=self.ledger,
            added=tuple(self.add or ()),
        )
        if request.counts_nothing and self.ledger is not None:
            from ...evidence.ledgers import load_ledger

            load_ledger(self.ledger)  # whose faults nobody would hear of, nothing of it being counted
        return request

    def posterior(self) -> Posterior:
        """Draw from the posterior that is asked for; raises as `inference.request.posterior` does."""
        return posterior(self.request())


def announced(request: Request) -> Request:
    """Say of a request what silence nobody confirmed lately, and which firms stand in for others; and return it."""
    from .output import warn

    for line in stale(request):
        notice(line)
    warn(*stood_in(request))  # before the answer: where there is none, it may be why
    return request


def stale(request: Request) -> list[str]:
    """Say of each silence that a request counts whether it was confirmed long ago."""
    return [] if request.counts_nothing else stale_lines(silences_in(request.question, request.selection.counted))


def stood_in(request: Request) -> list[str]:
    """Say of each item that a request counts whether another firm stands in for the one that it is about."""
    if request.counts_nothing:
        return []
    from ...evidence.consistency import stood_in_text

    told = (stood_in_text(item, request.question.assumptions) for item in request.selection.counted)
    return [line for line in told if line]


def _fixed(settings: list[str]) -> dict[str, float]:
    """Read QUANTITY=VALUE settings; numbers may be written 500_000 or 5e5."""
    values = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise InputError(f"QUANTITY=VALUE was expected, not '{setting}'", key="--set")
        try:
            value = float(text)
        except ValueError:
            raise InputError(f"a number was expected, not '{text}'", key=f"--set {name}") from None
        if not math.isfinite(value):
            raise InputError(f"a finite number was expected, not {text}", key=f"--set {name}")
        if name.strip() in values:
            raise InputError("is set twice: one value was expected", key=f"--set {name.strip()}")
        values[name.strip()] = value
    return values
