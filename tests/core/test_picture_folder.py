"""A folder of pictures is treated as one picture, whatever their CRSs: tracks run through their seams."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import calculate_default_transform, reproject
from rasterio.windows import Window
from rasters import CORNER_X, CORNER_Y, UTM, Kind, write

from railseg_core.errors import RailSegError
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.pipeline import run
from railseg_core.raster import MAX_PICTURES, open_working_grid, pictures_of, read_outline, read_raster_info
from railseg_core.requests import ExtractRequest
from railseg_core.vectors.line_layer import read_lines


def piece_of(raster: Path, target: Path, window: Window, crs: str | None = None) -> Path:
    """A part of a raster as one of its own, in another CRS if one is given."""
    with rasterio.open(raster) as whole:
        pixels, transform = whole.read(window=window), whole.window_transform(window)
        profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "nodata": 0, "compress": "deflate"}
        if crs is None:
            place = {"crs": whole.crs, "transform": transform, "width": window.width, "height": window.height}
        else:
            bounds = rasterio.windows.bounds(Window(0, 0, window.width, window.height), transform)
            moved, width, height = calculate_default_transform(whole.crs, crs, window.width, window.height, *bounds)
            place = {"crs": crs, "transform": moved, "width": width, "height": height}
        with rasterio.open(target, "w", **profile, **place) as piece:
            if crs is None:
                piece.write(pixels)
            else:
                bands = rasterio.band(piece, [1, 2, 3])
                reproject(pixels, bands, src_transform=transform, src_crs=whole.crs, resampling=Resampling.cubic)
    return target


def lines_of(raster: Path, output: Path) -> list[np.ndarray]:
    run(ExtractRequest(raster=str(raster), output=output, device="cpu"))
    return list(read_lines(output)[0])


@pytest.fixture(scope="module")
def corner(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corner of the sample."""
    return piece_of(sample_raster, tmp_path_factory.mktemp("corner") / "corner.tif", Window(0, 0, 1500, 1500))


@pytest.fixture(scope="module")
def corner_lines(corner: Path, tmp_path_factory: pytest.TempPathFactory) -> list[np.ndarray]:
    lines = lines_of(corner, tmp_path_factory.mktemp("lines") / "corner.gpkg")
    assert sum(shapely.LineString(line).length for line in lines) > 200
    return lines


