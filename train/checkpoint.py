"""Checkpoints of a training run: whole or not there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from railseg_core.errors import RailSegError
from railseg_core.outputs import written_aside

CHECKPOINT_NAME = "checkpoint.pt"


def write_checkpoint(content: dict[str, Any], path: Path) -> None:
    """Writes a checkpoint; one of before stays until the new one is complete.

    Raises:
        RailSegError: If the disk is full or gone.
    """
    packed = io.BytesIO()
    torch.save(content, packed)  # to a file, a full disk would be an "unexpected pos" and no reason
    with written_aside(path, overwrite=True) as aside:
        try:
            aside.write_bytes(packed.getbuffer())
        except OSError as error:
            raise RailSegError(
                f"{path} could not be written: {error.strerror or error}.",
                "Free some space on that disk and run it again: it resumes from the last checkpoint, if there is one.",
            ) from error


def read_checkpoint(path: Path) -> dict[str, Any] | None:
    """What `write_checkpoint` wrote, on the CPU; None if there is no such file.

    Raises:
        RailSegError: If it is damaged or something else.
    """
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # which it is depends on the bytes
        raise RailSegError(
            f"{path} is damaged or not a checkpoint.", "Choose another folder, or remove it to start anew."
        ) from error
    return content
