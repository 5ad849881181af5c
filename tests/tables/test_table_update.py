"""Fetching: what is new is kept as today's vintage; whatever goes wrong, what is held stays as it is."""

from __future__ import annotations

import io
import itertools
import json
import socket
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from catchup.analysis.commands.main import run
from catchup.evidence import TableStore
from catchup.evidence.tables import download
from catchup.evidence.tables.records import shipped_records
from catchup.evidence.tables.update import Outcome, load_sources, update
from catchup.priors.errors import InputError
from table_cases import HORIZONS, INDEX_HEADER, INDEX_ROWS, OWNER_HEADER, OWNER_ROWS, VINTAGE, csv_text, write_csv
from table_server import (
    Published,
    announcing,
    broken_after,
    dripping,
    publishing,
    silent,
    status,
    unannounced,
    whole,
)

INDEX = csv_text(INDEX_HEADER, INDEX_ROWS).encode()
LONGER = csv_text(INDEX_HEADER, [*INDEX_ROWS, ("Ivy", "140", "", "", "2025-06-06", "East Lab", "China")]).encode()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def published() -> Iterator[Published]:
    with publishing() as server:
        server.content = INDEX
        yield server


@pytest.fixture
def store(tmp_path: Path, published: Published) -> TableStore:
    """A folder that holds an older vintage, and looks for newer ones on this machine."""
    kept = TableStore(tmp_path / "kept")
    kept.add(write_csv(tmp_path / "index.csv", INDEX_HEADER, INDEX_ROWS[:-1]), VINTAGE)
    point_to(kept, published.address)
    return kept


def point_to(store: TableStore, address: str, **limits: float) -> None:
    bounds = {"wait_seconds": 5.0, "total_seconds": 20.0, "attempts": 3, **limits}
    rows = "\n".join(f"{name} = {value}" for name, value in bounds.items())
    text = f'[limits]\n{rows}\n[source.epoch-eci]\naddress = "{address}"\n'
    (store.folder / "sources.toml").write_text(text, encoding="utf-8")


def fetched(store: TableStore) -> Outcome:
    (outcome,) = update(store, ["epoch-eci"])
    return outcome


def held(store: TableStore) -> dict[str, bytes]:
    return {f"{each.manifest.name} {each.manifest.vintage}": each.path.read_bytes() for each in store.vintages()}


def left_over(store: TableStore) -> set[str]:
    return {path.suffix for path in (store.folder / "downloads").iterdir()} - {".lock"}


def assert_untouched(store: TableStore, outcome: Outcome, wanted: str, said: str) -> None:
    assert (outcome.status, outcome.vintage) == (wanted, VINTAGE.isoformat())
    assert said in (outcome.reason or "")
    assert list(held(store)) == [f"epoch-eci {VINTAGE}"]
    assert not any(path.name.startswith(".") for path in store.folder.rglob("*"))


def test_what_is_new_is_kept_beside_what_was_there(store: TableStore, published: Published) -> None:
    outcome = fetched(store)
    assert outcome == Outcome("epoch-eci", published.address, "added", date.today().isoformat())
    assert held(store)[f"epoch-eci {date.today()}"] == INDEX
    assert len(held(store)) == 2
    assert store.get("epoch-eci").manifest.origin == published.address
    assert left_over(store) == set()


def test_a_table_named_twice_is_fetched_once(store: TableStore, published: Published) -> None:
    assert len(update(store, ["epoch-eci", "epoch-eci"])) == 1


def test_the_same_content_makes_no_vintage(store: TableStore, published: Published, tmp_path: Path) -> None:
    published.content = (tmp_path / "index.csv").read_bytes()
    outcome = fetched(store)
    assert (outcome.status, outcome.vintage) == ("unchanged", VINTAGE.isoformat())
    assert len(held(store)) == 1


def test_a_table_that_changes_twice_a_day_is_kept_once(store: TableStore, published: Published) -> None:
    assert fetched(store).status == "added"
    published.content = LONGER
    outcome = fetched(store)
    assert outcome.status == "refused"
    assert "held with other content" in (outcome.reason or "")
    assert held(store)[f"epoch-eci {date.today()}"] == INDEX


