"""Pages that are generated whole, written into a folder, and the model's picture beside them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from ....evidence.ledgers import load_ledger
from ....model.assumptions import load_assumptions
from ....priors.files import check_file, write_text
from ...inference.question import Question
from ...inference.request import choose_evidence
from ..figures import draw_model_graph, model_graph, save
from .asked import AS_OF
from .bridge import bridge_page
from .command import page_command
from .evidence import evidence_page
from .leaves_out import leaves_out_page
from .outputs import outputs_page
from .rows import rows_page
from .scenarios import scenario_page
from .structures import structure_page
from .worlds import world_page

PAGES: dict[str, Callable[[Question], str]] = {
    "bridge.md": bridge_page,
    "evidence.md": lambda question: evidence_page(load_ledger().items),
    "leaves-out.md": leaves_out_page,
    "outputs.md": lambda question: outputs_page(),
    "rows.md": lambda question: rows_page(),
    "scenarios.md": scenario_page,
    "structures.md": structure_page,
    "worlds.md": world_page,
}
"""By file name; each is given the question whose day and draws its figures are of."""

PICTURE = "model-graph.svg"


def write_pages(folder: Path, question: Question) -> None:
    """Write every page, and the picture of the model, into a folder.

    Raises
    ------
    InputError
        If the folder is missing, or a page cannot be written.
    """
    for name in (*PAGES, PICTURE):
        check_file(folder / name)
    for name, page in PAGES.items():
        write_text(folder / name, page(question))
    items = choose_evidence(question, "default", None, ()).counted
    save(draw_model_graph(model_graph(question.assumptions, items)), folder / PICTURE)


def _write(places: list[Path]) -> None:
    write_pages(places[0], Question(load_assumptions(), AS_OF))


main = page_command("all", "FOLDER", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
