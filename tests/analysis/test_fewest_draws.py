"""A forecast of a handful of draws is refused in one line, whatever draws them and with or without evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import catchup
from catchup.analysis.commands.main import main
from catchup.analysis.inference.diagnostics import FEWEST_DRAWS, UntrustworthyError
from catchup.analysis.inference.estimates import TAIL_DRAWS
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, posterior
from catchup.model.assumptions import load_assumptions

DAY = date(2026, 11, 21)


def asked(draws: int, **options: Any) -> Request:
    return Request(Question(load_assumptions(model="article"), DAY, draws=draws), **options)


def test_the_median_has_as_many_draws_on_either_side_as_any_quantile_needs() -> None:
    assert FEWEST_DRAWS * 0.5 == TAIL_DRAWS
    assert posterior(asked(FEWEST_DRAWS, evidence="none")).ready.quantile(0.5).meaningful


@pytest.mark.parametrize("engine", ["auto", "importance", "nuts"])
@pytest.mark.parametrize("evidence", ["none", "eci-lag"])
@pytest.mark.parametrize("draws", [1, 2, FEWEST_DRAWS - 1])
def test_fewer_are_refused(engine: str, evidence: str, draws: int) -> None:
    request = asked(draws, engine=engine, evidence=evidence)
    if (engine, evidence) == ("auto", "eci-lag"):
        found = posterior(request)  # takes more draws by itself, and says so
        assert found.diagnostics.ess > FEWEST_DRAWS
        assert any("and at least 1,000 must" in note for note in found.notes)
        return
    with pytest.raises(UntrustworthyError, match=r"^only (one draw|\d+ draws), and even the median takes 20: try more"):
        posterior(request)


def test_so_is_an_item_of_which_none_is_counted_yet() -> None:
    early = Request(Question(load_assumptions(model="article"), date(2026, 3, 1), draws=3), evidence="eci-lag")
    assert not early.selection.counted
    with pytest.raises(UntrustworthyError, match="only 3 draws"):
        posterior(early)


def test_the_command_says_it_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["forecast", "--model", "article", "--evidence", "none", "--draws", "1", "--as-of", str(DAY)]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "catchup: only one draw, and even the median takes 20: try more --draws\n"


def test_a_model_in_python_refuses_them_too() -> None:
    with pytest.raises(catchup.UntrustworthyError, match="only one draw"):
        catchup.Model(as_of=DAY, evidence="none", model="article").posterior(draws=1)
