"""Failures in the middle of a run: one line says what failed, nothing half-written is left, existing files stay."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rasters import UTM, Kind

from railseg_core.errors import RailSegError
from railseg_core.inference.finished_blocks import unfinished_folder
from railseg_core.raster import open_working_grid
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.tiling import PixelWindow

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files that are open stay there on Windows")

LIMITED = """
import resource, sys
from railseg_core.__main__ import main
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(main(sys.argv[2:]))
"""
OUT_OF_MEMORY = """
import resource, sys
import numpy as np
from pathlib import Path
from railseg_core.errors import RailSegError
from railseg_core.network.model_card import bundled_model_path
from railseg_core.segmentation import Segmenter
segmenter = Segmenter(bundled_model_path(), "cpu")
segmenter.predict(np.zeros((1, 3, 64, 64), dtype=np.uint8))
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, used + 300_000_000))
try:
    segmenter.predict(np.zeros((1, 3, 4096, 4096), dtype=np.uint8))
except RailSegError as error:
    print(error)
"""


def limited_extract(limit: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED, str(limit), "extract", *arguments, "--device", "cpu", "--quiet"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("limit", "culprit"), [(2_000, ".out.gpkg.unfinished"), (100_000, "out.gpkg")])
def test_a_disk_that_fills_in_the_middle_of_a_run_keeps_the_map_of_before(
    limit: int, culprit: str, small_raster: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.gpkg"
    output.write_bytes(b"the map of before")
    done = limited_extract(limit, str(small_raster), str(output), "--overwrite")
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]  # libtiff may have said something before
    assert last.startswith("railseg: ")
    assert culprit in last
    assert "space" in last
    assert "Traceback" not in done.stderr
    assert output.read_bytes() == b"the map of before"
    # What was finished is kept for the next try, and nothing else.
    assert {path.name for path in tmp_path.iterdir()} - {unfinished_folder(output).name} == {"out.gpkg"}


@pytest.mark.parametrize("size", [0, 5000])
def test_a_raster_that_is_cut_short_while_it_is_read_is_named(size: int, tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    with open_working_grid(path) as grid:
        with path.open("r+b") as file:
            file.truncate(size)
        with pytest.raises(RailSegError, match=r"picture\.tif could not be read"):
            grid.read(grid.window)


def test_a_raster_that_has_gone_before_its_second_opening_is_named(tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    with open_working_grid(path) as grid:
        recipe = grid.recipe
    path.unlink()
    with pytest.raises(RailSegError, match=r"picture\.tif does not exist"):
        recipe.open()


def test_a_folder_that_goes_away_while_a_raster_is_written_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    window = PixelWindow(0, 0, 256, 256)

    def write() -> None:
        with create_grid_raster(folder / "p.tif", window, 0.2, UTM) as output:
            shutil.rmtree(folder)
            output.write(window, np.ones((2, 256, 256), dtype=np.uint8), np.ones((256, 256), dtype=np.bool_))

    with pytest.raises(RailSegError, match=r"p\.tif could not be"):
        write()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux how much memory it uses")
def test_memory_that_is_not_enough_for_the_network_is_said_with_a_way_out() -> None:
    done = subprocess.run([sys.executable, "-c", OUT_OF_MEMORY], capture_output=True, text=True, check=True)
    assert "could not run the model" in done.stdout
    assert "memory" in done.stdout
    assert "Close other programs" in done.stdout
