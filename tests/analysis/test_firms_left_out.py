"""A firm that an overlay takes out of the race: every study answers, or says in a line what it leaves out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis import Question, capacity, choose_evidence, levers, prior_of, regimes, scenarios, watch, worlds
from catchup.analysis.commands.main import main
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.scenarios import scenario_table
from catchup.analysis.runs.asked import studies_of_a_run
from catchup.analysis.studies.explored_probes import probes_of
from catchup.analysis.studies.lever_grid import lever_grid
from catchup.analysis.studies.scenario_world import ScenarioWorld
from catchup.evidence import check_against, item_from_table
from catchup.evidence.ledgers import PACKAGED as LEDGER
from catchup.model import apply_regime, load_assumptions
from catchup.model.capacity import national_race
from catchup.priors import InputError, Layer
from item_cases import item

DAY = date(2026, 11, 21)
FIRMS = ["bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai"]


def without(firm: str) -> Question:
    tables = {"firm": {firm: {"competes": False}}}
    return Question(load_assumptions([Layer.of(tables, file="without.toml")]), DAY, draws=400)


@pytest.mark.parametrize("firm", FIRMS)
def test_scenarios_and_regimes_answer(firm: str) -> None:
    prior = prior_of(without(firm))
    assert lever_grid(prior).question is prior.question
    assert all(np.isfinite(row.ready.values).any() for row in scenarios(prior).scenarios)
    assert [row.id for row in regimes(prior).counterfactuals] == list(prior.question.assumptions.regimes)


def test_a_regime_commits_those_that_race_and_moves_them_as_if_it_named_no_other() -> None:
    question = without("alibaba")
    values = prior_of(question).source.first(400)
    regime = apply_regime(question.assumptions.regimes["crash-programme"], 0.0)
    assert "alibaba_commitment" in regime.commitments
    racing = {name: family for name, family in regime.commitments.items() if name in values}
    narrow = type(regime)(commitments=racing, act_from_month=0.0)
    np.testing.assert_array_equal(ready_under(question, values, regime), ready_under(question, values, narrow))


def test_a_scenario_that_asks_for_what_no_firm_had_draws_it_as_the_race_would() -> None:
    question, whole = without("alibaba"), prior_of(Question(load_assumptions(), DAY, draws=400))
    world = ScenarioWorld(question, "hyperscaler-contracts-startup")
    share = "alibaba_remote_share"
    assert share not in prior_of(question).source.first(400)
    drawn = prior_of(question).source.extended(world.own_beliefs).first(400)
    np.testing.assert_array_equal(world.values(drawn)[share], whole.source.first(400)[share])


def test_an_item_of_the_projects_own_about_it_is_set_aside_unless_it_is_named() -> None:
    question = without("zai")
    found = choose_evidence(question, "default", None, ())
    assert "zai-spend-2025" not in {item.id for item in found.counted}
    (aside,) = [each for each in found.set_aside if each.item.id == "zai-spend-2025"]
    assert "Z.ai does not race" in aside.reason
    with pytest.raises(InputError, match=r"zai-spend-2025.toml: observed.firm: Z.ai does not race"):
        choose_evidence(question, "default,zai-spend-2025", None, ())
    with pytest.raises(InputError, match=r"Z.ai does not race"):
        choose_evidence(question, "default", LEDGER, ())


@pytest.mark.parametrize("command", ["watch", "voi"])
def test_what_of_the_projects_own_disclosures_a_model_says_nothing_of_is_left_out_in_a_line(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "without.toml"
    overlay.write_text("[firm.zai]\ncompetes = false\n", encoding="utf-8")
    arguments = [command, "--priors", str(overlay), "--evidence", "none", "--draws", "1000", "--as-of", str(DAY)]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    assert not ended.value.code
    assert "left out: A start-up's compute bill for 2026 (Z.ai does not race" in " ".join(
        (captured.out + captured.err).split()
    )


def test_a_disclosure_of_ones_own_that_fits_no_firm_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay, own = tmp_path / "without.toml", tmp_path / "own.toml"
    overlay.write_text("[firm.zai]\ncompetes = false\n", encoding="utf-8")
    own.write_text(
        '[disclosures.bill]\ntitle = "A bill"\nkind = "rental_spend"\n[disclosures.bill.observed]\nfirm = "Z.ai"\n'
        "[disclosures.bill.likelihood]\nmean_stock_ratio = 1.4\nsd = 0.1\n",
        encoding="utf-8",
    )
    arguments = ["voi", "--priors", str(overlay), "--disclosures", str(own), "--evidence", "none", "--draws", "1000"]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--as-of", str(DAY)])
    assert ended.value.code == 2
    assert "own.toml: disclosures.bill" in capsys.readouterr().err


def test_who_stays_out_of_the_race_has_bought_all_the_same() -> None:
    """Where others are named, one buyer's purchases are not taken for those of all, whoever races."""
    tables = {"firm": {firm: {"competes": False} for firm in ("alibaba", "tencent")}}
    alone = load_assumptions([Layer.of(tables, file="without.toml")])
    flows = [source.amount for source in national_race(alone).sources.values() if source.channel == "h200"]
    assert flows == [("h200_purchases", "h200_shipped")]
    article = national_race(load_assumptions(model="article"))
    assert ("h200_purchases", "h200_buyers") in [source.amount for source in article.sources.values()]


