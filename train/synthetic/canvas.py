"""The sheet that scenes are drawn on, in metres, and the noise that gives it grain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

from railseg_core.arrays import Floats, UInt8Array
from train.synthetic.alignment import normals

Image = UInt8Array
Floats32 = npt.NDArray[np.float32]
Colour3 = tuple[float, float, float]

_Array = TypeVar("_Array", Image, Floats32)

_SHIFT = 5


class Canvas:
    """RGB picture and grain, drawn with sub-pixel accuracy.

    Attributes:
        rgb: uint8 (rows, cols, 3).
        grain: uint8 (rows, cols), how strongly the surface's noise shows.
        gsd_m: Pixel size.
    """

    def __init__(self, px: int, extent_m: float) -> None:
        self.rgb: Image = np.zeros((px, px, 3), np.uint8)
        self.grain: Image = np.zeros((px, px), np.uint8)
        self.gsd_m = extent_m / px
        self.px = px

    def copied(self) -> Canvas:
        """A copy of the canvas, to be drawn on separately."""
        other = Canvas(self.px, self.px * self.gsd_m)
        other.rgb, other.grain = self.rgb.copy(), self.grain.copy()
        return other

    def to_fixed(self, points: Floats) -> npt.NDArray[np.int32]:
        """OpenCV's fixed-point coordinates of points in metres."""
        return np.asarray(np.round((points / self.gsd_m - 0.5) * (1 << _SHIFT)), dtype=np.int32)

    def polygon(self, points: Floats, colour: Colour3, grain: float | None = None) -> None:
        """Fills a polygon; (n, 2) metres."""
        self.polygons([points], colour, grain)

    def polygons(self, rings: Sequence[Floats], colour: Colour3, grain: float | None = None) -> None:
        """Fills polygons of one colour; each (n, 2) metres."""
        fixed = [self.to_fixed(ring) for ring in rings]
        for ring in fixed:
            cv2.fillPoly(self.rgb, [ring], tuple(float(c) for c in colour), cv2.LINE_AA, _SHIFT)
        if grain is not None:
            cv2.fillPoly(self.grain, fixed, float(grain), cv2.LINE_8, _SHIFT)

    def lines(
        self,
        lines: Sequence[Floats],
        width_m: float,
        colour: Colour3,
        under: Colour3,
        grain: float | None = None,
    ) -> None:
        """Draws lines; those thinner than a pixel fade into the colour `under` them."""
        px = width_m / self.gsd_m
        mix = min(px, 1.0)
        paint = tuple(float(mix * c + (1.0 - mix) * u) for c, u in zip(colour, under, strict=True))
        fixed = [self.to_fixed(line) for line in lines]
        thickness = max(round(px), 1)
        cv2.polylines(self.rgb, fixed, False, paint, thickness, cv2.LINE_AA, _SHIFT)
        if grain is not None:
            cv2.polylines(self.grain, fixed, False, float(grain), thickness, cv2.LINE_8, _SHIFT)

    def mask(self, rings: Sequence[Floats]) -> Image:
        """Coverage 0–255 of the union of polygons, uint8 (rows, cols)."""
        out: Image = np.zeros((self.px, self.px), np.uint8)
        for ring in rings:
            cv2.fillPoly(out, [self.to_fixed(ring)], 255.0, cv2.LINE_AA, _SHIFT)
        return out

    def discs(self, centres: Floats, radii: Floats) -> Image:
        """Coverage 0–255 of the union of discs, uint8 (rows, cols)."""
        out: Image = np.zeros((self.px, self.px), np.uint8)
        fixed = self.to_fixed(centres)
        for (x, y), r in zip(fixed.tolist(), (radii / self.gsd_m * (1 << _SHIFT)).astype(int).tolist(), strict=True):
            cv2.circle(out, (x, y), r, 255.0, -1, cv2.LINE_8, _SHIFT)
        return out

    def roughen(self, rng: np.random.Generator) -> None:
        """Lets the grain show: bright and dark specks, some of them coloured."""
        noise = grain_noise(rng, self.px, self.gsd_m)
        amount = cv2.multiply(self.grain, noise, scale=1.0 / 128.0, dtype=cv2.CV_16S)
        self.rgb = np.asarray(cv2.add(self.rgb, cv2.merge([amount, amount, amount]), dtype=cv2.CV_8U), dtype=np.uint8)


