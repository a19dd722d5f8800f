"""Chooses the thresholds of P(axis) by the lines they give, on rendered scenes that no training run sees.

    python -m train.thresholds MODEL.safetensors OUT.safetensors --name NAME [--backgrounds DATA/backgrounds]

chooses them anew for a model file; `train.export` does so for a new one. The best threshold for pixels isn't the best
for lines: half a pixel of width matters little to a line, a gap a lot.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.common_ground import vertices
from railseg_core.evaluation.line_scores import RHO_M, LineScores, score_lines
from railseg_core.line_params import LineParams
from railseg_core.network.model_card import ModelCard
from railseg_core.network.model_file import load_first_look, load_model, save_model
from railseg_core.outputs import prepare_output
from railseg_core.pipeline import run
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.requests import SegmentRequest
from train.command import command
from train.judge_rendered import SCENE_PX, put_on_map
from train.seeds import Seed
from train.synthetic.background import Backgrounds
from train.synthetic.scene import Scene, render_scene

AXIS_LEVELS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
CONFIDENCE_LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8)
MARGIN_LEVELS = (0.0, 0.1, 0.2)
FALSE_COUNTS = 2.0
"""How much more a metre of false track counts than a missed one: scenes show more railway than any real country has."""
SCENES = 160
"""With 80, the lines of two thresholds that differ by a percent can't be told apart."""

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
            run(SegmentRequest(raster=str(picture), output=probability, model=model, every_tile=True, overwrite=True))
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
    """The levels whose lines have the best quality if false track counts more than missed track; the highest such."""

    def worth(levels: Levels) -> float:
        score = scores[levels]
        missed_m, false_m = score.reference_m - score.found_m, score.extracted_m - score.right_m
        return score.right_m / (score.right_m + missed_m + FALSE_COUNTS * false_m)

    return max(scores, key=lambda levels: (worth(levels), *levels))


def with_best_levels(card: ModelCard, model: Path, count: int, backgrounds: Path | None) -> ModelCard:
    """A model's card with the best levels for its lines, and with their quality as its only score.

    Args:
        card: The card; its threshold of the track is used.
        model: The model file, whose own levels do not matter.
        count: Number of rendered scenes.
        backgrounds: Folder of pictures to render on.
    """
    scenes = tqdm(rendered_scenes(count, backgrounds), total=count, unit="scene")
    by_levels = line_scores(model, card.track_threshold, scenes)
    for levels, lines in by_levels.items():
        print(
            f"P(axis) ≥ {levels[0]:g}, mean ≥ {levels[1]:g} + {levels[2]:g}: quality {lines.quality:.4f}, "
            f"completeness {lines.completeness:.4f}, correctness {lines.correctness:.4f}"
        )
    chosen = best(by_levels)
    return replace(
        card,
        axis_threshold=chosen[0],
        min_piece_confidence=chosen[1],
        short_piece_margin=chosen[2],
        scores={"rendered_scenes": float(count), "rendered_line_quality": round(by_levels[chosen].quality, 4)},
    )


@command
def main(arguments: list[str] | None = None) -> None:
    """Writes a model file with thresholds chosen anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="model file")
    parser.add_argument("out", type=Path, help="model file to write")
    parser.add_argument("--name", required=True, help="name of the new model, with a version")
    parser.add_argument("--backgrounds", type=Path, help="folder with naip/, pdok/, bern_roofs/ to render on")
    parser.add_argument("--scenes", type=int, default=SCENES, help="number of rendered scenes")
    settings = parser.parse_args(arguments)
    if settings.scenes < 1:
        parser.error("--scenes must be 1 or more")
    prepare_output(settings.out, overwrite=True, inputs=[settings.model], endings=(".safetensors",))
    network, old = load_model(settings.model)
    card = with_best_levels(old, settings.model, settings.scenes, settings.backgrounds)
    lasting = {name: value for name, value in old.scores.items() if name.startswith("training_")}
    card = replace(card, name=settings.name, scores=card.scores | lasting)  # all others depend on the thresholds
    first_look = load_first_look(settings.model)
    if first_look is not None and card.axis_threshold < old.axis_threshold:
        print(
            "The first look is left out, since it may pass over what this threshold shows: run train.first_look again."
        )
        first_look = None
    save_model(network, card, settings.out, first_look)
    print(card)


if __name__ == "__main__":
    main()
