"""However many processes share the draws, they are cut into the same chunks, which are kept by their first draws."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.inference import parts
from catchup.model.draws import chunks_of
from catchup.model.forward import CHUNK


@given(draws=st.integers(1, 12 * CHUNK), processes=st.integers(1, 16))
def test_parts_cut_into_chunks_give_those_of_the_whole(draws: int, processes: int) -> None:
    with patch.object(parts, "processes", lambda: processes):
        cut = parts.parts_of(draws)
    whole = chunks_of(0, draws, CHUNK)
    assert len(cut) == min(processes, len(whole))
    assert [chunk for part in cut for chunk in chunks_of(part.start, part.stop - part.start, CHUNK)] == whole
    counts = [len(chunks_of(part.start, part.stop - part.start, CHUNK)) for part in cut]
    assert max(counts) - min(counts) <= 1
