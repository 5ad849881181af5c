"""Everything a user can get wrong in a prior file: one or two lines, naming file, key, expectation and nearest name."""

from __future__ import annotations

import os
import re
import resource
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.priors.distributions import FAMILY_KEYS
from catchup.priors.errors import InputError, nearest_name, unknown_name
from catchup.priors.families import FAMILIES
from catchup.priors.layers import SECTIONS, Layer
from catchup.priors.packaged import packaged_layers
from catchup.priors.row_schemas import QuantityText
from catchup.priors.strict import LARGEST_FILE, read_toml
from catchup.priors.table import load_prior_table

PACKAGED = packaged_layers()
NEW = 'unit = "H100e"\ndescription = "A stock"\nsources = ["project"]\n'

# row, what is written under it, the key named inside the row, what the message says, the name suggested
CHIPS, PRICE, MFU, PROGRESS = map(
    "quantity.{}".format, ("mythos_chips", "rental_price", "mfu_china", "algorithmic_progress")
)
MALFORMED_ROWS = [
    # names
    ("quantity.mythos_chip", "mode = 1", "", "unknown quantity", "mythos_chips"),
    ("quantity.Mythos-Chips", "mode = 1", "", "unknown quantity", "mythos_chips"),
    ("quantity.zzz", "mode = 1", "", "needs at least family, unit", None),
    (CHIPS, "mod = 3", "mod", "unknown key", "mode"),
    (CHIPS, "zzz = 3", "zzz", "known are", None),
    (CHIPS, 'famly = "normal"', "famly", "unknown key", "family"),
    (CHIPS, 'family = "triangle"', "family", "unknown family", "triangular"),
    (CHIPS, 'family = "log-normal"', "family", "unknown family", "lognormal"),
    (CHIPS, 'sources = ["projct"]', "sources", "unknown reference", "project"),
    (CHIPS, 'role = "modell"', "role", "should be 'model', 'lever'", "model"),
    ("constant.orign", 'unit = "day"', "", "unknown constant", "origin"),
    ("reference.leak", 'titel = "A leak"', "titel", "unknown key", "title"),
    # numbers of another family, or too few of one's own
    (CHIPS, "mean = 3", "mean", "the triangular family takes low, high and mode", None),
    (CHIPS, "mean = 3", "mean", "family = 'normal' takes mean", None),
    (CHIPS, 'family = "lognormal"\nmedian = 5e5\nsd = 1', "sd", "takes median and sigma", None),
    (CHIPS, 'family = "lognormal"\nmedian = 5e5', "sigma", "is missing; the lognormal family takes", None),
    ("quantity.new", NEW, "", "needs at least family", None),
    ("quantity.new", f'family = "fixed"\nvalue = 1\n{NEW}'.replace("sources", "shares"), "sources", "a list was", None),
    ("reference.leak", 'title = "A leak"\ndate = 2026-10-01', "publisher", "is missing; text was expected", None),
    # types
    (CHIPS, 'mode = "many"', "mode", "should be a valid number, not 'many'", None),
    (CHIPS, "mode = true", "mode", "should be a valid number, not true", None),
    (CHIPS, "mode = [1]", "mode", "should be a valid number, not a list", None),
    (CHIPS, "mode = {a = 1}", "mode", "should be a valid number, not a table", None),
    (CHIPS, "mode = 2026-02-24", "mode", "should be a valid number, not 2026-02-24", None),
    (CHIPS, f"mode = 1{'0' * 400}", "mode", "should be a valid number", None),
    (CHIPS, f"mode = 0x{'f' * 5000}", "mode", "not a whole number of thousands of digits", None),
    (CHIPS, f"family = 0b{'1' * 20_000}", "family", "not a whole number of thousands of digits", None),
    (CHIPS, f"role = 0o{'7' * 6000}", "role", "not a whole number of thousands of digits", None),
    (
        "quantity.china_stock",
        'family = "scipy"\ndistribution = "pareto"\nparameters = {b = 0.02}',
        "",
        "values within 1e+100 in size were expected, but its own reach from 1 to inf",
        None,
    ),
    (
        "quantity.china_stock",  # a library of SciPy's warns on the way
        'family = "scipy"\ndistribution = "beta"\nparameters = {a = 0.5, b = 2.0, loc = 1e6, scale = 1e6}',
        "parameters",
        "a density that is positive and finite all over the support was expected",
        None,
    ),
    (CHIPS, "family = 3", "family", "the name of a family was expected, not 3", None),
    (CHIPS, 'family = ["normal"]', "family", "the name of a family was expected, not a list", None),
    (CHIPS, "description = 3", "description", "should be text in quotes, not 3", None),
    (CHIPS, 'description = ""', "description", "should not be empty", None),
    (CHIPS, 'sources = "project"', "sources", "should be a list, not 'project'", None),
    (CHIPS, "sources = []", "sources", "at least one entry, not an empty list", None),
    (CHIPS, "sources = [3]", "sources.0", "should be text in quotes, not 3", None),
    ("quantity.new", f'family = "fixed"\nvalue = 1\nabove = "no"\n{NEW}', "above", "should be a valid number", None),
    ("constant.h100_peak", "value = 2026-01-01", "value", "should be a number, not 2026-01-01", None),
    ("constant.h100_peak", 'value = "fast"', "value", "should be a valid number or a day such as", None),
    ("constant.origin", "value = 3.0", "value", "should be a day such as", None),
    ("constant.origin", "value = 2026-02-24T12:00:00", "value", "a day such as", None),
    ("reference.project", 'date = "last week"', "date", "should be a day such as 2026-02-24 or", None),
    # values
    (CHIPS, "mode = nan", "mode", "should be a finite number, not nan", None),
    (CHIPS, "high = inf", "high", "should be a finite number, not inf", None),
    (CHIPS, "high = 1e300", "high", "should be at most 1e+100, not 1e+300", None),
    (CHIPS, "mode = 900_000", "mode", "must lie between low (250000) and high (750000), not 900000", None),
    (CHIPS, "mode = 1", "mode", "must lie between low (250000) and high (750000), not 1", None),
    (CHIPS, "low = 800_000", "high", "must be above low (800000), not 750000", None),
    (CHIPS, "low = -5", "", "must be above 0 chips, but its values reach from -5 to 750000", None),
    ("quantity.china_stock", "low = -1e6", "", "must be at least 0 H100e", None),
    ("quantity.hyperscaler_share", "high = 1.2", "", "must be at least 0 and at most 1", None),
    ("quantity.hyperscaler_budget", "high = 1.2", "", "must be above 0 and at most 1", None),
    (PROGRESS, "low = 0.5", "", "must be above 1 x per year", None),
    (PROGRESS, "low = -2", "low", "should be above 0, not -2", None),
    (PRICE, "sigma = 0", "sigma", "should be above 0, not 0", None),
    (PRICE, "sigma = -1", "sigma", "should be above 0, not -1", None),
    (MFU, 'family = "beta"\nalpha = 0.5\nbeta = 2', "alpha", "should be at least 1, not 0.5", None),
    (MFU, 'family = "uniform"\nlow = 0.2\nhigh = 0.2', "high", "must be above low (0.2), not 0.2", None),
    (MFU, 'family = "uniform"\nlow = 0.2\nhigh = 0.20000000000001', "high", "the fixed family takes one", None),
    (MFU, 'family = "fixed"\nvalue = 1.01', "", "must be above 0 and at most 1, not 1.01", None),
    (MFU, 'family = "fixed"\nvalue = 0', "", "must be above 0 and at most 1, not 0", None),
    # what the equations rely on
    (CHIPS, "above = -10\nlow = -5", "above", "cannot be changed by an overlay: it is 0", None),
    (CHIPS, "maximum = 1e6", "maximum", "cannot be changed by an overlay: there is none", None),
    (CHIPS, 'unit = "H100e"', "unit", "cannot be changed by an overlay: it is 'chips'", None),
    (CHIPS, "unit = 3", "unit", "cannot be changed by an overlay: it is 'chips'", None),
    ("constant.h100_peak", "above = -10\nvalue = -5", "above", "cannot be changed by an overlay: it is 0", None),
    ("constant.h100_peak", 'unit = "PFLOP/s"', "unit", "cannot be changed by an overlay: it is 'FLOP/s'", None),
    ("constant.h100_peak", "value = -1.0", "value", "must be above 0 FLOP/s, not -1", None),
    ("constant.days_per_month", "value = 0.0", "value", "must be above 0 days, not 0", None),
]
MALFORMED = [
    *((f"[{row}]\n{text}", f"{row}.{key}".rstrip("."), says, near) for row, text, key, says, near in MALFORMED_ROWS),
    ("[quantities.mythos_chips]\nmode = 1", "quantities", "unknown table", "quantity"),
    ("mode = 3", "mode", "unknown table 'mode'; known are", None),
    ("[quantity]\nmythos_chips = 3", "quantity.mythos_chips", "a table was expected, not 3", None),
    ("quantity = 3", "quantity", "tables [quantity.NAME] were expected, not 3", None),
    ("[[quantity]]\nmode = 3", "quantity", "tables [quantity.NAME] were expected, not a list", None),
    ("[quantity]", "quantity", "is empty; a table [quantity.NAME] was expected", None),
]


