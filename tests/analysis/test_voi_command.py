"""``catchup voi``: what it prints, what it draws, and what it says of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Estimate, Weighting
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.figures import draw_value_of_information
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.voi import _less_text, _share_text
from catchup.analysis.studies.voi.pending import read_pending
from catchup.analysis.studies.voi.result import KNOWN, NOTHING, ValueOfInformation
from catchup.analysis.studies.voi.study import value_of_information
from catchup.analysis.studies.voi.tables import read_tables
from catchup.analysis.studies.voi.uncertainty import GROUPS
from catchup.evidence.ledgers import load_ledger
from catchup.model.assumptions import load_assumptions
from figure_cases import NARROW, WIDE, faults, texts
from item_cases import DAY
from voi_cases import figures, valued

BRIEF = ["voi", "--model", "article", "--evidence", "none", "--as-of", "2026-11-21", "--draws", "3000"]
READING = """
[disclosures.mine]
title = "A count"
kind = "quantity_reading"
observed = { quantity = "china_stock" }
likelihood = { sd = 0.1 }
"""
SILENCE = """
[disclosures.mine]
title = "Silence"
kind = "not_yet"
observed = { event = "compute-equivalent" }
likelihood = { delay_months = 2.0 }
"""
POLICY = """
[disclosures.mine]
title = "A policy"
kind = "policy"
lever = "remote-revoked"
probability = 0.5
"""
DECISION = """
[decisions.mine]
title = "Mine"
kind = "date"
unit = "dollars"
cost_per_month_early = 2
cost_per_month_late = 1
"""


@pytest.fixture(scope="module")
def everything() -> ValueOfInformation:
    """All quantities and disclosures of the default ledger's posterior."""
    drawn = posterior(Request(Question(load_assumptions(), DAY, draws=40_000)))
    return value_of_information(drawn, read_pending(drawn.question, load_ledger().items))


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert run([*BRIEF, "--json", *options]) == 0
    captured = capsys.readouterr()
    return dict(json.loads(captured.out))


