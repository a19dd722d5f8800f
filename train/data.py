"""The endless stream of training crops: rendered scenes, and crops of real ones if there are any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from railseg_core.arrays import Floats, UInt8Array
from railseg_core.chips.files import TARGET_SUFFIX, Chip
from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import normalise
from railseg_core.tiling import GSD_M, TILE_PX
from train.pictures import read_picture
from train.synthetic.background import Backgrounds
from train.synthetic.camera import brought_to, compressed
from train.synthetic.scene import render_scene
from train.synthetic.trackplan import WITH_SWITCHES, TrackPlan, as_photographed, plan_with_switches

COARSENED_SHARE = 0.3
COMPRESSED_SHARE = 0.5
COMPRESSED_COARSENED_SHARE = 0.6  # pictures are compressed at their own pixel size, which crops at 0.2 m no longer have
JPEG_QUALITIES = (50, 96)
FLIPS = ((1, 1), (-1, 1), (1, -1), (-1, -1))  # (x, y): none, horizontal, vertical, centre


def load_real_scenes(folder: Path) -> list[Chip]:
    """Reads the `NAME.png` and `NAME_target.png` pairs that `train.prepare_scenes` and `railseg chips` write.

    Raises:
        FileNotFoundError: If the folder holds none.
        RailSegError: As `read_scene`.
    """
    scenes = [read_scene(target_path) for target_path in sorted(folder.glob(f"*{TARGET_SUFFIX}"))]
    if not scenes:
        raise FileNotFoundError(
            f"no scenes in {folder}: make some with railseg chips, train.prepare_scenes or train.hard_negatives"
        )
    return scenes


def read_scene(target_path: Path) -> Chip:
    """Reads a `NAME_target.png` together with its picture `NAME.png`.

    Raises:
        RailSegError: If either can't be read, or they differ in size.
    """
    image_path = target_path.with_name(target_path.name.removesuffix(TARGET_SUFFIX) + ".png")
    image, target = read_picture(image_path), read_picture(target_path)
    if image.shape != target.shape:
        raise RailSegError(f"{image_path} and {target_path} differ in size.", "Make both again, or remove them.")
    return Chip(image, (target > 0).astype(np.uint8))


def tiled(scenes: Iterable[Chip], tile_px: int = TILE_PX) -> Iterator[Chip]:
    """Whole scenes in tiles (tile, tile) as the product sees them; pixels beyond the edge are mirrored and ignored."""
    for scene in scenes:
        rows, cols = scene.image.shape[:2]
        below, right = (-(-side // tile_px) * tile_px - side for side in (rows, cols))
        image = cv2.copyMakeBorder(scene.image, 0, below, 0, right, cv2.BORDER_REFLECT)
        target = cv2.copyMakeBorder(scene.target, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 1))
        for row in range(0, rows, tile_px):
            for col in range(0, cols, tile_px):
                here = np.s_[row : row + tile_px, col : col + tile_px]
                yield Chip(image[here].astype(np.uint8), target[here].astype(np.uint8))


def augmented_crop(scene: Chip, size_px: int, rng: np.random.Generator) -> Chip:
    """A random crop as in the paper's section 3.1 (rotation, flips), plus what other cameras and files do to it.

    Scale and colour change a little; some crops become coarser, some are compressed as JPEG.

    Returns:
        (size, size); pixels beyond the scene are mirrored, and marked as ignored.
    """
    centre = _place_that_counts(rng, scene.target)
    scale = rng.uniform(0.85, 1.2)
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, rng.uniform(0, 360), scale), dtype=np.float64)
    if rng.random() < 0.5:
        matrix[0] *= -1
    crop = _warped(scene, matrix, centre, size_px)
    image = crop.image
    is_compressed = rng.random() < COMPRESSED_SHARE
    if rng.random() < (COMPRESSED_COARSENED_SHARE if is_compressed else COARSENED_SHARE):
        # As seen by a camera with pixels of up to 0.6 m.
        image = brought_to(image, max(round(size_px / rng.uniform(1.2, 3.0)), 8))
    image = recoloured(image, rng)
    if is_compressed:
        image = compressed(image, int(rng.integers(*JPEG_QUALITIES)))
    return Chip(brought_to(image, size_px), crop.target)


def paper_crop(scene: Chip, size_px: int, rng: np.random.Generator) -> Chip:
    """A random crop exactly as in the paper's section 3.1: rotated half of the time, with one of four flips.

    The flips are none, horizontal, vertical, and centre, which is both at once: half a turn.

    Returns:
        (size, size); pixels beyond the scene are mirrored, and marked as ignored.
    """
    centre = _place_that_counts(rng, scene.target, size_px / 2)
    angle_deg = rng.uniform(0, 360) if rng.random() < 0.5 else 0.0
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, angle_deg, 1.0), dtype=np.float64)
    matrix *= np.array(FLIPS[int(rng.integers(len(FLIPS)))])[:, np.newaxis]
    return _warped(scene, matrix, centre, size_px)


def _warped(scene: Chip, matrix: Floats, centre: tuple[float, float], size_px: int) -> Chip:
    """A scene turned, scaled and flipped about a place by a float64 (2, 3) matrix, whose shift is set in place."""
    matrix[:, 2] = size_px / 2 - matrix[:, :2] @ centre
    size = (size_px, size_px)
    image = cv2.warpAffine(scene.image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    target = cv2.warpAffine(
        scene.target,
        matrix,
        size,
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0, 0, 1),
    )
    return Chip(image.astype(np.uint8), target.astype(np.uint8))


def _place_that_counts(rng: np.random.Generator, target: UInt8Array, margin_px: float = 0.0) -> tuple[float, float]:
    """A random place, (x, y) in pixels, at least `margin_px` from the edge if the scene is large enough.

    Places where the truth is unknown are avoided, unless it is unknown nearly everywhere.
    """
    rows, cols = target.shape[:2]
    beside, above = min(margin_px, (cols - 1) / 2), min(margin_px, (rows - 1) / 2)
    place = (0.0, 0.0)
    for _ in range(20):
        place = (rng.uniform(beside, cols - beside), rng.uniform(above, rows - above))
        if not target[int(place[1]), int(place[0]), 2]:
            break
    return place


def recoloured(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """An image with random contrast, brightness and gamma, partly per channel, and sometimes blur or noise."""
    levels = np.arange(256, dtype=np.float32)[:, None] / 255
    contrast = rng.uniform(0.7, 1.35) * rng.uniform(0.92, 1.08, 3)
    brightness = rng.uniform(-0.12, 0.12) + rng.uniform(-0.04, 0.04, 3)
    table = np.clip((levels ** rng.uniform(0.7, 1.4) - 0.5) * contrast + 0.5 + brightness, 0, 1)
    table_u8 = (table * 255).round().astype(np.uint8)[None]
    out = np.asarray(cv2.LUT(image, table_u8))
    if rng.random() < 0.25:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.2)))
    if rng.random() < 0.25:
        noise = rng.normal(0, rng.uniform(1, 7), out.shape).astype(np.float32)
        out = np.clip(out + noise, 0, 255)
    return out.astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a stream of training crops is made of.

    Attributes:
        backgrounds: Folder of real pictures to render on, or None for procedural ground only.
        real_scenes: Real scenes with targets.
        real_share: Share of crops taken from them.
        negatives: Scenes without tracks in which a model found some (`train.hard_negatives`).
        negative_share: Share of crops taken from those.
        switch_share: Share of the rendered scenes that are sure to show a switch.
    """

    backgrounds: Path | None = None
    real_scenes: tuple[Chip, ...] = ()
    real_share: float = 0.0
    negatives: tuple[Chip, ...] = ()
    negative_share: float = 0.0
    switch_share: float = 0.0


