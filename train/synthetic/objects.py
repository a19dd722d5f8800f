"""Draws what stands on the ground: roads, rows, buildings, trains, masts, trees, bridges and their shadows."""

from __future__ import annotations

import cv2
import numpy as np

from railseg_core.arrays import Floats
from train.synthetic.alignment import arc_lengths, normals
from train.synthetic.appearance import BALLASTS, pick, scaled, shade
from train.synthetic.canvas import Canvas, Colour3, Image, blend, blurred, cloud_noise, rectangle, resized, ribbon, tint
from train.synthetic.layout import Box, Layout, Line

ASPHALTS: tuple[Colour3, ...] = ((98, 98, 100), (122, 121, 120), (142, 138, 132), (78, 78, 82), (160, 156, 150))
EARTHS: tuple[Colour3, ...] = ((168, 150, 118), (146, 126, 100), (182, 172, 150), (128, 112, 92))
ROOFS: tuple[Colour3, ...] = (
    (178, 112, 84),
    (140, 84, 66),
    (96, 94, 94),
    (150, 148, 146),
    (205, 204, 200),
    (232, 230, 226),
    (110, 90, 78),
    (88, 100, 108),
)
CARS: tuple[Colour3, ...] = (
    (235, 235, 235),
    (40, 40, 44),
    (150, 152, 156),
    (160, 40, 36),
    (50, 70, 130),
    (220, 218, 205),
)
GREENS: tuple[Colour3, ...] = ((62, 82, 42), (50, 70, 40), (84, 100, 52), (74, 86, 56), (96, 96, 62))
WHITE: Colour3 = (228, 228, 224)
DARK: Colour3 = (44, 42, 42)


def draw_lines(rng: np.random.Generator, canvas: Canvas, lines: tuple[Line, ...]) -> None:
    """Draws roads, paths, ruts, fences, walls, pipes, canals and kerbs."""
    for line in lines:
        if line.kind in ("road", "street"):
            draw_road(rng, canvas, line)
        elif line.kind == "ruts":
            colour = pick(rng, EARTHS)
            normal = normals(line.points)
            if rng.random() < 0.5:
                canvas.lines([line.points], line.width_m + 1.2, shade(rng, (110, 116, 76)), colour, 20)
            under = shade(rng, (112, 114, 80))
            for side in (-0.5, 0.5):
                rut = line.points + side * line.width_m * normal
                canvas.lines([rut], rng.uniform(0.2, 0.5), colour, under, 14)
        elif line.kind == "canal":
            canvas.lines([line.points], line.width_m + 3.0, pick(rng, ((118, 122, 92), (150, 148, 142))), DARK, 18)
            canvas.lines([line.points], line.width_m, pick(rng, ((62, 78, 74), (84, 96, 84), (40, 52, 58))), DARK, 4)
        elif line.kind == "strip":
            stones = pick(rng, BALLASTS)
            canvas.lines([line.points], line.width_m, stones, stones, rng.uniform(5.0, 30.0))
        elif line.kind == "path":
            canvas.lines([line.points], line.width_m, pick(rng, EARTHS + ASPHALTS), DARK, 9)
        elif line.kind == "twins":
            _draw_twins(rng, canvas, line)
        elif line.kind in ("pipes", "conveyor"):
            _draw_carried(rng, canvas, line)
        elif line.kind == "hedge":
            canvas.lines([line.points + 0.4], line.width_m, (44, 50, 38), (60, 66, 50), 10)
            canvas.lines([line.points], line.width_m, pick(rng, GREENS), (80, 90, 60), 26)
        elif line.kind == "cable":
            cover = shade(rng, (178, 174, 166), 20.0)
            canvas.lines([line.points], line.width_m, cover, (130, 126, 118), 6)
        else:
            colour = pick(rng, ((70, 66, 62), (190, 186, 178), (150, 120, 96), (120, 120, 118)))
            canvas.lines([line.points + 0.35 * line.width_m], line.width_m, (52, 52, 56), (96, 98, 84), 6)
            canvas.lines([line.points], line.width_m, colour, (110, 110, 98), 6)


