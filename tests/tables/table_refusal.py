"""What is said of a file that is no table."""

from __future__ import annotations

from pathlib import Path

import pytest

from catchup.evidence import read_table
from catchup.priors.errors import InputError


def refusal(path: Path, **options: object) -> InputError:
    """Why a file is refused; it names the file."""
    with pytest.raises(InputError) as raised:
        read_table(path, **options)  # type: ignore[arg-type]
    assert raised.value.file == str(path)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)
    return raised.value
