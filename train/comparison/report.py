"""The paper's tables as measured: Markdown for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from railseg_core.arrays import Floats
from train.comparison.measuring import TIMED_PICTURES, Times
from train.markdown import markdown_table
from train.models.table import ABLATION_ROWS, MODEL_ROWS, OURS, Row
from train.pixel_scores import PixelScores

_METRICS: dict[str, Callable[[PixelScores], float]] = {
    "IoU": lambda scores: float(scores.iou[1]),
    "MIoU": lambda scores: scores.miou,
    "CPA": lambda scores: float(scores.cpa[1]),
    "MPA": lambda scores: scores.mpa,
    "Recall": lambda scores: float(scores.recall[1]),
    "Accuracy": lambda scores: scores.accuracy,
}
_STEPS_ARE = (
    "Differences seed by seed, for seeds that both have, in percentage points, as mean ± standard deviation; "
    "times as the median of the rounds' ratios. A difference smaller than its spread means nothing."
)
_STEPS = (
    ("V3 instead of V2, bilinear", "v2-bilinear", False, "v3-bilinear", False),
    ("V3 instead of V2, CARAFE", "v2-carafe", False, "v3-carafe", False),
    ("CARAFE instead of bilinear, V2", "v2-bilinear", False, "v2-carafe", False),
    ("CARAFE instead of bilinear, V3", "v3-bilinear", False, "v3-carafe", False),
    ("morphology, V2 + CARAFE", "v2-carafe", False, "v2-carafe", True),
    ("morphology, V3 + CARAFE", "v3-carafe", False, "v3-carafe", True),
)
"""Steps that the paper makes claims about: label, then network and whether with morphology, before and after."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Results of a network.

    Attributes:
        scores: Scores of each seed from 0 on, by whether masks are opened and closed.
        times: Seconds per picture.
        crops: Number of crops that each seed was trained on.
        minutes: Time that each seed was trained for.
        parameters: Number of parameters.
    """

    scores: Sequence[Mapping[bool, PixelScores]]
    times: Times
    crops: Sequence[int]
    minutes: Sequence[float]
    parameters: int


def write_report(
    folder: Path, networks: Mapping[str, Measured], head: Sequence[str], settings: Mapping[str, object]
) -> None:
    """Writes report.md and report.json.

    Args:
        folder: Folder with curves.png and sheet.png.
        networks: Results by name in `NETWORKS`, ours among them; rows of networks without results are left out.
        head: Paragraphs that say how the figures were obtained.
        settings: Settings to keep in the JSON.
    """
    text = [
        "# The paper's comparison, measured",
        *head,
        "## Table 1 (3 where the data are DeepGlobe's): models",
        _models(networks),
        "## Table 5 (6): ablation",
        _ablation(networks),
        "## What each of the paper's steps brings",
        _STEPS_ARE,
        _steps(networks),
        "## Our confusion matrix",
        _confusion(networks[OURS.network]),
        "## Loss curves and masks",
        "![Loss of the training and the test part](curves.png)",
        "![Pictures, masks of every model, truth](sheet.png)",
    ]
    (folder / "report.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")
    content = {
        "settings": dict(settings),
        "networks": {
            name: {
                "parameters": one.parameters,
                "crops": list(one.crops),
                "minutes": list(one.minutes),
                "network_s": one.times.network.tolist(),
                "morphology_s": one.times.morphology.tolist(),
                "confusion": [
                    {"plain": scores[False].confusion.tolist(), "morphology": scores[True].confusion.tolist()}
                    for scores in one.scores
                ],
            }
            for name, one in networks.items()
        },
    }
    (folder / "report.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def _models(networks: Mapping[str, Measured]) -> str:
    columns = [
        "model",
        "seeds",
        *(f"{name} %" for name in _METRICS),
        *_TIME_COLUMNS,
        "parameters",
        "crops seen",
        "paper: IoU, s",
    ]
    rows = [
        [
            row.label,
            str(len(networks[row.network].scores)),
            *(_spread(_percent(networks[row.network], row.has_morphology, metric)) for metric in _METRICS.values()),
            *_times(networks, row),
            f"{networks[row.network].parameters / 1e6:.2f} M",
            f"{np.mean(networks[row.network].crops):,.0f}",
            f"{row.paper_iou}, {row.paper_seconds:g}",
        ]
        for row in MODEL_ROWS
        if row.network in networks
    ]
    truth = networks[OURS.network].scores[0][False].confusion.sum(axis=1)
    nothing = PixelScores(np.array([[truth[0], 0], [truth[1], 0]]))
    values = [100 * metric(nothing) for metric in _METRICS.values()]
    rows.append(["all background", "", *("–" if np.isnan(v) else f"{v:.1f}" for v in values), *[""] * 6])
    return markdown_table(columns, rows)


def _ablation(networks: Mapping[str, Measured]) -> str:
    columns = [
        "V2 / V3",
        "seeds",
        "CARAFE",
        "morphology",
        "accuracy %",
        "IoU %",
        *_TIME_COLUMNS,
        "paper, railway: accuracy %, s",
    ]
    rows = []
    for row in ABLATION_ROWS:
        if row.network not in networks:
            continue
        encoder, upsampling = row.network.split("-")
        cells = [_percent(networks[row.network], row.has_morphology, _METRICS[name]) for name in ("Accuracy", "IoU")]
        marks = ["√" if is_so else "×" for is_so in (upsampling == "carafe", row.has_morphology)]
        paper = f"{row.paper_accuracy}, {row.paper_seconds:g}"
        seeds = str(len(networks[row.network].scores))
        rows.append([encoder.upper(), seeds, *marks, *map(_spread, cells), *_times(networks, row), paper])
    return markdown_table(columns, rows)


def _steps(networks: Mapping[str, Measured]) -> str:
    rows = []
    for label, before, was_cleaned, after, is_cleaned in _STEPS:
        if not {before, after} <= networks.keys():
            continue
        common = min(len(networks[before].scores), len(networks[after].scores))
        cells = []
        for name in ("Accuracy", "IoU"):
            old, new = (
                _percent(networks[network], cleaned, _METRICS[name])[:common]
                for network, cleaned in ((before, was_cleaned), (after, is_cleaned))
            )
            cells.append(_spread(new - old, "+.2f"))
        ratios = networks[after].times.of(has_morphology=is_cleaned) / networks[before].times.of(
            has_morphology=was_cleaned
        )
        rows.append([label, *cells, *(f"{ratio:.3f}" for ratio in np.median(ratios, axis=0))])
    return markdown_table(["step", "accuracy", "IoU", "time after / before", "processor time"], rows)


def _confusion(ours: Measured) -> str:
    pooled = sum((scores[OURS.has_morphology].confusion for scores in ours.scores), np.zeros((2, 2), dtype=np.int64))
    rows = [
        [f"is {name}", *(f"{count:,} ({count / pooled.sum():.2%})" for count in row)]
        for name, row in zip(("background", "track"), pooled.tolist(), strict=True)
    ]
    return markdown_table(["pixels, all seeds", "found background", "found track"], rows)


_TIME_COLUMNS = (f"s for {TIMED_PICTURES} pictures", "time / ours", "processor time / ours")


def _times(networks: Mapping[str, Measured], row: Row) -> list[str]:
    """Seconds for the paper's number of pictures, and the medians of the rounds' ratios to ours."""
    own = networks[row.network].times.of(has_morphology=row.has_morphology)
    ours = networks[OURS.network].times.of(has_morphology=OURS.has_morphology)
    seconds = TIMED_PICTURES * np.median(own[:, 0])
    return [f"{seconds:.0f}", *(f"{ratio:.2f}" for ratio in np.median(own / ours, axis=0))]


def _percent(measured: Measured, is_cleaned: bool, metric: Callable[[PixelScores], float]) -> Floats:
    return 100 * np.array([metric(scores[is_cleaned]) for scores in measured.scores])


def _spread(values: Floats, form: str = ".1f") -> str:
    """Mean ± standard deviation of the values that are not NaN."""
    known = values[~np.isnan(values)]
    if not known.size:
        return "–"
    mean = format(known.mean(), form)
    return f"{mean} ± {format(known.std(ddof=1), form.lstrip('+'))}" if known.size > 1 else mean
