"""Lines from probabilities: how accurate and how fast, compared with what other tools make of the same mask.

    python -m tests.benchmarks.lines [--yards 200]

First comes the table of yards with known geometry (`tests/truth`), for a good and a poor model. Then the same mask is
given to scikit-image's skeleton and sknw (as cresi does), to skan, and to GRASS's r.thin and r.to.vect. Install these
with `pip install sknw==0.15 skan==0.13.1` and `apt install grass-core`; missing ones are reported and skipped. Writes
build/bench_lines.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
import shapely
from skimage.morphology import skeletonize

from railseg_core.arrays import Bools, Points
from railseg_core.centerline.vectorize import vectorize
from railseg_core.evaluation.line_scores import LineScores, score_lines
from railseg_core.line_params import LineParams
from railseg_core.tiling import PixelWindow
from tests.truth.ribbons import GOOD, GSD_M, POOR, UTM, Seer, probabilities, raster_of
from tests.truth.scores import RHO_M, YardScores, clipped, map_of_yard, score_yard, window_of
from tests.truth.yards import Yard, gap_yards, ladder_yard, loop_yard, plain_yards, random_yards, switch_yard

Lines = list[Points]
"""Vertices in pixels: (col, row), corner-based."""

BUILD = Path("build")
SWITCH_M = 8.0
SIMPLIFY_M = 0.25


def yard_table(yards: Iterable[Yard], seer: Seer, folder: Path) -> YardScores:
    """Pooled scores of yards."""
    every = []
    for yard in yards:
        found = map_of_yard(yard, seer, folder)
        every.append(score_yard(yard, found, window_of(yard).bounds(GSD_M)))
    return YardScores.pooled(every)


def by_sknw(mask: Bools) -> tuple[Lines, Points]:
    """The edges of sknw's graph of scikit-image's skeleton, and its nodes with three edges."""
    import sknw

    graph = sknw.build_sknw(skeletonize(mask).astype(np.uint16), multi=True)
    lines = [edge["pts"][:, ::-1] + 0.5 for _, _, edge in graph.edges(data=True) if len(edge["pts"]) > 1]
    forks = [graph.nodes[node]["o"][::-1] + 0.5 for node in graph.nodes if graph.degree(node) == 3]
    return lines, np.array(forks).reshape(-1, 2)


def by_skan(mask: Bools) -> tuple[Lines, Points]:
    """The branches that skan finds, and where three meet."""
    from skan import Skeleton, summarize

    skeleton = Skeleton(skeletonize(mask))
    lines = [skeleton.path_coordinates(k)[:, ::-1] + 0.5 for k in range(skeleton.n_paths)]
    branches = summarize(skeleton, separator="_")
    nodes = np.concatenate([branches["node_id_src"], branches["node_id_dst"]])
    numbers, counts = np.unique(nodes, return_counts=True)
    return lines, skeleton.coordinates[numbers[counts == 3]][:, ::-1] + 0.5


def by_grass(mask: Bools) -> tuple[Lines, Points]:
    """The lines that r.thin and r.to.vect make, and where three meet."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rows, cols = mask.shape
        with rasterio.open(
            folder / "mask.tif",
            "w",
            driver="GTiff",
            dtype="uint8",
            count=1,
            width=cols,
            height=rows,
            nodata=0,
            crs=UTM,
            transform=rasterio.Affine(1, 0, 0, 0, -1, 0),
        ) as raster:
            raster.write(mask.astype(np.uint8), 1)
        script = folder / "run.sh"
        script.write_text(
            f"r.in.gdal -o input={folder}/mask.tif output=mask --quiet && g.region raster=mask && "
            "r.thin input=mask output=thin --quiet && r.to.vect input=thin output=lines type=line --quiet && "
            f"v.out.ogr input=lines output={folder}/lines.gpkg format=GPKG type=line --quiet",
            encoding="utf-8",
        )
        subprocess.run(
            ["grass", "--tmp-location", UTM, "--exec", "sh", str(script)], check=True, capture_output=True, text=True
        )
        _, _, wkb, _ = pyogrio.raw.read(folder / "lines.gpkg", columns=[])
    lines = [shapely.get_coordinates(line) * (1, -1) for line in shapely.get_parts(shapely.from_wkb(wkb))]
    ends = np.round(np.array([point for line in lines for point in (line[0], line[-1])]), 3)
    places, counts = np.unique(ends, axis=0, return_counts=True)
    return lines, places[counts == 3]


def others() -> dict[str, Callable[[Bools], tuple[Lines, Points]]]:
    """The other tools that are installed."""
    ways: dict[str, Callable[[Bools], tuple[Lines, Points]]] = {}
    if find_spec("sknw"):
        ways["skimage + sknw"] = by_sknw
    if find_spec("skan"):
        ways["skimage + skan"] = by_skan
    if shutil.which("grass"):
        ways["GRASS r.thin"] = by_grass
    return ways


