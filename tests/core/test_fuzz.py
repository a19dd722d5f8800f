"""Damaged files and requests that make no sense: each ends in a result or in an error that says what to do.

`make fuzz` tries thousands; the test suite tries the same few dozen every time.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.shutil
import rasterio.vrt
import shapely
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio import Affine
from rasters import CORNER_X, CORNER_Y, UTM
from safetensors.torch import save_file

from railseg_core.errors import RailSegError
from railseg_core.network.model_card import ModelCard, bundled_model_path, read_card
from railseg_core.network.model_file import load_first_look, load_model
from railseg_core.raster import open_working_grid, read_outline, read_raster_info
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.requests import REQUESTS
from railseg_core.tiling import PixelWindow
from railseg_core.vectors.area import Area
from railseg_core.vectors.line_layer import read_line_layer
from railseg_core.vectors.tracing import read_switches, read_tracing
from railseg_core.worker import Connection, serve

SIDE_PX = 64
TRANSFORM = Affine(0.2, 0, CORNER_X, 0, -0.2, CORNER_Y)
LATTICE_WINDOW = PixelWindow(2500096, -27499776, 256, 256)
EDITS = ("flip", "set", "over", "insert", "drop", "cut")
Edit = tuple[str, float, int]
# Most of what a format has to say stands at its file's beginning or end.
PLACES = st.one_of(st.floats(0, 1), st.floats(0, 0.05), st.floats(0.9, 1))
EDIT_LISTS = st.lists(st.tuples(st.sampled_from(EDITS), PLACES, st.integers(0, 255)), min_size=1, max_size=8)
LOUD = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"9999", b"-1e9", b" nan", b"1e99")
NUMBERS = st.one_of(st.integers(-(10**400), 10**400), st.integers(-10, 3000), st.floats())
NAMES = st.one_of(
    st.text(max_size=6), st.sampled_from(["none.tif", "out.gpkg", "out.tif", "\0", "\ud800", "", "."])
).map(lambda text: text.replace("/", "_"))
WKT = st.sampled_from(
    ["POLYGON((0 0,1 0,1 1,0 0))", "POINT(nan nan)", "POLYGON((0 0,1e400 0,1 1,0 0))", "LINESTRING(0"]
)
AREAS = st.fixed_dictionaries(
    {"wkt": st.one_of(WKT, NAMES), "crs": st.sampled_from([UTM, "EPSG:4326", "", "\0", "+init=/etc/passwd:x"])},
    optional={"corridor_m": NUMBERS, "within": st.one_of(st.none(), NUMBERS, NAMES)},
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, NAMES, AREAS)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)


def examples(count: int) -> settings:
    if settings.get_current_profile_name() == "fuzz":
        return settings(deadline=None)
    return settings(
        max_examples=count, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
    )


def damaged(content: bytes, edits: list[Edit]) -> bytes:
    data = bytearray(content)
    for kind, place, value in edits:
        at = min(int(place * len(data)), len(data) - 1)
        if at < 0:
            break
        match kind:
            case "flip":
                data[at] ^= 1 << value % 8
            case "set":
                data[at] = value
            case "over":
                data[at : at + 4] = LOUD[value % len(LOUD)]
            case "insert":
                data[at:at] = bytes([value]) * (value % 9 + 1)
            case "drop":
                del data[at : at + value % 20 + 1]
            case "cut":
                del data[at:]
    return bytes(data)


def ends_well(work: Callable[[], object]) -> None:
    """Any other error than this one fails the test."""
    try:
        work()
    except RailSegError as error:
        if not (error.message and error.hint):
            raise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def raster_files(folder: Path) -> dict[str, bytes]:
    pixels = np.random.default_rng(0).integers(1, 255, (3, SIDE_PX, SIDE_PX), dtype=np.uint8)
    place = {"crs": UTM, "transform": TRANSFORM}
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate", "nodata": 0}
    kinds: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "plain.tif": (pixels, {}),
        "tiled.tif": (pixels, tiled),
        "float.tif": (pixels.astype(np.float32), {"compress": "lzw", "predictor": 3}),
        "mask.tif": (pixels[:1], {"compress": "deflate"}),
        "wide.tif": (pixels.astype(np.uint16), {"nodata": 7, "bigtiff": "yes"}),
        "picture.png": (pixels, {"driver": "PNG"}),
        "picture.jp2": (pixels, {"driver": "JP2OpenJPEG"}),
        "picture.img": (pixels, {"driver": "HFA"}),
        "picture.gpkg": (pixels, {"driver": "GPKG"}),
    }
    for name, (values, options) in kinds.items():
        profile = {"driver": "GTiff", "count": len(values), "dtype": values.dtype.name} | place | options
        with rasterio.open(folder / name, "w", width=SIDE_PX, height=SIDE_PX, **profile) as file:
            file.write(values)
    with create_grid_raster(folder / "grid.tif", LATTICE_WINDOW, 0.2, UTM, tags={"RAILSEG_SOURCE": "x"}) as output:
        noise = np.random.default_rng(1).integers(0, 255, (2, 256, 256), dtype=np.uint8)
        output.write(LATTICE_WINDOW, noise, noise[0] > 9)
    with rasterio.open(folder / "plain.tif") as file, rasterio.vrt.WarpedVRT(file) as warped:
        rasterio.shutil.copy(warped, folder / "warped.vrt", driver="VRT")
    rasterio.shutil.copy(folder / "plain.tif", folder / "mosaic.vrt", driver="VRT")
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".aux.xml")}


def read_corner(grid: Any) -> None:
    with grid:
        window = grid.window
        grid.read(PixelWindow(window.col, window.row, min(512, window.width), min(512, window.height)))


@examples(40)
@given(data=st.data(), edits=EDIT_LISTS)
def test_a_damaged_raster_is_read_or_refused(
    data: st.DataObject, edits: list[Edit], raster_files: dict[str, bytes], folder: Path
) -> None:
    name = data.draw(st.sampled_from(sorted(raster_files)))
    path = folder / f"damaged_{name}"
    path.write_bytes(damaged(raster_files[name], edits))
    ends_well(lambda: read_raster_info(path))
    ends_well(lambda: read_outline(path))
    ends_well(lambda: read_corner(open_working_grid(path)))
    ends_well(lambda: read_corner(open_grid_raster(path)))


@pytest.fixture(scope="module")
def vector_files(folder: Path) -> dict[str, bytes]:
    lines = [shapely.LineString([(CORNER_X + i, CORNER_Y), (CORNER_X + 90, CORNER_Y + 5 * i)]) for i in range(5)]
    for kind, shapes in (
        ("LineString", lines),
        ("Polygon", [shapely.box(CORNER_X, CORNER_Y, CORNER_X + 9, CORNER_Y + 9)]),
    ):
        for ending in ("gpkg", "geojson", "shp", "gml", "fgb", "csv", "sqlite"):
            pyogrio.raw.write(
                folder / f"{kind}.{ending}",
                geometry=shapely.to_wkb(np.array(shapes)),
                field_data=[np.array(["switch"] * len(shapes), dtype=object)],
                fields=np.array(["what"]),
                geometry_type=kind,
                crs=UTM,
                **({"GEOMETRY": "AS_WKT"} if ending == "csv" else {}),
            )
    kinds = ("LineString.*", "Polygon.*")
    return {path.name: path.read_bytes() for kind in kinds for path in folder.glob(kind)}


@examples(40)
@given(data=st.data(), edits=EDIT_LISTS, corridor_m=st.sampled_from([0.0, 5.0]))
def test_a_damaged_vector_file_is_read_or_refused(
    data: st.DataObject, edits: list[Edit], corridor_m: float, vector_files: dict[str, bytes], folder: Path
) -> None:
    name = data.draw(st.sampled_from(sorted(vector_files)))
    path = folder / f"damaged_{name}"
    path.write_bytes(damaged(vector_files[name], edits))
    for sidecar in ("shp", "shx", "dbf", "prj"):
        if path.suffix[1:] in ("shp", "shx", "dbf", "prj") and path.suffix != f".{sidecar}":
            path.with_suffix(f".{sidecar}").write_bytes(vector_files[f"{Path(name).stem}.{sidecar}"])
    if path.suffix in (".shx", ".dbf", ".prj"):
        path = path.with_suffix(".shp")
    ends_well(lambda: Area.from_file(path, corridor_m))
    ends_well(lambda: read_line_layer(path))
    ends_well(lambda: read_tracing(path, footprints=True))
    ends_well(lambda: read_switches(path))


@examples(25)
@given(edits=EDIT_LISTS)
def test_a_damaged_model_file_is_loaded_or_refused(edits: list[Edit], folder: Path) -> None:
    whole = bundled_model_path().read_bytes()
    header_end = 8 + int.from_bytes(whole[:8], "little")
    path = folder / "damaged.safetensors"
    path.write_bytes(damaged(whole[:header_end], edits) + whole[header_end:])
    ends_well(lambda: load_model(path))
    ends_well(lambda: load_first_look(path))


@examples(50)
@given(
    card=st.one_of(
        VALUES, st.dictionaries(st.sampled_from([item.name for item in fields(ModelCard)]), VALUES, max_size=3)
    ),
    nested=st.sampled_from([0, 0, 0, 100_000]),
)
def test_a_model_card_of_anything_is_read_or_refused(card: Any, nested: int, folder: Path) -> None:
    whole = asdict(ModelCard(name="m", variant="lite"))
    header = json.dumps(whole | card if isinstance(card, dict) else card)
    path = folder / "card.safetensors"
    save_file({"weight": torch.zeros(1)}, path, metadata={"railseg_model": "[" * nested + header})

    def read() -> None:
        read_card_text = json.dumps(asdict(read_card(path)), ensure_ascii=False, allow_nan=True)
        read_card_text.encode()

    ends_well(read)


def events_of(line: str) -> list[dict[str, Any]]:
    pipe = io.StringIO()
    serve(Connection(pipe), line)
    return [json.loads(event) for event in pipe.getvalue().splitlines()]


def assert_answered(line: str, folder: Path) -> None:
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    with contextlib.chdir(empty):
        events = events_of(line)
    assert [event["event"] for event in events if event["event"] in ("result", "error")] == [events[-1]["event"]]
    if events[-1]["event"] == "error":
        assert events[-1]["kind"] == "RailSegError", events[-1]
        assert events[-1]["hint"]
    assert list(empty.iterdir()) == []


@examples(80)
@given(data=st.data())
def test_a_request_of_anything_is_answered_once_and_writes_nothing(data: st.DataObject, folder: Path) -> None:
    method = data.draw(st.sampled_from(sorted(REQUESTS)))
    names = [item.name for item in fields(REQUESTS[method])]
    params = {"raster": "none.tif", "output": "out.tif", "extracted": "a.gpkg", "reference": "b.gpkg", "lines": "c.shp"}
    params = {name: value for name, value in params.items() if name in names}
    params |= data.draw(st.dictionaries(st.sampled_from([*names, "fly"]), VALUES, max_size=3))
    message = {"id": data.draw(LEAVES), "method": method, "params": params}
    if data.draw(st.integers(0, 9)) == 0:
        message[data.draw(st.sampled_from(["method", "params"]))] = data.draw(VALUES)
    assert_answered(json.dumps(message), folder)


@examples(50)
@given(
    line=st.one_of(
        st.text(max_size=40),
        st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "replace")),
        VALUES.map(json.dumps),
        st.sampled_from(["[" * 100_000, '{"id": ' * 50_000, "9" * 10_000, "NaN", '{"method": "extract", "params": ']),
    )
)
def test_a_line_of_anything_is_answered_once(line: str, folder: Path) -> None:
    assert_answered(line, folder)
