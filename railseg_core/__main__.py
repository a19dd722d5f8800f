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
from typing import TYPE_CHECKING, Any, NoReturn

from railseg_core.command_options import argument_parser
from railseg_core.errors import RailSegError
from railseg_core.interrupts import keep_interrupts
from railseg_core.process_environment import loading, prepare_process_environment
from railseg_core.terminal import TerminalReporter

if TYPE_CHECKING:
    from railseg_core.vectors.area import Area

EXIT_OK, EXIT_ERROR, EXIT_INTERRUPTED = 0, 1, 130


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
    from railseg_core.vectors.area import Area

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
    parsed = argument_parser().parse_args(arguments)
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
    keep_interrupts()
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
