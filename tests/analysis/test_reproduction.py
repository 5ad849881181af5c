"""The published claims: every one is met, the documents that say so are current, and a wrong model would be told."""

import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.markdown import markdown_table
from catchup.analysis.presentation.pages import priors as priors_page
from catchup.analysis.presentation.pages import reproduction
from catchup.analysis.presentation.pages.priors import prior_tables
from catchup.analysis.presentation.pages.reproduction import reproduction_page
from catchup.analysis.presentation.text import numbers_of
from catchup.analysis.studies.reproduction import measures, study
from catchup.analysis.studies.reproduction.claims import Claim, load_claims
from catchup.analysis.studies.reproduction.measures import MEASURES, Measured, Verdict, figures, measure, published
from catchup.analysis.studies.reproduction.study import Reproduction, fingerprint, reproduce
from catchup.analysis.studies.thresholds.stock_search import StockSearch
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.errors import InputError

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    """The published model's."""
    return load_assumptions(model="article")


@pytest.fixture(scope="module")
def few() -> Reproduction:
    return reproduce(draws=20_000)


def test_every_claim_has_a_row_in_both_tables(few: Reproduction) -> None:
    claims = load_claims().claims
    assert [row.id for row in few.rows] == list(claims)
    text = reproduction_page(few)
    for title in (claim.title for claim in claims.values()):
        assert len(re.findall(rf"^\| {re.escape(title)} \|", text, flags=re.MULTILINE)) == 2
    for line in text.splitlines():
        assert not line.startswith("|") or line.count("|") - line.count("\\|") == 7


def test_every_claim_is_met_on_the_published_grid(few: Reproduction) -> None:
    assert {row.id: row.grid.verdict for row in few.rows if row.grid.verdict is Verdict.NOT_MET} == {}


def test_only_the_grid_explains_what_continuous_time_misses(few: Reproduction) -> None:
    assert {row.id for row in few.rows if row.continuous.verdict is Verdict.NOT_MET} <= {
        "ready-high",
        "startup-november",
    }


def test_the_grid_is_late_by_about_a_quarter_month_and_never_early(few: Reproduction) -> None:
    assert few.lateness.value == pytest.approx(0.25, abs=0.01)
    assert -1e-9 <= few.earliest <= few.latest <= 0.5 + 1e-9


def test_a_document_names_its_command_and_its_inputs(few: Reproduction, assumptions: Assumptions) -> None:
    head = reproduction_page(few).splitlines()[:4]
    assert "catchup reproduce docs/reproduction.md --draws 20000 --seed 1" in head[0]
    assert f"inputs: {fingerprint(assumptions)}" in "".join(head)


def test_the_committed_reproduction_is_current(assumptions: Assumptions) -> None:
    """Stale when this fails: run `make docs`."""
    text = (DOCS / "reproduction.md").read_text(encoding="utf-8")
    assert f"<!-- inputs: {fingerprint(assumptions)} -->" in text
    claims = load_claims().claims
    assert f"With the published grid {len(claims)} of {len(claims)} claims are met" in text


def test_the_committed_prior_tables_are_current() -> None:
    """Stale when this fails: run `make docs`."""
    assert (DOCS / "priors.md").read_text(encoding="utf-8") == prior_tables(load_assumptions())


def test_prior_tables_hold_every_row(assumptions: Assumptions) -> None:
    text = prior_tables(assumptions)
    for name, quantity in assumptions.table.quantities.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
        assert quantity.text.unit in line
        assert quantity.distribution.family in line
    assert "low 1,400,000, mode 1,780,000" in text
    assert numbers_of(assumptions.beliefs["rl_ratio"]) == "median 1.25, sigma 0.75"


@pytest.mark.parametrize("name", ["mythos_chips", "startup_stock", "post_training_months"])
def test_another_prior_has_another_fingerprint(assumptions: Assumptions, name: str) -> None:
    moved = load_assumptions(fixed={name: float(assumptions.beliefs[name].quantile(0.5))})
    assert fingerprint(moved) != fingerprint(assumptions)


def test_a_quantity_that_no_claim_rests_on_leaves_the_fingerprint(assumptions: Assumptions) -> None:
    assert fingerprint(load_assumptions(fixed={"rl_ratio": 1.0}, model="article")) == fingerprint(assumptions)


