"""The plugin's end of the pipe to the worker: requests out, progress, messages and results in."""

from __future__ import annotations

import atexit
import json
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from qgis.core import QgsProcessingException

from .effort import duration_text, plan_text
from .install_problem import ENDED_BY_SYSTEM, cause_of, way_out
from .line_process import LineProcess
from .locations import WORKER_SCRIPT
from .translation import tr
from .worker_variables import worker_variables

_PROTOCOL_VERSION = 1  # see the worker's PROTOCOL_VERSION
_POLL_S = 0.1
_IDLE_S = 60.0
_TEXT_INTERVAL_S = 30.0  # QGIS logs each of them
_COUNTED_STAGE = "segment"
_TAIL_BYTES = 4000


class Feedback(Protocol):
    """The part of QgsProcessingFeedback that the client needs."""

    def isCanceled(self) -> bool:
        """Whether the user has asked to stop."""

    def setProgress(self, progress: float) -> None:
        """Shows the progress, in percent."""

    def setProgressText(self, text: str) -> None:
        """Shows what is being done."""

    def pushInfo(self, info: str) -> None:
        """Logs a fact."""

    def pushWarning(self, warning: str) -> None:
        """Logs a warning."""

    def pushDebugInfo(self, info: str) -> None:
        """Logs a detail."""


class WorkerCancelledError(Exception):
    """The user has cancelled the run; the worker has ended."""


