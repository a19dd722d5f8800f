"""Messages with a button for the next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QPushButton


def offer(
    iface: Any, level: Qgis.MessageLevel, text: str, button_text: str, action: Callable[[], None]
) -> Callable[[], None]:
    """Shows a message with a button; the message closes once the button is pressed.

    Returns:
        A function that closes the message if it is still there.
    """
    bar = iface.messageBar()
    item = bar.createMessage("RailSeg", text)
    button = QPushButton(button_text, item)

    def withdraw() -> None:
        if not sip.isdeleted(item):
            bar.popWidget(item)

    def press() -> None:
        withdraw()
        action()

    button.clicked.connect(press)
    item.layout().addWidget(button)
    bar.pushWidget(item, level)
    return withdraw
