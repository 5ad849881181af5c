"""Entry points of other packages: one meaning for each name, and nobody changes what was found."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catchup.priors.entry_points import entry_points_of
from catchup.priors.errors import InputError

GROUP = "catchup.nothing"


@pytest.fixture(autouse=True)
def _found_anew() -> Iterator[None]:
    entry_points_of.cache_clear()
    yield
    entry_points_of.cache_clear()


def install(folder: Path, name: str, point: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{point}\n", encoding="utf-8")
    importlib.invalidate_caches()


def test_a_name_with_two_meanings_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    install(tmp_path, "one", "slow = theirs:Slow")
    install(tmp_path, "fork", "slow = theirs:Slow")
    assert entry_points_of(GROUP)["slow"].value == "theirs:Slow"
    entry_points_of.cache_clear()
    install(tmp_path, "other", "slow = others:Slow")
    with pytest.raises(InputError, match=r"entry point slow \(catchup.nothing\): is given twice, as ") as raised:
        entry_points_of(GROUP)
    assert {"theirs:Slow", "others:Slow"} <= {*str(raised.value).replace(";", "").split()}


def test_what_was_found_cannot_be_changed() -> None:
    found: Any = entry_points_of(GROUP)
    with pytest.raises(TypeError):
        found["slow"] = None
