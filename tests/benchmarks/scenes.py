"""How fast training scenes are rendered."""

from __future__ import annotations

import time

import cv2
import numpy as np

from railseg_core.tiling import TILE_PX
from train.synthetic.scene import render_scene


def scenes_per_core_second(scenes: int) -> float:
    """Training scenes of 512 px that are rendered per second of processor time, on procedural ground."""
    cv2.setNumThreads(1)
    render_scene(np.random.default_rng(0), TILE_PX, None)
    started = time.process_time()
    for number in range(scenes):
        render_scene(np.random.default_rng([1, number]), TILE_PX, None)
    return scenes / (time.process_time() - started)
