# ruff: noqa: N802
"""The plugin in other languages: every text is translated, and the language is QGIS's."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import railseg
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsProcessingAlgorithm,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTranslator
from qgis.PyQt.QtWidgets import QAbstractButton, QGroupBox, QLabel
from railseg.plugin.algorithms.layer_style import apply_style
from railseg.plugin.environment import Environment
from railseg.plugin.environment_task import EnvironmentJobs
from railseg.plugin.i18n.update import source_texts, texts_of_module, translations, updated
from railseg.plugin.locations import STYLES, TRANSLATIONS
from railseg.plugin.options_page import RailSegOptionsPage
from railseg.plugin.review_items import items_to_review
from railseg.plugin.review_layers import ReviewLayers
from railseg.plugin.review_panel import ReviewPanel
from railseg.plugin.translation import install_translator, tr

LANGUAGES = {"de": "Eisenbahn", "es": "Ferrocarril", "fr": "Ferroviaire", "zh_Hans": "铁路"}
"""With their word for the algorithms' group."""


@pytest.fixture
def english(qgis_app: Any) -> Iterator[None]:
    """QGIS speaks as before afterwards."""
    yield
    for key in ("overrideFlag", "userLocale"):
        QgsSettings().remove(f"locale/{key}")


@pytest.fixture
def marked(qgis_app: Any) -> Iterator[None]:
    """Every text of the plugin that goes through `tr` stands in brackets."""
    translator = _Brackets()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


class _Brackets(QTranslator):
    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"⟦{source}⟧" if context == "RailSeg" else ""

    def isEmpty(self) -> bool:
        return False


def _choose_language(language: str) -> None:
    """As under Settings > Options > General; empty for the system's."""
    QgsSettings().setValue("locale/overrideFlag", bool(language))
    QgsSettings().setValue("locale/userLocale", language)


def _placeholders(text: str) -> list[tuple[str, str | None]]:
    return sorted((name, format_) for _, name, format_, _ in string.Formatter().parse(text) if name is not None)


def _algorithms() -> dict[str, QgsProcessingAlgorithm]:
    provider = QgsApplication.processingRegistry().providerById("railseg")
    return {algorithm.name(): algorithm.create() for algorithm in provider.algorithms()}


def _texts(algorithm: QgsProcessingAlgorithm) -> list[str]:
    """All that it shows. A layer or file that it makes is an output too, which QGIS names by its parameter."""
    parameters = algorithm.parameterDefinitions()
    return [
        algorithm.displayName(),
        algorithm.group(),
        algorithm.shortHelpString(),
        algorithm.shortDescription(),
        ",".join(algorithm.tags()),
        *(parameter.description() for parameter in parameters),
        *(parameter.help() for parameter in parameters),
        *(output.description() for output in algorithm.outputDefinitions()),
    ]


def _layer(kind: str, fields: str, values: list[Any]) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:25832&{fields}", "layer", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(values)
    layer.dataProvider().addFeature(feature)
    return layer