def compared(folder: Path) -> list[dict[str, object]]:
    """Seconds and scores of each tool on the same mask of each yard."""
    yards = [ladder_yard(12, 4.5, 190.0, 9.0), loop_yard(2, 4.7, 300.0, 9.0), switch_yard(500.0, 12.0, 1.0)]
    rows: dict[str, dict[str, list[object]]] = {}
    # Whatever is compiled on its first call is compiled before the clock starts.
    for way in others().values():
        way(np.pad(np.ones((1, 60), dtype=np.bool_), 20))
    for yard in yards:
        window = window_of(yard)
        bands = probabilities(yard.tracks, window, seer=GOOD)
        with raster_of(folder / "yard.tif", bands, window) as raster:
            started = time.perf_counter()
            found = vectorize(raster, LineParams())
            seconds = time.perf_counter() - started
        nodes = np.array([(node.x, node.y) for node in found.nodes if node.railway == "switch"]).reshape(-1, 2)
        _note(rows, "railseg", yard, window, seconds, [track.line for track in found.tracks], nodes)
        for name, way in others().items():
            started = time.perf_counter()
            lines, forks = way(bands[1] > 127)
            seconds = time.perf_counter() - started
            # Staircases of pixels have no direction: any use of them simplifies them first.
            smooth = [shapely.simplify(shapely.linestrings(_placed(line, window)), SIMPLIFY_M) for line in lines]
            _note(rows, name, yard, window, seconds, list(map(shapely.get_coordinates, smooth)), _placed(forks, window))
    return [_summary(name, row) for name, row in rows.items()]


def _placed(points: Points, window: PixelWindow) -> Points:
    return np.asarray((points + np.array([window.col, window.row])) * (GSD_M, -GSD_M))


def _note(
    rows: dict[str, dict[str, list[object]]],
    name: str,
    yard: Yard,
    window: PixelWindow,
    seconds: float,
    lines: Lines,
    switches: Points,
) -> None:
    inside = shapely.box(*window.bounds(GSD_M)).buffer(-2.0)
    truth = clipped(yard.tracks, inside)
    own = [line for line in lines if len(line) > 1]
    toes = np.array([switch.toe for switch in yard.switches])
    away = np.hypot(*(toes[:, np.newaxis] - switches).transpose(2, 0, 1)) if len(switches) else np.full((1, 1), np.inf)
    matched = int((away.min(axis=1) < SWITCH_M).sum())
    row = rows.setdefault(name, {"seconds": [], "lines": [], "matched": [], "true": [], "found": []})
    row["seconds"].append(seconds)
    row["lines"].append(score_lines(own, truth, rho_m=RHO_M))
    row["matched"].append(matched)
    row["true"].append(len(toes))
    row["found"].append(len(switches))


def _summary(name: str, row: dict[str, list[object]]) -> dict[str, object]:
    scores = LineScores.pooled(row["lines"])  # type: ignore[arg-type]
    matched, true, found = (sum(row[key]) for key in ("matched", "true", "found"))  # type: ignore[arg-type]
    return {
        "way": name,
        "seconds": sum(row["seconds"]),  # type: ignore[arg-type]
        "completeness": scores.completeness,
        "correctness": scores.correctness,
        "lateral_rms_cm": scores.lateral_rms_cm,
        "switch_recall": matched / true,
        "switch_precision": min(matched / found, 1.0) if found else float("nan"),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yards", type=int, default=40, help="number of random yards")
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, seer in (("good", GOOD), ("poor", POOR)):
            for kind, yards in (
                ("yards", plain_yards()),
                ("gaps", gap_yards()),
                ("random", random_yards(arguments.yards)),
            ):
                scores = yard_table(yards, seer, folder)
                row = _row(scores)
                result[f"{name} {kind}"] = row
                print(f"{name:<5} {kind:<7}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()), flush=True)
        missing = {"skimage + sknw", "skimage + skan", "GRASS r.thin"} - set(others())
        print(f"not installed: {', '.join(sorted(missing))}" if missing else "all other tools installed")
        result["compared"] = compared(folder)
        for row in result["compared"]:  # type: ignore[attr-defined]
            print(
                "  ".join(
                    f"{key} {value:.3f}" if isinstance(value, float) else str(value) for key, value in row.items()
                )
            )
    (BUILD / "bench_lines.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


def _row(scores: YardScores) -> dict[str, float]:
    true, found, right = scores.crossings
    return {
        "completeness": scores.lines.completeness,
        "correctness": scores.lines.correctness,
        "plain_rms_cm": scores.plain.lateral_rms_cm,
        "switch_rms_cm": scores.zones.lateral_rms_cm,
        "switches": scores.true_switches,
        "switch_f1": scores.switch_f1,
        "toe_rms_m": scores.toe_rms_m,
        "sides_right": scores.sides_right / max(len(scores.toe_m), 1),
        "crossings": true,
        "crossings_found": found,
        "crossings_right": right,
        "wrong_joins": scores.wrong_joins,
    }


if __name__ == "__main__":
    main()
