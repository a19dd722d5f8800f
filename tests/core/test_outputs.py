"""Files that appear whole or not at all, and what keeps them from being written."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from railseg_core import paths
from railseg_core.errors import RailSegError
from railseg_core.outputs import prepare_output, written_aside
from railseg_core.rasters.grid_raster import open_grid_raster


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "map.gpkg"
    with written_aside(target) as aside:
        aside.write_text("half")
        assert aside.suffix == ".gpkg"
        assert not target.exists()
        aside.write_text("whole")
    assert target.read_text() == "whole"
    assert names(tmp_path) == ["map.gpkg"]


def test_an_error_keeps_the_old_file_and_removes_the_new_one_with_its_sidecars(tmp_path: Path) -> None:
    target = tmp_path / "map.gpkg"
    target.write_text("old")

    def failing() -> None:
        with written_aside(target, overwrite=True) as aside:
            aside.write_text("new")
            aside.with_name(aside.name + "-journal").write_text("log")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["map.gpkg"]


def test_an_old_files_statistics_do_not_outlive_it(tmp_path: Path) -> None:
    target = tmp_path / "p.tif"
    target.write_text("old")
    (tmp_path / "p.tif.aux.xml").write_text("statistics of the old one")
    with written_aside(target, overwrite=True) as aside:
        aside.write_text("new")
    assert names(tmp_path) == ["p.tif"]
    assert target.read_text() == "new"


def test_an_output_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    existing = tmp_path / "here.tif"
    existing.write_text("")
    for path, complaint in (
        (tmp_path / "none" / "p.tif", "does not exist"),
        (existing, "already exists"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(RailSegError, match=complaint) as error:
            prepare_output(path, overwrite=False)
        assert error.value.hint
    assert prepare_output(existing, overwrite=True).parent == tmp_path
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(RailSegError, match="left"):
        prepare_output(tmp_path / "large.tif", overwrite=False, required_bytes=2 * free)
    assert names(tmp_path) == ["here.tif"]


def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    # The system's own folder of processes takes no files, not even from root.
    folder = Path("/proc/self")
    if not folder.is_dir():
        pytest.skip("needs Linux")
    with pytest.raises(RailSegError, match="cannot be written") as error:
        prepare_output(folder / "p.tif", overwrite=False)
    assert isinstance(error.value.__cause__, OSError)
    assert error.value.__cause__.errno in (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EROFS)


def test_names_that_the_system_refuses_are_errors_of_the_user(tmp_path: Path) -> None:
    long, odd = "x" * 300, os.fsdecode(b"a\xff.tif")
    for path, complaint in (
        (tmp_path / long, "cannot be written"),
        (tmp_path / long / "p.tif", "cannot be written"),
        (tmp_path / odd, "not valid UTF-8"),
    ):
        with pytest.raises(RailSegError, match=complaint) as error:
            prepare_output(path, overwrite=False)
        assert error.value.hint
        with pytest.raises(RailSegError, match=r"does not exist|not valid UTF-8") as error:
            open_grid_raster(path)
        assert error.value.hint


def test_a_name_that_leaves_no_room_for_sidecars_is_written_nevertheless(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 240)
    with written_aside(target) as aside:
        aside.write_text("whole")
    assert names(tmp_path) == [target.name]


def test_an_output_that_is_an_input_is_refused_by_whatever_name(tmp_path: Path) -> None:
    picture, link = tmp_path / "picture.tif", tmp_path / "link.tif"
    picture.write_text("")
    link.hardlink_to(picture)
    for path in (picture, link):
        with pytest.raises(RailSegError, match="is an input") as error:
            prepare_output(path, overwrite=True, inputs=["/vsicurl/x" * 30, tmp_path / "none", picture])
        assert error.value.hint
    prepare_output(tmp_path / "new.tif", overwrite=True, inputs=[picture])


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link, file = tmp_path / "newest.gpkg", tmp_path / "disk" / "11"
    link.symlink_to(file)
    for content in ("first", "second"):  # the first makes what the link leads to
        with written_aside(link, overwrite=True) as aside:
            aside.write_text(content)
            assert aside.parent == file.parent
            assert aside.suffix == ".gpkg"
        assert file.read_text() == content
    assert link.is_symlink()
    assert names(tmp_path) == ["disk", "newest.gpkg"]
    assert names(file.parent) == [file.name]
    prepare_output(link, overwrite=True, endings=[".gpkg"])
    with pytest.raises(RailSegError, match="already exists"):
        prepare_output(link, overwrite=False)


def test_an_output_has_one_of_the_endings_asked_for(tmp_path: Path) -> None:
    for name in ("map.GPKG", "map.old.gpkg"):
        prepare_output(tmp_path / name, overwrite=False, endings=[".tif", ".gpkg"])
    for name in ("map.shp", "map", "gpkg"):
        with pytest.raises(RailSegError, match=r"does not end in \.tif or \.gpkg") as error:
            prepare_output(tmp_path / name, overwrite=False, endings=[".tif", ".gpkg"])
        assert error.value.hint


def test_a_file_that_windows_would_not_let_go_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_self: Path, _to: Path) -> None:
        raise PermissionError(errno.EACCES, "The file is being used by another process")

    target = tmp_path / "p.tif"
    target.write_text("a layer in QGIS")
    monkeypatch.setattr(Path, "replace", held)
    prepare_output(tmp_path / "new.tif", overwrite=True)
    with pytest.raises(RailSegError, match="cannot be replaced: The file is being used") as error:
        prepare_output(target, overwrite=True)
    assert "Close it in QGIS" in error.value.hint


@pytest.mark.parametrize("refusals", [2, 9])
def test_on_windows_a_file_that_is_held_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold_files: Callable[[int], None], refusals: int
) -> None:
    aside, target = tmp_path / "aside", tmp_path / "target"
    aside.write_text("new")
    target.write_text("old")
    hold_files(refusals)
    with pytest.raises(PermissionError):
        paths.put_in_place(aside, target)  # elsewhere nothing holds files
    monkeypatch.setattr("sys.platform", "win32")
    if refusals > 4:
        with pytest.raises(PermissionError):
            paths.put_in_place(aside, target)
    else:
        paths.put_in_place(aside, target)
        assert target.read_text() == "new"


def test_the_temporary_file_lies_in_a_folder_of_its_own_if_it_can_be_moved_from_there(tmp_path: Path) -> None:
    folder, target = tmp_path / "aside", tmp_path / "p.tif"
    with written_aside(target, aside_folder=folder) as aside:  # there is no such folder
        assert aside.parent == tmp_path
        aside.write_text("first")
    folder.mkdir()
    with written_aside(target, overwrite=True, aside_folder=folder) as aside:
        assert aside.parent == folder
        assert names(tmp_path) == ["aside", "p.tif"]
        aside.write_text("second")
    assert target.read_text() == "second"
    assert names(folder) == []