class CropStream(IterableDataset[tuple[Tensor, Tensor]]):
    """An endless stream of batches of crops, the same for the same seed and number of workers.

    Args:
        sizes_px: Sides of the crops; all crops of a batch have the same side.
        batch: Crops of the first size in a batch. Batches of other sizes have about as many pixels, but at least four
            crops: the batch norm of the network's image pooling needs several.
        seed: Seed of the random numbers; a resumed run adds its step, so that it sees other crops.
        mixture: What the crops are taken from.
    """

    def __init__(self, sizes_px: Sequence[int], batch: int, seed: tuple[int, ...], mixture: Mixture) -> None:
        self.sizes_px = tuple(sizes_px)
        self.batch = batch
        self.seed = seed
        self.mixture = mixture

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields images (n, 3, size, size) uint8 RGB and targets (n, 3, size, size) uint8: track, axis, ignore."""
        cv2.setNumThreads(1)
        rng = own_numbers(self.seed)
        backgrounds = Backgrounds(self.mixture.backgrounds) if self.mixture.backgrounds else None
        while True:
            size_px = self.sizes_px[int(rng.integers(len(self.sizes_px)))]
            same_pixels = round(self.batch * (self.sizes_px[0] / size_px) ** 2)
            count = self.batch if size_px == self.sizes_px[0] else max(4, same_pixels)
            yield as_batch([random_crop(rng, size_px, self.mixture, backgrounds) for _ in range(count)])


def own_numbers(seed: tuple[int, ...]) -> np.random.Generator:
    """Random numbers for a stream's seed, different in every worker process."""
    worker = get_worker_info()
    return np.random.default_rng((*seed, worker.id if worker else 0))


