"""One organisation has one error, by whatever name its measurements give it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from catchup.evidence import load_ledger, template
from catchup.evidence.kinds.capability_lag import ORGANISATION_ERROR
from catchup.evidence.organisations import organisation_meant


def leak(folder: Path, organisation: str) -> Path:
    path = folder / "leak.toml"
    text = template("capability_lag", "leak").replace('publisher = "Who published it"', f'publisher = "{organisation}"')
    lines = [line for line in text.splitlines() if not line.startswith("organisation =")]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("CAISI", "caisi"),
        ("US Center for AI Standards and Innovation", "caisi"),
        ("center for AI standards and innovation", "caisi"),
        ("Epoch", "epoch_ai"),
        ("UK AI Security Institute", "aisi"),
        ("Some Lab", "some_lab"),
    ],
)
def test_measurements_of_one_organisation_share_its_error(named: str, meant: str, tmp_path: Path) -> None:
    items = load_ledger(extra_files=[leak(tmp_path, named)]).items
    assert items["leak"].renamed[ORGANISATION_ERROR] == f"{ORGANISATION_ERROR}_{meant}"


def test_every_publisher_of_the_ledger_is_the_organisation_that_its_items_name() -> None:
    stating = [item for item in load_ledger().items.values() if getattr(item.observed, "organisation", None)]
    assert stating
    for item in stating:
        assert organisation_meant(item.text.sources[0].publisher) == organisation_meant(item.observed.organisation)


@pytest.mark.parametrize(("named", "said"), [("Some Lab", True), ("Epoch", False)])
def test_a_body_that_nothing_else_is_by_is_said(
    named: str, said: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evidence", "check", str(leak(tmp_path, named))]) == 0
    assert (f"nothing else in the ledger was measured by '{named}'" in capsys.readouterr().out) == said