def refused(capsys: pytest.CaptureFixture[str], *options: str, status: int = 2) -> str:
    assert run([*BRIEF, *options]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith("catchup: ")
    return captured.err


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_every_kind_of_disclosure_is_valued(everything: ValueOfInformation) -> None:
    tables = read_tables()["disclosures"]
    assert {row.disclosure.id for row in everything.disclosures} == set(tables)
    kinds = {row.disclosure.text.kind for row in everything.disclosures}
    assert kinds >= {"compute_reading", "rental_spend", "capability_lag", "not_yet", "claim", "policy", "budget_share"}
    rows = {row.disclosure.id: row for row in everything.disclosures}
    verified, leaked = rows["mythos-flop-verified"], rows["mythos-flop-leaked"]
    assert verified.narrowing.loss.value > 5.0 * leaked.narrowing.loss.value
    for row in everything.disclosures:
        loss, exactly = row.narrowing.loss, row.exactly.loss
        assert loss.value >= -3.0 * loss.mcse
        assert loss.value <= exactly.value + 3.0 * exactly.mcse
    losses = [row.narrowing.loss for row in everything.disclosures]
    assert losses == sorted(losses, key=lambda loss: (loss.noise, -loss.value))  # what is within noise last


def test_quantities_of_evidence_alone_are_worth_learning_too(everything: ValueOfInformation) -> None:
    rows = {row.quantity: row for row in everything.quantities}
    for name in ("benchmark_optimism_general", "algorithmic_progress", "bytedance_budget"):
        assert rows[name].note == ""
        assert rows[name].size > 0.01
    assert rows["rental_price"].note == NOTHING
    sizes = [row.ranked_by for row in everything.quantities]
    assert sizes == sorted(sizes, key=lambda size: (size.noise, -size.value))


def test_json_is_the_contract(everything: ValueOfInformation) -> None:
    answer = json.loads(json.dumps(as_json(everything), allow_nan=False))
    assert answer["schema"] == 1
    assert answer["evidence"] == list(everything.evidence)
    assert {"median", "sd", "interval"} <= answer["baseline"].keys()
    assert {"id", "title", "unit", "now", "perfect_information"} <= answer["decision"].keys()
    for row in (*answer["quantities"], *answer["disclosures"]):
        assert row["variance_share"].keys() == {"value", "mcse"}
        assert row["interval"].keys() == {"0.5", "0.9"}
        assert row["interval"]["0.9"].keys() >= {"months", "mcse"}
        assert row["loss"].keys() == {"value", "mcse"}
    assert {"id", "title", "kind", "outcomes", "exactly"} <= answer["disclosures"][0].keys()


def test_figure_can_be_read(everything: ValueOfInformation) -> None:
    for width in (WIDE, NARROW):
        figure = draw_value_of_information(everything, width=width)
        assert faults(figure) == []
    assert any("(months)" in text for text, _ in texts(figure))


def test_figure_of_nothing_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "voi.svg"
    assert run([*BRIEF, "--only", "distilled_share", "--plot", str(path)]) == 0
    assert "Nothing that could be learnt" in path.read_text()


def test_table_says_what_is_worth_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    only = ["algorithmic_progress", "distilled_share", "startup_budget", "general-lag"]
    options = [option for name in only for option in ("--only", name)]
    assert run([*BRIEF, *options, "--set", "startup_budget=0.05"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "algorithmic_progress" in said
    assert f"distilled_share: {NOTHING}" in said
    assert f"startup_budget: {KNOWN}" in said
    assert "A benchmark lag, general" in said


def test_what_is_within_noise_is_no_negative_share_and_no_loss_of_minus_nothing() -> None:
    assert _share_text(Estimate(-0.001, 0.002)) == "within noise"
    assert _share_text(Estimate(0.051, 0.002)) == "5.1%"
    assert _less_text(Estimate(-1e-4, 1e-3)) == "nothing less (within noise)"
    assert _less_text(Estimate(0.0, 0.0)) == "nothing less (no change)"
    assert _less_text(Estimate(4.44, 0.01)) == "4.44 less"


def test_users_disclosures_and_decisions_stand_beside_ours(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, READING + DECISION)
    options = ["--disclosures", file, "--decision", "mine", "--only", "mine", "--only", "china_stock"]
    answer = printed(capsys, *options)
    assert answer["decision"]["unit"] == "dollars"  # type: ignore[index]
    assert answer["decision"]["now"]["action"]["date"] >= "2026-11-21"  # type: ignore[index]
    assert [row["id"] for row in answer["disclosures"]] == ["mine"]  # type: ignore[index,attr-defined]
    assert [row["quantity"] for row in answer["quantities"]] == ["china_stock"]  # type: ignore[index,attr-defined]
    waiting = printed(capsys, "--decision", "act-or-wait", "--only", "parity-claim")
    assert waiting["decision"]["now"]["action"] in ("act", "wait")  # type: ignore[index]


@pytest.mark.parametrize(
    ("options", "fragment"),
    [
        (["--only", "algorithmic_progres"], "did you mean 'algorithmic_progress'"),
        (["--only", "mythos-flop-verifid"], "did you mean 'mythos-flop-verified'"),
        (["--decision", "prepared"], "did you mean 'prepared-by'"),
        (["--disclosures", "nowhere.toml"], "no such file"),
        (["--plot", "picture.jpeg"], "kind of picture"),
    ],
)
def test_bad_options(capsys: pytest.CaptureFixture[str], options: list[str], fragment: str) -> None:
    assert fragment in refused(capsys, *options)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("[disclosure.mine]\ntitle = 'x'", "did you mean 'disclosures'"),
        ("disclosures = 3", "tables [disclosures.NAME] were expected"),
        ("[disclosures]\nmine = 3", "disclosures.mine: a table was expected"),
        (READING.replace("quantity_reading", "quantity_readng"), "did you mean 'quantity_reading'"),
        (READING.replace("china_stock", "china_stok"), "did you mean 'china_stock'"),
        (READING.replace("sd = 0.1", "sd = -0.1"), "disclosures.mine.likelihood.sd: should be above 0"),
        (READING.replace("{ sd = 0.1 }", "{ sdd = 0.1 }"), "disclosures.mine.likelihood.sdd"),
        (READING.replace("likelihood = { sd = 0.1 }", ""), "disclosures.mine.likelihood: is missing"),
        (READING.replace("likelihood = { sd = 0.1 }", "likelihood = 3"), "disclosures.mine.likelihood"),
        (READING.replace("observed = { quantity", "observed = { quantiti"), "did you mean 'quantity'"),
        (READING + "probability = 0.5", "does not belong to quantity_reading"),
        (READING + "months_ahead = 2", "it has no day"),
        (READING + "titel = 'x'", "did you mean 'title'"),
        (READING.replace("disclosures.mine", "disclosures.'My Own'"), "lower-case words joined by hyphens"),
        (SILENCE, "months_ahead: is missing"),
        (SILENCE + "months_ahead = -1", "should be above 0"),
        (SILENCE + "months_ahead = 1e9", "beyond the calendar"),
        (SILENCE.replace('equivalent"', 'equivalent", date = 2026-11-01'), "is not after 2026-11-21"),
        (SILENCE.replace('equivalent"', 'equivalent", date = 2027-01-01') + "months_ahead = 1", "one of them"),
        (SILENCE.replace("compute-equivalent", "compute-equivalnt") + "months_ahead = 1", "unknown event"),
        (POLICY.replace("remote-revoked", "remote-revokd"), "did you mean 'remote-revoked'"),
        (POLICY.replace("0.5", "1.5"), "should be below 1"),
        (POLICY.replace("probability = 0.5", ""), "disclosures.mine.probability: is missing"),
        (POLICY + "likelihood = { sd = 1 }", "does not belong to policy"),
        (DECISION.replace('kind = "date"', 'kind = "dat"'), "did you mean 'date'"),
        (DECISION.replace('kind = "date"', ""), "decisions.mine.kind: is missing"),
        (DECISION.replace("= 2", "= 0"), "decisions.mine.cost_per_month_early: should be above 0"),
        (DECISION.replace("cost_per_month_late = 1", ""), "decisions.mine.cost_per_month_late: is missing"),
        ("[decisions]\nmine = 3", "decisions.mine: a table was expected"),
    ],
)
def test_bad_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, fragment: str) -> None:
    said = refused(capsys, "--disclosures", written(tmp_path, text), "--decision", _decision(text))
    assert fragment in said
    assert "mine.toml" in said


