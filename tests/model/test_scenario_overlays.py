"""Overlays that adjust a scenario which an earlier file brought in: row by row, key by key, as everywhere else."""

from __future__ import annotations

import pytest
from own_rows import layer

from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.priors import InputError

POOLED = "domestic-superpods"


def numbers(assumptions: Assumptions, quantity: str) -> dict[str, float]:
    return under_scenario(assumptions, POOLED).beliefs[quantity].model_dump()


def test_a_row_changes_the_keys_that_it_names_alone(assumptions: Assumptions) -> None:
    changed = load_assumptions([layer(f"[scenario.{POOLED}.quantity.superpods]\nhigh = 40")])
    assert numbers(changed, "superpods") == {"low": 10, "mode": 15, "high": 40}
    before, after = (under_scenario(each, POOLED) for each in (assumptions, changed))
    assert after.race == before.race
    others = {name: belief for name, belief in before.beliefs.items() if name != "superpods"}
    assert others == {name: belief for name, belief in after.beliefs.items() if name != "superpods"}
    assert after.table.quantities["superpods"].text == before.table.quantities["superpods"].text
    assert changed.scenarios[POOLED].text == assumptions.scenarios[POOLED].text


def test_another_family_discards_the_numbers_of_the_old_one() -> None:
    row = f"[scenario.{POOLED}.quantity.superpods]\nfamily = 'lognormal'\nmedian = 15\nsigma = 0.2"
    assert numbers(load_assumptions([layer(row)]), "superpods") == {"median": 15, "sigma": 0.2}


def test_the_last_of_several_files_wins_key_by_key() -> None:
    head = f"[scenario.{POOLED}.quantity.superpods]\n"
    changed = load_assumptions([layer(head + "high = 40\nmode = 20"), layer(head + "mode = 30", "second.toml")])
    assert numbers(changed, "superpods") == {"low": 10, "mode": 30, "high": 40}


def test_firms_and_sources_are_adjusted_and_rows_added_alike(assumptions: Assumptions) -> None:
    text = f"""
        [scenario.{POOLED}]
        title = "Pooled later"
        [scenario.{POOLED}.source.superpods]
        start = 9
        [scenario.{POOLED}.quantity.china_stock]
        sigma = 0.4
    """
    changed = load_assumptions([layer(text)])
    world = under_scenario(changed, POOLED)
    assert world.race.sources["superpods"].start == 9
    assert world.race.sources["superpods"].amount == ("superpods", "superpod_chips", "ascend_950dt_h100e")
    assert world.beliefs["china_stock"].model_dump()["sigma"] == 0.4
    assert changed.scenarios[POOLED].text.title == "Pooled later"
    assert changed.scenarios[POOLED].text.references == assumptions.scenarios[POOLED].text.references
    assert changed.scenarios[POOLED].file == "mine.toml"


@pytest.mark.parametrize(
    ("text", "key", "says", "near"),
    [
        ("quantity.superpods]\nhigh = 12", "quantity.superpods.mode", "must lie between", ""),
        ("quantity.superpods]\nhih = 5", "quantity.superpods.hih", "unknown key", "high"),
        ("source.superpods]\nlength = 'superpod_arrival_month'", "source.superpods.length", "unknown quantity", ""),
    ],
)
def test_a_fault_is_laid_at_the_file_that_made_it(text: str, key: str, says: str, near: str) -> None:
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(f"[scenario.{POOLED}.{text}")])
    assert caught.value.file == f"mine.toml: scenario.{POOLED}"
    assert caught.value.key == key
    assert says in caught.value.problem
    assert near in (caught.value.nearest or "")


def test_a_fault_of_another_file_is_not_laid_at_the_one_that_adjusts() -> None:
    first = f"[scenario.{POOLED}.quantity.superpods]\nhigh = 5"
    second = f"[scenario.{POOLED}.quantity.superpod_arrival_months]\nhigh = 8"
    with pytest.raises(InputError) as caught:
        load_assumptions([layer(first, "first.toml"), layer(second, "second.toml")])
    assert caught.value.file == f"first.toml: scenario.{POOLED}"


def test_a_misspelt_scenario_is_no_new_one() -> None:
    with pytest.raises(InputError, match="did you mean 'domestic-superpods'") as caught:
        load_assumptions([layer("[scenario.domestic-superpod.quantity.superpods]\nhigh = 40")])
    assert (caught.value.file, caught.value.key) == ("mine.toml", "scenario.domestic-superpod")
