"""Looks for what a model takes for tracks where there are none, to train on.

    python -m train.hard_negatives DATA/backgrounds build/negatives --count 120 [--model FILE]

Of the background pictures that training may use, those with the most false axis are written at the model's GSD, each
with an empty target, as `train.train --negatives` reads them. A round more: train, look again, go on training.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from railseg_core.network.model_file import bundled_model_path
from railseg_core.segmentation import Segmenter
from train.data import TARGET_SUFFIX
from train.synthetic.background import Backgrounds
from train.synthetic.scene import GSD_M
from train.train import TILE_PX

UInt8Array = npt.NDArray[np.uint8]


def at_model_gsd(picture: UInt8Array, gsd_m: float) -> UInt8Array:
    """A picture (rows, cols, 3) of a coarser or finer GSD brought to the model's."""
    scale = gsd_m / GSD_M
    rows, cols = (round(side * scale) for side in picture.shape[:2])
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (cols, rows), interpolation=way), dtype=np.uint8)


def false_axis_m2(segmenter: Segmenter, image: UInt8Array) -> float:
    """Area that the model takes for a track's axis, from its threshold on, in (rows, cols, 3) pixels of 0.2 m."""
    rows, cols = image.shape[:2]
    below, right = (-(-side // TILE_PX) * TILE_PX - side for side in (rows, cols))
    bordered = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REFLECT)
    padded = np.asarray(bordered, dtype=np.uint8).transpose(2, 0, 1)
    found = 0
    for row in range(0, rows, TILE_PX):
        for col in range(0, cols, TILE_PX):
            tile = np.ascontiguousarray(padded[None, :, row : row + TILE_PX, col : col + TILE_PX])
            axis = segmenter.predict(tile)[0, 1, : rows - row, : cols - col]
            found += int((axis >= 255 * segmenter.card.axis_threshold).sum())
    return found * GSD_M**2


def write_negatives(folder: Path, out: Path, count: int, segmenter: Segmenter) -> list[tuple[str, float]]:
    """Writes the worst places as pairs of pictures.

    Returns:
        Name and false axis in m² of each that was written, the worst first; only those with some.
    """
    out.mkdir(parents=True, exist_ok=True)
    pictures = [(path, at_model_gsd(picture, gsd_m)) for path, picture, gsd_m in Backgrounds(folder).large_pictures()]
    scored = [(false_axis_m2(segmenter, picture), path, picture) for path, picture in tqdm(pictures, unit="place")]
    worst = sorted((item for item in scored if item[0] > 0), key=lambda item: -item[0])[:count]
    for _, path, picture in worst:
        cv2.imwrite(str(out / f"{path.stem}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(out / f"{path.stem}{TARGET_SUFFIX}"), np.zeros_like(picture))
    return [(path.stem, area) for area, path, _ in worst]


def main() -> None:
    """Reads the options, writes, says what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("backgrounds", type=Path, help="folder with naip/, pdok/")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--count", type=int, default=120, help="how many places at most")
    parser.add_argument("--model", type=Path, help="model file instead of the bundled one")
    arguments = parser.parse_args()
    segmenter = Segmenter(arguments.model or bundled_model_path())
    written = write_negatives(arguments.backgrounds, arguments.out, arguments.count, segmenter)
    print(f"{len(written)} places with false axis, {sum(area for _, area in written):.0f} m² in all")
    for name, area in written[:10]:
        print(f"{name}: {area:.0f} m²")


if __name__ == "__main__":
    main()
