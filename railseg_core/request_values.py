"""The kinds of values that requests take: what is accepted, and what becomes of it."""

from __future__ import annotations

import operator
import os
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import shapely

from railseg_core.errors import RailSegError
from railseg_core.morphology import KernelShape
from railseg_core.tiling import GSD_M
from railseg_core.vectors.area import Area

CHIP_SIDES_PX = (64, 4096)
"""Smallest and largest: smaller chips are too small to learn from, larger ones don't fit into memory."""
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    Attributes:
        parse: Takes a parameter's name, for messages, and a value that is not None; returns the value converted.
            Raises RailSegError, or one of Python's own errors for a value of the wrong kind.
        is_input: Whether the value names a file that is read.
        is_output: Whether the value is the path of a file that is written.
    """

    parse: Callable[[str, Any], Any]
    is_input: bool = False
    is_output: bool = False


def kinds_of(request_type: type) -> dict[str, Kind]:
    """The kinds of a class's attributes, which are annotated with them."""
    hints = get_type_hints(request_type, include_extras=True)
    return {name: kind for name, hint in hints.items() if (kind := _kind_in(hint)) is not None}


def _kind_in(hint: Any) -> Kind | None:
    """The kind in an annotation such as `Annotated[float, kind] | None`."""
    if get_origin(hint) is Annotated:
        return next((item for item in hint.__metadata__ if isinstance(item, Kind)), None)
    return next((kind for part in get_args(hint) if (kind := _kind_in(part)) is not None), None)


def parse_value(name: str, kind: Kind, value: Any) -> Any:
    """Checks and converts the value of a parameter.

    Raises:
        RailSegError: The value is of the wrong kind or out of range.
    """
    try:
        return kind.parse(name, value)
    except (TypeError, ValueError, OverflowError, KeyError, RecursionError, shapely.errors.ShapelyError) as error:
        raise RailSegError(
            f"{shortened(value)} is not a valid value for {name} ({str(error)[:_SHOWN]}).",
            "Give a value of the right kind.",
        ) from error


def shortened(value: Any) -> str:
    """A value as it was given, shortened to fit into a message."""
    return reprlib.repr(value)[:_SHOWN]


def between(low: float, high: float) -> Kind:
    """Numbers in a range, both ends included."""
    return Kind(lambda name, value: _in_range(name, _number(value), low, high))


def _in_range(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise RailSegError(f"{name} is {value:g}, out of range.", f"Choose a value from {low:g} to {high:g}.")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("it is not a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("it is not a whole number")
    return operator.index(value)


def _chip_side_px(name: str, value: Any) -> int:
    return int(_in_range(name, _whole(value), *CHIP_SIDES_PX))


def _truth(_name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it is neither true nor false")
    return value


def _source(_name: str, value: Any) -> str:
    name = os.fspath(value)  # not a Path: that would collapse the slashes of /vsicurl/https://…
    if not isinstance(name, str):
        raise TypeError("it is not text")
    return name


def _path(_name: str, value: Any) -> Path:
    if not os.fspath(value):
        raise ValueError("it is empty")
    return Path(value)


def _folders(_name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | bytes):
        raise TypeError("it is not a list of folders")
    return tuple(str(Path(folder)) for folder in value)


def _area(_name: str, value: Any) -> Area:
    return value if isinstance(value, Area) else Area.from_values(value)


def _bands(_name: str, value: Any) -> tuple[int, ...]:
    bands = tuple(_whole(band) for band in value)
    if len(bands) not in (1, 3):
        raise RailSegError(f"{len(bands)} bands were chosen.", "Choose one band, or three as red, green and blue.")
    if min(bands) < 1:
        raise RailSegError(f"There is no band {min(bands)}.", "Bands are counted from 1.")
    return bands


def _shard(_name: str, value: Any) -> tuple[int, int]:
    number, count = map(int, value.split("/")) if isinstance(value, str) else map(_whole, value)
    if not 1 <= number <= count:
        hint = f"Choose one from 1/{count} to {count}/{count}." if count > 0 else "Choose I/N, such as 1/64."
        raise RailSegError(f"There is no shard {number}/{count}.", hint)
    return number, count


def _kernel(_name: str, value: Any) -> Any:
    if value not in get_args(KernelShape):
        raise RailSegError(f"There is no kernel shape {shortened(value)}.", "Use square or disc.")
    return value


def _device(_name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise RailSegError(f"There is no device called {shortened(value)}.", "Use auto.")
    return value


def _scheduler(_name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise RailSegError(f"{shortened(value)} is not a scheduler address.", "Give one such as tcp://host:8786.")
    return value


Source = Annotated[str, Kind(_source, is_input=True)]
ModelFile = Annotated[Path, Kind(_path, is_input=True)]
Output = Annotated[Path, Kind(_path, is_output=True)]
WorkFolder = Annotated[Path, Kind(_path)]
Folders = Annotated[tuple[str, ...], Kind(_folders)]
Truth = Annotated[bool, Kind(_truth)]
Share = Annotated[float, between(0.0, 1.0)]
KernelSizeM = Annotated[float, between(0.0, 10.0)]
PieceLengthM = Annotated[float, between(0.0, 1000.0)]
ChipSidePx = Annotated[int, Kind(_chip_side_px)]
ChipSideM = Annotated[float, between(CHIP_SIDES_PX[0] * GSD_M, CHIP_SIDES_PX[1] * GSD_M)]
AreaOfInterest = Annotated[Area, Kind(_area)]
Bands = Annotated[tuple[int, ...], Kind(_bands)]
Shard = Annotated[tuple[int, int], Kind(_shard)]
Kernel = Annotated[KernelShape, Kind(_kernel)]
Device = Annotated[str, Kind(_device)]
Scheduler = Annotated[str, Kind(_scheduler)]
