"""`make bench`: what the work costs, as ratios measured side by side in one run, since machines are noisy.

    python -m tests.benchmarks [--side 4500] [--rounds 2] [--growth 2000 12000] [--mpx 1 25 100 400]

On one picture, the mirrored sample of `--side` pixels at 0.1 m, these run round by round, each in its own process:
`railseg extract`; the bare network on the same tiles; the usual sliding window (`sliding_window`) with the network as
public code writes it; and the same loop in ONNX Runtime, with the network as RailSeg exports it and with that of public
code. Also measured are the quality of the lines of each, RailSeg's stages, and growth: whole runs on pictures of the
sides `--growth`, and lines alone on rasters of `--mpx` million pixels. Last come CARAFE against its usual form, and how
many training scenes a core renders. Writes build/bench.json and build/bench.png.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import Any

import rasterio

from railseg_core.evaluation.evaluate import evaluate
from railseg_core.network.model_card import bundled_model_path, read_card
from railseg_core.outputs import written_aside
from railseg_core.process_environment import prepare_process_environment
from railseg_core.reporting import Silent
from railseg_core.requests import EvaluateRequest
from tests.benchmarks.growth import lines_growth
from tests.benchmarks.pictures import mirrored_sample, mirrored_tracks
from tests.benchmarks.plot import plot
from tests.benchmarks.processes import Finished, run_python

BUILD = Path("build")
WARM_UP_PX = 1100
QUALITY = ("completeness", "correctness", "quality", "lateral_rms_cm", "switch_f1")
ONNX = {name: BUILD / f"bench_{name}.onnx" for name in ("onnxruntime_loop", "onnxruntime_plain_loop")}
OUTPUTS = {name: BUILD / f"bench_{name}.gpkg" for name in ("end_to_end", "plain_loop", *ONNX)}


def railseg(command: str, picture: Path, output: Path) -> Finished:
    """Runs a RailSeg command on the CPU."""
    options = ["--overwrite", "--json", "--quiet", *(["--device", "cpu"] if command in ("extract", "segment") else [])]
    return run_python("-m", "railseg_core", command, str(picture), str(output), *options)


def one_round(picture: Path) -> dict[str, Finished]:
    """One run of each contender; for the bare network, only what its process prints is of use."""
    loop = ("-m", "tests.benchmarks.sliding_window", str(picture))
    return {
        "end_to_end": railseg("extract", picture, OUTPUTS["end_to_end"]),
        "bare_network": run_python("-m", "tests.benchmarks.bare_network", str(picture)),
        "plain_loop": run_python(*loop, str(OUTPUTS["plain_loop"])),
        **{name: run_python(*loop, str(OUTPUTS[name]), "--onnx", str(path)) for name, path in ONNX.items()},
    }


def side_by_side(side_px: int, rounds: int) -> dict[str, Any]:
    """Medians of all rounds on one picture, RailSeg's stages, and the quality of the lines."""
    small, picture, truth = made_picture(WARM_UP_PX), made_picture(side_px), BUILD / "bench_truth.geojson"
    mirrored_tracks(truth, side_px)
    run_python("-m", "tests.benchmarks.onnx_network", *map(str, ONNX.values()))
    one_round(small)  # warms up: from now on, libraries and pictures are in the system's cache
    every = [one_round(picture) for _ in range(rounds)]
    seconds = {name: [done[name].seconds for done in every] for name in every[0]}
    bare = [json.loads(done["bare_network"].output) for done in every]
    seconds["bare_network"] = [found["seconds"] for found in bare]
    quality = {}
    for name, output in OUTPUTS.items():
        request = EvaluateRequest(extracted=str(output), reference=str(truth), raster=str(picture))
        quality[name] = {key: evaluate(request, Silent())[key] for key in QUALITY}
    return {
        "side_px": side_px,
        "mpx": mpx_of(picture),
        "tiles": bare[0]["tiles"],
        **{f"{name}_s": median(values) for name, values in seconds.items()},
        "all_s": seconds,
        "cpu_s": {name: median(done[name].cpu_s for done in every) for name in OUTPUTS},
        "peak_rss_mb": max(done["end_to_end"].peak_rss_mb for done in every),
        "peaks_mb": {name: max(done[name].peak_rss_mb for done in every) for name in OUTPUTS},
        "stages": stages(picture, [json.loads(done["end_to_end"].output)["timings_s"] for done in every], seconds),
        "quality": quality,
    }


