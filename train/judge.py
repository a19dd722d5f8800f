"""Judges the whole product on one picture: its lines and its mask against the truth."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import shapely
from rasterio.transform import array_bounds
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, Points, UInt8Array
from railseg_core.chips.targets import read_chip
from railseg_core.errors import RailSegError
from railseg_core.evaluation.common_ground import vertices
from railseg_core.evaluation.line_evaluation import compare_switches
from railseg_core.evaluation.line_scores import RHO_M, LineScores, score_lines
from railseg_core.pipeline import run
from railseg_core.raster import WorkingGrid, open_working_grid, read_raster_info
from railseg_core.rasters.grid_raster import GridRaster, open_grid_raster
from railseg_core.requests import ExtractRequest
from railseg_core.vectors.coordinates import as_crs
from railseg_core.vectors.line_layer import read_lines
from railseg_core.vectors.tracing import Tracing, read_switches
from train.judge_pictures import draw
from train.pixel_scores import PixelScores
from train.scenes import TracedScene

RIM_M = 15.0
"""Margin along the picture's edge in which switches do not count: their tracks can't be seen parting there."""
RHOS_M = (0.5, RHO_M, 1.5)
"""Distances up to which a line counts as found."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true mask, on the pixels of the picture's window.

    Attributes:
        track: uint8 (rows, cols), 1 on tracks.
        counts: bool (rows, cols), where the truth is known.
    """

    track: UInt8Array
    counts: Bools


@dataclass(frozen=True, slots=True)
class SwitchScores:
    """Counts of true, extracted and found switches.

    A switch counts as found within 5 m along the track and 1 m across it, if it faces the same way.

    Attributes:
        true: True switches; like all that count, further than `RIM_M` from the picture's edge.
        drawn: Extracted switches.
        found: Pairs of a true and an extracted switch that match.
        along_m2: Sum of the squared distances of the pairs along the track.
    """

    true: int = 0
    drawn: int = 0
    found: int = 0
    along_m2: float = 0.0

    @classmethod
    def pooled(cls, scores: Iterable[SwitchScores]) -> SwitchScores:
        """The scores of several pictures as one."""
        every = list(scores)
        return cls(*(sum(getattr(one, field.name) for one in every) for field in fields(cls)))

    @property
    def precision(self) -> float:
        """Share of the extracted switches that are right; NaN if none were extracted."""
        return self.found / self.drawn if self.drawn else float("nan")

    @property
    def recall(self) -> float:
        """Share of the true switches that were found; NaN if there are none."""
        return self.found / self.true if self.true else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN if there are neither true nor extracted switches."""
        return 2 * self.found / (self.true + self.drawn) if self.true + self.drawn else float("nan")

    @property
    def along_rms_m(self) -> float:
        """RMS distance along the track of the found switches from the true ones, metres; NaN without any."""
        return math.sqrt(self.along_m2 / self.found) if self.found else float("nan")


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one picture, or of several pooled.

    Attributes:
        pictures: Number of pictures.
        area_km2: Area that was judged.
        pixels: Scores of the cleaned mask.
        lines: Scores of the tracks, by the distance up to which a line counts as found.
        switches: Scores of the switches among the nodes.
    """

    pictures: int
    area_km2: float
    pixels: PixelScores
    lines: dict[float, LineScores]
    switches: SwitchScores

    @classmethod
    def pooled(cls, scores: Iterable[Scores]) -> Scores:
        """The scores of several pictures as one: pixels and metres are summed, not ratios averaged."""
        every = list(scores)
        return cls(
            pictures=sum(one.pictures for one in every),
            area_km2=sum(one.area_km2 for one in every),
            pixels=sum((one.pixels for one in every), PixelScores.of_none()),
            lines={rho_m: LineScores.pooled(one.lines[rho_m] for one in every) for rho_m in RHOS_M},
            switches=SwitchScores.pooled(one.switches for one in every),
        )

    @property
    def quality(self) -> float:
        """Correct length over all length extracted or missed; NaN if there was none of either."""
        return self.lines[RHO_M].quality

    @property
    def false_m(self) -> float:
        """Length of extracted line where there is no track, metres."""
        return self.lines[RHO_M].extracted_m - self.lines[RHO_M].right_m

    @property
    def false_m_per_km2(self) -> float:
        """False metres per km²; NaN without an area."""
        return self.false_m / self.area_km2 if self.area_km2 else float("nan")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A picture's scores, and the picture with its lines.

    Attributes:
        name: Name of the picture.
        gsd_m: The camera's pixel size, metres.
        kind: Kind of railway that it shows, if known.
        scores: Its scores.
        overlay: PNG of the picture with its lines, at the working grid's pixel size.
    """

    name: str
    gsd_m: float
    kind: str
    scores: Scores
    overlay: Path


