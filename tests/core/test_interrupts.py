"""Interrupts at inconvenient moments."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOST_ONE = """
import os, signal, time
from railseg_core.interrupts import keep_interrupts

class Future:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

keep_interrupts()
try:
    Future()
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C is no signal that a process can send itself")
def test_an_interrupt_that_python_drops_in_a_destructor_comes_again() -> None:
    run = subprocess.run([sys.executable, "-c", LOST_ONE], capture_output=True, text=True, timeout=60, check=True)
    assert (run.stdout, run.stderr) == ("interrupted\n", "")
