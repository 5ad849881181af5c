"""Runs published as a site: whole, the same from the same runs, and only of text."""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
import yaml

from catchup.analysis.archive import site_folder
from catchup.analysis.archive.history import Entry, History
from catchup.analysis.archive.manifest import MANIFEST, file_hash
from catchup.analysis.archive.moved import Moved, changes_of, moved_of
from catchup.analysis.archive.reading import EXPLORER, REPORT, Run, read_run
from catchup.analysis.commands.main import app
from catchup.analysis.commands.main import run as command
from catchup.analysis.inference.estimates import ZERO, Estimate
from catchup.analysis.inference.json_values import number, significant
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.presentation.digest import digest_html, digest_text
from catchup.analysis.presentation.site.build import _explorer_from_afar
from catchup.analysis.presentation.site.latest import Latest
from catchup.analysis.presentation.site.moved import NO_EARLIER_RUN, story, story_of
from catchup.analysis.presentation.table import Room
from catchup.analysis.presentation.tables.attribution import attribution_table
from catchup.analysis.presentation.tables.evidence import EXPLAINED, UNOPENED
from catchup.analysis.presentation.tables.history import history_table
from catchup.analysis.presentation.text import date_text
from catchup.analysis.runs.publish import Published, publish
from catchup.analysis.studies.attribution import Attribution, Step
from catchup.analysis.studies.attribution_steps import UNEXPLAINED, Change
from catchup.analysis.studies.news import OF_CHANGES, by_kind, kind_of
from catchup.priors.errors import InputError

Shelf = tuple[Path, list[Run]]
ATOM = "{http://www.w3.org/2005/Atom}"
A_SHIFT = Estimate(0.1, 0.01)
READY = "The median of being ready"
BEYOND = "has come from, or gone to, beyond all that is followed"
LOADED = {"src", "srcset", "data", "poster", "background", "xlink:href"}
"""Attributes that make a browser ask for something."""
HOSTILE = '<script>alert("1")</script> & <img src=x onerror=alert(1)> \u202eevil\u202c'


