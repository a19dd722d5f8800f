"""Judges one picture: the whole product on it, its lines and its mask against what is true."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.chips import read_chip
from railseg_core.grid_raster import GridRaster, open_grid_raster
from railseg_core.metrics import RHO_M, LineScores, PixelScores, score_lines
from railseg_core.pipeline import run
from railseg_core.railway_map import as_crs, read_lines
from railseg_core.raster import WorkingGrid, open_working_grid, read_raster_info
from railseg_core.requests import ExtractRequest
from railseg_core.tracing import Tracing
from train.judge_pictures import draw
from train.scenes import TracedScene

RHOS_M = (0.5, RHO_M, 1.5)
"""Distances up to which a line counts as found."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a mask should be, on the pixels of the picture's window.

    Attributes:
        track: uint8 (rows, cols), 1 on tracks.
        counts: bool (rows, cols), where the truth is known.
    """

    track: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """How well one picture came out, or several as one.

    Attributes:
        pictures: How many.
        area_km2: What was looked at.
        pixels: Of the cleaned mask.
        lines: Of the tracks, by the distance up to which a line counts as found.
    """

    pictures: int
    area_km2: float
    pixels: PixelScores
    lines: dict[float, LineScores]

    @classmethod
    def pooled(cls, scores: Iterable[Scores]) -> Scores:
        """The scores of several pictures as one: pixels and metres are summed, not ratios averaged."""
        every = list(scores)
        return cls(
            pictures=sum(one.pictures for one in every),
            area_km2=sum(one.area_km2 for one in every),
            pixels=sum((one.pixels for one in every), PixelScores(np.zeros((2, 2), dtype=np.int64))),
            lines={rho_m: LineScores.pooled(one.lines[rho_m] for one in every) for rho_m in RHOS_M},
        )

    @property
    def quality(self) -> float:
        """Right length over all that was extracted or missed; NaN where there was nothing to find or to miss."""
        return self.lines[RHO_M].quality

    @property
    def false_m(self) -> float:
        """Length of the lines that stand for no track."""
        return self.lines[RHO_M].extracted_m - self.lines[RHO_M].right_m

    @property
    def false_m_per_km2(self) -> float:
        """The same by area."""
        return self.false_m / self.area_km2 if self.area_km2 else float("nan")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A picture's scores, and the picture with its lines.

    Attributes:
        name: The picture's.
        gsd_m: Of the camera.
        kind: What kind of railway it shows, as far as that is known.
        scores: Its scores.
        overlay: PNG at the working grid's pixel size.
    """

    name: str
    gsd_m: float
    kind: str
    scores: Scores
    overlay: Path


@dataclass(frozen=True, slots=True)
class Bench:
    """What every picture is judged with.

    Attributes:
        model: Model file; None for the bundled one.
        overlays: Folder for the pictures with lines on them.
    """

    model: Path | None
    overlays: Path


def judge(scene: TracedScene, bench: Bench, *, truth: Truth | None = None, kind: str = "") -> Judgement:
    """Extracts a picture's tracks with the product's default settings, and compares lines and mask.

    Args:
        scene: The picture and its true lines; its CRS must be metric.
        bench: The model, and where the overlay goes.
        truth: The true mask; by default bands along the lines, as real scenes are trained on.
        kind: Kept in the judgement.

    Raises:
        ValueError: If the picture's CRS is not the one it is worked in.
        RailSegError: If the picture or the model can't be worked with.
    """
    require_metric(scene)
    with tempfile.TemporaryDirectory() as scratch:
        output, mask_path = Path(scratch) / "tracks.gpkg", Path(scratch) / "mask.tif"
        run(ExtractRequest(raster=str(scene.raster), output=output, mask=mask_path, model=bench.model))
        extracted = read_lines(output)[0]
        with open_grid_raster(mask_path) as mask, open_working_grid(scene.raster, gsd_m=mask.gsd_m) as grid:
            pixels, area_km2 = score_mask(mask, grid, truth or band_truth(scene, grid))
            image, _ = grid.read(grid.picture_window)
            transform = grid.picture_window.transform(grid.gsd_m)
    overlay = bench.overlays / f"{scene.name}.png"
    draw(image.transpose(1, 2, 0), transform, scene, extracted, overlay)
    scores = Scores(1, area_km2, pixels, score_tracks(scene, extracted))
    return Judgement(scene.name, scene.gsd_m, kind, scores, overlay)


def require_metric(scene: TracedScene) -> None:
    """Looks whether a picture is worked on in its own CRS.

    Raises:
        ValueError: If it is not.
    """
    info = read_raster_info(scene.raster)
    if info.crs != info.working_crs:
        raise ValueError(f"{scene.raster} is in {info.crs}: lines are compared in metres, give it a metric CRS")


def score_tracks(scene: TracedScene, extracted: list[Points]) -> dict[float, LineScores]:
    """Scores of lines, float64 (n, 2) each in the scene's CRS, at each of `RHOS_M`."""
    visible, hidden = coordinates(scene.visible), coordinates(scene.hidden)
    ignore = shapely.union_all(scene.ignore) if scene.ignore else None
    return {rho_m: score_lines(extracted, visible, rho_m=rho_m, hidden=hidden, ignore=ignore) for rho_m in RHOS_M}


def score_mask(mask: GridRaster, grid: WorkingGrid, truth: Truth) -> tuple[PixelScores, float]:
    """Scores of a mask raster, and the area in km² that it tells of.

    Args:
        mask: Of the grid's pixels.
        grid: Of the picture.
        truth: On the grid's `picture_window`.
    """
    pixels, valid = mask.read(grid.picture_window)
    scores = PixelScores.of(truth.track, (pixels[0] > 0).astype(np.uint8), valid & truth.counts)
    return scores, float(np.count_nonzero(valid)) * grid.gsd_m**2 / 1e6


def band_truth(scene: TracedScene, grid: WorkingGrid) -> Truth:
    """What the scene would be trained on: bands along visible tracks; hidden and ignored ones count for nothing."""
    tracing = Tracing(scene.visible, scene.hidden, scene.ignore, as_crs(grid.crs))
    target = read_chip(grid, grid.picture_window, tracing).target
    return Truth(target[..., 0], target[..., 2] == 0)


def coordinates(lines: Iterable[BaseGeometry]) -> list[Points]:
    """Vertices, float64 (n, 2), of each line."""
    return [shapely.get_coordinates(line) for line in lines]
