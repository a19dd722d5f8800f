"""What an interrupted run leaves behind for the next: a folder of finished blocks beside its output."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from railseg_core.block_plan import PlannedBlock
from railseg_core.errors import RailSegError
from railseg_core.prediction import BlockPrediction, from_bytes, to_bytes
from railseg_core.reporting import Reporter

_ENDING = ".unfinished"
_IDENTITY_FILE = "run.json"


def unfinished_folder(output: Path) -> Path:
    """Where the finished blocks of a run with this output lie until it is done."""
    return output.absolute().with_name(f".{output.name}{_ENDING}")


class FinishedBlocks:
    """A folder with a file for every finished block. Made by `finished_blocks`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, block: PlannedBlock) -> bool:
        """Whether the block is there."""
        return self._path(block).exists()

    def read(self, block: PlannedBlock) -> BlockPrediction:
        """The block's prediction.

        Raises:
            RailSegError: it is gone, or damaged, which only a broken disk does: then it is removed.
        """
        path = self._path(block)
        try:
            prediction = from_bytes(path.read_bytes(), block.fresh)
        except OSError:
            prediction = None
        if prediction is None:
            path.unlink(missing_ok=True)
            raise RailSegError(
                f"{path} is damaged or gone.", "Run it again: that block is made anew, the rest is kept."
            )
        return prediction

    def write(self, block: PlannedBlock, prediction: BlockPrediction) -> None:
        """Keeps a block's prediction; it is there wholly or not at all.

        Raises:
            RailSegError: the disk is full or gone.
        """
        path = self._path(block)
        aside = path.with_suffix(f".{os.getpid()}")
        try:
            aside.write_bytes(to_bytes(prediction))
            aside.replace(path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            raise RailSegError(
                f"{path} could not be written: {error.strerror or error}.",
                "Free some space on that disk and run it again: it goes on where it stopped.",
            ) from error

    def _path(self, block: PlannedBlock) -> Path:
        return self.folder / f"{block.number:07d}.npz"


@contextmanager
def finished_blocks(
    output: Path, identity: Mapping[str, Any], *, resume: bool, reporter: Reporter
) -> Iterator[FinishedBlocks]:
    """Opens the folder of an output's finished blocks, and removes it when the `with` block ends well.

    Where that ends early, the folder stays if any block is in it.

    Args:
        output: What is being made.
        identity: JSON-like; blocks of a run with another are thrown away.
        resume: Whether finished blocks may be used at all.
        reporter: Told what is found.

    Raises:
        RailSegError: the folder cannot be made.
    """
    folder = unfinished_folder(output)
    wanted = json.loads(json.dumps(identity))
    if folder.exists():
        found = _identity(folder)
        if not resume or found != wanted:
            if resume:
                changed = ", ".join(name for name in wanted if (found or {}).get(name) != wanted[name])
                reporter.log("info", f"An earlier run was not finished, but differs in {changed}: this starts anew.")
            shutil.rmtree(folder, ignore_errors=True)
        else:
            reporter.log("info", "An earlier run was not finished: this goes on where it stopped.")
    try:
        folder.mkdir(exist_ok=True)
        (folder / _IDENTITY_FILE).write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    except OSError as error:
        raise RailSegError(
            f"{folder} cannot be written: {error.strerror or error}.",
            "Choose a folder in which you may create files.",
        ) from error
    try:
        yield FinishedBlocks(folder)
    except BaseException:
        if not any(folder.glob("*.npz")):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _identity(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / _IDENTITY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
