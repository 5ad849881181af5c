"""The page on trust: what was tested, how often, and what came of it, from records alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from recording import RECORDS, read_record
from trust_claims import SECTIONS
from trust_judges import Rows

from catchup.analysis.presentation.markdown import generated_by, markdown_table
from catchup.priors.files import write_text


def trust_page(folder: Path = RECORDS) -> str:
    """Return the page, in Markdown."""
    parts = [
        generated_by("python benchmarks/trust_page.py docs/trust.md"),
        "# Why believe it\n",
        "What was tried on this code, and what came of it. Every line is made from a record that its command wrote "
        "(`benchmarks/records/`): none of the figures below was typed. `make test` and `make test-slow` hold the code "
        "to the same bounds, and fail where they are missed.\n",
    ]
    used = {}
    for title, claims in SECTIONS.items():
        rows = []
        for claim in claims:
            record = read_record(claim.record, folder)
            if record is None:
                rows.append((claim.what, "not measured yet", claim.wanted, "", "", f"`{claim.command}`"))
                continue
            used[claim.record] = record
            found, kept = claim.judge(record["rows"])
            verdict = "kept" if kept else "**missed**"
            rows.append((claim.what, found, claim.wanted, verdict, record["date"], f"`{claim.command}`"))
        parts += [f"## {title}\n", markdown_table(("what", "found", "wanted", "", "on", "made by"), rows)]
    parts += [*_remarks(used), *_measured_on(used)]
    return "\n".join(parts)


def _remarks(records: dict[str, dict[str, Any]]) -> list[str]:
    parts = [
        "Calibration draws a truth from the prior, evidence from the likelihoods, conditions on it and ranks the truth "
        "among the draws: uniform ranks mean that intervals hold what they promise. The wrong likelihood, with half "
        "its standard deviations, shows that the test can fail. Each line is of its model as it was on its day: "
        "`current` has gained quantities since. Bad inputs are counted as tests that passed while the "
        "program refused something in them; figures and names left out, their messages are told apart. What tests do "
        "to commands started as processes of their own is not counted.\n",
    ]
    if "mutation" in records:
        record = records["mutation"]
        parts.append(
            f"Faults were drawn at random (seed {record['seed']}) from {record['sites']:,} places at which Cosmic "
            "Ray's operators apply, files in proportion to their places. Each was put into a copy and met the quick "
            "tests that reach its line, for at most a minute: the share is a lower bound. "
            f"By room: {mutants_by_room(record['rows'])}. Those that survived stand in "
            "`benchmarks/records/mutation.json`; those that change nothing a test could see are left out of the share "
            "and named, with the reason, in `benchmarks/equivalent_faults.toml`.\n"
        )
    parts.append(
        "Coverage counts lines and branches together, as run by Python. Functions that only ever run as machine code "
        "(numba's) are left out; the steps that they share with NumPy are counted where NumPy takes them, and the two "
        "are held to one another by tests.\n"
    )
    return parts


def mutants_by_room(rows: Rows) -> str:
    """Share of the faults of each room that were killed."""
    parts = []
    depth = {"analysis": 2}  # of which one room is put to the test
    rooms = {(file := row["file"]): "/".join(file.split("/")[: depth.get(file.split("/")[0], 1)]) for row in rows}
    for room in sorted(set(rooms.values())):
        real = [row for row in rows if rooms[row["file"]] == room and row["outcome"] != "equivalent"]
        own = [row["outcome"] in ("killed", "timed out") for row in real]
        parts.append(f"{room} {np.mean(own):.1%} of {len(own)}")
    return ", ".join(parts)


def _measured_on(records: dict[str, dict[str, Any]]) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for name, record in records.items():
        machine, versions = record["machine"], record["versions"]
        told = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
        libraries = ", ".join(f"{library} {version}" for library, version in versions.items())
        kinds.setdefault(f"{told}; {libraries}", []).append(name)
    if not kinds:
        return []
    lines = [f"- {kind}: {', '.join(names)}." for kind, names in kinds.items()]
    return ["## Measured on\n", "\n".join(lines) + "\n"]


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), trust_page())
