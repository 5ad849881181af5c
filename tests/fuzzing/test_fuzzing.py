"""Documents that are almost right: every reader takes them or refuses them in a line, whatever was changed in them.

The long run is ``make fuzz``, which numbers its inputs, goes on where it stopped, and keeps in ``corpus/`` what a
reader once stumbled over. Here that is read again, and a few documents besides.
"""

from __future__ import annotations

import json
from pathlib import Path

import fuzz
import pytest
from fuzz_edits import WAYS, WORDS, Edit, edited, edits_of
from fuzz_readers import FaultError, Reader, check, readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchup.priors.errors import InputError

NAMES = (
    *("items", "overlays", "scenarios", "disclosures", "observables", "rivals", "draws", "tables", "yaml tables"),
    *("runs", "inputs of runs", "arguments"),
)
share = st.floats(0.0, 1.0, exclude_max=True)
edits = st.lists(
    st.builds(
        Edit, way=st.sampled_from(WAYS), place=share, other=share, word=st.sampled_from(WORDS) | st.text(max_size=6)
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    return readers(tmp_path_factory.mktemp("fuzzing"))


def test_every_reader_is_fed(every: dict[str, Reader]) -> None:
    assert tuple(every) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_sound_is_taken_and_what_was_stumbled_over_is_not_any_more(name: str, every: dict[str, Reader]) -> None:
    taken = [check(every[name], document) for document in every[name].sound]
    assert taken
    assert name == "arguments" or all(taken)
    for path in fuzz.kept_in(fuzz.CORPUS, name):
        check(every[name], path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_almost_right_is_taken_or_refused_in_a_line(name: str, every: dict[str, Reader]) -> None:
    reader = every[name]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(reader.sound), edits)
    def almost(document: bytes, changes: list[Edit]) -> None:
        check(reader, edited(document, changes))

    almost()


def test_a_reader_that_stumbles_is_found_and_the_document_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(document: bytes) -> None:
        if b"nan" in document:
            raise ZeroDivisionError("stumbled")
        if document.startswith(b"y"):
            raise InputError("no")

    monkeypatch.setattr(fuzz, "readers", lambda _: {"one": Reader((b"x = 1\n", b"y = 2\n"), read)})
    monkeypatch.setattr(fuzz, "CORPUS", tmp_path / "corpus")
    found = fuzz.fuzz(300, 1.0, tmp_path)
    (row,) = json.loads((tmp_path / "fuzz.json").read_text())["rows"]
    assert row["inputs"] == 300 == row["taken"] + row["refused"] + row["tracebacks"]
    assert found == row["tracebacks"] > 0
    assert min(row["taken"], row["refused"]) > 50
    kept = fuzz.kept_in(tmp_path / "corpus", "one")
    assert kept
    assert all(b"nan" in path.read_bytes() for path in kept)
    with pytest.raises(FaultError, match="ZeroDivisionError: stumbled"):
        check(Reader((), read), kept[0].read_bytes())
    # it goes on from the next number, and has nothing left to do
    assert fuzz.fuzz(300, 1.0, tmp_path) == 0
    fuzz.fuzz(301, 1.0, tmp_path)
    assert json.loads((tmp_path / "fuzz.json").read_text())["total"] == 301


def test_a_number_gives_the_same_document_everywhere() -> None:
    assert edits_of(7, "items") == edits_of(7, "items") != edits_of(8, "items")
    assert edited(b"a = 1\nb = 2\n", [Edit("put for a value", 0.6, 0.0, "nan")]) == b"a = 1\nb = nan\n"
    assert edited(b"a\nb\n", [Edit("swap lines", 0.0, 0.4, "")]) == b"b\na\n"
    for way in WAYS:  # nothing to edit is edited all the same
        edited(b"", [Edit(way, 0.999, 0.999, "x")])


def test_a_line_that_cannot_be_printed_is_a_fault() -> None:
    class UnprintableError(InputError):
        on_command_line = "one\ntwo"  # type: ignore[assignment]

    def read(_: bytes) -> None:
        raise UnprintableError("x")

    with pytest.raises(FaultError, match="no printable line"):
        check(Reader((), read), b"")
