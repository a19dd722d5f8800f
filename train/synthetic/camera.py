"""The camera: optics, light, noise and compression, then resampling to the model's pixel size."""

from __future__ import annotations

import cv2
import numpy as np

from train.synthetic.canvas import Image, blurred, resized


def random_gsd_m(rng: np.random.Generator) -> float:
    """A camera's pixel size, 0.05–0.6 m, mostly 0.1–0.3 m."""
    low, high = ((0.1, 0.3), (0.05, 0.1), (0.3, 0.6))[int(rng.choice(3, p=[0.55, 0.1, 0.35]))]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def photograph(rng: np.random.Generator, scene: Image, camera_px: int, model_px: int) -> Image:
    """Takes a picture of the drawn scene and resamples it to the model's grid as the product does.

    Args:
        rng: Random number generator.
        scene: uint8 (rows, cols, 3), square, drawn at the camera's pixel size or finer.
        camera_px: Size of the camera's picture.
        model_px: Size of the result.

    Returns:
        uint8 (model_px, model_px, 3).
    """
    picture = brought_to(scene, camera_px)
    blur = rng.uniform(0.0, 0.55) if rng.random() < 0.75 else rng.uniform(0.55, 1.1)
    if blur > 0.2:
        picture = blurred(picture, blur)
    picture = _develop(rng, picture)
    if rng.random() < 0.06:
        _join(rng, picture)
    if rng.random() < 0.3:
        amount = rng.uniform(0.3, 1.2)
        soft = blurred(picture, rng.uniform(0.7, 1.5))
        picture = np.asarray(cv2.addWeighted(picture, 1.0 + amount, soft, -amount, 0.0), dtype=np.uint8)
    picture = _noisy(rng, picture)
    if rng.random() < 0.45:
        picture = compressed(picture, int(rng.integers(45, 96)))
    if rng.random() < 0.12:
        # Sampled twice, like a screenshot, a web tile or a reprojected picture.
        between = max(round(camera_px * rng.uniform(0.75, 1.5)), 16)
        picture = resized(picture, between, cv2.INTER_LINEAR)
    return brought_to(picture, model_px)


def _join(rng: np.random.Generator, picture: Image) -> None:
    """Develops one side of a straight cut differently, as in a mosaic of two pictures; in place."""
    rows, cols = picture.shape[:2]
    angle = rng.uniform(0.0, 2.0 * np.pi)
    y, x = np.ogrid[:rows, :cols]
    beyond = np.cos(angle) * (x - rng.uniform(0.2, 0.8) * cols) + np.sin(angle) * (y - rng.uniform(0.2, 0.8) * rows) > 0
    picture[beyond] = _develop(rng, picture)[beyond]


def brought_to(picture: Image, px: int) -> Image:
    """A picture resampled to `px` rows and columns: averaged if it is finer, interpolated if coarser."""
    if picture.shape[0] == px:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > px else cv2.INTER_CUBIC
    return resized(picture, px, way)


def compressed(picture: Image, quality: int) -> Image:
    """The picture, uint8 (rows, cols, 3), after JPEG compression of a quality from 0 to 100; 75 is GDAL's default."""
    coded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _develop(rng: np.random.Generator, picture: Image) -> Image:
    """Exposure, gamma, haze, colour cast and saturation."""
    level = np.linspace(0.0, 1.0, 256)
    gamma, gain = np.exp(rng.normal(0.0, 0.27)), np.exp(rng.normal(0.0, 0.18))
    haze = rng.uniform(0.0, 0.3) if rng.random() < 0.3 else rng.uniform(0.0, 0.06)
    table = np.empty((256, 1, 3), np.uint8)
    for band, veil in enumerate((0.72, 0.76, 0.82)):
        cast = np.exp(rng.normal(0.0, 0.045))
        curve = gain * cast * level**gamma * (1.0 - haze) + haze * veil
        table[:, 0, band] = np.clip(curve * 255.0, 0, 255).astype(np.uint8)
    developed = cv2.LUT(picture, table)
    if rng.random() < 0.6:
        saturation = rng.uniform(0.35, 1.35) if rng.random() < 0.9 else 0.0
        matrix = saturation * np.eye(3) + (1.0 - saturation) * np.array([0.3, 0.59, 0.11])[None, :]
        developed = cv2.transform(developed, matrix.astype(np.float32))
    if rng.random() < 0.03:
        developed = developed[..., rng.permutation(3)]  # false colours, such as infrared as red
    return np.ascontiguousarray(developed, dtype=np.uint8)


def _noisy(rng: np.random.Generator, picture: Image) -> Image:
    """Sensor noise, the same in all bands or different in each."""
    strength = float(rng.gamma(1.5, 2.2))
    if strength < 0.7:
        return picture
    bands = 3 if rng.random() < 0.4 else 1
    rows, cols = picture.shape[:2]
    raw = np.frombuffer(rng.bytes(rows * cols * bands * 2), np.uint8).reshape(2, rows, cols, bands)
    noise = cv2.add(raw[0], raw[1], dtype=cv2.CV_16S)
    noise = cv2.addWeighted(noise, strength / 104.0, noise, 0.0, -255.0 * strength / 104.0, dtype=cv2.CV_16S)
    noise = noise.reshape(rows, cols, bands)
    return np.asarray(cv2.add(picture, np.repeat(noise, 3, 2) if bands == 1 else noise, dtype=cv2.CV_8U))
