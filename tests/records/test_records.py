"""Records of what was measured, and the pages made from them: missed bounds are said, and nothing names the machine."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks_page import benchmarks_page, draw_growth
from recording import Recorder, read_record, surroundings, write_record
from refusals import plain
from trust_claims import SECTIONS
from trust_page import trust_page

from catchup.model.models import MODELS
from claim_cases import BAD, GOOD

DOCS = Path(__file__).resolve().parents[2] / "docs"
CLAIMS = {claim.record: claim for claims in SECTIONS.values() for claim in claims}
OUTCOMES = ["killed"] * 171 + ["timed out"] * 5 + ["survived"] * 22 + ["unreached"] * 2 + ["equivalent"] * 5


def test_every_claim_has_records_that_keep_it_and_records_that_miss_it() -> None:
    assert CLAIMS.keys() == GOOD.keys() == BAD.keys()


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_are_kept_or_missed_by_what_was_measured(name: str) -> None:
    judge = CLAIMS[name].judge
    assert [rows for rows in GOOD[name] if not judge(rows)[1]] == []
    assert [rows for rows in BAD[name] if judge(rows)[1]] == []


@pytest.mark.parametrize("name", ["seeds", "sbc-importance", "sbc-posterior-wrong", "sbc-kinds", "sbc-kinds-wrong"])
def test_what_was_found_is_said_of_the_model_that_was_asked(name: str) -> None:
    row = GOOD[name][0][0] | {"model": "article"}
    assert CLAIMS[name].judge([row])[0].startswith("`article`: ")


def test_chains_of_one_model_say_nothing_of_anothers() -> None:
    for divergences, rows in ((8, GOOD["seeds"][-1]), (9, BAD["seeds"][-1])):
        found, _ = CLAIMS["seeds"].judge(rows)
        assert "`article`: 1 seeds: 0 divergences" in found
        assert f"`current`: 1 seeds: {divergences} divergences" in found


def test_every_record_of_calibration_says_its_model() -> None:
    for name in ("seeds", *(name for name in CLAIMS if name.startswith("sbc-"))):
        record = read_record(name)
        assert record is None or all(row["model"] in MODELS for row in record["rows"]), name


def test_page_says_what_is_missed_and_what_is_not_measured(tmp_path: Path) -> None:
    write_record(tmp_path, "kills", BAD["kills"][0])
    write_record(tmp_path, "pairs", GOOD["pairs"][0])
    page = trust_page(tmp_path)
    assert "1 broken folders | no broken folder | **missed**" in page
    alike = f"all {GOOD['pairs'][0][0]['whole']} forecast.json alike"
    assert f"0 runs lost, {alike} | none lost, all alike | kept" in page
    assert page.count("not measured yet") == len(CLAIMS) - 2
    assert f"python {platform.python_version()}" in page


def test_mutation_score_comes_with_its_interval() -> None:
    rows = [{"file": "model/a.py", "outcome": outcome} for outcome in OUTCOMES]
    # Clopper and Pearson's for 176 of 200
    told = "176 of 200: 88.0% (95%: 82.7% to 92.2%); 5 more change nothing"
    assert CLAIMS["mutation"].judge(rows) == (told, True)


def test_records_hold_the_kind_of_machine_and_not_its_name(tmp_path: Path) -> None:
    text = json.dumps(surroundings())
    assert surroundings()["machine"]["processor"]
    for name in (platform.node(), str(Path.home()), str(Path.cwd())):
        assert len(name) < 3 or name not in text


def test_a_record_grows_by_row_and_starts_anew_with_a_session(tmp_path: Path) -> None:
    for _ in range(2):
        recorder = Recorder(tmp_path)
        recorder.add("seeds", seed=0, ess=1.0 / 3.0)
        recorder.add("seeds", seed=1, ess=2.0)
    record = read_record("seeds", tmp_path)
    assert record is not None
    assert record["rows"] == [{"seed": 0, "ess": 0.333333}, {"seed": 1, "ess": 2.0}]
    assert [path.name for path in tmp_path.iterdir()] == ["seeds.json"]
    Recorder(None).add("seeds", seed=2)
    assert read_record("none", tmp_path) is None


def test_complaints_are_told_apart_by_their_words() -> None:
    first = "/tmp/a/priors.toml: quantity.mfu: 1.2 is above 1; did you mean 'mfu_china'?"
    second = "/tmp/b/priors.toml: quantity.mfu: 7.25 is above 1; did you mean 'mfu_other'?"
    assert plain(first) == plain(second) != plain("/tmp/b/priors.toml: quantity.mfu: -1 is below 0")


def test_benchmarks_page_shows_ratios_and_growth(tmp_path: Path) -> None:
    row = {"what": "grid / solver", "ratio": 31.4159, "wanted": "at least 25", "kept": True, "detail": "2 s against 1"}
    write_record(tmp_path, "bench-grid", [row, row | {"ratio": 2.0, "kept": False}])
    times = [{"draws": draws, "seconds": draws / 1e6} for draws in (10_000, 100_000)]
    peaks = [{"draws": draws, "megabytes": 20.0} for draws in (10_000, 100_000)]
    write_record(tmp_path, "growth-time", times)
    write_record(tmp_path, "growth-memory", peaks)
    page = benchmarks_page(tmp_path)
    assert "| grid / solver | 31.4 | at least 25 | kept | 2 s against 1 |" in page
    assert "**missed**" in page
    assert "Not measured yet." in page
    assert "| 10,000 | 0.01 | 20.0 |" in page
    assert len(draw_growth(times, peaks).axes) == 2


@pytest.mark.parametrize(("name", "page"), [("trust.md", trust_page), ("benchmarks.md", benchmarks_page)])
def test_documents_are_those_of_the_records_that_are_kept(name: str, page: Callable[[], str]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(), "run make docs"
