"""How overlays are laid over the project's own table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from own_rows import layer

from catchup.priors.errors import InputError
from catchup.priors.layers import Layer, merge
from catchup.priors.packaged import named_overlays, packaged_layers, read_overlay
from catchup.priors.table import PriorTable, fixed_values_layer, load_prior_table


def overlaid(*texts: str) -> PriorTable:
    return load_prior_table([*packaged_layers(), *(layer(text, f"{n}.toml") for n, text in enumerate(texts, 1))])


def test_a_key_replaces_only_itself():
    before, after = overlaid().quantities["china_stock"], overlaid("[quantity.china_stock]\nmode = 2e6").quantities
    numbers = after["china_stock"].distribution.model_dump()
    assert numbers == before.distribution.model_dump() | {"mode": 2e6}
    assert after["china_stock"].text == before.text
    assert (before.file, after["china_stock"].file) == ("priors/baseline.toml", "1.toml")


def test_another_family_discards_the_numbers_of_the_old_one():
    text = '[quantity.china_stock]\nfamily = "lognormal"\nmedian = 1.9e6\nsigma = 0.2'
    quantity = overlaid(text).quantities["china_stock"]
    assert quantity.distribution.family == "lognormal"
    assert quantity.distribution.model_dump() == {"median": 1.9e6, "sigma": 0.2}
    assert quantity.text.unit == "H100e"


def test_the_same_family_stated_again_takes_all_its_numbers_anew():
    with pytest.raises(
        InputError, match=r"1\.toml: quantity\.china_stock\.low: is missing; the triangular family takes"
    ):
        overlaid('[quantity.china_stock]\nfamily = "triangular"\nmode = 2e6')


def test_the_last_overlay_wins_key_by_key():
    first = '[quantity.china_stock]\nfamily = "uniform"\nlow = 1e6\nhigh = 3e6'
    quantity = overlaid(first, "[quantity.china_stock]\nhigh = 4e6").quantities["china_stock"]
    assert quantity.distribution.model_dump() == {"low": 1e6, "high": 4e6}
    assert quantity.file == "2.toml"


def test_a_fault_is_laid_at_the_file_that_made_it():
    with pytest.raises(InputError) as caught:
        overlaid(
            "[quantity.china_stock]\nhigh = 2.8e6",
            "[quantity.china_stock]\nmode = 3e6",
            "[quantity.mfu_china]\nmode = 0.21",
        )
    assert (caught.value.file, caught.value.key) == ("2.toml", "quantity.china_stock.mode")


def test_a_new_quantity_and_its_reference():
    text = """
        [reference.leak]
        title = "A leak"
        publisher = "Somebody"
        date = 2026-10-01
        [quantity.third_firm_stock]
        family = "uniform"
        low = 10e3
        high = 20e3
        unit = "H100e"
        description = "Stock of a third firm at t = 0"
        sources = ["leak"]
    """
    table = overlaid(text, "[quantity.third_firm_stock]\nhigh = 30e3")
    assert table.quantities["third_firm_stock"].distribution.model_dump() == {"low": 10e3, "high": 30e3}
    assert table.references["leak"].publisher == "Somebody"


def test_lists_are_replaced_whole():
    quantity = overlaid('[quantity.rental_price]\nsources = ["project"]').quantities["rental_price"]
    assert quantity.text.sources == ("project",)


def test_merging_leaves_the_layers_as_they_were():
    lowest, above = layer("[firm.a]\nx = 1\ny = 2", "low.toml"), layer("[firm.a]\ny = 3\n[firm.b]\nx = 4", "high.toml")
    merged = merge([lowest, above], "firm")
    assert {name: (row.values, row.file, row.first_file) for name, row in merged.items()} == {
        "a": ({"x": 1, "y": 3}, "high.toml", "low.toml"),
        "b": ({"x": 4}, "high.toml", "high.toml"),
    }
    assert lowest.tables == {"firm": {"a": {"x": 1, "y": 2}}}
    assert above.tables == {"firm": {"a": {"y": 3}, "b": {"x": 4}}}
    assert merge([lowest, above], "source") == {}


def test_fixed_values_stand_above_everything():
    layers = [*packaged_layers(), layer("[quantity.china_stock]\nmode = 2e6")]
    known = layers[0].tables["quantity"]
    table = load_prior_table([*layers, fixed_values_layer({"china_stock": 1_500_000}, known)])
    assert table.quantities["china_stock"].distribution.model_dump() == {"value": 1.5e6}
    assert table.quantities["china_stock"].text.unit == "H100e"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mythos_chip", 1.0, "--set: unknown quantity 'mythos_chip'; did you mean 'mythos_chips'?"),
        ("mythos_chips", math.nan, "--set mythos_chips: a finite number was expected, not nan"),
        ("mythos_chips", math.inf, "--set mythos_chips: a finite number was expected, not inf"),
        pytest.param(
            "mythos_chips",
            10**400,
            f"--set mythos_chips: a finite number was expected, not 1{56 * '0'}...",
            id="beyond-all-floats",
        ),
        pytest.param(
            "mythos_chips",
            -(16**5000),
            "--set mythos_chips: a finite number was expected, not a whole number of thousands of digits",
            id="thousands-of-digits",
        ),
        ("mythos_chips", np.complex128(1j), "--set mythos_chips: a finite number was expected, not np.complex128(1j)"),
        (
            "mythos_chips",
            np.timedelta64(3, "D"),
            "--set mythos_chips: a finite number was expected, not np.timedelta64(3,'D')",
        ),
        ("mythos_chips", -5.0, "--set: mythos_chips: must be above 0 chips, not -5"),
        ("mythos_chips", 0.0, "--set: mythos_chips: must be above 0 chips, not 0"),
        ("mfu_china", 1.5, "--set: mfu_china: must be above 0 and at most 1, not 1.5"),
        ("algorithmic_progress", 1.0, "--set: algorithmic_progress: must be above 1 x per year, not 1"),
    ],
)
def test_impossible_fixed_values(name, value, message):
    layers = packaged_layers()
    with pytest.raises(InputError) as caught:
        load_prior_table([*layers, fixed_values_layer({name: value}, layers[0].tables["quantity"])])
    assert caught.value.on_command_line == message
    assert str(caught.value) == message.replace("--set", "fixed")


def test_an_overlay_is_found_by_name_or_by_path(tmp_path, monkeypatch):
    assert read_overlay("progress-scher").file == "priors/overlays/progress-scher.toml"
    path = tmp_path / "progress-scher"
    path.write_text("[quantity.china_stock]\nmode = 2e6\n")
    assert read_overlay(path).file == str(path)
    monkeypatch.chdir(tmp_path)
    assert "china_stock" in read_overlay("progress-scher").tables["quantity"], "a user's own file comes first"


def test_a_copy_of_the_projects_own_file_is_an_overlay_like_any_other(tmp_path, monkeypatch):
    (tmp_path / "priors").mkdir()
    (tmp_path / "priors" / "baseline.toml").write_text("[quantity.mythos_chip]\nmode = 1\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"priors/baseline\.toml: quantity\.mythos_chip: unknown quantity") as caught:
        load_prior_table([*packaged_layers(), read_overlay("priors/baseline.toml")])
    assert caught.value.file == str(tmp_path / "priors" / "baseline.toml")


def test_a_misspelt_overlay():
    assert "progress-scher" in named_overlays()
    with pytest.raises(InputError, match="unknown overlay 'progress-sher'; did you mean 'progress-scher'") as caught:
        read_overlay("progress-sher")
    assert caught.value.on_command_line.startswith("--priors: ")
    assert str(caught.value).startswith("overlays: ")


@pytest.mark.parametrize(
    ("file", "tables", "said"),
    [
        ("x", None, "tables: a mapping from sections was expected, not None"),
        ("x", [], "tables: a mapping from sections was expected, not []"),
        ("x", {3: {}}, "tables: a mapping from sections was expected, not 3"),
        (None, {}, "file: how messages name it was expected, not None"),
    ],
)
@pytest.mark.parametrize("make", [Layer, lambda file, tables: Layer.of(tables, file=file)])
def test_a_layer_of_no_tables_is_refused(make: Any, file: object, tables: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        make(file, tables)
    assert str(caught.value) == said
