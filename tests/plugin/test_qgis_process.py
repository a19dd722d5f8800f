"""The algorithms in QGIS's own command line, as a user types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("qgis_process") is None, reason="qgis_process isn't installed")


@pytest.fixture(scope="module")
def environment(plugin_path: Path, worker_python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh profile in which the plugin is enabled."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    system = Path(shutil.which("qgis_process") or "").parent
    environment = os.environ | {
        # QGIS's Python looks for its libraries beside the path's first python3. If that is pyenv's, QGIS crashes.
        "PATH": f"{system}{os.pathsep}{os.environ['PATH']}",
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(plugin_path),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path_factory.mktemp("profile")),
        "RAILSEG_PYTHON": str(worker_python),
        "XDG_RUNTIME_DIR": str(runtime),
    }
    enable = ["qgis_process", "plugins", "enable", "railseg"]
    enabled = subprocess.run(enable, env=environment, capture_output=True, text=True)
    assert enabled.returncode == 0, enabled.stderr
    return environment


def _qgis_process(environment: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["qgis_process", *arguments], env=environment, input=stdin, capture_output=True, text=True, timeout=100
    )


def test_it_lists_the_algorithms(environment: dict[str, str]) -> None:
    listed = _qgis_process(environment, "list").stdout
    for name in (
        "extractrailway",
        "extractrailwayfolder",
        "segmentrailway",
        "cleanrailwaymask",
        "vectorizerailwaymask",
        "evaluaterailway",
        "comparerailway",
        "exporttrainingchips",
    ):
        assert f"railseg:{name}" in listed


def test_it_runs_from_json_to_json(environment: dict[str, str], track_raster: Path, tmp_path: Path) -> None:
    inputs = {"INPUT": str(track_raster), "DEVICE": "cpu", "MIN_LENGTH": 5, "TRACKS": str(tmp_path / "tracks.gpkg")}
    done = _qgis_process(environment, "run", "railseg:extractrailway", "-", stdin=json.dumps({"inputs": inputs}))
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert results["TRACK_COUNT"] > 0
    assert Path(results["TRACKS"]).exists()


def test_without_the_environment_it_fails_and_says_how_to_get_it(
    environment: dict[str, str], track_raster: Path
) -> None:
    bare = {name: value for name, value in environment.items() if name != "RAILSEG_PYTHON"}
    done = _qgis_process(bare, "run", "railseg:extractrailway", "--", f"INPUT={track_raster}", "TRACKS=memory:")
    assert done.returncode == 1
    assert "RAILSEG_PYTHON" in done.stderr


def test_it_speaks_the_language_chosen_in_qgis(environment: dict[str, str]) -> None:
    settings = Path(environment["QGIS_CUSTOM_CONFIG_PATH"]) / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    before = settings.read_text("utf-8")
    settings.write_text(f"{before}\n[locale]\noverrideFlag=true\nuserLocale=de\n", "utf-8")
    told = _qgis_process(environment, "help", "railseg:extractrailway").stdout
    settings.write_text(before, "utf-8")
    assert "Gleise extrahieren" in told
    assert "Alle Längen sind Meter am Boden." in told
    assert "THRESHOLD" in told
