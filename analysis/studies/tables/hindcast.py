"""The track record: every past American record, and when a Chinese model would meet it, asked as of its own day."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ....evidence.tables.episodes import Episode, chinese_records, lag_episodes
from ....evidence.tables.table import Table
from ....model.assumptions import Assumptions
from ....model.equations import MONTHS_PER_YEAR
from ....priors.errors import InputError
from ....priors.families import Family
from ...inference.estimates import Array
from ...inference.few_observations import GroupedMean
from .chosen import last_day
from .gate_hindcast import GateHindcast
from .lag_structures import FRONTIER_NODES, NODES, STRUCTURES, Known, Said, predict_lag

RIVALS: Mapping[str, str] = {
    "last-lag": "As long as the record met last; the newest of several met at once",
    "mean-lag": "As long as those that had been met, on average",
    "no-lag": "At once",
}
"""By id, what each naive rival says."""
LEVELS = (0.5, 0.9)  # of central intervals
OUTSIDE = 0.05  # share of times that chance alone leaves the band about what is calibrated
FEWEST_EPISODES = 3  # with a lag known before, below which nothing can be compared


@dataclass(frozen=True)
class Asked:
    """An episode, and what was said of it on the record's day.

    Attributes
    ----------
    episode : Episode
        With what came of it.
    months : float
        Its length; so far, where it is open.
    lags_known : int
        Records that had been met by its day.
    vintage : date or None
        Of the table that it was asked with; later than the record's day where no earlier one is there.
    said : mapping of str to Said
        By id of a structure or rival; those that had too little to go by are not among them.
    """

    episode: Episode
    months: float
    lags_known: int
    vintage: date | None
    said: Mapping[str, Said]

    @property
    def hindsight(self) -> bool:
        """Whether its table is a later one, so that scores (not days) are those of later."""
        return self.vintage is None or self.vintage > self.episode.reference.day

    @property
    def compared(self) -> bool:
        """Whether every structure and rival said something."""
        return len(self.said) == len(STRUCTURES) + len(RIVALS)


@dataclass(frozen=True)
class Score:
    """How a structure or rival did over the episodes that are compared.

    Attributes
    ----------
    closed : float
        Mean CRPS over closed episodes (months), of lags up to `HORIZON`.
    all : float
        The same with open ones, as far as they have come.
    coverage : mapping of float to float
        Share of episodes inside central intervals, open ones counted once it is certain; empty for rivals.
    decided : mapping of float to int
        How many episodes that is a share of.
    """

    closed: float
    all: float
    coverage: Mapping[float, float]
    decided: Mapping[float, int]


@dataclass(frozen=True)
class Hindcast:
    r"""The track record.

    Attributes
    ----------
    table : Table
        Newest table, from which outcomes are known.
    until : date
        Last day that it speaks of.
    episodes : tuple of Asked
        By day of the record.
    scores : mapping of str to Score
        By id, structures first.
    best, rival : str
        Structure and rival with the lowest score over all episodes compared.
    difference : GroupedMean
        By how much the structure's score is lower than the rival's (months). Its error counts episodes that one Chinese
        model closed as one observation, and so those still open.
    gate : GateHindcast, optional
        The compute gate's own track record, where compute and stocks of that time are known.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from pathlib import Path
    >>> from catchup.analysis import hindcast
    >>> from catchup.evidence import read_table
    >>> from catchup.model import load_assumptions
    >>> days = [date(2023, 1, 1) + timedelta(days=120 * place) for place in range(9)]
    >>> records = [f"us{place},{150 + place},{day},Lab,USA" for place, day in enumerate(days)]
    >>> met = [f"cn{place},{150 + place},{day + timedelta(days=210)},Lab,China" for place, day in enumerate(days)]
    >>> size = Path("eci.csv").write_text("\n".join(["Model,eci,date,Organization,Country", *records, *met]))
    >>> found = hindcast([read_table("eci.csv", vintage=date(2026, 11, 26))], load_assumptions())
    >>> found.rival  # every gap was as long as the last
    'last-lag'
    """

    table: Table
    until: date
    episodes: tuple[Asked, ...]
    scores: Mapping[str, Score]
    best: str
    rival: str
    difference: GroupedMean
    gate: GateHindcast | None = None

    @property
    def compared(self) -> list[Asked]:
        """Episodes of which everybody said something."""
        return [asked for asked in self.episodes if asked.compared]

    @property
    def closed(self) -> list[Asked]:
        """Those of them that a Chinese model has met."""
        return [asked for asked in self.compared if not asked.episode.open]

    @property
    def followers(self) -> list[int]:
        """How many of the closed episodes each Chinese model closed."""
        return list(Counter(asked.episode.follower.model for asked in self.closed if asked.episode.follower).values())

    @property
    def reach(self) -> float:
        r"""How far chance takes shares of records met from the probabilities given to them, but for `OUTSIDE` of cases.

        The inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant. Episodes that one model closed may
        come out as one: groups of :math:`k_g` that do are as good as
        :math:`\bigl(\sum_g k_g\bigr)^2 / \sum_g k_g^2` episodes. No share lies further than 1 from a probability.
        """
        sizes = np.array(self.followers)
        independent = float(sizes.sum() ** 2 / (sizes**2).sum())
        return min(math.sqrt(math.log(2.0 / OUTSIDE) / (2.0 * independent)), 1.0)

    def shares_met(self, name: str) -> tuple[Array, Array]:
        """Shares of records met by each probability that a structure gave.

        Parameters
        ----------
        name : str
            A structure's id.

        Returns
        -------
        array of shape (closed,), array of shape (closed + 1,)
            Probabilities given to what came of each closed episode, ascending; and the share up to each, from 0 to 1.
        """
        given = np.sort([asked.said[name].probability for asked in self.closed])
        return given, np.arange(given.size + 1) / given.size

    @property
    def worst(self) -> float:
        """How far the best structure's shares lie from its probabilities, where they are farthest apart."""
        given, shares = self.shares_met(self.best)
        return float(np.max(np.maximum(np.abs(shares[1:] - given), np.abs(shares[:-1] - given))))

    @property
    def calibrated(self) -> bool:
        """Whether chance alone may take the best structure's shares as far from its probabilities as they are."""
        return self.worst <= self.reach


