"""The whole pipeline on the sample raster, with the bundled model, against the sample's true lines."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from railseg_core.evaluation.common_ground import vertices
from railseg_core.evaluation.line_scores import score_lines
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.line_layer import read_lines
from railseg_core.vectors.tracing import read_tracing


def test_the_samples_tracks_are_found_where_they_lie(sample_result: dict[str, Any]) -> None:
    lines, crs = read_lines(sample_result["output"])
    assert crs.to_epsg() == 25832
    truth = read_tracing(resource_path("sample", "sample_tracks.geojson"))
    scores = score_lines(lines, vertices(truth.visible), rho_m=0.5, hidden=vertices(truth.hidden))
    assert scores.completeness > 0.95
    assert scores.correctness > 0.95
    assert scores.lateral_rms_cm < 15


def test_the_samples_switch_is_a_node(sample_result: dict[str, Any]) -> None:
    assert sample_result["switches"] == 1
    assert sample_result["nodes"] >= 2 * sample_result["switches"]
    assert sample_result["total_length_m"] == pytest.approx(
        sum(shapely.LineString(line).length for line in read_lines(sample_result["output"])[0]), rel=1e-3
    )
