# ruff: noqa: N802
"""What the plugin's tests share besides fixtures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsNetworkAccessManager,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop

if TYPE_CHECKING:
    from railseg.plugin.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "resources" / "sample" / "sample.tif"
SAMPLE_TRACKS = REPOSITORY / "resources" / "sample" / "sample_tracks.geojson"
NUMBERS = {"TRACK_COUNT", "NODE_COUNT", "TOTAL_LENGTH", "REVIEW_COUNT"}
EVALUATION_LAYERS = {"MATCHED", "MISSED", "FALSE", "SWITCHES"}
COMPARISON_LAYERS = {"NEW", "MISSING", "SHIFTED", "MATCHED"}
MAIN = [(0.0, 0.0), (200.0, 0.0)]
"""A straight track of 200 m, as `lines_layer` takes it."""
BRANCH = [(100.0 + x, x * x / 600) for x in range(0, 61, 2)]
"""What leaves it at a switch."""
gdal.UseExceptions()


class Feedback(QgsProcessingFeedback):
    """Remembers what it is told, and cancels once that makes it so."""

    def __init__(self, cancel_when: Callable[[Feedback], bool] | None = None) -> None:
        super().__init__(False)
        self.infos: list[str] = []
        self.warnings: list[str] = []
        self.details: list[str] = []
        self.errors: list[str] = []
        self.texts: list[str] = []
        self.percents: list[float] = []
        self.cancelled_at = 0.0
        self._cancel_when = cancel_when
        self.progressChanged.connect(self._keep_percent)

    def _keep_percent(self, percent: float) -> None:
        self.percents.append(percent)
        self._cancel_if_due()

    def _cancel_if_due(self) -> None:
        if self._cancel_when is not None and not self.isCanceled() and self._cancel_when(self):
            self.cancelled_at = time.monotonic()
            self.cancel()

    def pushInfo(self, info: str) -> None:
        self.infos.append(info)
        self._cancel_if_due()

    def pushWarning(self, warning: str) -> None:
        self.warnings.append(warning)

    def pushDebugInfo(self, info: str) -> None:
        self.details.append(info)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        self.errors.append(error)

    def setProgressText(self, text: str) -> None:
        self.texts.append(text)
        self._cancel_if_due()


def worker_pids() -> set[int]:
    """The worker processes that this process has started and that live."""
    pids = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(status[1]) == os.getpid() and status[0] != "Z" and "worker.py" in command:
            pids.add(int(folder.name))
    return pids


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Lets QGIS work until the condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)


def write_raster(path: Path, *, epsg: int | None = 25832, bands: int = 3, size: int = 64, fill: int = 90) -> Path:
    """A plain raster of 0.2 m pixels, within one tile."""
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), size, size, bands)
    dataset.SetGeoTransform((612000.0, 0.2, 0.0, 5611980.0, 0.0, -0.2))
    if epsg is not None:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        dataset.SetProjection(reference.ExportToWkt())
    for band in range(1, bands + 1):
        dataset.GetRasterBand(band).Fill(fill)
    return path


def run(
    name: str,
    parameters: dict[str, Any],
    feedback: Feedback | None = None,
    context: QgsProcessingContext | None = None,
) -> dict[str, Any]:
    """Runs an algorithm of RailSeg's; the provider must be there."""
    import processing

    results: dict[str, Any] = processing.run(
        f"railseg:{name}", parameters, context=context, feedback=feedback or Feedback()
    )
    return results


def lines_layer(*lines: list[tuple[float, float]], crs: str = "EPSG:25832", fields: str = "") -> QgsVectorLayer:
    """A layer in memory of lines that are given in EPSG:25832."""
    layer = QgsVectorLayer(f"LineString?crs={crs}{fields}", "lines", "memory")
    move = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:25832"), layer.crs(), QgsProject.instance())
    for line in lines:
        feature = QgsFeature(layer.fields())
        geometry = QgsGeometry.fromPolylineXY([QgsPointXY(612300 + x, 5612400 + y) for x, y in line])
        geometry.transform(move)
        feature.setGeometry(geometry)
        layer.dataProvider().addFeature(feature)
    return layer


def has_blocks(folder: Path, pattern: str = "*/*.npz") -> bool:
    """Whether a run at work has finished blocks in a folder."""
    with suppress(FileNotFoundError):  # their own is made aside and then renamed: it may be gone in the meantime
        return any(folder.glob(pattern))
    return False


def make_ready(environment: Environment) -> None:
    """Makes an environment that counts as ready, without anything in it."""
    environment.own_python.parent.mkdir(parents=True)
    environment.own_python.touch()
    environment.mark_ready()


def set_proxy(kind: str, host: str, port: int, user: str = "", password: str = "") -> None:
    """Sets QGIS's proxy; the fixture `no_proxy` takes it back."""
    values = {
        "proxyEnabled": True,
        "proxyType": kind,
        "proxyHost": host,
        "proxyPort": port,
        "proxyUser": user,
        "proxyPassword": password,
        "proxyExcludedUrls": "http://intranet.example/maps",
        "noProxyUrls": "https://10.0.0.1",
    }
    for name, value in values.items():
        QgsSettings().setValue(f"proxy/{name}", value)
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
