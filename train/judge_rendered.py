"""Rendered scenes in the form in which the product gets pictures: a small GeoTIFF, with its true lines on the map."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from railseg_core.arrays import Bools, Floats
from railseg_core.tiling import GSD_M
from train.judge import Bench, Judgement, Truth, judge
from train.scenes import TracedScene
from train.seeds import Seed
from train.synthetic.background import Backgrounds
from train.synthetic.scene import Scene, render_scene
from train.synthetic.trackplan import TrackPlan, as_photographed, plan_with_switches

SCENE_PX = 512
YARD_PX = 768
NO_TRACKS = "none"

CRS = "EPSG:25832"
# On the 0.2 m lattice, at a corner of the raster tiles, and so that four tiles of the network cover a whole scene.
LEFT_M, TOP_M = 1400 * 358.4 + 51.2, 15_700 * 358.4 - 51.2
_STEP_M = 0.5
"""Length of the pieces of track that are visible or hidden as a whole."""


def judge_rendered(number: int, bench: Bench, texture: Path | None) -> Judgement:
    """Renders a scene and judges the product on it; the same number gives the same scene.

    Args:
        number: Number of the scene.
        bench: The model, and where the overlay goes.
        texture: Folder of real pictures to render on, or None for procedural land only.
    """
    scene = render_scene(np.random.default_rng([Seed.SCENES, number]), SCENE_PX, _backgrounds(texture))
    return _judge(scene, f"rendered_{number:04d}", bench)


def judge_yard(number: int, bench: Bench, texture: Path | None) -> Judgement:
    """Renders a station, a yard or a fan of tracks with switches, and judges the product on it.

    Args:
        number: Number of the scene.
        bench: The model, and where the overlay goes.
        texture: Folder of real pictures to render on, or None for procedural land only.
    """
    rng = np.random.default_rng([Seed.YARDS, number])
    extent_m = YARD_PX * GSD_M
    plan = as_photographed(rng, plan_with_switches(rng, extent_m, number), extent_m)
    return _judge(render_scene(rng, YARD_PX, _backgrounds(texture), plan=plan), f"yard_{number:04d}", bench)


def judge_confuser(number: int, bench: Bench, texture: Path | None) -> Judgement:
    """Renders a scene with everything but tracks, and judges the product on it."""
    rng = np.random.default_rng([Seed.CONFUSERS, number])
    scene = render_scene(rng, SCENE_PX, _backgrounds(texture), plan=TrackPlan())
    return _judge(scene, f"confuser_{number:04d}", bench)


def put_on_map(scene: Scene, path: Path) -> TracedScene:
    """Writes a scene's picture as a GeoTIFF, and returns its lines in the same CRS.

    Tracks end at the picture's edge. Where the truth is unknown, tracks are hidden and switches are left out.
    """
    rows, cols = scene.track.shape
    transform = from_origin(LEFT_M, TOP_M, scene.gsd_m, scene.gsd_m)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cols,
        height=rows,
        count=3,
        dtype="uint8",
        crs=CRS,
        transform=transform,
        photometric="rgb",
    ) as file:
        file.write(scene.image.transpose(2, 0, 1))
    frame = shapely.box(0.0, 0.0, cols * scene.gsd_m, rows * scene.gsd_m)
    unknown = scene.unknown
    visible: list[BaseGeometry] = []
    hidden: list[BaseGeometry] = []
    for track in scene.tracks:
        for part in shapely.get_parts(shapely.LineString(track).intersection(frame)):
            if part.length > 0:  # a track may touch the frame in a point
                points = shapely.get_coordinates(part.segmentize(_STEP_M))
                for covered, line in _runs(points, unknown, scene.gsd_m):
                    (hidden if covered else visible).append(line)
    toes = [toe for toe in scene.switches if not unknown[_pixel(toe, scene)]]
    switches = tuple((LEFT_M + x, TOP_M - y) for x, y in toes)
    return TracedScene(path, tuple(visible), tuple(hidden), (), scene.camera_gsd_m, switches)


def rendered_truth(scene: Scene) -> Truth:
    """The true mask of a scene's picture."""
    return Truth(scene.track, ~scene.unknown)


def _pixel(place: tuple[float, float], scene: Scene) -> tuple[int, int]:
    """Row and column of a place in the picture."""
    col, row = (min(int(metres / scene.gsd_m), len(scene.track) - 1) for metres in place)
    return row, col


@cache
def _backgrounds(folder: Path | None) -> Backgrounds | None:
    return Backgrounds(folder) if folder else None


def _judge(scene: Scene, name: str, bench: Bench) -> Judgement:
    with tempfile.TemporaryDirectory() as scratch:
        traced = put_on_map(scene, Path(scratch) / f"{name}.tif")
        kind = scene.kind if traced.visible or traced.hidden else NO_TRACKS
        return judge(traced, bench, truth=rendered_truth(scene), kind=kind)


def _runs(points: Floats, unknown: Bools, gsd_m: float) -> list[tuple[bool, BaseGeometry]]:
    """Pieces of a line, (n, 2) metres from the picture's corner: whether each is hidden, and its line on the map."""
    middles = (points[:-1] + points[1:]) / 2
    cols, rows = np.minimum((middles / gsd_m).astype(int), np.array(unknown.shape[::-1]) - 1).T
    on_map = np.array([LEFT_M, TOP_M]) + points * np.array([1.0, -1.0])
    runs = []
    for covered, pieces in groupby(range(len(middles)), key=lambda piece: bool(unknown[rows[piece], cols[piece]])):
        numbers = list(pieces)
        runs.append((covered, shapely.LineString(on_map[numbers[0] : numbers[-1] + 2])))
    return runs