def test_another_claim_has_another_fingerprint(assumptions: Assumptions, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(assumptions)
    claims = load_claims()
    changed = {**claims.claims, "mythos-low": claims.claims["mythos-low"].model_copy(update={"value": 3.5e26})}
    monkeypatch.setattr(study, "load_claims", lambda: replace(claims, claims=changed))
    assert fingerprint(assumptions) != before


@pytest.fixture(scope="module")
def measured(assumptions: Assumptions) -> Measured:
    run = load_claims().run
    question = Question(assumptions, assumptions.table.day("article_day"), draws=5_000, launch_grid=run.launch_grid)
    return Measured(question, run)


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        ("mythos-central", {"value": 5.3e26}),
        ("mythos-low", {"value": 3.0e26}),
        ("mythos-high", {"value": 9.0e26}),
        ("ready-median", {"month": "2027-01"}),
        ("ready-low", {"month": "2026-12"}),
        ("ready-high", {"month": "2027-07"}),
        ("leading-drivers", {"order": ("hyperscaler_budget", "algorithmic_progress")}),
        ("leading-drivers", {"order": ("algorithmic_progress", "mythos_chips")}),
        ("lever-order", {"order": ("distillation-limited", "remote-revoked")}),
        ("lever-order", {"tolerance": 0.1}),
        ("startup-wins", {"stock": 150_000.0}),
        ("startup-january", {"stock": 100_000.0}),
        ("startup-november", {"stock": 300_000.0}),
        ("startup-november", {"day": date(2026, 3, 1)}),
        ("startup-doubled", {"stock": 60_000.0}),
        ("distillation-share", {"value": 0.25}),
        ("distillation-progress", {"value": 7.4}),
        ("rental-year", {"value": 26_290.0}),
        ("zai-stock", {"value": 12_000.0}),
    ],
)
def test_a_wrong_claim_is_not_met(measured: Measured, claim: str, changes: dict[str, object]) -> None:
    wrong = load_claims().claims[claim].model_copy(update=changes)
    assert measure(wrong, measured).verdict is Verdict.NOT_MET


def test_every_measure_is_used_and_known() -> None:
    assert {claim.measure for claim in load_claims().claims.values()} == MEASURES.keys()


def test_noise_of_the_published_run_counts_only_where_the_models_are_one(measured: Measured) -> None:
    there = math.sqrt(measured.question.draws / measured.run.draws)
    assert measured.noise(1.0, launch=True) == pytest.approx(math.hypot(1.0, there))
    apart = Measured(replace(measured.question, launch_grid=None), measured.run)
    assert apart.noise(1.0, launch=True) == 1.0
    assert apart.noise(1.0, launch=False) == pytest.approx(math.hypot(1.0, there))


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [(-1.0, Verdict.MET), (0.0, Verdict.MET), (1.9, Verdict.WITHIN_NOISE), (2.1, Verdict.NOT_MET)],
)
def test_verdicts(distance: float, verdict: Verdict) -> None:
    assert measures._judge(distance, 1.0) is verdict


@pytest.mark.parametrize(
    ("value", "within"), [(8.15e26, True), (8.2499e26, True), (8.1499e26, False), (8.2501e26, False)]
)
def test_rounding(value: float, within: bool) -> None:
    claim = load_claims().claims["mythos-high"]
    assert (measures._rounding(claim, value) <= 0.0) is within


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(5.13e26, 2, "5.1e26"), (26_280.0, 4, "26,280"), (0.125, 3, "0.125"), (7.499, 2, "7.5")],
)
def test_figures_as_printed(value: float, digits: int, text: str) -> None:
    assert figures(value, digits) == text


def test_published_words() -> None:
    claims = load_claims().claims
    assert published(claims["mythos-high"]) == "8.2e26 FLOP"
    assert published(claims["ready-median"]) == "2027-02"
    assert published(claims["startup-doubled"]) == "78,000 H100e"
    assert published(claims["distillation-share"]) == "0.125"


def test_a_claim_is_read_strictly() -> None:
    with pytest.raises(ValueError, match="extra_forbidden"):
        Claim.model_validate({"title": "x", "measure": "flop-quantile", "probabilty": 0.5})


def test_thresholds_are_asked_of_one_bench(measured: Measured) -> None:
    assert isinstance(measured.search, StockSearch)
    assert measured.search is measured.search


def test_tables_escape_what_would_break_them() -> None:
    assert markdown_table(["a"], [["b|c"]]) == "| a |\n| --- |\n| b\\|c |\n"


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "priors.md"
    assert priors_page.main([str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!-- Generated by")
    assert [path.name for path in tmp_path.iterdir()] == ["priors.md"]


def test_an_unwritable_place_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere" / "priors.md"
    assert priors_page.main([str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err
    with pytest.raises(InputError, match="cannot be written"):
        priors_page.write_text(tmp_path, "text")


@pytest.mark.parametrize("main", [priors_page.main, reproduction.main])
def test_usage(main: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2  # type: ignore[operator]
    assert capsys.readouterr().err.startswith("usage: python -m catchup.analysis.")
