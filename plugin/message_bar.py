"""Messages that offer a way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtWidgets import QPushButton


def offer(iface: Any, level: Qgis.MessageLevel, text: str, button_text: str, action: Callable[[], None]) -> None:
    """Shows a message with a button; the message goes once the button is pressed."""
    bar = iface.messageBar()
    item = bar.createMessage("RailSeg", text)
    button = QPushButton(button_text, item)

    def press() -> None:
        bar.popWidget(item)
        action()

    button.clicked.connect(press)
    item.layout().addWidget(button)
    bar.pushWidget(item, level)
