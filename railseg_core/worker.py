"""The worker: requests as JSON lines on standard input, events as JSON lines on standard output.

Started by the QGIS plugin as a script in an environment of its own, `python -I -u worker.py`. Nothing beyond the
standard library is imported before the process has been made safe: standard output belongs to the protocol, so
file descriptor 1 is redirected to standard error; the variables with which QGIS points at its own PROJ and GDAL
are dropped; and when standard input ends because the parent is gone, the process removes what it was writing and ends
too.

Events: at the start `ready` with `version` and `protocol`; for each request any number of `plan`, `progress` and `log`,
then `result` or `error`. See `Connection` and `serve` for their fields.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from railseg_core.reporting import Timeline, WorkPlan

PROTOCOL_VERSION = 1
"""Incremented when an older parent would misunderstand; not for a new event or field, which parents ignore."""
_CLEAN_UP_S = 3.0
_PROGRESS_INTERVAL_S = 0.1
_REPORT_IT = "This is a bug in RailSeg: please report it with the log."


class Connection:
    """The parent's end of the pipe, as events; a `Reporter` for the request being served."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._request_id: Any = None
        self._timeline: Timeline | None = None
        self._last_progress = ("", 0.0)

    def send(self, event: str, **values: Any) -> None:
        """Writes one event."""
        self._stream.write(json.dumps({"event": event, **values}) + "\n")
        self._stream.flush()

    def start(self, request_id: Any, timeline: Timeline) -> None:
        """Makes progress and messages belong to this request from now on."""
        self._request_id = request_id
        self._timeline = timeline
        self._last_progress = ("", 0.0)

    def plan(self, plan: WorkPlan) -> None:
        """Sends `plan` with the plan's fields."""
        self.send("plan", id=self._request_id, **asdict(plan))

    def progress(self, stage: str, done: int, total: int) -> None:
        """Sends `progress` with the whole run's fraction (0 to 1) and remaining seconds, ten times a second at most."""
        if self._timeline is None:
            return
        fraction = self._timeline.fraction(stage, done, total)
        now = time.monotonic()
        last_stage, last_time = self._last_progress
        if stage == last_stage and done < total and now - last_time < _PROGRESS_INTERVAL_S:
            return
        self._last_progress = (stage, now)
        remaining_s = self._timeline.remaining_s()
        self.send(
            "progress",
            id=self._request_id,
            stage=stage,
            done=done,
            total=total,
            fraction=round(fraction, 4),
            remaining_s=None if remaining_s is None else round(remaining_s, 1),
        )

    def log(self, level: str, message: str) -> None:
        """Sends `log`."""
        self.send("log", id=self._request_id, level=level, message=message)


def take_standard_output() -> TextIO:
    """A private copy of standard output; whatever else is printed from now on goes to standard error."""
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return protocol


def take_standard_input() -> TextIO:
    """A private copy of standard input; file descriptor 0 is empty from now on.

    On Windows, a library that looks at descriptor 0 while it is loaded (such as the Fortran runtime that comes with
    numpy) would wait for as long as a thread reads from it.
    """
    private = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return private


def end_process(*_: object) -> None:
    """Handler of SIGTERM: ends the main thread's work the way an error does, so that nothing half-written is left."""
    raise SystemExit(0)


def read_requests(stream: TextIO) -> queue.Queue[str | None]:
    """The lines of standard input, then None; when it ends, so does the process, even in the middle of a run."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        # The parent is gone. The main thread has time to clean up, unless it is deep in a native call.
        lines.put(None)  # on Windows no signal ends its wait for a line
        signal.raise_signal(signal.SIGTERM)
        time.sleep(_CLEAN_UP_S)
        os._exit(0)

    threading.Thread(target=read, name="lifeline", daemon=True).start()
    return lines


def _parsed(line: str) -> Any:
    from railseg_core.errors import RailSegError

    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:  # a number may be too long, a list too deep
        raise RailSegError(f"A request isn't JSON: {error}.", "Install the plugin again.") from error


def serve(connection: Connection, line: str) -> None:
    """Handles one request: `{"id": …, "method": …, "params": {…}}` to a `result` or an `error`."""
    from railseg_core.errors import RailSegError

    request_id = None
    try:
        message = _parsed(line)
        request_id = message.get("id") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(message.get("params", {}), dict):
            raise RailSegError(
                "A request must be a JSON object with id, method and params.", "Install the plugin again."
            )
        method = message.get("method")
        # Imported step by step: `info` and invalid requests need not wait for what does the work.
        if method == "info":
            from railseg_core.info import info

            result = info()
        else:
            from railseg_core.requests import parse_request

            request = parse_request(str(method), message.get("params", {}))
            from railseg_core.process_environment import loading

            with loading():
                from railseg_core.pipeline import run, timeline

            connection.start(request_id, timeline(request))
            result = run(request, connection)
        connection.send("result", id=request_id, result=result)
    except Exception as error:  # the next request may still be served
        kind, message, hint = _explained(error)
        if hint == _REPORT_IT:
            connection.send("log", id=request_id, level="debug", message=traceback.format_exc())
        connection.send("error", id=request_id, message=message, hint=hint, kind=kind)


def _explained(error: Exception) -> tuple[str, str, str]:
    """What an `error` event tells: the error's kind, what is wrong, and what to do about it."""
    from railseg_core.errors import RailSegError

    if isinstance(error, RailSegError):
        return "RailSegError", error.message, error.hint
    if isinstance(error, MemoryError):
        return "MemoryError", "There is not enough memory.", "Close other programs, or choose a smaller extent."
    if isinstance(error, OSError):
        hint = "Check that the disk has space left and is still there, and that you may write to it."
        return "OSError", f"{error.strerror or error}: {error.filename or 'a file of the run'}.", hint
    return type(error).__name__, f"{type(error).__name__}: {error}", _REPORT_IT


def main() -> None:
    """Serves requests until standard input ends."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from railseg_core.freed_memory import return_freed_memory
    from railseg_core.process_environment import prepare_process_environment

    prepare_process_environment()
    faulthandler.enable()  # the parent's log then says where native code crashed
    signal.signal(signal.SIGTERM, end_process)
    connection = Connection(take_standard_output())
    if "--self-test" in sys.argv[1:]:
        # What the work needs besides the network: a library that can't be loaded should show now, not in the first run.
        import railseg_core.centerline.vectorize
        import railseg_core.pipeline  # noqa: F401
        from railseg_core.info import info, working_devices

        connection.send("result", id=None, result=info() | working_devices())
        return
    lines = read_requests(take_standard_input())
    from railseg_core import __version__

    connection.send("ready", version=__version__, protocol=PROTOCOL_VERSION)
    try:
        while (line := lines.get()) is not None:
            serve(connection, line)
            return_freed_memory()
    except SystemExit:
        pass
    # Everything is cleaned up. The interpreter's shutdown is skipped: it can crash while torch's threads still run.
    os._exit(0)


if __name__ == "__main__":
    main()
