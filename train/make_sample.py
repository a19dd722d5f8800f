"""Draws the sample that comes with RailSeg: `python -m train.make_sample` writes resources/sample/.

A made-up place of 300 m × 300 m at 0.1 m: a double-track line, a switch to a siding with wagons on it, a level
crossing, the edge of a village, fields. Everything is drawn, so that nobody else holds rights to the sample.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import rasterio
from rasterio.transform import from_origin
from shapely import LineString, MultiLineString, box, get_parts
from shapely.affinity import affine_transform, rotate

from railseg_core.arrays import Floats
from train.synthetic.alignment import Alignment, lateral_shift, trace
from train.synthetic.appearance import BallastStyle, RailwayLook, TrackStyle
from train.synthetic.canvas import Canvas, Floats32, Image, cloud_noise, tint
from train.synthetic.layout import Box, Layout, Line, distance_to
from train.synthetic.scene import draw_layout
from train.synthetic.trackplan import Track, TrackPlan

SEED = 2
EXTENT_M = 300.0
GSD_M = 0.1
CRS = "EPSG:25832"
LEFT_M, TOP_M = 612_300.0, 5_612_600.0
JPEG_QUALITY = 85

BALLAST = BallastStyle(
    first=(152, 147, 140),
    second=(134, 126, 116),
    patch_m=14.0,
    half_width_m=2.7,
    raggedness_m=0.18,
    softness_m=0.5,
    opacity=1.0,
    between=0.3,
    grain=17.0,
    weeds=0.12,
    weed=(104, 112, 68),
    verge=(132, 128, 96),
    verge_half_width_m=5.2,
    verge_grain=15.0,
)
MAIN = TrackStyle(
    bed=(134, 122, 108),
    bed_strength=0.55,
    bed_half_width_m=1.2,
    sleeper=(190, 186, 178),
    sleeper_strength=0.8,
    sleeper_length_m=2.6,
    sleeper_width_m=0.26,
    sleeper_period_m=0.6,
    sleeper_variation=0.3,
    rail=(206, 202, 196),
    rail_strength=0.95,
    rail_width_m=0.08,
    rail_variation=0.25,
    shade_strength=0.5,
    shade_width_m=0.12,
    shade_side=1.0,
    foot=(98, 78, 64),
    foot_strength=0.8,
    foot_width_m=0.2,
    stain_strength=0.15,
    stain_width_m=0.5,
)
SIDING = TrackStyle(
    bed=(112, 98, 82),
    bed_strength=0.7,
    bed_half_width_m=1.3,
    sleeper=(84, 70, 58),
    sleeper_strength=0.75,
    sleeper_length_m=2.5,
    sleeper_width_m=0.25,
    sleeper_period_m=0.63,
    sleeper_variation=0.45,
    rail=(142, 112, 90),
    rail_strength=0.9,
    rail_width_m=0.08,
    rail_variation=0.4,
    shade_strength=0.45,
    shade_width_m=0.12,
    shade_side=1.0,
    foot=(82, 64, 54),
    foot_strength=0.8,
    foot_width_m=0.2,
    stain_strength=0.3,
    stain_width_m=0.5,
)
SWITCH_RADIUS_M, SWITCH_TANGENT = 300.0, 1.0 / 9.0
SIDING_SPACING_M, TRACK_SPACING_M = 4.75, 4.0


def line_of_the_sample() -> Alignment:
    """The main line's first track: a curve of 900 m radius, a clothoid, a straight."""
    arc = np.arange(0.0, 361.0)
    curvature = np.interp(arc, [0.0, 110.0, 170.0, 360.0], [1 / 900.0, 1 / 900.0, 0.0, 0.0])
    return trace(np.array([-18.0, 176.0]), np.radians(-24.0), curvature)


