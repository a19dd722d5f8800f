"""Lines lie where the raster's own georeference says, and only what a raster shows counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from rasters import UTM, write

from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.raster import open_working_grid, read_outline
from railseg_core.requests import CompareRequest, ExtractRequest, SegmentRequest, VectorizeRequest
from railseg_core.vectors.line_layer import read_line_layer

# Old national grids as their files give them: PROJ would find the official one, some metres off.
OSGB = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=375,-111,431,0,0,0,0 +units=m"
)
GK3 = (
    "+proj=tmerc +lon_0=9 +x_0=3500000 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +units=m +no_defs"
)


def write_track(path: Path, crs: str, x: float, y: float) -> Path:
    """A mask of 100 m x 20 m with a track along its middle; (x, y) is its upper left corner."""
    mask = np.zeros((1, 100, 500), np.uint8)
    mask[:, 44:56] = 255
    return write(path, mask, crs=crs, transform=Affine(0.2, 0, x, 0, -0.2, y))


@pytest.mark.parametrize(
    ("crs", "x", "y"), [(UTM, 612_000.0, 5_611_000.0), (OSGB, 530_000.0, 180_000.0), (GK3, 3_500_000.0, 5_611_000.0)]
)
def test_lines_keep_to_the_raster_s_crs_whatever_its_datum(crs: str, x: float, y: float, tmp_path: Path) -> None:
    raster = write_track(tmp_path / "mask.tif", crs, x, y)
    output = tmp_path / "map.gpkg"
    run(VectorizeRequest(raster=str(raster), output=output))
    (line,) = read_line_layer(output).lines
    west, south, east, north = line.bounds
    assert (south, north) == pytest.approx((y - 10, y - 10), abs=0.05)
    assert (west, east) == pytest.approx((x, x + 100), abs=1.0)
    with rasterio.open(raster) as file:
        own = file.crs.to_wkt()
    written = pyogrio.read_info(output, layer="rail_track")["crs"]
    on_earth = [pyproj.Transformer.from_crs(one, 4326, always_xy=True).transform(x, y) for one in (written, own)]
    assert on_earth[0] == pytest.approx(on_earth[1], abs=1e-8)


@pytest.mark.parametrize("false_easting_m", [0, 32_000_000, 500_000_000, 2_000_000_000])
def test_lines_keep_their_place_however_far_the_origin_is(false_easting_m: int, tmp_path: Path) -> None:
    crs = f"+proj=tmerc +lon_0=9 +k=0.9996 +x_0={500_000 + false_easting_m} +ellps=GRS80 +units=m +no_defs"
    x = false_easting_m + 612_000.0
    output = tmp_path / "map.gpkg"
    found = run(VectorizeRequest(raster=str(write_track(tmp_path / "mask.tif", crs, x, 5_611_000.0)), output=output))
    (line,) = read_line_layer(output).lines
    assert line.bounds[0] == pytest.approx(x, abs=1.0)
    assert found["total_length_m"] == pytest.approx(100, abs=1.0)


def test_a_picture_too_far_from_its_origin_is_refused(tmp_path: Path) -> None:
    crs = "+proj=tmerc +lon_0=9 +x_0=1000000000 +ellps=GRS80 +units=m +no_defs"
    place = Affine(0.2, 0, 1e9, 0, -0.2, 5e6)
    raster = write(tmp_path / "far.tif", np.full((3, 64, 64), 90, np.uint8), crs=crs, transform=place)
    with pytest.raises(RailSegError, match="1,000,000 km from the origin") as error, open_working_grid(raster):
        pass
    assert error.value.hint


def write_collar(path: Path, nodata: int | None = 0) -> Path:
    """400 m x 100 m of which the middle half has data."""
    picture = np.zeros((3, 500, 2000), np.uint8)
    picture[:, :, 500:1500] = 90
    picture[:, 200:203, 700:703] = 0  # a shadow
    return write(path, picture, transform=Affine(0.2, 0, 612_000, 0, -0.2, 5_611_000), nodata=nodata)


def test_where_a_raster_has_no_data_nothing_counts(tmp_path: Path) -> None:
    picture = write_collar(tmp_path / "collar.tif")
    outline, crs = read_outline(picture)
    assert crs.to_epsg() == 25832
    expected = shapely.box(612_100, 5_610_900, 612_300, 5_611_000)
    assert outline.symmetric_difference(expected).area < 0.01 * expected.area
    assert read_outline(write_collar(tmp_path / "black.tif", None))[0].area == pytest.approx(400 * 100)

    empty = tmp_path / "empty.tif"
    with rasterio.open(picture) as file, rasterio.open(empty, "w", **file.profile) as nothing:
        nothing.write(np.zeros((3, 500, 2000), np.uint8))
    assert read_outline(empty)[0].is_empty

    y = 5_610_950
    lines = [shapely.LineString([(612_000, y), (612_400, y)]), shapely.LineString([(612_100, y), (612_300, y)])]
    for name, line in zip(("whole", "seen"), lines, strict=True):
        wkb = shapely.to_wkb(np.array([line]))
        pyogrio.raw.write(tmp_path / f"{name}.gpkg", wkb, [], [], geometry_type="LineString", crs=UTM)
    seen, whole = str(tmp_path / "seen.gpkg"), str(tmp_path / "whole.gpkg")
    assert run(CompareRequest(extracted=seen, reference=whole))["missing_m"] == pytest.approx(200, abs=2)
    assert run(CompareRequest(extracted=seen, reference=whole, raster=str(picture)))["missing_m"] < 2


def test_a_result_is_no_picture(small_raster: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "sheet.tif").symlink_to(small_raster)
    probability, mask = folder / "P.tif", folder / "M.tif"
    run(SegmentRequest(raster=str(small_raster), output=probability, mask=mask, device="cpu"))
    for path in (probability, mask):
        with pytest.raises(RailSegError, match=f"{path.name} is a RailSeg probability or mask raster"):
            run(ExtractRequest(raster=str(path), output=tmp_path / "map.gpkg", device="cpu"))
    with pytest.raises(RailSegError, match=r"M\.tif is a RailSeg probability or mask") as error:
        run(ExtractRequest(raster=str(folder), output=tmp_path / "map.gpkg", device="cpu"))
    assert "folder" in error.value.hint