def _draw_twins(rng: np.random.Generator, canvas: Canvas, line: Line) -> None:
    """Draws two thin lines side by side that are not rails: tyre marks, cables, edges of a path."""
    apart = rng.choice([rng.uniform(0.7, 1.2), rng.uniform(1.7, 3.0)])
    dark = rng.random() < 0.6
    colour = shade(rng, (64, 62, 60) if dark else (176, 170, 160), 15.0)
    normal = normals(line.points)
    pair = [line.points + side * 0.5 * apart * normal for side in (-1.0, 1.0)]
    canvas.lines(pair, rng.uniform(0.06, 0.35), colour, shade(rng, (116, 112, 104), 20.0))


def _draw_carried(rng: np.random.Generator, canvas: Canvas, line: Line) -> None:
    """Draws what stands on a row of supports: pipes side by side, or a conveyor belt."""
    normal = normals(line.points)
    arc = arc_lengths(line.points)
    posts = np.arange(0.0, arc[-1], rng.uniform(2.0, 9.0))
    feet = np.stack([np.interp(posts, arc, line.points[:, k]) for k in (0, 1)], axis=1)
    aside = np.stack([np.interp(posts, arc, normal[:, k]) for k in (0, 1)], axis=1) * (0.5 * line.width_m + 0.2)
    shadow = line.points + rng.uniform(0.5, 2.0)
    canvas.lines([shadow], line.width_m, (60, 60, 62), (88, 88, 84), 8)
    canvas.lines(
        list(np.stack([feet - aside, feet + aside], axis=1)), 0.3, shade(rng, (140, 138, 134)), (110, 108, 104)
    )
    if line.kind == "conveyor":
        canvas.lines([line.points], line.width_m, shade(rng, (150, 152, 150), 25.0), DARK)
        canvas.lines([line.points], 0.5 * line.width_m, shade(rng, (62, 60, 58)), DARK)
    else:
        count = int(rng.integers(2, 6))
        colour = pick(rng, ((206, 204, 198), (150, 148, 144), (120, 96, 80), (176, 180, 160)))
        at = (np.arange(count) / (count - 1) - 0.5) * line.width_m
        canvas.lines([line.points + offset * normal for offset in at], 0.3, colour, DARK)


def draw_road(rng: np.random.Generator, canvas: Canvas, line: Line) -> None:
    """Draws a road with its edges, kerbs and markings."""
    asphalt = pick(rng, ASPHALTS)
    width, normal = line.width_m, normals(line.points)
    if line.kind == "street" or rng.random() < 0.3:
        canvas.lines([line.points], width + rng.uniform(2.0, 5.0), pick(rng, ASPHALTS + EARTHS), asphalt, 7)
    canvas.lines([line.points], width, asphalt, asphalt, 6)
    if rng.random() < 0.4:
        for side in (-0.25, -0.08, 0.08, 0.25):
            worn = line.points + side * width * normal
            canvas.lines([worn], 0.5, shade(rng, asphalt, 9.0), asphalt)
    paint = shade(rng, WHITE if rng.random() < 0.75 else (222, 186, 84))
    marks: list[Floats] = []
    style = rng.random()
    if style < 0.3:
        marks += [line.points + 0.12 * normal, line.points - 0.12 * normal]
    elif style < 0.8:
        marks += dashes(line.points, rng.uniform(2.0, 5.0), rng.uniform(3.0, 8.0))
    if rng.random() < (0.8 if style < 0.3 else 0.4):  # where overtaking is banned, edges are mostly marked too
        marks += [line.points + side * (0.5 * width - 0.3) * normal for side in (-1.0, 1.0)]
    if width > 14.0:
        for lane in np.arange(-0.5 * width + 3.3, 0.5 * width - 3.0, 3.3):
            marks += dashes(line.points + lane * normal, 3.0, rng.uniform(3.0, 9.0))
    if marks:
        canvas.lines(marks, rng.uniform(0.1, 0.2), paint, asphalt)


def dashes(points: Floats, dash_m: float, gap_m: float) -> list[Floats]:
    """Pieces of a line with gaps between them."""
    arc = arc_lengths(points)
    starts = np.arange(0.0, arc[-1] - dash_m, dash_m + gap_m)
    ends = np.stack([starts, starts + dash_m], axis=1)
    return list(np.stack([np.interp(ends, arc, points[:, 0]), np.interp(ends, arc, points[:, 1])], axis=2))


