"""Files made to do harm: they run nothing, reach no network, write nothing and can't use more memory than there is."""

from __future__ import annotations

import html
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from rasters import CORNER_X, CORNER_Y, UTM

from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.rasters.provenance import (
    SOURCE_CRS_TAG,
    SOURCE_GSD_TAG,
    SOURCE_TAG,
    tagged_crs,
    tagged_gsd_m,
    tagged_levels,
)
from railseg_core.rasters.source_raster import gdal_environment
from railseg_core.requests import VectorizeRequest
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.line_layer import read_line_layer

TRANSFORM = Affine(0.2, 0, CORNER_X, 0, -0.2, CORNER_Y)
PLACE = f"<SRS>{UTM}</SRS><GeoTransform>{CORNER_X},0.2,0,{CORNER_Y},0,-0.2</GeoTransform>"
RECTANGLES = '<SrcRect xOff="0" yOff="0" xSize="64" ySize="64"/><DstRect xOff="0" yOff="0" xSize="64" ySize="64"/>'
TILES = (
    '<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service><DataWindow>'
    "<UpperLeftX>0</UpperLeftX><UpperLeftY>100</UpperLeftY><LowerRightX>100</LowerRightX><LowerRightY>0</LowerRightY>"
    "<SizeX>512</SizeX><SizeY>512</SizeY><TileLevel>1</TileLevel></DataWindow><Projection>EPSG:25832</Projection>"
    "<BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>1</BandsCount></GDAL_WMS>"
)
SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open(sys.argv[1], "a").write(self.path + "\\n")
        self.send_error(404)
    do_HEAD = do_POST = do_GET
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def picture(path: Path, **options: object) -> Path:
    profile = {"driver": "GTiff", "width": 64, "height": 64, "count": 1, "dtype": "uint8", "crs": UTM}
    with rasterio.open(path, "w", **(profile | {"transform": TRANSFORM} | options)) as file:
        file.write(np.full((1, 64, 64), 7, dtype=np.uint8))
    return path


def virtual(path: Path, source: str, *, attributes: str = "", inside: str = "") -> Path:
    kind = f"<SourceFilename>{source}</SourceFilename><SourceBand>1</SourceBand>{RECTANGLES}"
    band = f'<VRTRasterBand dataType="Byte" band="1" {attributes}>{inside}<SimpleSource>{kind}</SimpleSource>'
    path.write_text(f'<VRTDataset rasterXSize="64" rasterYSize="64">{PLACE}{band}</VRTRasterBand></VRTDataset>')
    return path


def raw_bytes(path: Path, source: str = "/etc/passwd") -> Path:
    inside = f"<SourceFilename>{source}</SourceFilename><PixelOffset>1</PixelOffset><LineOffset>64</LineOffset>"
    return virtual(path, source, attributes='subClass="VRTRawRasterBand"', inside=inside)


def read_all(path: Path | str) -> np.ndarray:
    with open_working_grid(path) as grid:
        return grid.read(grid.window)[0]


def test_a_mosaic_of_local_pictures_is_read_also_one_of_mosaics_and_within_a_zip(tmp_path: Path) -> None:
    whole = read_all(picture(tmp_path / "a.tif"))
    inner = virtual(tmp_path / "inner.vrt", str(tmp_path / "a.tif"))
    outer = virtual(tmp_path / "outer.vrt", str(inner))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.tif", "a.tif")
    zipped = virtual(tmp_path / "zipped.vrt", f"/vsizip/{tmp_path}/a.zip/a.tif")
    for path in (inner, outer, zipped):
        assert np.array_equal(read_all(path), whole)


def test_a_mosaic_with_a_missing_picture_is_refused_and_not_read_as_empty(tmp_path: Path) -> None:
    mosaic = virtual(tmp_path / "mosaic.vrt", str(virtual(tmp_path / "inner.vrt", str(picture(tmp_path / "a.tif")))))
    read_all(mosaic)
    (tmp_path / "a.tif").unlink()
    for _ in range(3):  # GDAL itself tells once
        with pytest.raises(RailSegError, match=r"a\.tif, which cannot be read") as error:
            read_all(mosaic)
        assert "gdalbuildvrt" in error.value.hint


