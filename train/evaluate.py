"""Judges a model with the whole product: extracted lines against traced ones.

    python -m train.evaluate DATA/real/check --out build/check [--backgrounds DATA/backgrounds/naip --places 50]

Writes report.md (a table by scene and pooled by pixel size, at several distances) and a picture per scene: traced
tracks green, hidden ones yellow, extracted lines red. Backgrounds are pictures without tracks: every line is false.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from railseg_core.metrics import LineScores, score_lines
from railseg_core.pipeline import run
from railseg_core.railway_map import read_lines
from railseg_core.raster import open_working_grid, read_raster_info
from railseg_core.requests import ExtractRequest
from train.scenes import TracedScene, traced_scenes

RHOS_M = (0.5, 1.0, 1.5)
FINE_GSD_M = 0.3  # up to here a scene counts as fine
_FRAME_M = 1.0
_COLOURS = {"visible": (40, 200, 60), "hidden": (250, 220, 40), "extracted": (230, 20, 40)}

Points = npt.NDArray[np.float64]


def extract_lines(raster: Path, model: Path | None, folder: Path) -> list[Points]:
    """The tracks that the product finds with its default settings, in the raster's CRS, which must be metric."""
    info = read_raster_info(raster)
    if info.crs != info.working_crs:
        raise ValueError(f"{raster} is in {info.crs}: lines are compared in metres, give it a metric CRS")
    output = folder / f"{raster.stem}.gpkg"
    run(ExtractRequest(raster=str(raster), output=output, model=model, overwrite=True))
    return read_lines(output)[0]


def coordinates(lines: Sequence[BaseGeometry]) -> list[Points]:
    """Vertices (n, 2) of each line."""
    return [shapely.get_coordinates(line) for line in lines]


def score(scene: TracedScene, extracted: list[Points]) -> dict[float, LineScores]:
    """Scores by the distance up to which a line counts as found."""
    ignore = shapely.union_all(scene.ignore) if scene.ignore else None
    return {
        rho_m: score_lines(
            extracted,
            coordinates(scene.visible),
            rho_m=rho_m,
            hidden=coordinates(scene.hidden),
            ignore=ignore,
        )
        for rho_m in RHOS_M
    }


def draw(scene: TracedScene, extracted: list[Points], path: Path) -> None:
    """The picture with traced and extracted lines on it."""
    with open_working_grid(scene.raster) as grid:
        image, _ = grid.read(grid.picture_window)
        inverse = ~grid.picture_window.transform(grid.gsd_m)
    canvas = np.ascontiguousarray(image.transpose(1, 2, 0))
    groups = {"visible": coordinates(scene.visible), "hidden": coordinates(scene.hidden), "extracted": extracted}
    for name, lines in groups.items():
        for line in lines:
            pixels = np.column_stack(inverse @ line.T) - 0.5
            width = 1 if name == "extracted" else 3
            cv2.polylines(
                canvas, [np.round(pixels * 16).astype(np.int32)], False, _COLOURS[name], width, cv2.LINE_AA, 4
            )
    cv2.imwrite(str(path), cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))


def row(name: str, scores: dict[float, LineScores]) -> str:
    """A line of the table."""
    one = scores[1.0]
    cells = [
        name,
        f"{one.reference_m:.0f}",
        f"{one.extracted_m:.0f}",
        f"{one.completeness:.3f}",
        f"{one.correctness:.3f}",
    ]
    cells += [f"{scores[rho_m].quality:.3f}" for rho_m in RHOS_M]
    cells += [
        f"{one.lateral_rms_cm:.0f}",
        f"{one.lateral_bias_cm:+.0f}",
        f"{one.redundancy:.3f}",
        f"{one.gaps_per_km:.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def false_metres(places: list[Path], model: Path | None, folder: Path) -> tuple[float, float]:
    """Metres of (false) lines in pictures without tracks, and their area in km²."""
    metres = area_km2 = 0.0
    for place in places:
        metres += sum(float(shapely.LineString(line).length) for line in extract_lines(place, model, folder))
        with open_working_grid(place) as grid:
            area_km2 += grid.picture_window.width * grid.picture_window.height * grid.gsd_m**2 / 1e6
    return metres, area_km2


def main() -> None:
    """Writes the report and the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, help="folder of NAME.tif and NAME.geojson")
    parser.add_argument("--out", type=Path, required=True, help="folder for report and pictures")
    parser.add_argument("--model", type=Path, help="model file instead of the bundled one")
    parser.add_argument("--backgrounds", type=Path, help="folder of georeferenced pictures without tracks")
    parser.add_argument("--places", type=int, default=50, help="how many of them, spread over the folder")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    qualities = " | ".join(f"quality {rho_m:g} m" for rho_m in RHOS_M)
    header = (
        f"| scene | reference m | extracted m | completeness | correctness | {qualities} | RMS cm | bias cm | "
        "redundancy | gaps/km |"
    )
    report = [header, "|" + " --- |" * (header.count("|") - 1)]
    by_kind: dict[str, list[dict[float, LineScores]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for scene in traced_scenes(arguments.scenes):
            extracted = extract_lines(scene.raster, arguments.model, Path(scratch))
            scores = score(scene, extracted)
            kind = f"all up to {FINE_GSD_M:g} m" if scene.gsd_m <= FINE_GSD_M else f"all over {FINE_GSD_M:g} m"
            by_kind.setdefault(kind, []).append(scores)
            report.append(row(f"{scene.name} ({scene.gsd_m:g} m)", scores))
            print(report[-1], flush=True)
            draw(scene, extracted, arguments.out / f"{scene.name}.png")
        for kind, every in sorted(by_kind.items()):
            report.append(row(kind, {rho_m: LineScores.pooled(item[rho_m] for item in every) for rho_m in RHOS_M}))
        if arguments.backgrounds:
            every_place = sorted(arguments.backgrounds.glob("*.tif"))
            if not every_place:
                raise FileNotFoundError(f"no pictures (*.tif) in {arguments.backgrounds}")
            places = every_place[:: -(-len(every_place) // arguments.places)]
            metres, area_km2 = false_metres(places, arguments.model, Path(scratch))
            report.append("")
            report.append(
                f"False tracks in {len(places)} pictures without any ({area_km2:.2f} km²): {metres:.0f} m, "
                f"{metres / area_km2:.0f} m/km²."
            )
    text = "\n".join(report) + "\n"
    (arguments.out / "report.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
