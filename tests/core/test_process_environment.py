"""What is set for the process before the work begins."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from railseg_core.process_environment import loading


def test_garbage_is_collected_as_before_once_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cycle:
        def __init__(self) -> None:
            self.itself = self

    frozen = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        monkeypatch.setitem(sys.modules, "railseg_core.just_loaded", sys)
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen

    frozen = gc.get_freeze_count()
    for _ in range(3):  # requests, of which none loads anything more
        with loading():
            pass
        Cycle()
    assert gc.get_freeze_count() <= frozen
    assert gc.collect() > 0

    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_opencv_starts_no_threads_beside_those_that_call_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENCV_FOR_THREADS_NUM", raising=False)
    prepared = "from railseg_core.process_environment import prepare_process_environment as prepare; prepare()"
    program = f"{prepared}; import cv2; print(cv2.getNumThreads())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


FIRST_RUN = """
import gc, sys, weakref
from railseg_core.process_environment import loading
with loading():
    from railseg_core.inference import model_run
    from railseg_core import pipeline
    from railseg_core.requests import parse_request
grids = []
opened = model_run.open_working_grid
def remembered(*args, **options):
    grid = opened(*args, **options)
    grids.append(weakref.ref(grid))
    return grid
model_run.open_working_grid = remembered
pipeline.run(parse_request("extract", {"raster": sys.argv[1], "output": sys.argv[2], "device": "cpu"}))
gc.collect()
assert "torch" in sys.modules
assert [grid() for grid in grids] == [None], "still there"
"""


def test_nothing_of_the_run_that_loads_torch_stays(small_raster: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_RUN, str(small_raster), str(tmp_path / "out.gpkg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_scipy_is_whole_before_threads_import_parts_of_it() -> None:
    """Readers import a part of it while another thread does, which now and then finds it half made."""
    code = "import sys, railseg_core.raster; assert 'scipy' in sys.modules; assert 'scipy.ndimage' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
