"""The data folder: every vintage of every table in a folder of its own, whole or not at all.

    DATA/tables/NAME/VINTAGE/    the table as it was published, and manifest.json
    DATA/downloads/              what has been fetched of a table so far
    DATA/shapes.toml             rows laid over the project's shapes, if there is one
    DATA/sources.toml            rows laid over the project's addresses, if there is one

A vintage is put together in a hidden folder beside its place and renamed into it, so that another process sees all of
it or nothing, and one that is held is never replaced.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ...priors.clock import today
from ...priors.errors import InputError, MissingFileError, unknown_name
from ...priors.files import as_text
from .files import TableFile, read_file
from .places import refuse_future
from .shapes import OVERLAY, Shapes, load_shapes
from .table import Table, parse_table
from .vintages import SCHEMA, Held, Manifest, folders, put, read_manifest

VINTAGE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Added:
    """What became of a table that was to be added.

    Attributes
    ----------
    held : Held
        Where it is now.
    table : Table
        As it was read, of the vintage that is held.
    new : bool
        False where the same content was held already, under whatever day.
    newest : date or None
        Newest vintage of the table that was held before, if any.
    """

    held: Held
    table: Table
    new: bool
    newest: datetime.date | None

    @property
    def older(self) -> bool:
        """Whether a newer vintage is held."""
        return self.newest is not None and self.newest > self.held.manifest.vintage


@dataclass(frozen=True)
class TableStore:
    """A data folder.

    Attributes
    ----------
    folder : Path
        Which; it need not be there yet.

    Examples
    --------
    >>> from pathlib import Path
    >>> from catchup.evidence import TableStore
    >>> store = TableStore(Path("data"))
    >>> store.vintages()
    []
    >>> store.get("epoch-eci")
    Traceback (most recent call last):
        ...
    catchup.priors.errors.InputError: no vintage of 'epoch-eci' in data: none is held yet; see catchup data add
    """

    folder: Path

    @cached_property
    def shapes(self) -> Shapes:
        """Shapes that are known here, the folder's own rows among them.

        Raises
        ------
        InputError
            At the first fault of those rows.
        """
        try:
            return load_shapes(self.folder / OVERLAY)
        except MissingFileError:
            return load_shapes(None)

    def vintages(self, name: str | None = None) -> list[Held]:
        """Vintages held of one table, or of all: by name, the oldest first.

        Raises
        ------
        InputError
            If the folder or a manifest cannot be read.
        """
        tables = self.folder / "tables"
        names = sorted(entry.name for entry in folders(tables)) if name is None else [name]
        return [
            Held(entry, read_manifest(entry))
            for table in names
            for entry in sorted(folders(tables / table))
            if VINTAGE.fullmatch(entry.name)
        ]

    def get(self, name: str, vintage: datetime.date | None = None) -> Held:
        """Return one vintage: the newest by default.

        Raises
        ------
        InputError
            If it is not held.
        """
        held = self.vintages(name)
        if not held:
            known = sorted({entry.manifest.name for entry in self.vintages()})
            if known and name not in self.shapes.shapes:
                raise unknown_name("table", name, known)
            have = f"held are {', '.join(known)}" if known else "none is held yet"
            raise InputError(f"no vintage of '{name}' in {self.folder}: {have}; see catchup data add")
        if vintage is None:
            return held[-1]
        days = [entry.manifest.vintage for entry in held]
        if vintage not in days:
            shown = ", ".join(map(str, days))
            raise InputError(f"no vintage of '{name}' from {vintage}; held are {shown}", key="--vintage")
        return held[days.index(vintage)]

    def read(self, held: Held) -> Table:
        """Read a vintage that is held.

        Raises
        ------
        InputError
            If its file is not the one that was added, or cannot be read.
        """
        return parse_table(self.content(held), vintage=held.manifest.vintage, shapes=self.shapes)

    def content(self, held: Held) -> TableFile:
        """Return what is in the file of a vintage that is held; raises as `read` does."""
        content = read_file(held.path)
        if content.sha256 != held.manifest.sha256:
            raise InputError(
                f"is not the file that was added (sha256 {content.sha256[:12]}, not {held.manifest.sha256[:12]}): "
                f"remove {held.folder} and add the table again",
                file=held.path,
            )
        return content

    def add(
        self,
        path: Path,
        vintage: datetime.date,
        *,
        origin: str | None = None,
        expected: str | None = None,
        fewest_rows: int = 0,
        older: bool = True,
    ) -> Added:
        """Check a table and keep it, unless a vintage with the same content is held.

        Parameters
        ----------
        path : Path
            Its file.
        vintage : date
            Day that it was published or taken.
        origin : str, optional
            Where it comes from; the file's own name by default.
        expected : str, optional
            Name of the shape that it must have.
        fewest_rows : int
            Rows below which it is taken for a part of the table.
        older : bool, default True
            Whether it may be older than the newest vintage held.

        Raises
        ------
        InputError
            If it is no table of a known shape or contradicts itself, if the vintage lies in the future or is older
            than it may be, or if that vintage is held with other content. What is held is left as it is.
        """
        refuse_future(path, vintage)
        file = origin or str(path)
        content = read_file(path, file=file)
        table = parse_table(content, vintage=vintage, shapes=self.shapes)
        if expected is not None and table.name != expected:
            raise InputError(f"is a table of {table.name}; one of {expected} was expected", file=file)
        if len(table) < fewest_rows:
            raise InputError(
                f"has {len(table)} rows; at least {fewest_rows} were expected, as the newest vintage has more: half a "
                "table? If it is whole, add its file with catchup data add",
                file=file,
            )
        kept = self.vintages(table.name)
        before = [held.manifest.vintage for held in kept]
        newest = max(before, default=None)
        # under a second day, an old table without a day in its name would become the newest
        same = [held for held in kept if held.manifest.sha256 == content.sha256]
        if same:
            known = next((held for held in same if held.manifest.vintage == vintage), same[0])
            return Added(known, replace(table, vintage=known.manifest.vintage), False, newest)
        if not older and newest is not None and vintage < newest and vintage not in before:
            raise InputError(
                f"is of {vintage}, and {table.name} of {newest} is held: a newer vintage was expected; "
                f"--vintage {vintage} keeps the older one beside it",
                file=file,
            )
        manifest = Manifest.model_validate(
            {
                "schema": SCHEMA,
                "name": table.name,
                "vintage": vintage,
                "file": f"{table.name}.{content.form}",
                "sha256": content.sha256,
                "bytes": len(content.content),
                "origin": origin or as_text(path.name),
                "added": today(),
            }
        )
        held, new = put(self.folder / "tables", manifest, content.content, file)
        return Added(held, table, new, newest)
