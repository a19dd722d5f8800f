"""The bundled styles, in the user's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsExpression, QgsMapLayer
from qgis.PyQt.QtXml import QDomDocument, QDomElement, QDomNodeList

from ..review_reasons import reason_texts
from ..translation import translated

_LEGEND_AND_FIELDS = {"rule": "label", "category": "label", "alias": "name"}

_REASON = "coalesce(attribute('review_reason'), attribute('review_rea'))"
"""What stands for the reasons, which are in English in the data, in the styles' expressions."""


def apply_style(layer: QgsMapLayer, style: Path) -> str:
    """Applies a QML style to a layer; returns what went wrong, empty if nothing did."""
    document = read_style(style)
    for element, attribute in shown_texts(document):
        element.setAttribute(attribute, translated(element.attribute(attribute)))
    reason = _translated_reason()
    for element in _elements(document.elementsByTagName("text-style")):
        element.setAttribute("fieldName", element.attribute("fieldName").replace(_REASON, reason))
    for element in _elements(document.elementsByTagName("previewExpression")):
        element.firstChild().setNodeValue(element.text().replace(_REASON, reason))
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


def _translated_reason() -> str:
    """The expression for the reasons in the user's language."""
    texts = {text: translation for text, translation in reason_texts().items() if translation != text}
    pairs = ", ".join(QgsExpression.quotedString(text) for pair in texts.items() for text in pair)
    return f"replace({_REASON}, map({pairs}))" if texts else _REASON


def _elements(nodes: QDomNodeList) -> Iterator[QDomElement]:
    for index in range(nodes.count()):
        yield nodes.at(index).toElement()