@pytest.fixture(scope="module")
def site(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(shelf[0], folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def step(identity: str, title: str = "", shift: Estimate = A_SHIFT) -> Step:
    """A step as it is read back from a run."""
    title = title or identity
    return Step(changes_of(identity, title), title, dict.fromkeys(HEADLINE, shift), ZERO)


class Reader(HTMLParser):
    """What a page leads to, what it asks a browser to load, its anchors and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name == "href" and tag in ("a", "link"):
                self.links.append(value or "")
            elif name in LOADED or name == "href":
                self.loads.append(value or "")
            elif name == "id":
                self.ids.append(value or "")


def read(page: Path) -> Reader:
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def pages(site: Path) -> Iterator[Path]:
    yield from (path for path in site.rglob("*.html") if path.name not in ("report.html", "explore.html"))


def test_every_link_within_resolves(site: Path) -> None:
    found = 0
    for page in pages(site):
        for link in read(page).links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https")
                continue
            target = (page.parent / parts.path).resolve() if parts.path else page
            assert target.is_file(), f"{page.name}: {link}"
            assert not parts.fragment or parts.fragment in read(target).ids
            found += 1
    assert found > 100


def test_nothing_is_asked_of_another_host(site: Path) -> None:
    for page in pages(site):
        reader = read(page)
        assert "script" not in reader.tags
        assert [load for load in reader.loads if not load.startswith("#")] == []
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"@import|url\((?!['\"]?#)", text) == []


def test_anchors_are_one_of_each(site: Path) -> None:
    for page in pages(site):
        ids = read(page).ids
        assert len(ids) == len(set(ids)), page.name


def test_every_run_has_a_page_and_its_data(shelf: Shelf, site: Path) -> None:
    for one in shelf[1]:
        assert (site / "runs" / one.name / "index.html").is_file()
        assert json.loads((site / "runs" / one.name / "forecast.json").read_text()) == one.forecast
    whole = json.loads((site / "data" / "forecasts.json").read_text())
    assert [row["run"] for row in whole["runs"]] == [one.name for one in shelf[1]]
    rows = (site / "data" / "forecasts.csv").read_text().splitlines()
    assert rows[0].startswith("run,as_of,event,target,quantile")
    assert len(rows) == 1 + sum(
        len(one.forecast[key]["quantiles"]) for one in shelf[1] for key in ("ready", "pretrained", "known")
    )


def test_the_newest_forecast_comes_first(shelf: Shelf, site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    newest = date.fromisoformat(shelf[1][-1].forecast["ready"]["quantiles"]["0.5"]["date"])
    assert f"Around {newest.day} {newest:%b %Y}" in page
    names = re.findall(r'href="runs/([\d-]+)/index\.html">', page)
    assert names == sorted(names, reverse=True)
    assert names[0] == shelf[1][-1].name


def test_the_same_runs_give_the_same_bytes(shelf: Shelf, site: Path, tmp_path: Path) -> None:
    publish(shelf[0], tmp_path / "again")
    assert contents(tmp_path / "again") == contents(site)


def test_publishing_again_touches_nothing(shelf: Shelf, site: Path) -> None:
    assert publish(shelf[0], site).written == ()


def test_the_explorer_at_the_root_leads_to_the_report_of_its_run(shelf: Shelf, tmp_path: Path) -> None:
    run = Run(tmp_path / "2026-09-22", shelf[1][-1].manifest)
    run.folder.mkdir()
    (run.folder / EXPLORER).write_text(f'<a href="{REPORT}">The report</a> <a href="https://example.org">x</a>')
    page = _explorer_from_afar(run).decode()
    assert page == f'<a href="runs/2026-09-22/{REPORT}">The report</a> <a href="https://example.org">x</a>'


@pytest.mark.usefixtures("cards_drawn_once")
def test_whose_explorer_it_is_is_said(copies: Path, tmp_path: Path) -> None:
    *_, kept, newest = sorted(copies.iterdir())
    earlier = f"explore the forecast of {date_text(read_run(kept).manifest.as_of)} yourself"
    for folder, said in ((kept, earlier), (newest, "explore it yourself")):
        (folder / EXPLORER).write_text("<p>An explorer.</p>")
        content = json.loads((folder / MANIFEST).read_text())
        content["files"][EXPLORER] = file_hash(folder / EXPLORER)
        (folder / MANIFEST).write_text(json.dumps(content))
        page = publish(copies, tmp_path / "site").page.read_text(encoding="utf-8")
        assert f'<a href="explorer.html">{said}</a>' in page


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_new_run_touches_only_what_it_must(shelf: Shelf, tmp_path: Path) -> None:
    runs, site = tmp_path / "runs", tmp_path / "site"
    for one in shelf[1][-3:-1]:
        shutil.copytree(one.folder, runs / one.name)
    publish(runs, site)
    before = {path: path.stat().st_ino for path in site.rglob("*") if path.is_file()}
    last = shelf[1][-1]
    shutil.copytree(last.folder, runs / last.name)
    written = publish(runs, site).written
    assert {name for name in written if name.startswith("runs/")} == {
        f"runs/{last.name}/{name}"
        for name in ("index.html", "forecast.json", "diff.json", "forecast.csv", "forecast.parquet", "card.png")
    }
    assert {"index.html", "feed.xml", "archive.html", "latest.json"} <= set(written)
    assert not {"leaves-out.html", "latest.schema.json"} & set(written)
    changed = {path.relative_to(site).as_posix() for path, number in before.items() if path.stat().st_ino != number}
    assert changed - {site_folder.MADE} <= set(written)
    positions = [written.index(name) for name in (f"runs/{last.name}/index.html", "index.html")]
    assert positions == sorted(positions)  # what leads to a page comes after it


def test_the_feed_keeps_to_atom(shelf: Shelf, site: Path) -> None:
    feed = ElementTree.parse(site / "feed.xml").getroot()
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(shelf[1])
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert urlsplit(element.findtext(f"{ATOM}id") or "").scheme == "urn"
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo is not None
        relations = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(relations) == len(set(relations))  # RFC 4287, 4.1.1 and 4.1.2: one alternate of a type
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    identities = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(identities) == len(set(identities))
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert days == [f"{one.manifest.as_of}T00:00:00Z" for one in reversed(shelf[1])]
    assert feed.findtext(f"{ATOM}updated") == days[0]
    for entry in entries:
        assert entry.find(f"{ATOM}content/{{http://www.w3.org/1999/xhtml}}div") is not None


BREAK_THE_FEED: Mapping[str, Any] = {
    "no id": lambda entry: entry.remove(entry.find(f"{ATOM}id")),
    "two titles": lambda entry: entry.append(entry.makeelement(f"{ATOM}title")),
    "a day for a moment": lambda entry: setattr(entry.find(f"{ATOM}updated"), "text", "2026-11-27"),
    "an unknown element": lambda entry: entry.append(entry.makeelement(f"{ATOM}pubDate")),
}


def test_the_feed_is_valid_against_atoms_schema(site: Path) -> None:
    etree = pytest.importorskip("lxml.etree", reason="needs lxml to validate against RELAX NG")
    schema = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
    assert schema.validate(etree.parse(site / "feed.xml")), schema.error_log
    for fault, act in BREAK_THE_FEED.items():  # and the schema is one that can say no
        feed = etree.parse(site / "feed.xml")
        act(feed.getroot().find(f"{ATOM}entry"))
        assert not schema.validate(feed), fault


@pytest.mark.usefixtures("cards_drawn_once")
def test_with_an_address_the_feed_has_whole_links(shelf: Shelf, tmp_path: Path) -> None:
    publish(shelf[0], tmp_path / "site", address="https://example.org/forecast")
    feed = ElementTree.parse(tmp_path / "site" / "feed.xml").getroot()
    places = [link.get("href") or "" for link in feed.iter(f"{ATOM}link")]
    assert places
    assert all(place.startswith("https://example.org/forecast/") for place in places)


@pytest.mark.usefixtures("cards_drawn_once")
def test_the_ids_of_the_feed_never_change(shelf: Shelf, site: Path, tmp_path: Path) -> None:
    """Not with where the site is served, nor with what else is published."""

    def ids(folder: Path) -> list[str]:
        return [one.text or "" for one in ElementTree.parse(folder / "feed.xml").getroot().iter(f"{ATOM}id")]

    shutil.copytree(shelf[0], tmp_path / "runs", ignore=lambda *_: {shelf[1][-1].name, shelf[1][0].name})
    for folder, runs in (("same", shelf[0]), ("fewer", tmp_path / "runs")):
        publish(runs, tmp_path / folder, address=f"https://example.org/{folder}")
    assert ids(tmp_path / "same") == ids(site)
    of_the_feed, _, *middle, _ = ids(site)
    assert ids(tmp_path / "fewer") == [of_the_feed, *middle]


def test_the_feed_names_the_model_and_orders_the_runs_of_a_day(copies: Path, tmp_path: Path) -> None:
    last = sorted(copies.iterdir())[-1]
    second = last.with_name(f"{last.name}-2")
    shutil.copytree(last, second)
    manifest = json.loads((second / MANIFEST).read_text())
    (second / MANIFEST).write_text(json.dumps({**manifest, "model": "another"}))
    publish(copies, tmp_path / "site")
    newest, before, *_ = ElementTree.parse(tmp_path / "site" / "feed.xml").getroot().findall(f"{ATOM}entry")
    for entry, model in ((newest, "another"), (before, manifest["model"])):
        assert f", model {model}: around " in (entry.findtext(f"{ATOM}title") or "")
    moments = [entry.findtext(f"{ATOM}updated") for entry in (before, newest)]
    assert moments == [f"{manifest['as_of']}T00:00:00Z", f"{manifest['as_of']}T00:00:01Z"]


def test_latest_keeps_to_its_schema(site: Path) -> None:
    latest, schema = (json.loads((site / name).read_text()) for name in ("latest.json", "latest.schema.json"))
    assert latest.pop("$schema") == "latest.schema.json"
    assert set(schema["required"]) <= set(latest) == set(schema["properties"])
    assert sum(one["months"] for one in latest["moved"]["contributions"]) == pytest.approx(
        latest["moved"]["months"], abs=1e-3
    )
    Latest.model_validate_json(json.dumps(latest))
    assert 'additionalProperties": false' not in json.dumps(schema)  # keys may be added
    assert "whether or not it has been announced" in schema["properties"]["state"]["description"]
    said = schema["$defs"]["Contribution"]["properties"]["id"]["description"]
    changes = {Change(kind).id for kind in OF_CHANGES} | {"noise", "noise-before", "noise-after", UNEXPLAINED, "+"}
    assert not [word for word in changes if word not in said]
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(latest, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**latest, "as_of": 3}, schema)


def test_contributions_add_up(shelf: Shelf) -> None:
    for one in shelf[1][1:]:
        story = story_of(one)
        assert story.moved is not None
        total = story.moved.attribution.total.shifts[0.5]
        steps = story.moved.attribution.steps
        # each figure is rounded to 1e-4
        assert sum(group.months for group in story.groups) == pytest.approx(total.value, abs=1e-4 * (len(steps) + 1))
        assert sum(len(group.sentences) for group in story.groups) == len(steps)


def test_what_has_not_moved_at_all_is_said_in_a_word() -> None:
    nothing = Estimate(0.0, 0.0)
    same = Attribution({}, {}, step("total"), (), date(2026, 12, 31))
    same = replace(same, total=replace(same.total, shifts=dict.fromkeys(HEADLINE, nothing)))
    assert story(Moved("2026-11-13", same), {}).finding == f"{READY} has not moved since run 2026-11-13."


@pytest.mark.parametrize(
    ("months", "mcse", "says"),
    [
        (2e-15, 5e-16, "The median of being ready has not moved since run 2026-11-13."),
        (2e-4, 1e-5, "The median of being ready has not moved since run 2026-11-13."),
        (0.01, 0.02, f"{READY} has not moved beyond noise since run 2026-11-13 (+0.010 ± 0.020 months)."),
        (-0.5, 0.02, "The median of being ready is 0.50 ± 0.02 months earlier since run 2026-11-13."),
        (math.inf, math.inf, f"Since run 2026-11-13 the median of being ready {BEYOND}."),
    ],
)
def test_the_table_says_what_the_digest_does(months: float, mcse: float, says: str) -> None:
    total, time = (step(name, shift=Estimate(months, mcse)) for name in ("total", "time passing"))
    found = Attribution({}, {}, total, (time,), date(2026, 12, 31))
    assert story(Moved("2026-11-13", found), {}).finding == says
    (lead,) = attribution_table(found, "2026-11-13").lead
    told = not found.total.noise and abs(months) > 1e-3
    assert lead == (f"{says[:-1]}; most of it comes from: time passing." if told else says)


@pytest.mark.parametrize(
    ("months", "mcse", "says"),
    [
        (1.171, 0.052, "The median of being publicly known is 1.17 ± 0.05 months later."),
        (-1.171, 0.052, "The median of being publicly known is 1.17 ± 0.05 months earlier."),
        (math.inf, math.inf, f"The median of being publicly known {BEYOND}."),
        (0.05, 0.05, ""),
        (2e-4, 1e-5, ""),
    ],
)
def test_a_day_of_being_known_that_moves_is_told_wherever_that_of_being_ready_is(
    months: float, mcse: float, says: str
) -> None:
    """By it questions resolve, and scores."""
    still = step("total", shift=Estimate(0.01, 0.02))
    found = Attribution({}, {}, still, (), date(2026, 12, 31), Estimate(months, mcse))
    ready = "The median of being ready has not moved beyond noise since run a (+0.010 ± 0.020 months)."
    assert story(Moved("a", found), {}).finding == f"{ready} {says}".rstrip()
    assert attribution_table(found, "a").lead == [ready, *([says] if says else [])]


def test_a_run_says_how_far_the_day_of_being_known_moved(shelf: Shelf) -> None:
    for before, after in pairwise(shelf[1]):
        moved = moved_of(after)
        assert moved is not None
        assert moved.attribution.known is not None
        medians = [one.forecast["known"]["quantiles"]["0.5"] for one in (before, after)]
        apart = medians[1]["months"] - medians[0]["months"]
        assert moved.attribution.known.value == pytest.approx(apart, abs=2e-4)  # each is rounded to 1e-4
        assert moved.attribution.known.mcse < math.hypot(*(median["mcse"] for median in medians))  # common draws


def test_what_sentences_call_no_change_tables_do(shelf: Shelf) -> None:
    for shift, says in ((Estimate(2e-15, 5e-16), "no change"), (Estimate(0.0, 1e-4), "no change")):
        total = step("total", shift=shift)
        found = Attribution({}, {}, total, (total,), date(2026, 12, 31))
        assert " has not moved." in story(Moved("a", found), {}).finding.replace(" since run a", "")
        column = next(column for column in attribution_table(found).columns if column.title == "median")
        assert column.read(total, Room.NARROW) == says
        as_kept = {"months": number(shift.value), "mcse": significant(shift.mcse)}
        entry = Entry(shelf[1][0], as_kept, None, (), ())
        moved = next(each for each in history_table(History((entry,), ())).columns if each.title == "moved, months")
        assert moved.read(entry, Room.NARROW) == says


def test_a_run_that_tells_of_no_move_says_why(shelf: Shelf, tmp_path: Path) -> None:
    assert story_of(shelf[1][0]).finding == NO_EARLIER_RUN
    shutil.copytree(shelf[1][0].folder, tmp_path / "old")
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    del manifest["previous"]
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(manifest))
    assert story_of(read_run(tmp_path / "old")).finding.endswith("with, or it could not be compared.")


def test_an_item_that_arrives_is_news_with_its_source(shelf: Shelf) -> None:
    (arrival,) = [
        one for one in shelf[1][1:] if "added:caisi-glm-5-3-cyber-lag" in (one.folder / "diff.json").read_text()
    ]
    (news,) = [group for group in story_of(arrival).groups if group.kind == "news"]
    (sentence,) = [line for line in news.sentences if "caisi-glm-5-3-cyber-lag" in line]
    item = {item.id: item for item in arrival.inputs.evidence()}["caisi-glm-5-3-cyber-lag"]
    assert f"Seen quoted: {item.text.sources[0].title}; {item.text.sources[0].publisher}" in sentence
    assert ", not opened)" in sentence
    assert re.match(r"-\d\.\d{3} ± \d\.\d{3} months, earlier: item added", sentence)


def test_a_source_that_nobody_opened_is_marked_on_the_site(shelf: Shelf, site: Path) -> None:
    page = (site / "evidence.html").read_text(encoding="utf-8")
    assert page.count(f"<p>{EXPLAINED}</p>") == 1
    counted = {item.id: item for item in shelf[1][-1].inputs.evidence()}
    assert {item.unopened for item in counted.values()} == {True, False}
    for name, item in counted.items():
        _, _, life = page.partition(f'<details id="item-{name}">')
        life = life.partition("</details>")[0]
        assert (f"{name}</code>{UNOPENED}" in life) == item.unopened
        assert life.count("Seen quoted: ") == life.count(", not opened") == sum(not s.opened for s in item.text.sources)
        assert life.count("Seen in: ") == sum(source.opened for source in item.text.sources)


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("news", step("time")),
        ("news", step("added:a")),
        ("news", step("time+added:a")),
        ("news", step("changed:a", "silence confirmed: a, through 2026-09-30 (before: 2026-09-16)")),
        ("correction", step("changed:a", "item changed: a")),
        ("correction", step("changed:a", "confirmation withdrawn: a, through 2026-09-30 (now: 2026-09-16)")),
        (
            "correction",
            step("changed:a", "item revised: a, value 1 to 2 on 2026-09-30 (silence confirmed: a, through b)"),
        ),
        ("correction", step("removed:a")),
        ("news", step("added:a+superseded:b")),
        ("news", step("changed:a+superseded:b", "silence confirmed: a, through x (before: y); set aside: b (of a)")),
        ("correction", step("changed:a+superseded:b", "item changed: a; set aside: b (a takes its place)")),
        ("correction", step("removed:a+returned:b")),
        ("correction", step("priors")),
        ("correction", step("version", "model version")),
        ("chance", step("noise")),
        ("chance", step("unexplained-noise-after")),
        ("together", step("time+priors")),
        ("news", step("time+changed:a", "time passing, x to y, silence confirmed: a, through x (before: y)")),
        ("together", step("changed:a+changed:b", "silence confirmed: a, through x (before: y), item changed: b")),
    ],
)
def test_news_is_told_from_corrections(kind: str, one: Step) -> None:
    assert kind_of(one) == kind


def test_a_step_keeps_its_id() -> None:
    titles = {"changed:a": "silence confirmed: a, through 2026-09-30 (before: 2026-09-16)"}
    for identity in ("time", "added:a", "time+added:a", "changed:a", "removed:a+priors", "unexplained-noise-after"):
        assert step(identity, titles.get(identity, "")).id == identity


def test_every_step_is_of_one_kind() -> None:
    steps = (step("noise"), step("time"), step("priors"), step("added:a"))
    found = by_kind(Attribution({}, {}, step("total"), steps, date(2026, 12, 31)))
    assert {kind: [one.id for one in each] for kind, each in found.items()} == {
        "news": ["time", "added:a"],
        "correction": ["priors"],
        "chance": ["noise"],
    }


def rewrite(folder: Path, name: str, text: str) -> None:
    """Change a run's file, and what its manifest says of it."""
    (folder / name).write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = file_hash(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def copies(shelf: Shelf, tmp_path: Path, cards_drawn_once: None) -> Path:
    """The three newest runs: one that is neither the first nor the last is among them."""
    for one in shelf[1][-3:]:
        shutil.copytree(one.folder, tmp_path / "runs" / one.name)
    return tmp_path / "runs"


def test_hostile_text_comes_out_as_text(copies: Path, tmp_path: Path) -> None:
    folder = sorted(copies.iterdir())[-1]
    diff = json.loads((folder / "diff.json").read_text())
    diff["steps"] = [{**diff["steps"][0], "title": HOSTILE, "id": "added:zai-spend-2025"}]
    rewrite(folder, "diff.json", json.dumps(diff))
    forecast: dict[str, Any] = json.loads((folder / "forecast.json").read_text())
    rewrite(folder, "forecast.json", json.dumps({**forecast, "warnings": [HOSTILE]}))
    (name,) = [name for name in read_run(folder).manifest.files if name.endswith("/zai-spend-2025.toml")]
    line = f"title = {json.dumps(HOSTILE)}"
    changed = re.sub(r"(?m)^title = .*$", lambda _: line, (folder / name).read_text(), count=1)
    rewrite(folder, name, changed)
    known = json.loads((folder / "evidence.json").read_text())
    for item in known["items"]:
        source = {**item["sources"][0], "title": HOSTILE, "publisher": HOSTILE, "address": "javascript:alert(1)"}
        change = {"day": "2026-09-01", "key": "observed.value", "old": HOSTILE, "new": 1, "why": HOSTILE}
        item |= {"title": HOSTILE, "use": f"counted {HOSTILE}", "sources": [source], "revised": [change]}
    rewrite(folder, "evidence.json", json.dumps(known))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "command": HOSTILE, "python": HOSTILE}))
    done = publish(copies, tmp_path / "site")
    assert done.faults == ()
    for page in pages(done.page.parent):
        text = page.read_text(encoding="utf-8")
        assert not {"script", "img"} & read(page).tags, page
        assert "\u202e" not in text
    own = (done.page.parent / "runs" / folder.name / "index.html").read_text(encoding="utf-8")
    assert own.count("&lt;script&gt;alert(") >= 3
    feed = ElementTree.parse(done.page.parent / "feed.xml").getroot()
    assert any('<script>alert("1")</script>' in (text or "") for text in feed.itertext())
    for text in (digest_text(read_run(folder)), digest_html(read_run(folder))):
        assert "\u202e" not in text
    assert "<script" not in digest_html(read_run(folder))
    ElementTree.parse(done.page.parent / "embed.svg")
    assert "<script" not in (done.page.parent / "embed.svg").read_text()
    life = (done.page.parent / "evidence.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(" in life
    assert "javascript:" not in life


BREAKAGES: Mapping[str, Any] = {
    "truncated": lambda folder: (folder / "forecast.json").write_text("{"),
    "altered": lambda folder: (folder / "forecast.json").write_text((folder / "forecast.json").read_text() + " "),
    "of another shape": lambda folder: rewrite(folder, "forecast.json", '{"ready": {"quantiles": []}}'),
    "a diff of another shape": lambda folder: rewrite(folder, "diff.json", '{"steps": 3}'),
    "without a manifest": lambda folder: (folder / "manifest.json").unlink(),
}


QUICK = ("truncated",)


@pytest.mark.parametrize(
    "breakage", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in BREAKAGES]
)
def test_a_broken_run_is_named_and_left_out(breakage: str, copies: Path, tmp_path: Path) -> None:
    site, broken = tmp_path / "site", sorted(copies.iterdir())[1]
    publish(copies, site)
    page = (site / "runs" / broken.name / "index.html").read_bytes()
    BREAKAGES[breakage](broken)
    done = publish(copies, site)
    assert len(done.faults) == 1
    assert broken.name in done.faults[0]
    assert broken.name not in done.runs
    assert f"{broken.name}/index.html" not in (site / "archive.html").read_text()
    assert (site / "runs" / broken.name / "index.html").read_bytes() == page  # its address still answers


