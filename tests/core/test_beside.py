"""Work in a thread alongside other work."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from rasters import Kind

from railseg_core.beside import beside, loaded_beside
from railseg_core.errors import RailSegError
from railseg_core.inference.block_plan import plan_blocks
from railseg_core.inference.prediction import read_ahead
from railseg_core.raster import open_working_grid


def test_the_block_s_end_is_told_and_the_thread_s_end_is_waited_for() -> None:
    done = []

    def work(ended: Event) -> None:
        assert ended.wait(30)
        done.append(threading.current_thread())

    with pytest.raises(KeyError), beside(work):
        raise KeyError
    assert [thread.is_alive() for thread in done] == [False]


def test_a_module_is_loaded_or_fails_where_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "railseg_test_good.py").write_text("value = 1")
    (tmp_path / "railseg_test_bad.py").write_text("raise ValueError('broken')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("railseg_test_good", "railseg_test_bad"):
        with loaded_beside(name):
            pass
    assert sys.modules["railseg_test_good"].value == 1
    with pytest.raises(ValueError, match="broken"):
        __import__("railseg_test_bad")


def test_what_was_read_ahead_is_there_and_what_fails_then_fails_when_it_counts(tmp_path: Path) -> None:
    path = Kind().write(tmp_path / "picture.tif")
    with open_working_grid(path) as ahead, open_working_grid(path) as too_late, open_working_grid(path) as usual:
        blocks = plan_blocks(ahead.window, ahead.wants)
        window = blocks[0].tiles[0].window
        expected, _ = usual.read(window)
        ended = Event()
        read_ahead(ahead, blocks, ended)
        ended.set()
        read_ahead(too_late, blocks, ended)  # begins nothing

        os.truncate(path, 16)
        np.testing.assert_array_equal(ahead.read(window)[0], expected)
        read_ahead(too_late, blocks, Event())
        with pytest.raises(RailSegError, match="damaged or cut short"):
            too_late.read(window)
