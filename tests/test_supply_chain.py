"""What a release is made with: the bill of materials is the lock file's, and what was not audited is not sound."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import supply_chain
from supply_chain import LOCK, Audit, write_bill

VULNERABLE = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2", "3"]}]}
SOUND = {"name": "b", "version": "1", "vulns": []}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.mark.slow
def test_the_bill_lists_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    write_bill(tmp_path / "sbom.json")
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "catchup")
    entries = re.split(r"\n(?=\S)", LOCK.read_text())
    locked = {
        match[1]: (match[2], set(re.findall(r"sha256:([0-9a-f]{64})", entry)))
        for entry in entries
        if (match := re.match(r"([\w.-]+)==([\w.]+)", entry))
    }
    listed = {
        each["name"]: (each["version"], {hash_["content"] for hash_ in each["externalReferences"][0]["hashes"]})
        for each in bill["components"]
    }
    assert listed == locked
    assert len(listed) > 100
    write_bill(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "sbom.json").read_bytes()


def test_a_vulnerability_is_named_and_what_was_skipped_is_not_audited() -> None:
    found = Audit.of({"dependencies": [VULNERABLE, SOUND, SKIPPED]})
    assert found == Audit(2, ("a 1: CVE-1, mended in 2, 3",))
    assert str(found).startswith("2 packages audited, 1 vulnerabilities known\n")
    nothing = Audit.of({"dependencies": [SKIPPED]})
    assert "cannot be reached" in str(nothing)


def test_an_audit_that_breaks_off_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("no package ==\n")
    assert supply_chain.audit(tmp_path / "lock") == Audit(0, ())
