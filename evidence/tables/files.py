"""A table's file as text: what is no table at all is refused before it is read, or as soon as its first bytes are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ...priors.errors import InputError, nearest_name, reason_of
from ...priors.regular_files import read_regular

LARGEST_TABLE = 64_000_000  # bytes; the largest table known of is two million
ENDINGS = (".csv", ".yaml", ".yml")
COMPRESSED = {
    b"PK\x03\x04": "a zip archive (or a spreadsheet, which is one)",
    b"\x1f\x8b": "compressed (gzip)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"%PDF": "a PDF document",
}


@dataclass(frozen=True)
class TableFile:
    """A file's text.

    Attributes
    ----------
    file : str
        How messages name it.
    text : str
        Its text, without a byte order mark.
    content : bytes
        The bytes themselves.
    sha256 : str
        Hash of the bytes.
    form : str
        ``csv`` or ``yaml``, by the file's ending.
    """

    file: str
    text: str
    content: bytes
    sha256: str
    form: str


def read_file(path: str | Path, *, file: str | None = None) -> TableFile:
    """Read a table's file.

    Parameters
    ----------
    path : str or Path
        The file, of at most `LARGEST_TABLE` bytes.
    file : str, optional
        How messages name it; the path by default.

    Raises
    ------
    InputError
        If it is missing, no regular file, too large, empty, a web page, an archive or not UTF-8 text.
    """
    path = Path(path)
    file = file or str(path)
    form = "yaml" if path.suffix.lower() in (".yaml", ".yml") else "csv"
    content = _content(path, file)
    return TableFile(file, text_of(content, file), content, hashlib.sha256(content).hexdigest(), form)


def _content(path: Path, file: str) -> bytes:
    try:
        return read_regular(path, LARGEST_TABLE, "a table", file=file)
    except FileNotFoundError:
        if path.is_symlink():
            raise InputError(f"is a link to '{path.readlink()}', which is not there", file=file) from None
        beside = _names_beside(path)
        raise InputError("no such file", file=file, nearest=nearest_name(path.name, beside)) from None
    except IsADirectoryError:
        raise InputError("is a directory; the file of one table was expected", file=file) from None
    except OSError as error:
        raise InputError(f"cannot be read ({reason_of(error)})", file=file) from None


def _names_beside(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir() if entry.suffix in ENDINGS]
    except OSError:
        return []


def too_large(file: str, size: int) -> InputError:
    """Build the error for a file that is larger than any table."""
    return InputError(f"has {size:,} bytes; a table of at most {LARGEST_TABLE:,} was expected", file=file)


def text_of(content: bytes, file: str) -> str:
    """Decode a table's bytes, refusing what is no table.

    Raises
    ------
    InputError
        If they are empty, a web page, JSON, an archive or not UTF-8 text.
    """
    for start, what in COMPRESSED.items():
        if content.startswith(start):
            raise InputError(f"is {what}; a table as text was expected: unpack it and take the table inside", file=file)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("is UTF-16 text; UTF-8 was expected", file=file, key="line 1, column 1")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InputError(
            f"byte {content[error.start]:#04x} is not UTF-8; UTF-8 text was expected",
            file=file,
            key=f"line {line}, column {column}",
        ) from None
    head = text[:2_000].lstrip()
    if not head:
        raise InputError("is empty; a table was expected", file=file)
    if head.startswith("<"):
        raise InputError(
            f"is a web page or other markup, not a table: it begins with '{head[:20]}'", file=file, key="line 1"
        )
    if head.startswith(("{", "[")):
        raise InputError("is JSON; a table was expected", file=file, key="line 1")
    if (at := text.find("\0")) >= 0:
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise InputError("holds a null byte; text was expected", file=file, key=f"line {line}, column {column}")
    return text
