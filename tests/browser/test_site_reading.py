"""The documentation read in a browser: at two widths, in two colour schemes, without the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from browsing import DESKTOP, LEAST_CONTRAST, PHONE, SCHEMES, Browser

PAGES = (
    "index.html",
    "start/forecaster.html",
    "model.html",
    "priors.html",
    "evidence.html",
    "scenarios.html",
    "readings/trend.html",
    "notebooks/checking.html",
    "commands.html",
    "api/model.html",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_and_can_be_read(browser: Browser, site: Path, page: str) -> None:
    for width, scheme in zip((PHONE, DESKTOP), SCHEMES[::-1], strict=True):
        browser.open(site / page, width, scheme)
        assert browser.overflow() <= 0, width
        assert browser.complaints() == []
        assert [address for address in browser.requests() if not address.startswith("file:")] == []
        dim = [found for found in browser.contrasts() if found[0] < LEAST_CONTRAST]
        assert dim == [], scheme


def test_the_picture_of_the_model_is_described(browser: Browser, site: Path) -> None:
    browser.open(site / "model.html")
    described = browser.ask("return [...document.querySelectorAll('article img')].map((i) => [i.alt, i.naturalWidth])")
    assert described
    assert all(text and width > 0 for text, width in described)


def test_search_finds_a_quantity(browser: Browser, site: Path) -> None:
    """The index is in the site: searching asks no other machine, even from a file."""
    browser.open(site / "search.html")
    browser.driver.get((site / "search.html").as_uri() + "?q=algorithmic_progress")
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser.driver, 20).until(
        lambda _: browser.ask("return document.querySelectorAll('#search-results li').length > 0")
    )
    assert [address for address in browser.requests() if not address.startswith("file:")] == []
