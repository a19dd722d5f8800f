"""What the benchmark compares with does the same work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from railseg_core.evaluation.evaluate import evaluate
from railseg_core.network.model_card import bundled_model_path
from railseg_core.pipeline import run
from railseg_core.raster import open_working_grid
from railseg_core.reporting import Silent
from railseg_core.requests import EvaluateRequest, ExtractRequest
from railseg_core.segmentation import Segmenter
from tests.benchmarks.onnx_network import OnnxPredictor, export_ours
from tests.benchmarks.pictures import mirrored_sample, mirrored_tracks
from tests.benchmarks.plain_network import PlainPredictor
from tests.benchmarks.processes import run_python
from tests.benchmarks.sliding_window import Predictor, extract, starts

WIDTH_PX, HEIGHT_PX = 1400, 1024


@pytest.fixture(scope="module")
def picture(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two overlapping tiles of the sample, tracks on them."""
    path = tmp_path_factory.mktemp("bench") / "picture.tif"
    with rasterio.open(sample_raster) as sample:
        window = Window(900, 900, WIDTH_PX, HEIGHT_PX)
        profile = sample.profile | {
            "width": WIDTH_PX,
            "height": HEIGHT_PX,
            "transform": sample.window_transform(window),
        }
        with rasterio.open(path, "w", **profile) as cut:
            cut.write(sample.read(window=window))
    return path


@pytest.fixture(scope="module")
def product(picture: Path) -> Path:
    path = picture.with_name("product.gpkg")
    run(ExtractRequest(raster=str(picture), output=path, device="cpu"))
    return path


@pytest.fixture(scope="module", params=["plain", "onnx"])
def predict(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    if request.param == "plain":
        return PlainPredictor(bundled_model_path())
    path = tmp_path_factory.mktemp("onnx") / "bench.onnx"
    export_ours(bundled_model_path(), path)
    return OnnxPredictor(bundled_model_path(), path)


def test_the_loops_networks_see_what_the_product_sees(predict: Predictor, picture: Path) -> None:
    with open_working_grid(picture) as grid:
        corner = grid.picture_window
        tile, _ = grid.read(type(corner)(corner.col, corner.row, 512, 512))
    ours = Segmenter(bundled_model_path(), "cpu", every_tile=True).predict(tile[np.newaxis])[0] / 255
    assert ours[0].max() > 0.9  # a track is in the picture
    np.testing.assert_allclose(predict(tile), ours, atol=0.003)


def test_the_loops_give_the_products_lines(predict: Predictor, picture: Path, product: Path, tmp_path: Path) -> None:
    output = tmp_path / "loop.gpkg"
    extract(picture, output, predict)
    request = EvaluateRequest(extracted=str(output), reference=str(product), raster=str(picture), rho_m=0.5)
    assert evaluate(request, Silent())["quality"] > 0.95


def test_tiles_of_the_loop_overlap_by_a_quarter_and_reach_the_end() -> None:
    assert list(starts(512)) == [0]
    assert list(starts(1300)) == [0, 384, 768, 788]


def test_mirrored_tracks_lie_on_the_mirrored_sample(tmp_path: Path) -> None:
    picture, single, whole = (tmp_path / name for name in ("picture.tif", "single.geojson", "whole.geojson"))
    mirrored_sample(picture, 3300)
    mirrored_tracks(single, 3000)
    mirrored_tracks(whole, 6000)
    request = EvaluateRequest(extracted=str(whole), reference=str(single), raster=str(picture))
    assert evaluate(request, Silent())["completeness"] == 1.0


def test_the_peak_of_a_process_counts_its_children() -> None:
    hold = "x = bytearray(120_000_000); import time; time.sleep(0.3)"
    family = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}]); print('done')"
    finished = run_python("-c", family)
    assert finished.output == "done\n"
    assert finished.peak_rss_mb > 115
    assert 0 < finished.cpu_s < finished.seconds * 2
    assert finished.seconds > 0.3
