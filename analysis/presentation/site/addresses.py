"""Where everything stands on the site, relative to its root. These never change: others link to them."""

from __future__ import annotations

INDEX = "index.html"
ARCHIVE = "archive.html"
METHOD = "method.html"
EVIDENCE = "evidence.html"
PRIORS = "priors.html"
LEAVES_OUT = "leaves-out.html"
DATA = "data.html"
FEED = "feed.xml"
LATEST = "latest.json"
LATEST_SCHEMA = "latest.schema.json"
WHOLE_JSON = "data/forecasts.json"
WHOLE_CSV = "data/forecasts.csv"
WHOLE_PARQUET = "data/forecasts.parquet"
RECORD = "track-record.html"
EXPLORE = "explorer.html"
EMBED = "embed.html"
EMBED_SVG = "embed.svg"

CONTENTS = {
    INDEX: "The forecast now",
    ARCHIVE: "Archive",
    RECORD: "Track record",
    EVIDENCE: "Evidence",
    PRIORS: "Priors",
    METHOD: "Method",
    LEAVES_OUT: "What this leaves out",
    DATA: "Data",
}
"""Pages that every page leads to, by address."""


def run_folder(name: str) -> str:
    """Return where a run's page and files stand."""
    return f"runs/{name}"


def run_page(name: str) -> str:
    """Return the address of a run's page."""
    return f"{run_folder(name)}/index.html"
