"""A very large, mostly empty picture: peak memory, accuracy of the predicted time left, and ten kills on the way.

    python -m tests.benchmarks.big_picture [--side 100000] [--share 0.01] [--kills 10]

The picture is a sparse GeoTIFF at 0.1 m with scattered copies of the sample. It is extracted through the worker, as
QGIS does, then again on the command line, killed at random moments and resumed until it is done; the lines must be the
same to the last bit. Writes build/bench_big.json.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

import railseg_core.worker
from railseg_core.inference.finished_blocks import unfinished_folder
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.line_layer import read_lines
from tests.benchmarks.processes import kilobytes

BUILD = Path("build")


def sparse_picture(path: Path, side_px: int, share: float) -> int:
    """Writes the picture: a `share` of its pixels is the sample, the rest no data; returns the number of copies."""
    with rasterio.open(resource_path("sample", "sample.tif")) as sample:
        pixels = sample.read()
        profile = sample.profile | {"width": side_px, "height": side_px, "nodata": 0, "compress": "deflate"}
    profile |= {"photometric": "rgb", "interleave": "pixel", "sparse_ok": True, "bigtiff": "yes"}
    per_side = side_px // pixels.shape[1]
    copies = max(1, round(share * side_px**2 / pixels[0].size))
    places = np.random.default_rng(0).choice(per_side**2, size=min(copies, per_side**2), replace=False)
    with rasterio.open(path, "w", **profile) as picture:
        for place in sorted(places.tolist()):
            row, col = (number * pixels.shape[1] for number in divmod(place, per_side))
            picture.write(pixels, window=Window(col, row, pixels.shape[2], pixels.shape[1]))
    return len(places)


def by_worker(picture: Path, output: Path) -> dict[str, float]:
    """Extracts through a worker: seconds, peak memory, and the error of the predicted time left, from a tenth on."""
    command = [sys.executable, "-I", "-u", str(Path(railseg_core.worker.__file__))]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdin is not None
    assert worker.stdout is not None
    params = {"raster": str(picture), "output": str(output), "device": "cpu", "overwrite": True, "resume": False}
    peak_kb, told = 0, []
    json.loads(worker.stdout.readline())
    started = time.perf_counter()
    worker.stdin.write(json.dumps({"id": 1, "method": "extract", "params": params}) + "\n")
    worker.stdin.flush()
    for line in worker.stdout:
        event = json.loads(line)
        peak_kb = max(peak_kb, kilobytes(worker.pid, "VmHWM"))
        if event["event"] == "progress" and event["fraction"] >= 0.1 and event["remaining_s"] is not None:
            told.append((time.perf_counter() - started, event["remaining_s"]))
        if event["event"] in ("result", "error"):
            break
    seconds = time.perf_counter() - started
    worker.stdin.close()
    worker.wait()
    if event["event"] == "error":
        raise SystemExit(event["message"])
    off = [abs(at + left - seconds) / seconds for at, left in told]
    return {
        "seconds": seconds,
        "peak_rss_mb": peak_kb / 1024,
        "time_left_off_most": max(off, default=float("nan")),
        "time_left_off_median": float(np.median(off)) if off else float("nan"),
        "tracks": event["result"]["tracks"],
    }


def with_kills(picture: Path, output: Path, kills: int, seconds: float) -> int:
    """Extracts on the command line, killing it at random moments; returns the number of kills."""
    shutil.rmtree(unfinished_folder(output), ignore_errors=True)
    command = [sys.executable, "-m", "railseg_core", "extract", str(picture), str(output), "--overwrite", "--quiet"]
    chance = random.Random(0)
    killed = 0
    while True:
        run = subprocess.Popen([*command, "--device", "cpu"])
        try:
            run.wait(chance.uniform(2.0, 2.0 + 2 * seconds / kills) if killed < kills else None)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            killed += 1
            continue
        if run.returncode:
            raise SystemExit(run.returncode)
        return killed


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=100_000, help="side of the picture, in pixels")
    parser.add_argument("--share", type=float, default=0.01, help="share of it that is not empty")
    parser.add_argument("--kills", type=int, default=10, help="how often to kill it")
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    picture, whole, broken = (BUILD / name for name in ("bench_big.tif", "bench_big.gpkg", "bench_big_killed.gpkg"))
    copies = sparse_picture(picture, arguments.side, arguments.share)
    result: dict[str, float] = {"side_px": arguments.side, "copies": copies, **by_worker(picture, whole)}
    if arguments.kills:
        result["kills"] = with_kills(picture, broken, arguments.kills, result["seconds"])
        first, second = ([line.tobytes() for line in read_lines(path)[0]] for path in (whole, broken))
        result["same_lines"] = first == second
    print(
        "\n".join(
            f"{name}: {value:.3g}" if isinstance(value, float) else f"{name}: {value}" for name, value in result.items()
        )
    )
    (BUILD / "bench_big.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
