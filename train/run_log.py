"""The log of a training run: a CSV file in its folder."""

from __future__ import annotations

import csv
from pathlib import Path

from railseg_core.outputs import written_aside

LOG_NAME = "log.csv"


def read_log(run: Path) -> dict[str, list[float]]:
    """The columns of a run's log; NaN where a row has no value.

    Raises:
        FileNotFoundError: If the run has none.
    """
    rows = _rows(run)
    return {name: [float(row[name] or "nan") for row in rows] for name in (rows[0] if rows else {})}


def add_to_log(run: Path, row: dict[str, float]) -> None:
    """Adds a row to a run's log; cells are left empty where a row lacks a column that another has."""
    path = run / LOG_NAME
    rows = [*(_rows(run) if path.exists() else []), {name: str(value) for name, value in row.items()}]
    with written_aside(path, overwrite=True) as aside, aside.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(name for one in rows for name in one)))
        writer.writeheader()
        writer.writerows(rows)


def _rows(run: Path) -> list[dict[str, str]]:
    with (run / LOG_NAME).open(newline="") as file:
        return list(csv.DictReader(file))
