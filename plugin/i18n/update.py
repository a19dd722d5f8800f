"""Brings the translation files up to date with the plugin's texts: `make translations`."""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from ..algorithms.layer_style import read_style, shown_texts
from ..locations import PLUGIN_FOLDER, STYLES, TRANSLATIONS
from ..translation import CONTEXT


def main(languages: list[str]) -> None:
    """Updates every translation file, creates those of new languages, and reports what is left to translate."""
    texts = source_texts()
    new = {TRANSLATIONS / f"railseg_{language}.ts" for language in languages}
    for path in sorted({*TRANSLATIONS.glob("*.ts"), *new}):
        path.write_text(updated(path, texts), "utf-8")
        missing = sum(not translation for translation in translations(path).values())
        sys.stdout.write(f"{path.name}: {missing} of {len(texts)} texts to translate\n")


def source_texts() -> list[str]:
    """Every text in the plugin's modules and styles, each once, in order of appearance.

    Raises:
        ValueError: A call of `tr` has something other than one literal.
    """
    texts = [text for module in sorted((PLUGIN_FOLDER / "plugin").rglob("*.py")) for text in texts_of_module(module)]
    for path in sorted(STYLES.glob("*.qml")):
        texts += [element.attribute(name) for element, name in shown_texts(read_style(path))]
    return list(dict.fromkeys(filter(None, texts)))


def texts_of_module(path: Path) -> Iterator[str]:
    """The texts that a module passes to `tr`.

    Raises:
        ValueError: It passes something other than one literal.
    """
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id == "tr":
            match call.args:
                case [ast.Constant(value=str(text))]:
                    yield text
                case _:
                    raise ValueError(f"{path}:{call.lineno}: tr takes one literal; fill in its placeholders by format.")


def translations(path: Path) -> dict[str, str]:
    """The translations in a file by their source texts, empty where one is missing; no entries if there is no file."""
    if not path.exists():
        return {}
    messages = ET.parse(path).iter("message")  # noqa: S314 - our own file
    return {message.findtext("source", ""): message.findtext("translation", "") for message in messages}


def updated(path: Path, texts: list[str]) -> str:
    """The content of a translation file with exactly these texts; existing translations are kept."""
    known = translations(path)
    root = ET.Element("TS", version="2.1", sourcelanguage="en", language=path.stem.removeprefix("railseg_"))
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text in texts:
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = text
        translation = ET.SubElement(message, "translation")
        translation.text = known.get(text)
        if not translation.text:
            translation.set("type", "unfinished")
    ET.indent(root, "  ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{ET.tostring(root, "unicode")}\n'


if __name__ == "__main__":
    main(sys.argv[1:])