def test_there_are_these_languages() -> None:
    for suffix in (".ts", ".qm"):
        assert {path.name for path in TRANSLATIONS.glob(f"*{suffix}")} == {
            f"railseg_{name}{suffix}" for name in LANGUAGES
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_exactly_the_texts_of_the_source(language: str) -> None:
    path = TRANSLATIONS / f"railseg_{language}.ts"
    assert updated(path, source_texts()) == path.read_text("utf-8"), "make translations, and translate what is new"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_a_translation_of_every_text_with_the_same_placeholders_and_paragraphs(language: str) -> None:
    for text, translation in translations(TRANSLATIONS / f"railseg_{language}.ts").items():
        assert translation, text
        assert _placeholders(translation) == _placeholders(text)
        assert translation.count("\n\n") == text.count("\n\n"), translation


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_was_translated(language: str, english: None) -> None:
    _choose_language(language)
    translator = install_translator()
    assert translator is not None
    spoken = {text: tr(text) for text in translations(TRANSLATIONS / f"railseg_{language}.ts")}
    QCoreApplication.removeTranslator(translator)
    assert spoken == translations(TRANSLATIONS / f"railseg_{language}.ts"), "make translations"


@pytest.mark.parametrize(
    ("qgis_language", "language"),
    [("de", "de"), ("de_AT", "de"), ("es_MX", "es"), ("fr", "fr"), ("zh-Hans", "zh_Hans"), ("zh_CN", "zh_Hans")],
)
def test_it_speaks_qgis_s_language(qgis_language: str, language: str, english: None) -> None:
    _choose_language(qgis_language)
    translator = install_translator()
    assert tr("Railway") == LANGUAGES[language]
    QCoreApplication.removeTranslator(translator)


@pytest.mark.parametrize("qgis_language", ["en", "en_US", "la", "zh-Hant", "C", ""])
def test_it_speaks_english_where_it_does_not_know_qgis_s_language(qgis_language: str, english: None) -> None:
    _choose_language(qgis_language)
    assert install_translator() is None
    assert tr("Railway") == "Railway"


def test_the_language_set_without_the_override_is_the_one_of_another_session(english: None) -> None:
    _choose_language("de")
    QgsSettings().setValue("locale/overrideFlag", False)
    assert install_translator() is None


def test_in_german_the_plugin_is_german_until_it_is_unloaded(english: None, qgis_processing: None) -> None:
    _choose_language("de")
    for _ in range(2):
        plugin = railseg.classFactory(None)
        plugin.initProcessing()
        extract = _algorithms()["extractrailway"]
        assert extract.displayName() == "Gleise extrahieren"
        assert "Was zweifelhaft ist, hat den Status 'review'." in extract.shortHelpString()
        assert extract.parameterDefinition("INPUT").description() == "Luft- oder Drohnenbild"
        plugin.unload()
        assert tr("Extract railway") == "Extract railway"


def test_ids_are_the_same_in_every_language(english: None, qgis_processing: None) -> None:
    seen = []
    for language in ("", *LANGUAGES):
        _choose_language(language)
        plugin = railseg.classFactory(None)
        plugin.initProcessing()
        seen.append(
            {
                algorithm.id(): (
                    algorithm.groupId(),
                    [(each.name(), each.type(), each.defaultValue()) for each in algorithm.parameterDefinitions()],
                    [output.name() for output in algorithm.outputDefinitions()],
                )
                for algorithm in _algorithms().values()
            }
        )
        plugin.unload()
    assert all(ids == seen[0] for ids in seen)


def test_every_text_of_the_algorithms_is_translated(marked: None, qgis_processing: None) -> None:
    plugin = railseg.classFactory(None)
    plugin.initProcessing()
    texts = [text for algorithm in _algorithms().values() for text in _texts(algorithm)]
    plugin.unload()
    assert len(texts) > 100
    assert [text for text in texts if not text.startswith("⟦")] == []


def test_every_text_of_the_options_page_is_translated(marked: None, new_environment: Environment) -> None:
    page = RailSegOptionsPage(new_environment, EnvironmentJobs(new_environment, lambda: None))
    texts = [label.text() for label in page.findChildren(QLabel)]
    texts += [button.text() for button in page.findChildren(QAbstractButton)]
    texts += [group.title() for group in page.findChildren(QGroupBox)]
    ours = [text for text in texts if text not in ("", "…")]  # QGIS's own button beside a file's name
    assert len(ours) > 10
    assert [text for text in ours if "⟦" not in text] == []


def test_every_text_of_the_review_is_translated(marked: None, qgis_new_project: None) -> None:
    fields = "field=status&field=review_reason"
    layer = _layer("LineString", fields, ["review", "sharp bend; low confidence"])
    QgsProject.instance().addMapLayer(layer)
    layers = ReviewLayers(QgsProject.instance())
    panel = ReviewPanel(layers, QgsMapCanvas())
    panel.refresh()
    model = panel.model
    texts = [panel.windowTitle(), panel.count_label.text(), model.index(0, 0).data(), model.index(0, 1).data()]
    texts += [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    texts += [button.text() for button in panel.widget().findChildren(QAbstractButton)]
    texts += [button.toolTip() for button in panel.widget().findChildren(QAbstractButton)]
    texts += [panel.reason_box.itemText(row) for row in range(panel.reason_box.count())]
    layers.close()
    assert panel.reason_box.count() == 3
    assert [text for text in texts if "⟦" not in text] == []


def test_a_layer_s_legend_fields_and_values_are_translated(english: None) -> None:
    _choose_language("de")
    translator = install_translator()
    layer = _layer("Point", "field=railway&field=status&field=radius_m:double", ["switch", "review", 190.0])
    apply_style(layer, STYLES / "rail_node.qml")
    QCoreApplication.removeTranslator(translator)
    labels = [item.label() for item in layer.renderer().legendSymbolItems()]
    assert labels == [
        "zu prüfen",
        "Weiche",
        "Kreuzung",
        "Gleisende",
        "am Rand abgeschnitten",
        "verworfen",
        "sonstige",
    ]
    assert [field.alias() for field in layer.fields()] == ["Bahnobjekt", "Status", "Radius des Zweiggleises (m)"]
    values = layer.editorWidgetSetup(0).config()["map"]
    assert {"Weiche": "switch"} in values


def test_a_translated_layer_has_the_values_that_the_review_looks_for(english: None) -> None:
    _choose_language("de")
    translator = install_translator()
    layer = _layer("LineString", "field=status&field=review_reason", ["review", "sharp bend; my own reason"])
    apply_style(layer, STYLES / "rail_track.qml")
    (item,) = items_to_review(layer)
    QCoreApplication.removeTranslator(translator)
    assert item.kind == "Gleis"
    assert item.reasons == ("enger Bogen", "my own reason")


@pytest.mark.parametrize(
    ("language", "reasons"),
    [("", "low confidence; close to another track"), ("fr", "faible confiance; proche d'une autre voie")],
)
def test_labels_and_map_tips_give_the_reasons_in_the_user_s_language(
    language: str, reasons: str, english: None
) -> None:
    _choose_language(language)
    translator = install_translator()
    for kind, style in (("LineString", "rail_track"), ("Point", "rail_node")):
        layer = _layer(kind, "field=status&field=review_reason", ["review", "low confidence; close to another track"])
        apply_style(layer, STYLES / f"{style}.qml")
        context = QgsExpressionContext()
        context.setFeature(layer.getFeature(1))
        assert QgsExpression(layer.labeling().settings().fieldName).evaluate(context) == reasons
        assert layer.displayExpression().count("replace(") == bool(language)
    QCoreApplication.removeTranslator(translator)


@pytest.mark.parametrize("call", ['tr(f"{n} tracks")', "tr(text)", 'tr("a" + "b")', 'tr("{n}".format(n=1))'])
def test_a_text_that_is_put_together_before_it_is_translated_is_refused(call: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f'tr("plain")\n{call}\n')
    with pytest.raises(ValueError, match=r"module\.py:2: tr takes one literal"):
        list(texts_of_module(module))