def stages(
    picture: Path, timings: list[dict[str, float]], seconds: dict[str, list[float]]
) -> dict[str, dict[str, float]]:
    """Seconds by stage of whole runs, and the peak memory of the same stages run one by one."""
    probability = BUILD / "bench_probability.tif"
    peaks = {
        "segment": railseg("segment", picture, probability).peak_rss_mb,
        "lines": railseg("vectorize", probability, BUILD / "bench_stage.gpkg").peak_rss_mb,
    }
    found = {
        name: {"seconds": median(timing[name] for timing in timings)}
        | ({"peak_rss_mb": peaks[name]} if name in peaks else {})
        for name in timings[0]
    }
    rest = [whole - sum(timing.values()) for whole, timing in zip(seconds["end_to_end"], timings, strict=True)]
    return found | {"start and rest": {"seconds": median(rest)}}


def made_picture(side_px: int) -> Path:
    """The picture with sides of `side_px`, which is made unless an earlier run has left it."""
    path = BUILD / f"bench_{side_px}.tif"
    if not path.exists():
        with written_aside(path) as aside:
            mirrored_sample(aside, side_px)
    return path


def mpx_of(picture: Path) -> float:
    """A picture's size in million pixels at the model's GSD."""
    with rasterio.open(picture) as dataset:
        ground_m2 = dataset.width * dataset.height * abs(dataset.transform.a * dataset.transform.e)
    return float(ground_m2 / read_card(bundled_model_path()).gsd_m ** 2 / 1e6)


def picture_growth(sides_px: list[int]) -> list[dict[str, Any]]:
    """Whole runs on pictures of growing size."""
    rows = []
    for side_px in sorted(sides_px):
        picture = made_picture(side_px)
        done = railseg("extract", picture, BUILD / "bench_growth.gpkg")
        bare = json.loads(run_python("-m", "tests.benchmarks.bare_network", str(picture)).output)
        rows.append(
            {
                "side_px": side_px,
                "mpx": mpx_of(picture),
                "tiles": bare["tiles"],
                "seconds": done.seconds,
                "bare_network_s": bare["seconds"],
                "peak_rss_mb": done.peak_rss_mb,
                "stages": json.loads(done.output)["timings_s"],
            }
        )
        print(_line(rows[-1]), flush=True)
    return rows


def print_table(result: dict[str, Any]) -> None:
    """Prints the contenders side by side."""
    print(f"{result['side_px']} px at 0.1 m, {result['mpx']:.0f} Mpx at the model's GSD, {result['tiles']} tiles")
    print(f"{'':<24}{'seconds':>9}{'× railseg':>11}{'core s':>8}{'MB':>7}  lines")
    for name, values in result["all_s"].items():
        seconds = result[f"{name}_s"]
        quality = "  ".join(f"{key} {value:.3f}" for key, value in result["quality"].get(name, {}).items())
        print(
            f"{name:<24}{seconds:>9.1f}{seconds / result['end_to_end_s']:>11.2f}"
            f"{result['cpu_s'].get(name, float('nan')):>8.1f}"
            f"{result['peaks_mb'].get(name, float('nan')):>7.0f}  {quality or '–'}  "
            f"({min(values):.1f} to {max(values):.1f} s)"
        )
    for name, values in result["stages"].items():
        print(f"  {name:<22}{_line(values)}")


def _line(row: dict[str, Any]) -> str:
    return "  ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
    )


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4500, help="side of the picture to compare on, in pixels")
    parser.add_argument("--rounds", type=int, default=2, help="how often each contender runs")
    parser.add_argument(
        "--growth", type=int, nargs="*", default=[2000, 12000], help="sides of growing pictures, in pixels"
    )
    parser.add_argument(
        "--mpx", type=float, nargs="*", default=[1, 25, 100, 400], help="sizes of growing rasters, in million pixels"
    )
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    result = side_by_side(arguments.side, arguments.rounds)
    print_table(result)
    result["growth"] = {
        "end_to_end": picture_growth([*arguments.growth, arguments.side]),
        "lines": lines_growth(arguments.mpx, BUILD),
    }
    for row in result["growth"]["lines"]:
        print(f"lines  {_line(row)}")
    # Imported only now, so that the contenders are not started from a process that has loaded torch.
    from tests.benchmarks.carafe import carafe_ratio
    from tests.benchmarks.scenes import scenes_per_core_second

    result["carafe_ratios"] = {
        f"{channels} channels, {side} to {4 * side} px": carafe_ratio(channels, side)
        for channels, side in ((256, 32), (3, 128))
    }
    result["scenes_per_core_s"] = scenes_per_core_second(100)
    print(f"time of CARAFE by unfold and einsum / ours: {_line(result['carafe_ratios'])}")
    print(f"scenes of 512 px rendered per second on one core: {result['scenes_per_core_s']:.1f}")
    (BUILD / "bench.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    plot(result, BUILD / "bench.png")


if __name__ == "__main__":
    prepare_process_environment()
    main()
