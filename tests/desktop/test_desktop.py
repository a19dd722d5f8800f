"""The real QGIS desktop on a virtual screen: the right-click menu, the dialog, the lines on the map.

The pictures in build/desktop are there to be looked at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = REPOSITORY / "build" / "desktop"
SAMPLE = REPOSITORY / "resources" / "sample" / "sample.tif"
SAMPLE_TRACKS = REPOSITORY / "resources" / "sample" / "sample_tracks.geojson"
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
    (folder / "plugins").mkdir()
    (folder / "plugins" / "railseg").symlink_to(REPOSITORY, target_is_directory=True)
    settings = folder / "profile" / "profiles" / "default" / "QGIS"
    settings.mkdir(parents=True)
    (settings / "QGIS3.ini").write_text("[PythonPlugins]\nrailseg=true\n")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    report = folder / "seen.json"
    environment = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    environment |= {
        "LC_ALL": "C.UTF-8",  # the tests read the texts as they stand in the source
        "QGIS_PLUGINPATH": str(folder / "plugins"),
        "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
        "RAILSEG_PYTHON": os.environ.get("RAILSEG_PYTHON", str(REPOSITORY / ".venv" / "bin" / "python")),
        "RAILSEG_RASTER": str(_picture(folder)),
        "RAILSEG_SCREENSHOTS": str(SCREENSHOTS),
        "RAILSEG_SEEN": str(report),
    }
    drive = Path(__file__).with_name("drive.py")
    qgis = ["qgis", "--nologo", "--noversioncheck", "--code", str(drive)]
    done = subprocess.run(
        ["timeout", str(_LIMIT_S), "xvfb-run", "-a", "-s", "-screen 0 1440x900x24", *qgis],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert report.exists(), f"QGIS ended with {done.returncode}:\n{done.stderr[-4000:]}"
    seen: dict[str, Any] = json.loads(report.read_text())
    assert "error" not in seen, seen["error"]
    assert done.returncode == 0, done.stderr[-4000:]
    return seen


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


def test_without_the_environment_the_way_to_it_is_one_click(seen: dict[str, Any]) -> None:
    assert "environment isn't ready" in seen["message bar"]
    assert "Open the options" in seen["message buttons"]
    assert {"Create environment", "Cancel", "Check", "Copy report"} <= set(seen["options buttons"])
    assert {"Build it from a folder of wheels, without a network"} < set(seen["options choices"])


def test_the_dialog_opens_with_the_layer_set(seen: dict[str, Any]) -> None:
    assert "Extract railway" in seen["dialog"]
    assert seen["dialog layer"] == seen["layer"]


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
    assert "Review railway tracks" in seen["tracks' menu"]
    assert "Review railway tracks" in seen["plugin menu"]
    assert seen["edited"]["name"] in ("Railway tracks", "Railway nodes")
    assert seen["edited"]["saved"]


def test_unloaded_the_plugin_leaves_nothing_behind(seen: dict[str, Any]) -> None:
    assert seen["left"] == []
    assert seen["loaded again"]