@pytest.mark.usefixtures("cards_drawn_once")
def test_a_run_that_is_left_out_is_not_compared_with(copies: Path, tmp_path: Path) -> None:
    """Its successor moved since it, not since the run shown before; and what it brought arrives with its successor."""
    names = sorted(folder.name for folder in copies.iterdir())
    whole = json.loads((publish(copies, tmp_path / "whole").page.parent / "data" / "forecasts.json").read_text())
    rows = {row["run"]: row for row in whole["runs"]}
    left = next(name for name in names[1:-1] if rows[name]["items_added"])
    after = names[names.index(left) + 1]
    (copies / left / "forecast.json").write_text((copies / left / "forecast.json").read_text() + " ")
    page = publish(copies, tmp_path / "site").page
    told = {row["run"]: row for row in json.loads((page.parent / "data" / "forecasts.json").read_text())["runs"]}
    assert left not in told
    assert told[after]["shift"] is None
    assert told[after]["other_shift"] == {"since": left, **rows[after]["shift"]}
    assert set(told[after]["items_added"]) == {*rows[left]["items_added"], *rows[after]["items_added"]}
    assert f"since {left}" in (page.parent / "archive.html").read_text(encoding="utf-8")


def test_a_newest_run_whose_inputs_are_damaged_is_named_and_left_out(copies: Path, tmp_path: Path) -> None:
    *others, newest = sorted(copies.iterdir())
    (newest / "inputs" / "origins.toml").write_text("layers = 1")
    published = publish(copies, tmp_path / "site")
    assert published.runs == tuple(run.name for run in others)
    (fault,) = published.faults
    assert str(newest) in fault
    for run in others:
        (run / "inputs" / "origins.toml").write_text("layers = 1")
    with pytest.raises(InputError, match="no sound run"):
        publish(copies, tmp_path / "other")


