"""Pages of a published site: links, what they load, text of others, and what is said first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import html5lib
import pytest

from catchup.analysis.archive import site_folder
from catchup.analysis.archive.manifest import MANIFEST, file_hash
from catchup.analysis.archive.reading import EXPLORER, REPORT, Run, read_run
from catchup.analysis.commands.main import run as command
from catchup.analysis.presentation.digest import digest_html, digest_text
from catchup.analysis.presentation.site.build import _explorer_from_afar
from catchup.analysis.presentation.site.latest import Latest
from catchup.analysis.presentation.tables.evidence import EXPLAINED, UNOPENED
from catchup.analysis.presentation.text import date_text
from catchup.analysis.runs.publish import publish
from catchup.analysis.studies.attribution_steps import UNEXPLAINED, Change
from catchup.analysis.studies.news import OF_CHANGES
from published import Reader, Shelf, rewrite

HOSTILE = '<script>alert("1")</script> & <img src=x onerror=alert(1)> \u202eevil\u202c'


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
