"""Overlays, items and ledgers that somebody removes or replaces while they are read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from interference import every_moment

from catchup.evidence.ledgers import load_ledger
from catchup.evidence.template import template
from catchup.priors.files import write_text
from catchup.priors.packaged import read_overlay
from catchup.priors.strict import read_toml

OVERLAY = "[quantity.mfu_china]\nfamily = 'fixed'\nvalue = 0.3\n"


@pytest.mark.parametrize("read", [read_toml, read_overlay])
def test_an_overlay_that_goes_is_a_line(read: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for ended in every_moment(lambda: file.write_text(OVERLAY), lambda: read(file), file.unlink):
        assert ended.refusal is None or str(ended.refusal) == f"{file}: no such file"


def test_a_folder_of_overlays_that_goes_is_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "overlays"

    def prepare() -> None:
        folder.mkdir(exist_ok=True)
        (folder / "near.toml").write_text(OVERLAY)

    for ended in every_moment(prepare, lambda: read_toml(folder / "neer.toml"), lambda: shutil.rmtree(folder)):
        assert str(ended.refusal).startswith(f"{folder / 'neer.toml'}: no such file")


def test_an_own_file_may_take_the_place_of_a_named_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own = Path("progress-scher")

    def prepare() -> None:
        own.unlink(missing_ok=True)

    named, read = read_overlay("progress-scher"), set()
    for ended in every_moment(prepare, lambda: read_overlay("progress-scher"), lambda: own.write_text(OVERLAY)):
        assert ended.refusal is None
        read.add(ended.result.file)
    assert read == {named.file, "progress-scher"}
    assert every_ending(own, "progress-sher").startswith("--priors: unknown overlay 'progress-sher'; did you mean")


def every_ending(own: Path, name: str) -> str:
    """The one refusal that there is, whenever the other writes a file."""
    ends = {
        ended.refusal.on_command_line  # type: ignore[union-attr]
        for ended in every_moment(lambda: own.unlink(missing_ok=True), lambda: read_overlay(name), own.touch)
    }
    assert len(ends) == 1
    return ends.pop()


class Folder:
    """A ledger of two items."""

    def __init__(self, path: Path) -> None:
        self.path, self.item = path, path / "second.toml"

    def anew(self) -> None:
        self.path.mkdir(exist_ok=True)
        for name in ("first", "second"):
            (self.path / f"{name}.toml").write_text(template("not_yet", name))

    def remove(self) -> None:
        shutil.rmtree(self.path)

    def remove_item(self) -> None:
        self.item.unlink()

    def replace_item(self) -> None:
        write_text(self.item, template("not_yet", "second"))


@pytest.mark.parametrize("act", [Folder.remove, Folder.remove_item, Folder.replace_item])
def test_a_ledger_is_read_whole_or_not_at_all(act: Callable[[Folder], None], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "ledger")
    items = set()
    for ended in every_moment(folder.anew, lambda: load_ledger(folder.path), lambda: act(folder)):
        if ended.refusal is not None:
            assert act is not Folder.replace_item
            assert ended.refusal.exit_code == 2
            assert str(ended.refusal).startswith(str(folder.path))
        else:
            items.add(tuple(ended.result.items))
    # without the second only where it went before the folder was listed: never by overlooking that it is gone; with it
    # where it went once it was open
    whole = ("first", "second")
    expected = {Folder.remove: {whole}, Folder.remove_item: {("first",), whole}, Folder.replace_item: {whole}}
    assert items == expected[act]
