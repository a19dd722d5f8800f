"""Where interrupted runs keep what they have finished, as QGIS gives each run a different temporary output."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .locations import data_folder

_KEPT_S = 7 * 24 * 3600
_WHAT_COUNTS = ("raster", "area", "bands", "model", "device", "every_tile")


def unfinished_folder(request: dict[str, Any]) -> Path | None:
    """The folder of finished blocks for a request to the worker: the same for all that its blocks depend on.

    The worker removes it when it is done. Folders that have not been used for a week are removed here.

    Returns:
        None if there can be none, as in a container whose user has no home.
    """
    folder = _folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not (os.access(folder, os.W_OK) and folder.is_dir()):
        return None
    for old in folder.iterdir():
        with suppress(OSError):  # a worker may just have removed its own
            if time.time() - old.stat().st_mtime > _KEPT_S:
                if old.is_dir():
                    shutil.rmtree(old, ignore_errors=True)
                else:  # the lock of a run that was killed
                    old.unlink()
    content = json.dumps({name: request.get(name) for name in _WHAT_COUNTS}, sort_keys=True)
    return folder / hashlib.sha256(content.encode()).hexdigest()[:16]


def is_kept(request: dict[str, Any]) -> bool:
    """Whether an interrupted request to the worker has finished blocks that the next run continues from."""
    folder = Path(request.get("unfinished", ""))
    return folder.parent == _folder() and folder.is_dir()


def _folder() -> Path:
    return data_folder() / "unfinished"
