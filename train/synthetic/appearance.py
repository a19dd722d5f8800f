"""How tracks and their beds look: palettes and the styles drawn from them at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from train.synthetic.canvas import Colour3


@dataclass(frozen=True, slots=True)
class TrackStyle:
    """How one track looks; colours are RGB 0–255, strengths 0–1, lengths metres."""

    bed: Colour3
    bed_strength: float
    bed_half_width_m: float
    sleeper: Colour3
    sleeper_strength: float
    sleeper_length_m: float
    sleeper_width_m: float
    sleeper_period_m: float
    sleeper_variation: float
    rail: Colour3
    rail_strength: float
    rail_width_m: float
    rail_variation: float
    shade_strength: float
    shade_width_m: float
    shade_side: float
    foot: Colour3
    foot_strength: float
    foot_width_m: float
    stain_strength: float
    stain_width_m: float
    gauge_m: float = 1.435
    third_rail: Colour3 | None = None
    third_rail_side: float = 1.0


@dataclass(frozen=True, slots=True)
class BallastStyle:
    """How the bed between and beside a scene's tracks looks."""

    first: Colour3
    second: Colour3
    patch_m: float
    half_width_m: float
    raggedness_m: float
    softness_m: float
    opacity: float
    between: float
    grain: float
    weeds: float
    weed: Colour3
    verge: Colour3
    verge_half_width_m: float
    verge_grain: float


@dataclass(frozen=True, slots=True)
class Materials:
    """Colours of ballast, bed between the rails, sleepers, rail heads and rail feet."""

    ballast: Colour3
    bed: Colour3
    sleeper: Colour3
    rail: Colour3
    foot: Colour3


BALLASTS: tuple[Colour3, ...] = (
    (150, 148, 145),
    (125, 122, 118),
    (178, 174, 168),
    (165, 152, 130),
    (186, 172, 148),
    (128, 108, 92),
    (112, 92, 80),
    (92, 86, 80),
    (70, 66, 62),
    (48, 45, 44),
    (138, 126, 112),
    (105, 100, 88),
)
SLEEPERS: tuple[Colour3, ...] = (
    (205, 200, 192),
    (188, 182, 170),
    (172, 165, 152),
    (82, 68, 56),
    (62, 54, 48),
    (98, 84, 72),
)
FEET: tuple[Colour3, ...] = ((110, 84, 66), (84, 68, 58), (60, 52, 48), (150, 122, 96))
RAILS: tuple[Colour3, ...] = (
    (235, 235, 235),
    (210, 205, 198),
    (196, 178, 148),
    (150, 112, 84),
    (128, 92, 70),
    (84, 66, 56),
    (58, 48, 44),
)
TYPICAL = (
    Materials((158, 158, 158), (128, 118, 106), (86, 74, 64), (72, 60, 54), (88, 72, 62)),
    Materials((172, 172, 172), (134, 126, 116), (104, 94, 84), (88, 76, 70), (70, 58, 52)),
    Materials((150, 149, 147), (140, 138, 134), (198, 194, 188), (210, 208, 204), (104, 84, 70)),
    Materials((176, 170, 158), (150, 138, 118), (186, 176, 156), (202, 184, 150), (150, 122, 94)),
    Materials((118, 108, 96), (92, 80, 68), (70, 60, 52), (150, 140, 132), (70, 58, 52)),
    Materials((108, 98, 84), (104, 90, 74), (82, 70, 58), (60, 50, 46), (66, 56, 50)),
    Materials((132, 124, 114), (112, 92, 78), (164, 156, 146), (128, 92, 72), (96, 72, 60)),
    Materials((72, 70, 68), (62, 60, 58), (150, 146, 140), (172, 168, 164), (66, 58, 54)),
)
"""Colours often seen together."""
VERGES: tuple[Colour3, ...] = (
    (98, 112, 68),
    (120, 126, 82),
    (78, 94, 56),
    (150, 136, 108),
    (128, 112, 90),
    (140, 138, 132),
    (112, 110, 104),
    (172, 166, 152),
)
GRASSES: tuple[Colour3, ...] = ((96, 118, 62), (118, 130, 78), (78, 100, 52), (140, 140, 92))
GROOVES: tuple[Colour3, ...] = (
    (52, 50, 50),
    (66, 60, 56),
    (84, 74, 66),
    (40, 40, 42),
    (170, 166, 160),
    (210, 208, 204),
)
"""Colours of rails in a street: the dark groove beside them, or the shine of the head."""
THIRD_RAILS: tuple[Colour3, ...] = ((120, 88, 66), (96, 92, 88), (196, 192, 184), (206, 186, 92))
GAUGES_M = (1.435, 1.0, 1.067, 1.524, 1.668)
GAUGE_WEIGHTS = np.array([0.9, 0.05, 0.01, 0.03, 0.01])
WEEDS: tuple[Colour3, ...] = ((98, 110, 62), (84, 104, 66), (70, 90, 50), (130, 126, 82), (146, 134, 92))


