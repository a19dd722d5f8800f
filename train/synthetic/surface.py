"""Track seen from above: ballast, sleepers, rails and stains, painted in track coordinates.

u runs along the track's centre-line, v across it, both in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.synthetic.appearance import BallastStyle, TrackStyle, shade
from train.synthetic.canvas import Canvas, Colour3, Floats32, Image, blend, cloud_noise, resized, tint
from train.synthetic.coordinates import Patch, track_patches
from train.synthetic.layout import distance_to
from train.synthetic.trackplan import Track

HALF_HEAD_M = 0.035
"""Half the width of a rail's head: its middle lies that far outside half the gauge."""

THIRD_RAIL_M = 0.7
"""A conductor rail's distance from the nearest running rail."""

SOFT_M = 0.32
"""Pixel size at which things without sharp edges are mixed."""


def paint_ballast(rng: np.random.Generator, canvas: Canvas, tracks: tuple[Track, ...], style: BallastStyle) -> None:
    """Lays a verge and, on it, ballast around the tracks, with ragged edges.

    Args:
        rng: Random number generator.
        canvas: Canvas to paint on.
        tracks: Tracks that the ballast carries.
        style: The look of the bed.
    """
    extent_m = canvas.px * canvas.gsd_m
    px = min(canvas.px, round(extent_m / SOFT_M))
    cell_m = extent_m / px
    distance = distance_to(tracks, extent_m, px)
    ragged = cloud_noise(rng, px, rng.uniform(1.0, 6.0) / cell_m) * style.raggedness_m
    beyond = style.verge_half_width_m - distance - 2.0 * ragged
    verge = np.clip(beyond + 0.5, 0.0, 1.0) * np.float32(style.verge_half_width_m > 0.0)
    patches = np.clip(0.5 + 0.5 * cloud_noise(rng, px, 20.0 / cell_m, 2), 0.0, 1.0)
    colour = _mixed(patches, style.verge, shade(rng, style.verge))
    bed = np.clip((style.half_width_m - distance + ragged) / style.softness_m + 0.5, 0.0, 1.0) * style.opacity
    patches = 0.5 + 0.5 * cloud_noise(rng, px, style.patch_m / cell_m, 4)
    patches += style.between * (np.clip((distance - 1.3) / 0.6, 0.0, 1.0) - 0.5)
    over = _mixed(np.clip(patches, 0.0, 1.0), style.first, style.second)
    alpha = np.maximum(verge, bed)
    share = bed / np.maximum(alpha, 1e-6)
    blend(colour, over, share.astype(np.float32))
    grain = (style.grain * share + style.verge_grain * (1.0 - share)).astype(np.uint8)
    opacity: Floats32 = resized(np.asarray(alpha, dtype=np.float32), canvas.px)
    blend(canvas.rgb, resized(colour, canvas.px), opacity)
    blend(canvas.grain, resized(grain, canvas.px), opacity)


def _mixed(share: Floats32, first: Colour3, second: Colour3) -> Image:
    """Two colours mixed, uint8 (rows, cols, 3)."""
    bands = [cv2.convertScaleAbs(share, alpha=a - b, beta=b) for a, b in zip(first, second, strict=True)]
    return np.asarray(cv2.merge(bands), dtype=np.uint8)


def paint_weeds(rng: np.random.Generator, canvas: Canvas, tracks: tuple[Track, ...], style: BallastStyle) -> None:
    """Lets weeds grow over bed and tracks, in patches of tufts."""
    if style.weeds <= 0.0:
        return
    extent_m = canvas.px * canvas.gsd_m
    px = min(canvas.px, round(extent_m / SOFT_M))
    patches = cloud_noise(rng, px, rng.uniform(2.0, 10.0) * px / extent_m, 2)
    tufts = cloud_noise(rng, px, 0.9 * px / extent_m, 2)
    alpha = np.clip((patches + 0.7 * tufts - 1.0 + style.weeds) * 1.2, 0.0, 0.75)
    alpha *= distance_to(tracks, extent_m, px) < style.half_width_m + 0.5
    tint(canvas.rgb, style.weed, resized(alpha.astype(np.float32), canvas.px))


def _cover(distance: Floats32, width: float, blur: float) -> Floats32:
    """Share of a box of width `blur` that is covered by a stripe whose middle is at a distance (all metres)."""
    return np.clip(((width + blur) * 0.5 - np.abs(distance)) * (1.0 / blur), 0.0, min(width / blur, 1.0))


@dataclass(frozen=True, slots=True)
class Located:
    """Tracks located on a canvas: per track its style and its pixels' track coordinates.

    Attributes:
        tracks: Pairs of style and patches.
        blur_m: Width over which the camera's pixels average.
    """

    tracks: tuple[tuple[TrackStyle, tuple[Patch, ...]], ...]
    blur_m: float


def locate(
    rng: np.random.Generator, canvas: Canvas, tracks: tuple[Track, ...], styles: tuple[TrackStyle, ...]
) -> Located:
    """Finds the pixels of the tracks."""
    seen = [tuple(track_patches(track.points, canvas.px, canvas.gsd_m, 1.7)) for track in tracks]
    return Located(tuple(zip(styles, seen, strict=True)), canvas.gsd_m * rng.uniform(0.6, 1.1))