def test_a_virtual_raster_of_raw_bytes_is_refused_also_within_another(tmp_path: Path) -> None:
    raw = raw_bytes(tmp_path / "raw.vrt")
    outer = virtual(tmp_path / "outer.vrt", str(raw))
    hidden = virtual(tmp_path / "hidden.vrt", html.escape(raw.read_text()))
    disguised = raw.rename(tmp_path / "picture.tif")
    for path in (disguised, outer, hidden):
        with pytest.raises(RailSegError, match=r"virtual raster|cannot be read|raw bytes"):
            read_all(path)
    with pytest.raises(RailSegError, match="raw bytes"):
        read_all(virtual(tmp_path / "outer.vrt", str(disguised)))
    with pytest.raises(RailSegError, match="raw bytes"):
        open_grid_raster(disguised)


PYTHON_FUNCTION = """
<PixelFunctionType>run</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>
<PixelFunctionCode><![CDATA[
open({trace!r}, "w")
def run(in_ar, out_ar, *_, **__):
    out_ar[:] = 1
]]></PixelFunctionCode>"""


def test_a_virtual_raster_runs_no_python(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = str(picture(tmp_path / "a.tif"))
    inside = PYTHON_FUNCTION.format(trace=str(trace))
    path = virtual(tmp_path / "run.vrt", source, attributes='subClass="VRTDerivedRasterBand"', inside=inside)
    with pytest.raises(RailSegError, match="program of its own"):
        read_all(path)
    with pytest.raises(RailSegError, match="program of its own"):
        read_all(virtual(tmp_path / "outer.vrt", str(path)))
    with gdal_environment(), rasterio.open(path) as file, pytest.raises(rasterio.RasterioIOError):
        file.read()  # also where nobody looks
    assert not trace.exists()


def test_the_environment_cannot_let_a_file_run_python() -> None:
    script = (
        "from railseg_core.process_environment import *; prepare_process_environment(); import os; print(os.environ)"
    )
    foreign = {"GDAL_VRT_ENABLE_PYTHON": "YES", "GDAL_PYTHON_DRIVER_PATH": "/tmp", "OGR_SQLITE_LOAD_EXTENSIONS": "a"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | foreign, capture_output=True, text=True, check=True
    )
    assert "'GDAL_VRT_ENABLE_PYTHON': 'NO'" in done.stdout
    assert "DRIVER_PATH" not in done.stdout
    assert "EXTENSIONS" not in done.stdout


def test_no_file_leads_to_the_network(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(asked)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        folders = ("vsicurl", "vsicurl_streaming", "vsiwebhdfs")
        files = [virtual(tmp_path / f"{name}.vrt", f"/{name}/{address}/{name}.tif") for name in folders]
        tiles = tmp_path / "tiles.xml"
        tiles.write_text(TILES.format(address=address))
        inline = html.escape(tiles.read_text())
        files += [tiles, virtual(tmp_path / "tiles.vrt", str(tiles)), virtual(tmp_path / "inline.vrt", inline)]
        files += [
            virtual(tmp_path / "address.vrt", f"{address}/a.tif"),
            virtual(tmp_path / "service.vrt", f"WMS:{address}/?"),
            virtual(tmp_path / "short.vrt", f"vrt:///vsicurl/{address}/a.tif?bands=1"),
        ]
        for path in files:
            with pytest.raises(RailSegError):
                read_all(path)
        overviews = picture(tmp_path / "overviews.tif")
        with rasterio.open(overviews, "r+") as file:
            file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=f"/vsicurl/{address}/overviews.tif")
        read_all(overviews)
        lines = tmp_path / "lines.vrt"
        layer = f'<OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{address}/a.geojson</SrcDataSource></OGRVRTLayer>'
        lines.write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
        with pytest.raises(RailSegError):
            read_line_layer(lines)
        probability = tmp_path / "p.tif"
        tags = {SOURCE_TAG: f"/vsicurl/{address}/behind.tif", SOURCE_CRS_TAG: "nonsense"}
        with create_grid_raster(probability, PixelWindow(0, 0, 256, 256), 0.2, UTM, tags=tags) as made:
            made.write(PixelWindow(0, 0, 256, 256), np.zeros((2, 256, 256), np.uint8), np.ones((256, 256), np.bool_))
        preview = tmp_path / "preview.png"
        run(VectorizeRequest(raster=str(probability), output=tmp_path / "lines.gpkg", preview=preview))
        assert preview.exists()
        assert not asked.exists(), asked.read_text()
        # The server does see who comes: an address that a person gives is asked.
        with pytest.raises(RailSegError):
            open_working_grid(f"/vsicurl/{address}/own.tif")
        assert "own.tif" in asked.read_text()
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("text", ["x", "nan", "-1", "2", ""])
def test_a_tag_that_is_no_level_leaves_the_usual_one(text: str) -> None:
    tags = {"RAILSEG_TRACK_THRESHOLD": text, "RAILSEG_SHORT_PIECE_MARGIN": text, "RAILSEG_AXIS_THRESHOLD": "0.4"}
    levels = tagged_levels(tags)
    assert (levels.threshold, levels.axis_threshold, levels.short_piece_margin) == (0.5, 0.4, 0.0)
    assert tagged_gsd_m({SOURCE_GSD_TAG: text}) == (2.0 if text == "2" else None)
    assert tagged_crs({SOURCE_CRS_TAG: text}) is None


def test_a_raster_that_would_be_written_while_it_is_read_is_refused(tmp_path: Path) -> None:
    source, cache = picture(tmp_path / "a.tif"), tmp_path / "cache"
    path = tmp_path / "a.mrf"
    size = '<Size x="64" y="64" c="1"/><PageSize x="64" y="64" c="1"/>'
    files = f"<DataFile>{cache}</DataFile><IndexFile>{cache}</IndexFile>"
    cached = f"<CachedSource><Source>{source}</Source></CachedSource>"
    path.write_text(f"<MRF_META>{cached}<Raster>{size}{files}</Raster></MRF_META>")
    for name in (path, virtual(tmp_path / "outer.vrt", str(path))):
        with pytest.raises(RailSegError):
            read_all(name)
    assert not cache.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders are POSIX's")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "a.tif"
    os.mkfifo(pipe)
    for read in (read_all, open_grid_raster, read_line_layer):
        with pytest.raises(RailSegError, match="a device or a pipe"):
            read(pipe)
    with pytest.raises(RailSegError, match="a device or a pipe"):
        read_all(virtual(tmp_path / "outer.vrt", str(pipe)))


def test_a_virtual_raster_within_itself_ends(tmp_path: Path) -> None:
    one, other = tmp_path / "one.vrt", tmp_path / "other.vrt"
    virtual(one, str(other))
    virtual(other, str(one))
    for path in (one, virtual(tmp_path / "self.vrt", str(tmp_path / "self.vrt"))):
        with pytest.raises(RailSegError, match=r"within itself|could not be read"):
            read_all(path)


def test_one_block_of_forty_thousand_pixels_a_side_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "block.tif"
    profile = {"driver": "GTiff", "width": 40_000, "height": 40_000, "count": 1, "dtype": "uint8", "crs": UTM}
    with rasterio.open(
        path, "w", **profile, transform=TRANSFORM, tiled=True, blockxsize=40_000, blockysize=40_000, sparse_ok=True
    ) as file:
        assert file.block_shapes == [(40_000, 40_000)]
    with pytest.raises(RailSegError, match=r"40,000 x 40,000") as error:
        open_working_grid(path)
    assert "TILED" in error.value.hint


def test_a_few_bytes_that_claim_a_continent_are_refused_with_their_size(tmp_path: Path) -> None:
    path = tmp_path / "vast.tif"
    profile = {"driver": "GTiff", "width": 2_000_000, "height": 2_000_000, "count": 1, "dtype": "uint8", "crs": UTM}
    tiles = {"tiled": True, "blockxsize": 65_536 // 4, "blockysize": 65_536 // 4, "sparse_ok": True, "bigtiff": "yes"}
    with rasterio.open(path, "w", **profile, transform=TRANSFORM, **tiles):
        pass
    assert path.stat().st_size < 1_000_000
    with pytest.raises(RailSegError, match=r"160,0.. km²") as error:
        open_working_grid(path)
    assert "extent" in error.value.hint


@pytest.mark.parametrize("steps_m", [(1e-5, 1e-5), (0.2, 1e-9)])
def test_pixels_of_no_size_are_refused(steps_m: tuple[float, float], tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match=r"working grid|without an area|could not be read"):
        read_all(picture(tmp_path / "tiny.tif", transform=Affine(steps_m[0], 0, CORNER_X, 0, -steps_m[1], CORNER_Y)))


def test_a_raster_may_be_closed_while_another_thread_reads_it(sample_raster: Path) -> None:
    """What an interrupt comes to that falls into the start of the reading thread."""

    def read(grid: WorkingGrid) -> None:
        for row in range(grid.window.row, grid.window.bottom, 256):
            try:
                grid.read(PixelWindow(grid.window.col, row, grid.window.width, 256))
            except RailSegError:
                refused.append(row)
                return

    refused: list[int] = []
    for delay_s in (0.002, 0.01, 0.02, 0.03):
        grid = open_working_grid(sample_raster)
        reader = threading.Thread(target=read, args=(grid,))
        reader.start()
        reader.join(delay_s)
        grid.close()
        reader.join()
    assert refused