@dataclass(frozen=True, slots=True)
class Bench:
    """The model that pictures are judged with, and where their overlays go.

    Attributes:
        model: Model file; None for the bundled one.
        overlays: Folder for the pictures with lines on them.
    """

    model: Path | None
    overlays: Path


def judge(scene: TracedScene, bench: Bench, *, truth: Truth | None = None, kind: str = "") -> Judgement:
    """Extracts a picture's tracks with the product's default settings, and compares lines and mask with the truth.

    Args:
        scene: The picture and its true lines; its CRS must be metric.
        bench: The model, and where the overlay goes.
        truth: The true mask; by default bands along the lines, as in training on real scenes.
        kind: Kind of railway, kept in the judgement.

    Raises:
        RailSegError: As `require_metric`, or if the picture or the model can't be used.
    """
    require_metric(scene)
    with tempfile.TemporaryDirectory() as scratch:
        output, mask_path = Path(scratch) / "tracks.gpkg", Path(scratch) / "mask.tif"
        run(ExtractRequest(raster=str(scene.raster), output=output, mask=mask_path, model=bench.model))
        extracted = read_lines(output)[0]
        nodes = read_switches(output)
        with open_grid_raster(mask_path) as mask, open_working_grid(scene.raster, gsd_m=mask.gsd_m) as grid:
            pixels, area_km2 = score_mask(mask, grid, truth or band_truth(scene, grid))
            image, _ = grid.read(grid.picture_window)
            transform = grid.picture_window.transform(grid.gsd_m)
            picture = shapely.box(*array_bounds(*grid.picture_window.shape, transform))
    overlay = bench.overlays / f"{scene.name}.png"
    draw(image.transpose(1, 2, 0), transform, scene, extracted, overlay)
    drawn = np.zeros((0, 2)) if nodes is None else nodes[0]
    switches = score_switches(scene, extracted, drawn, picture)
    scores = Scores(1, area_km2, pixels, score_tracks(scene, extracted), switches)
    return Judgement(scene.name, scene.gsd_m, kind, scores, overlay)


def require_metric(scene: TracedScene) -> None:
    """Checks that a picture is processed in its own CRS.

    Raises:
        RailSegError: If it is not, or the picture can't be read.
    """
    info = read_raster_info(scene.raster)
    if info.crs != info.working_crs:
        raise RailSegError(
            f"{scene.raster} is in {info.crs}, but lines are compared in metres.",
            f"Reproject the picture and the lines to a metric CRS, such as {info.working_crs}.",
        )


def score_tracks(scene: TracedScene, extracted: list[Points]) -> dict[float, LineScores]:
    """Scores of lines, float64 (n, 2) each in the scene's CRS, at each of `RHOS_M`."""
    visible, hidden = vertices(scene.visible), vertices(scene.hidden)
    ignore = shapely.union_all(scene.ignore) if scene.ignore else None
    return {rho_m: score_lines(extracted, visible, rho_m=rho_m, hidden=hidden, ignore=ignore) for rho_m in RHOS_M}


def score_switches(scene: TracedScene, extracted: list[Points], drawn: Points, picture: BaseGeometry) -> SwitchScores:
    """Scores of the extracted switches.

    Args:
        scene: The scene, with its switches or with lines that imply them.
        extracted: float64 (n, 2) vertices of each line, in the scene's CRS.
        drawn: float64 (n, 2), the extracted switches, in the same CRS.
        picture: Outline of the picture.
    """
    rim = picture.buffer(RIM_M).difference(picture.buffer(-RIM_M))
    match = compare_switches(
        extracted,
        vertices(scene.visible),
        hidden=vertices(scene.hidden),
        ignore=shapely.union_all([rim, *scene.ignore]),
        extracted_switches=drawn,
        reference_switches=None if scene.switches is None else np.array(scene.switches).reshape(-1, 2),
    )
    along_m2 = float(np.sum(match.along_m**2))
    return SwitchScores(len(match.reference.places), len(match.extracted.places), len(match.pairs), along_m2)


def score_mask(mask: GridRaster, grid: WorkingGrid, truth: Truth) -> tuple[PixelScores, float]:
    """Scores of a mask raster, and the area in km² that it covers.

    Args:
        mask: Mask raster with the grid's pixels.
        grid: Working grid of the picture.
        truth: True mask on the grid's `picture_window`.
    """
    pixels, valid = mask.read(grid.picture_window)
    scores = PixelScores.of(truth.track, (pixels[0] > 0).astype(np.uint8), valid & truth.counts)
    return scores, float(np.count_nonzero(valid)) * grid.gsd_m**2 / 1e6


def band_truth(scene: TracedScene, grid: WorkingGrid) -> Truth:
    """The truth that training would use: bands along visible tracks; hidden tracks and ignored areas do not count."""
    tracing = Tracing(scene.visible, scene.hidden, scene.ignore, as_crs(grid.crs))
    target = read_chip(grid, grid.picture_window, tracing).target
    return Truth(target[..., 0], target[..., 2] == 0)
