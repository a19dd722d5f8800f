"""Which layer of a vector file is read, and how its lines get into another CRS."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from railseg_core.errors import RailSegError
from railseg_core.pipeline import run
from railseg_core.requests import EvaluateRequest
from railseg_core.vectors.area import Area
from railseg_core.vectors.coordinates import moved_geometries
from railseg_core.vectors.line_layer import read_line_layer
from railseg_core.vectors.tracing import read_switches, read_tracing

UTM = "EPSG:25832"
EAST = pyproj.CRS("EPSG:32601")
X, Y = 612_000.0, 5_611_000.0
PIPE, TRACK = (shapely.LineString([(X, Y + dy), (X + 100, Y + dy)]) for dy in (0, 50))
MEADOW, STATION = (shapely.box(X, Y + dy, X + 100, Y + dy + 10) for dy in (0, 50))


def write(path: Path, layer: str, geometry: shapely.Geometry, **fields: str) -> None:
    wkb = shapely.to_wkb(np.array([geometry]))
    values = [np.array([value], dtype=object) for value in fields.values()]
    pyogrio.raw.write(
        path,
        wkb,
        values,
        list(fields),
        layer=layer,
        geometry_type=geometry.geom_type,
        crs=UTM,
        driver="GPKG",
        append=path.exists(),
    )


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "survey.gpkg"
    write(path, "pipes", PIPE)
    write(path, "our tracks", TRACK)
    write(path, "meadows", MEADOW)
    write(path, "stations", STATION)
    write(path, "points", shapely.Point(X + 10, Y + 50), railway="switch")
    return path


def test_a_layer_may_be_named_as_qgis_does(survey: Path) -> None:
    tracks = f"{survey}|layername=our tracks"
    assert read_tracing(survey).visible == read_line_layer(survey).lines == (PIPE,)
    assert read_tracing(tracks).visible == read_line_layer(tracks).lines == (TRACK,)
    stations = Area.from_file(f"{survey}|layername=stations")
    assert Area.from_file(survey).polygon.equals(MEADOW)
    assert stations.polygon.equals(STATION)
    assert stations.file == str(survey)


def test_the_switches_are_those_of_the_file_whichever_layer_the_lines_are_in(survey: Path) -> None:
    switches = read_switches(f"{survey}|layername=our tracks")
    assert switches is not None
    assert switches[0].tolist() == [[X + 10, Y + 50]]


def test_the_nodes_of_a_map_are_not_those_of_other_lines(survey: Path) -> None:
    write(survey, "rail_track", PIPE)
    write(survey, "rail_node", shapely.Point(X + 90, Y), railway="switch")
    for name, x in (
        (survey, X + 90),
        (f"{survey}|layername=rail_track", X + 90),
        (f"{survey}|layername=pipes", X + 10),
    ):
        switches = read_switches(name)
        assert switches is not None
        assert switches[0][0, 0] == x


def test_a_layer_that_is_not_there_is_told_with_those_that_are(survey: Path) -> None:
    for read in (read_tracing, read_line_layer, Area.from_file):
        with pytest.raises(RailSegError, match=r"survey.gpkg has no layer tracks\.") as error:
            read(f"{survey}|layername=tracks")
        assert error.value.hint == "It has pipes, our tracks, meadows, stations, points."


def test_a_file_whose_own_name_reads_like_that_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a|layername=b.gpkg"
    write(path, "lines", TRACK)
    assert read_tracing(path).visible == (TRACK,)


def test_the_file_of_a_layer_that_is_read_is_not_replaced(survey: Path) -> None:
    before = survey.read_bytes()
    tracks = f"{survey}|layername=our tracks"
    with pytest.raises(RailSegError, match="is an input"):
        run(EvaluateRequest(extracted=tracks, reference=tracks, layers=survey, overwrite=True))
    assert survey.read_bytes() == before


def test_only_edges_long_enough_to_bend_get_vertices_in_another_crs() -> None:
    short = shapely.segmentize(shapely.LineString([(9.0, 50.0), (9.1, 50.0)]), 0.0005)
    long = shapely.LineString([(9.0, 50.0), (9.1, 50.0)])
    utm = pyproj.CRS("EPSG:32632")
    moved = moved_geometries([short, long], pyproj.CRS("EPSG:4326"), utm)
    assert len(moved[0].coords) == len(short.coords)
    assert len(moved[1].coords) > 50
    assert moved[0].hausdorff_distance(moved[1]) < 0.001


def test_a_line_that_leads_to_infinity_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    lines = [TRACK, shapely.LineString([(X, Y), (X + 100, np.inf)])]
    pyogrio.raw.write(path, shapely.to_wkb(np.array(lines)), [], [], geometry_type="LineString", crs=UTM)
    assert run(EvaluateRequest(extracted=str(path), reference=str(path)))["reference_m"] == pytest.approx(100)


def test_an_arc_stays_an_arc(tmp_path: Path) -> None:
    radius_m = 2000.0
    angles = np.array([0.0, 0.4, 0.8])
    arc = np.column_stack([X + radius_m * np.cos(angles), Y + radius_m * np.sin(angles)])
    wkb = struct.pack("<BII", 1, 8, 3) + arc.tobytes()  # a CIRCULARSTRING, which shapely does not have
    geometries = np.array([wkb], dtype=object)
    pyogrio.raw.write(tmp_path / "arc.gpkg", geometries, [], [], geometry_type="Unknown", crs=UTM)
    (line,) = read_line_layer(tmp_path / "arc.gpkg").lines
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, line.length, 999)))
    assert abs(np.hypot(*(points - [X, Y]).T) - radius_m).max() < 0.002


def test_lines_within_collections_are_lines(tmp_path: Path) -> None:
    both = shapely.MultiLineString([[(0, 0), (50, 0)], [(60, 0), (90, 0)]])
    nested = shapely.GeometryCollection([both, shapely.Point(0, 0)])
    path = tmp_path / "nested.geojson"
    pyogrio.raw.write(path, shapely.to_wkb(np.array([nested])), [], [], geometry_type="Unknown", crs=UTM)
    found = read_line_layer(path)
    assert [line.length for line in found.lines] == [50, 30]
    assert len(set(found.fids.tolist())) == 1


@pytest.mark.parametrize(("crs", "turn"), [("EPSG:4326", 360.0), ("EPSG:4807", 400.0)])  # the latter is in grads
def test_a_line_across_the_antimeridian_does_not_run_around_the_earth(crs: str, turn: float) -> None:
    x = turn / 2 - 0.005
    (line,) = moved_geometries([shapely.LineString([(x, 50.0), (x - turn + 0.01, 50.0)])], pyproj.CRS(crs), EAST)
    assert line is not None
    assert 500 < line.length < 800