def draw_fields(rng: np.random.Generator, canvas: Canvas, fields: tuple[Box, ...]) -> None:
    """Draws areas of parallel rows: furrows, vines, parking bays, greenhouses, solar rows."""
    for field in fields:
        ground = pick(rng, ASPHALTS if field.kind == "parking" else EARTHS + GREENS)
        canvas.polygon(rectangle(field.centre, field.length_m, field.width_m, field.heading), ground, 14)
        along = np.array([np.cos(field.heading), np.sin(field.heading)])
        across = np.array([-along[1], along[0]])
        at = np.arange(-0.5 * field.width_m, 0.5 * field.width_m, field.height_m)
        middle = field.centre + at[:, None] * across
        reach = 0.5 * field.length_m * along
        rows = list(np.stack([middle - reach, middle + reach], axis=1))
        if field.kind == "parking":
            bays = [r[:1] + np.array([0.0, 1.0])[:, None] * 5.0 * along for r in rows]
            canvas.lines(bays, 0.12, WHITE, ground)
            for bay in bays:
                if rng.random() < 0.6:
                    car = rectangle(bay.mean(0) + 1.25 * across, 4.4, 1.8, field.heading)
                    canvas.polygon(car, pick(rng, CARS), 0)
        elif field.kind == "solar":
            canvas.lines(rows, 0.45 * field.height_m, pick(rng, ((46, 54, 78), (60, 64, 72))), ground, 2)
        elif field.kind == "greenhouse":
            roof = shade(rng, (196, 204, 204))
            canvas.polygon(rectangle(field.centre, field.length_m, field.width_m, field.heading), roof, 4)
            canvas.lines(rows, 0.15, shade(rng, (120, 128, 128)), roof)
        else:
            colour = pick(rng, GREENS) if field.kind == "vines" else shade(rng, ground, 25.0)
            canvas.lines(rows, 0.4 * field.height_m, colour, ground, 20)


def cast_shadows(rng: np.random.Generator, canvas: Canvas, layout: Layout) -> None:
    """Darkens the ground beside everything that has a height."""
    azimuth, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.75)
    if rng.random() < 0.15:
        depth *= 0.2
    per_metre = np.array([np.cos(azimuth), np.sin(azimuth)]) * rng.uniform(0.35, 1.6)
    rings = []
    for box in layout.boxes:
        base = box.ring
        hull = cv2.convexHull(np.concatenate([base, base + per_metre * box.height_m]).astype(np.float32))
        rings.append(np.asarray(hull[:, 0], dtype=np.float64))
    for roof in layout.roofs:
        rings.append(roof.ring + per_metre * roof.height_m)
    for bridge in layout.bridges:
        rings.append(ribbon(bridge.points, -0.5 * bridge.width_m, 0.5 * bridge.width_m) + per_metre * 6.0)
    if layout.masts is not None:
        for x, y, heading, arm in layout.masts:
            foot = np.array([x, y])
            top = foot + per_metre * 7.5
            tip = top + arm * np.array([np.cos(heading), np.sin(heading)])
            wide = 0.6 if arm > 10 else 0.22
            rings += [_stroke(foot, top, 0.3), _stroke(top, tip, wide)]
            if arm > 10:
                rings.append(_stroke(foot + arm * np.array([np.cos(heading), np.sin(heading)]), tip, 0.3))
    shadow = canvas.mask(rings)
    if layout.trees is not None:
        x_y, radius = layout.trees[:, :2], layout.trees[:, 2]
        shadow = np.maximum(shadow, canvas.discs(x_y + radius[:, None] * per_metre, 0.95 * radius))
    if canvas.gsd_m < 0.25:
        shadow = blurred(shadow, 0.12 / canvas.gsd_m)
    light = shadow.astype(np.float32) * np.float32(depth / 255.0)
    tint(canvas.rgb, (10, 14, 26), light)


def _stroke(a: Floats, b: Floats, width_m: float) -> Floats:
    d = b - a
    return rectangle((a + b) / 2, float(np.hypot(*d)), width_m, float(np.arctan2(d[1], d[0])))


