"""Model files: safetensors whose header says what the model is. No pickle is ever loaded."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from railseg_core.errors import RailSegError
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.model_card import HEADER_KEY, WAY_OUT, ModelCard, read_card
from railseg_core.outputs import written_aside


def save_model(model: DeepLabV3Plus, card: ModelCard, path: Path) -> None:
    """Writes weights and card; matrices and kernels as float16, vectors (batch norms, biases) as float32.

    Args:
        model: In any mode and on any device, batch norms not folded.
        card: Its `variant` must be the model's.
        path: File to write.

    Raises:
        RailSegError: If it can't be written, as on a full disk.
    """
    tensors = {
        name: tensor.detach().cpu().to(torch.float16 if tensor.ndim > 1 else torch.float32).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
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
    """A model in eval mode, float32, on the CPU, batch norms not folded.

    Raises:
        RailSegError: As for `read_card`, or if tensors are missing, left over, of another shape or not finite.
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
                    WAY_OUT,
                )
            for name, target in expected.items():
                tensor = file.get_tensor(name)
                if tensor.shape != target.shape or not tensor.is_floating_point():
                    raise RailSegError(f"In the model file {path}, {name} has the wrong shape or type.", WAY_OUT)
                if not torch.isfinite(tensor.float()).all():
                    raise RailSegError(f"In the model file {path}, {name} isn't finite.", WAY_OUT)
                target.copy_(tensor)  # state_dict's tensors share the model's memory
    except (SafetensorError, OSError) as error:
        raise RailSegError(f"The model file {path} is damaged ({error}).", WAY_OUT) from error
    return model.eval(), card