@pytest.mark.parametrize(("text", "key", "says", "nearest"), MALFORMED)
def test_malformed_overlay(text, key, says, nearest, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_prior_table([*PACKAGED, Layer.read(path)])
    error = caught.value
    assert error.exit_code == 2
    assert (error.file, error.key, error.nearest) == (str(path), key, nearest)
    assert says in error.problem
    assert str(error).startswith(f"{path}: {key}: ")
    assert "\n" not in str(error)
    assert nearest is None or str(error).endswith(f"did you mean '{nearest}'?")


EVERYWHERE = {"normal", "student_t", "skew_normal"}
NORMAL, LOGNORMAL = 'family = "normal"\nmean = 15\nsd = 0.01', 'family = "lognormal"\nmedian = 0.2\nsigma = 0.1'


@pytest.mark.parametrize(
    ("name", "family", "unfitting"),
    [
        ("mythos_chips", NORMAL, EVERYWHERE),
        ("china_stock", NORMAL, EVERYWHERE),
        ("mfu_china", NORMAL, {*EVERYWHERE, "lognormal"}),
        ("mfu_china", LOGNORMAL, {*EVERYWHERE, "lognormal"}),
        ("algorithmic_progress", NORMAL, {*EVERYWHERE, "lognormal"}),
        ("algorithmic_progress", LOGNORMAL, {*EVERYWHERE, "lognormal"}),
    ],
)
def test_family_that_cannot_be_held_inside_names_those_that_can(name, family, unfitting):
    layer = Layer.of(tomllib.loads(f"[quantity.{name}]\n{family}"), file="mine.toml")
    with pytest.raises(InputError) as caught:
        load_prior_table([*PACKAGED, layer])
    assert caught.value.key == f"quantity.{name}"
    problem, _, suggested = caught.value.problem.partition("cannot be held there, ")
    assert "reach from" in problem
    drop_ins = set(FAMILIES) - {"dirichlet"}  # which is a share of a block
    assert set(re.findall(r"\w+", suggested)) - {"or", "can"} == drop_ins - unfitting


def load_one(text: str) -> None:
    load_prior_table([*PACKAGED, Layer.of(tomllib.loads(text), file="mine.toml")])


def test_bound_that_is_never_drawn_is_no_fault():
    load_one("[quantity.mythos_chips]\nlow = 0")
    load_one('[quantity.mythos_chips]\nfamily = "lognormal"\nmedian = 5e5\nsigma = 1')


def test_bound_that_rounding_reaches_is_a_fault():
    with pytest.raises(InputError, match="must be above 1"):
        load_one('[quantity.algorithmic_progress]\nfamily = "uniform"\nlow = 1\nhigh = 1.5')


def test_empty_file(tmp_path):
    for text in ("", "\n\n", "# only a remark\n"):
        (tmp_path / "empty.toml").write_text(text)
        with pytest.raises(InputError, match=r"empty\.toml: is empty; at least one table was expected"):
            read_toml(tmp_path / "empty.toml")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"x = 1\nmode == 2", r"is not valid TOML: .*line 2"),
        (b"[quantity.a]\nx = 1\n[quantity.a]\nx = 2\n", r"is not valid TOML: .*line 3"),
        (b"quantity: {mode: 3}", "is not valid TOML"),
        (b'{"quantity": {"mode": 3}}', "is not valid TOML"),
        (b"day = 2026-13-45", "is not valid TOML"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8 text"),
        (b"\x00\x00\x00", "is not valid TOML"),
        (b"x = " + b"[" * 100_000, "nested too deeply"),
        (b"x = " + b"9" * 10_000, "is not valid TOML: a whole number has thousands of digits"),
    ],
    ids=["half", "twice", "yaml", "json", "no-such-day", "utf-16", "picture", "zeros", "nested", "digits"],
)
def test_not_toml(content, says, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        Layer.read(path)
    assert caught.value.file == str(path)
    assert "\n" not in str(caught.value)


def test_byte_order_mark_is_forgiven(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_toml(tmp_path / "mine.toml") == {"x": 1}


def test_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=f"is larger than {LARGEST_FILE:,} bytes"):
        read_toml(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_what_is_no_readable_file(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text("x = 1")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    expected = {
        tmp_path: "is a directory; a TOML file was expected",
        tmp_path / "mime.toml": "no such file; did you mean 'mine.toml'",
        tmp_path / "nowhere" / "mine.toml": "no such file",
        tmp_path / "mine.toml" / "x.toml": "cannot be read",
        tmp_path / "loop.toml": "cannot be read",
        tmp_path / ("x" * 300 + ".toml"): "cannot be read",
        Path("/dev/zero"): "is no regular file but a pipe or a device",
    }
    for path, says in expected.items():
        with pytest.raises(InputError) as caught:
            read_toml(path)
        assert str(caught.value).startswith(f"{path}: {says}"), path


def test_file_without_permission(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text("x = 1")
    path.chmod(0)
    if os.access(path, os.R_OK):  # nobody can take a permission from the superuser

        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError, match=r"mine\.toml: cannot be read \(permission denied\)"):
        read_toml(path)


def test_message_is_one_printable_line_whatever_a_name_holds():
    with pytest.raises(InputError) as caught:
        load_one('[quantity."a\\nb\\u001b[2J"]\nmode = 1')
    assert str(caught.value).isprintable()
    assert "'a\\nb\\x1b[2J'" in str(caught.value)


def test_nearest_name():
    known = ["mythos_chips", "mythos_training_months", "compute-equivalent"]
    assert nearest_name("mythos-chips", known) == "mythos_chips"
    assert nearest_name("MYTHOS_CHIP", known) == "mythos_chips"
    assert nearest_name("compute_equivalent", known) == "compute-equivalent"
    assert nearest_name("xylophone", known) is None
    assert nearest_name("mythos", []) is None


def test_unknown_name_lists_what_is_known_when_nothing_is_near():
    few = unknown_name("event", "q", ["a", "b"], key="--event")
    assert few.on_command_line == "--event: unknown event 'q'; known are a, b"
    assert str(few) == "event: unknown event 'q'; known are a, b"
    many = unknown_name("event", "q", [f"name{n:02d}" for n in range(40)])
    assert many.problem.endswith("name22, name23 and 16 more")


scalars = st.one_of(
    st.none().map(lambda _: True),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(),
    st.sampled_from(sorted(FAMILIES)),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
keys = st.sampled_from(sorted({"family", "mod", *FAMILY_KEYS, *QuantityText.model_fields, "value", "title", "date"}))
names = st.sampled_from(
    ["mythos_chips", "rl_ratio", "benchmark_optimism_cyber", "origin", "h100_peak", "project", "new"]
)
rows = st.dictionaries(names, st.one_of(st.dictionaries(keys, scalars, max_size=6), scalars), max_size=3)
overlays = st.dictionaries(st.sampled_from([*SECTIONS, "other"]), st.one_of(rows, scalars), max_size=3)


@given(overlays)
def test_any_overlay_loads_or_is_refused_in_one_line(tables):
    refusal = None
    try:
        load_prior_table([*PACKAGED, Layer.of(tables, file="mine.toml")])
    except InputError as error:
        refusal = error
    if refusal is not None:
        assert refusal.file == "mine.toml"
        assert refusal.key
        assert str(refusal).isprintable()
