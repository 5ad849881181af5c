"""What the report is made of: sections of pictures, tables and sentences, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...inference.question import Question
from ..table import Layout, Table, plain


class Drawing(NamedTuple):
    """A picture of a run.

    Attributes
    ----------
    wide, narrow : str
        SVG elements, drawn for a desk and for a telephone.
    image : bytes
        The wide one as PNG.
    finding : str
        Its title.
    question : str
        What it answers; its title is the answer.
    shows : str
        What it shows, for whoever cannot see it.
    """

    wide: str
    narrow: str
    image: bytes
    finding: str
    question: str
    shows: str


@dataclass(frozen=True)
class Picture:
    """A drawing of the run, by its name; left out where the run has not drawn it."""

    name: str


@dataclass(frozen=True)
class Sentence:
    """A paragraph; `code` is shown as it is typed."""

    text: str
    code: bool = False


@dataclass(frozen=True)
class Fold:
    """Parts that a reader opens, under a title."""

    title: str
    parts: Sequence[Picture | Sentence | Table[Any]]


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes
    ----------
    id, title : str
        Its anchor, and what stands above it and in the contents.
    parts : sequence
        Pictures, tables, sentences and folds.
    sources : sequence of str
        Titles of the texts that it rests on.
    """

    id: str
    title: str
    parts: Sequence[Picture | Sentence | Fold | Table[Any]]
    sources: Sequence[str] = ()

    def finding(self, drawings: Mapping[str, Drawing]) -> str:
        """What its first picture or table finds, in a sentence; empty where none says so."""
        for part in self.parts:
            if isinstance(part, Picture) and part.name in drawings:
                return drawings[part.name].finding
            if isinstance(part, Table) and part.lead:
                return plain(part.lead[0])
        return ""


def section_of(name: str, title: str, layout: Layout, question: Question, *before: Picture) -> Section:
    """Make a section of everything that is laid out of a result."""
    return Section(name, title, (*before, *layout.tables), titles_of(layout.sources, question))


def titles_of(references: Iterable[str], question: Question) -> tuple[str, ...]:
    """Titles of references, each once."""
    known = question.assumptions.table.references
    return tuple(dict.fromkeys(known[name].title for name in references))
