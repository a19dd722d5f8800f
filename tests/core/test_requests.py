"""What requests accept, however they are made."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from railseg_core.__main__ import main
from railseg_core.errors import RailSegError
from railseg_core.requests import REQUESTS, ExtractRequest

REQUEST = ExtractRequest(raster="picture.tif", output=Path("map.gpkg"))
OPTIONS = {
    "opening_m": "--opening",
    "closing_m": "--closing",
    "kernel": "--kernel",
    "min_length_m": "--min-length",
    "rho_m": "--rho",
    "reach_m": "--reach",
    "shift_m": "--shift",
    "side_px": "--side-px",
}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"raster": None}, "'raster' is missing"),
        ({"threshold": 7.0}, "threshold is 7"),
        ({"opening_m": float("nan")}, "opening_m is nan"),
        ({"kernel": "star"}, "no kernel shape 'star'"),
        ({"bands": (1, 2)}, "2 bands"),
        ({"bands": "123"}, "'123' is not a valid value for bands"),
        ({"bands": [1.7, 2, 3]}, "not a valid value for bands"),
        ({"bands": [0, 1, 2]}, "no band 0"),
        ({"shard": (3, 2)}, "no shard 3/2"),
        ({"shard": (1.9, 2)}, "not a valid value for shard"),
        ({"shard": (1, 2), "unfinished": "folder"}, "leaves its blocks beside the output"),
        ({"threshold": True}, "not a valid value for threshold"),
        ({"model": ""}, "not a valid value for model"),
        ({"resume": "yes"}, "not a valid value for resume"),
    ],
)
def test_a_request_made_in_python_is_checked_as_one_from_elsewhere(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RailSegError, match=complaint):
        replace(REQUEST, **wrong)


def test_a_request_takes_texts_for_paths() -> None:
    assert replace(REQUEST, output="map.gpkg", mask="m.tif") == replace(REQUEST, mask=Path("m.tif"))


def test_none_is_the_default() -> None:
    assert replace(REQUEST, kernel=None, opening_m=None, device=None) == REQUEST


@pytest.mark.parametrize("method", ["extract", "evaluate", "compare", "chips"])
def test_the_help_tells_the_defaults_that_hold(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([method, "--help"])
    options = " ".join(capsys.readouterr().out.partition("options:")[2].split())
    defaults = {item.name: item.default for item in fields(REQUESTS[method])}
    told = [name for name in OPTIONS if name in defaults]
    assert told
    for name in told:
        shown = re.search(rf"{OPTIONS[name]} \S+ [^()]*\(([^()]+)\)", options)
        assert shown is not None, name
        holds = defaults[name] if isinstance(defaults[name], str) else f"{defaults[name]:g}"
        assert shown[1] == holds, name
