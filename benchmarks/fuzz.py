"""Feed every reader with documents that are almost right, and keep those that it stumbles over.

    make fuzz                       until each reader has had its share of a million inputs
    make fuzz ARGS="--minutes 5"    go on from where the last one stopped, for five minutes

Inputs are numbered: the number and the reader's name decide the document that is edited and how, so that nothing but
the next number has to be kept. It stands in the record, by reader, with how many inputs were taken and refused.
A document that brings up a traceback is kept in ``tests/fuzzing/corpus/``, which the default tests read again.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from fuzz_edits import edited, edits_of
from fuzz_readers import FaultError, Reader, check, parsing_once, readers
from recording import RECORDS, read_record, write_record

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "fuzzing" / "corpus"
INPUTS = 1_000_000
BATCH = 200  # inputs of one reader before the next has its turn
NAME = "fuzz"


def document_of(name: str, reader: Reader, number: int) -> bytes:
    """Return a reader's input of a number."""
    return edited(reader.sound[number % len(reader.sound)], edits_of(number, name))


def kept_in(folder: Path, name: str) -> list[Path]:
    """Documents that a reader once stumbled over."""
    return sorted((folder / name.replace(" ", "-")).glob("*"))


def keep(folder: Path, name: str, document: bytes) -> Path:
    """Keep a document under the hash of what it holds."""
    place = folder / name.replace(" ", "-")
    place.mkdir(parents=True, exist_ok=True)
    path = place / hashlib.sha256(document).hexdigest()[:16]
    path.write_bytes(document)
    return path


def fuzz(inputs: int, minutes: float, records: Path, *, chosen: Sequence[str] = (), anew: bool = False) -> int:
    """Feed the readers in turn, and return how many documents were stumbled over."""
    known = {row["reader"]: row for row in (read_record(NAME, records) or {"rows": []})["rows"]}
    found = 0
    with tempfile.TemporaryDirectory() as folder, parsing_once(), warnings.catch_warnings():
        warnings.simplefilter("error")  # one would stand on standard error, beside the answer
        every = {name: reader for name, reader in readers(Path(folder)).items() if not chosen or name in chosen}
        rows = {**known, **{name: new_row(name) if anew else known.get(name, new_row(name)) for name in every}}
        share = -(-inputs // len(rows))
        until = time.monotonic() + 60.0 * minutes
        while time.monotonic() < until and any(rows[name]["inputs"] < share for name in every):
            for name, reader in every.items():
                if rows[name]["inputs"] < share and time.monotonic() < until:
                    found += feed(name, reader, rows[name], min(BATCH, share - rows[name]["inputs"]), until)
            write_record(records, NAME, [*rows.values()], total=sum(row["inputs"] for row in rows.values()))
    return found


def new_row(name: str) -> dict[str, object]:
    return {"reader": name, "inputs": 0, "taken": 0, "refused": 0, "tracebacks": 0}


def feed(name: str, reader: Reader, row: dict[str, int], count: int, until: float) -> int:
    """Feed a reader with its next inputs, and count them in its row."""
    found = 0
    for number in range(row["inputs"], row["inputs"] + count):
        if time.monotonic() > until:
            break
        document = document_of(name, reader, number)
        try:
            row["taken" if check(reader, document) else "refused"] += 1
        except FaultError as error:
            row["tracebacks"] += 1
            found += 1
            print(f"{name} {number}: {str(error)[:300]} ({keep(CORPUS, name, document)})", flush=True)
        row["inputs"] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=INPUTS, help="of all readers together, earlier ones counted")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--reader", action="append", default=[], help="only this reader; repeatable")
    parser.add_argument("--anew", action="store_true", help="begin again, as is due once a reader is mended")
    parser.add_argument("--records", type=Path, default=RECORDS, help="folder of the record")
    asked = parser.parse_args()
    return int(fuzz(asked.inputs, asked.minutes, asked.records, chosen=asked.reader, anew=asked.anew) > 0)


if __name__ == "__main__":
    sys.exit(main())
