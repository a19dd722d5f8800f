"""Information on this installation and on rasters; only `working_devices` loads torch."""

from __future__ import annotations

import math
import os
import platform
import runpy
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from railseg_core import __version__
from railseg_core.inference.cuda_cards import cuda_cards
from railseg_core.network.model_card import bundled_model_path, checksum, read_card

PACKAGES = (
    "torch",
    "numpy",
    "opencv-python-headless",
    "rasterio",
    "pyogrio",
    "pyproj",
    "shapely",
    "scikit-image",
    "scipy",
)


def info(model_path: Path | None = None) -> dict[str, Any]:
    """Versions, devices and the model's card, as JSON-like values.

    The devices are those that the driver and torch's build promise; `working_devices` tells whether torch runs there.

    Raises:
        RailSegError: If there is no such model file or it is damaged.
    """
    path = model_path or bundled_model_path()
    card = read_card(path)
    cards = cuda_cards() if _torch_has_cuda() else []
    has_mps = sys.platform == "darwin" and platform.machine() == "arm64"
    found = {"cuda": f"cuda ({cards[0]})"} if cards else {"mps": "mps"} if has_mps else {}
    devices = found | {"cpu": f"cpu ({os.cpu_count()} cores)"}
    return {
        "version": __version__,
        "python": platform.python_version(),
        "packages": {name: _package_version(name) for name in PACKAGES},
        "device": next(iter(devices.values())),
        "devices": list(devices),
        "model": asdict(card) | {"first_look": card.has_first_look, "file": path.name, "sha256": checksum(path)},
    }


def working_devices() -> dict[str, Any]:
    """The `device` and `devices` of `info`, tried out with the bundled model, and its `tiles_per_s`; takes seconds.

    `device_problems` has the reason for each device that this torch was built for but that can't run the model.
    """
    from railseg_core.inference.devices import available_devices, device_problem
    from railseg_core.inference.planning import tiles_per_s
    from railseg_core.segmentation import Segmenter

    segmenter = Segmenter(bundled_model_path())
    asked = ["cuda"] if _torch_has_cuda() else []
    problems = {device: problem for device in asked if (problem := device_problem(device))} | segmenter.passed_over
    return {
        "device": segmenter.description,
        "devices": [device for device in available_devices() if device not in problems],
        "device_problems": problems,
        "tiles_per_s": round(tiles_per_s(segmenter), 2),
    }


def raster_info(name: str) -> dict[str, Any]:
    """What a raster, or the leading one of a folder, is and how it would be processed, as JSON-like values.

    Raises:
        RailSegError: If it can't be processed, with the reason.
    """
    from railseg_core.raster import pictures_of, read_raster_info

    values = asdict(read_raster_info(name)) | {"pictures": len(pictures_of(name))}
    if values["nodata"] is not None and not math.isfinite(values["nodata"]):
        values["nodata"] = str(values["nodata"])  # JSON has no such number
    return values


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _torch_has_cuda() -> bool:
    """Whether the installed torch is a CUDA build, according to its version file."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    return runpy.run_path(str(Path(spec.origin).with_name("version.py"))).get("cuda") is not None
