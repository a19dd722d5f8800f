"""The whole pipeline on the sample raster, with the bundled model, against the sample's true lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from railseg_core.evaluation.line_scores import score_lines
from railseg_core.pipeline import run
from railseg_core.requests import ExtractRequest
from railseg_core.resources_dir import resource_path
from railseg_core.vectors.line_layer import read_lines


def true_lines(state: str) -> list:
    content = json.loads(resource_path("sample", "sample_tracks.geojson").read_text())
    return [
        shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in content["features"]
        if feature["properties"].get("state") == state and feature["properties"]["what"] == "track"
    ]


@pytest.fixture(scope="module")
def result(sample_raster: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    output = tmp_path_factory.mktemp("sample") / "sample.gpkg"
    return run(ExtractRequest(raster=str(sample_raster), output=output, device="cpu"))


def test_the_samples_tracks_are_found_where_they_lie(result: dict) -> None:
    lines, crs = read_lines(result["output"])
    assert crs.to_epsg() == 25832
    scores = score_lines(lines, true_lines("visible"), rho_m=0.5, hidden=true_lines("hidden"))
    assert scores.completeness > 0.95
    assert scores.correctness > 0.95
    assert scores.lateral_rms_cm < 15


def test_the_samples_switch_is_a_node(result: dict) -> None:
    assert result["switches"] == 1
    assert result["nodes"] >= 2 * result["switches"]
    assert result["total_length_m"] == pytest.approx(
        sum(shapely.LineString(line).length for line in read_lines(result["output"])[0]), rel=1e-3
    )
