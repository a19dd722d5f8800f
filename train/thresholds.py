"""Chooses the thresholds of P(axis) by the lines they give, on rendered scenes that no training run sees.

The best threshold for pixels isn't the best for lines: half a pixel of width matters little to a line, a gap a lot.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np

from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.common_ground import vertices
from railseg_core.line_params import LineParams
from railseg_core.metrics import RHO_M, LineScores, score_lines
from railseg_core.pipeline import run
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.requests import SegmentRequest
from train.judge_rendered import SCENE_PX, put_on_map
from train.seeds import Seed
from train.synthetic.scene import Backgrounds, Scene, render_scene

AXIS_LEVELS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
CONFIDENCE_LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8)
MARGIN_LEVELS = (0.0, 0.1, 0.2)
AS_GOOD = 0.005
"""Difference in quality that 80 scenes are too few to tell apart."""

Levels = tuple[float, float, float]
"""P(axis) from which a pixel is axis, mean P(axis) from which a piece of line counts, how much more for a short one."""


def rendered_scenes(count: int, backgrounds: Path | None, seed: Seed = Seed.LEVELS) -> Iterable[Scene]:
    """The scenes that thresholds are chosen on; another seed gives other scenes."""
    textures = Backgrounds(backgrounds) if backgrounds else None
    for number in range(count):
        yield render_scene(np.random.default_rng([seed, number]), SCENE_PX, textures)


def line_scores(model: Path, track_threshold: float, scenes: Iterable[Scene]) -> dict[Levels, LineScores]:
    """Scores of the lines at all levels, pooled over scenes; each scene is segmented once.

    Args:
        model: Model file.
        track_threshold: P(track) from which a pixel is track.
        scenes: Rendered scenes.
    """
    found: dict[Levels, list[LineScores]] = {
        every: [] for every in product(AXIS_LEVELS, CONFIDENCE_LEVELS, MARGIN_LEVELS)
    }
    with tempfile.TemporaryDirectory() as scratch:
        picture, probability = Path(scratch) / "scene.tif", Path(scratch) / "probability.tif"
        for scene in scenes:
            traced = put_on_map(scene, picture)
            run(SegmentRequest(raster=str(picture), output=probability, model=model, overwrite=True))
            visible, hidden = vertices(traced.visible), vertices(traced.hidden)
            with open_grid_raster(probability) as raster:
                for (axis, confidence, margin), pooled in found.items():
                    params = LineParams(
                        threshold=track_threshold,
                        axis_threshold=axis,
                        min_piece_confidence=confidence,
                        short_piece_margin=margin,
                    )
                    lines = [track.line for track in vectorize(raster, params).tracks]
                    pooled.append(score_lines(lines, visible, rho_m=RHO_M, hidden=hidden))
    return {every: LineScores.pooled(scores) for every, scores in found.items()}


def best(scores: dict[Levels, LineScores]) -> Levels:
    """The levels that draw the least where there is nothing, of all whose quality is about as good as the best.

    Rendered scenes show more railway than any real country has, so false lines matter more there.
    """
    enough = max(score.quality for score in scores.values()) - AS_GOOD
    return max(
        (every for every in scores if scores[every].quality >= enough),
        key=lambda every: (scores[every].correctness, *every),
    )