def paint_sleepers(rng: np.random.Generator, canvas: Canvas, located: Located) -> None:
    """Paints beds, sleepers, stains and conductor rails; branches come later in a plan and lie beneath."""
    for style, patches in reversed(located.tracks):
        for patch in patches:
            _paint_sleepers(rng, canvas, patch, style, located.blur_m)
            if style.third_rail is not None:
                _paint_third_rail(canvas, patch, style, located.blur_m)


def paint_rails(rng: np.random.Generator, canvas: Canvas, located: Located) -> None:
    """Paints the rails of all tracks."""
    for style, patches in reversed(located.tracks):
        for patch in patches:
            _paint_rails(rng, canvas, patch, style, located.blur_m)


def _paint_sleepers(rng: np.random.Generator, canvas: Canvas, patch: Patch, style: TrackStyle, blur: float) -> None:
    pixels = canvas.rgb[patch.rows, patch.cols].astype(np.float32)
    side = np.abs(patch.v)
    along = _along(rng, patch.u, 3.0)
    if style.bed_strength > 0.0:
        edge = np.clip((style.bed_half_width_m - side) / 0.5 + 0.5 + 0.3 * along, 0.0, 1.0)
        pixels += (edge * style.bed_strength * (0.85 + 0.3 * along))[:, None] * (
            np.asarray(style.bed, np.float32) - pixels
        )
    if style.sleeper_strength > 0.0:
        period = style.sleeper_period_m
        number = patch.u / period
        index = np.floor(number)
        width = style.sleeper_width_m
        if blur < period - width:
            comb = _cover((number - index - 0.5) * period, width, blur)
        else:
            comb = np.float32(width / period) * (1.0 + 0.4 * np.sin(2.0 * np.pi * number).astype(np.float32))
        table = (1.0 - style.sleeper_variation * rng.random(256, dtype=np.float32))[index.astype(np.int32) & 255]
        ends = _cover(side, style.sleeper_length_m, max(blur, 0.1))
        alpha = comb * table * np.minimum(ends, 1.0) * (style.sleeper_strength * (0.9 + 0.25 * along))
        pixels += alpha[:, None] * (np.asarray(style.sleeper, np.float32) - pixels)
    if style.stain_strength > 0.0:
        stain = np.exp(-((patch.v / style.stain_width_m) ** 2)) * (style.stain_strength * np.clip(0.7 + along, 0, 1))
        pixels *= 1.0 - 0.6 * stain[:, None]
    canvas.rgb[patch.rows, patch.cols] = np.clip(pixels, 0, 255).astype(np.uint8)


def _paint_rails(rng: np.random.Generator, canvas: Canvas, patch: Patch, style: TrackStyle, blur: float) -> None:
    offset = 0.5 * style.gauge_m + HALF_HEAD_M
    near = np.flatnonzero(np.abs(np.abs(patch.v) - offset) < 0.25 + blur)
    rows, cols, u, v = patch.rows[near], patch.cols[near], patch.u[near], patch.v[near]
    pixels = canvas.rgb[rows, cols].astype(np.float32)
    off = (np.abs(v) - offset).astype(np.float32)
    along = _along(rng, u, 1.5)
    if style.foot_strength > 0.0:
        alpha = _cover(off, style.foot_width_m, blur) * style.foot_strength
        pixels += alpha[:, None] * (np.asarray(style.foot, np.float32) - pixels)
    if style.shade_strength > 0.0:
        lee = off - np.sign(v) * style.shade_side * (0.04 + 0.5 * style.shade_width_m)
        pixels *= 1.0 - (_cover(lee.astype(np.float32), style.shade_width_m, blur) * style.shade_strength)[:, None]
    alpha = (
        _cover(off, style.rail_width_m, blur) * style.rail_strength * np.clip(1.0 + style.rail_variation * along, 0, 1)
    )
    pixels += alpha[:, None] * (np.asarray(style.rail, np.float32) - pixels)
    canvas.rgb[rows, cols] = np.clip(pixels, 0, 255).astype(np.uint8)


def _paint_third_rail(canvas: Canvas, patch: Patch, style: TrackStyle, blur: float) -> None:
    """Paints a conductor rail, or the board that covers it, beside the track."""
    off = patch.v * style.third_rail_side - (0.5 * style.gauge_m + THIRD_RAIL_M)
    near = np.flatnonzero(np.abs(off) < 0.2 + blur)
    rows, cols = patch.rows[near], patch.cols[near]
    pixels = canvas.rgb[rows, cols].astype(np.float32)
    alpha = _cover(off[near].astype(np.float32), 0.12, blur) * 0.8
    pixels += alpha[:, None] * (np.asarray(style.third_rail, np.float32) - pixels)
    canvas.rgb[rows, cols] = pixels.astype(np.uint8)


def _along(rng: np.random.Generator, u: Floats32, cell_m: float) -> Floats32:
    """Variation along a track, about -1 to 1, at each u."""
    table = np.interp(
        np.arange(512) * 0.5, np.arange(0, 257, cell_m), rng.uniform(-1, 1, len(np.arange(0, 257, cell_m)))
    )
    return np.asarray(table.astype(np.float32)[(u * 2.0).astype(np.int32) & 511])
