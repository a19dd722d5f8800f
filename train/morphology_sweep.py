"""Measures what opening and closing do to our model's masks and lines, by kernel size in metres.

    python -m train.morphology_sweep --out build/morphology --rendered 40
    python -m train.morphology_sweep DATA/real/check --out build/morphology

The paper says that they improve its masks at a small cost. Rendered scenes have a seed of their own. Writes
morphology.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from railseg_core.arrays import Bools, Ints
from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import RHO_M, LineScores
from railseg_core.line_params import LineParams
from railseg_core.morphology import clean_block, halo_px
from railseg_core.network.model_card import ModelCard, bundled_model_path, read_card
from railseg_core.pipeline import run
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.rasters.grid_raster import GridRaster, open_grid_raster
from railseg_core.rasters.provenance import card_levels
from railseg_core.requests import SegmentRequest
from train.command import command
from train.judge import Truth, band_truth, require_metric, score_tracks
from train.judge_rendered import put_on_map, rendered_truth
from train.markdown import markdown_table
from train.pixel_scores import PixelScores
from train.scenes import TracedScene, traced_scenes
from train.seeds import Seed
from train.synthetic.scene import Scene
from train.thresholds import rendered_scenes

SPOT_M2 = 10.0  # about four metres of one track
NONE = (0.0, 0.0)
DEFAULT = (LineParams().opening_m, LineParams().closing_m)
KERNELS = (
    NONE,
    *((size_m, 0.0) for size_m in (0.6, 1.0, 1.4, 1.8, 2.2)),
    *((0.0, size_m) for size_m in (0.6, 1.0, 1.4, 1.8, 2.2)),
    DEFAULT,
    (1.0, 1.0),
    (1.0, 1.8),
    (1.4, 1.4),
)
"""Sizes of the opening's and of the closing's kernel, metres; 0 for none."""

_EXPLANATION = (
    "Kernels are discs at 0.2 m per pixel: 0.6 m is 3 pixels, 1 m is 5, 2.2 m is 11. Pixels: one pooled confusion "
    f"matrix per row. Lines at {RHO_M:g} m: the product's, from the axis on the mask, and for comparison those of the "
    f"mask alone. Spots are pieces of the mask smaller than {SPOT_M2:g} m², holes such pieces of the background, right "
    "or wrong. Times are processor time for all scenes: opening and closing alone, and the whole way from "
    "probabilities to the product's lines."
)

Kernels = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """Results of one pair of kernels.

    Attributes:
        pixels: Scores of the mask.
        lines: Scores of the product's lines, from the axis on the mask.
        mask_lines: Scores of lines from the mask alone.
        spots: int64 (2,), number of pieces of the mask smaller than `SPOT_M2`, and of such holes in it.
        morphology_s: Processor time of opening and closing.
        lines_s: Processor time from the probabilities to the product's lines, morphology included.
    """

    pixels: PixelScores
    lines: LineScores
    mask_lines: LineScores
    spots: Ints
    morphology_s: float
    lines_s: float

    @classmethod
    def pooled(cls, every: Sequence[Found]) -> Found:
        """Several scenes as one."""
        return cls(
            pixels=sum((one.pixels for one in every), PixelScores.of_none()),
            lines=LineScores.pooled(one.lines for one in every),
            mask_lines=LineScores.pooled(one.mask_lines for one in every),
            spots=np.sum([one.spots for one in every], axis=0),
            morphology_s=sum(one.morphology_s for one in every),
            lines_s=sum(one.lines_s for one in every),
        )


def sweep_scene(scene: TracedScene, truth_of: Callable[[WorkingGrid], Truth], model: Path) -> dict[Kernels, Found]:
    """Segments a scene once, and makes masks and lines from it with every pair of `KERNELS` in turn.

    Args:
        scene: The picture and its true lines; its CRS must be metric.
        truth_of: Gives the true mask on the picture's window.
        model: Model file.

    Raises:
        RailSegError: As `require_metric`, or if the picture or the model can't be used.
    """
    require_metric(scene)
    card = read_card(model)
    with tempfile.TemporaryDirectory() as scratch:
        probability, mask = Path(scratch) / "probability.tif", Path(scratch) / "mask.tif"
        run(
            SegmentRequest(
                raster=str(scene.raster), output=probability, mask=mask, model=model, opening_m=0, closing_m=0
            )
        )
        with (
            open_working_grid(scene.raster, gsd_m=card.gsd_m) as grid,
            open_grid_raster(probability) as probability_raster,
            open_grid_raster(mask) as mask_raster,
        ):
            truth = truth_of(grid)
            rasters = (probability_raster, mask_raster)
            return {pair: _found(pair, scene, truth, grid, rasters, card) for pair in KERNELS}


def _found(
    pair: Kernels,
    scene: TracedScene,
    truth: Truth,
    grid: WorkingGrid,
    rasters: tuple[GridRaster, GridRaster],
    card: ModelCard,
) -> Found:
    probability, raw_mask = rasters
    opening_m, closing_m = pair
    window = grid.picture_window
    raw, _ = raw_mask.read(window.expanded(halo_px(opening_m, closing_m, grid.gsd_m)))
    _, valid = raw_mask.read(window)
    with _seconds() as morphology_s:
        mask = clean_block(raw[0] > 0, grid.gsd_m, opening_m, closing_m) & valid
    own = replace(card_levels(card), opening_m=opening_m, closing_m=closing_m)
    with _seconds() as lines_s:
        tracks = vectorize(probability, own).tracks
    of_mask = vectorize(
        raw_mask, replace(own, axis_threshold=None, min_piece_confidence=0.0, short_piece_margin=0.0)
    ).tracks
    return Found(
        pixels=PixelScores.of(truth.track, mask.astype(np.uint8), valid & truth.counts),
        lines=score_tracks(scene, [track.line for track in tracks])[RHO_M],
        mask_lines=score_tracks(scene, [track.line for track in of_mask])[RHO_M],
        spots=np.array([_spots(mask, 8, grid.gsd_m), _spots(~mask & valid, 4, grid.gsd_m)]),
        morphology_s=morphology_s[0],
        lines_s=lines_s[0],
    )


def _spots(mask: Bools, connectivity: int, gsd_m: float) -> int:
    """How many connected pieces are smaller than `SPOT_M2`."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)
    return int(np.count_nonzero(stats[1:, cv2.CC_STAT_AREA] < SPOT_M2 / gsd_m**2))


