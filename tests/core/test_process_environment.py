"""What the process is told before the work begins."""

from __future__ import annotations

import gc
import sys

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
