"""Empty parts of a raster according to its tile directory: never claimed wrongly, and found wherever possible."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp, Resampling
from rasterio.shutil import copy
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from railseg_core.inference.block_plan import plan_blocks
from railseg_core.pipeline import run
from railseg_core.raster import open_working_grid
from railseg_core.requests import ExtractRequest
from railseg_core.vectors.area import Area
from railseg_core.vectors.line_layer import read_lines

LEFT_M, TOP_M = 500_000.0, 5_500_000.0
SIDE_PX = 3000


def sparse(path: Path, places: list[tuple[int, int, int]], *, gsd_m: float = 0.2, **options: Any) -> Path:
    """A raster of 600 m at 0.2 m in which only squares (col, row, side) were ever written."""
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": SIDE_PX,
        "height": SIDE_PX,
        "count": 3,
        "dtype": "uint8",
        "nodata": 0,
        "crs": "EPSG:25832",
        "transform": from_origin(LEFT_M, TOP_M, gsd_m, gsd_m),
        "tiled": True,
        "compress": "deflate",
        "sparse_ok": True,
        "interleave": "pixel",
    } | options
    with rasterio.open(path, "w", **profile) as file:
        if profile["count"] == 4:
            file.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        for col, row, side in places:
            pixels = np.full((profile["count"], side, side), 120, profile["dtype"])
            file.write(pixels, window=Window(col, row, side, side))
    return path


def left_out(path: Path, dense: Path) -> tuple[int, int]:
    """How many of a raster's tiles are not looked at, and how many of these have data in a copy that hides nothing."""
    with open_working_grid(path) as grid, open_working_grid(dense) as whole:
        planned = {tile for block in plan_blocks(grid.window, grid.wants) for tile in block.tiles}
        blocks = plan_blocks(grid.window, lambda window: window.intersects(grid.picture_window))
        every = {tile for block in blocks for tile in block.tiles}
        return len(every - planned), sum(bool(whole.read(tile.window)[1].any()) for tile in every - planned)


def dense_copy(path: Path) -> Path:
    """The same pixels, all of them in the file."""
    target = path.with_name("dense.tif")
    copy(path, target, driver="GTiff", compress="deflate", sparse_ok=False)
    return target


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.tuples(st.integers(0, 2600), st.integers(0, 2600), st.integers(1, 400)), min_size=1, max_size=3),
    kind=st.sampled_from(
        [
            {},
            {"interleave": "band"},
            {"tiled": False},
            {"count": 4, "nodata": None},
            {"blockxsize": 512, "blockysize": 512, "nodata": 7},
            {"dtype": "float32", "nodata": -1.0},
            {"gsd_m": 0.05},
            {"crs": "EPSG:32633"},
        ]
    ),
)
def test_no_tile_with_data_is_left_out(
    places: list[tuple[int, int, int]], kind: dict[str, Any], tmp_path: Path
) -> None:
    path = sparse(tmp_path / "sparse.tif", places, **kind)
    assert left_out(path, dense_copy(path))[1] == 0


@pytest.mark.parametrize("kind", [{}, {"interleave": "band"}, {"count": 4, "nodata": None}])
def test_what_was_never_written_is_not_looked_at(kind: dict[str, Any], tmp_path: Path) -> None:
    path = sparse(tmp_path / "sparse.tif", [(100, 100, 200)], **kind)
    count, wrong = left_out(path, dense_copy(path))
    assert count > 40
    assert wrong == 0


@pytest.mark.parametrize(
    "kind", [{"nodata": None}, {"sparse_ok": False}, {"count": 4, "nodata": None, "sparse_ok": False}]
)
def test_black_is_a_picture_and_what_was_written_is_looked_at(kind: dict[str, Any], tmp_path: Path) -> None:
    path = sparse(tmp_path / "full.tif", [(100, 100, 200)], **kind)
    assert left_out(path, path) == (0, 0)


def test_a_picture_read_by_its_overview_is_left_out_where_the_picture_itself_is_empty(tmp_path: Path) -> None:
    path = sparse(tmp_path / "fine.tif", [(100, 100, 200)], gsd_m=0.05)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2], Resampling.average)
    with open_working_grid(path) as grid:
        assert grid.info.overview == 2
    count, wrong = left_out(path, dense_copy(path))
    assert count > 0
    assert wrong == 0


def mosaic(path: Path, piece: Path, corners: list[tuple[int, int]], colours: str, alpha: str | None = None) -> Path:
    """A virtual raster of 3,000 x 3,000 px with a picture of 300 px in some places.

    `colours` and `alpha` are what is said of these bands.
    """
    with rasterio.open(piece) as file:
        crs, gsd_m = file.crs, file.res[0]
    sources = "".join(
        f"<SimpleSource><SourceFilename>{piece}</SourceFilename><SourceBand>BAND</SourceBand>"
        f'<SrcRect xOff="0" yOff="0" xSize="300" ySize="300"/>'
        f'<DstRect xOff="{col}" yOff="{row}" xSize="300" ySize="300"/></SimpleSource>'
        for col, row in corners
    )
    said = [f"<ColorInterp>{colour}</ColorInterp>{colours}" for colour in ("Red", "Green", "Blue")]
    if alpha is not None:
        said.append(f"<ColorInterp>Alpha</ColorInterp>{alpha}")
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}">{text}{sources.replace("BAND", str(band))}</VRTRasterBand>'
        for band, text in enumerate(said, 1)
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{SIDE_PX}" rasterYSize="{SIDE_PX}"><SRS>{escape(crs.to_wkt())}</SRS>'
        f"<GeoTransform>{LEFT_M}, {gsd_m}, 0, {TOP_M}, 0, -{gsd_m}</GeoTransform>{bands}</VRTDataset>",
        encoding="utf-8",
    )
    return path


