"""The switches that the lines of a map form, and how many of them another map has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from railseg_core.arrays import Bools, Floats, Ints, Points
from railseg_core.evaluation.line_meetings import MEET_M, meetings_of
from railseg_core.vectors.polylines import cross, linestrings

LEG_M = 20.0
"""Length over which a track's direction away from a switch is measured: closer to it, the tracks are still one."""
MAX_PARTING_DEG = 25.0
"""Tracks that part at a larger angle do not do so at a switch."""
NAVIGABLE_DEG = 45.0
"""A train does not turn by more than this from one track into the next."""
SWITCH_ALONG_M = 5.0
SWITCH_ACROSS_M = 1.0
FACING_DEG = 45.0
_NO_PAIR = 1e6


@dataclass(frozen=True, slots=True)
class Switches:
    """Switches, as described by the lines around them.

    Attributes:
        places: float64 (n, 2), (x, y) in a metric CRS.
        facing: float64 (n, 2), unit vector from the stem towards the two tracks; NaN where no three lines show it.
        side: int64 (n,), where the diverging track leaves the through track: 1 left, -1 right, 0 if unknown.
    """

    places: Points
    facing: Points
    side: Ints

    def only(self, wanted: Bools) -> Switches:
        """Those that are wanted, bool (n,)."""
        return Switches(self.places[wanted], self.facing[wanted], self.side[wanted])


def switches_at(places: Points, lines: Sequence[Points], reach_m: float) -> Switches:
    """Describes the switches at given places by the lines around them.

    Args:
        places: float64 (n, 2), (x, y) in a metric CRS.
        lines: float64 (n, 2) vertices of each, likewise.
        reach_m: How far a line may pass from a place and still belong to it.
    """
    return _described(places, _legs(places, lines, reach_m))


def find_switches(lines: Sequence[Points]) -> Switches:
    """The switches that lines form: three ends meet or an end touches a line, and two of the three legs run together.

    Args:
        lines: float64 (n, 2) vertices of each, (x, y), in a metric CRS.
    """
    places = meetings_of(lines).places
    legs = _legs(places, lines, MEET_M)
    found = _described(places, {place: headings for place, headings in legs.items() if len(headings) == 3})
    return found.only(~np.isnan(found.facing[:, 0]))


def _described(places: Points, legs: Mapping[int, Points]) -> Switches:
    """Switches as the legs of each place describe them; unknown where they form none."""
    facing, side = np.full((len(places), 2), np.nan), np.zeros(len(places), dtype=np.int64)
    for place, headings in legs.items():
        told = _parting(headings)
        if told is not None:
            facing[place], side[place] = told
    return Switches(places, facing, side)


def _legs(places: Points, lines: Sequence[Points], reach_m: float) -> dict[int, Points]:
    """Directions in which lines leave places: float64 (legs, 2) by the place's number."""
    geometries = linestrings(lines)
    place, line = shapely.STRtree(geometries).query(shapely.points(places), predicate="dwithin", distance=reach_m)
    length = shapely.length(geometries[line])
    starts, ends = (np.array([entry[end] for entry in lines]).reshape(-1, 2)[line] for end in (0, -1))
    at_start, at_end = (np.hypot(*(end - places[place]).T) <= reach_m for end in (starts, ends))
    inside = ~(at_start | at_end)
    along = shapely.line_locate_point(geometries[line], shapely.points(places[place]))
    along = np.where(at_start, 0.0, along)
    leaving, origin, sign = (
        np.concatenate(parts)
        for parts in zip(
            (np.flatnonzero(at_start), along[at_start], np.ones(np.count_nonzero(at_start))),
            (np.flatnonzero(at_end), length[at_end], -np.ones(np.count_nonzero(at_end))),
            (np.flatnonzero(inside), along[inside], np.ones(np.count_nonzero(inside))),
            (np.flatnonzero(inside), along[inside], -np.ones(np.count_nonzero(inside))),
            strict=True,
        )
    )
    own = geometries[line[leaving]]
    away = np.clip(origin + sign * LEG_M, 0.0, length[leaving])
    vectors = shapely.get_coordinates(shapely.line_interpolate_point(own, away)) - shapely.get_coordinates(
        shapely.line_interpolate_point(own, origin)
    )
    size = np.hypot(*vectors.T)
    real = size > 0
    headings, owner = vectors[real] / size[real, np.newaxis], place[leaving[real]]
    order = np.argsort(owner, kind="stable")
    numbers, first = np.unique(owner[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(headings[order], first[1:]), strict=True)) if len(numbers) else {}


