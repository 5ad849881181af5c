"""The page on what programs read: the keys of a forecast in JSON, and the files of a run's folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from ....priors.strict import StrictModel, read_toml, validate
from ..figures.forecast_figures import FORECAST_FIGURES, SUFFIX
from ..markdown import generated_by, markdown_table

FILE = Path(__file__).with_suffix(".toml")
ERRORS = "_mcse"  # ends the key that holds the Monte Carlo errors of another


class Described(StrictModel):
    """A row: what a key or a file says, when it is there, and how it is had otherwise."""

    text: str
    errors: bool = False
    where: str = ""
    command: str = ""


@cache
def described() -> Mapping[str, Mapping[str, Described]]:
    """Read what is said of keys (``key``), of what a date is made of (``date``) and of files (``file``), by name.

    Returns
    -------
    mapping of str to mapping of str to Described
        A key that holds the errors of another has no row.
    """
    return {
        section: {name: validate(Described, row, file=FILE.name, key=f"{section}.{name}") for name, row in rows.items()}
        for section, rows in read_toml(FILE).items()
    }


def outputs_page() -> str:
    """Return the page on what programs read, in Markdown."""
    rows = described()
    return "\n".join(
        [
            generated_by(),
            "# What programs read\n",
            "Keys of JSON and files of a run are public: more may be added, and none changes its meaning without "
            "notice. Days are ISO, time is in months since t = 0, and a figure that is infinite or does not apply is "
            "null. [The glossary](glossary.md) has the terms.\n",
            "## A forecast\n",
            "`catchup forecast --json` prints one object, and a run keeps it as `forecast.json`. `catchup run --json` "
            "prints the same object, with `moved`: what moved since the run before. Commands that ask the same "
            "posterior begin with the same keys, up to `evidence`.\n",
            markdown_table(
                ["Key", "What it says"],
                [[_names(_with_errors(name, row)), _said(row)] for name, row in rows["key"].items()],
            ),
            "A key that ends in `_mcse` holds the Monte Carlo errors of the one that it is named by, in the same "
            "shape.\n",
            "### Dates\n",
            "What is called a date above is an object:\n",
            markdown_table(
                ["Key", "What it says"], [[_names([name]), _said(row)] for name, row in rows["date"].items()]
            ),
            "## A run's folder\n",
            "`catchup run` writes these files. `catchup verify RUN` holds them against the manifest. The command "
            "beside a file answers the same question by itself, in words or with `--json`.\n",
            markdown_table(
                ["File", "What it holds", "Command"],
                [
                    [_names([name]), _said(row), f"`catchup {row.command}`" if row.command else ""]
                    for name, row in rows["file"].items()
                ],
            ),
            "### Its pictures\n",
            "Each is there where the study that it is drawn of has an answer.\n",
            markdown_table(
                ["File", "What it answers"],
                [[_names([f"figures/{each.name}{SUFFIX}"]), each.question] for each in FORECAST_FIGURES],
            ),
        ]
    )


def _with_errors(name: str, row: Described) -> list[str]:
    return [name, f"{name}{ERRORS}"] if row.errors else [name]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _said(row: Described) -> str:
    return f"{row.text} Only {row.where}." if row.where else row.text
