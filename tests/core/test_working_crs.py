"""The choice of the working CRS."""

from __future__ import annotations

import pyproj
import pytest

from railseg_core.errors import RailSegError
from railseg_core.rasters.working_crs import choose_working_crs, horizontal
from railseg_core.vectors.coordinates import crs_text


@pytest.mark.parametrize(
    ("crs", "place", "expected"),
    [
        ("EPSG:25832", (9, 50), "EPSG:25832"),
        ("EPSG:2056", (7.9, 47), "EPSG:2056"),
        ("EPSG:5514", (14, 50), "EPSG:5514"),
        ("EPSG:7415", (5, 52), "EPSG:28992"),
        ("EPSG:3035", (10, 52), "EPSG:3035"),
        ("EPSG:3035", (20, 62), "EPSG:25834"),
        ("EPSG:3857", (9, 0), "EPSG:32632"),
        ("EPSG:3857", (-58, -34), "EPSG:32721"),
        ("EPSG:4326", (179.99, 50), "EPSG:32660"),
        ("EPSG:4979", (-180, -50), "EPSG:32701"),
        ("EPSG:4258", (9, 50), "EPSG:25832"),
        ("EPSG:2263", (-74, 40.7), "EPSG:26918"),
        ("EPSG:4807", (2, 48), "EPSG:32631"),
        ("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +datum=WGS84", (18, 50), "EPSG:32634"),
    ],
)
def test_the_working_crs_is_the_rasters_own_if_its_metres_are_true_else_local_utm(
    crs: str, place: tuple[float, float], expected: str
) -> None:
    source = horizontal(pyproj.CRS(crs))
    x, y = pyproj.Transformer.from_crs(4326, source, always_xy=True).transform(*place)
    assert choose_working_crs(source, x, y).to_string() == expected


GAUSS_KRUGER = "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel"
SHIFT = "+towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7"


@pytest.mark.parametrize(
    "crs",
    [
        f"{GAUSS_KRUGER} {SHIFT} +units=m",
        f"{GAUSS_KRUGER} {SHIFT} +units=us-ft",
        f"+proj=longlat +ellps=bessel {SHIFT}",
        "EPSG:31467",
    ],
)
def test_a_datum_shift_that_comes_with_a_crs_holds_in_the_working_crs_too(crs: str) -> None:
    given = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4326, given, always_xy=True).transform(9.3, 50.6)
    source = horizontal(given)
    working = choose_working_crs(source, x, y)
    there = pyproj.Transformer.from_crs(source, working, always_xy=True).transform(x, y)
    told = pyproj.CRS(crs_text(working))  # as the map's file has it
    degrees = pyproj.Transformer.from_crs(told, 4326, always_xy=True).transform(*there)
    assert degrees == pytest.approx((9.3, 50.6), abs=1e-8)


def test_a_place_near_a_pole_has_no_utm() -> None:
    with pytest.raises(RailSegError, match="pole"):
        choose_working_crs(pyproj.CRS(4326), 0, 88)
