"""A folder of runs, made once."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.archive.site_folder import Made
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.presentation.site import build
from catchup.analysis.presentation.site.cards import card_of
from catchup.analysis.runs import run as orchestration
from catchup.analysis.runs.publish import publish
from catchup.analysis.runs.replay import replay
from catchup.model.assumptions import Assumptions, load_assumptions

FIRST, LAST = date(2026, 6, 26), date(2026, 9, 25)
NEEDED = ("levers", "regimes", "sensitivity")  # by every report


@pytest.fixture
def brief_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without figures and report, which take most of the time."""
    monkeypatch.setattr(orchestration, "run", functools.partial(orchestration.run, brief=True))


@pytest.fixture
def undrawn_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs with a report, but without figures and explorer."""
    monkeypatch.setattr(orchestration, "drawings_of", lambda sections: {})
    monkeypatch.setattr("catchup.analysis.presentation.explorer.render_explorer", lambda *_, **__: "")


@pytest.fixture
def few_studies(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Leaves a run those studies that are named, and what every report needs."""
    every = orchestration.studies_of_a_run

    def choose(*names: str, **own: Callable[[Posterior], Any]) -> None:
        def chosen(drawn: Posterior) -> dict[str, Callable[[Posterior], Any]]:
            return {name: study for name, study in every(drawn).items() if name in (*NEEDED, *names)} | own

        monkeypatch.setattr(orchestration, "studies_of_a_run", chosen)

    return choose


@pytest.fixture(scope="session")
def cards() -> dict[str, bytes]:
    """Cards that were drawn, by what they are made from."""
    return {}


@pytest.fixture
def cards_drawn_once(cards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has one card on all sites: drawing those of a shelf anew takes a third of the time of publishing it."""

    def kept_card_of(*asked: Any) -> Made:
        made = card_of(*asked)

        def make() -> bytes:
            if made.key not in cards:
                cards[made.key] = made.make()
            return cards[made.key]

        return replace(made, make=make)

    monkeypatch.setattr(build, "card_of", kept_card_of)


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def request_(assumptions: Assumptions) -> Request:
    return Request(Question(assumptions, LAST, draws=20_000), engine="importance")


@pytest.fixture(scope="session")
def shelf(request_: Request, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Run]]:
    """Five brief runs, three weeks apart: two items arrive in between."""
    folder = tmp_path_factory.mktemp("shelf") / "runs"
    return folder, list(replay(request_, folder, FIRST, LAST, timedelta(days=22)))


@pytest.fixture(scope="session")
def site(shelf: tuple[Path, list[Run]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those runs published; not to be written into."""
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(shelf[0], folder)
    return folder


@pytest.fixture
def copies(shelf: tuple[Path, list[Run]], tmp_path: Path, cards_drawn_once: None) -> Path:
    """The three newest runs: one that is neither the first nor the last is among them."""
    for one in shelf[1][-3:]:
        shutil.copytree(one.folder, tmp_path / "runs" / one.name)
    return tmp_path / "runs"