def as_batch(chips: Sequence[Chip]) -> tuple[Tensor, Tensor]:
    """Chips of one size as images (n, 3, rows, cols) uint8 RGB and targets (n, 3, rows, cols) uint8 of 0 and 1."""
    images, targets = (
        torch.from_numpy(np.stack(every).transpose(0, 3, 1, 2).copy())
        for every in ([chip.image for chip in chips], [chip.target for chip in chips])
    )
    return images, targets


def normalised(images: Tensor, device: str) -> Tensor:
    """(n, 3, rows, cols) uint8 to the network's input on `device`, channels last."""
    images = images.to(device, non_blocking=True, memory_format=torch.channels_last)
    return normalise(images.float())


def random_crop(rng: np.random.Generator, size_px: int, mixture: Mixture, backgrounds: Backgrounds | None) -> Chip:
    """A random crop from the mixture, (size, size)."""
    kind = rng.random()
    if mixture.real_scenes and kind < mixture.real_share:
        return augmented_crop(_by_area(rng, mixture.real_scenes), size_px, rng)
    if mixture.negatives and kind > 1 - mixture.negative_share:
        return augmented_crop(mixture.negatives[int(rng.integers(len(mixture.negatives)))], size_px, rng)
    scene = render_scene(rng, size_px, backgrounds, plan=chosen_plan(rng, size_px * GSD_M, mixture.switch_share))
    return Chip(scene.image, scene.target)


def chosen_plan(rng: np.random.Generator, extent_m: float, switch_share: float) -> TrackPlan | None:
    """A plan with a switch, with probability `switch_share`; otherwise None, so that the scene chooses its own."""
    if switch_share and rng.random() < switch_share:
        kind = int(rng.integers(len(WITH_SWITCHES)))
        return as_photographed(rng, plan_with_switches(rng, extent_m, kind), extent_m)
    return None


def _by_area(rng: np.random.Generator, scenes: tuple[Chip, ...]) -> Chip:
    """A random scene, weighted by the square root of its area so that one big yard does not crowd out the others."""
    weights = np.sqrt([scene.image.shape[0] * scene.image.shape[1] for scene in scenes])
    return scenes[int(rng.choice(len(scenes), p=weights / weights.sum()))]
