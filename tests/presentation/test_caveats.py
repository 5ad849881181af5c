"""What is left out: every name that a caveat cites exists, and every source and every means against it is there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from catchup.analysis.commands.main import COMMAND_GROUPS, COMMANDS
from catchup.analysis.presentation.caveats import Caveats, Held, known_names, load_caveats
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.report.contents import LEAVES_OUT, sections_of_report
from catchup.analysis.presentation.table import Table
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.caveats import PLACES, WORDS, caveat_tables
from catchup.evidence import load_ledger
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import InputError

SOURCES = {"substrate-article", "longcat-post", "slide-thread", "capacity-essay", "compute-poor-essay"}
BESIDE_THEM = {"project", "epoch-supercomputers"}
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.fixture(scope="module")
def known() -> dict[str, Collection[str]]:
    return {**known_names(load_assumptions(), load_ledger()), "commands": {**COMMANDS, **COMMAND_GROUPS}}


@pytest.fixture(scope="module")
def caveats() -> Caveats:
    return load_caveats()


def written(folder: Path, text: str) -> Caveats:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_caveats(path)


def test_every_name_exists(caveats: Caveats, known: dict[str, Collection[str]]) -> None:
    assert known.keys() == {"sources", *Held.model_fields}
    caveats.check(known)


@pytest.mark.parametrize("kind", ["sources", *Held.model_fields])
def test_a_name_that_does_not_exist_is_refused(kind: str, known: dict[str, Collection[str]], tmp_path: Path) -> None:
    sources = 'sources = ["substrate-article"]'
    cited = 'sources = ["wrong-name"]' if kind == "sources" else f'{sources}\nheld.{kind} = ["wrong-name"]'
    found = written(tmp_path, f'[caveat.one]\n{cited}\ntext = "t"\nleft = "l"')
    with pytest.raises(InputError, match=rf"caveat\.one\.{kind}.*wrong-name"):
        found.check(known)


def test_what_nothing_holds_says_what_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"caveat\.one\.left: is missing"):
        written(tmp_path, '[caveat.one]\nsources = ["substrate-article"]\ntext = "t"')


def test_what_no_text_says_is_not_ascribed_to_one(caveats: Caveats) -> None:
    """An obstacle that is this project's alone, and what a data set's authors say of its coverage."""
    obstacle = load_assumptions().obstacles["first-run-setback"]
    assert caveats.rows["first-of-its-size"].sources == obstacle.references == ("project",)
    assert not SOURCES & set(caveats.rows["coverage-of-data"].sources)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"held\.quantity: unknown key.*quantities"):
        written(tmp_path, '[caveat.one]\nsources = ["substrate-article"]\ntext = "t"\nheld.quantity = ["china_stock"]')


def test_all_five_sources_speak(caveats: Caveats) -> None:
    said = {source for row in caveats.rows.values() for source in row.sources}
    assert said == SOURCES | BESIDE_THEM
    alone = [row for row in caveats.rows.values() if not SOURCES & set(row.sources)]
    assert all("project" in row.sources for row in alone)
    texts = [row.text for row in caveats.rows.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "kind", ["obstacles", "events", "levers", "regimes", "scenarios", "worlds", "overlays", "trends"]
)
def test_everything_made_against_a_caveat_is_cited(
    kind: str, caveats: Caveats, known: dict[str, Collection[str]]
) -> None:
    cited = {name for row in caveats.rows.values() for name in getattr(row.held, kind)}
    if kind == "overlays":  # a world names its overlays, and is cited itself
        cited |= {name for world in load_assumptions().worlds.values() for name in world.text.overlays}
    assert cited == set(known[kind])


def test_every_belief_that_the_default_model_adds_is_cited(caveats: Caveats) -> None:
    published, default = load_assumptions(model="article").table, load_assumptions().table
    added = {
        name
        for name, row in default.quantities.items()
        if name not in published.quantities
        or (published.quantities[name].distribution.family == "fixed" != row.distribution.family)
    }
    assert {"ascend_950pr_usable", "h200_shipped", "chinese_release_delay", "zai_commitment"} <= added
    switched_off = {name for name in added if name.startswith(("meituan_", "xiaomi_"))}
    assert added - switched_off <= {name for row in caveats.rows.values() for name in row.held.quantities}


def test_every_caveat_stands_in_one_table(caveats: Caveats) -> None:
    none, part, full = caveat_tables(caveats)
    assert sum(len(table.rows) for table in (none, part, full)) == len(caveats.rows)
    assert none.rows
    assert all(not row.modelled for _, row in none.rows)
    assert all(row.modelled and row.left for _, row in part.rows)
    assert all(row.modelled and not row.left for _, row in full.rows)
    found = as_json(caveats)["caveats"]
    assert [row["id"] for row in found] == list(caveats.rows)
    for row in found:
        assert dict(row["held"]).keys() <= WORDS.keys()


def test_names_lead_to_pages(caveats: Caveats) -> None:
    page = "\n".join(map(to_markdown, caveat_tables(caveats, linked=True)))
    assert "[`firms-pooled`](scenarios.md#firms-pooled)" in page
    assert "[`microsoft-slide`](evidence.md#microsoft-slide)" in page
    for place in PLACES.values():
        assert (DOCS / place.split("#")[0]).is_file(), place


def test_every_report_says_what_is_left_out(caveats: Caveats) -> None:
    from catchup.analysis.presentation.report import contents

    section = contents.leaves_out()
    none, part, _ = caveat_tables(caveats)
    shown = [each for each in section.parts if isinstance(each, Table)]
    assert [len(table.rows) for table in shown] == [len(none.rows), len(part.rows)]
    assert LEAVES_OUT == "docs/leaves-out.md"
    assert LEAVES_OUT in section.parts[-1].text  # type: ignore[union-attr]
    assert "leaves_out" in sections_of_report.__code__.co_names
