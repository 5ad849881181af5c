"""A brief question, an item, and what a command said on standard error."""

from __future__ import annotations

import pytest

BRIEF = ["--evidence", "none", "--as-of", "2026-11-21", "--draws", "2000"]
ITEM = """
id = "rumour"
title = "A rumour"
kind = "capability_lag"
role = "likelihood"
known_since = 2026-06-01
[observed]
value = 7
scope = "general"
[likelihood]
sd = 0.25
[[sources]]
title = "A rumour"
publisher = "Somebody"
date = 2026-06-01
address = "https://example.org"
"""


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What went wrong, once it is sure that nothing else was said."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert 1 <= len(captured.err.splitlines()) <= 2
    assert captured.err.startswith("catchup: ")
    assert "Traceback" not in captured.err
    return captured.err
