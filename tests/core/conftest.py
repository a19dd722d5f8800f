"""The sample raster and a small part of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasterio
from hypothesis import settings
from rasterio.windows import Window

from railseg_core.process_environment import prepare_process_environment
from railseg_core.resources_dir import resource_path

prepare_process_environment()  # before any test module imports torch
settings.register_profile("fuzz", max_examples=3000, deadline=None)  # make fuzz


@pytest.fixture(scope="session")
def sample_raster() -> Path:
    """300 m x 300 m at 0.1 m: the raster of `make demo`."""
    return resource_path("sample", "sample.tif")


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
