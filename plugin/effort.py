"""How long something takes and how much room it needs, in words."""

from __future__ import annotations

from .translation import tr


def effort_text(seconds: float, disk_bytes: float) -> str:
    """A sentence about duration and disk space."""
    return _filled(tr("This takes about {duration} and {size:.0f} MB of disk space"), seconds, disk_bytes)


def plan_text(seconds: float, disk_bytes: float) -> str:
    """A sentence about the duration of a run, which depends on what the picture shows, and disk space."""
    return _filled(tr("This takes at most about {duration} and {size:.0f} MB of disk space"), seconds, disk_bytes)


def _filled(sentence: str, seconds: float, disk_bytes: float) -> str:
    return sentence.format(duration=duration_text(seconds), size=max(1.0, disk_bytes / 1e6))


def duration_text(seconds: float) -> str:
    """A duration in seconds, minutes or hours, whichever suits it."""
    if seconds < 90:
        return tr("{n} s").format(n=max(1, round(seconds)))
    if seconds < 90 * 60:
        return tr("{n} min").format(n=round(seconds / 60))
    return tr("{n} h").format(n=round(seconds / 3600))
