"""A whole scene: its picture, its truth, and what does not count."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from railseg_core.arrays import Bools, Floats, UInt8Array
from railseg_core.chips.files import AXIS_WIDTH_M, TRACK_WIDTH_M
from railseg_core.tiling import GSD_M
from train.synthetic.appearance import RailwayLook, random_look
from train.synthetic.background import Backgrounds, draw_land
from train.synthetic.camera import photograph, random_gsd_m
from train.synthetic.canvas import Canvas, Image, resized
from train.synthetic.coordinates import track_patches
from train.synthetic.layout import TRAINS, Layout, random_layout
from train.synthetic.objects import (
    cast_shadows,
    draw_boxes,
    draw_bridge,
    draw_decks,
    draw_fields,
    draw_hills,
    draw_lines,
    draw_masts,
    draw_panels,
    draw_road,
    draw_roofs,
    draw_trees,
)
from train.synthetic.surface import locate, paint_ballast, paint_rails, paint_sleepers, paint_weeds
from train.synthetic.trackplan import Track, TrackPlan

FINEST_M = 0.14
"""Finest pixel size that scenes are drawn at: for finer cameras, the difference is invisible at the model's 0.2 m."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A rendered scene at the model's pixel size.

    Attributes:
        image: uint8 (rows, cols, 3) RGB.
        track: uint8 (rows, cols), 1 on every track, `TRACK_WIDTH_M` wide.
        axis: uint8 (rows, cols), 1 on the centre-line's ribbon, `AXIS_WIDTH_M` wide.
        hidden: uint8 (rows, cols), 1 on track that is there but can't be seen.
        ignore: uint8 (rows, cols), 1 where training ignores the truth: doubtful rims, hidden track, except beneath
            trains: a train stands on a track.
        tracks: Centre-lines, (n, 2) float64 metres, x to the right and y downwards from the top-left corner.
        switches: Toes of the switches, (x, y) metres likewise.
        gsd_m: Pixel size.
        camera_gsd_m: Pixel size of the camera that took it.
        kind: Kind of the track plan, 'none' without tracks.
    """

    image: Image
    track: Image
    axis: Image
    hidden: Image
    ignore: Image
    tracks: tuple[Floats, ...]
    switches: tuple[tuple[float, float], ...]
    gsd_m: float
    camera_gsd_m: float
    kind: str

    @property
    def target(self) -> Image:
        """The target to train on, (rows, cols, 3) uint8 of 0 and 1: track, axis, ignore."""
        return np.stack([self.track, self.axis, self.ignore], axis=-1)

    @property
    def unknown(self) -> Bools:
        """Where judging ignores the truth, (rows, cols): doubtful rims, and hidden track, beneath trains too."""
        return (self.ignore | self.hidden) > 0


def render_scene(
    rng: np.random.Generator, size_px: int, backgrounds: Backgrounds | None, *, plan: TrackPlan | None = None
) -> Scene:
    """Draws a random scene; the same generator state gives the same scene.

    Args:
        rng: Random number generator.
        size_px: Rows and columns of the square scene, at 0.2 m.
        backgrounds: Real pictures to lay beneath, or None for procedural land only.
        plan: The tracks, or None for random ones; `TrackPlan()` for a scene without.
    """
    extent_m = size_px * GSD_M
    camera_gsd_m = random_gsd_m(rng)
    real = backgrounds is not None and rng.random() < 0.6
    layout = random_layout(rng, extent_m, real, plan)
    # Coarse cameras average over the ground, so it is drawn twice as fine as they see it.
    draw_gsd_m = camera_gsd_m if camera_gsd_m < 0.3 else camera_gsd_m / 2.0
    canvas = Canvas(round(extent_m / max(draw_gsd_m, FINEST_M)), extent_m)
    if real and backgrounds is not None:
        backgrounds.draw(rng, canvas, camera_gsd_m)
    else:
        draw_land(rng, canvas)
    tracks = layout.plan.tracks
    look = random_look(rng, tuple(t.group for t in tracks), tracks[0].kind, layout.paved) if tracks else None
    covers = draw_layout(rng, canvas, layout, look)
    camera_px = max(min(round(extent_m / camera_gsd_m), canvas.px), 16)
    image = photograph(rng, canvas.rgb, camera_px, size_px)
    track, axis, rim = truth_masks(tracks, size_px, extent_m)
    on_track = (track > 0) | (rim > 0)
    covered = on_track & _is_covered(covers, size_px)
    ignore = (rim if camera_gsd_m > 0.35 else np.zeros_like(rim)) | covered
    trains = [canvas.mask([box.ring for box in layout.boxes if box.kind in TRAINS])]
    hidden = covered | (on_track & _is_covered(trains, size_px))
    return Scene(
        image,
        track,
        axis,
        hidden.astype(np.uint8),
        ignore.astype(np.uint8),
        tuple(t.points for t in tracks),
        layout.plan.switches,
        GSD_M,
        camera_gsd_m,
        layout.plan.kind,
    )


def _is_covered(covers: list[Image], size_px: int) -> Bools:
    """Which pixels of the scene are more than half covered."""
    out = np.zeros((size_px, size_px), np.bool_)
    for cover in covers:
        out |= resized(cover, size_px, cv2.INTER_AREA) > 127
    return out


def draw_layout(rng: np.random.Generator, canvas: Canvas, layout: Layout, look: RailwayLook | None) -> list[Image]:
    """Draws a whole layout over a background.

    Args:
        rng: Random number generator.
        canvas: Holds the background.
        layout: What to draw.
        look: How the railway looks; may be None where there is none.

    Returns:
        The masks of what hides tracks, uint8 (rows, cols) 0–255 each.
    """
    draw_fields(rng, canvas, layout.fields)
    draw_lines(rng, canvas, tuple(line for line in layout.lines if not line.beside))
    ground = canvas.copied() if layout.hills else None
    if look is not None:
        paint_railway(rng, canvas, layout, look)
    canvas.roughen(rng)
    cast_shadows(rng, canvas, layout)
    draw_boxes(rng, canvas, layout.boxes)
    draw_masts(rng, canvas, layout.masts)
    covers = [draw_bridge(rng, canvas, line) for line in layout.bridges]
    covers += draw_roofs(rng, canvas, layout.roofs)
    if ground is not None:
        ground.roughen(rng)
        covers += draw_hills(rng, canvas, ground.rgb, layout.hills)
    crowns = draw_trees(rng, canvas, layout.trees)
    return covers if crowns is None else [*covers, crowns]


def paint_railway(rng: np.random.Generator, canvas: Canvas, layout: Layout, look: RailwayLook) -> None:
    """Paints verge, ballast, bridge decks, sleepers, weeds, level crossings and rails, in that order."""
    tracks = layout.plan.tracks
    if not layout.paved:
        paint_ballast(rng, canvas, tracks, look.ballast)
    draw_lines(rng, canvas, tuple(line for line in layout.lines if line.beside))
    draw_decks(rng, canvas, layout.decks)
    located = locate(rng, canvas, tracks, look.styles)
    paint_sleepers(rng, canvas, located)
    if not layout.paved:
        paint_weeds(rng, canvas, tracks, look.ballast)
    for line in layout.crossings:
        draw_road(rng, canvas, line)
    draw_panels(rng, canvas, layout.panels)
    paint_rails(rng, canvas, located)


def truth_masks(tracks: tuple[Track, ...], size_px: int, extent_m: float) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
    """Track band, axis ribbon and the band's doubtful rim, each uint8 (rows, cols) 0 or 1."""
    track, axis, rim = (np.zeros((size_px, size_px), np.uint8) for _ in range(3))
    for line in tracks:
        for patch in track_patches(line.points, size_px, extent_m / size_px, TRACK_WIDTH_M / 2 + 0.25):
            side = np.abs(patch.v)
            track[patch.rows, patch.cols] |= side <= TRACK_WIDTH_M / 2
            axis[patch.rows, patch.cols] |= side <= AXIS_WIDTH_M / 2
            rim[patch.rows, patch.cols] |= side > TRACK_WIDTH_M / 2 - 0.15
    rim &= 1 - axis
    return track, axis, rim
