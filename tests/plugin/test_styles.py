"""The styles, in QGIS: what each feature looks like, what its fields are called, when it is labelled."""

from __future__ import annotations

from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsRenderContext,
    QgsVectorLayer,
)
from railseg.plugin.algorithms.compare_railway import CompareRailway
from railseg.plugin.algorithms.evaluate_railway import EvaluateRailway
from railseg.plugin.locations import STYLES

TRACK_FIELDS = ["railway", "length_m:double", "confidence:double", "status", "review_reason"]
NODE_FIELDS = ["railway", "angle_deg:double", "turnout_side", "confidence:double", "status", "review_reason"]


@pytest.fixture
def tracks(qgis_app: Any) -> QgsVectorLayer:
    return styled("LineString", TRACK_FIELDS, "rail_track")


@pytest.fixture
def nodes(qgis_app: Any) -> QgsVectorLayer:
    return styled("Point", NODE_FIELDS, "rail_node")


def styled(kind: str, fields: list[str], style: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:25832&" + "&".join(f"field={field}" for field in fields), style, "memory")
    message, is_ok = layer.loadNamedStyle(str(STYLES / f"{style}.qml"))
    assert is_ok, message
    return layer


def feature_with(layer: QgsVectorLayer, **values: Any) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("Point(0 0)" if layer.name() == "rail_node" else "LineString(0 0, 9 9)"))
    for name, value in values.items():
        feature[name] = value
    return feature


def looks(layer: QgsVectorLayer, **values: Any) -> list[str]:
    """Of the legend's entries those that a feature with these values is drawn by."""
    feature = feature_with(layer, **values)
    context = QgsRenderContext()
    context.setExpressionContext(expression_context(layer, feature))
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    keys = renderer.legendKeysForFeature(feature, context)
    renderer.stopRender(context)
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    return sorted(labels[key] for key in keys if key in labels)  # the rules' root is among the keys


def label(layer: QgsVectorLayer, **values: Any) -> Any:
    expression = QgsExpression(layer.labeling().settings().fieldName)
    assert not expression.hasParserError(), expression.parserErrorString()
    return expression.evaluate(expression_context(layer, feature_with(layer, **values))) or ""


def expression_context(layer: QgsVectorLayer, feature: QgsFeature) -> QgsExpressionContext:
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return context


def test_every_layer_that_is_made_has_a_style(qgis_app: Any) -> None:
    lines = {"rail_track", *EvaluateRailway.TABLES.values(), *CompareRailway.TABLES.values()} - {"switches"}
    kinds = dict.fromkeys(lines, "LineString") | dict.fromkeys(("rail_node", "switches"), "Point")
    assert {path.stem for path in STYLES.glob("*.qml")} == kinds.keys()
    for table, kind in kinds.items():
        styled(kind, ["status"], table)


@pytest.mark.parametrize(
    ("status", "confidence", "look"),
    [
        ("ok", 0.95, "confidence 0.9 and more"),
        ("ok", 0.9, "confidence 0.9 and more"),
        ("ok", 0.8, "confidence 0.75 to 0.9"),
        ("ok", 0.3, "confidence below 0.75"),
        ("ok", None, "confidence below 0.75"),
        ("review", 0.95, "to be reviewed"),
        ("rejected", 0.95, "rejected"),
        (None, 0.95, "other"),
        ("mine", 0.95, "other"),
    ],
)
def test_a_track_looks_like_its_status_and_confidence(
    tracks: QgsVectorLayer, status: str | None, confidence: float | None, look: str
) -> None:
    assert looks(tracks, status=status, confidence=confidence) == [look]


@pytest.mark.parametrize(
    ("railway", "status", "expected"),
    [
        ("switch", "ok", ["switch"]),
        ("railway_crossing", "ok", ["crossing"]),
        ("end", None, ["end of track"]),
        ("cut", "ok", ["cut at the edge"]),
        ("switch", "review", ["switch", "to be reviewed"]),
        ("switch", "rejected", ["rejected"]),
        ("buffer_stop", "ok", ["other"]),
    ],
)
def test_a_node_looks_like_its_kind_and_status(
    nodes: QgsVectorLayer, railway: str, status: str | None, expected: list[str]
) -> None:
    assert looks(nodes, railway=railway, status=status, confidence=0.9) == expected


def test_labels_say_what_matters_and_only_from_near(tracks: QgsVectorLayer, nodes: QgsVectorLayer) -> None:
    for layer, scale in ((tracks, 2500), (nodes, 1500)):
        assert layer.labelsEnabled()
        settings = layer.labeling().settings()
        assert settings.scaleVisibility
        assert settings.minimumScale == scale
    assert label(tracks, status="ok", length_m=312.4) == "312 m"
    assert label(tracks, status="review", length_m=312.4, review_reason="sharp bend") == "sharp bend"
    assert label(tracks, status="rejected", length_m=312.4) == ""
    assert label(nodes, status="ok", railway="switch", angle_deg=5.09) == "5.1°"
    assert label(nodes, status="ok", railway="end") == ""
    assert label(nodes, status="review", railway="switch", review_reason="uncertain fork") == "uncertain fork"


def test_a_shapefile_s_cut_name_is_labelled_as_well(qgis_app: Any) -> None:
    tracks = styled("LineString", ["status", "length_m:double", "review_rea"], "rail_track")
    assert label(tracks, status="review", review_rea="sharp bend") == "sharp bend"
    assert label(tracks, status="ok", length_m=312.4) == "312 m"


def test_identifying_and_map_tips_say_what_it_is_and_why_it_is_doubtful(
    tracks: QgsVectorLayer, nodes: QgsVectorLayer
) -> None:
    assert name(tracks, length_m=312.4, review_reason="sharp bend") == "312 m – sharp bend"
    assert name(tracks, length_m=312.4) == "312 m"
    assert name(nodes, railway="railway_crossing") == "crossing"
    assert name(nodes, railway="switch", review_reason="uncertain fork") == "switch – uncertain fork"


def name(layer: QgsVectorLayer, **values: Any) -> Any:
    """What QGIS calls a feature."""
    return QgsExpression(layer.displayExpression()).evaluate(expression_context(layer, feature_with(layer, **values)))


def test_fields_and_values_have_names_that_people_use(tracks: QgsVectorLayer, nodes: QgsVectorLayer) -> None:
    assert all(field.alias() for layer in (tracks, nodes) for field in layer.fields())
    assert shown_as(tracks, "status", "review") == "to be reviewed"
    assert shown_as(tracks, "status", "rejected") == "rejected"
    assert shown_as(nodes, "status", "ok") == "ok"
    assert shown_as(nodes, "railway", "railway_crossing") == "crossing"
    assert shown_as(nodes, "railway", "cut") == "cut at the edge"
    assert shown_as(nodes, "turnout_side", "left") == "left"


def shown_as(layer: QgsVectorLayer, name: str, value: str) -> str:
    index = layer.fields().lookupField(name)
    setup = layer.fields()[index].editorWidgetSetup()
    assert setup.type() == "ValueMap"
    formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
    return str(formatter.representValue(layer, index, setup.config(), None, value))
