"""The page on speed: ratios to other ways to the same end, and growth with the number of draws, from records alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

from comparing import ratio_text
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator
from recording import RECORDS, read_record

from catchup.analysis.presentation.figures.files import save
from catchup.analysis.presentation.figures.style import (
    LABEL_SIZE,
    MUTED,
    WIDTH,
    frame,
    house_style,
    new_figure,
    series,
)
from catchup.analysis.presentation.markdown import generated_by, markdown_table
from catchup.priors.files import write_text

HERE = Path(__file__).resolve().parent
PICTURE = "benchmarks-growth.svg"


def benchmarks_page(folder: Path = RECORDS) -> str:
    """Return the page, in Markdown."""
    parts = [
        generated_by("python benchmarks/benchmarks_page.py docs/benchmarks.md"),
        "# How fast it is\n",
        "Every ratio was taken in one run, the two sides in turns, the shortest time of each: what else the machine "
        "does then slows both alike. `make bench` measures again and writes the records that this page is made from.\n",
    ]
    measured: dict[str, list[str]] = {}
    for path in sorted(HERE.glob("bench_*.py")):
        record = read_record(path.stem.replace("_", "-"), folder)
        described = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem
        title = described.splitlines()[0].rstrip(".")
        rows: list[tuple[str, ...]] = []
        if record is not None:
            measured.setdefault(_machine(record), []).append(record["date"])
            for row in record["rows"]:
                verdict = "kept" if row["kept"] else "**missed**"
                rows.append((row["what"], ratio_text(row["ratio"]), row["wanted"], verdict, row["detail"]))
        parts.append(f"## {title.partition(':')[0].partition(', in turns')[0]}\n")
        parts.append(
            markdown_table(("what", "found", "wanted", "", "in full"), rows) if rows else "Not measured yet.\n"
        )
    times, peaks = (read_record(name, folder) for name in ("growth-time", "growth-memory"))
    if times and peaks:
        held = {row["draws"]: row["megabytes"] for row in peaks["rows"]}
        cells = [(f"{row['draws']:,}", f"{row['seconds']:.3g}", f"{held[row['draws']]:.1f}") for row in times["rows"]]
        parts += [
            "## From ten thousand draws to ten million\n",
            f"![Seconds rise in proportion to draws; memory levels off]({PICTURE})\n",
            markdown_table(("draws", "seconds", "memory at the peak, MB"), cells),
        ]
    if explorer := read_record("explorer", folder):
        parts += [
            "## A change in the explorer, until its picture is drawn\n",
            "In headless Chromium, its processor slowed down as a laptop's; the shortest of five "
            "(`make test-browser RECORD=1`).\n",
            markdown_table(
                ("leak that is typed", "slowed down", "milliseconds", "wanted", ""),
                [
                    (
                        row["typed"],
                        f"{row['slower']} times",
                        f"{row['milliseconds']:.0f}",
                        f"at most {row['longest']:.0f}",
                        "kept" if row["milliseconds"] <= row["longest"] else "**missed**",
                    )
                    for row in explorer["rows"]
                ],
            ),
        ]
    if measured:
        lines = [f"- {machine}, {' and '.join(sorted(set(days)))}." for machine, days in measured.items()]
        parts += ["## Measured on\n", "\n".join(lines) + "\n"]
    return "\n".join(parts)


def _machine(record: dict[str, Any]) -> str:
    machine, versions = record["machine"], record["versions"]
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; {libraries}"


@house_style()
def draw_growth(times: list[dict[str, Any]], peaks: list[dict[str, Any]]) -> Figure:
    """Draw seconds and megabytes against draws."""
    figure = new_figure(WIDTH, 2.6)
    left, right = figure.subplots(1, 2)
    parts = ((left, times, "seconds", "Seconds"), (right, peaks, "megabytes", "Memory at the peak, MB"))
    for position, (axes, rows, name, label) in enumerate(parts):
        draws, values = [row["draws"] for row in rows], [row[name] for row in rows]
        look = series(position)
        axes.plot(draws, values, color=look.colour, linestyle=look.line, marker=look.marker)
        axes.set(xscale="log", xlabel="Draws", ylabel=label, xlim=(draws[0] / 5.0, draws[-1] * 2.0))
        axes.set_xticks(draws, [_count(value) for value in draws])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.grid()
        for x, y in zip(draws, values, strict=True):
            axes.annotate(f"{y:.2g}", (x, y), (-4, 6), textcoords="offset points", ha="right", fontsize=LABEL_SIZE)
    last = times[-1]
    draws, even = [row["draws"] for row in times], last["seconds"] / last["draws"]
    left.plot(draws, [even * value for value in draws], color=MUTED, linewidth=0.8, linestyle=":")
    left.set(yscale="log", ylim=(even * draws[0] / 2.0, 4.0 * last["seconds"]))
    left.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    right.set_ylim(0.0, 1.4 * max(row["megabytes"] for row in peaks))
    told = "A forecast from the prior; dotted: time in proportion to draws"
    frame(figure, "Time grows with the draws, memory levels off", told)
    return figure


def _count(draws: int) -> str:
    for size, word in ((1_000_000, "million"), (1_000, "thousand")):
        if draws >= size:
            return f"{draws / size:g}\n{word}"
    return f"{draws}"


def main(page: Path) -> None:
    """Write the page, and the picture beside it."""
    times, peaks = read_record("growth-time"), read_record("growth-memory")
    if times and peaks:
        save(draw_growth(times["rows"], peaks["rows"]), page.with_name(PICTURE))
    write_text(page, benchmarks_page())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
