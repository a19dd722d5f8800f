"""Texts in the user's language."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def tr(text: str) -> str:
    """The text in the user's language; placeholders in braces are filled in afterwards by `format`."""
    translated: str = QCoreApplication.translate("RailSeg", text)
    return translated
