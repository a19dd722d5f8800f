"""How well a map matches the truth of a yard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from scipy.optimize import linear_sum_assignment

from railseg_core.arrays import Points
from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import LineScores, score_lines
from railseg_core.line_params import LineParams
from railseg_core.railway_map import RailwayMap
from railseg_core.tiling import PixelWindow
from tests.truth.ribbons import Seer, probabilities, raster_of, window_round
from tests.truth.yards import TrueSwitch, Yard

RHO_M = 0.5
ALONG_M, ACROSS_M = 8.0, 1.0
"""How far a switch may be found from its place."""
ZONE_M = (-5.0, 45.0)
"""A switch's zone, along its direction from the toe on."""
_ALIKE_M = 1.0
_SAMPLE_M = 0.5
_STEADY_M = 4.0


@dataclass(frozen=True, slots=True)
class YardScores:
    """Scores of one yard, or of several.

    Attributes:
        lines: Of all tracks.
        plain: Of the tracks away from switches and crossings.
        zones: Of the tracks in switches.
        true_switches: How many there are.
        found_switches: How many were found.
        toe_m: How far along the track each matched switch is from its toe.
        sides_right: How many of these are to the right side.
        wrong_joins: Places where a line goes from one track to another that no switch joins with it.
        crossings: How many crossings at grade there are, how many were found, and how many of them are true.
    """

    lines: LineScores
    plain: LineScores
    zones: LineScores
    true_switches: int
    found_switches: int
    toe_m: npt.NDArray[np.float64]
    sides_right: int
    wrong_joins: int
    crossings: tuple[int, int, int]

    @classmethod
    def pooled(cls, scores: Iterable[YardScores]) -> YardScores:
        """Of several yards as one."""
        every = list(scores)
        return cls(
            LineScores.pooled(one.lines for one in every),
            LineScores.pooled(one.plain for one in every),
            LineScores.pooled(one.zones for one in every),
            sum(one.true_switches for one in every),
            sum(one.found_switches for one in every),
            np.concatenate([np.zeros(0), *(one.toe_m for one in every)]),
            sum(one.sides_right for one in every),
            sum(one.wrong_joins for one in every),
            tuple(sum(one.crossings[k] for one in every) for k in range(3)),  # type: ignore[arg-type]
        )

    @property
    def switch_f1(self) -> float:
        """Harmonic mean of the switches' precision and recall."""
        return 2 * len(self.toe_m) / max(self.true_switches + self.found_switches, 1)

    @property
    def toe_rms_m(self) -> float:
        """Root mean square of the toes' errors along the track."""
        return float(np.sqrt(np.mean(self.toe_m**2))) if len(self.toe_m) else float("nan")


def score_yard(yard: Yard, found: RailwayMap, window_m: tuple[float, float, float, float]) -> YardScores:
    """Compares a map with what is true, within the picture's bounds."""
    inside = shapely.box(*window_m).buffer(-2.0)
    truth = clipped(yard.tracks, inside)
    lines = clipped([track.line for track in found.tracks], inside)
    zones = shapely.union_all(
        [_zone(switch) for switch in yard.switches] + [shapely.Point(p).buffer(25.0) for p in yard.crossings]
    )
    outside = inside.envelope.buffer(50).difference(zones)
    toe_m, sides, found_count, true_count = _switches(yard, found, inside)
    crossing_nodes = [np.array([node.x, node.y]) for node in found.nodes if node.railway == "railway_crossing"]
    right = sum(any(np.hypot(*(p - q)) < 2.0 for q in crossing_nodes) for p in yard.crossings)
    return YardScores(
        lines=score_lines(lines, truth, rho_m=RHO_M),
        plain=score_lines(lines, truth, rho_m=RHO_M, ignore=zones if not zones.is_empty else None),
        zones=score_lines(lines, truth, rho_m=RHO_M, ignore=outside),
        true_switches=true_count,
        found_switches=found_count,
        toe_m=toe_m,
        sides_right=sides,
        wrong_joins=wrong_joins(lines, yard.tracks),
        crossings=(len(yard.crossings), len(crossing_nodes), right),
    )


def clipped(lines: Sequence[Points], box: shapely.Geometry) -> list[Points]:
    """The parts of lines in a box, but for mere crumbs."""
    parts = shapely.get_parts(shapely.intersection([shapely.linestrings(line) for line in lines], box))
    return [shapely.get_coordinates(part) for part in parts if part.length > 0.5]


def _zone(switch: TrueSwitch) -> shapely.Geometry:
    first, last = (switch.toe + switch.direction * along for along in ZONE_M)
    return shapely.LineString([first, last]).buffer(4.0, cap_style="flat")


