"""What each leak of the tutorial did to the date, between the marks of its page.

Every block of TOML of the page that is an item of evidence is a leak; those that are counted are added to the default
items one at a time.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ....model.assumptions import load_assumptions
from ....priors.files import write_text
from ...inference.genuineness import Genuineness
from ...inference.posterior import Posterior
from ...inference.question import Question
from ...inference.request import Request, posterior
from ...studies.movement import Movement, moved_by_added
from ..markdown import to_markdown
from ..table import Column, Span, Table
from ..tables.columns import MOVES, shift_column
from ..text import share_text
from .asked import AS_OF
from .command import page_command
from .readings import drawn_sentence, filled

PAGE = "how-to/leaks.md"
BLOCK = re.compile(r"^```toml\n# ([\w-]+\.toml)\n(.*?)^```", re.DOTALL | re.MULTILINE)
DRAWS = 30_000


@dataclass(frozen=True)
class Leak:
    """A leak, and what it did.

    Attributes
    ----------
    title : str
        What it says.
    movement : Movement
        How far the date moved.
    genuine : Genuineness or None
        How it is read, if it may be about something else.
    """

    title: str
    movement: Movement
    genuine: Genuineness | None


def leaks_in(page: str) -> dict[str, str]:
    """Return the items of evidence of a page, by the names of their files."""
    return {name: text for name, text in BLOCK.findall(page) if "observed" in text}


def moved(leaks: dict[str, str], question: Question) -> Iterator[Leak]:
    """Add each leak to the default items, one at a time; opinions, which are never counted, are left out."""
    from ...inference.forecast import forecast

    with TemporaryDirectory() as folder:
        for name, text in leaks.items():
            path = Path(folder) / name
            write_text(path, text)
            request = Request(question, engine="importance", added=(path,))
            added = [item for item in request.selection.counted if item.file == str(path)]
            if added:
                drawn: Posterior = posterior(request)
                read = {row.item.id: row for row in forecast(drawn).genuine}
                yield Leak(added[0].text.title, moved_by_added(drawn, request), read.get(added[0].id))


def leak_table(leaks: Sequence[Leak]) -> Table[Leak]:
    """What each leak did to the date."""
    columns: list[Column[Leak]] = [
        Column(title="Leak", text=lambda row: row.title),
        shift_column(lambda row: row.movement.shifts.get(0.5), (), MOVES[0.5]),
        shift_column(lambda row: row.movement.shifts.get(0.95), (), MOVES[0.95]),
        Column(
            title="beyond its error",
            text=lambda row: Span("yes", "strong") if row.movement.beyond_noise else "no",
        ),
        Column(
            title="genuine",
            text=lambda row: "" if row.genuine is None else share_text(row.genuine.posterior.value),
            figure=True,
        ),
    ]
    return Table("What each leak did to the date", columns, leaks)


def _write(places: list[Path]) -> None:
    path = places[0] / PAGE
    text = path.read_text(encoding="utf-8")
    question = Question(load_assumptions(), AS_OF, draws=DRAWS)
    table = leak_table(list(moved(leaks_in(text), question)))
    above = f"{drawn_sentence(question)}: each leak alone is added to the default evidence."
    write_text(path, filled(text, {"leaks": lambda: f"{above}\n\n{to_markdown(table, lines=False)}"}, path))


main = page_command("leaks", "FOLDER", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
