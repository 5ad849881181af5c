"""Rows [[correlation]]: how files are laid over one another, and everything that a user can get wrong in them."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.priors.copula import group_by_dependence, is_possible, possible_ranks
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from catchup.priors.packaged import packaged_layers
from catchup.priors.table import PriorTable, fixed_values_layer, load_prior_table

PACKAGED = packaged_layers()
PAIR = ("mfu_anthropic", "mfu_china")


def row(one: str, other: str, rank: object, more: str = "") -> str:
    return f'[[correlation]]\nbetween = ["{one}", "{other}"]\nrank = {rank}\n{more}\n'


def overlaid(*texts: str) -> PriorTable:
    layers = [Layer.of(tomllib.loads(text), file=f"{number}.toml") for number, text in enumerate(texts, 1)]
    return load_prior_table([*PACKAGED, *layers])


def refusal(*texts: str) -> InputError:
    with pytest.raises(InputError) as caught:
        overlaid(*texts)
    assert caught.value.exit_code == 2
    return caught.value


def test_there_is_none_by_default() -> None:
    table = overlaid()
    assert table.correlations == ()
    assert table.copula.groups == ()
    assert table.copula.with_related(PAIR) == list(PAIR)


def test_a_row_and_the_group_it_makes() -> None:
    table = overlaid(row("mfu_china", "mfu_anthropic", 0.5, 'description = "One art"\nsources = ["project"]'))
    (correlation,) = table.correlations
    assert (correlation.pair, correlation.rank, correlation.file) == (("mfu_china", "mfu_anthropic"), 0.5, "1.toml")
    assert correlation.text.description == "One art"
    (group,) = table.copula.groups
    assert group.names == PAIR, "in the order of the table, whatever the row's"
    assert group.pearson[0, 1] == pytest.approx(2.0 * np.sin(np.pi * 0.5 / 6.0), rel=1e-15)
    assert table.copula.partners("mfu_china") == ["mfu_anthropic"]
    assert table.copula.with_related(["mfu_china", "china_stock"]) == ["mfu_china", "china_stock", "mfu_anthropic"]


def test_a_later_file_changes_what_it_states_in_either_order_and_takes_back() -> None:
    first = row(*PAIR, 0.5, 'description = "One art"') + row("remote_stock", "remote_growth", 0.3)
    changed = overlaid(first, row("mfu_china", "mfu_anthropic", -0.2))
    assert [(set(each.pair), each.rank, each.file) for each in changed.correlations] == [
        (set(PAIR), -0.2, "2.toml"),
        ({"remote_stock", "remote_growth"}, 0.3, "1.toml"),
    ]
    assert changed.correlations[0].text.description == "One art"
    back = overlaid(first, row(*PAIR, 0.0))
    assert [group.names for group in back.copula.groups] == [("remote_stock", "remote_growth")]


def test_groups_are_what_is_connected() -> None:
    text = row("mfu_china", "mythos_chips", 0.2) + row(*PAIR, 0.4) + row("remote_stock", "remote_growth", 0.3)
    names = [group.names for group in overlaid(text).copula.groups]
    assert names == [("mythos_chips", "mfu_anthropic", "mfu_china"), ("remote_stock", "remote_growth")]


MALFORMED = [
    (row("mfu_anthropic", "mfu_chna", 0.5), "0.between", "mfu_anthropic and mfu_chna: unknown quantity", "mfu_china"),
    (row(*PAIR, 1), "0.rank", "between -1 and 1, both excluded, was expected, not 1", None),
    (row(*PAIR, -1.0), "0.rank", "between -1 and 1, both excluded, was expected, not -1", None),
    (row(*PAIR, 1.3), "0.rank", "between -1 and 1, both excluded, was expected, not 1.3", None),
    (row(*PAIR, "inf"), "0.rank", "should be a finite number, not inf", None),
    (row(*PAIR, "nan"), "0.rank", "should be a finite number, not nan", None),
    (row(*PAIR, '"high"'), "0.rank", "should be a valid number, not 'high'", None),
    (row(*PAIR, "true"), "0.rank", "should be a valid number, not true", None),
    (row(*PAIR, 0.999_999_999_9), "0.rank", "possible, all others as they are: mfu_anthropic and mfu_china", None),
    (row(*PAIR, 0.5, "rnak = 2"), "0.rnak", "unknown key", "rank"),
    (row(*PAIR, 0.5, 'sources = ["projct"]'), "0.sources", "unknown reference 'projct'", "project"),
    (row(*PAIR, 0.5, 'description = ""'), "0.description", "should not be empty", None),
    (row("mfu_china", "mfu_china", 0.5), "0", "a quantity cannot be correlated with itself", None),
    (row(*PAIR, 0.5) + row(*PAIR[::-1], 0.5), "1", "mfu_china and mfu_anthropic: the pair is named twice", None),
    (row("active_share", "mfu_china", 0.5), "0", "active_share is fixed (by priors/readings.toml)", None),
]


@pytest.mark.parametrize(("text", "key", "says", "nearest"), MALFORMED)
def test_malformed_rows_name_file_key_and_pair(text: str, key: str, says: str, nearest: str | None) -> None:
    error = refusal(text)
    assert (error.file, error.key) == ("1.toml", f"correlation.{key}")
    assert says in error.problem
    assert error.nearest == nearest
    named = tomllib.loads(text)["correlation"][int(key.partition(".")[0])]["between"]
    assert error.problem.startswith(f"{named[0]} and {named[1]}: ")


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[[correlation]]\nrank = 0.5", "0.between", "is missing; the names of two quantities were expected"),
        ("[[correlation]]\nbetwen = 1", "0.betwen", "unknown key 'betwen'"),
        ('[[correlation]]\nbetween = "mfu_china"', "0.between", "two quantities were expected, as in"),
        ('[[correlation]]\nbetween = ["mfu_china"]', "0.between", "not a list"),
        ('[[correlation]]\nbetween = ["mfu_china", 3]', "0.between", "two quantities were expected"),
        ('[[correlation]]\nbetween = ["a", "b", "c"]', "0.between", "not 3 of them"),
    ],
)
def test_rows_without_a_pair(text: str, key: str, says: str) -> None:
    error = refusal(text)
    assert (error.file, error.key) == ("1.toml", f"correlation.{key}")
    assert says in error.problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[correlation]\nrank = 0.5", "rows [[correlation]] were expected, not a table"),
        ("correlation = 3", "rows [[correlation]] were expected, not 3"),
        ("correlation = []", "rows [[correlation]] were expected, not an empty list"),
        ("correlation = [1]", "a table [[correlation]] was expected, not 1"),
        ("[[quantity]]\nmode = 1", "tables [quantity.NAME] were expected, not a list"),
        ("[[corelation]]\nrank = 0.5", "unknown table 'corelation'"),
    ],
)
def test_what_is_no_list_of_rows(text: str, says: str) -> None:
    error = refusal(text)
    assert error.file == "1.toml"
    assert says in error.problem


def test_fixing_a_correlated_quantity_is_refused_until_the_pair_is_taken_back() -> None:
    layers = [*PACKAGED, Layer.of(tomllib.loads(row(*PAIR, 0.5)), file="1.toml")]
    fixed = fixed_values_layer({"mfu_china": 0.2}, PACKAGED[0].tables["quantity"])
    with pytest.raises(InputError, match=r"1\.toml: correlation\.0: .*mfu_china is fixed \(by fixed\)"):
        load_prior_table([*layers, fixed])
    taken_back = Layer.of(tomllib.loads(row(*PAIR, 0)), file="2.toml")
    assert load_prior_table([*layers, taken_back, fixed]).copula.groups == ()


def test_a_matrix_that_is_not_positive_definite_names_the_pairs_and_what_would_do() -> None:
    kept = row("mythos_chips", "mfu_china", 0.6) + row(*PAIR, 0.6)
    error = refusal(kept, row("mfu_anthropic", "mythos_chips", -0.7))
    assert "not positive definite" in error.problem
    assert "mfu_anthropic and mythos_chips (-0.7)" in error.problem
    proposed = dict(
        part.rsplit(" between ", 1) for part in error.problem.split("all others as they are: ")[1].split("; or ")
    )
    assert proposed.keys() == {
        "mfu_anthropic and mythos_chips",
        "mfu_anthropic and mfu_china",
        "mythos_chips and mfu_china",
    }
    low, high = map(float, proposed["mfu_anthropic and mythos_chips"].split(" and "))
    overlaid(kept, row("mfu_anthropic", "mythos_chips", low))
    overlaid(kept, row("mfu_anthropic", "mythos_chips", high))
    refusal(kept, row("mfu_anthropic", "mythos_chips", low - 0.002))
    assert high == pytest.approx(0.999, abs=1e-12) or refusal(kept, row("mfu_anthropic", "mythos_chips", high + 0.002))


def test_a_pair_that_nothing_helps_is_not_proposed() -> None:
    impossible = row("mythos_chips", "mfu_china", 0.9) + row(*PAIR, 0.9) + row("mfu_anthropic", "mythos_chips", -0.9)
    error = refusal(impossible + row("mfu_china", "china_stock", 0.1))
    assert "mfu_china and china_stock" not in error.problem.split("; possible")[0].split("most at fault")[1]


pairs = st.tuples(*[st.sampled_from(["a", "b", "c", "d"])] * 2).filter(lambda pair: pair[0] < pair[1])


@given(st.dictionaries(pairs, st.floats(-0.99, 0.99), min_size=1, max_size=6))
def test_possible_ranks_are_those_that_make_the_matrix_positive_definite(ranks: dict[tuple[str, str], float]) -> None:
    for group in group_by_dependence("abcd", ranks):
        pair = next(pair for pair in ranks if ranks[pair] and pair[0] in group.names)
        between = possible_ranks(group, pair)

        def holds(rank: float, names: tuple[str, ...] = group.names, pair: tuple[str, str] = pair) -> bool:
            one = {**{p: r for p, r in ranks.items() if p[0] in names}, pair: rank or 1e-12}
            return all(is_possible(each) for each in group_by_dependence("abcd", one) if pair[0] in each.names)

        if between is None:
            assert not any(holds(rank) for rank in np.linspace(-0.99, 0.99, 19))
            continue
        low, high = between
        if high - low > 0.02:
            assert holds(low + 0.01)
            assert holds(high - 0.01)
        assert low < -0.98 or not holds(low - 0.01)
        assert high > 0.98 or not holds(high + 0.01)


entries = st.one_of(
    st.floats(), st.integers(-2, 2), st.text(max_size=3), st.lists(st.sampled_from([*PAIR, "x"]), max_size=3)
)
keys = st.sampled_from(["between", "rank", "description", "sources", "ranks"])
names = st.sampled_from(["mfu_anthropic", "mfu_china", "mythos_chips", "active_share", "chips"])
good = st.fixed_dictionaries({"between": st.tuples(names, names).map(list), "rank": st.floats(-1, 1)})


@given(st.lists(st.one_of(st.dictionaries(keys, entries, max_size=4), good, entries), max_size=4))
def test_any_rows_load_or_are_refused_in_one_line(rows: list[object]) -> None:
    refused = None
    try:
        load_prior_table([*PACKAGED, Layer.of({"correlation": rows}, file="mine.toml")])
    except InputError as error:
        refused = error
    if refused is not None:
        assert refused.file == "mine.toml"
        assert refused.key
        assert refused.key.startswith("correlation")
        assert str(refused).isprintable()
