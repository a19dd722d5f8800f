"""The plugin's end of the pipe, against the real worker and against scripts that misbehave in ways it never should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException
from railseg.plugin.line_process import LineProcess
from railseg.plugin.worker_client import WorkerCancelledError, WorkerClient
from railseg.plugin.worker_variables import worker_variables
from support import SAMPLE, Feedback, wait_until, worker_pids

pytestmark = pytest.mark.usefixtures("qgis_app")


@pytest.fixture
def client(worker_python: Path) -> Iterator[WorkerClient]:
    client = WorkerClient(lambda: worker_python, idle_s=60.0)
    yield client
    client.close()


@pytest.fixture
def client_of(tmp_path: Path) -> Iterator[Callable[..., WorkerClient]]:
    """Clients of a worker that is a few lines of Python, which has `request` and `say`."""
    clients = []

    def make(body: str, idle_s: float = 60.0) -> WorkerClient:
        script = tmp_path / "worker.py"
        script.write_text(
            "import json, os, signal, sys, time\n"
            "def say(event, **values): print(json.dumps({'event': event, **values}), flush=True)\n"
            "say('ready', version='0', protocol=1)\n"
            "for line in sys.stdin:\n"
            "    request = json.loads(line)\n" + textwrap.indent(textwrap.dedent(body), "    ")
        )
        clients.append(WorkerClient(lambda: Path(sys.executable), script, idle_s))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_the_worker_tells_about_itself(client: WorkerClient, feedback: Feedback) -> None:
    info = client.run("info", {}, feedback)
    assert info["version"] == "0.1.0"
    assert "torch" in info["packages"]


def test_one_worker_serves_run_after_run_and_ends_with_the_client(client: WorkerClient, feedback: Feedback) -> None:
    client.run("info", {}, feedback)
    first = worker_pids()
    client.run("info", {}, feedback)
    assert worker_pids() == first
    assert len(first) == 1
    client.close()
    assert not worker_pids()


def test_an_error_shows_message_and_hint_and_leaves_the_worker_of_use(
    client: WorkerClient, feedback: Feedback, tmp_path: Path
) -> None:
    request = {"raster": str(tmp_path / "none.tif"), "output": str(tmp_path / "out.gpkg")}
    with pytest.raises(QgsProcessingException, match=r"none\.tif.*\. .*\."):
        client.run("extract", request, feedback)
    pids = worker_pids()
    assert client.run("info", {}, feedback)["version"] == "0.1.0"
    assert worker_pids() == pids


def test_a_second_run_at_the_same_time_gets_a_worker_of_its_own(client_of: Callable[..., WorkerClient]) -> None:
    client = client_of(
        "time.sleep(request['params']['s']); say('result', id=request['id'], result={'pid': os.getpid()})"
    )
    slow: list[int] = []
    thread = threading.Thread(target=lambda: slow.append(client.run("x", {"s": 1.0}, Feedback())["pid"]))
    thread.start()
    wait_until(lambda: len(worker_pids()) == 1)
    started = time.monotonic()
    fast = client.run("x", {"s": 0.0}, Feedback())["pid"]
    assert time.monotonic() - started < 0.9
    thread.join()
    assert slow[0] != fast
    assert len(worker_pids()) == 1


def test_an_idle_worker_is_ended(client_of: Callable[..., WorkerClient], feedback: Feedback) -> None:
    client = client_of("say('result', id=request['id'], result={'pid': os.getpid()})", idle_s=0.3)
    first = client.run("x", {}, feedback)["pid"]
    wait_until(lambda: not worker_pids(), timeout_s=3)
    assert client.run("x", {}, feedback)["pid"] != first


def test_cancel_ends_a_silent_worker_within_a_second(client_of: Callable[..., WorkerClient]) -> None:
    client = client_of("time.sleep(100)")
    feedback = Feedback()
    threading.Timer(0.5, feedback.cancel).start()
    started = time.monotonic()
    with pytest.raises(WorkerCancelledError):
        client.run("x", {}, feedback)
    assert time.monotonic() - started < 1.5
    assert not worker_pids()


def test_cancel_ends_a_worker_that_never_stops_talking(client_of: Callable[..., WorkerClient]) -> None:
    client = client_of("while True: say('progress', id=request['id'], stage='segment', fraction=0.5, remaining_s=9)")
    feedback = Feedback(cancel_when=lambda feedback: len(feedback.texts) == 1)
    with pytest.raises(WorkerCancelledError):
        client.run("x", {}, feedback)
    assert time.monotonic() - feedback.cancelled_at < 1.0
    assert not worker_pids()


def test_cancel_ends_the_worker_s_own_children(client_of: Callable[..., WorkerClient], tmp_path: Path) -> None:
    client = client_of(
        """
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
        say('log', id=request['id'], level='info', message=str(child.pid))
        time.sleep(100)
        """
    )
    feedback = Feedback(cancel_when=lambda feedback: bool(feedback.infos))
    with pytest.raises(WorkerCancelledError):
        client.run("x", {}, feedback)
    child = Path("/proc", feedback.infos[0], "stat")
    wait_until(lambda: not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z", timeout_s=2)


def test_a_large_request_to_a_worker_that_does_not_read_can_be_cancelled(
    client_of: Callable[..., WorkerClient],
) -> None:
    client = client_of("time.sleep(100)")
    feedback = Feedback()
    threading.Timer(0.5, feedback.cancel).start()
    with pytest.raises(WorkerCancelledError):
        client.run("x", {"area": "x" * 5_000_000}, feedback)


def test_stopping_the_client_ends_a_run_in_another_thread(client_of: Callable[..., WorkerClient]) -> None:
    client = client_of("time.sleep(100)")
    outcome: list[type[BaseException]] = []

    def run() -> None:
        try:
            client.run("x", {}, Feedback())
        except BaseException as error:
            outcome.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: len(worker_pids()) == 1)
    client.stop()
    thread.join(5)
    assert outcome == [WorkerCancelledError]


def test_where_no_signal_lets_it_clean_up_a_process_is_asked_by_the_end_of_its_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = f"import sys; sys.stdin.read(); open({str(tmp_path / 'cleaned_up')!r}, 'w')"
    process = LineProcess([sys.executable, "-c", program], os.environ, subprocess.DEVNULL)
    monkeypatch.setattr("sys.platform", "win32")
    process.stop()
    assert (tmp_path / "cleaned_up").exists()


def test_a_crash_shows_the_exit_code_and_the_end_of_standard_error(
    client_of: Callable[..., WorkerClient], feedback: Feedback
) -> None:
    client = client_of("print('x' * 9000 + 'the last words', file=sys.stderr); sys.exit(7)")
    with pytest.raises(QgsProcessingException, match=r"(?s)exit code 7.*the last words") as caught:
        client.run("x", {}, feedback)
    assert len(str(caught.value)) < 5000


def test_a_kill_is_told_as_want_of_memory_and_the_next_run_starts_anew(
    client_of: Callable[..., WorkerClient], feedback: Feedback
) -> None:
    client = client_of(
        """
        if request['method'] == 'die':
            os.kill(os.getpid(), signal.SIGKILL)
        say('result', id=request['id'], result={})
        """
    )
    with pytest.raises(QgsProcessingException, match="memory"):
        client.run("die", {}, feedback)
    assert client.run("live", {}, feedback) == {}


def test_a_killed_worker_leaves_what_was_there_and_the_next_run_starts_anew(
    client: WorkerClient, tmp_path: Path
) -> None:
    output = tmp_path / "tracks.gpkg"
    output.write_bytes(b"what a run before has made")
    feedback = Feedback(cancel_when=lambda feedback: _kill_once(bool(feedback.percents)))
    request = {"raster": str(SAMPLE), "output": str(output), "device": "cpu", "overwrite": True}
    with pytest.raises(QgsProcessingException, match="stopped by the system, probably for lack of memory"):
        client.run("extract", request, feedback)
    assert output.read_bytes() == b"what a run before has made"
    assert not worker_pids()
    assert client.run("info", {}, Feedback())["version"] == "0.1.0"


def _kill_once(is_at_work: bool) -> bool:
    """Kills the workers, as the system does; never asks to cancel."""
    if is_at_work:
        for pid in worker_pids():
            os.kill(pid, signal.SIGKILL)
    return False


def test_progress_texts_and_messages_are_passed_on(client_of: Callable[..., WorkerClient], feedback: Feedback) -> None:
    client = client_of(
        """
        i = request['id']
        say('plan', id=i, source_gsd_m=0.1, area_m2=90000.0, tiles=25, model='m-2', device='cpu (2 threads)',
            seconds=240.0, disk_bytes=1200000)
        say('progress', id=i, stage='segment', done=0, total=9, fraction=0.0, remaining_s=None)
        say('progress', id=i, stage='segment', done=3, total=9, fraction=0.25, remaining_s=240.0)
        say('progress', id=i, stage='segment', done=4, total=9, fraction=0.5, remaining_s=230.0)
        say('progress', id=i, stage='lines', done=1, total=1, fraction=1.0, remaining_s=0.0)
        for level in ('info', 'warning', 'debug'):
            say('log', id=i, level=level, message=level)
        say('result', id=i, result={'tracks': 3})
        """
    )
    assert client.run("x", {}, feedback) == {"tracks": 3}
    assert feedback.percents == [25.0, 50.0, 100.0]
    assert feedback.texts == [
        "Looking for tracks: 0 of 9 tiles",
        "Looking for tracks: 3 of 9 tiles, about 4 min left",
        "Drawing the lines, about 1 s left",
    ]
    assert feedback.infos == [
        "0.1 m pixels, 9.0 ha to process in 25 tiles with m-2 on cpu (2 threads)",
        "This takes at most about 4 min and 1 MB of disk space",
        "info",
    ]
    assert (feedback.warnings, feedback.details) == (["warning"], ["debug"])


def test_what_is_no_event_or_unknown_or_of_another_request_is_passed_over(
    client_of: Callable[..., WorkerClient], feedback: Feedback
) -> None:
    client = client_of(
        """
        print('garbage', flush=True)
        print('[1, 2]', flush=True)
        say('weather', id=request['id'], sky='blue')
        say('result', id=request['id'] + 1, result={'of': 'another'})
        say('result', id=request['id'], result={'of': 'mine'})
        """
    )
    assert client.run("x", {}, feedback) == {"of": "mine"}
    assert feedback.details == ["garbage", "[1, 2]"]


def test_a_worker_of_another_protocol_is_refused(client_of: Callable[..., WorkerClient], feedback: Feedback) -> None:
    client = client_of("say('ready', version='9', protocol=9)")
    with pytest.raises(QgsProcessingException, match="Install the plugin again"):
        client.run("x", {}, feedback)
    assert not worker_pids()


def test_a_python_that_cannot_be_started_is_told(tmp_path: Path, feedback: Feedback) -> None:
    client = WorkerClient(lambda: tmp_path / "python")
    with pytest.raises(QgsProcessingException, match="Settings > Options > RailSeg"):
        client.run("info", {}, feedback)
    client.close()


def test_a_python_that_lacks_a_package_is_told_with_the_way_out(tmp_path: Path, feedback: Feedback) -> None:
    venv.create(tmp_path / "bare")
    client = WorkerClient(lambda: tmp_path / "bare" / "bin" / "python")
    request = {"raster": str(SAMPLE), "output": str(tmp_path / "out.gpkg")}
    with pytest.raises(QgsProcessingException, match=r"No module named.*pip install -r") as caught:
        client.run("extract", request, feedback)
    assert "report" not in str(caught.value)
    client.close()


def test_so_is_a_worker_that_ends_for_want_of_one(client_of: Callable[..., WorkerClient], feedback: Feedback) -> None:
    with pytest.raises(QgsProcessingException, match=r"(?s)pip install -r.*No module named 'nothing_of_that_name'"):
        client_of("import nothing_of_that_name").run("x", {}, feedback)


def test_the_worker_does_not_inherit_what_points_at_qgis_s_libraries() -> None:
    foreign = {
        "PYTHONPATH": "a",
        "PYTHONHOME": "a",
        "PYTHONEXECUTABLE": "a",
        "VIRTUAL_ENV": "a",
        "PROJ_DATA": "a",
        "PROJ_LIB": "a",
        "GDAL_DATA": "a",
        "GDAL_DRIVER_PATH": "a",
        "QT_PLUGIN_PATH": "a",
        "QT_QPA_PLATFORM_PLUGIN_PATH": "a",
        "LD_LIBRARY_PATH": "a",
        "LD_PRELOAD": "a",
        "DYLD_LIBRARY_PATH": "a",
        "OSGEO4W_ROOT": "/qgis",
        "SSL_CERT_FILE": "/qgis/bin/certificates.pem",
    }
    own = {"PATH": "a", "HOME": "a", "HTTPS_PROXY": "a", "CUDA_VISIBLE_DEVICES": "0", "GDAL_CACHEMAX": "1"}
    assert worker_variables(foreign | own) == own | {"OSGEO4W_ROOT": "/qgis"}
    assert "SSL_CERT_FILE" in worker_variables({"SSL_CERT_FILE": "/etc/company.pem", "OSGEO4W_ROOT": "/qgis"})
