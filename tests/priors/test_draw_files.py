"""Draws in files that rows name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from catchup.priors import InputError, Layer
from catchup.priors.families import Empirical
from catchup.priors.packaged import packaged_layers
from catchup.priors.table import load_prior_table

DRAWS = np.random.default_rng(1).lognormal(14.5, 0.3, 400)
ROW = '[quantity.china_stock]\nfamily = "empirical"\nlow = 0\n'


def overlay(folder: Path, text: str) -> Layer:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Layer.read(path)


@pytest.mark.parametrize("kind", ["lines", "commas", "csv", "npy"])
def test_draws_are_read_beside_the_row_that_names_them(kind: str, tmp_path: Path) -> None:
    (tmp_path / "draws").mkdir()
    more = ""
    match kind:
        case "lines":
            content = "\n".join(map(repr, DRAWS.tolist())) + "\n\n"
        case "commas":
            content = ", ".join(map(repr, DRAWS.tolist()))
        case "csv":
            content = "draw, stock\n" + "\n".join(f"{index},{value!r}" for index, value in enumerate(DRAWS.tolist()))
            more = 'column = "stock"'
        case _:
            content = ""
    name = "draws/stock.npy" if kind == "npy" else "draws/stock.csv"
    if kind == "npy":
        np.save(tmp_path / name, DRAWS.reshape(4, 100))
    else:
        (tmp_path / name).write_text(content, encoding="utf-8")
    layer = overlay(tmp_path, f'{ROW}file = "{name}"\n{more}')
    found = load_prior_table([*packaged_layers(), layer]).quantities["china_stock"].distribution
    assert found == Empirical(draws=DRAWS, low=0.0)
    assert set(layer.tables["quantity"]["china_stock"]) == {"family", "low", "quantiles"}  # all that it needs


def test_draws_may_stand_in_the_row_itself(tmp_path: Path) -> None:
    layer = overlay(tmp_path, f"{ROW}draws = {DRAWS.tolist()}")
    found = load_prior_table([*packaged_layers(), layer]).quantities["china_stock"].distribution
    assert found == Empirical(draws=DRAWS, low=0.0)


@pytest.mark.parametrize(
    ("content", "more", "key", "said"),
    [
        (None, "", "file", "no such file or directory: 'draws.txt' (a file of draws was expected)"),
        ("many\n", "", "file", "'draws.txt' holds no draws: one number a line"),
        ("1.0\n2.0\n", "", "file", "at least 50 draws were expected, not 2"),
        ("", "", "file", "at least 50 draws were expected, not 0"),
        ("a,b\n1,2\n", 'column = "c"', "column", "unknown column 'c'"),
        ("a,b\n1\n", 'column = "b"', "file", "holds no draws"),
        ("1\n" * 60, "", "file", "too many of these are equal"),
        ("1\n" * 60, "column = 3", "column", "should be text in quotes"),
        ("\xff\xfe", "", "file", "holds no draws"),
    ],
)
def test_what_holds_no_draws_is_refused(content: str | None, more: str, key: str, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "draws.txt").write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        overlay(tmp_path, f'{ROW}file = "draws.txt"\n{more}')
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "mine.toml"), f"quantity.china_stock.{key}")
    assert said in caught.value.problem


@pytest.mark.parametrize(
    ("numbers", "key", "said"),
    [
        ("quantiles = [[0.1, 1], [0.5, 2]]\ndraws = [1.0]", "draws", "either draws or quantiles were expected"),
        ("quantiles = [[0.1, 1]]", "quantiles", "at least two pairs"),
        ("quantiles = [[0.1, 2], [0.5, 1]]", "quantiles", "must rise from pair to pair, unlike (0.1, 2) and (0.5, 1)"),
        ("quantiles = [[0.0, 2], [0.5, 3]]", "quantiles", "a probability between 0 and 1 was expected, not 0"),
        ("quantiles = [[0.1, -2], [0.5, 3]]", "quantiles", "a value between 0 and inf was expected, not -2"),
        ("quantiles = [[0.1], [0.5, 3]]", "quantiles.0.1", "is missing"),
        ("quantiles = 3", "quantiles", "should be a list, not 3"),
        ("", "quantiles", "at least two pairs of a probability and a value were expected, or draws"),
        ("high = -1\nquantiles = [[0.1, 1], [0.5, 2]]", "high", "must be above low (0), not -1"),
        ("draws = 3", "draws", "a list of numbers was expected, not 3"),
    ],
)
def test_quantiles_that_cannot_be(numbers: str, key: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_prior_table([*packaged_layers(), overlay(tmp_path, ROW + numbers)])
    assert caught.value.key == f"quantity.china_stock.{key}"
    assert said in caught.value.problem


def test_python_gives_no_file() -> None:
    with pytest.raises(ValueError, match="a row of a file alone can name a file of draws"):
        Empirical(file="draws.csv")
