"""Texts in the user's language."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

from .locations import TRANSLATIONS

CONTEXT = "RailSeg"


def tr(text: str) -> str:
    """The text in the user's language; placeholders in braces are filled in afterwards by `format`.

    The text must be one literal in the call itself: that is how `make translations` finds it.
    """
    return translated(text)


def translated(text: str) -> str:
    """Like `tr`, for a text that isn't a literal in the call."""
    translation: str = QCoreApplication.translate(CONTEXT, text)
    return translation


def install_translator() -> QTranslator | None:
    """Switches RailSeg to QGIS's language; returns None, and stays with English, if it isn't available."""
    translator = QTranslator()
    if not translator.load(QLocale(_language()), "railseg", "_", str(TRANSLATIONS)):
        return None
    QCoreApplication.installTranslator(translator)
    return translator


def _language() -> str:
    """QGIS's language: from its options, else from its command line, else the system's."""
    settings = QgsSettings()
    chosen = settings.value("locale/userLocale", "", type=str)
    if chosen and settings.value("locale/overrideFlag", False, type=bool):
        return str(chosen)
    return str(QgsApplication.instance().translation() or QLocale().name())