def test_yaml_is_fetched_as_well(store: TableStore, published: Published) -> None:
    published.content = HORIZONS.encode()
    (store.folder / "sources.toml").write_text(
        f'[source.metr-horizons]\naddress = "{published.address}"\n', encoding="utf-8"
    )
    (outcome,) = update(store, ["metr-horizons"])
    assert outcome.status == "added"
    assert len(store.read(store.get("metr-horizons"))) == 2


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("eci_scores.csv", INDEX)
    return archive.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><body>Moved</body></html>", "web page"),
        (zipped(), "zip archive"),
        (b"", "is empty"),
        (b"\xff\x00\x80", "not UTF-8"),
        (INDEX[:-20], "half a download?"),
        (csv_text(("Field", "Tonnes"), [("a", "1")]).encode(), "is of no known shape"),
        (csv_text(OWNER_HEADER, OWNER_ROWS).encode(), "is a table of epoch-chip-owners; one of epoch-eci"),
        (INDEX.replace(b"120.0", b"126.0"), "between the ends of its interval"),
        (csv_text(INDEX_HEADER, INDEX_ROWS[:3]).encode(), "half a table?"),
    ],
    ids=[
        "web page",
        "zip",
        "empty",
        "bytes",
        "half a row",
        "another table",
        "another shape",
        "interval",
        "half the rows",
    ],
)
def test_what_is_not_the_table_is_refused(content: bytes, said: str, store: TableStore, published: Published) -> None:
    published.content = content
    outcome = fetched(store)
    assert_untouched(store, outcome, "refused", said)
    assert published.address in (outcome.reason or "")
    assert left_over(store) == set()


@pytest.mark.parametrize("code", [403, 404, 500, 503])
def test_a_server_s_refusal_is_said(code: int, store: TableStore, published: Published) -> None:
    published.answers = [status(code)]
    assert_untouched(store, fetched(store), "failed", f"the server answers {code}")
    assert len(published.asked) == 1


def test_a_broken_download_goes_on_where_it_broke_off(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100), whole]
    assert fetched(store).status == "added"
    assert held(store)[f"epoch-eci {date.today()}"] == INDEX
    first, second = published.asked
    assert "range" not in first
    assert (second["range"], second["if-range"]) == ("bytes=100-", published.mark)


def test_the_next_update_goes_on_where_this_one_gave_up(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100), status(503), whole]
    outcome = fetched(store)
    assert_untouched(store, outcome, "failed", "the server answers 503")
    assert left_over(store) == {".part", ".json"}
    assert fetched(store).status == "added"
    assert published.asked[-1]["range"] == "bytes=100-"
    assert held(store)[f"epoch-eci {date.today()}"] == INDEX


def test_parts_of_two_contents_are_never_joined(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100), status(503), whole]
    fetched(store)
    published.content = LONGER
    assert fetched(store).status == "added"
    assert held(store)[f"epoch-eci {date.today()}"] == LONGER


def test_a_part_from_another_address_is_not_gone_on_from(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100), status(503), whole]
    fetched(store)
    point_to(store, published.address.replace("table.csv", "moved.csv"))
    assert fetched(store).status == "added"
    assert "range" not in published.asked[-1]


def test_a_part_that_the_server_no_longer_has_is_begun_again(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100), status(416), whole]
    assert fetched(store).status == "added"
    assert "range" not in published.asked[-1]


def test_a_download_that_always_breaks_off_fails(store: TableStore, published: Published) -> None:
    published.answers = [broken_after(100)]
    point_to(store, published.address, attempts=2)
    assert_untouched(store, fetched(store), "failed", "broke off after 100 bytes")
    assert len(published.asked) == 2


def test_half_a_table_of_unannounced_length_is_refused(store: TableStore, published: Published) -> None:
    published.answers = [unannounced(INDEX.index(b"Date Palm"))]
    assert_untouched(store, fetched(store), "refused", "half a table?")