def hindcast(tables: Sequence[Table], assumptions: Assumptions) -> Hindcast:
    """Ask every past record as of its day, and score what was said by what happened.

    Each is asked with the newest table that was there on its day, or the oldest where all are later; of that table only
    what had come out by the day counts. What came of it is the newest table's.

    Parameters
    ----------
    tables : sequence of Table
        Vintages of one index, with models, scores, days and countries.
    assumptions : Assumptions
        What is believed of lags before any was measured, and the calendar.

    Raises
    ------
    InputError
        If there is no table, or too few records to compare anything.
    DependentError
        If what is believed of lags, or of the frontier's trend, hangs together: it is read as independent.

    Examples
    --------
    >>> from catchup.analysis import hindcast
    >>> from catchup.model import load_assumptions
    >>> hindcast([], load_assumptions())
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: tables: no table: a vintage of an index with scores was expected
    """
    if not tables:
        raise InputError("no table: a vintage of an index with scores was expected", key="tables")
    ordered = sorted(tables, key=last_day)
    newest, until = ordered[-1], last_day(ordered[-1])
    days_per_month = assumptions.calendar.days_per_month
    beliefs = {**assumptions.independent(NODES), **assumptions.independent(FRONTIER_NODES)}
    episodes = []
    for episode in lag_episodes(newest, until):
        if episode.days <= 0:
            continue  # met before it was set: nothing was left to ask
        day = episode.reference.day
        table = max((each for each in ordered if last_day(each) <= day), key=last_day, default=ordered[0])
        known = known_on(table, day, episode.reference.score, days_per_month)
        said = _said(known, episode, episode.days / days_per_month, beliefs)
        episodes.append(Asked(episode, episode.days / days_per_month, int(known.met.sum()), table.vintage, said))
    compared = [asked for asked in episodes if asked.compared]
    if sum(not asked.episode.open for asked in compared) < FEWEST_EPISODES:
        raise InputError(
            f"{len(compared)} records had a lag known before their day; at least {FEWEST_EPISODES} that have been met "
            "were expected",
            file=newest.file,
        )
    scores = {name: _score(compared, name) for name in (*STRUCTURES, *RIVALS)}
    best = min(STRUCTURES, key=lambda name: scores[name].all)
    rival = min(RIVALS, key=lambda name: scores[name].all)
    return Hindcast(newest, until, tuple(episodes), scores, best, rival, _difference(compared, best, rival))