def shade(rng: np.random.Generator, colour: Colour3, spread: float = 12.0) -> Colour3:
    """A colour like this one: brightness varies by `spread`, hue by a quarter of it."""
    bright = rng.normal(0.0, spread)
    r, g, b = (float(np.clip(c + bright + rng.normal(0.0, spread / 4.5), 5, 250)) for c in colour)
    return (r, g, b)


def scaled(colour: Colour3, factor: float) -> Colour3:
    """A colour made brighter or darker."""
    r, g, b = (float(np.clip(c * factor, 0.0, 250.0)) for c in colour)
    return (r, g, b)


def pick(rng: np.random.Generator, colours: tuple[Colour3, ...], spread: float = 12.0) -> Colour3:
    """One of the colours, varied."""
    return shade(rng, colours[int(rng.integers(len(colours)))], spread)


def random_materials(rng: np.random.Generator) -> Materials:
    """Materials often seen together, or of any colours."""
    if rng.random() < 0.5:
        usual = TYPICAL[int(rng.integers(len(TYPICAL)))]
        return Materials(*(shade(rng, c) for c in (usual.ballast, usual.bed, usual.sleeper, usual.rail, usual.foot)))
    ballast = pick(rng, BALLASTS)
    bed = pick(rng, BALLASTS, 15.0) if rng.random() < 0.5 else shade(rng, ballast, 25.0)
    return Materials(ballast, bed, pick(rng, SLEEPERS), pick(rng, RAILS), pick(rng, FEET))


def random_ballast(rng: np.random.Generator, materials: Materials, tracks: int) -> BallastStyle:
    """The look of a bed; with many tracks, ballast often fills the ground between them."""
    grass = rng.random() < 0.06
    first = pick(rng, GRASSES) if grass else materials.ballast
    second = pick(rng, BALLASTS) if rng.random() < 0.4 else shade(rng, first, 20.0)
    wide = rng.random() < (0.15 if tracks < 4 else 0.6)
    half_width = rng.uniform(3.0, 7.0) if wide else rng.uniform(1.3, 2.9)
    return BallastStyle(
        first=first,
        second=second,
        patch_m=float(np.exp(rng.uniform(np.log(4.0), np.log(40.0)))),
        half_width_m=half_width,
        raggedness_m=float(np.clip(rng.exponential(0.25), 0.03, 1.2)),
        softness_m=rng.uniform(0.1, 1.2),
        opacity=1.0 if rng.random() < 0.7 else rng.uniform(0.35, 1.0),
        between=rng.uniform(-1.0, 1.0) if rng.random() < 0.5 else 0.0,
        grain=float(np.clip(rng.gamma(2.5, 6.0), 3, 50)),
        weeds=rng.uniform(0.2, 0.9) if rng.random() < 0.3 else 0.0,
        weed=pick(rng, WEEDS),
        verge=pick(rng, VERGES),
        verge_half_width_m=half_width + rng.uniform(0.5, 12.0) if rng.random() < 0.7 else 0.0,
        verge_grain=rng.uniform(4.0, 24.0),
    )


