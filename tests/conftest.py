"""Fixtures: the sample raster and a small part of it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasterio
from hypothesis import settings
from rasterio.transform import from_origin
from rasterio.windows import Window

from railseg_core import paths
from railseg_core.process_environment import prepare_process_environment
from railseg_core.resources_dir import resource_path
from railseg_core.tiling import BLOCK_PX

prepare_process_environment()  # before any test module imports torch
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as with nohup: what the tests start would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("fuzz", max_examples=3000, deadline=None)  # make fuzz


@pytest.fixture(scope="session")
def sample_raster() -> Path:
    """300 m x 300 m at 0.1 m: the raster of `make demo`."""
    return resource_path("sample", "sample.tif")


@pytest.fixture(scope="session")
def sample_result(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one run on it returns; the map is its `output`."""
    from railseg_core.pipeline import run
    from railseg_core.requests import ExtractRequest

    output = tmp_path_factory.mktemp("sample") / "sample.gpkg"
    return run(ExtractRequest(raster=str(sample_raster), output=output, device="cpu"))


@pytest.fixture(scope="session")
def small_raster(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 m x 60 m of the sample, tracks on it: a few seconds' work."""
    path = tmp_path_factory.mktemp("raster") / "small.tif"
    with rasterio.open(sample_raster) as sample:
        window = Window(900, 1050, 800, 600)
        profile = sample.profile | {"width": 800, "height": 600, "transform": sample.window_transform(window)}
        profile |= {"compress": "deflate", "photometric": "rgb", "interleave": "pixel"}
        with rasterio.open(path, "w", **profile) as small:
            small.write(sample.read(window=window))
    return path


@pytest.fixture(scope="session")
def corner_raster(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 m x 120 m of the sample, moved to where four blocks meet, of which each has tiles of its own: nine in all."""
    path = tmp_path_factory.mktemp("raster") / "corner.tif"
    corner_x, corner_y = 1709 * BLOCK_PX * 0.2, 15660 * BLOCK_PX * 0.2
    with rasterio.open(sample_raster) as sample:
        profile = sample.profile | {"width": 1200, "height": 1200}
        profile |= {"transform": from_origin(corner_x - 20, corner_y + 20, 0.1, 0.1)}
        with rasterio.open(path, "w", **profile) as moved:
            moved.write(sample.read(window=Window(900, 900, 1200, 1200)))
    return path


@pytest.fixture(scope="session")
def corner_lines(corner_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What one process finds on it."""
    from railseg_core.pipeline import run
    from railseg_core.requests import ExtractRequest
    from railseg_core.vectors.line_layer import read_lines

    output = tmp_path_factory.mktemp("corner") / "out.gpkg"
    run(ExtractRequest(raster=str(corner_raster), output=output, device="cpu"))
    lines = [line.tobytes() for line in read_lines(output)[0]]
    assert lines
    return lines


@pytest.fixture
def hold_files(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes so many renames fail, as on Windows while a virus scanner looks into a file; retries do not wait."""

    def hold(refusals: int) -> None:
        tries = iter(range(refusals))
        rename = Path.replace

        def held(self: Path, to: Path) -> Path:
            if next(tries, None) is not None:
                raise PermissionError
            return rename(self, to)

        monkeypatch.setattr(Path, "replace", held)
        monkeypatch.setattr(Path, "rename", held)
        monkeypatch.setattr(paths, "_PATIENCE_S", (0.0, 0.0, 0.0))

    return hold