def _parting(headings: Points) -> tuple[Points, int] | None:
    """Facing direction and side of the switch that legs form; None if they form none.

    A switch is a stem and two legs that a train can reach from it and that run nearly the same way. Of several, the one
    whose legs part most is taken: between tracks that still coincide there is nothing to choose.
    """
    best: tuple[float, Points, int] | None = None
    for trio in combinations(range(len(headings)), 3):
        for stem in trio:
            first, second = (headings[leg] for leg in trio if leg != stem)
            parting_deg = _angle_deg(first, second)
            bends = [_angle_deg(-headings[stem], leg) for leg in (first, second)]
            if parting_deg > MAX_PARTING_DEG or max(bends) > NAVIGABLE_DEG:
                continue
            through, branch = (first, second) if bends[0] <= bends[1] else (second, first)
            middle = (first + second) / np.hypot(*(first + second))
            if best is None or parting_deg > best[0]:
                best = parting_deg, middle, int(np.sign(cross(through, branch)))
    return None if best is None else best[1:]


@dataclass(frozen=True, slots=True)
class SwitchMatch:
    """Extracted and reference switches, paired one to one.

    Attributes:
        extracted: The extracted switches that count.
        reference: The reference's switches.
        pairs: int64 (k, 2), indices of an extracted switch and of the reference switch that is the same.
        along_m: float64 (k,), how far the extracted one lies beyond the reference one, in the latter's direction.
    """

    extracted: Switches
    reference: Switches
    pairs: Ints
    along_m: Floats

    @property
    def precision(self) -> float:
        """Share of the extracted switches that are correct; NaN without any, or without any in the reference."""
        return self._share(len(self.extracted.places))

    @property
    def recall(self) -> float:
        """Share of the reference's switches that were found; NaN without any."""
        return self._share(len(self.reference.places))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN where the reference has no switches."""
        return self._share((len(self.extracted.places) + len(self.reference.places)) / 2)

    @property
    def along_rms_m(self) -> float:
        """Root mean square of the distances along the track; NaN where no switch was found."""
        return float(np.sqrt(np.mean(self.along_m**2))) if len(self.along_m) else float("nan")

    @property
    def side_accuracy(self) -> float:
        """Share of the switches found that diverge to the correct side; NaN where none was found."""
        if not len(self.pairs):
            return float("nan")
        extracted, reference = self.pairs.T
        return float(np.mean(self.extracted.side[extracted] == self.reference.side[reference]))

    def _share(self, whole: float) -> float:
        return len(self.pairs) / whole if whole and len(self.reference.places) else float("nan")


def match_switches(extracted: Switches, reference: Switches) -> SwitchMatch:
    """Pairs switches one to one: as many as possible, and of these the nearest.

    Two are the same if they lie within `SWITCH_ALONG_M` along the track and `SWITCH_ACROSS_M` across it and face the
    same way.
    """
    reach_m = math.hypot(SWITCH_ALONG_M, SWITCH_ACROSS_M)
    tree = shapely.STRtree(shapely.points(extracted.places))
    mine, own = tree.query(shapely.points(reference.places), predicate="dwithin", distance=reach_m)
    apart, facing = extracted.places[own] - reference.places[mine], reference.facing[mine]
    along, across = np.sum(apart * facing, axis=1), cross(facing, apart)
    same_way = np.sum(extracted.facing[own] * facing, axis=1) >= math.cos(math.radians(FACING_DEG))
    possible = same_way & (np.abs(along) <= SWITCH_ALONG_M) & (np.abs(across) <= SWITCH_ACROSS_M)
    rows, row = np.unique(own[possible], return_inverse=True)
    cols, col = np.unique(mine[possible], return_inverse=True)
    cost, beyond = np.full((len(rows), len(cols)), _NO_PAIR), np.zeros((len(rows), len(cols)))
    cost[row, col] = along[possible] ** 2 + across[possible] ** 2
    beyond[row, col] = along[possible]
    row, col = linear_sum_assignment(cost)
    paired = cost[row, col] < _NO_PAIR
    row, col = row[paired], col[paired]
    return SwitchMatch(extracted, reference, np.column_stack([rows[row], cols[col]]), beyond[row, col])


def _angle_deg(first: Points, second: Points) -> float:
    """Angle between unit vectors."""
    return math.degrees(math.acos(min(1.0, max(-1.0, float(first @ second)))))
