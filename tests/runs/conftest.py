"""A folder of runs, made once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from catchup.analysis.archive.reading import Run
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.replay import replay
from catchup.model.assumptions import Assumptions, load_assumptions

FIRST, LAST = date(2026, 6, 26), date(2026, 9, 25)


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def request_(assumptions: Assumptions) -> Request:
    return Request(Question(assumptions, LAST, draws=60_000), engine="importance")


@pytest.fixture(scope="session")
def shelf(request_: Request, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Run]]:
    """Seven brief runs, a fortnight apart: two items arrive in between."""
    folder = tmp_path_factory.mktemp("shelf") / "runs"
    return folder, list(replay(request_, folder, FIRST, LAST, timedelta(days=13)))
