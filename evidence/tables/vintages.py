"""One vintage of a table on disk: its file and its manifest, whole or not at all."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from ...priors.errors import InputError, reason_of
from ...priors.files import rename_to_free_name, sync
from ...priors.strict import StrictModel, from_pydantic
from ...priors.workshops import built_in, clear_abandoned

SCHEMA = 1
MANIFEST = "manifest.json"


class Manifest(StrictModel):
    """What is known of a vintage that is held.

    Attributes
    ----------
    schema_ : int
        Schema of this file, ``schema`` in it.
    name : str
        Of the table.
    vintage, added : date
        Of the table, and when it was put here.
    file, sha256 : str
        Name of its file here, and hash.
    bytes : int
        Size of the file.
    origin : str
        File or address that it came from.
    """

    model_config = ConfigDict(extra="ignore")

    schema_: Annotated[int, Field(alias="schema")]
    name: str
    vintage: datetime.date
    file: str
    sha256: str
    bytes: int
    origin: str
    added: datetime.date


@dataclass(frozen=True)
class Held:
    """One vintage that is held.

    Attributes
    ----------
    folder : Path
        Where.
    manifest : Manifest
        What is known of it.
    """

    folder: Path
    manifest: Manifest

    @property
    def path(self) -> Path:
        """The table's file."""
        return self.folder / self.manifest.file


def put(tables: Path, manifest: Manifest, content: bytes, file: str) -> tuple[Held, bool]:
    """Put a vintage in its place, unless it is there: then it must be the same.

    Parameters
    ----------
    tables : Path
        Folder of all tables.
    manifest : Manifest
        Of the vintage.
    content : bytes
        Its file.
    file : str
        How messages name the file.

    Returns
    -------
    tuple of Held and bool
        The vintage, and whether it is new.

    Raises
    ------
    InputError
        If it is held with other content, or the folder cannot be written into.
    """
    place = tables / manifest.name / manifest.vintage.isoformat()
    try:
        # only spares the writing: one that another process puts there next is not replaced
        new = not place.exists() and _write(manifest, content, place)
    except (NotADirectoryError, FileExistsError):
        raise InputError("is no folder; a data folder was expected", file=tables.parent, key="--data") from None
    except PermissionError:
        raise InputError("cannot be written into", file=tables.parent, key="--data") from None
    except OSError as error:
        raise InputError(f"cannot be kept: {reason_of(error)}", file=place, key="--data") from None
    held = Held(place, read_manifest(place))
    if held.manifest.sha256 != manifest.sha256:
        raise InputError(
            f"{manifest.name} of {manifest.vintage} is held with other content (sha256 {held.manifest.sha256[:12]}, "
            f"here {manifest.sha256[:12]}); give the day of this one with --vintage, or remove {place}",
            file=file,
        )
    return held, new


def folders(folder: Path) -> list[Path]:
    """Folders inside a folder, hidden ones aside; none where it is not there.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return [entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_dir()]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise InputError("is no folder; a data folder was expected", file=folder, key="--data") from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)})", file=folder) from None


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a vintage's folder.

    Raises
    ------
    InputError
        If it is missing, damaged, of a newer schema or another vintage's.
    """
    path = folder / MANIFEST
    again = f"remove {folder} and add the table again"
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"is missing: {again}", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)}): {again}", file=path) from None
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise InputError(f"breaks off, or is no JSON: {again}", file=path) from None
        fault = from_pydantic(error, Manifest, file=path, key="")
        raise InputError(f"{fault.problem}: {again}", file=path, key=fault.key) from None
    if manifest.schema_ > SCHEMA:
        raise InputError(f"is of schema {manifest.schema_}; this program knows {SCHEMA}", file=path)
    if (manifest.name, manifest.vintage.isoformat()) != (folder.parent.name, folder.name):
        raise InputError(f"speaks of {manifest.name} of {manifest.vintage}, and stands elsewhere", file=path)
    return manifest


def _write(manifest: Manifest, content: bytes, place: Path) -> bool:
    """Put a vintage together and in its place; False if another process was first."""
    workshop = place.with_name(".building")
    workshop.parent.mkdir(parents=True, exist_ok=True)
    clear_abandoned(workshop)
    with built_in(workshop, place.name) as folder:
        (folder / manifest.file).write_bytes(content)
        text = json.dumps(manifest.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        sync(folder)
        try:
            rename_to_free_name(folder, place)
        except FileExistsError:
            return False
    return True
