"""A headless Chromium, and a report and an explorer for it to open, each made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from browsing import Browser
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.explorer import write_explorer
from catchup.analysis.presentation.report.report import write_report
from catchup.analysis.runs.run import Stopwatch, run, work_out
from catchup.model.assumptions import Assumptions, load_assumptions

AS_OF, BEFORE = date(2026, 11, 21), date(2026, 9, 1)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    pytest.importorskip("selenium", reason="needs the Python package selenium (the extra `dev` has it)")
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    opened = Browser(chromium, driver, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return load_assumptions()


@pytest.fixture(scope="session")
def drawn(assumptions: Assumptions) -> Posterior:
    return posterior(Request(Question(assumptions, AS_OF, draws=20_000), engine="importance"))


@pytest.fixture(scope="session")
def explorer(drawn: Posterior, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explorer") / "explore.html"
    write_explorer(path, drawn)
    return path


@pytest.fixture(scope="session")
def report(assumptions: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that has an earlier run to compare with."""
    runs = tmp_path_factory.mktemp("report") / "runs"
    question = Question(assumptions, BEFORE, draws=20_000)
    run(Request(question, engine="importance"), runs, brief=True)
    later = Request(Question(assumptions, AS_OF, draws=20_000), engine="importance")
    path = runs.parent / "report.html"
    write_report(path, work_out(later, runs, Stopwatch()), explorer="explore.html")
    return path