class WorkerClient:
    """Runs requests in worker processes and keeps one warm for the next request.

    Threads may share it: a request that comes while another is running gets a worker of its own.

    Args:
        python: Returns the Python that runs the worker.
        script: The worker's script.
        idle_s: Seconds after which an idle worker is ended.
    """

    def __init__(self, python: Callable[[], Path], script: Path = WORKER_SCRIPT, idle_s: float = _IDLE_S) -> None:
        self._python = python
        self._script = script
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._warm: _Worker | None = None
        self._busy: set[_Worker] = set()
        self._timer: threading.Timer | None = None
        atexit.register(self.stop)

    def run(self, method: str, params: dict[str, Any], feedback: Feedback) -> dict[str, Any]:
        """Runs one request to its end.

        Args:
            method: One of the worker's methods, such as `extract`.
            params: The method's parameters.
            feedback: Receives progress and messages, and is asked ten times a second whether to stop.

        Returns:
            The worker's result.

        Raises:
            WorkerCancelledError: The user has cancelled, or the client was stopped.
            QgsProcessingException: The worker reports an error, can't be started or dies.
        """
        worker = self._take()
        try:
            return worker.serve(method, params, feedback)
        finally:
            self._give_back(worker)

    def stop(self) -> None:
        """Ends every worker, including busy ones; the next request starts a new one."""
        with self._lock:
            workers = [*self._busy, *([self._warm] if self._warm else [])]
            self._warm = None
            if self._timer is not None:
                self._timer.cancel()
        for worker in workers:
            worker.stop()

    def close(self) -> None:
        """Ends every worker for good."""
        self.stop()
        atexit.unregister(self.stop)

    def _take(self) -> _Worker:
        python = self._python()
        with self._lock:
            worker, self._warm = self._warm, None
            if self._timer is not None:
                self._timer.cancel()
        if worker is not None and not (worker.can_serve and worker.python == python):
            worker.stop()
            worker = None
        with self._lock:  # so that a concurrent stop finds the worker as soon as its process exists
            worker = worker or _Worker(python, self._script)
            self._busy.add(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
            if self._warm is None and worker.can_serve:
                self._warm = worker
                self._timer = threading.Timer(self._idle_s, self._stop_if_still_idle, (worker,))
                self._timer.daemon = True
                self._timer.start()
                return
        worker.stop()

    def _stop_if_still_idle(self, worker: _Worker) -> None:
        with self._lock:
            if self._warm is not worker:
                return
            self._warm = None
        worker.stop()


class _Worker:
    """One worker process, serving one request at a time."""

    def __init__(self, python: Path, script: Path) -> None:
        self.python = python
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it is kept as long as the process
        self._last_id = 0
        self._is_serving = False
        self._is_stopped = False
        try:
            self._process = LineProcess([str(python), "-I", "-u", str(script)], worker_variables(), self._errors)
        except OSError as error:
            raise QgsProcessingException(
                tr("RailSeg's Python can't be started ({error}). Check it under Settings > Options > RailSeg.").format(
                    error=error
                )
            ) from error

    @property
    def can_serve(self) -> bool:
        """Whether the process is running and has answered every request."""
        return self._process.is_running and not self._is_serving

    def stop(self) -> None:
        """Ends the process; a request that it is serving counts as cancelled."""
        self._is_stopped = True
        self._process.stop()
        self._errors.close()

    def serve(self, method: str, params: dict[str, Any], feedback: Feedback) -> dict[str, Any]:
        """Runs one request; see `WorkerClient.run`."""
        self._last_id += 1
        self._is_serving = True
        self._process.write_line(json.dumps({"id": self._last_id, "method": method, "params": params}))
        progress = _ProgressRelay(feedback)
        while True:
            if feedback.isCanceled():
                self._process.stop()
                raise WorkerCancelledError
            try:
                line = self._process.read_line(_POLL_S)
            except EOFError:
                if self._is_stopped:
                    raise WorkerCancelledError from None
                raise QgsProcessingException(self._why_it_died()) from None
            event = None if line is None else _parse(line, feedback)
            if event is None or event.get("id", self._last_id) not in (self._last_id, None):
                continue
            kind = event["event"]
            if kind == "plan":
                _relay_plan(event, feedback)
            elif kind == "progress":
                progress.relay(event)
            elif kind == "log":
                _relay_log(event, feedback)
            elif kind == "result":
                self._is_serving = False
                result: dict[str, Any] = event.get("result", {})
                return result
            elif kind == "error":
                self._is_serving = False
                raise QgsProcessingException(_error_text(event))
            elif kind == "ready" and event.get("protocol") != _PROTOCOL_VERSION:
                raise QgsProcessingException(
                    tr("RailSeg's files are from different versions. Install the plugin again and restart QGIS.")
                )

    def _why_it_died(self) -> str:
        code = self._process.wait()
        if code in ENDED_BY_SYSTEM:
            return tr(
                "RailSeg's worker was stopped by the system, probably for lack of memory. Close other programs or "
                "choose a smaller extent, then run it again. Outputs of earlier runs are untouched."
            )
        self._errors.seek(0, 2)
        self._errors.seek(max(0, self._errors.tell() - _TAIL_BYTES))
        tail = self._errors.read().decode("utf-8", "replace").strip()
        ways = _ways_to_libraries(tail.rpartition("\n")[2])
        if ways:
            return "\n".join([*ways, tail])
        message = tr(
            "RailSeg's worker ended unexpectedly (exit code {code}). Check the environment under Settings > Options > "
            "RailSeg; if it is in order, report this with the lines below."
        ).format(code=code)
        return f"{message}\n{tail}".rstrip()


class _ProgressRelay:
    """Passes progress on: the percentage always, the text when the stage changes and at intervals."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback
        self._stage = ""
        self._told_remaining_at = 0.0

    def relay(self, event: dict[str, Any]) -> None:
        """Passes one `progress` event on."""
        self._feedback.setProgress(100.0 * float(event.get("fraction") or 0.0))
        stage = str(event.get("stage", ""))
        remaining_s = event.get("remaining_s")
        now = time.monotonic()
        is_due = remaining_s is not None and now - self._told_remaining_at >= _TEXT_INTERVAL_S
        if stage == self._stage and not is_due:
            return
        self._stage = stage
        text = _stage_text(stage)
        if stage == _COUNTED_STAGE:
            text = tr("{stage}: {done} of {total} tiles").format(
                stage=text, done=event.get("done", 0), total=event.get("total", 0)
            )
        if remaining_s is not None:
            self._told_remaining_at = now
            text = tr("{stage}, about {duration} left").format(stage=text, duration=duration_text(remaining_s))
        self._feedback.setProgressText(text)


def _parse(line: str, feedback: Feedback) -> dict[str, Any] | None:
    """The event in a line; None if the line isn't one."""
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if isinstance(event, dict) and "event" in event:
        return event
    feedback.pushDebugInfo(line)
    return None


def _error_text(event: dict[str, Any]) -> str:
    """The message of an `error` event, and what to do about it."""
    message = str(event.get("message", ""))
    return " ".join(filter(None, [message, *(_ways_to_libraries(message) or [event.get("hint", "")])]))


def _ways_to_libraries(text: str) -> list[str]:
    """What to do if Python can't load a library, as then the environment needs repair; else nothing."""
    is_missing = "ModuleNotFoundError:" in text or "ImportError:" in text
    return way_out(cause_of([text])) if is_missing else []


def _relay_plan(event: dict[str, Any], feedback: Feedback) -> None:
    feedback.pushInfo(
        tr("{gsd:.3g} m pixels, {area:.1f} ha to process in {tiles} tiles with {model} on {device}").format(
            gsd=event.get("source_gsd_m", 0.0),
            area=event.get("area_m2", 0.0) / 1e4,
            tiles=event.get("tiles", 0),
            model=event.get("model", "?"),
            device=event.get("device", "?"),
        )
    )
    seconds = event.get("seconds")
    if seconds is not None:  # a few tiles take hardly any time
        feedback.pushInfo(plan_text(seconds, event.get("disk_bytes", 0)))


def _relay_log(event: dict[str, Any], feedback: Feedback) -> None:
    message = str(event.get("message", ""))
    level = event.get("level")
    if level == "warning":
        feedback.pushWarning(message)
    elif level == "info":
        feedback.pushInfo(message)
    else:
        feedback.pushDebugInfo(message)


def _stage_text(stage: str) -> str:
    return {
        "segment": tr("Looking for tracks"),
        "mask": tr("Cleaning the mask"),
        "skeleton": tr("Thinning the tracks"),
        "lines": tr("Drawing the lines"),
        "compare": tr("Comparing the lines"),
        "chips": tr("Cutting chips"),
    }.get(stage, stage)
