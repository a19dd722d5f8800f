"""Information about the installation, and that asking for it does not load the libraries that do the work."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from railseg_core import worker
from railseg_core.info import info, working_devices
from railseg_core.network.model_card import bundled_model_path, checksum

HEAVY = {"torch", "numpy", "scipy", "pandas", "pyogrio", "pyproj", "rasterio", "shapely", "cv2", "skimage", "onnx"}


def packages_loaded_by(*command: str) -> set[str]:
    """What a fresh Python has imported by the time it ends."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command], input="", capture_output=True, text=True, check=True
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {name.partition(".")[0] for name in names}


def test_the_devices_are_those_that_torch_finds_when_it_is_asked() -> None:
    told, tried = info(), working_devices()
    assert told["devices"] == tried["devices"]
    assert told["device"].split()[0] == tried["device"].split()[0]


def test_the_model_is_named_with_the_checksum_of_its_file() -> None:
    path = bundled_model_path()
    model = info(path)["model"]
    assert (model["file"], model["sha256"]) == (path.name, checksum(path))
    assert model["first_look"] is True


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["--help"], ["evaluate", "--help"]], ids=" ".join)
def test_a_question_loads_no_library_that_does_the_work(arguments: list[str]) -> None:
    loaded = packages_loaded_by("-m", "railseg_core", *arguments)
    assert "argparse" in loaded
    assert not loaded & HEAVY


def test_a_worker_is_ready_before_it_loads_what_does_the_work() -> None:
    loaded = packages_loaded_by("-I", "-u", worker.__file__)
    assert "railseg_core" in loaded
    assert not loaded & HEAVY


def test_an_installation_has_every_package_with_its_types() -> None:
    root = Path(worker.__file__).parents[1]
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    packages = {".".join(path.relative_to(root).parent.parts) for path in root.glob("railseg_core/**/__init__.py")}
    assert packages == set(settings["packages"]) - set(settings["package-dir"])
    for package, patterns in settings["package-data"].items():
        folder = root / settings["package-dir"].get(package, package)
        assert all(any(folder.glob(pattern)) for pattern in patterns)
    assert "py.typed" in settings["package-data"]["railseg_core"]