def test_silence_ends(store: TableStore, published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    published.answers = [silent]
    point_to(store, published.address, wait_seconds=0.2, attempts=2)
    opened, waits = urllib.request.urlopen, []
    monkeypatch.setattr(
        urllib.request, "urlopen", lambda asked, timeout: waits.append(timeout) or opened(asked, timeout=timeout)
    )
    assert_untouched(store, fetched(store), "failed", "no answer within 0.2 seconds")
    assert waits == [0.2, 0.2]
    assert len(published.asked) == 2


def test_a_trickle_ends(store: TableStore, published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte comes in time, all of them would not: by a clock that is a second further whenever it is looked at."""
    published.answers = [dripping]
    point_to(store, published.address, wait_seconds=5.0, total_seconds=4.5)
    clock = itertools.count()
    monkeypatch.setattr(download, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    assert_untouched(store, fetched(store), "failed", "not complete within 4.5 seconds")
    # at the start, after each of five parts, and before it would be taken up again
    assert next(clock) == 7
    assert len(published.asked) == 1


def test_half_a_gigabyte_is_refused_before_it_comes(store: TableStore, published: Published) -> None:
    published.answers = [announcing(500_000_000)]
    assert_untouched(store, fetched(store), "refused", "500,000,000 bytes")


def test_too_much_is_refused_however_it_is_announced(
    store: TableStore, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LARGEST_TABLE", 200)
    published.answers = [unannounced(len(INDEX))]
    assert_untouched(store, fetched(store), "refused", "bytes; a table of at most")
    assert left_over(store) == set()


def test_nobody_there(store: TableStore) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    point_to(store, f"http://127.0.0.1:{port}/table.csv")
    assert_untouched(store, fetched(store), "failed", "connection refused")


def test_two_at_once_do_not_write_into_one_file(store: TableStore, published: Published) -> None:
    import fcntl

    (store.folder / "downloads").mkdir()
    with (store.folder / "downloads" / "epoch-eci.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_untouched(store, fetched(store), "failed", "another process is fetching it")
    assert fetched(store).status == "added"


def test_every_shape_has_an_address_or_records_that_were_quoted(tmp_path: Path) -> None:
    """What was announced, and never published as a table, is not fetched: its records say whose figures they are."""
    sources, shapes = load_sources(TableStore(tmp_path)).sources, TableStore(tmp_path).shapes.shapes
    assert sources.keys() <= shapes.keys()
    assert all(len(shipped_records(name)) for name in shapes.keys() - sources.keys())
    assert all(source.address.startswith("https://") for source in sources.values())


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[source.epoch-eic]\naddress = "https://example.org/a.csv"\n', "source.epoch-eic", "did you mean 'epoch-eci'"),
        ('[source.epoch-eci]\naddress = "file:///etc/passwd"\n', "source.epoch-eci.address", "https://example.org"),
        ('[source.epoch-eci]\naddress = "https://[::1"\n', "source.epoch-eci.address", "https://example.org"),
        ('[source.epoch-eci]\nadress = "x"\n', "source.epoch-eci.adress", "did you mean 'address'"),
        ("[limits]\nattempts = 0\n", "limits.attempts", "at least 1"),
        ("[sorces]\nx = 1\n", "sorces", "did you mean 'source'"),
    ],
)
def test_faults_of_addresses_are_named(text: str, key: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_sources(TableStore(tmp_path))
    assert (raised.value.file, raised.value.key) == (str(tmp_path / "sources.toml"), key)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("content", "exit_status", "said"),
    [(INDEX, 0, "added"), (b"<html>", 2, "refused"), (None, 1, "failed")],
)
def test_the_command_answers_by_its_exit_status(
    content: bytes | None,
    exit_status: int,
    said: str,
    store: TableStore,
    published: Published,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is None:
        published.answers = [status(503)]
    else:
        published.content = content
    assert run(["data", "update", "epoch-eci", "--data", str(store.folder), "--json"]) == exit_status
    captured = capsys.readouterr()
    (row,) = json.loads(captured.out)["tables"]
    assert row["status"] == said
    assert ("what is kept has not changed" in captured.err) == bool(exit_status)


def test_an_unknown_table_is_refused(store: TableStore) -> None:
    with pytest.raises(InputError, match="did you mean 'epoch-eci'"):
        update(store, ["epoch-ecii"])