def smooth_noise(rng: np.random.Generator, px: int, cell_px: float) -> Floats32:
    """Smooth noise, about -1 to 1, whose bumps are `cell_px` wide; float32 (px, px)."""
    cells = max(int(np.ceil(px / max(cell_px, 1.0))) + 1, 2)
    coarse = rng.uniform(-1.0, 1.0, (cells, cells)).astype(np.float32)
    return resized(coarse, px, cv2.INTER_CUBIC)


def cloud_noise(rng: np.random.Generator, px: int, cell_px: float, octaves: int = 3) -> Floats32:
    """Sum of smooth noises, each half as wide and 0.6 times as strong as the one before; float32 (px, px)."""
    size = int(np.clip(px * 3.0 * 2 ** (octaves - 1) / max(cell_px, 1.0), 64, px))
    cell = cell_px * size / px
    total = smooth_noise(rng, size, cell)
    for octave in range(1, octaves):
        total += (0.6**octave) * smooth_noise(rng, size, cell / 2**octave)
    return resized(total, px)


def grain_noise(rng: np.random.Generator, px: int, gsd_m: float) -> npt.NDArray[np.int8]:
    """Noise of stones and blades: white noise mixed with bumps of 0.3 to 1.5 m; int8 (px, px)."""
    white = np.frombuffer(rng.bytes(px * px), np.uint8).reshape(px, px)
    mixed = cv2.addWeighted(
        white, 0.55, cv2.resize(white[: px // 2, : px // 2], (px, px)), 0.6, -147.0, dtype=cv2.CV_16S
    )
    cells = max(int(px * gsd_m / 1.2), 2)
    bumps = rng.integers(-70, 70, (cells, cells)).astype(np.int16)
    mixed = cv2.add(mixed, cv2.resize(bumps, (px, px), interpolation=cv2.INTER_CUBIC))
    return np.asarray(np.clip(mixed, -127, 127), dtype=np.int8)


def rectangle(centre: Floats, length_m: float, width_m: float, heading: float) -> Floats:
    """Corners of a rectangle, (4, 2) metres; `length_m` lies along the heading."""
    along = 0.5 * length_m * np.array([np.cos(heading), np.sin(heading)])
    across = 0.5 * width_m * np.array([-np.sin(heading), np.cos(heading)])
    return np.array(
        [centre - along - across, centre + along - across, centre + along + across, centre - along + across]
    )


def ribbon(points: Floats, left_m: float, right_m: float) -> Floats:
    """Polygon between two offsets of a line, (2n, 2) metres."""
    normal = normals(points)
    return np.concatenate([points + left_m * normal, (points + right_m * normal)[::-1]])


def blend(rgb: Image, over: Image, alpha: Floats32) -> None:
    """Lays one picture over another in place; alpha float32 (rows, cols) 0–1."""
    alpha = np.ascontiguousarray(alpha, dtype=np.float32)
    rgb[:] = cv2.blendLinear(rgb, over, 1.0 - alpha, alpha)


def tint(rgb: Image, colour: Colour3, alpha: Floats32) -> None:
    """Lays one colour over a picture in place; alpha float32 (rows, cols) 0–1."""
    rows, cols = alpha.shape
    flat = cv2.merge([np.full((rows, cols), round(band), np.uint8) for band in colour])
    blend(rgb, np.asarray(flat, dtype=np.uint8), alpha)


def resized(array: _Array, px: int, way: int = cv2.INTER_LINEAR) -> _Array:
    """A square raster resized to `px` rows and columns."""
    return cast(_Array, cv2.resize(array, (px, px), interpolation=way))


def blurred(array: _Array, sigma_px: float) -> _Array:
    """A raster blurred by a Gaussian."""
    return cast(_Array, cv2.GaussianBlur(array, (0, 0), sigma_px))
