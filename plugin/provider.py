"""What RailSeg adds to the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.clean_railway_mask import CleanRailwayMask
from .algorithms.compare_railway import CompareRailway
from .algorithms.destinations import FORMATS_WITHOUT_FIELDS
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
    """Provides the algorithms, which share one environment and one worker client."""

    def __init__(self, environment: Environment, worker: WorkerClient) -> None:
        super().__init__()
        self._environment = environment
        self._worker = worker

    def id(self) -> str:
        """The provider's id, which must never change."""
        return "railseg"

    def name(self) -> str:
        """The provider's name."""
        return "RailSeg"

    def icon(self) -> QIcon:
        """The provider's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """The icon's file."""
        return str(ICON)

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """The extensions of GeoTIFF, which is what the worker writes."""
        return ["tif", "tiff"]

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """The extensions of what QGIS writes and the layers' fields fit into."""
        extensions = super().supportedOutputVectorLayerExtensions()
        return [extension for extension in extensions if extension not in FORMATS_WITHOUT_FIELDS]

    def loadAlgorithms(self) -> None:
        """Adds the algorithms."""
        for algorithm in _ALGORITHMS:
            self.addAlgorithm(algorithm(self._environment, self._worker))
