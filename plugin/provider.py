"""What RailSeg adds to the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.clean_railway_mask import CleanRailwayMask
from .algorithms.compare_railway import CompareRailway
from .algorithms.evaluate_railway import EvaluateRailway
from .algorithms.export_training_chips import ExportTrainingChips
from .algorithms.extract_railway import ExtractRailway
from .algorithms.extract_railway_folder import ExtractRailwayFolder
from .algorithms.segment_railway import SegmentRailway
from .algorithms.vectorize_railway_mask import VectorizeRailwayMask
from .environment import Environment
from .locations import ICON
from .worker_client import WorkerClient

_ALGORITHMS = (
    ExtractRailway,
    ExtractRailwayFolder,
    SegmentRailway,
    CleanRailwayMask,
    VectorizeRailwayMask,
    EvaluateRailway,
    CompareRailway,
    ExportTrainingChips,
)


class RailSegProvider(QgsProcessingProvider):
    """The list of algorithms; they share one environment and one worker."""

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__()
        self._environment = environment
        self._worker = worker

    def id(self) -> str:
        """Its id, for ever."""
        return "railseg"

    def name(self) -> str:
        """Its name."""
        return "RailSeg"

    def icon(self) -> QIcon:
        """Its icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """The icon's file."""
        return str(ICON)

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """The worker writes GeoTIFF."""
        return ["tif", "tiff"]

    def loadAlgorithms(self) -> None:
        """Lists the algorithms."""
        for algorithm in _ALGORITHMS:
            self.addAlgorithm(algorithm(self._environment, self._worker))
