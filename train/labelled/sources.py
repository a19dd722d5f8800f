"""Source pictures with their masks, from folders in any of several formats."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np

from railseg_core.chips.files import TARGET_SUFFIX, Chip
from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.requests import ChipsRequest
from train.data import read_scene
from train.labelled.labelme import LabelmeSettings, labelme_chip
from train.labelled.masks import chip_of_mask
from train.pictures import GEOTIFFS, PICTURES, file_beside, files_in, read_picture
from train.synthetic.scene import render_scene

VECTORS = (".gpkg", ".geojson", ".shp")
FORMATS = (
    "chips (NAME.png, NAME_target.png, as railseg chips writes them), a folder images/ with a folder masks/ of the "
    "same names, DeepGlobe's (NAME_sat.jpg, NAME_mask.png), GeoTIFFs each with a line layer (NAME.tif, NAME.gpkg, "
    ".geojson or .shp), or LabelMe's (NAME.json)"
)
_CHIP_PLACE = re.compile(r"_-?\d+_-?\d+$")
_WHITE = 128  # threshold for masks of 0 and 255 that went through JPEG


@dataclass(frozen=True, slots=True)
class Source:
    """An original picture; training and test never share one.

    Attributes:
        name: Its name, the same for the same picture.
        chips: Reads the picture and its truth, as one chip or many.
    """

    name: str
    chips: Callable[[], Iterable[Chip]]


def labelled_sources(folder: Path, labelme: LabelmeSettings, chip_px: int) -> list[Source]:
    """The labelled pictures of a folder, by name.

    Args:
        folder: Folder in one of the `FORMATS`, recognised by its files.
        labelme: What LabelMe's labels mean.
        chip_px: Side of the chips that GeoTIFFs are cut into.

    Raises:
        RailSegError: If there are none, or a picture lacks its mask. Other faults are reported, with the file's name,
            when a file is read.
    """
    if not folder.is_dir():
        raise RailSegError(f"{folder} is not a folder.", "Name the folder of your labelled pictures.")
    pictures = files_in(folder, PICTURES)
    targets = [path for path in pictures if path.name.endswith(TARGET_SUFFIX)]
    satellite = [path for path in pictures if path.stem.endswith("_sat")]
    traced = [(path, lines) for path in files_in(folder, GEOTIFFS) if (lines := file_beside(path, VECTORS)) is not None]
    if targets:
        return _chip_sources(targets)
    if (folder / "images").is_dir() and (folder / "masks").is_dir():
        pairs = [(path, _mask_of(path, folder / "masks" / path.name)) for path in files_in(folder / "images", PICTURES)]
    elif satellite:
        pairs = [(path, _mask_of(path, path.with_stem(path.stem.removesuffix("_sat") + "_mask"))) for path in satellite]
    elif traced:
        return [Source(path.stem, partial(_geotiff_chips, path, lines, chip_px)) for path, lines in traced]
    elif annotations := files_in(folder, (".json",)):
        return [Source(path.stem, partial(_one_labelme, path, labelme)) for path in annotations]
    else:
        pairs = []
    if not pairs:
        raise RailSegError(f"There are no labelled pictures in {folder}.", f"It may hold {FORMATS}.")
    return [Source(picture.stem, partial(_one_pair, picture, mask)) for picture, mask in pairs]


def rendered_sources(count: int, size_px: int, seed: int) -> list[Source]:
    """Rendered scenes instead of real pictures; each is a source of its own."""

    def chips(number: int) -> Iterable[Chip]:
        scene = render_scene(np.random.default_rng([seed, number]), size_px, None)
        yield Chip(scene.image, scene.target)

    return [Source(f"rendered_{number:05d}", partial(chips, number)) for number in range(count)]


def _chip_sources(targets: list[Path]) -> list[Source]:
    """Sources made of chips, grouped by picture."""

    def picture_of(target: Path) -> str:
        return _CHIP_PLACE.sub("", target.name.removesuffix(TARGET_SUFFIX))

    grouped = [(name, list(group)) for name, group in groupby(sorted(targets, key=picture_of), key=picture_of)]
    return [Source(name, partial(map, read_scene, group)) for name, group in grouped]


def _mask_of(picture: Path, expected: Path) -> Path:
    """A picture's mask, which may have another ending than is expected."""
    mask = file_beside(expected, PICTURES)
    if mask is None:
        raise RailSegError(f"{picture} has no mask {expected.with_suffix('.png')}.", "Add it, or remove the picture.")
    return mask


def _one_pair(picture: Path, mask: Path) -> Iterable[Chip]:
    """A picture and a mask of 0 and 1, or of 0 and 255 (DeepGlobe's 255 becomes the paper's 1)."""
    image, levels = read_picture(picture), read_picture(mask).max(axis=-1)
    if levels.shape != image.shape[:2]:
        sizes = " and ".join(f"{cols} × {rows}" for rows, cols in (image.shape[:2], levels.shape))
        raise RailSegError(f"{picture} and {mask} differ in size: {sizes} pixels.", "Make the mask again.")
    yield chip_of_mask(image, levels >= (_WHITE if levels.max() > 1 else 1))


def _one_labelme(annotation: Path, settings: LabelmeSettings) -> Iterable[Chip]:
    yield labelme_chip(annotation, settings)


def _geotiff_chips(picture: Path, lines: Path, chip_px: int) -> Iterable[Chip]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "chips"
        run(ChipsRequest(raster=str(picture), lines=str(lines), output=folder, side_px=chip_px))
        yield from map(read_scene, sorted(folder.glob(f"*{TARGET_SUFFIX}")))
