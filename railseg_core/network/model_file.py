"""Model files: safetensors whose header says what the model is. No pickle is ever loaded."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from railseg_core.errors import RailSegError
from railseg_core.network.deeplabv3plus import OUTPUTS, PIXEL_MEAN, PIXEL_SCALE, VARIANTS, DeepLabV3Plus
from railseg_core.resources_dir import resource_path

BUNDLED_MODEL = "railseg-2.safetensors"
ARCHITECTURE = "deeplabv3plus-mobilenetv3-carafe"
_HEADER_KEY = "railseg_model"
_FORMAT_VERSION = 1
MIN_GSD_M, MAX_GSD_M = 0.02, 1.0
_MAX_TEXT_BYTES = 10_000
_WAY_OUT = "Use a model file made by RailSeg's training, or leave the model out to use the bundled one."


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model file says of itself.

    Attributes:
        name: A short name with a version, written into every track that the model finds.
        variant: `faithful` or `lite`, see `VARIANTS`.
        gsd_m: Ground sampling distance the model was trained at, metres.
        track_threshold: P(track) from which a pixel is track, chosen on rendered scenes.
        axis_threshold: P(axis) from which a pixel is axis, chosen by the lines that come of it.
        min_piece_confidence: Mean P(axis) from which a piece of line counts.
        trained_on: The pictures it has seen.
        licence: Licence of the weights.
        credits: Sources to be named.
        scores: Measured figures by name.
        architecture: Always `ARCHITECTURE`.
        outputs: Meaning of the logits, in order.
        pixel_mean: Pixels go in as (value - pixel_mean) / pixel_scale.
        pixel_scale: See `pixel_mean`.
        format_version: Version of this header.
    """

    name: str
    variant: str
    gsd_m: float = 0.2
    track_threshold: float = 0.5
    axis_threshold: float = 0.5
    min_piece_confidence: float = 0.0
    trained_on: str = ""
    licence: str = "GPL-2.0-or-later"
    credits: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    architecture: str = ARCHITECTURE
    outputs: tuple[str, ...] = OUTPUTS
    pixel_mean: float = PIXEL_MEAN
    pixel_scale: float = PIXEL_SCALE
    format_version: int = _FORMAT_VERSION


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


def save_model(model: DeepLabV3Plus, card: ModelCard, path: Path) -> None:
    """Writes weights and card; matrices and kernels as float16, vectors (batch norms, biases) as float32.

    Args:
        model: In any mode and on any device, batch norms not folded.
        card: Its `variant` must be the model's.
        path: File to write.
    """
    tensors = {
        name: tensor.detach().cpu().to(torch.float16 if tensor.ndim > 1 else torch.float32).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    aside = path.with_name(f".{path.name}.part")
    save_file(tensors, aside, metadata={_HEADER_KEY: json.dumps(asdict(card))})
    aside.chmod(0o644)  # the library makes it readable for its owner alone
    aside.replace(path)


def read_card(path: Path) -> ModelCard:
    """The card of a model file; the weights stay on disk.

    Raises:
        RailSegError: If the file is missing, damaged, or not a RailSeg model of this version's architecture.
    """
    if not os.path.isfile(path):  # noqa: PTH113  # unlike Path's, False also where the name itself is impossible
        raise RailSegError(f"The model file {path} doesn't exist.", _WAY_OUT)
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get(_HEADER_KEY)
    except (SafetensorError, OSError, ValueError) as error:
        raise RailSegError(
            f"The model file {path} is damaged or not a safetensors file ({error}).", _WAY_OUT
        ) from error
    if header is None:
        raise RailSegError(f"{path} is a safetensors file, but not of a RailSeg model.", _WAY_OUT)
    return _parse_card(header, path)


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
        if not (MIN_GSD_M <= card.gsd_m <= MAX_GSD_M and all(in_range) and 0 <= card.min_piece_confidence <= 1):
            raise ValueError("its numbers are out of range")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RailSegError(f"The header of the model file {path} is damaged ({error}).", _WAY_OUT) from error
    if card.format_version > _FORMAT_VERSION:
        raise RailSegError(f"The model file {path} is of a newer RailSeg.", "Update RailSeg.")
    supported = (card.architecture, card.outputs, card.pixel_mean, card.pixel_scale)
    if supported != (ARCHITECTURE, OUTPUTS, PIXEL_MEAN, PIXEL_SCALE) or card.variant not in VARIANTS:
        raise RailSegError(
            f"The model file {path} is of another kind ({card.architecture}, {card.variant}) than this RailSeg runs.",
            _WAY_OUT,
        )
    return card


def _check_types(card: ModelCard) -> None:
    """What the card says goes into files and messages: text that can be written, and numbers.

    Raises:
        TypeError: something is of another kind.
        ValueError: a text is not to be written as UTF-8, or too long.
    """
    texts = (card.name, card.variant, card.trained_on, card.licence, card.architecture, *card.credits, *card.outputs)
    levels = (card.track_threshold, card.axis_threshold, card.min_piece_confidence)
    numbers = (card.gsd_m, *levels, card.pixel_mean, card.pixel_scale, card.format_version)
    for text in (*texts, *card.scores):
        if "\0" in text or len(text.encode()) > _MAX_TEXT_BYTES:
            raise ValueError("a text in it cannot be written")
    for number in (*numbers, *card.scores.values()):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TypeError(f"{str(number)[:40]} in it is no number")


def load_model(path: Path) -> tuple[DeepLabV3Plus, ModelCard]:
    """A model in eval mode, float32, on the CPU, batch norms not folded.

    Raises:
        RailSegError: As `read_card`, and where tensors are missing, left over, of another shape or not finite.
    """
    card = read_card(path)
    model = DeepLabV3Plus(VARIANTS[card.variant])
    expected = {name: tensor for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    try:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            if names != expected.keys():
                odd = sorted(names ^ expected.keys())
                raise RailSegError(
                    f"The model file {path} doesn't fit its architecture: {len(odd)} tensors differ, {odd[0]} first.",
                    _WAY_OUT,
                )
            for name, target in expected.items():
                tensor = file.get_tensor(name)
                if tensor.shape != target.shape or not tensor.is_floating_point():
                    raise RailSegError(f"In the model file {path}, {name} has the wrong shape or type.", _WAY_OUT)
                if not torch.isfinite(tensor.float()).all():
                    raise RailSegError(f"In the model file {path}, {name} isn't finite.", _WAY_OUT)
                target.copy_(tensor)  # state_dict's tensors share the model's memory
    except (SafetensorError, OSError) as error:
        raise RailSegError(f"The model file {path} is damaged ({error}).", _WAY_OUT) from error
    return model.eval(), card
