"""The data folder: vintages are kept whole, never replaced, and known by their hash."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from catchup.evidence import TableStore
from catchup.evidence.tables.places import data_folder, named_vintage
from catchup.priors.errors import InputError
from catchup.priors.workshops import built_in
from table_cases import HORIZONS, INDEX_HEADER, INDEX_ROWS, OWNER_HEADER, OWNER_ROWS, VINTAGE, index_with, write_csv


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    return TableStore(tmp_path / "kept")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_vintage_is_the_published_bytes_and_a_manifest(store: TableStore, index: Path) -> None:
    added = store.add(index, VINTAGE)
    assert (added.new, added.older, added.newest) == (True, False, None)
    kept = files_in(store.folder)
    place = "tables/epoch-eci/2026-08-16"
    assert kept.keys() == {f"{place}/epoch-eci.csv", f"{place}/manifest.json"}
    assert kept[f"{place}/epoch-eci.csv"] == index.read_bytes()
    text = kept[f"{place}/manifest.json"].decode("utf-8")
    manifest = json.loads(text)
    assert text == json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    assert manifest == {
        "schema": 1,
        "name": "epoch-eci",
        "vintage": "2026-08-16",
        "file": "epoch-eci.csv",
        "sha256": hashlib.sha256(index.read_bytes()).hexdigest(),
        "bytes": index.stat().st_size,
        "origin": "index.csv",
        "added": date.today().isoformat(),
    }
    assert store.read(added.held).sha256 == manifest["sha256"]


def test_vintages_stand_side_by_side_and_the_newest_is_read(store: TableStore, index: Path, tmp_path: Path) -> None:
    store.add(index, VINTAGE)
    earlier = VINTAGE - timedelta(days=90)
    added = store.add(write_csv(tmp_path / "old.csv", INDEX_HEADER, INDEX_ROWS[:2]), earlier)
    assert (added.new, added.older, added.newest) == (True, True, VINTAGE)
    assert [held.manifest.vintage for held in store.vintages("epoch-eci")] == [earlier, VINTAGE]
    assert len(store.read(store.get("epoch-eci"))) == len(INDEX_ROWS)
    assert len(store.read(store.get("epoch-eci", earlier))) == 2


def test_all_tables_are_listed_by_name_and_day(store: TableStore, index: Path, tmp_path: Path) -> None:
    (tmp_path / "horizons.yaml").write_text(HORIZONS, encoding="utf-8")
    store.add(tmp_path / "horizons.yaml", date(2026, 4, 1))
    store.add(write_csv(tmp_path / "owners.csv", OWNER_HEADER, OWNER_ROWS), date(2026, 4, 22))
    store.add(index, VINTAGE)
    held = [(each.manifest.name, each.path.suffix) for each in store.vintages()]
    assert held == [("epoch-chip-owners", ".csv"), ("epoch-eci", ".csv"), ("metr-horizons", ".yaml")]


def test_the_same_again_changes_nothing(store: TableStore, index: Path) -> None:
    store.add(index, VINTAGE)
    before = files_in(store.folder)
    assert store.add(index, VINTAGE).new is False
    assert files_in(store.folder) == before


def test_other_content_of_a_vintage_is_refused(store: TableStore, index: Path, tmp_path: Path) -> None:
    store.add(index, VINTAGE)
    before = files_in(store.folder)
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match="held with other content") as raised:
        store.add(index_with(tmp_path / "other", 0, "eci", "121"), VINTAGE)
    assert "--vintage" in raised.value.on_command_line
    assert files_in(store.folder) == before


@pytest.mark.parametrize("cell", ["0", "1,5"])
def test_a_bad_table_leaves_no_trace(cell: str, store: TableStore, index: Path, tmp_path: Path) -> None:
    store.add(index, VINTAGE)
    before = files_in(store.folder)
    (tmp_path / "bad").mkdir()
    with pytest.raises(InputError):
        store.add(index_with(tmp_path / "bad", 0, "eci", cell), VINTAGE + timedelta(days=1))
    assert files_in(store.folder) == before


def test_a_vintage_that_has_not_come_is_refused(store: TableStore, index: Path) -> None:
    with pytest.raises(InputError, match="lies in the future"):
        store.add(index, date.today() + timedelta(days=2))
    assert not store.folder.exists()


def test_a_vintage_before_its_own_rows_is_refused(store: TableStore, index: Path) -> None:
    with pytest.raises(InputError, match="lies after the table's vintage"):
        store.add(index, date(2025, 1, 1))


def test_a_write_that_fails_leaves_nothing(store: TableStore, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be kept: no space left on device"):
        store.add(index, VINTAGE)
    assert files_in(store.folder) == {}
    assert store.vintages() == []


def test_a_folder_half_built_by_a_process_that_died_is_no_vintage(store: TableStore, index: Path) -> None:
    store.add(index, VINTAGE)
    (store.folder / "tables" / "epoch-eci" / ".2026-08-17-abc").mkdir()
    assert len(store.vintages()) == 1


def test_what_a_process_that_died_has_left_is_cleared_away(store: TableStore, index: Path) -> None:
    workshop = store.folder / "tables" / "epoch-eci" / ".building"
    (workshop / "2026-08-16-abc").mkdir(parents=True)
    (workshop / "2026-08-16-abc" / "epoch-eci.csv").write_text("half", encoding="utf-8")
    (workshop / "2026-08-16-abc.lock").touch()
    store.add(index, VINTAGE)
    assert not workshop.exists()


def test_what_another_process_builds_is_left_alone(store: TableStore, index: Path) -> None:
    workshop = store.folder / "tables" / "epoch-eci" / ".building"
    workshop.parent.mkdir(parents=True)
    with built_in(workshop, "2026-08-15") as others:
        store.add(index, VINTAGE)
        assert others.is_dir()
    assert not workshop.exists()


def _add(folder: Path, file: Path) -> bool:
    return TableStore(folder).add(file, VINTAGE).new


def test_processes_that_add_at_once_agree(tmp_path: Path, index: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        new = pool.starmap(_add, [(tmp_path / "kept", index)] * 6)
    assert sum(new) == 1
    assert len(TableStore(tmp_path / "kept").vintages()) == 1
    assert not [name for name in files_in(tmp_path / "kept") if "/." in name]


def test_a_file_that_was_changed_is_noticed(store: TableStore, index: Path) -> None:
    held = store.add(index, VINTAGE).held
    held.path.write_bytes(held.path.read_bytes().replace(b"120.0", b"119.0"))
    with pytest.raises(InputError, match="is not the file that was added"):
        store.read(held)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing"),
        ("{", "breaks off, or is no JSON"),
        ("{\n", "breaks off, or is no JSON"),
        ("", "breaks off, or is no JSON"),
        ("3", "should be a table, not 3"),
        ('{"schema": 1}', "is missing"),
        ('{"schema": 99}', ""),
    ],
)
def test_a_damaged_manifest_says_what_to_do(content: str | None, said: str, store: TableStore, index: Path) -> None:
    held = store.add(index, VINTAGE).held
    path = held.folder / "manifest.json"
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"remove .* and add the table again") as raised:
        store.vintages()
    assert raised.value.file == str(path)
    assert said in str(raised.value)


def test_a_manifest_of_a_newer_program_is_not_guessed_at(store: TableStore, index: Path) -> None:
    path = store.add(index, VINTAGE).held.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 2}), encoding="utf-8")
    with pytest.raises(InputError, match="is of schema 2; this program knows 1"):
        store.vintages()


def test_a_folder_renamed_by_hand_is_noticed(store: TableStore, index: Path) -> None:
    held = store.add(index, VINTAGE).held
    held.folder.rename(held.folder.with_name("2026-08-01"))
    with pytest.raises(InputError, match="stands elsewhere"):
        store.vintages()


def test_what_is_not_held_is_said_with_what_is(store: TableStore, index: Path) -> None:
    with pytest.raises(InputError, match="none is held yet; see catchup data add"):
        store.get("epoch-eci")
    store.add(index, VINTAGE)
    with pytest.raises(InputError, match=r"no vintage of 'metr-horizons' .*: held are epoch-eci"):
        store.get("metr-horizons")
    with pytest.raises(InputError, match="did you mean 'epoch-eci'"):
        store.get("epoch-ecii")
    with pytest.raises(InputError, match="held are 2026-08-16"):
        store.get("epoch-eci", date(2026, 8, 1))


def test_a_file_in_the_folder_s_place(tmp_path: Path, index: Path) -> None:
    (tmp_path / "kept").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is no folder"):
        TableStore(tmp_path / "kept").add(index, VINTAGE)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tables").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is no folder"):
        TableStore(tmp_path / "other").add(index, VINTAGE)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_cannot_be_written_into(tmp_path: Path, index: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o500)
    with pytest.raises(InputError, match="cannot be written into"):
        TableStore(tmp_path / "kept").add(index, VINTAGE)


def test_the_folder_is_the_one_given_or_named_or_the_platform_s() -> None:
    given = Path("given")
    assert data_folder(given, {"CATCHUP_DATA": "named"}) == given
    assert data_folder(None, {"CATCHUP_DATA": "named", "XDG_DATA_HOME": "home"}) == Path("named")
    assert data_folder(None, {"XDG_DATA_HOME": "home"}) == Path("home/catchup")
    assert data_folder(None, {}).is_relative_to(Path.home())
    assert data_folder(None, {}).name == "catchup"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("epoch-eci-2026-08-16.csv", date(2026, 8, 16)),
        ("2026-08-16.csv", date(2026, 8, 16)),
        ("eci_2026-08-16_final.csv", date(2026, 8, 16)),
        ("clusters-2025-10.csv", date(2025, 10, 31)),
        ("clusters-2024-02.csv", date(2024, 2, 29)),
        ("clusters-2025-12.csv", date(2025, 12, 31)),
        ("clusters-2025-13.csv", None),
        ("index-2026-02-30.csv", None),
        ("eci_scores.csv", None),
        ("run-12026-08-161.csv", None),
    ],
)
def test_a_file_s_name_may_hold_its_day(name: str, day: date | None) -> None:
    assert named_vintage(Path("2020-01-01") / name) == day


def test_content_that_is_held_is_not_added_under_another_day(store: TableStore, index: Path, tmp_path: Path) -> None:
    store.add(write_csv(tmp_path / "old.csv", INDEX_HEADER, INDEX_ROWS[:2]), VINTAGE - timedelta(days=60))
    store.add(index, VINTAGE)
    before = files_in(store.folder)
    again = store.add(tmp_path / "old.csv", date.today())
    assert again.new is False
    assert again.held.manifest.vintage == again.table.vintage == VINTAGE - timedelta(days=60)
    assert files_in(store.folder) == before
