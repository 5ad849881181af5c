"""What CONTRIBUTING.md sends people to is there, and its table of floors is the one that is tested."""

from __future__ import annotations

import re

from import_graph import FLOORS
from test_house import ROOMS

from documents import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")


def test_files_that_are_named_are_there() -> None:
    named = {path for path in PATH.findall(TEXT) if "/" in path.rstrip("/") and "NAME" not in path}
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    patterns = {path for path in PATH.findall(TEXT) if "/" in path and "NAME" in path}
    assert {path for path in patterns if not (ROOT / path).parent.is_dir()} == set()


def test_names_that_are_to_be_extended_stand_where_it_says() -> None:
    named = re.findall(r"`(\w+)` of\s+`([\w./]+\.py)`", TEXT)
    assert {name for name, _ in named} >= {"KINDS", "COMMANDS", "BUILDERS", "FORECAST_FIGURES", "studies_of_a_run"}
    for name, path in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(def )?{name}\b", text, re.MULTILINE), f"{name} in {path}"


def test_every_room_says_what_it_may_import() -> None:
    table = TEXT[TEXT.index("| room |") :].split("\n\n", 1)[0]
    assert {*re.findall(r"^\| `(\w+)/`", table, re.MULTILINE)} == set(ROOMS)


def test_floors_are_those_that_are_tested() -> None:
    table = TEXT[TEXT.index("| floor |") :].split("\n\n", 1)[0]
    assert re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE) == [*reversed(FLOORS)]
