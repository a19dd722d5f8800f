"""Has the project's layers show what a run has written to their files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.core import (
    QgsDataProvider,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .destinations import is_same_file


def refresh_layers_of(outputs: Iterable[object], context: QgsProcessingContext) -> None:
    """Reads the project's layers again whose files are among the outputs; their styles stay.

    QGIS does so for none, not even for a layer that it hands back as the run's new one. Must be called on the main
    thread.
    """
    files = [path for output in outputs if isinstance(output, str) and (path := _file_of("ogr", output))]
    project = context.project()
    for layer in project.mapLayers().values() if project is not None else ():
        path = _file_of(layer.providerType(), layer.source())
        if path is not None and any(is_same_file(path, file) for file in files):
            _read_again(layer)


def _file_of(provider: str, source: str) -> Path | None:
    """The file that a data source is in; None if it can't be in any."""
    path = QgsProviderRegistry.instance().decodeUri(provider, source).get("path")
    return Path(path) if path else None


def _read_again(layer: QgsMapLayer) -> None:
    if isinstance(layer, QgsRasterLayer):  # reloaded, it would keep its extent
        layer.setDataSource(layer.source(), layer.name(), layer.providerType(), QgsDataProvider.ProviderOptions())
    elif isinstance(layer, QgsVectorLayer):
        layer.reload()
    layer.triggerRepaint()