def random_track_style(
    rng: np.random.Generator, materials: Materials, kind: str, paved: bool, gauge_m: float
) -> TrackStyle:
    """The look of a track, without a conductor rail.

    Args:
        rng: Random number generator.
        materials: Its colours.
        kind: 'rail' or 'tram'.
        paved: Whether it lies in a street, where no sleepers are visible, and little of the rails but their grooves.
        gauge_m: Distance between the rails.
    """
    seen = float(rng.choice([0.0, rng.uniform(0.1, 0.4), rng.uniform(0.4, 1.0)], p=[0.18, 0.37, 0.45]))
    if kind == "tram":
        seen *= float(rng.random() < 0.3)
    slab = rng.random() < (0.04 if kind == "rail" else 0.3)
    style = TrackStyle(
        bed=shade(rng, (176, 172, 164)) if slab else materials.bed,
        bed_strength=0.9 if slab else (rng.uniform(0.1, 0.8) if rng.random() < 0.7 else 0.0),
        bed_half_width_m=rng.uniform(0.8, 1.5),
        sleeper=materials.sleeper,
        sleeper_strength=0.3 * seen if slab else seen,
        sleeper_length_m=rng.uniform(2.4, 2.6) if gauge_m > 1.2 else rng.uniform(1.8, 2.1),
        sleeper_width_m=rng.uniform(0.2, 0.32),
        sleeper_period_m=rng.uniform(0.58, 0.72),
        sleeper_variation=rng.uniform(0.1, 0.7),
        rail=materials.rail,
        rail_strength=rng.uniform(0.15, 0.5) if rng.random() < 0.25 else rng.uniform(0.5, 1.0),
        rail_width_m=rng.uniform(0.06, 0.13),
        rail_variation=rng.uniform(0.0, 0.8),
        shade_strength=rng.uniform(0.1, 0.7) if rng.random() < 0.6 and kind == "rail" else 0.0,
        shade_width_m=rng.uniform(0.06, 0.2),
        shade_side=float(rng.choice([-1.0, 1.0])),
        foot=materials.foot,
        foot_strength=rng.uniform(0.2, 0.9) if rng.random() < 0.75 else 0.0,
        foot_width_m=rng.uniform(0.16, 0.32),
        stain_strength=rng.uniform(0.1, 0.7) if rng.random() < 0.4 else 0.0,
        stain_width_m=rng.uniform(0.25, 0.8),
        gauge_m=gauge_m,
    )
    if not paved:
        return style
    groove = pick(rng, GROOVES)
    return replace(
        style,
        bed_strength=rng.uniform(0.3, 0.9) if slab else style.bed_strength * float(rng.random() < 0.3),
        sleeper_strength=0.0,
        rail=groove,
        rail_strength=rng.uniform(0.35, 1.0),
        rail_width_m=rng.uniform(0.07, 0.14),
        shade_strength=0.0,
        foot=scaled(groove, 0.6),
        foot_strength=rng.uniform(0.2, 0.9) if rng.random() < 0.5 else 0.0,
        stain_strength=style.stain_strength * 0.5,
    )


def vary(rng: np.random.Generator, style: TrackStyle) -> TrackStyle:
    """The look of a neighbouring track: the same kind, slightly different."""
    return replace(
        style,
        sleeper=shade(rng, style.sleeper, 6.0),
        rail=shade(rng, style.rail, 10.0),
        bed_strength=float(np.clip(style.bed_strength + rng.normal(0, 0.1), 0, 0.9)),
        sleeper_strength=float(np.clip(style.sleeper_strength + rng.normal(0, 0.1), 0, 1)),
        rail_strength=float(np.clip(style.rail_strength + rng.normal(0, 0.1), 0.1, 1)),
        stain_strength=float(np.clip(style.stain_strength + rng.normal(0, 0.15), 0, 0.8)),
    )


@dataclass(frozen=True, slots=True)
class RailwayLook:
    """How a scene's railway looks: one bed, one style per track."""

    ballast: BallastStyle
    styles: tuple[TrackStyle, ...]


def random_look(rng: np.random.Generator, groups: tuple[int, ...], kind: str, paved: bool) -> RailwayLook:
    """The look of a railway; tracks of one group look alike, other groups may differ.

    Args:
        rng: Random number generator.
        groups: Each track's group.
        kind: 'rail' or 'tram'.
        paved: Whether the tracks lie in a street.
    """
    materials = random_materials(rng)
    ballast = random_ballast(rng, materials, len(groups))
    alike = rng.random() < 0.6
    gauge_m = float(rng.choice(GAUGES_M, p=GAUGE_WEIGHTS))
    third_rail = pick(rng, THIRD_RAILS) if kind == "rail" and not paved and rng.random() < 0.06 else None
    styles = {
        group: replace(
            random_track_style(rng, materials if alike else random_materials(rng), kind, paved, gauge_m),
            third_rail=third_rail,
            third_rail_side=float(rng.choice([-1.0, 1.0])),
        )
        for group in sorted(set(groups))
    }
    return RailwayLook(ballast, tuple(vary(rng, styles[group]) for group in groups))
