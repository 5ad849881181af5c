"""How claims of the page on trust are judged: what a record shows, in words, and whether it is as good as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from coverage_record import LEAST as LEAST_COVERED
from scipy import stats

from catchup.analysis.inference.diagnostics import MOST_DIVERGENT
from catchup.model.models import ARTICLE

Rows = list[dict[str, Any]]
Found = tuple[str, bool]  # in words, and whether it is as good as wanted

# Each bound stands here once: it decides, and the page says it.
CHANCE = 0.01  # of so many intervals, how often chance alone leaves one outside
APART = 0.05  # month by which quantiles of two engines may lie apart, whatever chance explains
REACH = float(stats.norm.isf(1e-6 / 2))  # errors by which chance parts two engines once in a million
HIGHEST_RHAT, LEAST_ESS = 1.01, 2_000  # not to be reached, and to be exceeded
LEAST_COMPLAINTS = 500  # fewer, and the tests of a folder were not counted
LEAST_KILLED = 0.88


def uniform(rows: Rows) -> Found:
    (row,) = rows
    failed, outside = row["failed"], row["outside_own_band"]
    text = f"{row['fits']:,} fits, {row['quantities']} quantities: {len(failed)} outside the joint band{_named(failed)}"
    expected = f"chance: {row['quantities'] / 100:.0f}"
    alone = f"; {len(outside)} outside a 99% band for one alone ({expected}): {', '.join(outside)}" if outside else ""
    return f"{_models(rows)}{text}; smallest p-value {row['smallest_p_value']:.2g}{alone}", not failed


def kinds_uniform(rows: Rows) -> Found:
    """Of ledgers that hold every kind between them, which quantities leave the band of their ledger."""
    kinds, quantities = sum(len(row["kinds"]) for row in rows), sum(row["quantities"] for row in rows)
    failed = [name for row in rows for name in row["failed"]]
    alone, least = sum(len(row["outside_own_band"]) for row in rows), min(row["smallest_p_value"] for row in rows)
    said = f"{len(failed)} outside the joint band{_named(failed)}"
    text = f"{kinds} kinds in {len(rows)} ledgers, {rows[0]['fits']:,} fits each: {said}"
    chance = f"{alone} of {quantities} ranks outside a 99% band for one alone (chance: {quantities / 100:.0f})"
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
        low, high = stats.binom.interval(1.0 - CHANCE / len(shares), truths, promise)
        kept &= all(low <= round(share * truths) <= high for share in shares)
        bounds = f"{low / truths:.1%} to {high / truths:.1%}"
        parts.append(f"{promise:.0%}: {min(shares):.1%} to {max(shares):.1%} (chance: {bounds})")
    return f"{rows[0]['truths']} truths, {len(rows)} intervals. {'; '.join(parts)}", kept


def engines(rows: Rows) -> Found:
    """Quantiles by one engine and by the other, no further apart than `APART` or than chance explains."""
    default = max(abs(row["months"]) for row in rows if row["ledger"] == "default")
    most = max(rows, key=lambda row: abs(row["months"]))
    ledgers = len({row["ledger"] for row in rows}) - 1
    text = f"{default:.3f} month at most on the default ledger, {abs(most['months']):.3f} on {ledgers} others"
    errors = f"{most['mcse']:.3f} and {most['nuts_mcse']:.3f}, at its {most['level']:.0%}"
    diverged = max(row.get("divergences", 0) for row in rows)
    lost = f"; at most {diverged} divergences" if diverged else ""
    return f"{text} (the two MCSEs there: {errors}{lost})", not any(map(_apart, rows))


def _apart(row: dict[str, Any]) -> bool:
    return abs(row["months"]) > max(APART, REACH * float(np.hypot(row["mcse"], row["nuts_mcse"])))


def engines_average(rows: Rows) -> Found:
    """What all ledgers of a model have in common."""
    parts = []
    for model, own in _by_model(rows).items():
        each = ", ".join(f"{row['level']:.0%}: {row['months']:+.3f} ± {row['mcse']:.3f}" for row in own)
        parts.append(f"{model}, months by which NUTS is later: {each}")
    return "; ".join(parts), all(abs(row["months"]) <= APART for row in rows)


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
        kept &= (divergences == 0 or (few and own[0]["model"] != ARTICLE)) and rhat < HIGHEST_RHAT and least > LEAST_ESS
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
    text = f"{tests:,} tests make the program refuse its input, with {complaints:,} different complaints"
    return text, complaints >= LEAST_COMPLAINTS


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
    return f"{text}; {len(rows) - len(real)} more change nothing", share >= LEAST_KILLED


def branches(rows: Rows) -> Found:
    text = ", ".join(f"{row['room']} {row['percent']:.1f}%" for row in rows)
    return text, all(row["percent"] >= LEAST_COVERED for row in rows)
