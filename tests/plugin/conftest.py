"""QGIS with the plugin, the worker's environment and small rasters.

The checkout may have any name; QGIS knows the plugin by its folder's name. So a folder that holds nothing but the link
`railseg` to the checkout stands in for QGIS's plugin folder.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from inspect import CO_GENERATOR
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from osgeo import gdal
from qgis.core import QgsNetworkAccessManager, QgsProcessingContext, QgsSettings
from qgis.PyQt.QtCore import QLocale
from support import REPOSITORY, SAMPLE, SAMPLE_TRACKS, Feedback, write_raster

PLUGIN_PATH = Path(tempfile.mkdtemp(prefix="railseg-plugins-"))
(PLUGIN_PATH / "railseg").symlink_to(REPOSITORY, target_is_directory=True)
atexit.register(shutil.rmtree, PLUGIN_PATH)
sys.path.insert(0, str(PLUGIN_PATH))
QLocale.setDefault(QLocale.c())  # the tests read the texts as they stand in the source
os.environ.setdefault("RAILSEG_PYTHON", str(REPOSITORY / ".venv" / "bin" / "python"))

from railseg.plugin.algorithms.extract_railway import ExtractRailway  # noqa: E402
from railseg.plugin.environment import PYTHON_SETTING, Environment  # noqa: E402
from railseg.plugin.locations import data_folder  # noqa: E402
from railseg.plugin.provider import RailSegProvider  # noqa: E402
from railseg.plugin.worker_client import WorkerClient  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_a_suite(qgis_app: Any) -> Iterator[None]:
    """Removes what an interrupted suite left behind; at the end takes from functions what they still hold.

    QGIS's settings are kept from suite to suite, and with them the finished blocks of runs that nobody took up.
    QGIS never lets go of an exception that an algorithm in Python raises, nor of the frames that led to it, the test's
    among them. A layer of a file that such a frame names would be closed after QGIS and GDAL have gone: a crash.
    """
    shutil.rmtree(data_folder() / "unfinished", ignore_errors=True)
    yield
    for thing in gc.get_objects():
        if isinstance(thing, FrameType) and not thing.f_code.co_flags & CO_GENERATOR:
            with suppress(RuntimeError):  # it is still running
                thing.clear()


@pytest.fixture(scope="session")
def plugin_path() -> Path:
    """The folder in which QGIS finds the plugin `railseg`."""
    return PLUGIN_PATH


@pytest.fixture(scope="session")
def worker_python() -> Path:
    """The Python of the core's environment."""
    python = Path(os.environ["RAILSEG_PYTHON"])
    if not python.exists():
        pytest.fail(f"{python} isn't there: make it first (make test does).")
    return python


@pytest.fixture(scope="module")
def provider(qgis_app: Any, qgis_processing: None, worker_python: Path) -> Iterator[RailSegProvider]:
    """RailSeg's algorithms in the Processing registry, with one worker for all tests of a module."""
    environment = Environment()
    worker = WorkerClient(environment.python)
    provider = RailSegProvider(environment, worker)
    assert qgis_app.processingRegistry().addProvider(provider)
    yield provider
    worker.close()
    qgis_app.processingRegistry().removeProvider(provider)


@pytest.fixture
def unfinished(qgis_app: Any) -> Iterator[Path]:
    """The folder of what interrupted runs have finished, not there before and afterwards."""
    folder = data_folder() / "unfinished"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_environment(qgis_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment that isn't there yet, and no Python chosen instead."""
    monkeypatch.delenv("RAILSEG_PYTHON")
    return Environment(tmp_path / "profile" / "railseg" / "env")


@pytest.fixture
def no_choice(qgis_app: Any) -> Iterator[None]:
    """The setting of another Python is as it was afterwards."""
    yield
    QgsSettings().remove(PYTHON_SETTING)


@pytest.fixture
def no_proxy(qgis_app: Any) -> Iterator[None]:
    """QGIS has no proxy afterwards, nor has its GDAL, which keeps what it was told."""
    yield
    QgsSettings().remove("proxy")
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
    gdal.SetConfigOption("GDAL_HTTP_PROXY", None)


@pytest.fixture
def wheels(worker_python: Path, tmp_path: Path) -> Path:
    """A folder with a wheel that is quick to install: by it the new environment sees what the core's has."""
    packages = worker_python.parent.parent / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    if not packages.is_dir():
        pytest.skip("The core's environment isn't of the same Python as QGIS.")
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "borrowed-1-py3-none-any.whl", "w") as archive:
        archive.writestr("borrowed.pth", f"{packages}\n")
        archive.writestr("borrowed-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: borrowed\nVersion: 1\n")
        archive.writestr("borrowed-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("borrowed-1.dist-info/RECORD", "")
    return folder


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Requirements that the folder of wheels fulfils."""
    path = tmp_path / "requirements.txt"
    path.write_text("borrowed==1\n")
    return path


@pytest.fixture
def feedback() -> Feedback:
    return Feedback()


@pytest.fixture(scope="session")
def sample_raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample, where QGIS may write its statistics beside it."""
    return Path(shutil.copy(SAMPLE, tmp_path_factory.mktemp("sample")))


@pytest.fixture(scope="session")
def track_raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 m of the sample round the middle of a track."""
    line = json.loads(SAMPLE_TRACKS.read_text())["features"][0]["geometry"]["coordinates"]
    x, y = line[len(line) // 2]
    path = tmp_path_factory.mktemp("rasters") / "track.tif"
    gdal.Translate(str(path), str(SAMPLE), projWin=[x - 25, y + 25, x + 25, y - 25])
    return path


@pytest.fixture(scope="session")
def plain_raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raster with nothing in it."""
    return write_raster(tmp_path_factory.mktemp("rasters") / "plain.tif")


@pytest.fixture(scope="session")
def extraction(
    qgis_processing: None, worker_python: Path, track_raster: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """One run with all outputs, for all tests that look at what comes out."""
    folder = tmp_path_factory.mktemp("extraction")
    parameters = {
        "INPUT": str(track_raster),
        "DEVICE": "cpu",
        "MIN_LENGTH": 5,
        "TRACKS": str(folder / "tracks.gpkg"),
        "NODES": str(folder / "nodes.gpkg"),
        "GEOPACKAGE": str(folder / "map.gpkg"),
        "PROBABILITY": str(folder / "probability.tif"),
        "MASK": str(folder / "mask.tif"),
    }
    environment = Environment()
    worker = WorkerClient(environment.python)
    feedback = Feedback()
    results, is_ok = ExtractRailway(environment, worker).create().run(parameters, QgsProcessingContext(), feedback)
    worker.close()
    assert is_ok, feedback.errors
    return results


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Two crops of the sample, 30 m by 40 m each, side by side on a track."""
    line = json.loads(SAMPLE_TRACKS.read_text())["features"][0]["geometry"]["coordinates"]
    x, y = line[len(line) // 2]
    folder = tmp_path / "pictures"
    folder.mkdir()
    paths = []
    for number, left in enumerate((x - 30, x)):
        path = folder / f"{number}.tif"
        gdal.Translate(str(path), str(SAMPLE), projWin=[left, y + 20, left + 30, y - 20])
        paths.append(str(path))
    return paths
