"""A vintage is kept whole whatever another process does between two steps, and never takes another's place."""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from interference import every_moment

from catchup.evidence.tables.download import _Partial
from catchup.evidence.tables.store import TableStore
from catchup.evidence.tables.update import load_sources
from catchup.evidence.tables.vintages import SCHEMA, Held, Manifest, put
from catchup.priors import files
from catchup.priors.errors import InputError
from table_cases import VINTAGE

CONTENT, OTHER = b"Model,eci\nAsh,120\n", b"Model,eci\nAsh,121\n"
RENAME = ((files, "rename_to_free_name"),)


def manifest_of(content: bytes) -> Manifest:
    return Manifest.model_validate(
        {
            "schema": SCHEMA,
            "name": "epoch-eci",
            "vintage": VINTAGE,
            "file": "epoch-eci.csv",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "origin": "epoch-eci.csv",
            "added": datetime.date(2026, 8, 17),
        }
    )


class Tables:
    """A folder of tables, and what others do to it."""

    def __init__(self, parent: Path) -> None:
        self.parent, self.folder = parent, parent / "data" / "tables"
        self.place = self.folder / "epoch-eci" / VINTAGE.isoformat()

    def empty(self) -> None:
        shutil.rmtree(self.parent / "data", ignore_errors=True)
        (self.parent / "data").unlink(missing_ok=True)

    def put(self, content: bytes = CONTENT) -> tuple[Held, bool]:
        return put(self.folder, manifest_of(content), content, "epoch-eci.csv")

    def put_the_same(self) -> None:
        self.put()

    def put_another(self) -> None:
        with suppress(InputError):  # ours is held
            self.put(OTHER)

    def make_empty_folder(self) -> None:
        self.place.mkdir(parents=True)

    def remove_all(self) -> None:
        shutil.rmtree(self.parent / "data")

    def file_for_folder(self) -> None:
        self.empty()
        (self.parent / "data").write_text("")

    def hidden(self) -> list[str]:
        return [path.name for path in self.folder.glob("*/.*")] if self.folder.is_dir() else []


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def test_the_same_vintage_put_at_once_is_kept_once(tables: Tables) -> None:
    new = set()
    for ended in every_moment(tables.empty, tables.put, tables.put_the_same):
        held, is_new = ended.result
        assert held.path.read_bytes() == CONTENT
        assert tables.hidden() == []
        new.add(is_new)
    assert new == {True, False}


def test_another_vintage_of_that_day_is_not_replaced(tables: Tables) -> None:
    ends = set()
    for ended in every_moment(tables.empty, tables.put, tables.put_another):
        kept = (tables.place / "epoch-eci.csv").read_bytes()
        assert kept == (CONTENT if ended.refusal is None else OTHER)
        assert ended.refusal is None or "is held with other content" in str(ended.refusal)
        ends.add(ended.refusal is None)
    assert ends == {True, False}


@pytest.mark.parametrize("act", [Tables.make_empty_folder, Tables.remove_all, Tables.file_for_folder])
def test_what_cannot_be_kept_is_a_line(act: Callable[[Tables], None], tables: Tables) -> None:
    refused = set()
    for ended in every_moment(tables.empty, tables.put, lambda: act(tables)):
        assert ended.refusal is not None or tables.put()[0].path.read_bytes() == CONTENT
        assert ended.refusal is None or ended.refusal.exit_code == 2
        if act is Tables.make_empty_folder and ended.refusal is not None:
            assert list(tables.place.iterdir()) == []
        refused.add(ended.refusal is not None)
    assert True in refused


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_each_step_may_fail(number: int, tables: Tables) -> None:
    ends = set()
    for ended in every_moment(tables.empty, tables.put, lambda: OSError(number, os.strerror(number))):
        held = TableStore(tables.parent / "data").vintages()
        assert ended.refusal is not None or [each.path.read_bytes() for each in held] == [CONTENT]
        ends.add(ended.refusal is None)
    assert False in ends


@pytest.mark.parametrize(
    ("name", "read"),
    [("sources.toml", load_sources), ("shapes.toml", lambda store: store.shapes)],
)
def test_a_users_own_rows_may_go(name: str, read: Callable[[TableStore], object], tmp_path: Path) -> None:
    own = tmp_path / name
    text = "[limits]\nwait_seconds = 7.0\n" if name == "sources.toml" else '[country.Atlantis]\ncode = "ATL"\n'
    for ended in every_moment(lambda: own.write_text(text), lambda: read(TableStore(tmp_path)), own.unlink):
        assert ended.refusal is None or "no such file" not in str(ended.refusal)


def test_a_part_that_goes_is_no_part(tmp_path: Path) -> None:
    partial = _Partial(tmp_path / "x.part", tmp_path / "x.json", "https://example.org/x.csv")

    def prepare() -> None:
        partial.begin("mark")
        partial.path.write_bytes(b"half")

    for ended in every_moment(prepare, lambda: (partial.mark(), partial.size), partial.path.unlink):
        assert ended.result in (("mark", 4), ("mark", 0), (None, 0))
    assert json.loads(partial.about.read_text())["mark"] == "mark"
