"""The bundled styles, in the user's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsMapLayer
from qgis.PyQt.QtXml import QDomDocument, QDomElement, QDomNodeList

from ..translation import translated

_LEGEND_AND_FIELDS = {"rule": "label", "category": "label", "alias": "name"}


def apply_style(layer: QgsMapLayer, style: Path) -> str:
    """Applies a QML style to a layer; returns what went wrong, empty if nothing did."""
    document = read_style(style)
    for element, attribute in shown_texts(document):
        element.setAttribute(attribute, translated(element.attribute(attribute)))
    is_applied, message = layer.importNamedStyle(document)
    return "" if is_applied else str(message)


def read_style(style: Path) -> QDomDocument:
    """Reads a QML file."""
    document = QDomDocument()
    document.setContent(style.read_text("utf-8"))
    return document


def shown_texts(style: QDomDocument) -> Iterator[tuple[QDomElement, str]]:
    """Elements with the attribute that holds a text for users: legend entries, names of fields and of their values."""
    for tag, attribute in _LEGEND_AND_FIELDS.items():
        for element in _elements(style.elementsByTagName(tag)):
            yield element, attribute
    for widget in _elements(style.elementsByTagName("editWidget")):
        if widget.attribute("type") == "ValueMap":
            for element in _elements(widget.elementsByTagName("Option")):
                if element.hasAttribute("value"):
                    yield element, "name"


def _elements(nodes: QDomNodeList) -> Iterator[QDomElement]:
    for index in range(nodes.count()):
        yield nodes.at(index).toElement()
