"""The card in a model file's header: what the model is. Read without torch and without the weights."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from railseg_core.errors import RailSegError
from railseg_core.network.config import OUTPUTS, PIXEL_MEAN, PIXEL_SCALE, VARIANTS
from railseg_core.resources_dir import resource_path

BUNDLED_MODEL = "railseg-8.safetensors"
ARCHITECTURE = "deeplabv3plus-mobilenetv3-carafe"
HEADER_KEY = "railseg_model"
WAY_OUT = "Use a model file made by RailSeg's training, or leave the model out to use the bundled one."
MIN_GSD_M, MAX_GSD_M = 0.02, 1.0
_NEWEST_FORMAT = 2
_MAX_TEXT_BYTES = 10_000
_LONGEST_HEADER_BYTES = 100_000_000
"""The limit of the safetensors library."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model file's description of itself.

    Attributes:
        name: A short name with a version, written into every track that the model finds.
        variant: `faithful` or `lite`, see `VARIANTS`.
        gsd_m: Ground sampling distance the model was trained at, metres.
        track_threshold: P(track) from which a pixel is track, chosen on rendered scenes.
        axis_threshold: P(axis) from which a pixel is axis, chosen by the resulting lines.
        min_piece_confidence: Mean P(axis) from which a piece of line counts.
        short_piece_margin: How much more is required of a short isolated piece, as in `LineParams`.
        trained_on: The pictures it was trained on.
        licence: Licence of the weights.
        credits: Sources to credit.
        scores: Measured figures by name.
        architecture: Always `ARCHITECTURE`.
        outputs: Meaning of the logits, in order.
        pixel_mean: Pixels go in as (value - pixel_mean) / pixel_scale.
        pixel_scale: See `pixel_mean`.
        format_version: 1 for the network alone, 2 with a first look.
    """

    name: str
    variant: str
    gsd_m: float = 0.2
    track_threshold: float = 0.5
    axis_threshold: float = 0.5
    min_piece_confidence: float = 0.0
    short_piece_margin: float = 0.0
    trained_on: str = ""
    licence: str = "GPL-2.0-or-later"
    credits: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    architecture: str = ARCHITECTURE
    outputs: tuple[str, ...] = OUTPUTS
    pixel_mean: float = PIXEL_MEAN
    pixel_scale: float = PIXEL_SCALE
    format_version: int = 1

    @property
    def has_first_look(self) -> bool:
        """Whether the model tells tiles that may show a track before it decodes them."""
        return self.format_version > 1


def bundled_model_path() -> Path:
    """The model file that comes with RailSeg.

    Raises:
        RailSegError: If the installation lacks it.
    """
    path = resource_path("models", BUNDLED_MODEL)
    if not path.is_file():
        raise RailSegError(
            "The bundled model file is missing.", "Install RailSeg again, or name a model file with --model."
        )
    return path


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_card(path: Path) -> ModelCard:
    """The card of a model file; the weights stay on disk.

    Raises:
        RailSegError: If the file is missing, damaged, or not a RailSeg model of this version's architecture.
    """
    if not os.path.isfile(path):  # noqa: PTH113  # unlike Path's, False also for a name that is impossible
        raise RailSegError(f"The model file {path} doesn't exist.", WAY_OUT)
    try:
        header = _metadata(path).get(HEADER_KEY)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise RailSegError(f"The model file {path} is damaged or not a safetensors file ({error}).", WAY_OUT) from error
    if header is None:
        raise RailSegError(f"{path} is a safetensors file, but not a RailSeg model.", WAY_OUT)
    return _parse_card(header, path)


def _metadata(path: Path) -> dict[str, Any]:
    """The free part of a safetensors header. A file has the header's length in 8 bytes, the JSON header, the tensors.

    The library's own reader, which reads and checks the tensors later, would import numpy or torch for this.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST_HEADER_BYTES:
            raise ValueError("its header is too long")
        header = json.loads(file.read(length))
        metadata: dict[str, Any] = header.pop("__metadata__", {})
        end = 8 + length + max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        if end != file.seek(0, os.SEEK_END):
            raise ValueError("its size does not match its header")
    return metadata


def _parse_card(header: str, path: Path) -> ModelCard:
    try:
        values: dict[str, Any] = json.loads(header)
        for name in ("credits", "outputs"):
            if name in values:
                values[name] = tuple(values[name])
        known = {item.name for item in fields(ModelCard)}
        card = ModelCard(**{name: value for name, value in values.items() if name in known})
        _check_types(card)
        in_range = [0 < level <= 1 for level in (card.track_threshold, card.axis_threshold)]
        in_range += [0 <= level <= 1 for level in (card.min_piece_confidence, card.short_piece_margin)]
        if not (MIN_GSD_M <= card.gsd_m <= MAX_GSD_M and all(in_range)):
            raise ValueError("its numbers are out of range")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RailSegError(f"The header of the model file {path} is damaged ({error}).", WAY_OUT) from error
    if card.format_version > _NEWEST_FORMAT:
        raise RailSegError(f"The model file {path} was made for a newer RailSeg.", "Update RailSeg.")
    supported = (card.architecture, card.outputs, card.pixel_mean, card.pixel_scale)
    if supported != (ARCHITECTURE, OUTPUTS, PIXEL_MEAN, PIXEL_SCALE) or card.variant not in VARIANTS:
        raise RailSegError(
            f"This RailSeg cannot run models of the kind of {path} ({card.architecture}, {card.variant}).", WAY_OUT
        )
    return card


def _check_types(card: ModelCard) -> None:
    """Checks that a card has texts that can be written, and numbers, since they go into files and messages.

    Raises:
        TypeError: a value is of the wrong kind.
        ValueError: a text cannot be written as UTF-8, contains a null character, or is too long.
    """
    texts = (card.name, card.variant, card.trained_on, card.licence, card.architecture, *card.credits, *card.outputs)
    levels = (card.track_threshold, card.axis_threshold, card.min_piece_confidence, card.short_piece_margin)
    numbers = (card.gsd_m, *levels, card.pixel_mean, card.pixel_scale, card.format_version)
    for text in (*texts, *card.scores):
        if "\0" in text or len(text.encode()) > _MAX_TEXT_BYTES:
            raise ValueError("a text in it cannot be written")
    for number in (*numbers, *card.scores.values()):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TypeError(f"{str(number)[:40]} in it is not a number")