def sample_layout(rng: np.random.Generator) -> Layout:
    """Where everything in the sample stands."""
    line = line_of_the_sample()
    toe = 108
    rest = Alignment(line.points[toe:], line.heading[toe:], line.curvature[toe:])
    siding = rest.offset(lateral_shift(rest.arc_m, SIDING_SPACING_M, SWITCH_RADIUS_M, SWITCH_TANGENT))[:196]
    tracks = (
        Track(line.points, group=0),
        Track(line.offset(-TRACK_SPACING_M), group=0),
        Track(siding, group=1),
    )
    plan = TrackPlan(tracks, ((float(siding[0, 0]), float(siding[0, 1])),))
    clear = distance_to(tracks, EXTENT_M, 300)
    road = Line("road", _curve([(58, -10), (70, 60), (64, 118), (74, 180), (66, 240), (72, 310)]), 6.2)
    lane = Line("street", _curve([(70, 212), (120, 226), (190, 222), (250, 236), (312, 228)]), 5.0)
    path = Line("path", _curve([(-10, 60), (40, 52), (70, 58)]), 2.6)
    ruts = Line("ruts", _curve([(72, 84), (130, 72), (200, 46), (310, 30)]), 1.8)
    tramlines = [Line("ruts", _curve([(113, y), (200, y - 13), (306, y - 33)]), 1.8) for y in (158.0, 176.0)]
    boxes = [*_wagons(siding), *_houses(rng, lane), *_cars(rng, road, lane)]
    return Layout(
        EXTENT_M,
        plan,
        lines=(lane, road, path, ruts, *tramlines),
        fields=(
            Box("furrows", np.array([232.0, 63.0]), 112.0, 40.0, np.radians(-14.0), 0.9),
            Box("vines", np.array([22.0, 22.0]), 60.0, 52.0, np.radians(-9.0), 2.0),
        ),
        boxes=tuple(boxes),
        masts=_masts(line),
        trees=_trees(rng, clear, [road, lane, path], boxes),
        crossings=(Line("road", road.points, road.width_m),),
    )


def _curve(points: list[tuple[float, float]]) -> Floats:
    """A smooth line along points, (n, 2) metres, about 1 m apart."""
    knots = np.array(points, dtype=np.float64)
    for _ in range(5):
        quarter, rest = 0.75 * knots[:-1] + 0.25 * knots[1:], 0.25 * knots[:-1] + 0.75 * knots[1:]
        knots = np.concatenate([knots[:1], np.stack([quarter, rest], axis=1).reshape(-1, 2), knots[-1:]])
    return knots


def _at(points: Floats, index: int) -> tuple[Floats, float]:
    """A line's point and heading."""
    step = points[min(index + 1, len(points) - 1)] - points[index - 1]
    return points[index], float(np.arctan2(step[1], step[0]))


def _wagons(siding: Floats) -> list[Box]:
    """Five wagons at the siding's far end, and the buffer stop behind them."""
    kinds = ("wagon", "container", "tank", "tank", "wagon")
    found = []
    for k, kind in enumerate(kinds):
        middle, heading = _at(siding, 106 + 15 * k)
        found.append(Box(kind, middle, 13.6, 2.85, heading, 3.6))
    end, heading = _at(siding, len(siding) - 1)
    found.append(Box("platform", end, 1.0, 2.6, heading, 1.2))
    return found


def _houses(rng: np.random.Generator, lane: Line) -> list[Box]:
    """Houses on both sides of the lane."""
    found = []
    for index in range(14, len(lane.points) - 10, 13):
        point, heading = _at(lane.points, index)
        for side in (-1.0, 1.0):
            if point[0] < 92.0 or rng.random() < 0.12:
                continue
            away = rng.uniform(14.0, 19.0) * side
            centre = point + away * np.array([-np.sin(heading), np.cos(heading)])
            turned = heading + (np.pi / 2 if rng.random() < 0.3 else 0.0) + rng.normal(0.0, 0.04)
            size = rng.uniform(9.0, 15.0), rng.uniform(8.0, 10.5)
            found.append(Box("building", centre, size[0], size[1], turned, rng.uniform(5.0, 8.0)))
    found.append(Box("building", np.array([30.0, 262.0]), 44.0, 20.0, np.radians(6.0), 7.0))
    found.append(Box("building", np.array([34.0, 228.0]), 24.0, 14.0, np.radians(96.0), 6.0))
    return found


