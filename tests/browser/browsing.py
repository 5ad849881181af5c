"""A headless Chromium and what is measured in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PHONE, DESKTOP = 390, 1280  # CSS pixels
SCHEMES = ("light", "dark")
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, level AA
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Relative luminance and contrast as WCAG 2.2 defines them, of every element that holds text itself.
CONTRASTS = """
const parse = (text) => {
  const m = text.match(/[\\d.]+/g).map(Number);
  return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 };
};
const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
const background = (element) => {
  if (!element) return [255, 255, 255];
  const own = parse(getComputedStyle(element).backgroundColor);
  return own.a === 1 ? own.rgb : over(own, background(element.parentElement));
};
const found = [];
for (const element of document.body.querySelectorAll("*")) {
  if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName) || !element.getClientRects().length) continue;
  if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
  const style = getComputedStyle(element), behind = background(element);
  const ink = over(parse(element.closest("svg") ? style.fill : style.color), behind);
  const [a, b] = [light(ink), light(behind)].sort((x, y) => y - x);
  found.push([(a + 0.05) / (b + 0.05), element.tagName + ": " + element.textContent.trim().slice(0, 60)]);
}
return found;
"""


class Browser:
    """Chromium at a width and in a colour scheme."""

    def __init__(self, chromium: str, driver: str, profile: Path) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(executable_path=driver))

    def open(self, path: Path, width: int = DESKTOP, scheme: str = "light") -> None:
        """Open a page; what it asked for before is forgotten."""
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        for log in ("performance", "browser"):
            self.driver.get_log(log)
        self.driver.get(path.as_uri())

    def ask(self, script: str, *arguments: Any) -> Any:
        """Run a script and return what it returns."""
        return self.driver.execute_script(script, *arguments)

    def requests(self) -> list[str]:
        """Addresses that the page has asked for since it was opened, but for what stands in the page itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [address for address in asked if not address.startswith("data:")]

    def complaints(self) -> list[str]:
        """Errors and warnings of the page's console."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def overflow(self) -> int:
        """CSS pixels by which the page is wider than the window."""
        return int(self.ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def contrasts(self) -> list[tuple[float, str]]:
        """Contrast of every text with what is behind it, the lowest first."""
        return sorted((float(ratio), text) for ratio, text in self.ask(CONTRASTS))

    def headings(self) -> list[int]:
        """Levels of the page's headings, in order."""
        levels = self.ask("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((h) => +h.tagName[1])")
        return [int(level) for level in levels]

    def unnamed_pictures(self) -> int:
        """Number of pictures without a text in their place."""
        return int(
            self.ask(
                """return [...document.querySelectorAll("svg, img")].filter((picture) => {
                     const named = picture.closest("[role=img]");
                     return !(named && named.getAttribute("aria-label")?.trim() || picture.getAttribute("alt")?.trim()
                              || picture.closest("[aria-hidden=true]"));
                   }).length"""
            )
        )

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()
