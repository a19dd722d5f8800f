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


def refresh_layers_of(outputs: Iterable[object], context: QgsProcessingContext) -> list[str]:
    """Reads the project's layers again whose files or tables are among the outputs; their styles stay.

    QGIS does so for none, not even for a layer that it hands back as the run's new one. Must be called on the main
    thread.

    Returns:
        Names of the layers that are being edited: they are only read again when that ends, since edits of what was
        there before would otherwise be saved to what is there now.
    """
    written = [place for output in outputs if isinstance(output, str) and (place := place_of_source("ogr", output))]
    project = context.project()
    edited = []
    for layer in project.mapLayers().values() if project is not None else ():
        place = place_of_source(layer.providerType(), layer.source())
        if place is None or not any(one.replaces(place) for one in written):
            continue
        if layer.isEditable():
            _read_again_once_edited(layer)
            edited.append(layer.name())
        else:
            _read_again(layer)
    return edited


def _read_again_once_edited(layer: QgsVectorLayer) -> None:
    def read() -> None:
        layer.editingStopped.disconnect(read)
        _read_again(layer)

    layer.editingStopped.connect(read)


def _read_again(layer: QgsMapLayer) -> None:
    if isinstance(layer, QgsRasterLayer):  # reloaded, it would keep its extent
        layer.setDataSource(layer.source(), layer.name(), layer.providerType(), QgsDataProvider.ProviderOptions())
    elif isinstance(layer, QgsVectorLayer):
        layer.reload()
    layer.triggerRepaint()
