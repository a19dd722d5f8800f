"""QGIS's dialog for batches, filled in."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QDialog, QMainWindow
from railseg.plugin.batch_dialog import create_batch_dialog


@pytest.mark.usefixtures("provider")
def test_a_batch_dialog_that_cannot_be_filled_in_is_not_left_behind() -> None:
    window = QMainWindow()
    with pytest.raises(KeyError, match="NOT_THERE"):
        create_batch_dialog("railseg:extractrailway", [{}, {"NOT_THERE": 1}], window)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not window.findChildren(QDialog)