@contextmanager
def _seconds() -> Iterator[list[float]]:
    """A list that holds the processor time of the `with` block, seconds, once the block has ended."""
    taken: list[float] = []
    started = time.process_time()
    yield taken
    taken.append(time.process_time() - started)


def swept(scenes: Iterable[dict[Kernels, Found]]) -> dict[Kernels, Found]:
    """Results pooled over all scenes, by pair of kernels."""
    every = list(scenes)
    return {pair: Found.pooled([one[pair] for one in every]) for pair in every[0]}


def _rendered(scene: Scene, model: Path) -> dict[Kernels, Found]:
    with tempfile.TemporaryDirectory() as scratch:
        traced = put_on_map(scene, Path(scratch) / "scene.tif")
        truth = rendered_truth(scene)
        return sweep_scene(traced, lambda _: truth, model)


def _real(scene: TracedScene, model: Path) -> dict[Kernels, Found]:
    return sweep_scene(scene, partial(band_truth, scene), model)


def table(found: dict[Kernels, Found]) -> str:
    """A row for each pair of kernels."""
    columns = [
        *("opening m", "closing m", "IoU track", "MIoU", "CPA track", "recall track", "accuracy"),
        *("spots", "holes", "quality", "completeness", "correctness", "quality from the mask alone"),
        *("morphology, ms", "lines, ms"),
    ]
    rows = []
    for (opening_m, closing_m), one in found.items():
        pixels = (one.pixels.iou[1], one.pixels.miou, one.pixels.cpa[1], one.pixels.recall[1], one.pixels.accuracy)
        lines = (one.lines.quality, one.lines.completeness, one.lines.correctness, one.mask_lines.quality)
        is_default = (opening_m, closing_m) == DEFAULT
        rows.append(
            [
                f"**{opening_m:g}**" if is_default else f"{opening_m:g}",
                f"**{closing_m:g}**" if is_default else f"{closing_m:g}",
                *(f"{value:.4f}" for value in pixels),
                *map(str, one.spots),
                *(f"{value:.3f}" for value in lines),
                f"{1000 * one.morphology_s:.0f}",
                f"{1000 * one.lines_s:.0f}",
            ]
        )
    return markdown_table(columns, rows)


def parse_settings(arguments: list[str] | None = None) -> argparse.Namespace:
    """The settings of a sweep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, nargs="?", help="folder of NAME.tif and NAME.geojson, such as real/check")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--rendered", type=int, default=40, help="number of rendered scenes; 0 for none")
    parser.add_argument("--model", type=Path, help="model file instead of the bundled one")
    settings = parser.parse_args(arguments)
    if settings.scenes is None and settings.rendered < 1:
        parser.error("nothing to sweep: name a folder of scenes, or give --rendered a number")
    return settings


@command
def main(arguments: list[str] | None = None) -> None:
    """Runs the sweep and writes the tables."""
    settings = parse_settings(arguments)
    model = settings.model or bundled_model_path()
    settings.out.mkdir(parents=True, exist_ok=True)
    text = [f"# Opening and closing on the masks of {read_card(model).name}", _EXPLANATION]

    def add(title: str, scenes: Iterable[dict[Kernels, Found]]) -> None:
        text.extend([f"## {title}", table(swept(scenes))])
        (settings.out / "morphology.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")

    if settings.rendered:
        scenes = tqdm(rendered_scenes(settings.rendered, None, Seed.SWEEP), total=settings.rendered, unit="scene")
        add(f"{settings.rendered} rendered scenes", (_rendered(scene, model) for scene in scenes))
    if settings.scenes is None:
        print("Real scenes are SKIPPED: name a folder of traced ones to see them too.", file=sys.stderr)
    else:
        traced = tqdm(traced_scenes(settings.scenes), unit="scene")
        add(f"Real scenes: {settings.scenes.name}", (_real(scene, model) for scene in traced))
    print((settings.out / "morphology.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
