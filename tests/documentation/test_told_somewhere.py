"""Commands, options, kinds and abbreviations are told of on pages that people write, not only where all are listed."""

from __future__ import annotations

import re

from catchup.analysis.commands.main import COMMAND_GROUPS, COMMANDS, app
from catchup.analysis.inference.diagnostics import WORST_RHAT
from catchup.analysis.inference.forecast import LITTLE_ELSE
from catchup.evidence import KINDS
from documents import DOCS, PAGES, ROOT, links

README = (ROOT / "README.md").read_text(encoding="utf-8")
LISTS = ("CHANGELOG.md", "CONTRIBUTING.md", "commands.md", "outputs.md")
WRITTEN = "\n".join(path.read_text(encoding="utf-8") for path in PAGES if path.name not in LISTS)
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def options_of_commands() -> dict[str, str]:
    """Every option, with a command that takes it."""
    paths = [(name,) for name in COMMANDS] + [(group, name) for group, (_, of) in COMMAND_GROUPS.items() for name in of]
    found = {}
    for path in paths:
        _, execution, *_ = app.parse_commands(path)
        for argument in execution[-1].assemble_argument_collection():
            found |= {name: " ".join(path) for name in argument.names if name.startswith("--")}
    return found


def test_the_table_of_the_readme_names_every_command() -> None:
    table = README[README.index("| command | question |") :].split("\n\n", 1)[0]
    named = {word for words in re.findall(r"`([^`]+)`", table) for word in words.split() if not word.startswith("-")}
    assert named - {"catchup"} == {*COMMANDS, *COMMAND_GROUPS}


def test_every_option_is_told_of() -> None:
    options = options_of_commands()
    assert len(options) > 60
    untold = {name: of for name, of in options.items() if not re.search(rf"{re.escape(name)}(?![\w-])", WRITTEN)}
    assert untold == {}


def test_every_command_that_prints_or_writes_is_run_or_named_beside_the_readme() -> None:
    pages = WRITTEN.replace(README, "")
    assert [name for name in COMMANDS if not re.search(rf"catchup {name}\b|`{name}`", pages)] == []


def test_every_kind_has_its_row() -> None:
    text = (DOCS / "how-to" / "add-a-leak.md").read_text(encoding="utf-8")
    table = text[text.index("| kind | for |") :].split("\n\n", 1)[0]
    assert {
        name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    } == {*KINDS}


def test_what_abbreviations_of_columns_mean_stands_in_the_glossary() -> None:
    tables = ROOT / "analysis" / "presentation" / "tables"
    titles = [title for path in tables.glob("*.py") for title in re.findall(r'title="(.*?)"', path.read_text())]
    short = {word for title in titles for word in re.findall(r"\b[A-Z]{3,}\b|\b[kR]-hat\b", title)} - {"SHA"}
    assert short >= {"CRPS", "PIT", "FLOP", "MCSE"}
    terms = {term for line in re.findall(r"^(.*)\n: ", GLOSSARY, re.MULTILINE) for term in line.split(", ")}
    assert short | {"bits", "log p", "log ratio", "WIS", "H100e", "MFU", "ESS", "R-hat", "Brier"} <= terms


def test_the_glossary_is_short_and_is_found() -> None:
    entries = re.findall(r"^: (.*(?:\n  .*)*)", GLOSSARY, re.MULTILINE)
    assert max(len(entry.splitlines()) for entry in entries) <= 2
    for path in (ROOT / "README.md", DOCS / "index.md", *sorted((DOCS / "start").glob("*.md"))):
        assert any("glossary.md" in link for link in links(path)), path


def test_what_the_weekly_script_reads_is_on_its_page() -> None:
    script = (DOCS / "how-to" / "publish" / "weekly.sh").read_text(encoding="utf-8")
    read = set(re.findall(r"\$\{([A-Z]+):-", script))
    assert read >= {"RUNS", "SITE", "CATCHUP"}
    page = (DOCS / "how-to" / "publish.md").read_text(encoding="utf-8")
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_figures_that_pages_name_are_those_of_the_program() -> None:
    silence = (DOCS / "how-to" / "confirm-silence.md").read_text(encoding="utf-8")
    assert f"a probability of {LITTLE_ELSE:.0%} or more" in " ".join(silence.split())
    extending = (DOCS / "how-to" / "extend.md").read_text(encoding="utf-8")
    assert f"refused above {WORST_RHAT}," in " ".join(extending.split())