def draw_boxes(rng: np.random.Generator, canvas: Canvas, boxes: tuple[Box, ...]) -> None:
    """Draws buildings, vehicles, trains and platforms with the structure of their tops."""
    train = pick(rng, ROOFS + CARS, 20.0)
    outlined = rng.random() < 0.08
    for box in boxes:
        ring = box.ring
        if box.kind == "building":
            _draw_roof(rng, canvas, box, ring)
        elif box.kind == "car":
            canvas.polygon(ring, pick(rng, CARS))
            glass = rectangle(box.centre, 0.5 * box.length_m, 0.8 * box.width_m, box.heading)
            canvas.polygon(glass, shade(rng, (70, 74, 80)))
        elif box.kind == "platform":
            top = pick(rng, ASPHALTS)
            canvas.polygon(ring, top)
            rim = rectangle(box.centre, box.length_m, box.width_m - 1.2, box.heading)
            canvas.lines([np.concatenate([rim, rim[:1]])], 0.15, WHITE, top)
        elif box.kind == "stop":
            canvas.polygon(ring, pick(rng, ((176, 52, 44), (60, 58, 56), (186, 180, 168), (112, 84, 64))))
        else:
            if rng.random() < 0.25:
                train = pick(rng, ROOFS + CARS, 20.0)
            _draw_vehicle(rng, canvas, box, ring, train)
            if outlined:
                frame = rectangle(box.centre, box.length_m + 0.6, box.width_m + 0.8, box.heading)
                canvas.lines([np.concatenate([frame, frame[:1]])], 0.8, (255, 242, 0), (255, 242, 0))


def draw_roofs(rng: np.random.Generator, canvas: Canvas, roofs: tuple[Box, ...]) -> list[Image]:
    """Draws halls and canopies over tracks; returns what each covers, uint8 (rows, cols) 0–255."""
    covers = []
    for box in roofs:
        ring = box.ring
        _draw_roof(rng, canvas, box, ring)
        covers.append(canvas.mask([ring]))
    return covers


def draw_hills(rng: np.random.Generator, canvas: Canvas, ground: Image, hills: tuple[Floats, ...]) -> list[Image]:
    """Lays the ground back over tracks in tunnels, with the portal's wall; returns what each hill covers."""
    covers = []
    for ring in hills:
        cover = canvas.mask([ring])
        blend(canvas.rgb, ground, cover.astype(np.float32) / 255.0)
        inward = 0.8 * (ring[3] - ring[0]) / float(np.hypot(*(ring[3] - ring[0])))
        canvas.lines([ring[:2] - inward], 1.2, (52, 52, 54), DARK)
        canvas.lines([ring[:2]], 0.9, shade(rng, (166, 160, 150), 20.0), DARK)
        covers.append(cover)
    return covers


def draw_panels(rng: np.random.Generator, canvas: Canvas, panels: tuple[Floats, ...]) -> None:
    """Draws the rubber, concrete or timber between the rails of a level crossing."""
    if not panels:
        return
    colour = pick(rng, ((70, 70, 72), (150, 146, 138), (108, 92, 76), (118, 118, 118)))
    canvas.polygons(panels, colour, 5.0)


def _draw_vehicle(rng: np.random.Generator, canvas: Canvas, box: Box, ring: Floats, colour: Colour3) -> None:
    canvas.polygon(ring, shade(rng, colour, 8.0))
    inner = rectangle(box.centre, box.length_m - 0.5, 0.75 * box.width_m, box.heading)
    middle = rectangle(box.centre, box.length_m - 0.6, 0.3 * box.width_m, box.heading)
    if box.kind == "tank":
        canvas.polygon(middle, shade(rng, scaled(colour, 1.5)))
    elif box.kind in ("wagon", "flat"):
        canvas.polygon(inner, pick(rng, ((70, 58, 50), (120, 96, 76), (60, 60, 62), (150, 140, 128)), 15.0))
    elif box.kind == "container":
        for k in (-0.26, 0.26):
            centre = box.centre + k * box.length_m * np.array([np.cos(box.heading), np.sin(box.heading)])
            canvas.polygon(rectangle(centre, 0.46 * box.length_m, 2.5, box.heading), pick(rng, ROOFS + CARS, 20.0))
    else:
        canvas.polygon(middle, shade(rng, scaled(colour, 0.8)))