def test_a_mosaic_is_not_looked_at_between_its_pictures(tmp_path: Path) -> None:
    piece = sparse(tmp_path / "piece.tif", [(0, 0, 300)], width=300, height=300)
    path = mosaic(tmp_path / "mosaic.vrt", piece, [(0, 0), (1300, 2100)], "<NoDataValue>0</NoDataValue>")
    count, wrong = left_out(path, dense_copy(path))
    assert count > 30
    assert wrong == 0
    black = mosaic(tmp_path / "black.vrt", piece, [(0, 0), (1300, 2100)], "")
    assert left_out(black, black) == (0, 0)


@pytest.mark.parametrize(
    ("colours", "alpha", "left_out_tiles"),
    [
        ("", "", True),
        ("", "<NoDataValue>0</NoDataValue>", True),
        ("", "<NoDataValue>255</NoDataValue>", False),  # what lies between the pictures is opaque
        ("<NoDataValue>0.5</NoDataValue>", "", False),  # and here it is read as a whole number
    ],
)
def test_what_lies_between_pictures_is_left_out_only_where_it_is_no_picture(
    colours: str, alpha: str, left_out_tiles: bool, tmp_path: Path
) -> None:
    piece = sparse(tmp_path / "piece.tif", [(0, 0, 300)], width=300, height=300, count=4, nodata=None)
    path = mosaic(tmp_path / "mosaic.vrt", piece, [(0, 0), (1300, 2100)], colours, alpha)
    count, wrong = left_out(path, dense_copy(path))
    assert (count > 30) is left_out_tiles
    assert wrong == 0


def test_a_warped_raster_tells_nothing_and_is_looked_at(tmp_path: Path) -> None:
    piece = sparse(tmp_path / "piece.tif", [(0, 0, 300)])
    warped = tmp_path / "warped.vrt"
    with rasterio.open(piece) as file, WarpedVRT(file, crs="EPSG:25833") as vrt:
        copy(vrt, warped, driver="VRT")
    assert left_out(warped, dense_copy(warped)) == (0, 0)


def test_a_strip_that_is_read_in_pieces_is_looked_at_to_its_end(tmp_path: Path) -> None:
    """GDAL reads a strip of more than 2,000 rows row by row, and only the first row has a place in the file."""
    side_px = 2600
    path = sparse(
        tmp_path / "strip.tif",
        [(0, 0, side_px)],
        width=side_px,
        height=side_px,
        tiled=False,
        blockysize=side_px,
    )
    assert left_out(path, path) == (0, 0)


def test_a_turned_raster_is_not_looked_at_beside_its_edges(tmp_path: Path) -> None:
    turned = Affine.translation(LEFT_M, TOP_M) @ Affine.rotation(40.0) @ Affine.scale(0.2, -0.2)
    path = sparse(tmp_path / "turned.tif", [(0, 0, SIDE_PX)], transform=turned, nodata=None)
    count, wrong = left_out(path, path)
    assert count > 20
    assert wrong == 0


def test_an_area_in_which_nothing_was_ever_written_gives_an_empty_map(tmp_path: Path) -> None:
    path = sparse(tmp_path / "sparse.tif", [(100, 100, 200)])
    area = Area.from_extent(LEFT_M + 400, TOP_M - 500, LEFT_M + 500, TOP_M - 400, "EPSG:25832")
    result = run(ExtractRequest(raster=str(path), output=tmp_path / "out.gpkg", device="cpu", area=area))
    assert result["tracks"] == 0


def test_a_sparse_picture_gives_the_lines_of_a_full_one(sample_raster: Path, tmp_path: Path) -> None:
    with rasterio.open(sample_raster) as sample:
        pixels = sample.read(window=Window(0, 0, 1500, 1500))
        transform = sample.transform
    maps = []
    for name, options in (("sparse", {}), ("full", {"sparse_ok": False})):
        path = sparse(tmp_path / f"{name}.tif", [], transform=transform, **options)
        with rasterio.open(path, "r+") as file:
            file.write(pixels, window=Window(700, 500, 1500, 1500))
        run(ExtractRequest(raster=str(path), output=tmp_path / f"{name}.gpkg", device="cpu"))
        maps.append([line.tobytes() for line in read_lines(tmp_path / f"{name}.gpkg")[0]])
    assert maps[0]
    assert maps[0] == maps[1]
