"""The command line: `railseg extract|merge|segment|clean|vectorize|evaluate|compare|chips|info|export-onnx`."""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from railseg_core import __version__
from railseg_core.errors import RailSegError
from railseg_core.process_environment import loading, prepare_process_environment

if TYPE_CHECKING:
    from railseg_core.area import Area
    from railseg_core.reporting import WorkPlan

EXIT_OK, EXIT_ERROR, EXIT_INTERRUPTED = 0, 1, 130
_STAGES = {
    "segment": "Finding tracks",
    "mask": "Cleaning the mask",
    "skeleton": "Thinning",
    "lines": "Drawing lines",
    "compare": "Comparing lines",
    "chips": "Cutting chips",
}


class TerminalReporter:
    """Shows each stage as a bar with the time left, and messages above it, on standard error.

    Args:
        stream: Where to write; a bar is only drawn on a terminal.
        quiet: Whether to show only warnings.
    """

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._stage = ""
        self._bar: Any = None

    def plan(self, plan: WorkPlan) -> None:
        """Writes what the run will involve."""
        duration = "" if plan.seconds is None else f"about {plan.seconds:,.0f} s, "
        self.log(
            "info",
            f"{plan.source_gsd_m:.3g} m pixels, {plan.area_m2 / 1e4:,.1f} ha to process in {plan.tiles:,} tiles with "
            f"{plan.model} on {plan.device}: {duration}{plan.disk_bytes / 1e6:,.0f} MB of disk space",
        )

    def progress(self, stage: str, done: int, total: int) -> None:
        """Moves the bar of `stage`."""
        if self._quiet:
            return
        if stage != self._stage:
            from tqdm import tqdm

            self.close()
            self._stage = stage
            self._bar = tqdm(
                total=total, desc=f"{_STAGES.get(stage, stage):<18}", file=self._stream, disable=None, leave=True
            )
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def log(self, level: str, message: str) -> None:
        """Writes a message; a warning is marked as such."""
        if level == "debug" or (self._quiet and level == "info"):
            return
        text = f"warning: {message}" if level == "warning" else message
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            print(text, file=self._stream)

    def close(self) -> None:
        """Closes the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="railseg", description="Railway track centre-lines from georeferenced aerial and drone pictures."
    )
    parser.add_argument("--version", action="version", version=f"railseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    extract = commands.add_parser("extract", help="raster to tracks and nodes: the whole pipeline")
    merge = commands.add_parser("merge", help="results of extract's shards to one map")
    for command in (extract, merge):
        command.add_argument(
            "raster",
            metavar="RASTER",
            help="picture with a coordinate system (GeoTIFF, COG, VRT, …), or a folder of them",
        )
        command.add_argument("output", metavar="OUT.gpkg", help="GeoPackage to write")
        _add_model_options(command)
        _add_mask_options(command)
        _add_line_options(command)
        command.add_argument("--probability", metavar="P.tif", help="keep the probability raster as well")
        command.add_argument("--mask", metavar="M.tif", help="keep the cleaned mask raster as well")
    _add_run_options(extract)
    extract.add_argument(
        "--shard",
        metavar="I/N",
        help="only run the model over the I-th of N parts; `railseg merge` then makes the map from all of them",
    )
    merge.add_argument(
        "--from",
        dest="merge",
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="folders .OUT.gpkg.unfinished of shards that ran on other machines",
    )

    segment = commands.add_parser("segment", help="raster to probability raster")
    segment.add_argument("raster", metavar="RASTER", help="picture with a coordinate system, or a folder of them")
    segment.add_argument("output", metavar="P.tif", help="probability raster to write: P(track), P(axis)")
    _add_model_options(segment)
    _add_run_options(segment)
    _add_mask_options(segment)
    segment.add_argument("--mask", metavar="M.tif", help="write the cleaned mask raster as well")

    clean = commands.add_parser("clean", help="mask raster to cleaned mask raster: opening, then closing")
    clean.add_argument("raster", metavar="MASK", help="mask or probability raster")
    clean.add_argument("output", metavar="M.tif", help="cleaned mask to write")
    _add_mask_options(clean)

    vectorize = commands.add_parser("vectorize", help="mask or probability raster to tracks and nodes")
    vectorize.add_argument("raster", metavar="RASTER", help="probability raster, or a mask made elsewhere")
    vectorize.add_argument("output", metavar="OUT.gpkg", help="GeoPackage to write")
    _add_mask_options(vectorize)
    _add_line_options(vectorize)

    evaluate = commands.add_parser("evaluate", help="extracted lines against reference lines: how well they match")
    evaluate.add_argument("extracted", metavar="OUT.gpkg", help="map of extract or vectorize, or any file of lines")
    evaluate.add_argument("reference", metavar="REFERENCE", help="file of reference lines, in any CRS")
    evaluate.add_argument("--raster", metavar="RASTER", help="only what lies on this raster counts")
    evaluate.add_argument("--layers", metavar="EVAL.gpkg", help="write matched, missed and false lines, and switches")
    evaluate.add_argument(
        "--rho",
        dest="rho_m",
        type=float,
        metavar="M",
        help="how far a line may be from the reference, in metres: less than half the distance between tracks (1)",
    )
    _add_area_options(evaluate)

    compare = commands.add_parser("compare", help="extracted tracks against a map: what is new, missing and shifted")
    compare.add_argument("extracted", metavar="TRACKS.gpkg", help="map of extract or vectorize, or any file of lines")
    compare.add_argument("reference", metavar="REFERENCE", help="file of the map's lines, in any CRS")
    compare.add_argument("--raster", metavar="RASTER", help="only what lies on this raster counts")
    compare.add_argument("--layers", metavar="OUT.gpkg", help="write new, missing, shifted and matched lines")
    compare.add_argument(
        "--reach",
        dest="reach_m",
        type=float,
        metavar="M",
        help="how far a track may be from the map's, in metres: less than the distance between tracks (2.5)",
    )
    compare.add_argument(
        "--shift",
        dest="shift_m",
        type=float,
        metavar="M",
        help="mean offset above which a piece is shifted, in metres (0.5)",
    )
    _add_area_options(compare)

    chips = commands.add_parser("chips", help="picture and traced tracks to chips for training")
    chips.add_argument("raster", metavar="RASTER", help="picture with a coordinate system, or a folder of them")
    chips.add_argument(
        "lines", metavar="LINES", help="file of track centre-lines, or of polygons that cover the tracks"
    )
    chips.add_argument("output", metavar="OUT_FOLDER", help="folder to write NAME.png and NAME_target.png to")
    side = chips.add_mutually_exclusive_group()
    side.add_argument("--side-px", type=int, metavar="PX", help="side of a chip, in pixels of 0.2 m (512)")
    side.add_argument("--side", dest="side_m", type=float, metavar="M", help="side of a chip, in metres")
    chips.add_argument(
        "--bare",
        dest="bare_share",
        type=float,
        metavar="SHARE",
        help="number of chips without a track for each chip with one (all)",
    )
    chips.add_argument("--bands", nargs="+", type=int, metavar="N", help="one band, or three as red, green and blue")
    _add_area_options(chips)

    for command in (extract, merge, segment, clean, vectorize, evaluate, compare, chips):
        command.add_argument("--overwrite", action="store_true", help="replace existing outputs")
        command.add_argument("--json", action="store_true", help="print the result as one JSON object")
        command.add_argument("--quiet", action="store_true", help="no progress, only warnings")

    info = commands.add_parser("info", help="versions, device and model card, or the properties of a raster")
    what = info.add_mutually_exclusive_group()
    what.add_argument("raster", metavar="RASTER", nargs="?", help="raster to describe")
    what.add_argument("--model", metavar="FILE", help="model file to show instead of the bundled one")
    info.add_argument("--json", action="store_true", help="print as one JSON object")

    export = commands.add_parser("export-onnx", help="the model as an ONNX file for the QGIS plugin Deepness")
    export.add_argument("output", metavar="OUT.onnx", help="file to write")
    export.add_argument("--model", metavar="FILE", help="model file instead of the bundled one")
    export.add_argument("--overwrite", action="store_true", help="replace an existing file")
    export.add_argument("--json", action="store_true", help="print the result as one JSON object")
    return parser


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    _add_area_options(parser)
    parser.add_argument(
        "--extent",
        nargs=4,
        type=float,
        metavar=("XMIN", "YMIN", "XMAX", "YMAX"),
        help="only look inside this box, in the raster's CRS",
    )
    parser.add_argument("--bands", nargs="+", type=int, metavar="N", help="one band, or three as red, green and blue")
    parser.add_argument("--model", metavar="FILE", help="model file instead of the bundled one")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="resume where an interrupted run stopped (default), or start over",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run the model on a dask cluster (tcp://host:8786) or in N processes on this machine (local:N)",
    )


def _add_area_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--aoi", metavar="FILE", help="vector file: only look inside its polygons, or beside its lines")
    parser.add_argument(
        "--corridor", type=float, metavar="M", help="how far to look on either side of the lines in --aoi, in metres"
    )


def _add_mask_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threshold", type=float, metavar="P", help="probability from which a pixel counts, 0 to 1")
    parser.add_argument(
        "--opening", dest="opening_m", type=float, metavar="M", help="size of the opening's kernel, in metres (0.6)"
    )
    parser.add_argument(
        "--closing", dest="closing_m", type=float, metavar="M", help="size of the closing's kernel, in metres (1)"
    )
    parser.add_argument("--kernel", choices=("square", "disc"), help="shape of both kernels (disc)")


def _add_line_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--min-length",
        dest="min_length_m",
        type=float,
        metavar="M",
        help="shortest isolated piece to keep, in metres (15)",
    )
    parser.add_argument("--preview", metavar="P.png", help="draw the lines over the picture")


def _run(arguments: argparse.Namespace, reporter: TerminalReporter) -> dict[str, Any]:
    with loading():
        from railseg_core.pipeline import run
        from railseg_core.requests import parse_request

    own = ("command", "json", "quiet", "aoi", "corridor", "extent")
    params = {name: value for name, value in vars(arguments).items() if name not in own}
    if hasattr(arguments, "aoi"):
        params["area"] = _area(arguments)
    try:
        method = "extract" if arguments.command == "merge" else arguments.command
        return run(parse_request(method, params), reporter)
    finally:
        reporter.close()


def _area(arguments: argparse.Namespace) -> Area | None:
    """The area inside both --aoi (with --corridor) and --extent; None without them."""
    from railseg_core.area import Area

    box = None
    if arguments.corridor is not None and arguments.aoi is None:
        raise RailSegError("--corridor needs a file of lines to look beside.", "Give one as --aoi.")
    if getattr(arguments, "extent", None) is not None:
        from railseg_core.raster import read_crs

        xmin, ymin, xmax, ymax = arguments.extent
        box = Area.from_extent(xmin, ymin, xmax, ymax, read_crs(arguments.raster))
    if arguments.aoi is None:
        return box
    return Area.from_file(arguments.aoi, arguments.corridor or 0.0, box)


def _info(arguments: argparse.Namespace) -> dict[str, Any]:
    from railseg_core.info import info, raster_info

    if arguments.raster is not None:
        return raster_info(arguments.raster)
    return info(None if arguments.model is None else Path(arguments.model))


def _export_onnx(arguments: argparse.Namespace) -> dict[str, Any]:
    from railseg_core.onnx_export import export_onnx

    model = None if arguments.model is None else Path(arguments.model)
    return export_onnx(Path(arguments.output), model, overwrite=arguments.overwrite)


def _print_plainly(values: dict[str, Any], indent: int = 0) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            print(f"{'':{indent}}{name}:")
            _print_plainly(value, indent + 2)
        elif value not in (None, {}, [], ""):
            text = ", ".join(map(_readable, value)) if isinstance(value, list | tuple) else _readable(value)
            print(f"{'':{indent}}{name}: {text}")


def _readable(value: object) -> str:
    """A value as text; fractions are rounded to four significant digits."""
    if not isinstance(value, float) or not math.isfinite(value) or value == 0:
        return str(value)
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        0 on success, 1 for an error that the user can fix (one line on standard error), 2 for wrong usage, 130 if
        interrupted.
    """
    prepare_process_environment()
    _open_closed_streams()
    signal.signal(signal.SIGTERM, _interrupt)
    parsed = _parser().parse_args(arguments)
    try:
        match parsed.command:
            case "info":
                result = _info(parsed)
            case "export-onnx":
                result = _export_onnx(parsed)
            case _:
                result = _run(parsed, TerminalReporter(sys.stderr, quiet=parsed.quiet))
        _print_result(result, as_json=parsed.json)
    except RailSegError as error:
        print(f"railseg: {error}", file=sys.stderr)
    except MemoryError:
        print("railseg: There is not enough memory. Choose a smaller --extent.", file=sys.stderr)
    except BrokenPipeError:
        # The reader of the result is gone; Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"railseg: {error.strerror or error}: {error.filename or 'standard output'}.", file=sys.stderr)
    except KeyboardInterrupt:
        more = " Run the same command again to resume." if parsed.command in ("extract", "segment") else ""
        print(f"railseg: interrupted.{more}", file=sys.stderr)
        return EXIT_INTERRUPTED
    else:
        return EXIT_OK
    return EXIT_ERROR


def _open_closed_streams() -> None:
    """Replaces standard output and error that are closed, so that what is written to them is discarded."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # until the end


def program() -> NoReturn:
    """Runs `main` and ends the process at once.

    The interpreter's own shutdown is skipped: it takes a fifth of a second and can crash while torch's threads run.
    """
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _interrupt(*_: object) -> None:
    """Treats a request to terminate like Ctrl-C: half-written files are removed."""
    raise KeyboardInterrupt


def _print_result(result: dict[str, Any], *, as_json: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may have characters that the terminal lacks
    if as_json:
        print(json.dumps(result))
    else:
        _print_plainly(result)
    sys.stdout.flush()


if __name__ == "__main__":
    program()
