"""Counts the bad inputs that tests try: the tests that passed while `InputError` was raised in them, and what it said.

Commands that a test starts as processes of their own are not seen: there are more than are counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pytest
from recording import recorder_of

NAME = "bad-inputs"
SEEN = pytest.StashKey[dict[str, set[str]]]()
PASSED = pytest.StashKey[set[str]]()


def plain(message: str) -> str:
    """Leave folders, figures and quoted names out of a message: what is left tells one complaint from another."""
    return re.sub(r"\d+", "#", re.sub(r"'[^']*'", "''", re.sub(r"(/[^\s:'/]+)+/", "", message)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note what the test made the program refuse, where records are kept."""
    if recorder_of(item.config).folder is None:
        return (yield)
    from catchup.priors.errors import InputError

    raised = item.config.stash.setdefault(SEEN, defaultdict(set))[item.nodeid]
    start = InputError.__init__

    def noting(self: InputError, *arguments: Any, **named: Any) -> None:
        start(self, *arguments, **named)
        raised.add(plain(str(self)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(InputError, "__init__", noting)
        outcome = yield
    item.config.stash.setdefault(PASSED, set()).add(item.nodeid)  # reached only by tests that pass
    return outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.getoption("keyword")
    if not (whole and config.getoption("markexpr") == "not slow"):
        return  # a part of the tests would count a part of the inputs
    by_folder: dict[str, tuple[int, set[str]]] = {}
    for nodeid, messages in config.stash.get(SEEN, {}).items():
        if messages and nodeid in config.stash.get(PASSED, set()):
            folder = PurePath(nodeid.split("::")[0]).parent.name
            tests, seen = by_folder.get(folder, (0, set()))
            by_folder[folder] = (tests + 1, seen | messages)
    for folder, (tests, messages) in sorted(by_folder.items()):
        recorder_of(config).add(NAME, folder=folder, tests=tests, complaints=len(messages))
