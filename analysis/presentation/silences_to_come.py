"""Silences to come, in words: what a row is about where its silence began before the day of the question."""

from __future__ import annotations

from typing import Any

from ..studies.voi.silences import ComingSilence
from .text import date_text


def silence_title(title: str, silence: ComingSilence | None) -> str:
    """Title of what may be learnt; of a silence with its event, where that is not the question's, and all of its days.

    Silence that is counted up to the day of the question goes on from there, as its title says. Where the last
    confirmation is older, what is heard of it is about all days since, of which a title like "a month more" says less.
    """
    if silence is None:
        return title
    about = "" if silence.event == silence.asked else f" about {silence.event}"
    if silence.begins_today:
        return f"{title} ({silence.event})" if about else title
    last = date_text(silence.through)
    if silence.counted is None:
        return f"Silence{about} through {last} (none is counted so far)"
    return f"Silence{about} from {date_text(silence.counted)}, when last confirmed, through {last}"


def short_silence_title(title: str, silence: ComingSilence | None) -> str:
    """Title of what may be learnt that fits beside a bar: a silence that began before today goes by its last day."""
    if silence is None or (silence.begins_today and silence.event == silence.asked):
        return title
    return f"Silence through {date_text(silence.through)}"


def silence_as_json(silence: ComingSilence | None) -> dict[str, Any]:
    """What a silence to come is about; nothing of anything else."""
    if silence is None:
        return {}
    counted = None if silence.counted is None else silence.counted.isoformat()
    return {"silence": {"event": silence.event, "counted_through": counted, "through": silence.through.isoformat()}}
