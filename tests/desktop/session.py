"""Starts the real QGIS desktop on a virtual screen, with the plugin, and lets a script drive it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "resources" / "sample" / "sample.tif"
SAMPLE_TRACKS = REPOSITORY / "resources" / "sample" / "sample_tracks.geojson"


def drive_qgis(
    script: Path, folder: Path, screenshots: Path, raster: Path, *, limit_s: float, screen: str = "1440x900"
) -> dict[str, Any]:
    """What a script for `desk` saw.

    Args:
        script: Runs in QGIS.
        folder: For the profile and the like.
        screenshots: Where the script's go.
        raster: What the script works on.
        limit_s: After which QGIS is ended.
        screen: Its size, pixels.
    """
    (folder / "plugins").mkdir()
    (folder / "plugins" / "railseg").symlink_to(REPOSITORY, target_is_directory=True)
    settings = folder / "profile" / "profiles" / "default" / "QGIS"
    settings.mkdir(parents=True)
    (settings / "QGIS3.ini").write_text("[PythonPlugins]\nrailseg=true\n")
    screenshots.mkdir(parents=True, exist_ok=True)
    report = folder / "seen.json"
    environment = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    environment |= {
        "LC_ALL": "C.UTF-8",  # the tests read the texts as they stand in the source, and so does a reader of the README
        "PYTHONPATH": str(Path(__file__).parent),
        "QGIS_PLUGINPATH": str(folder / "plugins"),
        "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
        "RAILSEG_PYTHON": os.environ.get("RAILSEG_PYTHON", str(REPOSITORY / ".venv" / "bin" / "python")),
        "RAILSEG_RASTER": str(raster),
        "RAILSEG_SCREENSHOTS": str(screenshots),
        "RAILSEG_SEEN": str(report),
    }
    qgis = ["qgis", "--nologo", "--noversioncheck", "--code", str(script)]
    done = subprocess.run(
        ["timeout", str(limit_s), "xvfb-run", "-a", "-s", f"-screen 0 {screen}x24", *qgis],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert report.exists(), f"QGIS ended with {done.returncode}:\n{done.stderr[-4000:]}\n{done.stdout[-20000:]}"
    seen: dict[str, Any] = json.loads(report.read_text())
    assert "error" not in seen, seen["error"]
    assert done.returncode == 0, done.stderr[-4000:]
    return seen
