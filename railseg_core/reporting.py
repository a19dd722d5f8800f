"""How a stage of the work reports its progress: the interface that the command line and the worker implement."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Level = Literal["debug", "info", "warning"]


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """An estimate of the work ahead.

    Attributes:
        source_gsd_m: The picture's ground sampling distance, metres.
        area_m2: Ground area to process.
        tiles: Number of tiles to predict.
        model: The model's name.
        device: The device it runs on, for display.
        seconds: Approximate duration if every tile has to be decoded; None for a few tiles, which hardly take any time.
        disk_bytes: Approximate number of bytes written while it runs.
    """

    source_gsd_m: float
    area_m2: float
    tiles: int
    model: str
    device: str
    seconds: float | None
    disk_bytes: int


class Reporter(Protocol):
    """Receives progress and messages while a stage works."""

    def plan(self, plan: WorkPlan) -> None:
        """The work ahead; called once before the model is run, unless on a cluster or in shards."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` units of `stage` are finished (a stage starts with `done` 0)."""

    def log(self, level: Level, message: str) -> None:
        """A fact (`info`), a problem (`warning`) or a detail (`debug`) for the person who started the run."""


class Silent:
    """A reporter that ignores everything."""

    def plan(self, plan: WorkPlan) -> None:
        """Does nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Does nothing."""

    def log(self, level: Level, message: str) -> None:
        """Does nothing."""


class Timeline:
    """Turns the progress of single stages into that of the whole run.

    Args:
        weights: The share of the run's time that each stage is expected to take, in order.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        total = sum(weights.values())
        self._spans: dict[str, tuple[float, float]] = {}
        start = 0.0
        for stage, weight in weights.items():
            self._spans[stage] = (start, weight / total)
            start += weight / total
        self._began: tuple[float, float] | None = None
        self._fraction = 0.0

    def fraction(self, stage: str, done: int, total: int) -> float:
        """Share of the whole run that is finished, 0 to 1; it never decreases."""
        start, share = self._spans.get(stage, (self._fraction, 0.0))
        self._fraction = max(self._fraction, start + share * (done / total if total else 1.0))
        if self._began is None and done:
            # What comes before (loading, planning, a first tile that warms up the network) says nothing about the pace.
            self._began = time.monotonic(), self._fraction
        return min(1.0, self._fraction)

    def remaining_s(self) -> float | None:
        """Seconds left at the pace so far; None while it is too early to tell."""
        if self._began is None:
            return None
        elapsed, finished = time.monotonic() - self._began[0], self._fraction - self._began[1]
        if finished < 0.02 or elapsed < 1.0:
            return None
        return elapsed * (1 - self._fraction) / finished
