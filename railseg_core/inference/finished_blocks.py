"""The folder of finished blocks beside the output, which a run leaves for the next one, or a shard for the merge."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import PlannedBlock, shard_of
from railseg_core.inference.prediction import BlockPrediction, from_bytes, to_bytes
from railseg_core.paths import file_version, put_in_place
from railseg_core.reporting import Reporter

_ENDING = ".unfinished"
_IDENTITY_FILE = "run.json"
_OUTPUTS_FILE = "outputs.json"
_SHARDS_ENDING = ".shards"
"""Ending of an empty file whose name says how many shards there are."""
RASTER_TIMES = "raster_times"
"""The part of a run's identity that differs on a machine with a copy of the raster."""
_MAY_BE_OPEN = ("device", "every_tile")
"""The parts of a run's identity that a merge takes from the shards if they aren't given."""


def unfinished_folder(output: Path) -> Path:
    """The folder in which a run with this output keeps its finished blocks until it is done."""
    return output.absolute().with_name(f".{output.name}{_ENDING}")


class FinishedBlocks:
    """A folder with a file for every finished block. Created by the functions below.

    Attributes:
        folder: Where blocks are read and written.
        identity: What all blocks in it have in common, JSON-like.
        others: Further folders from which blocks are read.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], others: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.identity = identity
        self.others = tuple(others)

    def has(self, block: PlannedBlock) -> bool:
        """Whether the block is there."""
        return self._path(block).exists()

    def read(self, block: PlannedBlock) -> BlockPrediction:
        """The block's prediction.

        Raises:
            RailSegError: it is missing, or damaged by a failing disk; in `folder` itself it is then removed.
        """
        path = self._path(block)
        try:
            prediction = from_bytes(path.read_bytes(), block.fresh)
        except OSError:
            prediction = None
        if prediction is None:
            if path.parent != self.folder:
                raise RailSegError(
                    f"{path} is damaged or missing.", "Delete that file and merge again: it names the shard to run."
                )
            with suppress(OSError):
                path.unlink()
            is_merge = bool(_marks(self.folder))
            hint = "Merge again: it names the shard to run." if is_merge else "Run it again: it computes that block."
            raise RailSegError(f"{path} is damaged or missing.", hint)
        return prediction

    def write(self, block: PlannedBlock, prediction: BlockPrediction) -> None:
        """Stores a block's prediction, completely or not at all.

        Raises:
            RailSegError: the disk is full or gone.
        """
        path = self.folder / _file_name(block)
        aside = path.with_suffix(f".{uuid4().hex}")  # the same shard may run on two machines
        try:
            aside.write_bytes(to_bytes(prediction))
            put_in_place(aside, path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            raise RailSegError(
                f"{path} could not be written: {error.strerror or error}.",
                "Free some space on that disk and run it again: it resumes where it stopped.",
            ) from error

    def note_output(self, path: Path) -> None:
        """Records that this run has put an output in place: a run that resumes from here may replace it."""
        noted = _noted_outputs(self.folder) | {str(path.absolute()): file_version(path)}
        with suppress(OSError):  # the next run then refuses to replace it
            (self.folder / _OUTPUTS_FILE).write_text(json.dumps(noted), encoding="utf-8")

    def refuse_missing(
        self, plan: Sequence[PlannedBlock], missing: Sequence[PlannedBlock], on_tiles: Callable[[int], None]
    ) -> Generator[BlockPrediction, None, None]:
        """Stands in for the model in a merge: it predicts nothing. The last two arguments are those of `PredictBlocks`.

        Raises:
            RailSegError: blocks are missing; the message names the shards they belong to.
        """
        if missing:
            numbers = {block.number for block in missing}
            marks = [mark for folder in (self.folder, *self.others) for mark in _marks(folder)]
            if not marks:
                raise RailSegError(
                    f"{len(missing)} of {len(plan)} blocks are missing, and they were not made in shards.",
                    "Run `railseg extract` with the same options: it computes them, then makes the map.",
                )
            count = max(int(mark.stem) for mark in marks)
            wanted = [
                number
                for number in range(1, count + 1)
                if any(block.number in numbers for block in shard_of(plan, number, count))
            ]
            raise RailSegError(
                f"{len(missing)} of {len(plan)} blocks are missing. Unfinished shards: {_ranges(wanted)} of {count}.",
                f"Run them, such as --shard {wanted[0]}/{count}, then merge. Finished blocks are kept.",
            )
        none: tuple[BlockPrediction, ...] = ()
        return (prediction for prediction in none)

    def _path(self, block: PlannedBlock) -> Path:
        paths = [folder / _file_name(block) for folder in (self.folder, *self.others)]
        return next((path for path in paths if path.exists()), paths[0])


def outputs_of_unfinished(folder: Path) -> frozenset[Path]:
    """Absolute paths of the outputs that an unfinished run has put in place and that are unchanged since.

    Args:
        folder: The run's folder of finished blocks; it need not exist.
    """
    noted = _noted_outputs(folder)
    return frozenset(Path(name) for name, version in noted.items() if version and version == file_version(name))


@contextmanager
def finished_blocks(
    folder: Path, identity: Mapping[str, Any], *, resume: bool, reporter: Reporter, is_device_named: bool = True
) -> Iterator[FinishedBlocks]:
    """Opens a folder of finished blocks, and removes it when the `with` block succeeds.

    If the block ends early, the folder stays if any finished block is in it. No other run may be working in it.

    Args:
        folder: `unfinished_folder` of the output, or another; it need not exist.
        identity: JSON-like; blocks of a run with a different one are discarded.
        resume: Whether finished blocks may be used at all.
        reporter: Receives a message about what is found.
        is_device_named: Whether the user has chosen the identity's device. If not, blocks from a GPU are kept, since it
            may only be unavailable at the moment.

    Raises:
        RailSegError: the folder cannot be created, it contains other files, or blocks that must not be discarded: those
            of shards, or of such a GPU.
    """
    _take_up(folder, identity, resume=resume, reporter=reporter, is_device_named=is_device_named)
    with _removed_when_done(folder):
        yield FinishedBlocks(folder, identity)


def _take_up(
    folder: Path, identity: Mapping[str, Any], *, resume: bool, reporter: Reporter, is_device_named: bool
) -> None:
    """Creates the folder, or takes over what an earlier run has left; the folder of a different run is discarded."""
    if folder.exists():
        if not _may_be_removed(folder):
            raise RailSegError(
                f"{folder} contains other files, which would be deleted.",
                "Choose a new or empty folder for the finished blocks.",
            )
        found = _identity(folder)
        changed = _differences(found, identity)
        if resume and changed == ["device"] and found and found.get("device") != "cpu" and not is_device_named:
            raise RailSegError(
                f"An earlier run was not finished; its blocks were made on {found.get('device')}, which can't be used "
                "now.",
                f"Make it available again, or choose the device {identity['device']} to start over.",
            )
        if not resume or changed:
            if _marks(folder):
                raise RailSegError(
                    f"{folder} contains blocks from shards of a run that differs in {', '.join(changed)}."
                    if changed
                    else f"{folder} contains blocks from shards.",
                    "Merge them, delete that folder if you no longer need it, or choose another output for this run.",
                )
            if resume:
                reporter.log(
                    "info", f"An earlier run was not finished but differs in {', '.join(changed)}: starting over."
                )
            _remove(folder)
        else:
            reporter.log("info", "An earlier run was not finished: resuming where it stopped.")
    _make(folder, identity)


@contextmanager
def shared_blocks(output: Path, identity: Mapping[str, Any], shards: int) -> Iterator[FinishedBlocks]:
    """Opens the folder of an output's finished blocks for one of several shards, which may run at the same time.

    No shard removes anything: the merge does.

    Args:
        output: The output of the merge.
        identity: JSON-like; the same for all shards.
        shards: How many there are.

    Raises:
        RailSegError: the folder cannot be created, or is of a run with a different identity.
    """
    folder = unfinished_folder(output)
    _make(folder, identity)
    (folder / f"{shards}{_SHARDS_ENDING}").touch()
    yield FinishedBlocks(folder, identity)


@contextmanager
def gathered_blocks(output: Path, identity: Mapping[str, Any], folders: Sequence[Path]) -> Iterator[FinishedBlocks]:
    """Opens the folders that shards have left; the output's own is removed when the `with` block succeeds.

    Args:
        output: The output to make from them.
        identity: JSON-like; must match that of all folders. If it lacks one of `_MAY_BE_OPEN`, all must share it.
        folders: Those of other machines, whose copy of the raster may have another modification time. They are only
            read.

    Raises:
        RailSegError: there is no folder, or one is of a run with a different identity.
    """
    own = unfinished_folder(output)
    sources = [*([own] if own.exists() else []), *folders]
    if not sources:
        raise RailSegError(
            f"There is nothing to merge: {own} does not exist.",
            "Run the shards first (`railseg extract … --shard 1/N`), or name the folders they have left with --from.",
        )
    wanted = dict(identity)
    for source in sources:
        found = _identity(source)
        if found is None:
            raise RailSegError(
                f"{source} is not the folder of a shard: it has no readable {_IDENTITY_FILE}.",
                f"Name the folder that ends in {_ENDING}.",
            )
        wanted = {name: found.get(name) for name in _MAY_BE_OPEN} | wanted
        changed = _differences(found, wanted, () if source == own else (RASTER_TIMES,))
        if changed == [RASTER_TIMES]:
            raise RailSegError(
                f"The raster has been changed or copied since the shards left {source}.",
                "If its content is the same, move that folder elsewhere and name it with --from.",
            )
        if changed:
            raise RailSegError(
                f"{source} belongs to a run that differs in {', '.join(changed)}.",
                "Use the same options, model and RailSeg version as for the shards.",
            )
    _make(own, wanted)
    with _removed_when_done(own):
        yield FinishedBlocks(own, wanted, folders)


@contextmanager
def _removed_when_done(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if not (any(folder.glob("*.npz")) or _marks(folder)):  # shards may still be at work on their first blocks
            _remove(folder)
        raise
    _remove(folder)


def _remove(folder: Path) -> None:
    """Removes a folder of finished blocks; its identity goes last, so that what a killed process leaves is known."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name != _IDENTITY_FILE:
                path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, identity: Mapping[str, Any]) -> None:
    """Creates the folder, with its identity in it from the start; one with the same identity may exist already.

    Raises:
        RailSegError: it can't be created, or one with a different identity exists.
    """
    aside = folder.with_name(f"{folder.name}.{uuid4().hex}")
    try:
        if not folder.exists():
            aside.mkdir(parents=True)
            (aside / _IDENTITY_FILE).write_text(json.dumps(identity, indent=1), encoding="utf-8")
            try:
                put_in_place(aside, folder)
            except OSError:
                if not folder.exists():  # otherwise another shard was faster
                    raise
    except OSError as error:
        raise RailSegError(
            f"{folder} cannot be written: {error.strerror or error}.", "Choose a folder that you can write to."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    changed = _differences(_identity(folder), identity)
    if changed:
        raise RailSegError(
            f"{folder} belongs to a run that differs in {', '.join(changed)}.",
            "Delete that folder if you no longer need it, or choose another output for this run.",
        )


def _noted_outputs(folder: Path) -> dict[str, tuple[int, ...] | None]:
    try:
        content = json.loads((folder / _OUTPUTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: tuple(version) if isinstance(version, list) else None for name, version in content.items()}


def _marks(folder: Path) -> list[Path]:
    """The files that shards have left to say how many they are."""
    return list(folder.glob(f"*{_SHARDS_ENDING}"))


def _file_name(block: PlannedBlock) -> str:
    return f"{block.number:07d}.npz"


def _may_be_removed(folder: Path) -> bool:
    """Whether a folder is one of finished blocks or empty: the user may have named one with files of their own."""
    return folder.is_dir() and ((folder / _IDENTITY_FILE).exists() or not any(folder.iterdir()))


def _identity(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / _IDENTITY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _differences(
    found: Mapping[str, Any] | None, identity: Mapping[str, Any], ignored: Collection[str] = ()
) -> list[str]:
    wanted = json.loads(json.dumps(identity))
    return [name for name in wanted if name not in ignored and (found or {}).get(name) != wanted[name]]


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers in the form that batch queues accept: 1-3,7."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0])]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
