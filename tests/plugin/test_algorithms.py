"""What all algorithms say about themselves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsApplication, QgsProcessingParameterNumber
from railseg.plugin.locations import HELP_PICTURES
from railseg.plugin.provider import RailSegProvider
from support import COMPARISON_LAYERS, EVALUATION_LAYERS, NUMBERS, REPOSITORY

pytestmark = pytest.mark.usefixtures("provider")

PICTURE_PARAMETERS = {"INPUT", "EXTENT", "AREA", "CORRIDOR", "BANDS", "MODEL", "DEVICE", "EVERY_TILE"}
CLEANING_PARAMETERS = {"THRESHOLD", "OPENING", "CLOSING", "KERNEL"}
MAP_OUTPUTS = {"TRACKS", "NODES", "GEOPACKAGE"}
COMPARISON_FIGURES = {"NEW_LENGTH", "MISSING_LENGTH", "SHIFTED_LENGTH", "MATCHED_LENGTH", "MEAN_DISTANCE"}
FIGURES = {
    "SWITCH_PRECISION",
    "SWITCH_RECALL",
    "SWITCH_F1",
    "SWITCH_ALONG_RMS",
    "SWITCH_SIDE_ACCURACY",
    "COMPLETENESS",
    "CORRECTNESS",
    "QUALITY",
    "REDUNDANCY",
    "LATERAL_RMS",
    "LATERAL_BIAS",
    "LATERAL_P95",
    "GAPS_PER_KM",
    "REFERENCE_LENGTH",
    "EXTRACTED_LENGTH",
    "TRACK_COUNT_ACCURACY",
    "TRACK_COUNT_MAE",
    "SWITCHES_REFERENCE",
    "SWITCHES_EXTRACTED",
    "PATH_SIMILARITY",
}


@pytest.mark.parametrize(
    ("name", "parameters", "outputs", "by_default"),
    [
        (
            "extractrailway",
            PICTURE_PARAMETERS | CLEANING_PARAMETERS | {"MIN_LENGTH", "PROBABILITY", "MASK"} | MAP_OUTPUTS,
            {"PROBABILITY", "MASK"} | MAP_OUTPUTS | NUMBERS,
            {"TRACKS", "NODES"},
        ),
        (
            "extractrailwayfolder",
            (PICTURE_PARAMETERS - {"INPUT"})
            | CLEANING_PARAMETERS
            | {"FOLDER", "MIN_LENGTH", "PROBABILITY", "MASK"}
            | MAP_OUTPUTS,
            {"PROBABILITY", "MASK"} | MAP_OUTPUTS | NUMBERS,
            {"TRACKS", "NODES"},
        ),
        (
            "segmentrailway",
            PICTURE_PARAMETERS | CLEANING_PARAMETERS | {"PROBABILITY", "MASK"},
            {"PROBABILITY", "MASK"},
            {"PROBABILITY"},
        ),
        ("cleanrailwaymask", {"INPUT", "MASK"} | CLEANING_PARAMETERS, {"MASK"}, {"MASK"}),
        (
            "vectorizerailwaymask",
            {"INPUT", "MIN_LENGTH"} | CLEANING_PARAMETERS | MAP_OUTPUTS,
            MAP_OUTPUTS | NUMBERS,
            {"TRACKS", "NODES"},
        ),
        (
            "evaluaterailway",
            {"INPUT", "NODES", "REFERENCE", "RASTER", "AREA", "CORRIDOR", "RHO"} | EVALUATION_LAYERS,
            EVALUATION_LAYERS | FIGURES,
            EVALUATION_LAYERS,
        ),
        (
            "comparerailway",
            {"INPUT", "REFERENCE", "RASTER", "AREA", "CORRIDOR", "REACH", "SHIFT"} | COMPARISON_LAYERS,
            COMPARISON_LAYERS | COMPARISON_FIGURES,
            COMPARISON_LAYERS,
        ),
        (
            "exporttrainingchips",
            {"INPUT", "LINES", "EXTENT", "AREA", "CORRIDOR", "BANDS", "SIDE", "BARE", "FOLDER"},
            {"FOLDER", "CHIP_COUNT", "TRACK_CHIP_COUNT"},
            {"FOLDER"},
        ),
    ],
)
def test_names_of_parameters_and_outputs_stay(
    name: str, parameters: set[str], outputs: set[str], by_default: set[str]
) -> None:
    algorithm = QgsApplication.processingRegistry().algorithmById(f"railseg:{name}")
    assert {definition.name() for definition in algorithm.parameterDefinitions()} == parameters
    assert {definition.name() for definition in algorithm.outputDefinitions()} == outputs
    destinations = algorithm.destinationParameterDefinitions()
    assert {definition.name() for definition in destinations if definition.createByDefault()} == by_default


def test_every_algorithm_tells_what_it_is_for_and_hides_what_few_need(provider: RailSegProvider) -> None:
    advanced = {"BANDS", "MODEL", "DEVICE", "EVERY_TILE", "KERNEL", "RHO", "REACH", "BARE"}
    cleaning = {"THRESHOLD", "OPENING", "CLOSING"}  # for masks made elsewhere these are what matters
    runs_the_model = {"extractrailway", "extractrailwayfolder", "segmentrailway"}
    assert len(provider.algorithms()) == 8
    for algorithm in provider.algorithms():
        assert algorithm.shortHelpString()
        assert (HELP_PICTURES / f"{algorithm.name()}.png").is_file()
        assert algorithm.shortDescription()
        assert algorithm.tags()
        for parameter in algorithm.parameterDefinitions():
            where = f"{algorithm.name()} {parameter.name()}"
            assert parameter.help(), where
            assert parameter.description(), where
            is_advanced = bool(parameter.flags() & Qgis.ProcessingParameterFlag.Advanced)
            few_need_it = advanced | cleaning if algorithm.name() in runs_the_model else advanced
            assert is_advanced == (parameter.name() in few_need_it), where
            is_optional = bool(parameter.flags() & Qgis.ProcessingParameterFlag.Optional)
            if isinstance(parameter, QgsProcessingParameterNumber):
                assert is_optional or parameter.minimum() <= parameter.defaultValue() <= parameter.maximum(), where
            if "metres" in parameter.help() and isinstance(parameter, QgsProcessingParameterNumber):
                assert parameter.description().endswith("(m)"), where


DEFAULTS = """
import json
from dataclasses import fields
from railseg_core.requests import REQUESTS
from railseg_core.tiling import GSD_M
defaults = {
    method: {item.name: item.default for item in fields(request) if isinstance(item.default, int | float | str)}
    for method, request in REQUESTS.items()
}
defaults["chips"]["side_m"] = defaults["chips"]["side_px"] * GSD_M
print(json.dumps(defaults))
"""


def test_what_is_set_by_default_is_what_the_core_sets(provider: RailSegProvider, worker_python: Path) -> None:
    asked = subprocess.run(
        [worker_python, "-c", DEFAULTS], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    core = json.loads(asked.stdout)
    compared = set()
    for algorithm in provider.algorithms():
        for parameter in algorithm.parameterDefinitions():
            name = parameter.name()
            for attribute in (f"{name.lower()}_m", name.lower()):
                if attribute in core[algorithm.METHOD]:
                    assert parameter.defaultValue() == core[algorithm.METHOD][attribute], f"{algorithm.name()} {name}"
                    compared.add(name)
    assert compared >= {"OPENING", "CLOSING", "KERNEL", "MIN_LENGTH", "DEVICE", "RHO", "REACH", "SHIFT", "SIDE"}
