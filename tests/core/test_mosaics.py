"""Mosaics: a VRT of many files is one picture, and tracks run through its seams."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
import rasterio
from rasterio.shutil import copy
from rasterio.windows import Window

from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.raster import open_working_grid
from railseg_core.requests import ExtractRequest

PIECE_PX = (120, 150)  # rows, cols: 500 pieces of the sample


def mosaic_of(raster: Path, folder: Path) -> tuple[Path, list[Path]]:
    """The raster cut into pieces, uncompressed, and a VRT that puts them together by relative names."""
    pieces, sources = [], {band: [] for band in (1, 2, 3)}
    with rasterio.open(raster) as whole:
        profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "crs": whole.crs}
        pixels = whole.read()
        for row in range(0, whole.height, PIECE_PX[0]):
            for col in range(0, whole.width, PIECE_PX[1]):
                part = pixels[:, row : row + PIECE_PX[0], col : col + PIECE_PX[1]]
                path = folder / f"piece_{row}_{col}.tif"
                transform = whole.window_transform(Window(col, row, 1, 1))
                with rasterio.open(
                    path, "w", **profile, height=part.shape[1], width=part.shape[2], transform=transform
                ) as piece:
                    piece.write(part)
                pieces.append(path)
                size = f'xSize="{part.shape[2]}" ySize="{part.shape[1]}"'
                for band, entries in sources.items():
                    entries.append(
                        f'<SimpleSource><SourceFilename relativeToVRT="1">{path.name}</SourceFilename>'
                        f'<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" {size}/>'
                        f'<DstRect xOff="{col}" yOff="{row}" {size}/></SimpleSource>'
                    )
        bands = "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{colour}</ColorInterp>{"".join(entries)}'
            "</VRTRasterBand>"
            for (band, entries), colour in zip(sources.items(), ("Red", "Green", "Blue"), strict=True)
        )
        transform_text = ", ".join(map(repr, whole.transform.to_gdal()))
        target = folder / "mosaic.vrt"
        target.write_text(
            f'<VRTDataset rasterXSize="{whole.width}" rasterYSize="{whole.height}"><SRS>{escape(whole.crs.to_wkt())}'
            f"</SRS><GeoTransform>{transform_text}</GeoTransform>{bands}</VRTDataset>",
            encoding="utf-8",
        )
    return target, pieces


@pytest.fixture(scope="module")
def mosaic(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    return mosaic_of(sample_raster, tmp_path_factory.mktemp("mosaic"))


def test_a_mosaic_of_500_files_has_the_pixels_of_the_whole(
    sample_raster: Path, mosaic: tuple[Path, list[Path]]
) -> None:
    assert len(mosaic[1]) == 500
    with open_working_grid(sample_raster) as whole, open_working_grid(mosaic[0]) as put_together:
        assert put_together.window == whole.window
        for first, second in zip(whole.read(whole.window), put_together.read(whole.window), strict=True):
            np.testing.assert_array_equal(first, second)


def test_a_mosaic_is_another_one_when_a_piece_changes(mosaic: tuple[Path, list[Path]]) -> None:
    with open_working_grid(mosaic[0]) as grid:
        before = grid.files
    piece = mosaic[1][7]
    piece.touch()
    with open_working_grid(mosaic[0]) as grid:
        assert grid.files != before


def test_a_missing_piece_is_named(sample_raster: Path, tmp_path: Path) -> None:
    vrt, pieces = mosaic_of(sample_raster, tmp_path)
    pieces[250].unlink()
    with pytest.raises(RailSegError, match=pieces[250].name):
        open_working_grid(vrt)


def test_a_mosaics_own_picture_is_not_overwritten(tmp_path: Path, sample_raster: Path) -> None:
    tile = Path(shutil.copy(sample_raster, tmp_path / "tile.tif"))
    mosaic = tmp_path / "mosaic.vrt"
    copy(tile, mosaic, driver="VRT")
    before = tile.read_bytes()
    request = ExtractRequest(
        raster=str(mosaic), output=tmp_path / "out.gpkg", probability=tile, overwrite=True, device="cpu"
    )
    with pytest.raises(RailSegError, match=r"tile\.tif is part of an input"):
        run(request)
    assert tile.read_bytes() == before
