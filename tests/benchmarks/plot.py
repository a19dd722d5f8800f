"""Plots of the benchmark's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

_NAMES = {
    "bare_network_s": "bare network",
    "end_to_end_s": "railseg extract",
    "onnxruntime_loop_s": "loop, ONNX Runtime,\nRailSeg's export",
    "onnxruntime_plain_loop_s": "loop, ONNX Runtime,\nplain network",
    "plain_loop_s": "loop, plain network",
}
_GROWTHS = {"end_to_end": "raster to map", "lines": "probabilities to lines, 5 % track"}


def plot(result: Mapping[str, Any], path: Path) -> None:
    """Draws the table's bars, and time and memory against the picture's size."""
    figure, (bars, seconds, memory) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    values = [result[key] for key in _NAMES]
    drawn = bars.barh(list(_NAMES.values()), values, color=["#999999", "#1b7837", "#7fbf7b", "#af8dc3", "#762a83"])
    bars.bar_label(drawn, [f"{value:.1f} s, ×{value / result['end_to_end_s']:.2f}" for value in values], padding=3)
    bars.set(title=f"{result['mpx']:.0f} Mpx of 0.2 m, seconds", xlim=(0, 1.6 * max(values)))
    for axes, key, label in ((seconds, "seconds", "seconds"), (memory, "peak_rss_mb", "peak memory, MB")):
        for name, title in _GROWTHS.items():
            rows: Sequence[Mapping[str, float]] = result["growth"][name]
            axes.plot([row["mpx"] for row in rows], [row[key] for row in rows], "o-", label=title)
        axes.set(xscale="log", xlabel="million pixels of 0.2 m", title=label)
        axes.legend()
    seconds.set_yscale("log")
    memory.set_ylim(bottom=0)
    figure.savefig(path, dpi=120)
    plt.close(figure)
