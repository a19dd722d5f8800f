"""Imported inside the QGIS desktop (`qgis --code`): runs a script's steps one by one and records what was seen.

Environment variables say where to: RAILSEG_SCREENSHOTS (a folder) and RAILSEG_SEEN (a JSON file).
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QRect, QTimer
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface

Condition = Callable[[], bool]
Steps = Iterator[Condition | None]
STEP_MS = 1000
seen: dict[str, Any] = {}


def screenshot(name: str, part: QRect | None = None) -> None:
    """The whole virtual screen, or a part of it."""
    picture = QApplication.primaryScreen().grabWindow(0)
    save(picture if part is None else picture.copy(part), name)


def save(picture: QPixmap, name: str) -> None:
    """Puts a picture to the others."""
    picture.save(str(Path(os.environ["RAILSEG_SCREENSHOTS"]) / f"{name}.png"))


def start(steps: Steps) -> None:
    """Takes the steps once QGIS is there, and ends it; between two steps it works until the yielded condition holds."""
    QTimer.singleShot(2 * STEP_MS, lambda: _advance(steps, None))


def _advance(steps: Steps, condition: Condition | None) -> None:
    """Takes the next step once the condition holds."""
    try:
        if condition is None or condition():
            condition = next(steps)
    except StopIteration:
        _leave()
        return
    except Exception:
        seen["error"] = traceback.format_exc()
        screenshot("error")
        _leave()
        return
    QTimer.singleShot(STEP_MS, lambda: _advance(steps, condition))


def _leave() -> None:
    """Ends QGIS the way that asks no questions."""
    Path(os.environ["RAILSEG_SEEN"]).write_text(json.dumps(seen))
    for layer in QgsProject.instance().mapLayers().values():
        if isinstance(layer, QgsVectorLayer):
            layer.rollBack()
    QgsProject.instance().removeAllMapLayers()
    iface.newProject(False)
    iface.actionExit().trigger()