def known_on(table: Table, day: date, score: float, days_per_month: float) -> Known:
    """What a table says of lags and of the Chinese frontier to whoever knows nothing that came after a day.

    Parameters
    ----------
    table : Table
        Of that day, or later.
    day : date
        The day of a record.
    score : float
        Its score.
    days_per_month : float
        Length of a month.
    """
    past = [each for each in lag_episodes(table, last_day(table)) if each.reference.day < day and each.days > 0]
    met = [each.follower is not None and each.follower.day <= day for each in past]
    lags = [
        (each.days if closed else (day - each.reference.day).days) / days_per_month
        for each, closed in zip(past, met, strict=True)
    ]
    best = [release for release in chinese_records(table) if release.day <= day]
    year = days_per_month * MONTHS_PER_YEAR
    return Known(
        lags=np.array(lags, dtype=float),
        met=np.array(met, dtype=bool),
        ages=np.array([(day - each.reference.day).days / year for each in past], dtype=float),
        ended=np.array([(day - each.follower.day).days if each.follower else -1 for each in past], dtype=int),
        score=score,
        best=np.array([release.score for release in best], dtype=float),
        best_ages=np.array([(day - release.day).days / year for release in best], dtype=float),
    )


def _said(known: Known, episode: Episode, months: float, beliefs: Mapping[str, Family]) -> dict[str, Said]:
    said = {}
    for name in STRUCTURES:
        predictive = predict_lag(name, known, beliefs)
        if predictive is not None:
            said[name] = Said.of(predictive.values, predictive.probability_within(months), episode, months)
    closed = known.lags[known.met]
    points = {"no-lag": 0.0}
    if closed.size:
        last = np.lexsort((known.ages[known.met], known.ended[known.met]))[0]
        points |= {"last-lag": float(closed[last]), "mean-lag": float(closed.mean())}
    for name in RIVALS:
        if name in points:
            said[name] = Said.of(np.array([points[name]]), float(points[name] <= months), episode, months)
    return said


def _score(compared: Sequence[Asked], name: str) -> Score:
    closed = [asked.said[name].score for asked in compared if not asked.episode.open]
    coverage, decided = {}, {}
    for level in LEVELS if name in STRUCTURES else ():
        low, high = 0.5 - level / 2.0, 0.5 + level / 2.0
        # an open episode is outside once it has outlasted the interval, and undecided before
        inside = [
            low <= asked.said[name].probability <= high
            for asked in compared
            if not asked.episode.open or asked.said[name].probability > high
        ]
        coverage[level], decided[level] = float(np.mean(inside)), len(inside)
    return Score(
        float(np.mean(closed)), float(np.mean([asked.said[name].score for asked in compared])), coverage, decided
    )


def _difference(compared: Sequence[Asked], best: str, rival: str) -> GroupedMean:
    """Mean difference of two scores, with its error: what one model closed at once is one observation."""
    differences = [asked.said[rival].score - asked.said[best].score for asked in compared]
    followers = [asked.episode.follower.model if asked.episode.follower else None for asked in compared]
    return GroupedMean.of(differences, followers)