def _cars(rng: np.random.Generator, *roads: Line) -> list[Box]:
    """Some cars on the roads."""
    found = []
    for line in roads:
        for index in rng.integers(10, len(line.points) - 10, 5):
            point, heading = _at(line.points, int(index))
            centre = point + 1.4 * np.array([-np.sin(heading), np.cos(heading)])
            if not 100.0 < centre[1] < 160.0:
                found.append(Box("car", centre, 4.4, 1.8, heading, 1.5))
    return found


def _masts(line: Alignment) -> Floats:
    """A mast every 55 m on either side of the two tracks."""
    found = []
    for index in range(5, len(line.points) - 5, 55):
        point, heading = line.points[index], float(line.heading[index])
        across = np.array([-np.sin(heading), np.cos(heading)])
        if index < 108:
            found.append((*(point + 3.1 * across), heading - np.pi / 2, 3.3))
        found.append((*(point - (TRACK_SPACING_M + 3.1) * across), heading + np.pi / 2, 3.3))
    return np.array(found)


def _trees(rng: np.random.Generator, clear: Floats32, roads: list[Line], boxes: list[Box]) -> Floats:
    """A wood, a row along the road, garden trees; none over the tracks, roads or roofs."""
    wood = rng.uniform((150.0, 255.0), (310.0, 310.0), (150, 2))
    row = roads[0].points[::9] + np.array([9.0, 0.0])
    hedge = rng.uniform((100.0, 191.0), (300.0, 202.0), (60, 2))
    garden = rng.uniform((90.0, 200.0), (300.0, 255.0), (60, 2))
    corner = rng.normal((255.0, 12.0), (26.0, 9.0), (60, 2))
    places = np.concatenate([wood, row, hedge, garden, corner])
    radii = np.concatenate(
        [
            rng.uniform(2.5, 5.0, len(wood)),
            rng.uniform(2.4, 3.2, len(row)),
            rng.uniform(0.7, 2.2, len(hedge)),
            rng.uniform(1.0, 2.8, len(garden)),
            rng.uniform(2.0, 4.5, len(corner)),
        ]
    )
    kept = []
    for (x, y), radius in zip(places, radii, strict=True):
        point = np.array([x, y])
        col, row_ = np.clip(point.astype(int), 0, 299)
        gaps = [clear[row_, col] - 5.0]
        gaps += [float(np.hypot(*(line.points - point).T).min()) - 0.5 * line.width_m for line in roads]
        gaps += [float(np.hypot(*(point - b.centre))) - 0.55 * max(b.length_m, b.width_m) for b in boxes]
        if min(gaps) > radius + 0.8:
            kept.append((x, y, radius))
    return np.array(kept)


def draw_ground(rng: np.random.Generator, canvas: Canvas) -> None:
    """Meadows, a stubble field, gardens and a wood's floor."""
    canvas.rgb[:] = (112, 126, 78)
    canvas.grain[:] = 13
    fields = (
        ([(-5, -5), (56, -5), (68, 60), (62, 112), (-5, 140)], (150, 144, 98), 9.0),
        ([(84, -5), (305, -5), (305, 24), (200, 40), (130, 66), (76, 78)], (104, 128, 70), 10.0),
        ([(96, 208), (305, 214), (305, 258), (96, 252)], (118, 132, 84), 12.0),
        ([(112, 150), (305, 112), (305, 182), (114, 190)], (164, 152, 96), 9.0),
        ([(140, 258), (305, 252), (305, 305), (140, 305)], (82, 92, 58), 22.0),
        ([(4, 212), (62, 212), (60, 290), (2, 290)], (150, 146, 136), 9.0),
    )
    for ring, colour, grain in fields:
        canvas.polygon(np.array(ring, dtype=np.float64), colour, grain)
    for cell_m, colour, strength in (
        (38.0, (136, 134, 88), 0.45),
        (9.0, (92, 112, 64), 0.35),
        (3.0, (146, 138, 98), 0.25),
    ):
        noise = cloud_noise(rng, canvas.px, cell_m / canvas.gsd_m, 4)
        tint(canvas.rgb, colour, np.clip(noise, 0.0, 1.0) * np.float32(strength))


