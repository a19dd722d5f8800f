"""What the model's first look saves, and whether it loses anything: the same pictures with it and without.

    python -m tests.benchmarks.first_look PICTURE [PICTURE …] [--model FILE]

Prints, for each picture whose lines differ and for all together, the seconds without and with it (both loaded and
warm), the metres of track without and with it, and the metres that are within 5 cm of nothing in the other's map.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry
from tqdm import tqdm

from railseg_core.network.model_card import bundled_model_path
from railseg_core.process_environment import prepare_process_environment
from train.command import command

_SAME_M = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first look changes, over one or more pictures.

    Attributes:
        seconds_without: The whole run's, decoding every tile.
        seconds_with: The whole run's, with the first look.
        metres_without: Length of the tracks, decoding every tile.
        metres_with: Length of the tracks, with the first look.
        metres_lost: Length that only the former has.
        metres_new: Length that only the latter has.
    """

    seconds_without: float = 0.0
    seconds_with: float = 0.0
    metres_without: float = 0.0
    metres_with: float = 0.0
    metres_lost: float = 0.0
    metres_new: float = 0.0

    def __add__(self, other: Difference) -> Difference:
        return Difference(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def difference(picture: Path, model: Path, folder: Path) -> Difference:
    """Extracts a picture's tracks with the first look and without, into `folder`, and compares them."""
    from railseg_core.pipeline import run
    from railseg_core.requests import ExtractRequest
    from railseg_core.vectors.line_layer import read_line_layer

    seconds: list[float] = []
    maps: list[BaseGeometry] = []
    for every_tile in (True, False):
        output = folder / f"{every_tile}.gpkg"
        started = time.perf_counter()
        run(
            ExtractRequest(
                raster=str(picture), output=output, model=model, device="cpu", every_tile=every_tile, overwrite=True
            )
        )
        seconds.append(time.perf_counter() - started)
        maps.append(shapely.union_all(read_line_layer(output).lines))
    without, looking = maps
    lost, new = (
        one.difference(other.buffer(_SAME_M)).length for one, other in ((without, looking), (looking, without))
    )
    return Difference(*seconds, without.length, looking.length, lost, new)


@command
def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=bundled_model_path())
    settings = parser.parse_args()
    total = Difference()
    print(f"{'seconds':>17} {'metres':>17} {'lost':>8} {'new':>8}")
    with tempfile.TemporaryDirectory() as folder:
        difference(settings.pictures[0], settings.model, Path(folder))  # loads everything
        for picture in tqdm(settings.pictures, unit="picture"):
            one = difference(picture, settings.model, Path(folder))
            total += one
            if one.metres_lost or one.metres_new:
                tqdm.write(_row(one, picture.name))
    print(_row(total, "all"))


def _row(one: Difference, name: str) -> str:
    return (
        f"{one.seconds_without:8.1f} {one.seconds_with:8.1f} {one.metres_without:8.1f} {one.metres_with:8.1f} "
        f"{one.metres_lost:8.1f} {one.metres_new:8.1f}  {name}"
    )


if __name__ == "__main__":
    prepare_process_environment()
    main()
