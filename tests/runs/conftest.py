"""A folder of runs, made once."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs import run as orchestration
from catchup.analysis.runs.replay import replay
from catchup.model.assumptions import Assumptions, load_assumptions

FIRST, LAST = date(2026, 6, 26), date(2026, 9, 25)


@pytest.fixture
def brief_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without figures and report, which take most of the time."""
    monkeypatch.setattr(orchestration, "run", functools.partial(orchestration.run, brief=True))


@pytest.fixture
def undrawn_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs with a report, but without figures and explorer."""
    monkeypatch.setattr(orchestration, "drawings_of", lambda sections: {})
    monkeypatch.setattr("catchup.analysis.presentation.explorer.render_explorer", lambda *_: "")


@pytest.fixture(scope="session")
def scoringrules() -> ModuleType:
    """The library of scoring rules, for those who ask: it compiles for five seconds, at collection for everybody."""
    import scoringrules

    return scoringrules


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
