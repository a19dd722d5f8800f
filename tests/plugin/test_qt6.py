"""Whether the plugin's sources will work under QGIS 4 and Qt 6, as far as can be told under QGIS 3 and Qt 5."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from railseg.plugin import locations

SOURCES = sorted(Path(locations.__file__).parent.rglob("*.py"))
_GONE = {"exec_", "print_", "QDesktopWidget", "QRegExp", "QTextCodec", "QgsProcessingAlgorithmDialogBase"}
"""What Qt 6 has no more and, the last, QGIS from 4.2 on."""
_MOVED = {"QAction", "QActionGroup", "QFileSystemModel", "QShortcut", "QUndoCommand", "QUndoGroup", "QUndoStack"}
"""Classes that Qt 6 has in QtGui instead of QtWidgets, and QGIS's imports under Qt 5 in both."""


def _module_of(path: Path) -> dict[str, Any]:
    """The names that a module of the plugin knows."""
    parts = path.relative_to(SOURCES[0].parent).with_suffix("").parts
    return vars(importlib.import_module(".".join(("railseg.plugin", *parts)).removesuffix(".__init__")))


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """What `Name.attribute.attribute` stands for; None if it is something else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, names), node.attr, None)
    return None


def _unscoped(source: str, names: dict[str, Any]) -> Iterator[str]:
    """Enum members that are taken from a class of Qt or QGIS and not from the enum."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute):
            continue
        owner, member = _value(node.value, names), _value(node, names)
        is_binding = isinstance(owner, type) and owner.__module__.startswith(("PyQt5.", "qgis."))
        is_member = isinstance(member, int | Enum) and type(member) not in (int, bool)
        if is_binding and is_member and not isinstance(member, owner):
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_enums_are_scoped_and_nothing_is_used_that_qt_6_or_qgis_4_has_no_more(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not list(_unscoped(source, _module_of(path)))
    nodes = list(ast.walk(ast.parse(source)))
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    imported = {node.name for node in nodes if isinstance(node, ast.alias)}
    assert not (used | imported) & _GONE
    from_widgets = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "qgis.PyQt.QtWidgets"]
    assert not {name.name for node in from_widgets for name in node.names} & _MOVED


def test_an_enum_that_is_not_scoped_is_found() -> None:
    from qgis.core import Qgis, QgsVectorFileWriter
    from qgis.PyQt.QtCore import Qt

    names = {"Qt": Qt, "Qgis": Qgis, "Writer": QgsVectorFileWriter}
    good = "Qt.AlignmentFlag.AlignLeft, Qgis.MessageLevel.Success, Writer.ActionOnExistingFile.CreateOrOverwriteLayer"
    assert not list(_unscoped(good, names))
    bad = "Qt.AlignLeft, Qgis.Success, Writer.CreateOrOverwriteLayer"
    assert len(list(_unscoped(bad, names))) == 3
