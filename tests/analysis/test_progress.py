"""Bars appear for people, after a second, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from catchup.analysis.inference import progress
from catchup.analysis.inference.progress import track, waiting


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What bars were made for, at a terminal whose user has no patience at all."""
    made: list[str] = []

    class Bar:
        def start(self) -> None: ...

        def stop(self) -> None:
            made.append("stopped")

        def add_task(self, description: str, total: int) -> int:
            made.append(f"{description} of {total}")
            return 0

        def update(self, task: int, completed: int, refresh: bool) -> None: ...

    monkeypatch.setattr(progress, "_bar", Bar)
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress.show_progress(True)
    yield made
    progress.show_progress(False)


def test_a_bar_for_what_takes_long(bars: list[str]) -> None:
    assert list(track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert bars == ["letters of 3", "stopped"]


def test_no_bar_inside_another(bars: list[str]) -> None:
    found = [list(track(range(2), 2, "inner")) for _ in track(range(3), 3, "outer")]
    assert found == [[0, 1]] * 3
    assert bars == ["outer of 3", "stopped"]


def test_a_bar_again_after_one_that_was_broken_off(bars: list[str]) -> None:
    for _ in track(range(5), 5, "first"):
        break
    assert list(track(range(2), 2, "second")) == [0, 1]
    assert bars[-2:] == ["second of 2", "stopped"]


def test_no_bar_for_scripts(bars: list[str]) -> None:
    progress.show_progress(False)
    assert list(track(range(3), 3, "numbers")) == [0, 1, 2]
    with waiting("something"):
        pass
    assert bars == []


def test_a_sign_of_life_where_nothing_else_shows_one(bars: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def spinner(description: str) -> Iterator[None]:
        bars.append(description)
        yield
        bars.append("over")

    monkeypatch.setattr(progress, "_spinner", spinner)
    for _ in track(range(1), 1, "outer"):
        with waiting("inside"):
            pass
    with waiting("alone"):
        pass
    assert bars == ["alone", "over"]
