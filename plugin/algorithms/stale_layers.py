"""Has the project's layers show what a run has written to their files."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    QgsDataProvider,
    QgsMapLayer,
    QgsProcessingContext,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .destinations import place_of_source


def refresh_layers_of(outputs: Iterable[object], context: QgsProcessingContext) -> None:
    """Reads the project's layers again whose files or tables are among the outputs; their styles stay.

    QGIS does so for none, not even for a layer that it hands back as the run's new one. Must be called on the main
    thread.
    """
    written = [place for output in outputs if isinstance(output, str) and (place := place_of_source("ogr", output))]
    project = context.project()
    for layer in project.mapLayers().values() if project is not None else ():
        place = place_of_source(layer.providerType(), layer.source())
        if place is not None and any(one.replaces(place) for one in written) and not layer.isEditable():
            _read_again(layer)


def _read_again(layer: QgsMapLayer) -> None:
    if isinstance(layer, QgsRasterLayer):  # reloaded, it would keep its extent
        layer.setDataSource(layer.source(), layer.name(), layer.providerType(), QgsDataProvider.ProviderOptions())
    elif isinstance(layer, QgsVectorLayer):
        layer.reload()
    layer.triggerRepaint()
