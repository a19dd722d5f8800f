"""The commands of `railseg` and their options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from railseg_core import __version__

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def argument_parser() -> argparse.ArgumentParser:
    """The parser of the command line; it names values as the requests name their attributes."""
    parser = argparse.ArgumentParser(
        prog="railseg", description="Railway track centre-lines from georeferenced aerial and drone pictures."
    )
    parser.add_argument("--version", action="version", version=f"railseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        _add_extract,
        _add_merge,
        _add_segment,
        _add_clean,
        _add_vectorize,
        _add_evaluate,
        _add_compare,
        _add_chips,
    ):
        _add_output_options(add(commands))
    _add_info(commands)
    _add_export(commands)
    return parser


def _add_extract(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "extract", "raster to tracks and nodes: the whole pipeline")
    _add_map_options(parser)
    _add_run_options(parser)
    parser.add_argument(
        "--shard",
        metavar="I/N",
        help="only run the model over the I-th of N parts; `railseg merge` then makes the map from all of them",
    )
    return parser


def _add_merge(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "merge", "results of extract's shards to one map")
    _add_map_options(parser)
    parser.add_argument(
        "--from",
        dest="merge",
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="folders .OUT.gpkg.unfinished of shards that ran on other machines",
    )
    return parser


def _add_segment(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "segment", "raster to probability raster")
    parser.add_argument("raster", metavar="RASTER", help="picture with a coordinate system, or a folder of them")
    parser.add_argument("output", metavar="P.tif", help="probability raster to write: P(track), P(axis)")
    _add_model_options(parser)
    _add_run_options(parser)
    _add_mask_options(parser)
    parser.add_argument("--mask", metavar="M.tif", help="write the cleaned mask raster as well")
    return parser


def _add_clean(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "clean", "mask raster to cleaned mask raster: opening, then closing")
    parser.add_argument("raster", metavar="MASK", help="mask or probability raster")
    parser.add_argument("output", metavar="M.tif", help="cleaned mask to write")
    _add_mask_options(parser)
    return parser


def _add_vectorize(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "vectorize", "mask or probability raster to tracks and nodes")
    parser.add_argument("raster", metavar="RASTER", help="probability raster, or a mask made elsewhere")
    parser.add_argument("output", metavar="OUT.gpkg", help="GeoPackage to write")
    _add_mask_options(parser)
    _add_line_options(parser)
    return parser


def _add_evaluate(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "evaluate", "extracted lines against reference lines: how well they match")
    _add_extracted(parser)
    parser.add_argument("reference", metavar="REFERENCE", help="file of reference lines, in any CRS")
    parser.add_argument("--layers", metavar="EVAL.gpkg", help="write matched, missed and false lines, and switches")
    parser.add_argument(
        "--rho",
        dest="rho_m",
        type=float,
        metavar="M",
        help="how far a line may be from the reference, in metres: less than half the distance between tracks (1)",
    )
    _add_area_options(parser)
    return parser


def _add_compare(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "compare", "extracted tracks against a map: what is new, missing and shifted")
    _add_extracted(parser)
    parser.add_argument("reference", metavar="REFERENCE", help="file of the map's lines, in any CRS")
    parser.add_argument("--layers", metavar="OUT.gpkg", help="write new, missing, shifted and matched lines")
    parser.add_argument(
        "--reach",
        dest="reach_m",
        type=float,
        metavar="M",
        help="how far a track may be from the map's, in metres: less than the distance between tracks (2.5)",
    )
    parser.add_argument(
        "--shift",
        dest="shift_m",
        type=float,
        metavar="M",
        help="mean offset above which a piece is shifted, in metres (0.5)",
    )
    _add_area_options(parser)
    return parser


def _add_chips(commands: _Commands) -> argparse.ArgumentParser:
    parser = _command(commands, "chips", "picture and traced tracks to chips for training")
    parser.add_argument("raster", metavar="RASTER", help="picture with a coordinate system, or a folder of them")
    parser.add_argument(
        "lines", metavar="LINES", help="file of track centre-lines, or of polygons that cover the tracks"
    )
    parser.add_argument("output", metavar="OUT_FOLDER", help="folder to write NAME.png and NAME_target.png to")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--side-px", type=int, metavar="PX", help="side of a chip, in pixels of 0.2 m (512)")
    side.add_argument("--side", dest="side_m", type=float, metavar="M", help="side of a chip, in metres")
    parser.add_argument(
        "--bare",
        dest="bare_share",
        type=float,
        metavar="SHARE",
        help="number of chips without a track for each chip with one (all)",
    )
    _add_bands_option(parser)
    _add_area_options(parser)
    return parser


def _add_info(commands: _Commands) -> None:
    parser = _command(commands, "info", "versions, device and model card, or the properties of a raster")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("raster", metavar="RASTER", nargs="?", help="raster to describe")
    what.add_argument("--model", metavar="FILE", help="model file to show instead of the bundled one")
    parser.add_argument("--json", action="store_true", help="print as one JSON object")


def _add_export(commands: _Commands) -> None:
    parser = _command(commands, "export-onnx", "the model as an ONNX file for the QGIS plugin Deepness")
    parser.add_argument("output", metavar="OUT.onnx", help="file to write")
    parser.add_argument("--model", metavar="FILE", help="model file instead of the bundled one")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def _command(commands: _Commands, name: str, does: str) -> argparse.ArgumentParser:
    """Adds a command; the list of commands and its own help both say what it does."""
    return commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")


def _band(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a band number: give RASTER and output before --bands")
    return int(text)


def _add_extracted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("extracted", metavar="TRACKS.gpkg", help="map of extract or vectorize, or any file of lines")
    parser.add_argument("--raster", metavar="RASTER", help="only what lies on this raster counts")


def _add_bands_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bands", nargs="+", type=_band, metavar="N", help="one band, or three as red, green and blue")


def _add_map_options(parser: argparse.ArgumentParser) -> None:
    """What both extract and merge take."""
    parser.add_argument(
        "raster",
        metavar="RASTER",
        help="picture with a coordinate system (GeoTIFF, COG, VRT, …), or a folder of them",
    )
    parser.add_argument("output", metavar="OUT.gpkg", help="GeoPackage to write")
    _add_model_options(parser)
    _add_mask_options(parser)
    _add_line_options(parser)
    parser.add_argument("--probability", metavar="P.tif", help="keep the probability raster as well")
    parser.add_argument("--mask", metavar="M.tif", help="keep the cleaned mask raster as well")


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings")


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    _add_area_options(parser)
    parser.add_argument(
        "--extent",
        nargs=4,
        type=float,
        metavar=("XMIN", "YMIN", "XMAX", "YMAX"),
        help="only look inside this box, in the raster's CRS",
    )
    _add_bands_option(parser)
    parser.add_argument("--model", metavar="FILE", help="model file instead of the bundled one")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument(
        "--every-tile",
        action="store_true",
        help="look closely even where no track shows at a first look: slower; if a track is missing, or for a low "
        "--threshold",
    )


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
    parser.add_argument(
        "--threshold", type=float, metavar="P", help="probability from which a pixel counts, 0 to 1 (the model's own)"
    )
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