def test_pieces_in_a_folder_give_the_lines_of_the_whole(
    corner: Path, corner_lines: list[np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "pieces"
    folder.mkdir()
    for col, row in ((0, 0), (700, 0), (0, 640), (700, 640)):
        width, height = 800 if col else 700, 860 if row else 640
        piece_of(corner, folder / f"{col}_{row}.tif", Window(col, row, width, height))
    (folder / "notes.txt").write_text("no picture")
    with open_working_grid(corner) as whole, open_working_grid(folder) as together:
        assert together.window == whole.window
        assert len(together.files) == 4
        np.testing.assert_array_equal(together.read(whole.window)[1], whole.read(whole.window)[1])
    found = lines_of(folder, tmp_path / "out.gpkg")
    scores = score_lines(found, corner_lines, rho_m=0.1)
    assert scores.quality > 0.99
    assert len(found) == len(corner_lines)


def test_tracks_run_through_the_seam_of_two_utm_zones(
    corner: Path, corner_lines: list[np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "zones"
    folder.mkdir()
    piece_of(corner, folder / "a.tif", Window(0, 0, 800, 1500))
    piece_of(corner, folder / "b.tif", Window(760, 0, 740, 1500), "EPSG:25833")
    piece_of(corner, folder / "c.tif", Window(0, 0, 100, 100))
    with open_working_grid(folder) as grid:
        assert grid.source_crs.to_epsg() == 25832  # as two of three
        assert [info.crs for info in grid.infos] == ["EPSG:25832", "EPSG:25833", "EPSG:25832"]
        with pickle.loads(pickle.dumps(grid.recipe)).open() as again:
            assert again.infos == grid.infos
    found = lines_of(folder, tmp_path / "out.gpkg")
    scores = score_lines(found, corner_lines, rho_m=0.5)
    assert scores.completeness > 0.98
    assert scores.correctness > 0.98
    assert scores.lateral_rms_cm < 6
    seam_x = float(shapely.box(*rasterio.open(folder / "a.tif").bounds).bounds[2])
    across = [line for line in found if line[:, 0].min() < seam_x - 20 and line[:, 0].max() > seam_x + 20]
    expected = [line for line in corner_lines if line[:, 0].min() < seam_x - 20 and line[:, 0].max() > seam_x + 20]
    assert len(across) == len(expected) > 0


def test_where_pictures_overlap_the_first_by_name_counts(tmp_path: Path) -> None:
    for name, value in (("a.tif", 50), ("b.tif", 200)):
        Kind(gsd_m=0.2).write(tmp_path / name, lambda x, y, value=value: np.full_like(x, value))
    with open_working_grid(tmp_path) as grid:
        assert set(np.unique(grid.read(grid.picture_window)[0][0])) <= {0, 50}


def test_a_folder_covers_what_its_pictures_cover(tmp_path: Path) -> None:
    Kind(gsd_m=0.2).write(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as first:
        profile, pixels = first.profile, first.read()
        profile["transform"] = first.transform @ rasterio.Affine.translation(first.width * 3, 0)
        one = shapely.box(*first.bounds).area
    with rasterio.open(tmp_path / "b.tif", "w", **profile) as second:
        second.write(pixels)
    outline, _ = read_outline(tmp_path)
    assert outline.area == pytest.approx(2 * one, rel=1e-6)
    with open_working_grid(tmp_path) as grid:
        assert grid.area_m2 == pytest.approx(2 * one, rel=0.1)


def test_a_picture_of_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    Kind(gsd_m=0.2).write(tmp_path / "a.tif")
    (tmp_path / "b.tif").write_text("no picture")
    with pytest.raises(RailSegError, match=r"b\.tif is not a raster") as error:
        open_working_grid(tmp_path)
    assert error.value.hint.endswith("Or move it out of the folder.")
    Kind(gsd_m=3.0).write(tmp_path / "b.tif")
    with pytest.raises(RailSegError, match=r"b\.tif is too coarse"):
        open_working_grid(tmp_path)
    local = 'LOCAL_CS["site",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
    write(tmp_path / "b.tif", np.ones((1, 9, 9), np.uint8), crs=local)
    with pytest.raises(RailSegError, match=r"b\.tif's CRS \(site\) does not say where on Earth"):
        open_working_grid(tmp_path)
    write(tmp_path / "b.tif", np.ones((1, 9, 9), np.uint8), transform=Affine(0.2, 0, 1e9, 0, -0.2, 5e6), crs=UTM)
    with pytest.raises(RailSegError, match=r"b\.tif.*Its CRS or its georeference is wrong"):
        open_working_grid(tmp_path)


def test_a_sheet_of_another_country_is_named(tmp_path: Path) -> None:
    Kind(gsd_m=0.2).write(tmp_path / "a.tif")
    write(tmp_path / "b.tif", np.ones((1, 9, 9), np.uint8), crs="EPSG:32637")  # 2,100 km further east
    with pytest.raises(RailSegError, match=r"b\.tif lies too far from the other pictures"):
        open_working_grid(tmp_path)


def test_sheets_of_one_survey_get_one_stretch(tmp_path: Path) -> None:
    for number, base in enumerate((1000, 3000)):
        values = (base + np.arange(100 * 100) % 500).reshape(1, 100, 100).astype(np.uint16)
        write(tmp_path / f"{number}.tif", values, transform=Affine(0.2, 0, CORNER_X + 20 * number, 0, -0.2, CORNER_Y))
    write(tmp_path / "8_bit.tif", np.full((1, 20, 20), 90, np.uint8))
    with open_working_grid(tmp_path) as grid:
        first, second, eight_bit = (info.stretch for info in grid.infos)
    assert first == second
    assert first is not None
    assert first.low == pytest.approx(1000, abs=20)
    assert first.high == pytest.approx(3499, abs=20)
    assert eight_bit is None
    assert read_raster_info(tmp_path).stretch == first


def test_a_folder_without_pictures_or_with_too_many_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="is a folder without pictures"):
        open_working_grid(tmp_path)
    for number in range(MAX_PICTURES + 1):
        (tmp_path / f"{number}.tif").touch()
    with pytest.raises(RailSegError, match="501 pictures, but only 500 can be open"):
        pictures_of(tmp_path)


def test_what_is_written_does_not_become_a_picture_of_the_folder(corner: Path, tmp_path: Path) -> None:
    shutil.copy(corner, tmp_path / "a.tif")
    (tmp_path / ".b.tif").write_text("being written")
    assert pictures_of(tmp_path) == [str(tmp_path / "a.tif")]
    request = ExtractRequest(
        raster=str(tmp_path), output=tmp_path / "out.gpkg", device="cpu", probability=tmp_path / "p.tif"
    )
    with pytest.raises(RailSegError, match="is the input folder"):
        run(request)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.tif", "a.tif"]


def test_a_picture_more_is_another_grid(corner: Path, tmp_path: Path) -> None:
    shutil.copy(corner, tmp_path / "a.tif")
    with open_working_grid(tmp_path) as grid:
        recipe = grid.recipe
    shutil.copy(corner, tmp_path / "b.tif")
    with pytest.raises(RailSegError, match="have changed"):
        recipe.open()
