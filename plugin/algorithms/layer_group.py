"""Groups the layers of a run in the layer tree."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsProcessingContext


def group_layers(name: str, outputs: Iterable[object], context: QgsProcessingContext) -> None:
    """Has QGIS put the layers that it will load into a group; a single layer needs none.

    Args:
        name: The group's name; an existing group of that name is used.
        outputs: An algorithm's outputs, layers and others.
        context: Knows which layers QGIS will load.
    """
    loaded = [output for output in outputs if isinstance(output, str) and context.willLoadLayerOnCompletion(output)]
    if len(loaded) > 1:
        for destination in loaded:
            context.layerToLoadOnCompletionDetails(destination).groupName = name
