"""The page on rows of assumptions speaks of every section and key that the program reads, and of no other."""

from __future__ import annotations

import pytest

from catchup.analysis.presentation.pages.rows import SCHEMAS, rows_page, told
from catchup.priors.layers import LISTED, PLAIN, SECTIONS, WITHOUT
from documents import DOCS


def test_sections_are_those_that_are_read() -> None:
    assert set(told()) == {*SECTIONS, *LISTED, WITHOUT}
    assert set(SCHEMAS) == set(told()) - {*PLAIN, WITHOUT}


@pytest.mark.parametrize("section", SCHEMAS)
def test_keys_are_those_of_the_schema(section: str) -> None:
    assert list(told()[section].keys) == list(SCHEMAS[section].model_fields)


def test_the_page_is_current() -> None:
    assert rows_page() == (DOCS / "rows.md").read_text(encoding="utf-8"), "run make docs"
