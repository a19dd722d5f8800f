"""A preview of the result: the lines over the raster, at a size to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from railseg_core.errors import RailSegError
from railseg_core.outputs import written_aside
from railseg_core.railway_map import RailwayMap
from railseg_core.raster import WorkingGrid
from railseg_core.vectors.coordinates import as_crs, mover

LONGEST_SIDE_PX = 1600
_COLOURS = {"ok": (230, 30, 40), "review": (255, 150, 0)}
_NODE_COLOUR = (30, 90, 255)
_SHIFT = 4  # OpenCV draws in sixteenths of a pixel


def draw_preview(grid: WorkingGrid, railway_map: RailwayMap, path: Path, *, overwrite: bool) -> None:
    """Draws tracks (red, or orange if they need review) and switches (blue) over the picture as PNG.

    Args:
        grid: The picture, opened at the preview's own coarse GSD.
        railway_map: Tracks and nodes, in any CRS.
        path: File to write.
        overwrite: Whether an existing file may be replaced.

    Raises:
        RailSegError: If the file can't be written, or the map can't be transformed to the grid's CRS.
    """
    window = grid.window.intersection(grid.picture_window)
    image, valid = grid.read(window)
    canvas = np.ascontiguousarray(np.where(valid, image, 255).transpose(1, 2, 0))
    inverse = ~window.transform(grid.gsd_m)
    move = mover(as_crs(railway_map.crs), as_crs(grid.crs))
    for track in railway_map.tracks:
        points = np.column_stack(inverse @ move(track.line).T)
        fixed = np.round((points - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, _COLOURS[track.status], 2, cv2.LINE_AA, _SHIFT)
    for node in railway_map.nodes:
        if node.railway == "switch":
            col, row = inverse @ move(np.array([[node.x, node.y]]))[0]
            centre = (round((col - 0.5) * (1 << _SHIFT)), round((row - 0.5) * (1 << _SHIFT)))
            cv2.circle(canvas, centre, 5 << _SHIFT, _NODE_COLOUR, 2, cv2.LINE_AA, _SHIFT)
    encoded, data = cv2.imencode(".png", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))
    if not encoded:
        raise RailSegError(f"The preview {path} could not be drawn.", "Run it again without a preview.")
    with written_aside(path, overwrite=overwrite) as aside:
        try:
            aside.write_bytes(data.tobytes())
        except OSError as error:
            raise RailSegError(
                f"{path} could not be written ({error.strerror or error}).", "Check that the disk has space left."
            ) from error