def found_switches(found: RailwayMap) -> list[tuple[Points, Points, str]]:
    """Place, direction and side of every switch of a map."""
    lines = {track.track_id: track.line for track in found.tracks}
    out = []
    for node in found.nodes:
        if node.railway != "switch":
            continue
        ways = [way for way in found.relations if way.node_id == node.node_id]
        apart = [way for way in ways if not way.navigable]
        ends = {(way.track_a, way.end_a) for way in ways} | {(way.track_b, way.end_b) for way in ways}
        legs = {(way.track_a, way.end_a) for way in apart} | {(way.track_b, way.end_b) for way in apart}
        (stem,) = ends - legs if len(ends - legs) == 1 else (next(iter(ends)),)
        line = lines[stem[0]] if stem[1] == 0 else lines[stem[0]][::-1]
        back = shapely.get_coordinates(shapely.line_interpolate_point(shapely.linestrings(line), 3.0))[0]
        direction = (line[0] - back) / max(np.hypot(*(line[0] - back)), 1e-9)
        out.append((np.array([node.x, node.y]), direction, node.turnout_side or ""))
    return out


def _switches(yard: Yard, found: RailwayMap, inside: shapely.Geometry) -> tuple[npt.NDArray[np.float64], int, int, int]:
    """Errors along the track of the matched ones, how many of these are to the right side, how many are found, true."""
    truth = [s for s in yard.switches if inside.contains(shapely.Point(s.toe))]
    places = [s for s in found_switches(found) if inside.contains(shapely.Point(s[0]))]
    if not truth or not places:
        return np.zeros(0), 0, len(places), len(truth)
    cost = np.full((len(truth), len(places)), 1e6)
    along = np.zeros_like(cost)
    for i, switch in enumerate(truth):
        for j, (place, direction, _) in enumerate(places):
            away = place - switch.toe
            along[i, j] = away @ switch.direction
            across = abs(switch.direction[0] * away[1] - switch.direction[1] * away[0])
            if abs(along[i, j]) <= ALONG_M and across <= ACROSS_M and direction @ switch.direction > 0.9:
                cost[i, j] = abs(along[i, j])
    rows, cols = linear_sum_assignment(cost)
    pairs = [(i, j) for i, j in zip(rows, cols, strict=True) if cost[i, j] < 1e6]
    sides = sum(truth[i].side == places[j][2] for i, j in pairs)
    return np.array([along[i, j] for i, j in pairs]), sides, len(places), len(truth)


def wrong_joins(lines: Sequence[Points], truth: Sequence[Points]) -> int:
    """How often a line goes over from one true track to another that it has not touched on the way."""
    # A vertex every few centimetres would make distances thirty times as slow.
    rails = [shapely.simplify(shapely.linestrings(track), 0.001) for track in truth]
    tree = shapely.STRtree(rails)
    count = 0
    for line in lines:
        along = np.arange(0.0, shapely.linestrings(line).length, _SAMPLE_M)
        points = shapely.line_interpolate_point(shapely.linestrings(line), along)
        sample, rail = tree.query(points, predicate="dwithin", distance=_ALIKE_M)
        on = [set(rail[sample == k].tolist()) for k in range(len(along))]
        candidates: set[int] = set()
        steady = 0
        for here in on:
            if not here:
                continue
            if not candidates & here and candidates:
                # Gone over: right only where the two tracks themselves touch, at a switch.
                joined = any(rails[i].distance(rails[j]) < 0.2 for i in candidates for j in here)
                count += not joined and steady * _SAMPLE_M >= _STEADY_M
                candidates, steady = set(here), 0
            else:
                candidates = candidates & here if candidates else set(here)
                steady += 1
    return count


POOR_PARAMS = LineParams(axis_threshold=0.3, min_piece_confidence=0.4)
"""Levels as `train.thresholds` would choose them for a model that is never very sure."""
_CUT_PX = 60
_LARGE_PX = 600


def window_of(yard: Yard) -> PixelWindow:
    """The picture of a yard, which cuts its tracks where it is large enough."""
    window = window_round(yard.tracks, 6)
    cols, rows = (_CUT_PX if side > _LARGE_PX else 0 for side in (window.width, window.height))
    return PixelWindow.between(window.col + cols, window.row + rows, window.right - cols, window.bottom - rows)


def map_of_yard(yard: Yard, seer: Seer, folder: Path) -> RailwayMap:
    """What the product makes of a yard's probabilities."""
    window = window_of(yard)
    bands = probabilities(yard.tracks, window, seer=seer, hidden=yard.hidden)
    with raster_of(folder / "yard.tif", bands, window) as raster:
        return vectorize(raster, POOR_PARAMS if seer.fading else LineParams())
