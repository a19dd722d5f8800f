"""Reviewing doubtful tracks and nodes, on real layers and a real map canvas."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QLocale, Qt
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from railseg.plugin.review_items import accept, is_reviewable, items_to_review
from railseg.plugin.review_layers import ReviewLayers
from railseg.plugin.review_panel import ReviewPanel
from support import wait_until

TRACKS = [
    # x of the start, length, confidence, status, reason
    (0.0, 300.0, 0.99, "ok", None),
    (1000.0, 400.0, 0.71, "review", "sharp bend; low confidence"),
    (2000.0, 30.0, 0.95, "review", "short isolated piece"),
    (3000.0, 200.0, 0.83, "review", "sharp bend"),
]
NODES = [
    (1000.0, "switch", "review", "uncertain fork"),
    (3200.0, "end", "ok", None),
]
UTM = QgsCoordinateReferenceSystem("EPSG:25832")
X, Y = 612_000.0, 5_611_000.0


@pytest.fixture
def project(qgis_new_project: None) -> QgsProject:
    project = QgsProject.instance()
    project.setCrs(UTM)
    return project


@pytest.fixture
def tracks(project: QgsProject) -> QgsVectorLayer:
    layer = track_layer()
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def nodes(project: QgsProject) -> QgsVectorLayer:
    fields = "field=railway:string&field=confidence:double&field=status:string&field=review_reason:string"
    layer = QgsVectorLayer(f"Point?crs=EPSG:25832&{fields}", "nodes", "memory")
    add(layer, [(f"Point({X + x} {Y})", [railway, 0.5, status, reason]) for x, railway, status, reason in NODES])
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def canvas(qgis_app: Any) -> Iterator[QgsMapCanvas]:
    canvas = QgsMapCanvas()
    canvas.resize(600, 600)
    canvas.setDestinationCrs(UTM)
    canvas.setExtent(QgsRectangle(X, Y - 5000, X + 10_000, Y + 5000))
    yield canvas
    wait_until(lambda: not canvas.isDrawing())
    canvas.deleteLater()


@pytest.fixture
def layers(project: QgsProject) -> Iterator[ReviewLayers]:
    layers = ReviewLayers(project)
    yield layers
    layers.close()


@pytest.fixture
def panel(tracks: QgsVectorLayer, nodes: QgsVectorLayer, layers: ReviewLayers, canvas: QgsMapCanvas) -> ReviewPanel:
    panel = ReviewPanel(layers, canvas)
    canvas.setLayers([nodes, tracks])
    panel.show()
    panel.open()
    QTest.qWait(0)
    return panel


def track_layer() -> QgsVectorLayer:
    fields = "field=length_m:double&field=confidence:double&field=status:string&field=review_reason:string"
    layer = QgsVectorLayer(f"LineString?crs=EPSG:25832&{fields}", "tracks", "memory")
    rows = [
        (f"LineString({X + x} {Y}, {X + x + length} {Y})", [length, confidence, status, reason])
        for x, length, confidence, status, reason in TRACKS
    ]
    add(layer, rows)
    return layer


def write_tracks(folder: Path, project: QgsProject) -> Path:
    path = folder / "tracks.gpkg"
    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(track_layer(), str(path), project.transformContext(), options)
    return path


def add(layer: QgsVectorLayer, rows: list[tuple[str, list[Any]]]) -> None:
    for wkt, values in rows:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(values)
        assert layer.dataProvider().addFeature(feature)


def shown(panel: ReviewPanel) -> list[str]:
    return ["; ".join(item.reasons) for item in panel.model.items]


def current(panel: ReviewPanel) -> str:
    return shown(panel)[panel.table.currentIndex().row()]


def statuses(layer: QgsVectorLayer) -> list[str]:
    return [feature["status"] for feature in sorted(layer.getFeatures(), key=lambda feature: feature.id())]


def middle_of(canvas: QgsMapCanvas) -> tuple[float, float]:
    return canvas.extent().center().x() - X, canvas.extent().center().y() - Y


def press(panel: ReviewPanel, text: str) -> None:
    QTest.keyClicks(panel.table, text)


def test_layers_count_by_their_fields(tracks: QgsVectorLayer, nodes: QgsVectorLayer) -> None:
    assert is_reviewable(tracks)
    assert is_reviewable(nodes)
    assert not is_reviewable(QgsVectorLayer("LineString?crs=EPSG:25832&field=status:string", "roads", "memory"))
    assert not is_reviewable(QgsVectorLayer("None?field=status:string&field=review_reason:string", "list", "memory"))


def test_a_layer_whose_file_is_found_later_is_listed_then(
    panel: ReviewPanel, tracks: QgsVectorLayer, project: QgsProject, tmp_path: Path
) -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    path = str(tmp_path / "tracks.gpkg")
    QgsVectorFileWriter.writeAsVectorFormatV3(tracks, path, project.transformContext(), options)
    lost = QgsVectorLayer(str(tmp_path / "lost.gpkg"), "lost", "ogr")
    project.addMapLayer(lost)
    before = len(shown(panel))
    lost.setDataSource(path, "found", "ogr")
    wait_until(lambda: len(shown(panel)) == before + 3)
    project.removeMapLayer(lost.id())
    wait_until(lambda: len(shown(panel)) == before)


def test_an_item_tells_what_it_is_why_it_is_doubtful_and_how_long(
    tracks: QgsVectorLayer, nodes: QgsVectorLayer
) -> None:
    bend, *_ = items_to_review(tracks)
    assert (bend.kind, bend.reasons) == ("track", ("sharp bend", "low confidence"))
    assert (bend.length_m, bend.confidence) == (400.0, 0.71)
    (fork,) = items_to_review(nodes)
    assert (fork.kind, fork.reasons, fork.length_m) == ("switch", ("uncertain fork",), None)


def test_what_is_to_be_reviewed_of_all_layers_is_listed_and_counted(panel: ReviewPanel) -> None:
    assert shown(panel) == ["sharp bend; low confidence", "short isolated piece", "sharp bend", "uncertain fork"]
    assert panel.count_label.text() == "4 to review"
    row = [panel.model.data(panel.model.index(0, column)) for column in range(4)]
    assert row == ["track", "sharp bend; low confidence", "400", "0.71"]
    assert [panel.model.data(panel.model.index(3, column)) for column in (0, 2)] == ["switch", ""]


def test_numbers_are_written_as_in_the_user_s_country(panel: ReviewPanel) -> None:
    QLocale.setDefault(QLocale("de_DE"))
    try:
        assert panel.model.data(panel.model.index(0, 3)) == "0,71"
    finally:
        QLocale.setDefault(QLocale.c())


def test_a_cell_of_an_item_that_is_gone_is_empty(panel: ReviewPanel) -> None:
    cell = panel.model.index(0, 0)
    panel.model.set_items([])
    assert panel.model.data(cell) is None


def test_the_map_goes_to_what_is_current(panel: ReviewPanel, canvas: QgsMapCanvas) -> None:
    assert middle_of(canvas) == pytest.approx((1200, 0), abs=1)
    assert 400 * 1.3 < canvas.extent().width() < 400 * 1.6
    panel.show_next()
    assert middle_of(canvas) == pytest.approx((2015, 0), abs=1)
    assert canvas.scale() == pytest.approx(500)
    panel.show_next()
    panel.show_next()
    assert middle_of(canvas) == pytest.approx((1000, 0), abs=1)
    assert canvas.scale() == pytest.approx(500)
    panel.show_next()
    assert current(panel) == "uncertain fork"
    panel.show_previous()
    assert middle_of(canvas) == pytest.approx((3100, 0), abs=1)


def test_the_map_may_have_another_crs(panel: ReviewPanel, canvas: QgsMapCanvas) -> None:
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    for _ in range(3):
        panel.show_next()
    middle = canvas.extent().center()
    assert (middle.x(), middle.y()) == pytest.approx((10.6, 50.64), abs=0.1)
    assert canvas.scale() == pytest.approx(500)


def test_a_track_due_east_is_on_a_map_of_another_crs_as_a_whole(panel: ReviewPanel, canvas: QgsMapCanvas) -> None:
    web = QgsCoordinateReferenceSystem("EPSG:3857")
    canvas.setDestinationCrs(web)
    panel.show_next()
    panel.show_previous()
    transform = QgsCoordinateTransform(UTM, web, QgsProject.instance())
    ends = [transform.transform(X + x, Y) for x in (1000, 1400)]
    assert all(canvas.extent().contains(end) for end in ends)


def test_an_item_that_is_nowhere_leaves_the_map_where_it_is(
    panel: ReviewPanel, tracks: QgsVectorLayer, canvas: QgsMapCanvas
) -> None:
    extent = canvas.extent()
    feature = QgsFeature(tracks.fields())
    feature.setAttributes([1.0, 0.5, "review", "nowhere"])
    tracks.dataProvider().addFeature(feature)
    panel.refresh()
    panel.table.setCurrentIndex(panel.model.index(shown(panel).index("nowhere"), 0))
    assert current(panel) == "nowhere"
    assert canvas.extent() == extent


def test_filling_the_list_again_leaves_the_map_where_the_user_moved_it(
    panel: ReviewPanel, tracks: QgsVectorLayer, canvas: QgsMapCanvas
) -> None:
    panel.show_next()
    canvas.setExtent(QgsRectangle(X + 5000, Y, X + 5100, Y + 100))
    tracks.startEditing()
    tracks.changeAttributeValue(4, tracks.fields().lookupField("status"), "ok")
    wait_until(lambda: panel.model.rowCount() == 3)
    assert current(panel) == "short isolated piece"
    assert middle_of(canvas) == pytest.approx((5050, 50), abs=1)


def test_what_is_accepted_is_ok_and_the_next_is_current(
    panel: ReviewPanel, tracks: QgsVectorLayer, canvas: QgsMapCanvas
) -> None:
    panel.accept_button.click()
    assert statuses(tracks) == ["ok", "ok", "review", "review"]
    assert tracks.getFeature(2)["review_reason"] == NULL
    assert tracks.isEditable()
    assert tracks.undoStack().count() == 1
    assert panel.count_label.text() == "3 to review"
    assert current(panel) == "short isolated piece"
    assert middle_of(canvas) == pytest.approx((2015, 0), abs=1)


def test_what_is_rejected_stays_with_its_reason(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    panel.reject_button.click()
    assert statuses(tracks) == ["ok", "rejected", "review", "review"]
    assert tracks.getFeature(2)["review_reason"] == "sharp bend; low confidence"
    assert panel.count_label.text() == "3 to review"
    assert panel.delete_button.text() == "Delete rejected (1)"


def test_undo_and_redo_show_in_the_list(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    panel.accept_button.click()
    tracks.undoStack().undo()
    assert statuses(tracks) == ["ok", "review", "review", "review"]
    assert tracks.getFeature(2)["review_reason"] == "sharp bend; low confidence"
    wait_until(lambda: panel.count_label.text() == "4 to review")
    assert current(panel) == "short isolated piece"
    tracks.undoStack().redo()
    wait_until(lambda: panel.count_label.text() == "3 to review")


def test_the_keys_do_what_the_tooltips_say(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    for button, letter in zip(
        (panel.previous_button, panel.next_button, panel.accept_button, panel.reject_button), "PNAR", strict=True
    ):
        assert button.toolTip().endswith(f"({letter})")
    press(panel, "n")
    assert current(panel) == "short isolated piece"
    press(panel, "p")
    assert current(panel) == "sharp bend; low confidence"
    press(panel, "a")
    press(panel, "R")
    assert statuses(tracks) == ["ok", "ok", "rejected", "review"]


def test_the_list_claims_its_letters_before_qgis_s_own_shortcuts(panel: ReviewPanel) -> None:
    for text, key, modifiers, is_claimed in (
        ("r", Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, True),
        ("s", Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier, False),
        ("a", Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier, False),
    ):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers, text)
        event.ignore()
        QApplication.sendEvent(panel.table, event)
        assert event.isAccepted() == is_claimed


def test_several_at_once_are_one_edit(panel: ReviewPanel, tracks: QgsVectorLayer, nodes: QgsVectorLayer) -> None:
    panel.table.selectAll()
    panel.reject_button.click()
    assert statuses(tracks) == ["ok", "rejected", "rejected", "rejected"]
    assert statuses(nodes) == ["rejected", "ok"]
    assert tracks.undoStack().count() == nodes.undoStack().count() == 1
    assert panel.count_label.text() == "0 to review"
    assert "Nothing is left" in panel.note_label.text()
    assert not panel.accept_button.isEnabled()


def test_a_reason_s_items_can_be_shown_alone(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    box = panel.reason_box
    assert [box.itemText(row) for row in range(box.count())] == [
        "All reasons",
        "low confidence (1)",
        "sharp bend (2)",
        "short isolated piece (1)",
        "uncertain fork (1)",
    ]
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert shown(panel) == ["sharp bend; low confidence", "sharp bend"]
    assert panel.count_label.text() == "2 of 4 to review"
    panel.accept_button.click()
    assert shown(panel) == ["sharp bend"]
    assert panel.count_label.text() == "1 of 3 to review"
    assert current(panel) == "sharp bend"
    panel.accept_button.click()
    assert box.currentText() == "All reasons"
    assert len(shown(panel)) == 2


def test_the_list_sorts_by_its_columns_and_keeps_what_is_current(panel: ReviewPanel, canvas: QgsMapCanvas) -> None:
    panel.show_next()
    panel.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert [item.confidence for item in panel.model.items] == [0.5, 0.71, 0.83, 0.95]
    panel.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert [item.length_m for item in panel.model.items] == [400.0, 200.0, 30.0, None]
    assert current(panel) == "short isolated piece"
    assert middle_of(canvas) == pytest.approx((2015, 0), abs=1)


def test_undo_is_about_the_layer_from_which_something_was_deleted(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    edited: list[str] = []
    panel.edited.connect(lambda layer: edited.append(layer.name()))
    panel.reject_selected()
    panel.delete()
    assert edited == ["tracks", "tracks"]


def test_a_shapefile_s_cut_name_and_numbers_that_are_texts_will_do(
    panel: ReviewPanel, project: QgsProject, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.shp"
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "ESRI Shapefile"
    QgsVectorFileWriter.writeAsVectorFormatV3(track_layer(), str(path), project.transformContext(), options)
    shapes = QgsVectorLayer(str(path), "shapes", "ogr")
    texts = "field=length_m:string&field=status:string&field=review_reason:string"
    foreign = QgsVectorLayer(f"LineString?crs=EPSG:25832&{texts}", "foreign", "memory")
    add(
        foreign, [("LineString(0 0, 9 0)", ["nine", "review", "odd"]), ("LineString(0 0, 9 0)", ["9", "review", "odd"])]
    )
    before = panel.model.rowCount()
    project.addMapLayers([shapes, foreign])
    wait_until(lambda: panel.model.rowCount() == before + 5)
    assert [item.length_m for item in items_to_review(foreign)] == [None, 9.0]
    first = items_to_review(shapes)[0]
    assert first.reasons == ("sharp bend", "low confidence")
    accept(shapes, [first.feature_id])
    assert [item.feature_id for item in items_to_review(shapes)] == [2, 3]
    assert shapes.commitChanges()
    assert shapes.getFeature(first.feature_id)["review_rea"] in (NULL, "")


def test_what_is_rejected_is_deleted_as_one_edit(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    assert not panel.delete_button.isEnabled()
    panel.reject_button.click()
    panel.reject_button.click()
    panel.delete_button.click()
    assert statuses(tracks) == ["ok", "review"]
    assert tracks.undoStack().count() == 3
    assert not panel.delete_button.isEnabled()
    tracks.undoStack().undo()
    assert statuses(tracks) == ["ok", "rejected", "rejected", "review"]
    wait_until(lambda: panel.delete_button.text() == "Delete rejected (2)")


def test_of_a_layer_and_its_duplicate_each_item_is_listed_once(
    panel: ReviewPanel, project: QgsProject, tmp_path: Path
) -> None:
    first = QgsVectorLayer(str(write_tracks(tmp_path, project)), "tracks", "ogr")
    second = first.clone()
    project.addMapLayers([first, second])
    wait_until(lambda: panel.count_label.text() == "7 to review")
    for layer in (first, second):  # either may have edits, such as those of its attribute table
        layer.startEditing()
        layer.deleteFeature(1)
        wait_until(panel.save_button.isEnabled)
        layer.rollBack()
        wait_until(lambda: not panel.save_button.isEnabled())
    project.removeMapLayer(first)
    QTest.qWait(50)
    assert panel.count_label.text() == "7 to review"
    project.removeMapLayer(second)
    wait_until(lambda: panel.count_label.text() == "4 to review")


def test_layers_that_come_change_and_go_show_in_the_list(
    panel: ReviewPanel, project: QgsProject, tracks: QgsVectorLayer
) -> None:
    more = track_layer()
    project.addMapLayer(more)
    wait_until(lambda: panel.count_label.text() == "7 to review")
    more.startEditing()
    more.deleteFeature(2)
    wait_until(lambda: panel.count_label.text() == "6 to review")
    more.rollBack()
    wait_until(lambda: panel.count_label.text() == "7 to review")
    more.setSubsetString('"confidence" > 0.8')
    wait_until(lambda: panel.count_label.text() == "6 to review")
    project.removeMapLayer(more)
    wait_until(lambda: panel.count_label.text() == "4 to review")
    project.clear()
    wait_until(lambda: panel.count_label.text() == "0 to review")
    assert "no railway tracks in this project" in panel.note_label.text()


def test_a_hidden_panel_catches_up_when_it_is_shown(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    panel.hide()
    tracks.startEditing()
    tracks.deleteFeature(2)
    QTest.qWait(50)
    assert panel.model.rowCount() == 4
    panel.show()
    assert panel.model.rowCount() == 3


def test_edits_are_saved_to_a_geopackage(
    project: QgsProject, layers: ReviewLayers, canvas: QgsMapCanvas, tmp_path: Path
) -> None:
    path = write_tracks(tmp_path, project)
    layer = QgsVectorLayer(str(path), "tracks")
    project.addMapLayer(layer)
    panel = ReviewPanel(layers, canvas)
    panel.show()
    panel.open()
    assert not panel.save_button.isEnabled()
    press(panel, "ar")
    panel.save_button.click()
    wait_until(lambda: panel.count_label.text() == "1 to review")
    assert not panel.save_button.isEnabled()
    saved = QgsVectorLayer(str(path), "again")
    assert statuses(saved) == ["ok", "ok", "rejected", "review"]
    assert saved.getFeature(2)["review_reason"] == NULL


def test_edits_that_can_t_be_saved_stay_and_the_panel_says_why(
    project: QgsProject, layers: ReviewLayers, canvas: QgsMapCanvas, tmp_path: Path
) -> None:
    path = write_tracks(tmp_path, project)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TRIGGER t BEFORE UPDATE ON tracks BEGIN SELECT RAISE(ABORT, 'not today'); END")
    layer = QgsVectorLayer(str(path), "mine")
    project.addMapLayer(layer)
    panel = ReviewPanel(layers, canvas)
    panel.show()
    panel.open()
    press(panel, "a")
    panel.save_button.click()
    assert "The edits of mine could not be saved" in panel.note_label.text()
    assert "not today" in panel.note_label.text()
    assert layer.isModified()
    assert panel.save_button.isEnabled()
    panel.deleteLater()


def test_what_is_selected_on_the_map_is_selected_in_the_list(
    panel: ReviewPanel, tracks: QgsVectorLayer, nodes: QgsVectorLayer, canvas: QgsMapCanvas
) -> None:
    before = middle_of(canvas)
    tracks.selectByIds([1, 3, 4])  # the first is none to review
    assert [index.row() for index in panel.table.selectionModel().selectedRows()] == [1, 2]
    assert current(panel) == "short isolated piece"
    assert middle_of(canvas) == before
    nodes.selectByIds([2])
    assert current(panel) == "short isolated piece"
    tracks.selectByIds([3, 4])
    panel.accept_button.click()
    assert statuses(tracks) == ["ok", "review", "ok", "ok"]


def test_a_layer_that_cannot_be_edited_says_so_and_stays(panel: ReviewPanel, tracks: QgsVectorLayer) -> None:
    tracks.setReadOnly(True)
    panel.accept_button.click()
    assert "tracks can't be edited" in panel.note_label.text()
    assert panel.note_label.isVisible()
    assert statuses(tracks) == ["ok", "review", "review", "review"]
    assert current(panel) == "sharp bend; low confidence"


def test_a_layer_of_a_format_that_keeps_its_values_is_left_out_of_edit_mode(
    project: QgsProject, layers: ReviewLayers, canvas: QgsMapCanvas, tmp_path: Path
) -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "LIBKML"
    path = str(tmp_path / "tracks.kml")
    QgsVectorFileWriter.writeAsVectorFormatV3(track_layer(), path, project.transformContext(), options)
    layer = QgsVectorLayer(path, "tracks", "ogr")
    project.addMapLayer(layer)
    panel = ReviewPanel(layers, canvas)
    panel.open()
    panel.accept_selected()
    assert "tracks can't be edited" in panel.note_label.text()
    assert not layer.isEditable()


def test_thousands_of_items_are_no_trouble(
    project: QgsProject, tracks: QgsVectorLayer, layers: ReviewLayers, canvas: QgsMapCanvas
) -> None:
    rows = [(f"LineString({X} {Y + row}, {X + 50} {Y + row})", [50.0, 0.5, "review", "x"]) for row in range(5000)]
    add(tracks, rows)
    panel = ReviewPanel(layers, canvas)
    panel.show()
    panel.open()
    assert panel.model.rowCount() == 5003
    panel.table.selectAll()
    panel.accept_button.click()
    assert panel.model.rowCount() == 0
    assert tracks.undoStack().count() == 1


def test_what_the_panel_itself_does_is_read_once(panel: ReviewPanel, layers: ReviewLayers) -> None:
    notes: list[None] = []
    layers.changed.connect(lambda: notes.append(None))
    panel.accept_button.click()
    QTest.qWait(50)
    assert notes == []


def test_with_large_fonts_and_long_words_it_still_fits_beside_the_map(
    tracks: QgsVectorLayer, layers: ReviewLayers, canvas: QgsMapCanvas
) -> None:
    add(tracks, [(f"LineString({X} {Y}, {X + 50} {Y})", [50.0, 0.5, "review", "a reason as long as that " * 9])])
    panel = ReviewPanel(layers, canvas)
    font = panel.font()
    font.setPointSize(18)
    panel.setFont(font)
    panel.save_button.setText("Änderungen speichern")
    panel.show()
    panel.open()
    assert panel.widget().minimumSizeHint().width() < 400
    panel.deleteLater()


def test_closed_it_lets_go_of_project_and_layers(project: QgsProject, tracks: QgsVectorLayer) -> None:
    def listeners() -> list[int]:
        return [
            tracks.receivers(tracks.attributeValueChanged),
            tracks.receivers(tracks.featureDeleted),
            tracks.receivers(tracks.afterCommitChanges),
            project.receivers(project.layersAdded),
            project.receivers(project.layersWillBeRemoved),
        ]

    before = listeners()
    layers = ReviewLayers(project)
    assert all(now > then for now, then in zip(listeners(), before, strict=True))
    layers.close()
    del layers
    gc.collect()
    assert listeners() == before
    tracks.startEditing()
    tracks.deleteFeature(1)
    project.addMapLayer(track_layer())
