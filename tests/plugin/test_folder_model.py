"""The example model, as a user loads it, on two pictures that share a track."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest
from folder_model import MODEL, folder_model
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsProcessingModelAlgorithm, QgsProject
from support import Feedback

pytestmark = pytest.mark.usefixtures("provider")


def test_the_model_that_is_offered_is_the_one_that_is_described(tmp_path: Path) -> None:
    if os.environ.get("RAILSEG_WRITE_MODEL"):
        assert folder_model().toFile(str(MODEL))
    written = tmp_path / "model.model3"
    assert folder_model().toFile(str(written))
    # Qt writes an element's attributes in an order of chance.
    assert canonicalize(from_file=MODEL) == canonicalize(from_file=written)


def test_it_draws_the_tracks_of_all_pictures_in_one_layer(pictures: list[str]) -> None:
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(MODEL))
    model.initAlgorithm()
    is_valid, problems = model.validate()
    assert is_valid, problems
    assert model.canExecute()[0]
    assert all(parameter.help() for parameter in model.parameterDefinitions())
    context, feedback = QgsProcessingContext(), Feedback()
    context.setProject(QgsProject.instance())
    parameters = {"RASTERS": pictures, "CORRIDOR": 50.0}
    outputs = {output.name(): "memory:" for output in model.destinationParameterDefinitions()}
    results, is_ok = model.run(parameters | outputs, context, feedback)
    assert is_ok, feedback.errors
    tracks = next(context.getMapLayer(results[name]) for name in outputs if "tracks" in name)
    assert tracks.featureCount() > 0
    middle = (tracks.extent().xMinimum() + tracks.extent().xMaximum()) / 2
    left, right = (gdal.Open(path).GetGeoTransform()[0] for path in pictures)
    assert left < middle < right + 30
    assert any(
        row.geometry().boundingBox().xMinimum() < right - 1 < right + 1 < row.geometry().boundingBox().xMaximum()
        for row in tracks.getFeatures()
    )