def _decision(text: str) -> str:
    return "mine" if "decisions" in text else "prepared-by"


def test_too_few_draws_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    few = [*BRIEF[:-1], "50", "--only", "china_stock"]
    assert run(few) == 1
    assert "only 50 effective draws: too few for the value of information" in capsys.readouterr().err
    assert run([*BRIEF[:-1], "500", "--only", "china_stock", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "catchup: only 500 effective draws: too few for the tails of what is learnt\n"
    assert json.loads(captured.out)["notes"]


def test_an_event_that_may_never_come_has_no_loss() -> None:
    question = Question(load_assumptions(model="article"), DAY, draws=1_000)
    values = PriorDraws(question).map(lambda chunk: dict(chunk))
    values["algorithmic_progress"][:10] = 0.1
    with pytest.raises(UntrustworthyError, match=r"in 1\.000% of the draws the event never comes"):
        valued(question, StoredDraws(values, Weighting(1_000), seed=1), {})
    weights = np.full(1_000, 1.0 / 990)
    weights[:10] = 0.0  # excluded by what was seen
    found = valued(question, StoredDraws(values, Weighting(1_000, weights), seed=1), {})
    assert np.isfinite(found.before.months).all()


@pytest.mark.parametrize("held", [1e-6, 9e-5])
def test_draws_that_hardly_count_and_never_come_are_left_out_and_said(held: float) -> None:
    question = Question(load_assumptions(model="article"), DAY, draws=1_000)
    values = PriorDraws(question).map(lambda chunk: dict(chunk))
    weights = np.full(1_000, (1.0 - held) / 990)
    weights[:10] = held / 10  # as far as what was seen leaves them
    coming = valued(question, StoredDraws(dict(values), Weighting(1_000, weights), seed=1), {})
    values["algorithmic_progress"] = values["algorithmic_progress"].copy()
    values["algorithmic_progress"][:10] = 0.1
    found = valued(question, StoredDraws(values, Weighting(1_000, weights), seed=1), {})
    assert found.before.months.size == 990
    assert ("never comes" in " ".join(found.notes), "never comes" in " ".join(coming.notes)) == (held > 1e-5, False)
    assert found.width(0.9).value == pytest.approx(coming.width(0.9).value, rel=1e-2)
    assert found.loss.value == pytest.approx(coming.loss.value, rel=1e-2)
    chains = Weighting(1_000, chains=4)
    with pytest.raises(UntrustworthyError, match="the event never comes"):
        valued(question, StoredDraws(values, chains, seed=1), {})


def test_help_names_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["voi", "--help"]) == 0
    said = capsys.readouterr().out
    for option in ("--only", "--decision", "--disclosures", "--plot", "--evidence", "--as-of"):
        assert option in said


@pytest.mark.slow
def test_both_engines_say_the_same(sampled_current: Posterior, everything: ValueOfInformation) -> None:
    """Chains and weights: draws of another kind, whose groups and slices differ."""
    table, _ = read_tables()["disclosures"]["mythos-flop-verified"]
    found = valued(
        sampled_current.question,
        sampled_current.source,
        {"verified": dict(table)},  # type: ignore[call-overload]
        sampled_current.items,
        everything.decision,
        only=["algorithmic_progress", "benchmark_optimism_general", "verified"],
    )
    ours = {row.quantity: row.narrowing for row in everything.quantities}
    ours |= {row.disclosure.id: row.narrowing for row in everything.disclosures}
    theirs = {row.quantity: row.narrowing for row in found.quantities}
    theirs["mythos-flop-verified"] = found.disclosures[0].narrowing
    for name, narrowing in theirs.items():
        assert narrowing is not None
        assert ours[name] is not None
        one, other = figures(narrowing), figures(ours[name])
        assert abs(one[:, 0] - other[:, 0]).max() > 0.0
        assert (abs(one[:, 0] - other[:, 0]) <= widest(1.0, GROUPS - 1) * np.hypot(one[:, 1], other[:, 1])).all(), name
