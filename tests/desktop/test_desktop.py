"""The real QGIS desktop on a virtual screen: the right-click menu, the dialog, the lines on the map.

The pictures in build/desktop are for a person to look at.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from session import REPOSITORY, SAMPLE, SAMPLE_TRACKS, drive_qgis

_LIMIT_S = 280
"""A session takes half a minute; on a machine that has other work, several times as long."""

pytestmark = [
    pytest.mark.timeout(_LIMIT_S + 20),
    pytest.mark.skipif(shutil.which("qgis") is None, reason="The QGIS desktop isn't installed."),
    pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run, a virtual screen, isn't installed."),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one session at the desktop saw."""
    folder = tmp_path_factory.mktemp("desktop")
    script = Path(__file__).with_name("drive.py")
    return drive_qgis(script, folder, REPOSITORY / "build" / "desktop", _picture(folder), limit_s=_LIMIT_S)


def _picture(folder: Path) -> Path:
    """100 m of the sample round the middle of a track."""
    from osgeo import gdal

    gdal.UseExceptions()
    line = json.loads(SAMPLE_TRACKS.read_text())["features"][0]["geometry"]["coordinates"]
    x, y = line[len(line) // 2]
    path = folder / "picture.tif"
    gdal.Translate(str(path), str(SAMPLE), projWin=[x - 50, y + 30, x + 50, y - 30])
    return path


def test_the_plugin_loads(seen: dict[str, Any]) -> None:
    assert seen["enabled"]
    assert "railseg" in seen["providers"]


def test_a_raster_s_menu_has_extract_railway(seen: dict[str, Any]) -> None:
    assert "Extract railway…" in seen["menu"]


def test_a_picture_that_cannot_be_read_is_told_at_once(seen: dict[str, Any]) -> None:
    assert "The raster layer lost can't be read" in seen["about a lost picture"]
    assert seen["dialogs for a lost picture"] == 0


def test_without_the_environment_the_way_to_it_is_one_click(seen: dict[str, Any]) -> None:
    assert "environment isn't ready" in seen["message bar"]
    assert "Open the options" in seen["message buttons"]
    assert "environment is missing" in seen["options texts"]
    assert "Without a desktop" not in seen["options texts"]
    assert {"Create environment", "Cancel", "Check", "Copy report"} <= set(seen["options buttons"])
    assert {"Build it from a folder of wheels, without a network"} < set(seen["options choices"])


def test_the_dialog_opens_with_the_layer_set(seen: dict[str, Any]) -> None:
    assert "Extract railway" in seen["dialog"]
    assert seen["dialog layer"] == seen["layer"]


def test_of_a_web_service_s_layer_the_extent_on_the_map_is_set(seen: dict[str, Any]) -> None:
    numbers, crs = seen["server's extent"].rsplit(" ", 1)
    west, east, south, north = (float(number) for number in numbers.split(","))
    shown = [float(number) for number in re.split("[,:]", seen["map's extent"])]
    assert [west, south, east, north] == pytest.approx(shown, abs=1e-3)
    assert crs == "[EPSG:25832]"


def test_of_several_selected_pictures_each_is_a_row_of_a_batch_that_is_ready_to_run(seen: dict[str, Any]) -> None:
    assert sorted(seen["batch"]) == sorted(seen["pictures"])
    assert set(seen["batch's groups"]) == {"other picture", "picture"}


def test_where_qgis_has_another_dialog_for_batches_the_one_for_a_single_picture_opens(seen: dict[str, Any]) -> None:
    assert seen["instead of a batch"] in seen["pictures"]


def test_a_folder_has_an_entry_in_the_menu_of_its_own(seen: dict[str, Any]) -> None:
    assert "Extract railway from a folder" in seen["folder's dialog"]


def test_the_dialog_s_help_shows_what_goes_in_and_comes_out(seen: dict[str, Any]) -> None:
    assert len(seen["pictures in the help"]) == 1
    assert seen["pictures in the help"][0] > 200


def test_the_lines_come_onto_the_map_with_their_style(seen: dict[str, Any]) -> None:
    assert seen["Railway tracks"]["count"] > 0
    assert "to be reviewed" in seen["Railway tracks"]["renderer"]
    assert "switch" in seen["Railway nodes"]["renderer"]


def test_they_come_in_a_group_of_the_picture_s_name(seen: dict[str, Any]) -> None:
    assert seen["group"] == ["Railway nodes", "Railway tracks"]


def test_what_is_doubtful_is_reviewed_in_the_panel(seen: dict[str, Any]) -> None:
    before, after = (int(text.split()[0]) for text in seen["to review"])
    assert before > 0
    assert after == before - 1
    assert [text for text in seen["after the run"] if text.startswith(f"Review {before} item")]
    assert not [text for text in seen["offers beside the panel"] if text.startswith("Review")]
    assert "Review railway tracks" in seen["tracks' menu"]
    assert "Review railway tracks" in seen["plugin menu"]
    assert seen["edited"]["name"] in ("Railway tracks", "Railway nodes")
    assert seen["edited"]["saved"]


def test_unloaded_with_dialogs_open_the_plugin_leaves_nothing_behind(seen: dict[str, Any]) -> None:
    assert seen["running when unloaded"] == 1
    assert seen["left"] == []
    assert seen["loaded again"]
