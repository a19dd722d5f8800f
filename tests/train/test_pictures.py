"""Pictures that training, judging and rendering read and write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from railseg_core.chips.files import Chip, write_chip
from railseg_core.errors import RailSegError
from train.data import read_scene
from train.pictures import read_picture, sheet_of, write_picture


def test_a_picture_is_read_as_it_was_written_whatever_its_name(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    path = tmp_path / "Gleis Žižkov 鉄道.png"
    write_picture(path, picture)
    np.testing.assert_array_equal(read_picture(path), picture)


@pytest.mark.parametrize("content", [None, b"", b"no picture"])
def test_what_is_no_picture_is_told_by_its_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "yard.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RailSegError, match=r"yard\.png is not a picture that can be read"):
        read_picture(path)


def test_a_picture_and_its_target_are_of_one_size(tmp_path: Path) -> None:
    write_chip(Chip(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 6, 3), np.uint8)), tmp_path, "odd")
    with pytest.raises(RailSegError, match=r"odd\.png and .*odd_target\.png differ in size"):
        read_scene(tmp_path / "odd_target.png")


def test_a_sheet_has_its_tiles_row_by_row_and_white_after_the_last() -> None:
    tiles = [np.full((2, 3, 3), shade, np.uint8) for shade in (10, 20, 30)]
    assert sheet_of(tiles, 2)[::2, ::3, 0].tolist() == [[10, 20], [30, 255]]


def test_scenes_are_rendered_without_any_gis_library_or_torch() -> None:
    code = "import sys, train.synthetic.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert not {"rasterio", "shapely", "torch", "scipy", "skimage"} & set(done.stdout.split())
