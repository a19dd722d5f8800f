"""`make bench`: what the work costs, as ratios taken side by side in one run, for machines are noisy.

    python -m tests.benchmarks [--side 3000 6000 20000]

For each size a picture is made of the mirrored sample and extracted in a process of its own: seconds by stage, peak
memory, and the ratio of the whole to the bare network on the same number of tiles, which are timed before and after.
Then CARAFE against the form it usually has in public code, and how many scenes of 512 px a core renders in a second.
Writes build/bench.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import rasterio
import torch
from rasterio.windows import Window
from torch.nn import functional

from railseg_core.network.carafe import reassemble
from railseg_core.network.model_card import bundled_model_path
from railseg_core.raster import open_working_grid
from railseg_core.resources_dir import resource_path
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import TILE_PX, tiles_of
from train.synthetic.scene import render_scene

BUILD = Path("build")
_CHUNK_PX = 3000


def mirrored_sample(path: Path, side_px: int) -> None:
    """A picture of `side_px` squared at 0.1 m: the sample, mirrored from copy to copy so that tracks run on."""
    with rasterio.open(resource_path("sample", "sample.tif")) as sample:
        pixels = sample.read()
        profile = sample.profile | {"width": side_px, "height": side_px, "bigtiff": "if_safer"}
    with rasterio.open(path, "w", **profile) as picture:
        for row in range(0, side_px, _CHUNK_PX):
            for col in range(0, side_px, _CHUNK_PX):
                part = pixels[:, :: -1 if row // _CHUNK_PX % 2 else 1, :: -1 if col // _CHUNK_PX % 2 else 1]
                height, width = min(_CHUNK_PX, side_px - row), min(_CHUNK_PX, side_px - col)
                picture.write(part[:, :height, :width], window=Window(col, row, width, height))


def bare_network_s(segmenter: Segmenter, tiles: int) -> float:
    """Seconds the network alone takes per tile, times the number of tiles."""
    batch = np.random.default_rng(0).integers(0, 256, (1, 3, TILE_PX, TILE_PX), dtype=np.uint8)
    segmenter.predict(batch)
    seconds = []
    for _ in range(8):
        started = time.perf_counter()
        segmenter.predict(batch)
        seconds.append(time.perf_counter() - started)
    return median(seconds) * tiles


def end_to_end(picture: Path, output: Path) -> dict[str, object]:
    """Extracts in a process of its own: wall seconds, its stages, its peak memory so far, what it found."""
    command = [sys.executable, "-m", "railseg_core", "extract", str(picture), str(output), "--overwrite", "--json"]
    started = time.perf_counter()
    done = subprocess.run([*command, "--quiet", "--device", "cpu"], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    result = json.loads(done.stdout)
    # The largest of all children: sizes must grow from run to run.
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "end_to_end_s": seconds,
        "stages": result["timings_s"],
        "peak_rss_mb": peak_mb,
        "tracks": result["tracks"],
        "total_length_m": result["total_length_m"],
    }


def unfolded(values: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """The usual form: unfold, einsum, shuffle (same kernels, same border)."""
    n, channels, rows, cols = values.shape
    windows = functional.unfold(functional.pad(values, (2, 2, 2, 2), mode="replicate"), 5)
    windows = windows.view(n, channels, 25, rows, cols)
    fine = torch.einsum("nctrs,nrsut->ncurs", windows, kernels)
    return functional.pixel_shuffle(fine.reshape(n, channels * 16, rows, cols), 4)


def carafe_ratio(channels: int, side: int) -> float:
    """How much longer the usual form takes; both give the same."""
    torch.manual_seed(0)
    values = torch.randn(1, channels, side, side).contiguous(memory_format=torch.channels_last)
    kernels = torch.randn(1, side, side, 16, 25).softmax(dim=-1)
    torch.testing.assert_close(unfolded(values, kernels), reassemble(values, kernels), rtol=1e-4, atol=1e-5)
    seconds: dict[str, list[float]] = {"usual": [], "ours": []}
    for _ in range(5):
        for name, form in (("usual", unfolded), ("ours", reassemble)):
            started = time.perf_counter()
            form(values, kernels)
            seconds[name].append(time.perf_counter() - started)
    return median(seconds["usual"]) / median(seconds["ours"])


def scenes_per_core_second(scenes: int) -> float:
    """Training scenes of 512 px that are rendered per second of processor time, on procedural ground."""
    cv2.setNumThreads(1)
    render_scene(np.random.default_rng(0), TILE_PX, None)
    started = time.process_time()
    for number in range(scenes):
        render_scene(np.random.default_rng([1, number]), TILE_PX, None)
    return scenes / (time.process_time() - started)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, nargs="+", default=[3000, 6000], help="sides of the pictures, in pixels")
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    segmenter = Segmenter(bundled_model_path(), "cpu")
    growth = []
    for side_px in sorted(arguments.side):
        picture = BUILD / f"bench_{side_px}.tif"
        if not picture.exists():
            mirrored_sample(picture, side_px)
        with open_working_grid(picture) as grid:
            tiles = len(tiles_of(grid.window))
        before = bare_network_s(segmenter, tiles)
        measured = end_to_end(picture, BUILD / "bench.gpkg")
        bare = (before + bare_network_s(segmenter, tiles)) / 2
        growth.append({"side_px": side_px, "tiles": tiles, "bare_network_s": bare, **measured})
        print(
            f"{side_px:>6} px  {tiles:>5} tiles  end to end {measured['end_to_end_s']:.1f} s  "
            f"bare network {bare:.1f} s  "
            f"ratio {float(str(measured['end_to_end_s'])) / bare:.2f}  peak {measured['peak_rss_mb']:.0f} MB  "
            f"stages {measured['stages']}",
            flush=True,
        )
    ratios = {
        f"{channels} channels, {side} to {4 * side} px": carafe_ratio(channels, side)
        for channels, side in ((256, 32), (3, 128))
    }
    for name, ratio in ratios.items():
        print(f"CARAFE by unfold and einsum over ours, {name}: {ratio:.1f}")
    scenes = scenes_per_core_second(100)
    print(f"scenes of {TILE_PX} px rendered in a second on one core: {scenes:.1f}")
    result = growth[-1] | {"growth": growth, "carafe_ratios": ratios, "scenes_per_core_s": scenes}
    (BUILD / "bench.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
