"""``catchup diff``: what moved between two runs, and why."""

from __future__ import annotations

from pathlib import Path

from .options import AsJson
from .output import show, warn


def diff(
    before: Path,
    after: Path,
    /,
    *,
    json: AsJson = False,
) -> int:
    """What moved between two runs, and why.

    Parameters
    ----------
    before
        Folder of the earlier run.
    after
        Folder of the later run.
    """
    from ..archive.reading import read_run, why_untrusted
    from ..archive.verification import altered_sections
    from ..presentation.tables.attribution import layout
    from ..runs.repeat import made_elsewhere
    from ..studies.attribution import attribute

    first, second = read_run(before), read_run(after)
    days = first.manifest.as_of, second.manifest.as_of
    if days[0] > days[1]:
        warn(f"{before} is of a later day than {after}: what moved is told backwards, from {days[0]} to {days[1]}")
    warn(*filter(None, map(why_untrusted, (first, second))))
    warn(*altered_sections(first), *altered_sections(second))
    for run in (first, second):
        if elsewhere := made_elsewhere(run):
            warn(f"{run.folder}: {elsewhere}; the steps are worked out by what is here")
    attribution = attribute(first.snapshot, second.snapshot)
    show(layout(attribution, (first.name, second.name), (first.manifest.model, second.manifest.model)), as_json=json)
    return 0
