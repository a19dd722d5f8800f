"""Loading, unloading and packaging the plugin."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import railseg
from qgis.core import QgsApplication
from support import REPOSITORY, worker_pids

IDS = {
    "railseg:extractrailway",
    "railseg:extractrailwayfolder",
    "railseg:segmentrailway",
    "railseg:cleanrailwaymask",
    "railseg:vectorizerailwaymask",
    "railseg:evaluaterailway",
    "railseg:comparerailway",
    "railseg:exporttrainingchips",
}


def _metadata() -> configparser.SectionProxy:
    parser = configparser.ConfigParser()
    parser.read_string((REPOSITORY / "metadata.txt").read_text("utf-8"))
    return parser["general"]


def _registered() -> set[str]:
    algorithms = QgsApplication.processingRegistry().algorithms()
    return {algorithm.id() for algorithm in algorithms if algorithm.id().startswith("railseg:")}


def test_it_loads_unloads_and_loads_again_leaving_nothing(qgis_iface: Any) -> None:
    for _ in range(2):
        plugin = railseg.classFactory(qgis_iface)
        plugin.initGui()
        assert _registered() == IDS
        actions = [call.args[0] for call in qgis_iface.addCustomActionForLayerType.call_args_list]
        assert [action.text() for action in actions] == ["Extract railway…", "Review railway tracks"]
        factory = qgis_iface.registerOptionsWidgetFactory.call_args.args[0]
        assert factory.title() == "RailSeg"
        plugin.unload()
        assert not _registered()
        for action in actions:
            qgis_iface.removeCustomActionForLayerType.assert_any_call(action)
        qgis_iface.unregisterOptionsWidgetFactory.assert_called_with(factory)
        qgis_iface.addCustomActionForLayerType.reset_mock()
    assert not worker_pids()


def test_without_a_desktop_it_has_its_algorithms(qgis_app: Any) -> None:
    plugin = railseg.classFactory(None)
    plugin.initProcessing()
    assert _registered() == IDS
    plugin.unload()
    assert not _registered()


def test_without_the_environment_it_loads_and_lists_its_algorithms(
    qgis_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAILSEG_PYTHON")
    plugin = railseg.classFactory(None)
    plugin.initProcessing()
    algorithm = QgsApplication.processingRegistry().algorithmById("railseg:extractrailway")
    can_execute, message = algorithm.canExecute()
    assert not can_execute
    assert "Settings > Options > RailSeg" in message
    plugin.unload()


def test_the_plugin_never_imports_the_core_nor_what_only_the_worker_has() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (REPOSITORY / "plugin").rglob("*.py"))
    for module in ("railseg_core", "torch", "numpy", "rasterio", "osgeo", "PyQt5", "PyQt6"):
        assert f"import {module}" not in sources
        assert f"from {module}" not in sources


def test_the_metadata_has_what_the_plugin_site_asks_for() -> None:
    metadata = _metadata()
    for key in (
        *("name", "description", "version", "author", "email", "about", "tracker", "repository", "homepage"),
        *("tags", "license", "changelog", "experimental", "deprecated"),
    ):
        assert metadata[key].strip()
    assert metadata["qgisMinimumVersion"] == "3.40"
    assert metadata["qgisMaximumVersion"] == "4.99"
    assert metadata.getboolean("hasProcessingProvider")
    assert metadata.getboolean("supportsQt6")  # QGIS 3.44 on Qt 6 asks; QGIS 4 doesn't
    assert metadata["category"] == "Raster"
    assert (REPOSITORY / metadata["icon"]).is_file()
    assert "External dependencies" in metadata["about"]


def test_all_that_tells_the_version_and_what_is_new_in_it_tells_the_same() -> None:
    metadata = _metadata()
    version = metadata["version"]
    for file, words in (
        ("pyproject.toml", f'version = "{version}"'),
        ("railseg_core/__init__.py", f'__version__ = "{version}"'),
    ):
        assert words in (REPOSITORY / file).read_text("utf-8").splitlines()
    changes = re.split(r"^## ", (REPOSITORY / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)
    latest, news = changes[1], metadata["changelog"]
    assert latest.startswith(f"[{version}] - ")
    assert news.startswith(f"{version}\n")
    assert re.findall("^- .+", latest, re.MULTILINE) == re.findall("^- .+", news, re.MULTILINE)


def test_the_package_has_what_the_plugin_needs_and_nothing_else(tmp_path: Path) -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("This isn't a checkout: there is no package to make.")
    git = _git_beside(tmp_path)
    tree = git("write-tree").strip()
    archive = tmp_path / "railseg.zip"
    git("archive", "--format=zip", "--prefix=railseg/", "--worktree-attributes", f"--output={archive}", tree)
    names = zipfile.ZipFile(archive).namelist()
    tops = {name.split("/")[1] for name in names}
    assert tops - {""} == {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "__init__.py",
        "metadata.txt",
        "plugin",
        "railseg_core",
        "resources",
    }
    for needed in (
        "resources/requirements.txt",
        "resources/icons/railseg.svg",
        "resources/styles/rail_track.qml",
        "plugin/i18n/railseg_de.qm",
    ):
        assert f"railseg/{needed}" in names
    assert not [name for name in names if "/." in name or name.endswith((".pyc", ".sh", ".ts"))]
    assert not [name for name in names if "sample" in name or "/docs/" in name]
    assert archive.stat().st_size < 15e6


def test_the_readme_shows_every_picture_of_the_desktop_and_each_is_small() -> None:
    if not (REPOSITORY / "Makefile").exists():
        pytest.skip("This isn't a checkout: the package has no pictures.")
    pictures = sorted((REPOSITORY / "resources" / "docs").glob("*.png"))
    shown = re.findall(r"\(resources/docs/(\w+\.png)\)", (REPOSITORY / "README.md").read_text("utf-8"))
    assert sorted(shown) == [path.name for path in pictures]
    assert all(path.stat().st_size <= 120_000 for path in pictures)


def _git_beside(folder: Path) -> Any:
    """Git on the working tree as it is, with an index and objects of its own, so that the repository stays as it is."""
    objects = folder / "objects"
    objects.mkdir()
    location = subprocess.run(
        ["git", "rev-parse", "--git-path", "objects"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.strip()
    environment = os.environ | {
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((REPOSITORY / location).resolve()),
    }

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
        ).stdout

    git("add", "--all")
    return git
