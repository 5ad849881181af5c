"""The page on trust: what was tested, how often, and what came of it, from records alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from recording import RECORDS, read_record
from scipy import stats

from catchup.analysis.inference.diagnostics import MOST_DIVERGENT
from catchup.analysis.presentation.markdown import generated_by, markdown_table
from catchup.model.models import ARTICLE
from catchup.priors.files import write_text

Rows = list[dict[str, Any]]
Found = tuple[str, bool]  # in words, and whether it is as good as wanted


@dataclass(frozen=True)
class Claim:
    """One line of the page.

    Attributes
    ----------
    what, wanted : str
        What is claimed, and when the claim counts as kept.
    record : str
        Name of the record that shows it.
    command : str
        What makes that record.
    judge : callable
        Turns the record's rows into what was found.
    """

    what: str
    wanted: str
    record: str
    command: str
    judge: Callable[[Rows], Found]


TOGETHER = "none outside the 99% band that all have together"


def uniform(rows: Rows) -> Found:
    (row,) = rows
    failed, outside = row["failed"], row["outside_own_band"]
    text = f"{row['fits']:,} fits, {row['quantities']} quantities: {len(failed)} outside{_named(failed)}"
    alone = f"; outside a 99% band of its own: {', '.join(outside)}" if outside else ""
    return f"{_models(rows)}{text}; smallest p-value {row['smallest_p_value']:.2g}{alone}", not failed


def kinds_uniform(rows: Rows) -> Found:
    """Of ledgers that hold every kind between them, which quantities leave the band of their ledger."""
    kinds, quantities = sum(len(row["kinds"]) for row in rows), sum(row["quantities"] for row in rows)
    failed = [name for row in rows for name in row["failed"]]
    alone, least = sum(len(row["outside_own_band"]) for row in rows), min(row["smallest_p_value"] for row in rows)
    text = f"{kinds} kinds in {len(rows)} ledgers, {rows[0]['fits']:,} fits each: {len(failed)} outside{_named(failed)}"
    chance = f"{alone} of {quantities} ranks outside a 99% band of their own (chance: {quantities / 100:.0f})"
    return f"{_models(rows)}{text}; {chance}; smallest p-value {least:.2g}", not failed


def kinds_found_out(rows: Rows) -> Found:
    """Of kinds whose sd was halved, those whose joint log likelihood gives it away."""
    missed = [row["kind"] for row in rows if "log_likelihood" not in row["outside_own_band"]]
    text = f"{rows[0]['fits']:,} fits each: {len(rows) - len(missed)} of {len(rows)} kinds found out"
    return f"{_models(rows)}{text}{_named(missed)}", not missed


def found_out(rows: Rows) -> Found:
    (row,) = rows
    failed = row["failed"]
    text = f"{row['fits']:,} fits: {len(failed)} of {row['quantities']} fail{_named(failed[:4])}"
    return f"{_models(rows)}{text}", bool(failed)


def _models(rows: Rows) -> str:
    """Begin what was found with the models that it was found of, where the record says them."""
    models = dict.fromkeys(f"`{row['model']}`" for row in rows if "model" in row)
    return f"{', '.join(models)}: " if models else ""


def _named(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def covered(rows: Rows) -> Found:
    """Of so many intervals at once, the largest departure from the promise, and how large chance makes it."""
    parts, kept = [], True
    for promise in sorted({row["promise"] for row in rows}):
        shares = [row["held"] for row in rows if row["promise"] == promise]
        truths = rows[0]["truths"]
        low, high = stats.binom.interval(1.0 - 0.01 / len(shares), truths, promise)
        kept &= all(low <= round(share * truths) <= high for share in shares)
        bounds = f"{low / truths:.1%} to {high / truths:.1%}"
        parts.append(f"{promise:.0%}: {min(shares):.1%} to {max(shares):.1%} (chance: {bounds})")
    return f"{rows[0]['truths']} truths, {len(rows)} intervals. {'; '.join(parts)}", kept


REACH = float(stats.norm.isf(1e-6 / 2))  # errors by which chance parts two engines once in a million


def engines(rows: Rows) -> Found:
    """Quantiles by one engine and by the other, no further apart than 0.05 month or than chance explains."""
    default = max(abs(row["months"]) for row in rows if row["ledger"] == "default")
    most = max(rows, key=lambda row: abs(row["months"]))
    ledgers = len({row["ledger"] for row in rows}) - 1
    text = f"{default:.3f} month at most on the default ledger, {abs(most['months']):.3f} on {ledgers} others"
    errors = f"{most['mcse']:.3f} and {most['nuts_mcse']:.3f}, at its {most['level']:.0%}"
    diverged = max(row.get("divergences", 0) for row in rows)
    lost = f"; at most {diverged} divergences" if diverged else ""
    return f"{text} (the two MCSEs there: {errors}{lost})", not any(map(_apart, rows))


def _apart(row: dict[str, Any]) -> bool:
    return abs(row["months"]) > max(0.05, REACH * float(np.hypot(row["mcse"], row["nuts_mcse"])))


def engines_average(rows: Rows) -> Found:
    """What all ledgers of a model have in common."""
    parts = []
    for model, own in _by_model(rows).items():
        each = ", ".join(f"{row['level']:.0%}: {row['months']:+.3f} ± {row['mcse']:.3f}" for row in own)
        parts.append(f"{model}, months by which NUTS is later: {each}")
    return "; ".join(parts), all(abs(row["months"]) <= 0.05 for row in rows)


def _by_model(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["model"], []).append(row)
    return found


def engines_by_kind(rows: Rows) -> Found:
    """The same on ledgers that hold three items of each kind."""
    kinds = {kind for row in rows for kind in row["kinds"]}
    most = max(rows, key=lambda row: abs(row["months"]))
    errors = f"{most['mcse']:.3f} and {most['nuts_mcse']:.3f}, {most['ledger']} at {most['level']:.0%}"
    text = f"{len(kinds)} kinds in {len({row['ledger'] for row in rows})} ledgers: {abs(most['months']):.3f} at most"
    return f"{text} (the two MCSEs there: {errors})", not any(map(_apart, rows))


def errors_of_figures(rows: Rows) -> Found:
    """Reported errors over spreads, by model, and how many lie above and below the band of all figures together."""
    parts, too_small = [], []
    for model in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == model]
        ratios = sorted(row["ratio"] for row in own)
        above = sum(row["ratio"] > row["high"] for row in own)
        below = [row["figure"] for row in own if row["ratio"] < row["low"]]
        too_small += below
        parts.append(
            f"{model}: {len(own)} figures, {ratios[0]:.2f} to {ratios[-1]:.2f} times the spread, the middle one "
            f"{ratios[len(ratios) // 2]:.2f} (chance: {own[0]['low']:.2f} to {own[0]['high']:.2f}); "
            f"{above} larger, {len(below)} smaller{_named(below)}"
        )
    return f"{rows[0]['seeds']} seeds. {'; '.join(parts)}", not too_small


def seeds(rows: Rows) -> Found:
    """Chains of each model that was asked: none speaks for another."""
    parts, kept = [], True
    for own in _by_model(rows).values():
        divergences, rhat = sum(row["divergences"] for row in own), max(row["rhat"] for row in own)
        least = min(row["ess"] for row in own)
        transitions = sum(row["transitions"] for row in own)
        diverged = f"{divergences} divergences in {transitions:,} transitions"
        told = f"{len(own)} seeds: {diverged}, R-hat at most {rhat:.4f}, ESS at least {least:,.0f}"
        parts.append(_models(own) + told)
        few = all(row["divergences"] <= MOST_DIVERGENT * row["transitions"] for row in own)
        kept &= (divergences == 0 or (few and own[0]["model"] != ARTICLE)) and rhat < 1.01 and least > 2_000
    return "; ".join(parts), kept


def kills(rows: Rows) -> Found:
    (row,) = rows
    return f"{row['killed']} of {row['started']} runs killed: {row['broken']} broken folders", row["broken"] == 0


def pairs(rows: Rows) -> Found:
    (row,) = rows
    lost = 2 * row["pairs"] - row["whole"]
    kinds = row["different"]
    alike = f"all {row['whole']} forecast.json alike" if kinds == 1 else f"{kinds} kinds of forecast.json"
    text = f"{row['pairs']} pairs: {lost} runs lost, {alike}"
    return text, lost == 0 and row["different"] == 1


def bad_inputs(rows: Rows) -> Found:
    tests, complaints = sum(row["tests"] for row in rows), sum(row["complaints"] for row in rows)
    return f"{tests:,} tests make the program refuse its input, with {complaints:,} different complaints", tests > 0


def almost_right(rows: Rows) -> Found:
    inputs, refused = sum(row["inputs"] for row in rows), sum(row["refused"] for row in rows)
    tracebacks = sum(row["tracebacks"] for row in rows)
    text = f"{tracebacks} tracebacks in {inputs:,} documents for {len(rows)} readers, {refused:,} of them refused"
    return text, tracebacks == 0 and refused > 0


def mutants(rows: Rows) -> Found:
    """Killed faults, with the exact 95% interval of the share in all that might have been drawn."""
    real = [row for row in rows if row["outcome"] != "equivalent"]
    killed = sum(row["outcome"] in ("killed", "timed out") for row in real)
    interval = stats.binomtest(killed, len(real)).proportion_ci(0.95)
    share = killed / len(real)
    text = f"{killed} of {len(real)}: {share:.1%} (95%: {interval.low:.1%} to {interval.high:.1%})"
    return f"{text}; {len(rows) - len(real)} more change nothing", share >= 0.88


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


def branches(rows: Rows) -> Found:
    text = ", ".join(f"{row['room']} {row['percent']:.1f}%" for row in rows)
    return text, all(row["percent"] >= 95.0 for row in rows)


SLOW, QUICK = "make test-slow RECORD=1 ARGS={}", "make test RECORD=1"
CALIBRATION, KILLS = SLOW.format("tests/calibration"), SLOW.format("tests/runs/test_killed_runs.py")
TABLES = SLOW.format("tests/calibration/test_simulated_tables.py")
PROGRESS = SLOW.format("tests/tables/test_efficiency_progress.py")
ENGINES = SLOW.format("tests/analysis/test_engines.py")
KINDS = SLOW.format("tests/calibration/test_kind_engines.py")
ERRORS = SLOW.format("tests/calibration/test_errors_over_seeds.py")
APART = "0.05 month at most, or what chance makes of it"

SECTIONS: dict[str, tuple[Claim, ...]] = {
    "Does the method recover what it is told?": (
        Claim(
            "Simulation-based calibration, importance",
            TOGETHER,
            "sbc-importance",
            CALIBRATION,
            uniform,
        ),
        Claim(
            "Simulation-based calibration, NUTS",
            TOGETHER,
            "sbc-nuts",
            CALIBRATION,
            uniform,
        ),
        Claim(
            "Posterior simulation-based calibration: truths drawn given the default ledger, which fits count as well",
            TOGETHER,
            "sbc-posterior",
            CALIBRATION,
            uniform,
        ),
        Claim("The same of a likelihood that is wrong", "found out", "sbc-posterior-wrong", CALIBRATION, found_out),
        Claim(
            "Calibration over the prior of a likelihood that is wrong, importance",
            "found out",
            "sbc-importance-wrong",
            CALIBRATION,
            found_out,
        ),
        Claim("The same, NUTS", "found out", "sbc-nuts-wrong", CALIBRATION, found_out),
        Claim(
            "Simulation-based calibration of every kind of evidence, three items of each, importance",
            TOGETHER,
            "sbc-kinds",
            CALIBRATION,
            kinds_uniform,
        ),
        Claim(
            "Half the standard deviation of one kind, importance",
            "each outside its 99% band",
            "sbc-kinds-wrong",
            CALIBRATION,
            kinds_found_out,
        ),
        Claim(
            "Calibration with simulated tables (scores, lags)",
            TOGETHER,
            "sbc-tables",
            TABLES,
            uniform,
        ),
        Claim(
            "The same, what scores say being held twice as sure",
            "found out",
            "sbc-tables-wrong-scores",
            TABLES,
            found_out,
        ),
        Claim(
            "The same, what lags say being held twice as sure", "found out", "sbc-tables-wrong-lags", TABLES, found_out
        ),
        Claim(
            "Tables drawn with progress of 3, 8 and 25 x a year: intervals hold it",
            "within chance at 1%",
            "recovery-of-progress",
            PROGRESS,
            covered,
        ),
        Claim(
            "Intervals of fits hold the truth", "within chance at 1%", "coverage-of-ranked-draws", CALIBRATION, covered
        ),
        Claim(
            "Intervals of forecasts hold the truth",
            "within chance at 1%",
            "coverage-of-forecasts",
            CALIBRATION,
            covered,
        ),
    ),
    "Do two engines that share no sampling agree?": (
        Claim("Quantiles of the date, importance and NUTS, `article`", APART, "engines", ENGINES, engines),
        Claim("The same, `current`", APART, "engines-current", ENGINES, engines),
        Claim("The same, averaged over ledgers", "0.05 month at most", "engines-average", ENGINES, engines_average),
        Claim("Three items of every kind, `current`", APART, "engines-kinds", KINDS, engines_by_kind),
        Claim(
            "NUTS on the default ledger",
            f"no divergence of `article`, at most {MOST_DIVERGENT:.1%} of the transitions of `current`, R-hat < 1.01, "
            "ESS > 2,000",
            "seeds",
            ENGINES,
            seeds,
        ),
    ),
    "Is it as sure as it says?": (
        Claim(
            "Every reported Monte Carlo error beside the spread over seeds",
            "none smaller than chance makes it",
            "errors",
            ERRORS,
            errors_of_figures,
        ),
    ),
    "Does it survive what happens to programs?": (
        Claim("Runs killed (SIGKILL) at random moments", "no broken folder", "kills", KILLS, kills),
        Claim("Two runs at once", "none lost, all alike", "pairs", KILLS, pairs),
        Claim("Bad input", "refused, never a traceback", "bad-inputs", QUICK, bad_inputs),
        Claim("Sound documents, changed at random", "taken or refused in a line", "fuzz", "make fuzz", almost_right),
    ),
    "Would the tests notice?": (
        Claim(
            "Small faults put into `model/`, `evidence/` and `analysis/inference/`",
            "at least 88% killed",
            "mutation",
            "make mutation",
            mutants,
        ),
        Claim("Lines and branches that tests reach", "at least 95% each", "coverage", "make coverage", branches),
    ),
}


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
