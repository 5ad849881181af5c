"""What a release is made with: its bill of materials, and whether any of it is known to be vulnerable.

    python benchmarks/supply_chain.py build/sbom.json

Both read `requirements.lock` alone. Where the database of vulnerabilities cannot be reached, a line says so, and
nothing is claimed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK, PROJECT = ROOT / "requirements.lock", ROOT / "pyproject.toml"


@dataclass(frozen=True)
class Audit:
    """What is known of the locked packages.

    Attributes
    ----------
    audited : int
        How many the database knows of; 0 where it cannot be reached.
    vulnerable : tuple of str
        A line for each known vulnerability.
    """

    audited: int
    vulnerable: tuple[str, ...]

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Audit:
        """Read pip-audit's report: packages that it has skipped are not audited, whatever its exit status says."""
        known = [entry for entry in report["dependencies"] if "skip_reason" not in entry]
        found = [
            f"{entry['name']} {entry['version']}: {fault['id']}, mended in "
            + (", ".join(fault["fix_versions"]) or "no version")
            for entry in known
            for fault in entry["vulns"]
        ]
        return cls(len(known), tuple(found))

    def __str__(self) -> str:
        if not self.audited:
            return "no package was audited: the database of vulnerabilities cannot be reached"
        head = f"{self.audited} packages audited, {len(self.vulnerable)} vulnerabilities known"
        return "\n".join([head, *self.vulnerable])


def audit(lock: Path = LOCK) -> Audit:
    """Ask the database of known vulnerabilities about every locked package."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    done = subprocess.run(
        [*command, "--requirement", str(lock), "--disable-pip", "--require-hashes"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return Audit.of(json.loads(done.stdout))
    except ValueError:  # it broke off: no connection
        return Audit(0, ())


def write_bill(path: Path) -> None:
    """Write a bill of materials in CycloneDX's format: each locked package with its version and hashes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(LOCK), "--pyproject", str(PROJECT)]
    subprocess.run(
        [*command, "--output-reproducible", "--output-format", "JSON", "--output-file", str(path)],
        check=True,
        capture_output=True,
    )


def main() -> int:
    path = Path(sys.argv[1])
    write_bill(path)
    found = audit()
    print(path)
    print(found)
    return int(bool(found.vulnerable))


if __name__ == "__main__":
    sys.exit(main())
