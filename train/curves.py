"""Plots losses and scores of training runs against the number of crops seen.

python -m train.curves build/train [OTHER_RUN …] --out curves.png
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from train.command import command
from train.run_log import read_log

_PANELS = ("loss", "iou")


def draw_curves(runs: Sequence[Path], path: Path) -> None:
    """Writes a PNG with the losses of the runs on the left and their scores on the right."""
    from matplotlib.figure import Figure  # training itself runs without it

    figure = Figure(figsize=(13, 5), layout="constrained")
    panels = dict(zip(_PANELS, figure.subplots(1, len(_PANELS)), strict=True))
    for number, run in enumerate(runs):
        log = read_log(run)
        styles = {} if len(runs) == 1 else {"color": f"C{number}"}
        thousands = [crops / 1000 for crops in log.pop("crops", [])]
        for name, values in log.items():
            kind = "iou" if name.endswith("_iou") else "loss" if name.startswith(("track_", "axis_")) else None
            if kind:
                label = name if len(runs) == 1 else f"{run.name}: {name}"
                # With several runs, each has its own colour, and its test curves are dashed.
                dash = "--" if styles and name.endswith("_test") else "-"
                panels[kind].plot(thousands, values, marker=".", label=label, linestyle=dash, **styles)
    for title, panel in panels.items():
        panel.set_title(title)
        panel.set_xlabel("thousand crops")
        panel.grid(visible=True, alpha=0.3)
        if panel.lines:
            panel.legend(fontsize="small")
    figure.savefig(path, dpi=90)


@command
def main() -> None:
    """Reads the options and draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", help="folders that train.train wrote")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    arguments = parser.parse_args()
    draw_curves(arguments.runs, arguments.out)


if __name__ == "__main__":
    main()
