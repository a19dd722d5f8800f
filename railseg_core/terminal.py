"""Progress and messages on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from railseg_core.reporting import WorkPlan

_STAGES = {
    "segment": "Finding tracks",
    "mask": "Cleaning the mask",
    "skeleton": "Thinning",
    "lines": "Drawing lines",
    "compare": "Comparing lines",
    "chips": "Cutting chips",
}


class TerminalReporter:
    """Shows each stage as a bar with the time left, and messages above it, on standard error.

    Args:
        stream: Where to write; a bar is only drawn on a terminal.
        quiet: Whether to show only warnings.
    """

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._stage = ""
        self._bar: Any = None

    def plan(self, plan: WorkPlan) -> None:
        """Writes what the run will involve."""
        duration = "" if plan.seconds is None else f"at most about {plan.seconds:,.0f} s, "
        self.log(
            "info",
            f"{plan.source_gsd_m:.3g} m pixels, {plan.area_m2 / 1e4:,.1f} ha to process in {plan.tiles:,} tiles with "
            f"{plan.model} on {plan.device}: {duration}{plan.disk_bytes / 1e6:,.0f} MB of disk space",
        )

    def progress(self, stage: str, done: int, total: int) -> None:
        """Moves the bar of `stage`."""
        if self._quiet:
            return
        if stage != self._stage:
            from tqdm import tqdm

            self.close()
            self._stage = stage
            self._bar = tqdm(
                total=total, desc=f"{_STAGES.get(stage, stage):<18}", file=self._stream, disable=None, leave=True
            )
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def log(self, level: str, message: str) -> None:
        """Writes a message; a warning is marked as such."""
        if level == "debug" or (self._quiet and level == "info"):
            return
        text = f"warning: {message}" if level == "warning" else message
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            print(text, file=self._stream)

    def close(self) -> None:
        """Closes the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
