"""Model files: safetensors whose header says what the model is. No pickle is ever loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from railseg_core.errors import RailSegError
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.first_look import FirstLook
from railseg_core.network.model_card import HEADER_KEY, WAY_OUT, ModelCard, read_card
from railseg_core.outputs import written_aside

_FIRST_LOOK = "first_look."


def save_model(model: DeepLabV3Plus, card: ModelCard, path: Path, first_look: FirstLook | None = None) -> None:
    """Writes weights and card; matrices and kernels as float16, vectors (batch norms, biases) as float32.

    Args:
        model: In any mode and on any device, batch norms not folded.
        card: Its `variant` must be the model's; its `format_version` is set here.
        path: File to write.
        first_look: Fitted to this model's features; None for none, so that every tile is decoded.

    Raises:
        RailSegError: If it can't be written, as on a full disk.
    """
    named = _tensors(model)
    if first_look is not None:
        named |= _tensors(first_look, _FIRST_LOOK)
    card = replace(card, format_version=1 if first_look is None else 2)
    tensors = {
        name: tensor.detach().cpu().to(torch.float16 if tensor.ndim > 1 else torch.float32).contiguous()
        for name, tensor in named.items()
    }
    with written_aside(path, overwrite=True) as aside:
        try:
            save_file(tensors, aside, metadata={HEADER_KEY: json.dumps(asdict(card))})
            aside.chmod(0o644)  # the library makes it readable by its owner only
        except (SafetensorError, OSError) as error:
            raise RailSegError(
                f"{path} could not be written ({error}).", "Free some space or choose a folder that you can write to."
            ) from error


def load_model(path: Path) -> tuple[DeepLabV3Plus, ModelCard]:
    """A model in eval mode, float32, on the CPU, batch norms not folded; see also `load_first_look`.

    Raises:
        RailSegError: As for `read_card`, or if tensors are missing, left over, of another shape or not finite.
    """
    card = read_card(path)
    model = DeepLabV3Plus(VARIANTS[card.variant])
    with _opened(path) as file:
        _fill(_tensors(model), file, path, {name for name in _names(file) if not name.startswith(_FIRST_LOOK)})
    return model.eval(), card


def load_first_look(path: Path) -> FirstLook | None:
    """A model file's first look in eval mode, float32, on the CPU; None if it has none.

    Raises:
        RailSegError: As for `load_model`.
    """
    first_look = FirstLook()
    with _opened(path) as file:
        names = {name for name in _names(file) if name.startswith(_FIRST_LOOK)}
        if not names:
            return None
        _fill(_tensors(first_look, _FIRST_LOOK), file, path, names)
    return first_look.eval()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file of tensors; everything that goes wrong with it is a `RailSegError`."""
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise RailSegError(f"The model file {path} is damaged ({error}).", WAY_OUT) from error


def _fill(tensors: Mapping[str, Tensor], file: Any, path: Path, names: set[str]) -> None:
    """Copies an open file's tensors, checking that they are all there and fit.

    Args:
        tensors: What to fill, by the names in the file.
        file: The open file.
        path: Its path, for messages.
        names: The names in the file that these tensors should be all of.
    """
    if names != tensors.keys():
        odd = sorted(names ^ tensors.keys())
        raise RailSegError(
            f"The model file {path} doesn't fit its architecture: {len(odd)} tensors differ, {odd[0]} first.", WAY_OUT
        )
    for name, target in tensors.items():
        tensor = file.get_tensor(name)
        if tensor.shape != target.shape or not tensor.is_floating_point():
            raise RailSegError(f"In the model file {path}, {name} has the wrong shape or type.", WAY_OUT)
        if not torch.isfinite(tensor.float()).all():
            raise RailSegError(f"In the model file {path}, {name} isn't finite.", WAY_OUT)
        target.copy_(tensor)


def _names(file: Any) -> list[str]:
    """The names of all tensors in an open file."""
    return list(file.keys())


def _tensors(module: nn.Module, prefix: str = "") -> dict[str, Tensor]:
    """A module's own tensors, by their names in a file: all but the counters of batch norms."""
    tensors: dict[str, Tensor] = module.state_dict(prefix=prefix)
    return {name: tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")}