def test_no_sound_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs" / "2026-09-01").mkdir(parents=True)
    with pytest.raises(InputError, match="no sound run"):
        publish(tmp_path / "runs", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_full_disk_leaves_the_old_site_whole(
    shelf: Shelf, copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    last = sorted(copies.iterdir())[-1]
    shutil.move(last, tmp_path / last.name)
    publish(copies, site)
    before = contents(site)
    shutil.move(tmp_path / last.name, last)
    write, calls = site_folder._write, []

    def full(path: Path, content: site_folder.Content) -> None:
        calls.append(path)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content)

    monkeypatch.setattr(site_folder, "_write", full)
    assert command(["publish", "--runs", str(copies), "--site", str(site)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert contents(site) == before
    assert not (site / site_folder.ASIDE).exists()


@pytest.mark.parametrize("ended", [KeyboardInterrupt, SystemExit, OSError])
def test_one_that_is_ended_while_names_are_given_takes_them_back(
    ended: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site_folder.publish_files(site, {"a.html": b"old", "b/c.html": b"old"})
    before, replace_, calls = contents(site), os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise ended(errno.EIO, "ended")
        replace_(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises((ended, InputError)):
        site_folder.publish_files(site, {"a.html": b"new", "b/c.html": b"new", "d.html": b"new"})
    assert contents(site) == before


def test_a_publisher_that_died_is_cleared_away(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / site_folder.ASIDE).mkdir(parents=True)
    (site / site_folder.ASIDE / "index.html").write_text("half")
    (site / "runs").mkdir()  # which had got its name
    publish(copies, site)
    assert not (site / site_folder.ASIDE).exists()


def test_one_publisher_at_a_time(copies: Path, site: Path) -> None:
    before = contents(site)
    other = os.open(site, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another publisher"):
            publish(copies, site)
    finally:
        os.close(other)
    assert contents(site) == before


def test_places_that_are_refused(copies: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "index.html").write_text("<p>mine</p>")
    photographs = tmp_path / "photographs"
    (photographs / "2025").mkdir(parents=True)
    for site, problem in {
        photographs: "holds '2025', which is none of ours; a site, or an empty folder, was expected",
        copies: "among the runs",
        copies / "site": "among the runs",
        copies.parent: "among the runs",  # whose folder `runs` is that of the runs
        tmp_path / "file": "is a file",
        tmp_path / "nowhere" / "site": "no folder",
        foreign: "none of ours",
    }.items():
        with pytest.raises(InputError, match=problem):
            publish(copies, site)
    assert (foreign / "index.html").read_text() == "<p>mine</p>"
    assert [path.name for path in photographs.iterdir()] == ["2025"]


def test_others_files_stay(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "CNAME").write_text("example.org")
    (site / ".git").mkdir()
    publish(copies, site)
    assert (site / "CNAME").read_text() == "example.org"


@pytest.mark.parametrize("options", [["--event", "compute-equivalnt"], ["--address", "javascript:alert(1)"]])
def test_options_that_are_refused(options: list[str], copies: Path, tmp_path: Path, capsys: Any) -> None:
    assert command(["publish", "--runs", str(copies), "--site", str(tmp_path / "site"), *options]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.slow
def test_the_command_says_what_it_has_done(copies: Path, tmp_path: Path, capsys: Any) -> None:
    asked = ["publish", "--runs", str(copies), "--site", str(tmp_path / "site")]
    assert command([*asked, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["runs"] == [folder.name for folder in sorted(copies.iterdir())]
    assert command([*asked, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def without(folder: Path, *names: str) -> None:
    """Make a run as it was before it kept some files."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in names:
        (folder / name).unlink()
        del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_runs_of_an_older_program_are_read(copies: Path, tmp_path: Path) -> None:
    for folder in sorted(copies.iterdir())[:-1]:
        without(folder, "evidence.json", "program.json")
    done = publish(copies, tmp_path / "site")
    assert done.faults == ()
    assert len(done.runs) == len(list(copies.iterdir()))
    oldest = sorted(copies.iterdir())[0]
    without(sorted(copies.iterdir())[-1], "evidence.json", "program.json")
    assert publish(copies, tmp_path / "site").faults == ()
    assert 'id="item-' in (tmp_path / "site" / "evidence.html").read_text()
    manifest = json.loads((oldest / "manifest.json").read_text())
    (oldest / "manifest.json").write_text(json.dumps({**manifest, "schema": 2}))
    (fault,) = publish(copies, tmp_path / "site").faults
    assert "is of schema 2; this version reads up to 1" in fault
    assert "a newer catchup reads it" in fault


@pytest.mark.slow
def test_a_site_that_cannot_be_written_is_one_line_and_stays_whole(
    copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, last = tmp_path / "site", sorted(copies.iterdir())[-1]
    shutil.move(last, tmp_path / last.name)
    publish(copies, site)
    before = contents(site)
    shutil.move(tmp_path / last.name, last)
    mkdir = os.mkdir

    def refused(path: Any, *arguments: Any) -> None:
        if str(path).startswith(str(site)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        mkdir(path, *arguments)

    monkeypatch.setattr(os, "mkdir", refused)
    assert command(["publish", "--runs", str(copies), "--site", str(site)]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert str(site) in line
    assert contents(site) == before


@pytest.mark.slow
def test_two_publishers_at_once(copies: Path, tmp_path: Path) -> None:
    """One publishes, the other says that it is at work, or both one after the other; the site is whole."""
    site = tmp_path / "site"
    asked = [sys.executable, "-m", "catchup.analysis.commands.main", "publish"]
    asked += ["--runs", str(copies), "--site", str(site), "--quiet"]
    both = [subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate()[1].splitlines() for one in both]
    codes = [one.returncode for one in both]
    assert 0 in codes
    for code, lines in zip(codes, said, strict=True):
        assert lines == [] if code == 0 else len(lines) == 1 and "another publisher" in lines[0]
    publish(copies, tmp_path / "alone")
    assert contents(site) == contents(tmp_path / "alone")


def test_a_digest_is_short_and_plain(shelf: Shelf, capsys: Any) -> None:
    assert command(["digest", str(shelf[1][-1].folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 100
    assert max(map(len, lines)) < 80
    assert lines[0].startswith("A Chinese lab has a model like Claude Mythos around")
    assert {"What moved it", "What to watch"} <= set(lines)


def test_a_digest_is_a_short_page_too(shelf: Shelf, capsys: Any) -> None:
    assert command(["digest", str(shelf[1][-1].folder), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert len(page.splitlines()) < 100
    for words in ("around", "What moved it", "News", "What to watch"):
        assert words in page
    reader = Reader()
    reader.feed(page)
    assert reader.loads == reader.links == []


def test_the_table_is_the_same_in_every_form(shelf: Shelf, site: Path) -> None:
    import csv

    import pyarrow.parquet as pq

    rows = pq.read_table(site / "data" / "forecasts.parquet").to_pylist()
    texts = list(csv.DictReader((site / "data" / "forecasts.csv").read_text().splitlines()))
    assert len(rows) == len(texts) > 50
    for row, text in zip(rows, texts, strict=True):
        assert {key: str(value) for key, value in row.items() if key in ("run", "as_of", "event", "target")} == {
            key: text[key] for key in ("run", "as_of", "event", "target")
        }
        assert row["quantile"] == float(text["quantile"])
        for key in ("months", "mcse"):
            assert row[key] == (float(text[key]) if text[key] else None)
        assert (row["date"].isoformat() if row["date"] else "") == text["date"]
    name = shelf[1][0].name
    own = pq.read_table(site / "runs" / name / "forecast.parquet").to_pylist()
    assert own == [row for row in rows if row["run"] == name]


@pytest.mark.slow
def test_a_card_is_drawn_once_and_linked_where_the_site_is_served(shelf: Shelf, tmp_path: Path) -> None:
    site, address = tmp_path / "site", "https://example.org/f/"
    publish(shelf[0], site, address=address)
    for one in shelf[1]:
        card = site / "runs" / one.name / "card.png"
        content = card.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == (1200, 630)
        page = (site / "runs" / one.name / "index.html").read_text()
        assert f'<meta property="og:image" content="{address}runs/{one.name}/card.png">' in page
    assert "og:image" in (site / "index.html").read_text()
    last = site / "runs" / shelf[1][-1].name / "card.png"
    last.unlink()
    assert publish(shelf[0], site, address=address).written == (f"runs/{shelf[1][-1].name}/card.png",)
    (site / site_folder.MADE).write_text("{")
    assert len(publish(shelf[0], site, address=address).written) == len(shelf[1])


@pytest.mark.slow
def test_the_track_record_states_what_it_leaves_out(shelf: Shelf, tmp_path: Path) -> None:
    publish(shelf[0], tmp_path / "site")
    page = (tmp_path / "site" / "track-record.html").read_text(encoding="utf-8")
    assert "Still open on" in page
    assert all(one.name in page for one in shelf[1])
    content = {
        "table": {"name": "epoch-eci", "vintage": "2026-08-01"},
        "scores": {"<b>": {"crps": 2.0, "coverage": {"0.5": 0.4, "0.9": None}, "episodes": 16}},
        "verdict": {"text": "<i>no more</i> than chance"},
    }
    (tmp_path / "hindcast.json").write_text(json.dumps(content))
    asked = ["publish", "--runs", str(shelf[0]), "--site", str(tmp_path / "site"), "--quiet"]
    assert command([*asked, "--hindcast", str(tmp_path / "hindcast.json"), "--outcome", "2026-08-01"]) == 0
    page = (tmp_path / "site" / "track-record.html").read_text(encoding="utf-8")
    assert "It happened on 1 Aug 2026" in page
    assert "no forecast of it" in page
    assert "&lt;b&gt;" in page
    assert "<i>" not in page
    met = {"model": "<u>M</u>", "date": "2026-09-01", "not_by": None, "value": 162.0, "at_least": 161.5}
    open_ = {**met, "date": None, "not_by": "2026-08-16"}
    rows = [{"title": "<s>index</s>", "resolved": met}, {"title": "other", "resolved": open_, "quantiles": None}]
    (tmp_path / "criteria.json").write_text(json.dumps({"as_of": "2026-09-25", "criteria": rows}))
    assert command([*asked, "--criteria", str(tmp_path / "criteria.json")]) == 0
    page = (tmp_path / "site" / "track-record.html").read_text(encoding="utf-8")
    assert "met by &lt;u&gt;M&lt;/u&gt; on 1 Sep 2026" in page
    assert "not met by 16 Aug 2026: 162, where 161.5 is asked" in page
    assert "<s>" not in page
    assert command([*asked, "--criteria", str(tmp_path / "hindcast.json")]) == 2
    for wrong in ("{}", '{"table": 3}', "[", '{"scores": {"a": {}}, "table": {"name": 1, "vintage": 2}}'):
        (tmp_path / "hindcast.json").write_text(wrong)
        assert command([*asked, "--hindcast", str(tmp_path / "hindcast.json")]) == 2


def test_a_page_for_a_frame(site: Path) -> None:
    reader = read(site / "embed.html")
    assert reader.links == ["index.html"]
    assert {"svg", "h1", "main"} <= reader.tags
    ElementTree.parse(site / "embed.svg")


def test_a_digest_of_no_run_is_refused(tmp_path: Path, capsys: Any) -> None:
    assert command(["digest", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_published_names_are_sorted(shelf: Shelf, site: Path) -> None:
    done: Published = publish(shelf[0], site)
    assert list(done.runs) == [one.name for one in shelf[1]]


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "publish"


def test_the_page_links_every_file_that_publishes() -> None:
    page = HOW_TO.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"publish/{path.name}" in page for path in HOW_TO.iterdir())
    line = (HOW_TO / "publish.cron").read_text(encoding="utf-8").splitlines()[-1]
    assert line in page
    assert "%" not in line  # which cron takes for the end of the command


def commands_that_publish() -> Iterator[str]:
    yield (HOW_TO / "publish.cron").read_text(encoding="utf-8").splitlines()[-1].split("; ")[1]
    unit = (HOW_TO / "catchup-publish.service").read_text(encoding="utf-8")
    yield from re.findall(r"(?m)^ExecStart=(.*)$", unit)
    (job,) = yaml.safe_load((HOW_TO / "publish.yml").read_text(encoding="utf-8"))["jobs"].values()
    yield from (one["run"] for one in job["steps"] if "catchup publish" in one.get("run", ""))


def test_what_is_scheduled_is_understood() -> None:
    found = [*commands_that_publish()]
    assert len(found) == 3
    assert all("%" not in (HOW_TO / name).read_text(encoding="utf-8") for name in ("publish.cron", "weekly.cron"))
    for text in found:
        called, bound, _ = app.parse_args(shlex.split(text)[1:], exit_on_error=False, print_error=False)
        assert called.__name__ == "publish"
        assert bound.arguments["quiet"] is True
        assert {"runs", "site"} <= set(bound.arguments)


STAND_IN = """#!/bin/sh
echo "$0 $*" >> "$HOME/called"
[ "$1" = doctor ] && echo "catchup: silence: is old" >&2
case "$1" in run) exit "${RUN_STATUS:-0}";; issue) if [ "$2" = list ]; then printf %s "$OPEN_ISSUE"; fi;; esac
"""


@pytest.mark.parametrize(
    ("status", "issue", "called"),
    [
        (0, "", ["doctor", "run", "publish"]),
        (1, "", ["doctor", "run", "publish", "issue list", "issue create"]),
        (1, "7", ["doctor", "run", "publish", "issue list", "issue comment 7"]),
    ],
)
def test_the_weekly_script_runs_publishes_and_says_what_failed_once(
    status: int, issue: str, called: list[str], tmp_path: Path
) -> None:
    for name in ("catchup", "gh"):
        (tmp_path / name).write_text(STAND_IN)
        (tmp_path / name).chmod(0o700)
    known = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin", "CATCHUP": str(tmp_path / "catchup")}
    known |= {"REPOSITORY": "owner/forecast", "RUN_STATUS": str(status), "OPEN_ISSUE": issue}
    done = subprocess.run(["sh", str(HOW_TO / "weekly.sh")], env=known, capture_output=True, text=True, check=False)
    assert done.returncode == status
    lines = (tmp_path / "called").read_text().splitlines()
    assert len(lines) == len(called)
    for line, words in zip(lines, called, strict=True):
        assert line.partition(" ")[2].startswith(words)
    assert "--once" in lines[1]
    assert done.stderr.startswith("catchup: silence: is old\n")  # whatever the status
    assert "--ledger" not in " ".join(lines)
    own = known | {"LEDGER": "my own", "PRIORS": "p.toml"}
    subprocess.run(["sh", str(HOW_TO / "weekly.sh")], env=own, capture_output=True, check=False)
    looked, ran, published = (tmp_path / "called").read_text().splitlines()[len(lines) : len(lines) + 3]
    assert looked.endswith("--ledger my own")
    assert ran.endswith("--ledger my own --priors p.toml")
    assert "my own" not in published


@pytest.mark.usefixtures("undrawn_runs")
def test_a_job_started_again_makes_no_second_run(tmp_path: Path, few_studies: Callable[..., None], capsys: Any) -> None:
    from catchup.analysis.archive.reading import REPORT

    few_studies()
    asked = ["run", "--runs", str(tmp_path / "runs"), "--model", "article", "--evidence", "none", "--draws", "1000"]
    asked += ["--as-of", "2026-11-02", "--once"]
    assert command(asked) == 0
    assert command(asked) == 0
    assert "stands already" in " ".join(capsys.readouterr().out.split())
    assert [one.name for one in (tmp_path / "runs").iterdir()] == ["2026-11-02"]
    assert command([*asked, "--set", "mfu_anthropic=0.3"]) == 0  # on other inputs
    assert len(list((tmp_path / "runs").iterdir())) == 2
    assert (tmp_path / "runs" / "2026-11-02" / REPORT).is_file()


@pytest.mark.slow
def test_every_past_address_answers_after_a_rebuild(copies: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    before: set[str] = set()
    for count in range(1, len(list(copies.iterdir())) + 1):
        some = tmp_path / f"some-{count}"
        some.mkdir()
        for one in sorted(copies.iterdir())[:count]:
            (some / one.name).symlink_to(one)
        publish(some, site)
        addresses = set(contents(site))
        assert before <= addresses
        before = addresses
    shutil.rmtree(site)
    publish(copies, site)
    assert before == set(contents(site))


def test_pages_are_well_formed(site: Path) -> None:
    """Every page is a tree: tags are closed in order, and nothing stands outside of what HTML allows there."""
    parser = html5lib.HTMLParser(strict=True)
    for page in pages(site):
        parser.parse(page.read_text(encoding="utf-8"))


VOID = {"meta", "link", "br", "img", "input", "hr"}


class Tree(HTMLParser):
    """Open tags, and what is wrong with how they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.wrong.append(f"{tag} has an attribute twice")
        if tag in ("p", "h1", "h2", "h3") and "p" in self.open:
            self.wrong.append(f"{tag} in p")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Of SVG, closed at once."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} closed out of order")


def test_tags_are_closed_in_order_and_landmarks_stand(site: Path) -> None:
    for page in pages(site):
        tree, reader = Tree(), read(page)
        text = page.read_text(encoding="utf-8")
        tree.feed(text)
        assert (tree.wrong, tree.open) == ([], []), page
        assert {"main", "h1", "title"} <= reader.tags
        assert text.count("<h1") == 1
        assert '<html lang="en">' in text
