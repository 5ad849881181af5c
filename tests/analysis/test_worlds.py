"""Worlds: against closed forms, against a forecast of each by itself, and what rows of them may not say."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from false_alarms import widest
from own_rows import CHEAP_MYTHOS, layer
from scipy import stats

from catchup.analysis.commands.main import run as catchup
from catchup.analysis.inference.differences import independent_quantile_shift
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.analysis.presentation.caveats import load_caveats
from catchup.analysis.presentation.figures import draw_worlds
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.pages.worlds import world_page
from catchup.analysis.presentation.report.contents import READINGS
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.worlds import world_table
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.runs.run import run
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.worlds import WORLD_DRAWS, WorldResult, Worlds, worlds
from catchup.evidence import load_ledger, select
from catchup.evidence.selection import read_by
from catchup.model.assumptions import load_assumptions
from catchup.model.models import MODELS
from catchup.priors import InputError
from catchup.priors.packaged import named_overlays, own_overlay
from figure_cases import texts
from item_cases import DAY, write_item

SCENARIOS = ["ascends-pooled", "lax-cloud"]
STOCK, SD = (2.0e6, 0.2), 0.3  # median and sigma of a stock's prior, and sd of a reading of it
SEEN = 2.6e6  # H100e
OTHERS = {"half": (1.0e6, 0.1), "double": (4.0e6, 0.4)}  # what two worlds believe of it


OVERLAID = ["slide-as-pretraining", "mfu-thirty", "undated-lags", "alibaba-largest"]
ALONE = ["progress-amodei", "moving-target"]  # asked by themselves as well, which takes long
NAMED = ["article", *OVERLAID, *SCENARIOS]


def stock(median: float, sigma: float) -> str:
    return f'family = "lognormal"\nmedian = {median}\nsigma = {sigma}\n'


def survey(folder: Path, sd: float) -> Path:
    """A reading of the stock inside China."""
    observed, likelihood = {"value": SEEN, "quantity": "china_stock"}, {"sd": sd}
    return write_item(folder, "quantity_reading", "survey", observed=observed, likelihood=likelihood)


def by_id(found: Worlds) -> dict[str, WorldResult]:
    return {row.id: row for row in found.worlds}


@pytest.fixture(scope="module")
def asked() -> Posterior:
    return posterior(Request(Question(load_assumptions(), DAY, draws=40_000), engine="importance"))


@pytest.fixture(scope="module")
def found(asked: Posterior) -> Worlds:
    return worlds(asked, NAMED)


def test_evidence_speaks_of_worlds_in_closed_form(tmp_path: Path) -> None:
    """A reading of one quantity, lognormal in every world: its density under each is normal."""
    text = f"[quantity.china_stock]\n{stock(*STOCK)}"
    for name, believed in OTHERS.items():
        text += f'[world.{name}]\ntitle = "{name}"\n[world.{name}.quantity.china_stock]\n{stock(*believed)}'
    seen = survey(tmp_path, SD)
    question = Question(load_assumptions([layer(text)], model="article"), DAY, draws=30_000)
    rows = by_id(worlds(posterior(Request(question, "none", "importance", added=(seen,))), list(OTHERS)))
    for name, (median, sigma) in {"article": STOCK, **OTHERS}.items():
        exact = stats.norm.logpdf(math.log(SEEN), math.log(median), math.hypot(sigma, SD))
        told = rows[name].log_evidence
        assert told is not None
        assert abs(told.value - exact) < widest(told.mcse), name
        assert told.mcse < 0.05
    assert rows["double"].log_evidence.value != pytest.approx(rows["half"].log_evidence.value, abs=0.5)


@pytest.mark.slow
def test_a_world_is_what_its_overlays_forecast(asked: Posterior) -> None:
    """Asked by itself, of other random numbers: the same date, the same firms, the same evidence."""
    found = worlds(asked, ALONE)
    for name in ALONE:
        alone = Question(load_assumptions([name]), DAY, draws=60_000, seed=7)
        answer = forecast(posterior(Request(alone, engine="importance")))
        row = by_id(found)[name]
        for p in (0.05, 0.5, 0.95):
            apart = independent_quantile_shift(row.ready, answer.ready, p)
            assert abs(apart.value) < widest(apart.mcse), (name, p)
        for firm, share in answer.first_firm.items():
            assert abs(share.value - row.first_firm[firm].value) < widest(
                math.hypot(share.mcse, row.first_firm[firm].mcse)
            )
        apart = math.hypot(answer.log_evidence.mcse, row.log_evidence.mcse)
        assert abs(answer.log_evidence.value - row.log_evidence.value) < widest(apart)


def test_the_first_row_is_the_forecast(asked: Posterior, found: Worlds) -> None:
    answer = forecast(asked)
    assert found.asked.id == "current"
    assert found.asked.ready is asked.ready
    assert found.asked.first_firm == answer.first_firm
    assert found.asked.log_evidence == answer.log_evidence
    assert [row.sort for row in found.worlds[:2]] == ["model", "model"]


@pytest.mark.parametrize("model", MODELS)
def test_the_other_model_counts_what_it_reads(model: str) -> None:
    """As its own forecast does: `article` reads no records, and then counts the lag that they take the place of."""
    (other,) = set(MODELS) - {model}
    here = posterior(Request(Question(load_assumptions(model=model), DAY, draws=40_000), engine="importance"))
    row = by_id(worlds(here, [other]))[other]
    there = posterior(Request(Question(load_assumptions(model=other), DAY, draws=40_000, seed=3), engine="importance"))
    assert set(row.left_out) == {item.id for item in here.items} - {item.id for item in there.items}
    for p in (0.05, 0.5, 0.95):
        apart = independent_quantile_shift(row.ready, there.ready, p)
        assert abs(apart.value) < widest(apart.mcse), p


def test_a_named_item_is_counted_by_either_model() -> None:
    article = load_assumptions(model="article")
    selection = select(load_ledger(), "epoch-lag-records", DAY, article)
    for other in (article, load_assumptions()):
        items, left_out = read_by(selection, article, other)
        assert ([item.id for item in items], left_out) == (["epoch-lag-records"], {})


def test_firms_of_another_model_have_their_names(found: Worlds) -> None:
    table = to_markdown(world_table(found))
    assert "Top hyperscaler" in table
    assert not re.search(r"\| (hyper|bytedance)", table)


def test_scenarios_are_those_of_their_own_study(asked: Posterior, found: Worlds) -> None:
    rows = by_id(found)
    for row in scenarios(asked, SCENARIOS).scenarios:
        assert (rows[row.id].ready.values == row.ready.values).all()
        assert rows[row.id].shift(0.5) == row.shift(0.5)
        assert rows[row.id].first_firm == row.first_firm
        assert rows[row.id].log_evidence is None
        assert "begins on the day" in rows[row.id].withheld


def test_random_numbers_are_common(found: Worlds, asked: Posterior) -> None:
    row = by_id(found)["mfu-thirty"]
    apart = independent_quantile_shift(row.ready, asked.ready, 0.5)
    assert row.draws == WORLD_DRAWS
    assert row.shift(0.5).mcse < 0.8 * apart.mcse
    assert abs(row.shift(0.5).value - apart.value) < widest(apart.mcse)


def test_density_is_withheld_where_observations_differ(found: Worlds) -> None:
    rows = by_id(found)
    assert rows["article"].log_evidence is None
    assert rows["article"].withheld == "does not count epoch-lag-records"
    assert rows["slide-as-pretraining"].log_evidence is None
    assert list(rows["slide-as-pretraining"].left_out) == ["microsoft-slide"]
    assert all(rows[name].log_evidence is not None for name in ("current", "mfu-thirty", "undated-lags"))
    asked = Request(Question(load_assumptions(), DAY, draws=20_000), "eci-lag,microsoft-slide", "importance")
    assert by_id(worlds(posterior(asked), ["article"]))["article"].log_evidence is not None


def test_without_evidence_nothing_is_said_of_it() -> None:
    rows = worlds(prior_of(Question(load_assumptions(), DAY, draws=500)), NAMED).worlds
    assert all(row.log_evidence is None and row.withheld for row in rows)


def test_a_world_that_evidence_contradicts_has_no_answer(tmp_path: Path) -> None:
    text = f'[world.no-compute]\ntitle = "Hardly any"\n[world.no-compute.quantity.china_stock]\n{stock(1e3, 0.01)}'
    seen = survey(tmp_path, 0.1)
    # of the article's, whose million draws of a refusal take a quarter of the time
    question = Question(load_assumptions([layer(text)], model="article"), DAY, draws=20_000)
    result = worlds(posterior(Request(question, "none", "importance", added=(seen,))), ["no-compute"])
    row = by_id(result)["no-compute"]
    assert not row.answered
    assert "survey" in row.refused
    (told,) = (each for each in as_json(result)["worlds"] if each["id"] == "no-compute")
    assert told["quantiles"] is None
    assert told["log_evidence"] is None
    json.dumps(as_json(result), allow_nan=False)
    assert any("no-compute has no answer" in str(line) for line in world_table(result).lines)
    draw_worlds(result)


def test_rows_add_a_world_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(CHEAP_MYTHOS)
    assert (
        catchup(
            ["worlds", "--priors", str(file), "--evidence", "none", "--draws", "2000", "--as-of", f"{DAY}", "--json"]
        )
        == 0
    )
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["worlds"]}
    assert {"id", "title", "source", "quantiles", "first_firm", "log_evidence"} <= rows["cheap-mythos"].keys()
    assert rows["cheap-mythos"]["quantiles"]["0.5"]["months"] < rows["current"]["quantiles"]["0.5"]["months"] - 3.0
    result = worlds(prior_of(Question(load_assumptions([file]), DAY, draws=1_000)), ["cheap-mythos"])
    assert "a quarter of the chips" in to_markdown(world_table(result))
    assert any("quarter of the" in text for text, _ in texts(draw_worlds(result)))


def test_a_run_asks_them() -> None:
    assert "worlds" in studies_of_a_run(prior_of(Question(load_assumptions(), DAY, draws=100)))
    assert "worlds" in READINGS


@pytest.mark.slow
def test_the_page_has_them() -> None:
    page = world_page(Question(load_assumptions([layer(CHEAP_MYTHOS)]), DAY, draws=1_000))
    assert "## cheap-mythos" in page
    assert "low 60000, mode 125000, high 190000" in page


@pytest.mark.slow
def test_a_runs_report_has_them(tmp_path: Path) -> None:
    question = Question(load_assumptions([layer(CHEAP_MYTHOS)]), DAY, draws=1_000)
    made = run(Request(question, evidence="none"), tmp_path / "runs")
    folder = tmp_path / "runs" / made.name
    assert "Mythos took a quarter of the chips" in (folder / "report.html").read_text()
    assert "cheap-mythos" in {row["id"] for row in json.loads((folder / "worlds.json").read_text())["worlds"]}
    assert (folder / "figures" / "worlds.png").is_file()


def test_every_overlay_that_comes_with_the_project_is_a_world() -> None:
    named = {name for world in load_assumptions().worlds.values() for name in world.text.overlays}
    assert named | {"logistic-arrivals"} == set(named_overlays())  # no source speaks of how chips arrive


def test_the_posts_claim_holds_by_arithmetic_and_not_by_its_equivalence() -> None:
    """Asked on 1 July 2026, of the article: the pooled Ascends are first in two draws of three, or in hardly any."""
    from datetime import date

    prior = prior_of(Question(load_assumptions(model="article"), date(2026, 7, 1), draws=20_000))
    rows = {row.id: row for row in scenarios(prior, ["ascends-pooled", "ascends-pooled-by-the-post"]).scenarios}
    first = {name: row.first_firm["consortium"] for name, row in rows.items()}
    assert 0.55 < first["ascends-pooled"].value < 0.75
    assert first["ascends-pooled-by-the-post"].value < 0.05


@pytest.mark.parametrize("model", ["article", "current"])
def test_every_world_fits_both_models(model: str) -> None:
    result = worlds(prior_of(Question(load_assumptions(model=model), DAY, draws=500)))
    assert all(row.answered for row in result.worlds)


def test_what_is_laid_over_one_model_need_not_fit_the_other() -> None:
    question = Question(load_assumptions(fixed={"rival_compute": 0.1}), DAY, draws=500)
    row = by_id(worlds(prior_of(question)))["article"]
    assert not row.answered
    assert "rival_compute" in row.refused or "does not take" in row.refused


def test_a_world_that_does_not_go_with_what_is_laid_over_the_model_is_refused_alone() -> None:
    tied = layer('[[correlation]]\nbetween = ["mfu_anthropic", "mfu_china"]\nrank = 0.5\ndescription = "x"\n')
    question = Question(load_assumptions([tied]), DAY, draws=500)
    found = by_id(worlds(prior_of(question)))
    assert [name for name, row in found.items() if "mfu_anthropic is fixed" in row.refused] == ["slide-as-pretraining"]


TITLED = '[world.mine]\ntitle = "Mine"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f'{TITLED}overlays = ["slowing-progres"]',
            r"mine\.toml: world\.mine\.overlays: .*did you mean 'slowing-progress'",
        ),
        (f'{TITLED}references = ["longcat"]\noverlays = ["mfu-thirty"]', r"world\.mine\.references: unknown reference"),
        (TITLED, r"world\.mine: changes nothing: give one of overlays, "),
        (f"{TITLED}quantities = {{}}", r"world\.mine\.quantities: unknown key.*did you mean 'quantity'"),
        (
            f"{TITLED}[world.mine.quantity.china_stok]\nmedian = 2e6",
            r"quantity\.china_stok: .*did you mean 'china_stock'",
        ),
        ('[world.mine]\noverlays = ["mfu-thirty"]', r"world\.mine\.title: is missing"),
        ('[world.moving-targets]\nnotes = "n"', r"unknown world 'moving-targets'; did you mean 'moving-target'"),
        (f'{TITLED}mechanism = {{progress = "slowin"}}', r"mechanism\.progress: .*did you mean 'slowing'"),
        (
            '[scenario.mine]\ntitle = "M"\nover = "firms-poolt"\nfirm.startup.competes = false',
            r"scenario\.mine\.over: .*did you mean 'firms-pooled'",
        ),
        (
            '[scenario.one]\ntitle = "1"\nover = "two"\nfirm.startup.competes = false\n'
            '[scenario.two]\ntitle = "2"\nover = "one"\nfirm.startup.competes = false',
            r"scenario\.\w+\.over: lies over itself: one over two over one|scenario\.\w+\.over: lies over itself: two",
        ),
    ],
)
def test_rows_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_assumptions([layer(text)])


def test_a_scenario_over_another_keeps_its_rows() -> None:
    found = load_assumptions().scenarios
    assert (
        found["superpods-by-the-post"].rows("quantity")["superpods"]
        == found["domestic-superpods"].rows("quantity")["superpods"]
    )
    assert found["ascends-pooled-by-the-post"].rows("quantity")["superpods"]["value"] == 0


def test_an_unknown_world_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["worlds", "moving-targets", "--evidence", "none", "--draws", "500"]) == 2
    assert "did you mean 'moving-target'" in capsys.readouterr().err


def test_options_are_checked_before_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert catchup(["worlds", "--plot", "worlds.doc"]) == 2
    assert "--plot" in capsys.readouterr().err


def test_a_users_file_named_like_an_overlay_does_not_stand_in_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "progress-amodei").write_text("no TOML")
    monkeypatch.chdir(tmp_path)
    own_overlay.cache_clear()
    (laid,) = load_assumptions().worlds["progress-amodei"].layers
    assert laid.file == "priors/overlays/progress-amodei.toml"
    with pytest.raises(InputError, match="progress-amodei: is not valid TOML"):  # by hand, a file may be meant
        load_assumptions(["progress-amodei"])


def test_what_is_said_of_the_largest_hyperscaler_holds(found: Worlds) -> None:
    """Words held to their figures: who is first, in nearly half of the draws, and a date that hardly moves."""
    said = load_caveats().rows["which-is-largest"].left
    assert "it is Alibaba that is most often first, in nearly half of the draws, and the date hardly moves" in said
    row = by_id(found)["alibaba-largest"]
    assert row.first is not None
    firm, share = row.first
    assert firm == "alibaba"
    assert 0.4 < share.value < 0.5
    assert abs(row.shift(0.5).value) < 0.25 + widest(row.shift(0.5).mcse)  # a week, of a year and a half
