"""A policy that acts stands on the explorer's page, which cannot switch it off, and in the command that it shows."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, choose_evidence, posterior
from catchup.analysis.presentation.explorer import render_explorer
from catchup.evidence import template
from catchup.model.assumptions import load_assumptions
from explorer_core import Core

AS_OF = date(2026, 11, 26)
SWITCHED = "no-public-model"
COMMAND = """const model = core.opened(models.current), on = given[0];
return core.command(model, { event: model.event, lever: "none", by: "", leak: null,
  items: model.items.map((item) => ({ item, on, weight: item.weight, reliability: null })) });"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy in a file whose name a shell would take apart."""
    path = tmp_path_factory.mktemp("it's a policy") / "remote-gone.toml"
    text = template("policy").replace('id = "new-item"', 'id = "remote-gone"')
    path.write_text(text.replace("Remote access to", "Remote & other access to"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(policy: Path) -> str:
    question = Question(load_assumptions(), AS_OF, draws=2_000)
    return render_explorer(posterior(Request(question, SWITCHED, "importance", added=(policy,))), draws=500)


@pytest.mark.parametrize("on", [True, False])
def test_the_command_counts_it_whatever_is_switched(on: bool, page: str, policy: Path, tmp_path: Path) -> None:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)
    words = shlex.split(Core(json.loads(text)["models"], tmp_path).ask(COMMAND, on))
    assert words[words.index("--evidence") + 1] == (SWITCHED if on else "none")
    assert words[words.index("--add") + 1 :] == [str(policy)]
    question = Question(load_assumptions(), AS_OF)
    counted = choose_evidence(question, words[words.index("--evidence") + 1], None, [Path(words[-1])]).counted
    assert {item.id for item in counted} == {"remote-gone", *([SWITCHED] if on else [])}


def test_the_page_lists_it_without_a_switch(page: str) -> None:
    (row,) = re.findall(r'<p class="item" data-acting="remote-gone">(.*?)</p>', page)
    assert unescape(row) == "Remote & other access to advanced chips is revoked: acts, and cannot be switched off"
    assert 'id="on-remote-gone"' not in page
    assert f'id="on-{SWITCHED}"' in page
