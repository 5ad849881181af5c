"""What PyTensor says of its own while a model is compiled is kept from whoever asks."""

from __future__ import annotations

import pytest

from catchup.analysis.inference.nuts import _without_remarks


def test_loops_that_are_left_apart_are_no_news() -> None:
    import pytensor
    import pytensor.tensor as pt

    def compile_many_operands() -> None:
        values = pt.vectors(40)
        total = values[0]
        for value in values[1:]:
            total = pt.exp(0.1 * total) + value
        pytensor.function(values, total, mode="NUMBA")

    with pytensor.config.change_flags(cxx=""):  # fewer operands are then too many
        with pytest.warns(UserWarning, match="Loop fusion failed"):
            compile_many_operands()
        with _without_remarks():  # warnings are errors here
            compile_many_operands()