def _draw_roof(rng: np.random.Generator, canvas: Canvas, box: Box, ring: Floats) -> None:
    roof = pick(rng, ROOFS)
    canvas.polygon(ring, roof)
    along = np.array([np.cos(box.heading), np.sin(box.heading)])
    across = np.array([-along[1], along[0]])
    ends = np.stack([box.centre - 0.5 * box.length_m * along, box.centre + 0.5 * box.length_m * along])
    if rng.random() < 0.5:
        half = np.concatenate([ends, ring[2:]])
        canvas.polygon(half, scaled(roof, rng.uniform(0.65, 1.2)))
    if rng.random() < 0.4:
        at = np.arange(-0.5, 0.5, rng.uniform(0.6, 4.0) / box.width_m)[:, None, None]
        seams = list(ends[None] + at * box.width_m * across)
        canvas.lines(seams, 0.12, shade(rng, roof, 30.0), roof)
    for _ in range(int(rng.integers(0, 5))):
        spot = (
            box.centre + along * rng.uniform(-0.4, 0.4) * box.length_m + across * rng.uniform(-0.4, 0.4) * box.width_m
        )
        canvas.polygon(rectangle(spot, rng.uniform(0.5, 3), rng.uniform(0.5, 2), box.heading), pick(rng, ROOFS))


def draw_masts(rng: np.random.Generator, canvas: Canvas, masts: Floats | None) -> None:
    """Draws masts with their arms, and gantries."""
    if masts is None:
        return
    steel = pick(rng, ((120, 122, 120), (160, 162, 160), (84, 88, 84), (196, 196, 192)))
    for x, y, heading, arm in masts:
        foot = np.array([x, y])
        tip = foot + arm * np.array([np.cos(heading), np.sin(heading)])
        canvas.polygon(rectangle(foot, 0.7, 0.7, heading), shade(rng, (176, 174, 168)))
        wide = rng.uniform(0.5, 1.1) if arm > 10 else 0.18
        canvas.lines([np.array([foot, tip])], wide, steel, (96, 94, 90))


def draw_decks(rng: np.random.Generator, canvas: Canvas, decks: tuple[Floats, ...]) -> None:
    """Draws the decks of railway bridges, mostly dark steel."""
    deck = pick(rng, ((58, 56, 54), (74, 70, 66), (98, 84, 74), (158, 154, 148)))
    canvas.polygons(decks, deck, 6.0)
    for ring in decks:
        half = len(ring) // 2
        edge = shade(rng, deck, 25.0)
        canvas.lines([ring[:half], ring[half:]], 0.35, edge, deck)


def draw_trees(rng: np.random.Generator, canvas: Canvas, trees: Floats | None) -> Image | None:
    """Draws crowns; returns what they cover, uint8 (rows, cols) 0–255, or None without trees."""
    if trees is None:
        return None
    px = min(canvas.px, round(canvas.px * canvas.gsd_m / 0.2))
    gsd = canvas.px * canvas.gsd_m / px
    cover = resized(canvas.discs(trees[:, :2], trees[:, 2]), px)
    cover = np.asarray(cv2.blur(cover, (max(round(1.6 / gsd), 1),) * 2), dtype=np.uint8)
    ragged = cloud_noise(rng, px, 1.6 / gsd, 3)
    alpha = np.clip((cover.astype(np.float32) / 255.0 - 0.4 + 0.3 * ragged) * 5.0 + 0.5, 0.0, 1.0)
    alpha[cover < 10] = 0.0
    shadowed = np.roll(cover, int(1.2 / gsd), int(rng.integers(2))).astype(np.float32) / 255.0
    light = np.clip((0.95 + 0.3 * ragged - 0.3 * shadowed) * 80.0, 28.0, 120.0).astype(np.uint8)
    green = pick(rng, GREENS)
    crown = cv2.merge([cv2.convertScaleAbs(light, alpha=1.15 * band / 80.0) for band in green])
    full = resized(alpha.astype(np.float32), canvas.px)
    blend(canvas.rgb, resized(np.asarray(crown, dtype=np.uint8), canvas.px), full)
    return np.asarray(cv2.convertScaleAbs(full, alpha=255.0), dtype=np.uint8)


def draw_bridge(rng: np.random.Generator, canvas: Canvas, line: Line) -> Image:
    """Draws a road bridge; returns what it covers, uint8 (rows, cols) 0–255."""
    deck = ribbon(line.points, -0.5 * line.width_m - 0.8, 0.5 * line.width_m + 0.8)
    canvas.polygon(deck, shade(rng, (172, 168, 160)))
    draw_road(rng, canvas, Line("road", line.points, line.width_m))
    return canvas.mask([deck])
