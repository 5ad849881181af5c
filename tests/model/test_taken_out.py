"""What is taken out of the assumptions, or put in another's place, stays so wherever layers are merged again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_rows import layer

from catchup.analysis.archive.inputs import read_inputs, write_inputs
from catchup.analysis.inference.inputs import inputs_of
from catchup.model import Assumptions, load_assumptions
from catchup.model.assumptions import assemble, in_world, under_scenario
from catchup.priors import InputError
from catchup.priors.families import Triangular

FEWER = ("no-interest", "no-capability")
SLOWER = 7.0  # months, of a report in the middle
GREATER = Triangular(low=0.2, mode=0.3, high=0.4)


def changed() -> dict[str, Assumptions]:
    """The default assumptions, changed in every way in which a row is taken out or put in another's place."""
    plain = load_assumptions()
    assert plain.reporting is not None
    delayed = plain.obstacles["no-interest"].model_copy(update={"firms": None, "events": ("narrow-exploit",)})
    lever = plain.levers["remote-frozen"].model_copy(update={"freeze": (), "remove": ("remote",)})
    regimes = {**plain.regimes, "seed-push": replace(plain.regimes["seed-push"], distribution=GREATER)}
    return {
        "no obstacle": plain.without_obstacles(),
        "fewer obstacles": plain.without_obstacles(FEWER),
        "fewer, then none": plain.without_obstacles(FEWER).without_obstacles(),
        "another obstacle": replace(plain, obstacles={**plain.obstacles, "no-interest": delayed}),
        "no law of reporting": replace(plain, reporting=None),
        "another law": replace(plain, reporting=plain.reporting.model_copy(update={"median_months": SLOWER})),
        "no lever but one": replace(plain, levers={"remote-frozen": plain.levers["remote-frozen"]}),
        "another lever": replace(plain, levers={**plain.levers, "remote-frozen": lever}),
        "another regime": replace(plain, regimes=regimes),
        "taken out by a file": load_assumptions([layer('[without]\nobstacle = ["no-interest", "serving"]')]),
    }


CHANGED = changed()


def same_rows(one: Assumptions, other: Assumptions) -> bool:
    return all(
        dict(getattr(one, part)) == dict(getattr(other, part)) for part in ("obstacles", "levers", "regimes")
    ) and (one.reporting == other.reporting)


@pytest.mark.parametrize("way", CHANGED)
def test_it_stays_under_scenarios_in_worlds_and_when_priors_are_put_in(way: str) -> None:
    asked = CHANGED[way]
    assert not same_rows(asked, load_assumptions())
    quantities = dict(asked.table.quantities)
    quantities["rl_ratio"] = replace(quantities["rl_ratio"], distribution=GREATER)
    others = {
        "merged again": assemble(asked.layers),
        "scenario": under_scenario(asked, "domestic-superpods"),
        "with a prior": replace(asked, table=replace(asked.table, quantities=quantities)),
    }
    others |= {name: in_world(asked, name) for name in ("slide-as-pretraining",)}
    assert {name: same_rows(other, asked) for name, other in others.items()} == dict.fromkeys(others, True)


@pytest.mark.parametrize("way", CHANGED)
def test_it_is_kept_with_a_run(way: str, tmp_path: Path) -> None:
    asked = CHANGED[way]
    write_inputs(inputs_of(asked, []), tmp_path)
    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.toml")]
    again = read_inputs(tmp_path, files)
    assert same_rows(again.assumptions(), asked)
    assert again.priors_hash() == inputs_of(asked, []).priors_hash()
    assert again.priors_hash() != inputs_of(load_assumptions(), []).priors_hash()


def test_what_changes_nothing_is_no_layer() -> None:
    plain = load_assumptions()
    for same in (replace(plain, obstacles=dict(plain.obstacles)), plain.without_obstacles([]), replace(plain)):
        assert same.layers == plain.layers
    article = load_assumptions(model="article")
    assert article.without_obstacles().layers == article.layers


def test_an_obstacle_comes_back_only_whole() -> None:
    """A scenario that says how long one takes does not bring it back to where it has been taken out."""
    row = '[scenario.mine]\ntitle = "Mine"\n[scenario.mine.obstacle.serving]\n'
    whole = 'title = "Serving"\nacts = "serving"\nquantity = "serving_months"\n'
    for said, there in ((row + 'notes = "Longer."\n', False), (row + whole, True)):
        asked = load_assumptions([layer(said)])
        assert "serving" in under_scenario(asked, "mine").obstacles
        assert ("serving" in under_scenario(asked.without_obstacles(), "mine").obstacles) is there


def test_the_date_is_that_of_the_same_obstacles_alone() -> None:
    """Compute alone decides under a scenario too: nothing keeps firms back whom nothing kept back before."""
    asked = load_assumptions().without_obstacles()
    needed = under_scenario(asked, "domestic-superpods").needed()
    assert "run_setback_months" not in needed
    assert "run_setback_months" in under_scenario(load_assumptions(), "domestic-superpods").needed()
    assert np.isfinite(asked.quantiles("serving_months", 0.5))  # believed all the same


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[without]\nobstacle = ["no-interst"]', "without.obstacle: unknown obstacle 'no-interst'; did you mean"),
        ('[without]\nobstacles = ["no-interest"]', "without.obstacles: unknown table 'obstacles'; did you mean"),
        ('[without]\nfirm = ["zai"]', "without.firm: unknown table 'firm'; known are lever, obstacle, regime, report"),
        ('[without]\nobstacle = "no-interest"', "without.obstacle: a list of names was expected, not 'no-interest'"),
        ("[without]\nobstacle = [1]", "without.obstacle: a list of names was expected, not 1"),
        ("[without]\nobstacle = []", "without.obstacle: a list of names was expected, not an empty list"),
        ("[without]", "without: names to take out were expected, by table"),
        ('without = "obstacles"', "without: a table was expected, not 'obstacles'"),
    ],
)
def test_what_cannot_be_taken_out(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(text)])
    assert str(caught.value).startswith(f"mine.toml: {said}")


def test_a_model_without_obstacles_has_none_to_miss() -> None:
    """What is taken out of one model may be laid over the other, which never had it."""
    taken = layer('[without]\nobstacle = ["no-interest"]\nreporting = ["public"]')
    assert not load_assumptions([taken], model="article").obstacles
    assert load_assumptions([taken]).reporting is None
    assert load_assumptions([taken, taken]).obstacles.keys() == load_assumptions([taken]).obstacles.keys()
