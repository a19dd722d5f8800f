"""The report of a judgement: Markdown for people, JSON for scripts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from railseg_core.evaluation.line_scores import RHO_M
from railseg_core.network.model_card import checksum, read_card
from train.judge import RHOS_M, Scores
from train.markdown import markdown_table

_INTRODUCTION = (
    "The whole product with its default settings, morphology included. Lines: completeness, correctness, RMS, bias, "
    f"redundancy and gaps at {RHO_M:g} m; quality is correct length over all length extracted or missed. Pixels: the "
    "paper's equations 3 to 8 on the cleaned mask at 0.2 m, each row from one confusion matrix. Hidden tracks and "
    "ignored areas do not count. In the pictures, true tracks are green, hidden ones yellow, extracted lines red."
)
_LINE_COLUMNS = (
    "reference m",
    "extracted m",
    "completeness",
    "correctness",
    *(f"quality {rho_m:g} m" for rho_m in RHOS_M),
    "RMS cm",
    "bias cm",
    "redundancy",
    "gaps/km",
)
_PIXEL_COLUMNS = (
    "IoU track",
    "IoU background",
    "mIoU",
    "CPA track",
    "CPA background",
    "MPA",
    "recall track",
    "recall background",
    "accuracy",
)
_SWITCH_COLUMNS = ("true", "drawn", "found", "precision", "recall", "F1", "toe RMS m")
_FALSE_COLUMNS = ("pictures", "km²", "false m", "false m/km²")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the report's tables.

    Attributes:
        label: What was judged; in JSON the row's key.
        remark: Remark in brackets after the label.
        scores: Its scores.
        picture: Path of its overlay, relative to the report; None if it has none of its own.
    """

    label: str
    remark: str
    scores: Scores
    picture: Path | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the report.

    Attributes:
        title: Its heading.
        options: Command-line options that produce this section alone.
        has_tracks: Whether there was anything to find; if not, every line is false, and only false lines are reported.
        rows: Its rows, the pooled ones last.
        sheet: Path of a contact sheet, relative to the report.
        caption: What the sheet shows.
    """

    title: str
    options: str
    has_tracks: bool
    rows: tuple[Row, ...]
    sheet: Path | None = None
    caption: str = ""


def write_report(folder: Path, model: Path, parts: Sequence[Part]) -> None:
    """Writes report.md and report.json.

    Raises:
        RailSegError: If the model file can't be read.
    """
    card = read_card(model)
    thresholds = f"P(track) ≥ {card.track_threshold:g}, P(axis) ≥ {card.axis_threshold:g}"
    head = [f"# {card.name}", f"Model `{model.name}`, SHA-256 `{checksum(model)}`; {thresholds}.", _INTRODUCTION]
    text = "\n\n".join([*head, *(paragraph for part in parts for paragraph in _paragraphs(part))]) + "\n"
    (folder / "report.md").write_text(text, encoding="utf-8")
    content = {
        "model": {"name": card.name, "file": model.name, "sha256": checksum(model)},
        "parts": {
            part.title: {
                "options": part.options,
                "rows": {row.label: {"remark": row.remark, **figures(row.scores)} for row in part.rows},
            }
            for part in parts
        },
    }
    (folder / "report.json").write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def figures(scores: Scores) -> dict[str, Any]:
    """Scores as JSON-like values, None where undefined. Pixel metrics are by class: background, track."""
    pixels = scores.pixels
    return {
        "pictures": scores.pictures,
        "area_km2": scores.area_km2,
        "false_m": scores.false_m,
        "false_m_per_km2": _known(scores.false_m_per_km2),
        "pixels": {
            "confusion": pixels.confusion.tolist(),
            "iou": [_known(value) for value in pixels.iou.tolist()],
            "miou": _known(pixels.miou),
            "cpa": [_known(value) for value in pixels.cpa.tolist()],
            "mpa": _known(pixels.mpa),
            "recall": [_known(value) for value in pixels.recall.tolist()],
            "accuracy": _known(pixels.accuracy),
        },
        "lines": {
            f"{rho_m:g}": {
                "reference_m": lines.reference_m,
                "extracted_m": lines.extracted_m,
                "completeness": _known(lines.completeness),
                "correctness": _known(lines.correctness),
                "quality": _known(lines.quality),
                "lateral_rms_cm": _known(lines.lateral_rms_cm),
                "lateral_bias_cm": _known(lines.lateral_bias_cm),
                "redundancy": _known(lines.redundancy),
                "gaps_per_km": _known(lines.gaps_per_km),
            }
            for rho_m, lines in scores.lines.items()
        },
        "switches": {
            "true": scores.switches.true,
            "drawn": scores.switches.drawn,
            "found": scores.switches.found,
            "f1": _known(scores.switches.f1),
            "along_rms_m": _known(scores.switches.along_rms_m),
        },
    }


def _paragraphs(part: Part) -> Iterator[str]:
    yield f"## {part.title}"
    yield f"    python -m train.evaluate {part.options}"
    if part.has_tracks:
        yield _table("lines", _LINE_COLUMNS, [(row, _line_cells(row.scores)) for row in part.rows])
        yield _table("switches", _SWITCH_COLUMNS, [(row, _switch_cells(row.scores)) for row in part.rows])
        yield _table("pixels", _PIXEL_COLUMNS, [(row, _pixel_cells(row.scores)) for row in part.rows])
    else:
        yield _table("false tracks", _FALSE_COLUMNS, [(row, _false_cells(row.scores)) for row in part.rows])
    if part.sheet is not None:
        yield f"{part.caption}:"
        yield f"![{part.caption}]({part.sheet.as_posix()})"


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[Row, Sequence[str]]]) -> str:
    lines = []
    for row, cells in rows:
        name = f"[{row.label}]({row.picture.as_posix()})" if row.picture else row.label
        lines.append([f"{name} ({row.remark})", *cells])
    return markdown_table([title, *columns], lines)


def _line_cells(scores: Scores) -> list[str]:
    one = scores.lines[RHO_M]
    return [
        _cell(one.reference_m, ".0f"),
        _cell(one.extracted_m, ".0f"),
        _cell(one.completeness, ".3f"),
        _cell(one.correctness, ".3f"),
        *(_cell(scores.lines[rho_m].quality, ".3f") for rho_m in RHOS_M),
        _cell(one.lateral_rms_cm, ".0f"),
        _cell(one.lateral_bias_cm, "+.0f"),
        _cell(one.redundancy, ".3f"),
        _cell(one.gaps_per_km, ".1f"),
    ]


def _switch_cells(scores: Scores) -> list[str]:
    one = scores.switches
    counts = [str(count) for count in (one.true, one.drawn, one.found)]
    return [*counts, *(_cell(value, ".2f") for value in (one.precision, one.recall, one.f1, one.along_rms_m))]


def _pixel_cells(scores: Scores) -> list[str]:
    one = scores.pixels
    values = [
        *(*one.iou[::-1], one.miou),
        *(*one.cpa[::-1], one.mpa),
        *(*one.recall[::-1], one.accuracy),
    ]
    return [_cell(float(value), ".4f") for value in values]


def _false_cells(scores: Scores) -> list[str]:
    return [
        str(scores.pictures),
        _cell(scores.area_km2, ".3f"),
        _cell(scores.false_m, ".0f"),
        _cell(scores.false_m_per_km2, ".0f"),
    ]


def _cell(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