def startup_alone(**further: dict[str, object]) -> Question:
    """The article's race without its hyperscaler: the last of the firms that use rented and domestic compute."""
    tables = {"firm": {"hyperscaler": {"competes": False}}, **further}
    assumptions = load_assumptions([Layer.of(tables, file="without.toml")], model="article")
    return Question(assumptions, DAY, draws=400)


def test_a_lever_on_a_channel_that_nobody_in_the_race_uses_moves_nothing() -> None:
    """The overlay was refused in the name of the project's own levers."""
    rows = {row.id: row.shift(0.5).value for row in levers(prior_of(startup_alone())).counterfactuals}
    assert {rows[name] for name in ("remote-revoked", "remote-frozen", "h200-stopped")} == {0.0}
    assert rows["distillation-limited"] > 0.0
    with pytest.raises(InputError, match=r"without\.toml: lever\.mine\.remove: unknown channel 'remot'; did you mean"):
        startup_alone(lever={"mine": {"title": "Mine", "remove": ["remot"]}})


def test_scenarios_that_do_not_fit_are_left_out_with_the_reason_unless_they_are_named() -> None:
    prior, problem = prior_of(startup_alone()), "no firm competes"
    found = scenarios(prior)
    assert found.refused == {"firms-pooled": problem, "hyperscaler-buys-startup": problem}
    assert {row.id for row in found.scenarios} | found.refused.keys() == prior.question.assumptions.scenarios.keys()
    assert as_json(found)["refused"] == found.refused
    assert (
        f"Left out: The hyperscaler buys the start-up and takes its willingness ({problem})."
        in scenario_table(found).lines
    )
    with pytest.raises(InputError, match=problem):
        scenarios(prior, ["firms-pooled"])
    rows = {row.id: row for row in worlds(prior).worlds}
    assert rows["firms-pooled"].refused == f"does not go with what is laid over article: {problem}"
    assert rows["startup-commitment"].answered
    assert any(note.endswith(f"pool their compute ({problem})") for note in watch(prior).notes)


def test_what_the_country_has_is_not_told_by_firms_that_hold_their_own_alone() -> None:
    prior = prior_of(startup_alone())
    with pytest.raises(InputError, match="no firm in the race holds a share of what China has"):
        capacity(prior)
    assert "capacity" not in studies_of_a_run(prior)
    assert "capacity" in studies_of_a_run(prior_of(without("alibaba")))
    assert not [probe for probe in probes_of(prior.question, []) if probe.key.startswith("stock/country")]
    for kind in ("compute_stock", "capital_spending"):
        text = {**item(kind, "whole").text.model_dump(exclude_none=True)}
        del text["observed"]["firm"]
        with pytest.raises(InputError, match=r"whole\.toml: observed\.firm: is missing: no firm in the race"):
            check_against(item_from_table(text, file="whole.toml"), prior.question.assumptions)
