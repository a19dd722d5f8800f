"""Runs a program to its end, with a log and cancellation."""

from __future__ import annotations

import subprocess  # nosec B404
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from .install_problem import problem_of, problem_with
from .line_process import LineProcess
from .translation import tr
from .worker_variables import worker_variables

_POLL_S = 0.1


class JobFeedback(Protocol):
    """Where a job reports its progress and asks whether to go on."""

    def isCanceled(self) -> bool:
        """Whether the user has asked to stop."""

    def setProgress(self, progress: float) -> None:
        """Shows the progress, in percent."""

    def pushInfo(self, info: str) -> None:
        """Adds a line to the log."""


class JobCancelledError(Exception):
    """The user has cancelled."""


def run_program(
    command: Sequence[str],
    feedback: JobFeedback,
    *,
    show: Callable[[str], bool] = lambda _line: True,
    variables: Mapping[str, str] | None = None,
) -> list[str]:
    """Runs a program to its end and returns the lines of its output, standard error among them.

    Args:
        command: Program and arguments.
        feedback: Receives the lines, and is asked ten times a second whether to stop.
        show: Called with each line as it comes; returns whether it belongs in the log and the result.
        variables: All of its environment variables; None for the worker's.

    Raises:
        EnvironmentProblemError: It can't be started, or fails.
        JobCancelledError: The user has cancelled; the program has been ended.
    """
    try:
        process = LineProcess(command, worker_variables() if variables is None else variables, subprocess.STDOUT)
    except OSError as error:
        message = tr("{program} can't be started: {error}.").format(program=command[0], error=error)
        raise problem_with(message, error) from error
    lines: list[str] = []
    try:
        while True:
            if feedback.isCanceled():
                raise JobCancelledError
            line = process.read_line(_POLL_S)
            if line is not None and show(line):
                lines.append(line)
                feedback.pushInfo(line)
    except EOFError:
        code = process.wait()
    finally:
        process.stop()
    if code != 0:
        raise problem_of(Path(command[0]).name, code, lines)
    return lines
