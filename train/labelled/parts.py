"""Parts of the data for training and for testing: split by source picture, cut into tiles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from railseg_core.chips.files import TARGET_SUFFIX, write_chip
from railseg_core.errors import RailSegError
from train.data import tiled
from train.labelled.sources import Source

TEST_SHARE = 0.1  # 9:1, the paper's section 3.1
SPLIT_NAME = "split.json"


def split(names: Sequence[str], seed: int, validation_share: float = 0.0) -> dict[str, list[str]]:
    """Source pictures by part: `train`, `test` and, if asked for, `validation`.

    Args:
        names: Names of the source pictures.
        seed: Seed of the split; the same seed gives the same split.
        validation_share: Share of all pictures set aside for validation; 0 for none, as in the paper.

    Raises:
        RailSegError: If there are too few for every part to have one.
    """
    counts = {"test": max(1, round(TEST_SHARE * len(names)))}
    if validation_share > 0:
        counts["validation"] = max(1, round(validation_share * len(names)))
    if sum(counts.values()) >= len(names):
        raise RailSegError(
            f"{len(names)} source pictures are too few for the parts train, {', '.join(counts)}.",
            "Add pictures; chips of one picture count as one source, which is never split.",
        )
    order = [sorted(names)[place] for place in np.random.default_rng(seed).permutation(len(names))]
    parts, first = {}, 0
    for part, count in counts.items():
        parts[part] = sorted(order[first : first + count])
        first += count
    return {"train": sorted(order[first:]), **parts}


def write_parts(sources: Sequence[Source], folder: Path, tile_px: int, seed: int, validation_share: float) -> None:
    """Writes the tiles of every part to a folder named after it; does nothing if that has been done already.

    Args:
        sources: The pictures.
        folder: Folder to write to.
        tile_px: Side of the tiles; pixels beyond a picture's edge are mirrored and ignored.
        seed: Seed of the split.
        validation_share: See `split`.

    Raises:
        RailSegError: As `split`, or if something is wrong with a picture.
    """
    if (folder / SPLIT_NAME).exists():
        return
    by_name = {source.name: source for source in sources}
    parts = split(list(by_name), seed, validation_share)
    for part, names in parts.items():
        # An attempt that failed on a picture may have split others differently.
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
        for name in names:
            for number, tile in enumerate(tiled(by_name[name].chips(), tile_px)):
                if not tile.target[..., 2].all():
                    write_chip(tile, folder / part, f"{name}_{number:04d}")
    # Written last, as the sign that everything is there.
    (folder / SPLIT_NAME).write_text(json.dumps(parts, indent=1), encoding="utf-8")


def tiles_of_part(folder: Path, part: str) -> list[Path]:
    """The targets of a part's tiles, as `train.data.read_scene` takes them."""
    return sorted((folder / part).glob(f"*{TARGET_SUFFIX}"))
