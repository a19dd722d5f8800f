"""Checks whether a given Python has all that the worker needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .install_problem import EnvironmentProblemError
from .locations import WORKER_SCRIPT
from .program import JobFeedback, run_program
from .translation import tr


def self_test(python: Path, feedback: JobFeedback) -> dict[str, Any]:
    """Has the worker load all its libraries and run its model once.

    Returns:
        What the worker reports about itself: version, python, packages, device, devices, model, tiles_per_s.

    Raises:
        EnvironmentProblemError: It doesn't work with that Python; the message says why.
        JobCancelledError: The user has cancelled.
    """
    output = run_program([str(python), "-I", "-u", str(WORKER_SCRIPT), "--self-test"], feedback)
    for line in reversed(output):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("event") == "result":
            info: dict[str, Any] = event["result"]
            return info
    raise EnvironmentProblemError("\n".join([tr("The worker gave no answer:"), *output]))


def describe(info: dict[str, Any]) -> str:
    """What the worker reports about itself, in one line: versions, device and speed."""
    return tr(
        "RailSeg {version}, Python {python}, PyTorch {torch}, runs on {device}, {speed:.1f} tiles per second"
    ).format(
        version=info.get("version", "?"),
        python=info.get("python", "?"),
        torch=info.get("packages", {}).get("torch", "?"),
        device=info.get("device", "?"),
        speed=info.get("tiles_per_s", 0.0),
    )
