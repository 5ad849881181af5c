"""The feed of a published site: Atom's rules, whole addresses, and ids that never change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from catchup.analysis.archive.manifest import MANIFEST
from catchup.analysis.runs.publish import publish
from published import Shelf

ATOM = "{http://www.w3.org/2005/Atom}"


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