def draw_sample() -> tuple[Image, Layout]:
    """The sample's picture, uint8 (rows, cols, 3), and its layout."""
    rng = np.random.default_rng(SEED)
    layout = sample_layout(rng)
    canvas = Canvas(round(EXTENT_M / GSD_M), EXTENT_M)
    draw_ground(rng, canvas)
    draw_layout(rng, canvas, layout, RailwayLook(BALLAST, (MAIN, MAIN, SIDING)))
    picture = cv2.GaussianBlur(canvas.rgb, (0, 0), 0.55)
    return np.asarray(cv2.convertScaleAbs(picture, alpha=1.03, beta=6.0), dtype=np.uint8), layout


def sample_truth(layout: Layout) -> dict[str, object]:
    """The true lines as GeoJSON: tracks cut at the picture's edge, hidden where wagons stand, and the switch."""
    frame = box(0.0, 0.0, EXTENT_M, EXTENT_M)
    to_map = [1.0, 0.0, 0.0, -1.0, LEFT_M, TOP_M]
    features: list[dict[str, object]] = []

    def add(what: str, state: str | None, kind: str, coordinates: object) -> None:
        properties = {"what": what, "state": state, "kind": kind}
        geometry = {"type": "Point" if what == "switch" else "LineString", "coordinates": coordinates}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})

    wagons = [
        rotate(
            box(x - b.length_m / 2, y - b.width_m / 2, x + b.length_m / 2, y + b.width_m / 2),
            b.heading,
            use_radians=True,
        )
        for b in layout.boxes
        if b.kind in ("wagon", "container", "tank")
        for x, y in [b.centre]
    ]
    for track in layout.plan.tracks:
        seen = LineString(track.points).intersection(frame)
        hidden = MultiLineString([])
        for wagon in wagons:
            hidden = hidden.union(seen.intersection(wagon))
            seen = seen.difference(wagon)
        for state, lines in (("visible", seen), ("hidden", hidden)):
            for part in get_parts(lines):
                on_map = affine_transform(part.simplify(0.005), to_map)
                add("track", state, "rail", [[round(x, 3), round(y, 3)] for x, y in on_map.coords])
    for x, y in layout.plan.switches:
        add("switch", None, "rail", [round(LEFT_M + x, 3), round(TOP_M - y, 3)])
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    return {"type": "FeatureCollection", "name": "sample_tracks", "crs": crs, "gsd_m": GSD_M, "features": features}


def main() -> None:
    """Writes sample.tif and sample_tracks.geojson."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "resources" / "sample")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    picture, layout = draw_sample()
    rows, cols = picture.shape[:2]
    with rasterio.open(
        out / "sample.tif",
        "w",
        driver="GTiff",
        width=cols,
        height=rows,
        count=3,
        dtype="uint8",
        crs=CRS,
        transform=from_origin(LEFT_M, TOP_M, GSD_M, GSD_M),
        tiled=True,
        blockxsize=512,
        blockysize=512,
        compress="jpeg",
        jpeg_quality=JPEG_QUALITY,
        photometric="ycbcr",
    ) as target:
        target.write(np.moveaxis(picture, -1, 0))
        target.update_tags(TIFFTAG_COPYRIGHT="Drawn by RailSeg's scene generator", TIFFTAG_SOFTWARE="RailSeg")
    (out / "sample_tracks.geojson").write_text(json.dumps(sample_truth(layout)), encoding="utf-8")
    print(f"{out / 'sample.tif'}: {(out / 'sample.tif').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
