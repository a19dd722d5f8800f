"""QGIS's own dialog for batches, filled in: QGIS opens it empty, and has no function for more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsApplication, QgsProcessing, QgsProcessingContext, QgsProject
from qgis.PyQt.QtWidgets import QWidget


def create_batch_dialog(name: str, rows: Sequence[dict[str, Any]], parent: QWidget) -> Any:
    """The dialog for several runs of an algorithm; outputs that a single run would make go to temporary layers.

    Args:
        name: The algorithm's id.
        rows: Each run's parameters, other than outputs; those left out have their defaults.
        parent: QGIS's main window.

    Raises:
        Exception: This version of QGIS has another dialog.
    """
    # Imported here because it isn't a part of QGIS's interface for plugins.
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById(name), parent)
    try:
        _fill_in(dialog, rows)
    except Exception:
        dialog.deleteLater()  # otherwise the main window would keep it, half filled in
        raise
    return dialog


def _fill_in(dialog: Any, rows: Sequence[dict[str, Any]]) -> None:
    panel = dialog.mainWidget()
    panel.checkLoadLayersOnCompletion.setChecked(True)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    for number, parameters in enumerate(rows):
        if number:  # it opens with one row
            panel.addRow()
        for parameter, value in parameters.items():
            panel.wrappers[number][panel.parameter_to_column[parameter]].setParameterValue(value, context)
        for output in dialog.algorithm().destinationParameterDefinitions():
            if output.createByDefault():
                cell = panel.tblParameters.cellWidget(number + 1, panel.parameter_to_column[output.name()])
                cell.setValue(QgsProcessing.TEMPORARY_OUTPUT)
