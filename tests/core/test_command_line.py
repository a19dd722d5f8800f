"""The command line: what it writes, what it says, how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from rasters import write

from railseg_core.__main__ import main
from railseg_core.resources_dir import resource_path

write_raster = partial(write, transform=from_origin(500000, 5600000, 0.2, 0.2))


def test_extract_writes_the_map_and_all_that_is_asked_for(
    small_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {name: tmp_path / name for name in ("out.gpkg", "p.tif", "m.tif", "p.png")}
    options = ["--probability", paths["p.tif"], "--mask", paths["m.tif"], "--preview", paths["p.png"], "--json"]
    assert main(["extract", str(small_raster), str(paths["out.gpkg"]), "--device", "cpu", *map(str, options)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["output"] == str(paths["out.gpkg"])
    layers = {name for name, _ in pyogrio.list_layers(paths["out.gpkg"])}
    assert {"rail_track", "rail_node", "rail_relation", "railseg_run"} <= layers
    with rasterio.open(paths["p.tif"]) as probability, rasterio.open(paths["m.tif"]) as mask:
        assert probability.descriptions == ("track", "axis")
        assert probability.profile["tiled"]
        assert probability.shape == mask.shape
        assert set(np.unique(mask.read(1))) <= {0, 255}
    assert paths["p.png"].read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == set(paths)


def test_the_steps_one_by_one_give_what_extract_gives(small_raster: Path, tmp_path: Path) -> None:
    whole, probability, stepwise = (tmp_path / name for name in ("whole.gpkg", "p.tif", "stepwise.gpkg"))
    assert main(["extract", str(small_raster), str(whole), "--quiet"]) == 0
    assert main(["segment", str(small_raster), str(probability), "--quiet"]) == 0
    assert main(["vectorize", str(probability), str(stepwise), "--quiet"]) == 0
    first, second = (
        pyogrio.raw.read(path, layer="rail_track", columns=["track_id", "length_m"]) for path in (whole, stepwise)
    )
    assert sorted(first[3][0]) == sorted(second[3][0])
    assert sum(first[3][1]) == pytest.approx(sum(second[3][1]))


def test_clean_opens_and_closes_a_mask(tmp_path: Path) -> None:
    mask = np.zeros((200, 200), np.uint8)
    mask[50:70, 10:190] = 1
    mask[60, 100] = 0  # a hole
    mask[150, 150] = 1  # a speck
    source, target = write_raster(tmp_path / "mask.tif", mask[np.newaxis]), tmp_path / "clean.tif"
    assert main(["clean", str(source), str(target), "--opening", "0.6", "--closing", "1.0", "--quiet"]) == 0
    with rasterio.open(target) as file:
        col, row = (round(value) for value in ~file.transform @ (500000 + 100.5 * 0.2, 5600000 - 60.5 * 0.2))
        cleaned = file.read(1)
        assert cleaned[row, col] == 255
        assert cleaned.sum() == 255 * (mask.sum() + 1 - 1)


def test_an_extent_gives_the_same_probabilities_inside_it(small_raster: Path, tmp_path: Path) -> None:
    with rasterio.open(small_raster) as file:
        left, bottom, right, top = file.bounds
    extent = [left + 20, bottom + 10, right - 10, top - 10]
    whole, part = tmp_path / "whole.tif", tmp_path / "part.tif"
    assert main(["segment", str(small_raster), str(whole), "--quiet"]) == 0
    assert main(["segment", str(small_raster), str(part), "--quiet", "--extent", *map(str, extent)]) == 0
    with rasterio.open(whole) as file, rasterio.open(part) as cut:
        window = rasterio.windows.from_bounds(*extent, file.transform).round()
        inside = file.read(window=window)
        there = cut.read(window=rasterio.windows.from_bounds(*file.window_bounds(window), cut.transform).round())
    assert inside.shape == there.shape
    np.testing.assert_array_equal(inside, there)


def test_a_corridor_round_lines_in_degrees_bounds_the_work_and_so_does_a_box(
    small_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with rasterio.open(small_raster) as file:
        left, bottom, right, top = file.bounds
    middle = shapely.LineString([(left - 500, (bottom + top) / 2), (right + 500, (bottom + top) / 2)])
    move = pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True).transform
    wkb = shapely.to_wkb(np.array([shapely.transform(middle, move, interleaved=False)]))
    lines, part, mask = (tmp_path / name for name in ("lines.gpkg", "part.tif", "mask.tif"))
    pyogrio.raw.write(lines, wkb, [], [], geometry_type="LineString", crs="EPSG:4326")
    box = ["--extent", *map(str, (left, bottom, left + 20, top))]
    for options, edge in (([], right), (box, left + 20)):
        command = ["segment", str(small_raster), str(part), "--quiet", "--overwrite", "--aoi", str(lines)]
        assert main([*command, "--corridor", "10", "--mask", str(mask), *options]) == 0
        with rasterio.open(mask) as file:
            rows, cols = np.nonzero(file.read(1))
            x, y = file.transform @ (cols + 0.5, rows + 0.5)
        assert len(x) > 0
        assert x.max() < edge
        assert np.abs(y - (bottom + top) / 2).max() < 10.1
    assert main(["segment", str(small_raster), str(part), "--quiet", "--overwrite", "--aoi", str(lines)]) == 1
    assert "corridor" in capsys.readouterr().err


def test_info_shows_versions_device_and_model_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["model"]["architecture"] == "deeplabv3plus-mobilenetv3-carafe"
    assert "torch" in shown["packages"]
    assert shown["devices"][-1] == "cpu"


def test_info_on_a_raster_tells_what_it_is(small_raster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(small_raster)]) == 0
    assert "25832" in capsys.readouterr().out


def test_evaluate_compares_a_map_with_a_reference(
    sample_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference, layers = resource_path("sample", "sample_tracks.geojson"), tmp_path / "layers.gpkg"
    options = ["--raster", str(sample_raster), "--layers", str(layers), "--rho", "0.5"]
    assert main(["evaluate", str(reference), str(reference), *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["completeness"], found["correctness"], found["switch_f1"], found["rho_m"]) == (1, 1, 1, 0.5)
    assert {name for name, _ in pyogrio.list_layers(layers)} == {"matched", "missed", "false", "switches"}
    assert main(["evaluate", str(reference), str(reference), *options]) == 1
    assert "exists" in capsys.readouterr().err
    assert main(["evaluate", str(reference), str(reference), "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "completeness: 1" in shown
    assert re.search(r"^reference_m: \d+$|^reference_m: \d+\.\d$", shown, re.MULTILINE)


def test_evaluate_ends_with_one_line_where_there_is_nothing_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = str(resource_path("sample", "sample_tracks.geojson"))
    for arguments, words in (
        ([str(tmp_path / "none.gpkg"), reference], "none.gpkg"),
        ([reference, reference, "--rho", "0"], "rho_m"),
        ([reference, reference, "--layers", str(tmp_path / "layers.shp")], ".gpkg"),
    ):
        assert main(["evaluate", *arguments, "--quiet"]) == 1
        message = capsys.readouterr().err
        assert message.startswith("railseg: ")
        assert message.count("\n") == 1
        assert words in message


def test_evaluate_does_not_wait_for_torch() -> None:
    reference = str(resource_path("sample", "sample_tracks.geojson"))
    program = (
        "import sys; from railseg_core.__main__ import main\n"
        f"assert main(['evaluate', {reference!r}, {reference!r}, '--quiet']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def noise(bands: int = 3, side: int = 300) -> np.ndarray:
    return np.random.default_rng(0).integers(1, 255, (bands, side, side), dtype=np.uint8)


def run_extract(raster: Path, output: Path, *options: str) -> int:
    return main(["extract", str(raster), str(output), "--device", "cpu", "--quiet", *options])


def test_one_band_is_taken_as_grey(tmp_path: Path) -> None:
    assert run_extract(write_raster(tmp_path / "grey.tif", noise(bands=1)), tmp_path / "out.gpkg") == 0
    assert pyogrio.read_info(tmp_path / "out.gpkg", layer="rail_track")["crs"] == "EPSG:25832"


def truncated(tmp_path: Path) -> Path:
    whole = write_raster(tmp_path / "whole.tif", noise(side=800))
    path = tmp_path / "truncated.tif"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "text.tif"
    path.write_text("not a raster")
    return path


BAD_RASTERS = {
    "missing": (lambda folder: folder / "none.tif", "exist"),
    "no CRS": (lambda folder: write_raster(folder / "a.tif", noise(), crs=None), "CRS|coordinate"),
    "all nodata": (lambda folder: write_raster(folder / "a.tif", noise() * 0, nodata=0), "nodata|valid"),
    "text file": (text_file, "text.tif"),
    "truncated": (truncated, "truncated.tif"),
}


@pytest.mark.parametrize("kind", BAD_RASTERS)
def test_a_bad_raster_ends_with_one_line_and_leaves_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = BAD_RASTERS[kind]
    out = tmp_path / "out"
    out.mkdir()
    assert run_extract(make(tmp_path), out / "out.gpkg", "--probability", str(out / "p.tif")) == 1
    message = capsys.readouterr().err
    assert message.startswith("railseg: ")
    assert message.count("\n") == 1
    assert re.search(words, message)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--extent", "0", "0", "10", "10"], "outside"),
        (["--extent", "500010", "5599990", "500010", "5599990"], "empty"),
        (["--bands", "7"], "band"),
        (["--bands", "1", "2"], "band"),
        (["--threshold", "7"], "threshold"),
        (["--opening", "-1"], "opening_m"),
        (["--device", "abacus"], "abacus"),
        (["--model", "none.safetensors"], "none.safetensors"),
        (["--aoi", "none.geojson"], "none.geojson"),
        (["--corridor", "30"], "--aoi"),
        (["--probability", "no/such/folder/p.tif"], "folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option_ends_with_one_line(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_raster(tmp_path / "a.tif", noise())
    output = tmp_path / "out.gpkg"
    assert run_extract(raster, output, *options) == 1
    message = capsys.readouterr().err
    assert words in message
    assert message.count("\n") == 1
    assert not output.exists()


def test_a_damaged_model_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"\x10\0\0\0\0\0\0\0 damaged")
    raster = write_raster(tmp_path / "a.tif", noise())
    assert run_extract(raster, tmp_path / "out.gpkg", "--model", str(model)) == 1
    assert "damaged" in capsys.readouterr().err


def test_an_output_that_exists_is_kept_unless_overwriting_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_raster(tmp_path / "a.tif", noise())
    output = tmp_path / "out.gpkg"
    output.write_text("precious")
    assert run_extract(raster, output) == 1
    assert "exists" in capsys.readouterr().err
    assert output.read_text() == "precious"
    assert run_extract(raster, output, "--overwrite") == 0
    assert pyogrio.read_info(output, layer="rail_node")["fields"].tolist()[0] == "node_id"


@pytest.mark.parametrize(
    ("command", "source", "target"),
    [("segment", "a.tif", "a.tif"), ("clean", "a.tif", "./a.tif"), ("segment", "a.tif", "b/../a.tif")],
)
def test_an_output_never_replaces_what_is_read(
    command: str, source: str, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b").mkdir()
    raster = write_raster(tmp_path / source, noise(bands=1))
    before = raster.read_bytes()
    assert main([command, str(raster), f"{tmp_path}/{target}", "--overwrite", "--quiet"]) == 1
    assert "a.tif" in capsys.readouterr().err
    assert raster.read_bytes() == before


def test_the_polygons_of_the_area_are_not_replaced_by_the_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_raster(tmp_path / "a.tif", noise())
    area = tmp_path / "area.gpkg"
    box = shapely.to_wkb(np.array([shapely.box(0, 50, 1, 51)]))
    pyogrio.raw.write(area, box, [], [], geometry_type="Polygon", crs="EPSG:4326")
    before = area.read_bytes()
    assert run_extract(raster, area, "--aoi", str(area), "--overwrite") == 1
    assert "area.gpkg is an input" in capsys.readouterr().err
    assert area.read_bytes() == before


@pytest.mark.parametrize(
    ("output", "options"),
    [("out.shp", []), ("out.gpkg", ["--preview", "p.jpg"]), ("out.gpkg", ["--mask", "m.png"])],
)
def test_an_output_of_another_format_is_refused(
    output: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_raster(tmp_path / "a.tif", noise())
    options = [value if value.startswith("--") else str(tmp_path / value) for value in options]
    assert run_extract(raster, tmp_path / output, *options) == 1
    assert re.search(r"\.gpkg|\.png|\.tif", capsys.readouterr().err)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_a_preview_of_probabilities_whose_picture_has_gone_is_drawn_over_them(
    small_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "picture.tif"
    picture.write_bytes(small_raster.read_bytes())
    assert main(["segment", str(picture), str(tmp_path / "p.tif"), "--quiet"]) == 0
    picture.unlink()
    capsys.readouterr()
    outputs = [str(tmp_path / "out.gpkg"), "--preview", str(tmp_path / "p.png")]
    assert main(["vectorize", str(tmp_path / "p.tif"), *outputs, "--quiet", "--json"]) == 0
    shown = capsys.readouterr()
    assert "picture.tif" in shown.err
    assert json.loads(shown.out)["preview"] == str(tmp_path / "p.png")


def test_a_preview_has_the_lines_also_where_the_probabilities_were_reprojected(
    small_raster: Path, tmp_path: Path
) -> None:
    assert main(["segment", str(small_raster), str(tmp_path / "p.tif"), "--quiet"]) == 0
    with (
        rasterio.open(tmp_path / "p.tif") as source,
        rasterio.vrt.WarpedVRT(source, crs="EPSG:25833", resampling=rasterio.enums.Resampling.bilinear) as warped,
        rasterio.open(tmp_path / "moved.tif", "w", **{**warped.profile, "driver": "GTiff"}) as moved,
    ):
        moved.write(warped.read())
        moved.update_tags(**source.tags())
        moved.descriptions = source.descriptions
    outputs = [str(tmp_path / "out.gpkg"), "--preview", str(tmp_path / "p.png")]
    assert main(["vectorize", str(tmp_path / "moved.tif"), *outputs, "--quiet"]) == 0
    with rasterio.open(tmp_path / "p.png") as picture:
        red, green, blue = picture.read([1, 2, 3]).astype(int)
    assert ((red > 180) & (green < 170) & (blue < 80)).sum() > 500


def test_a_mask_whose_tracks_the_settings_remove_or_join_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, cols = np.indices((200, 500))
    down = rows - 0.1 * cols - 60
    output = str(tmp_path / "out.gpkg")
    # Two tracks at 3.4 m, as in Britain: their masks of 2.6 m lie 0.8 m apart, which is less than the closing.
    pair = (np.minimum(np.abs(down), np.abs(down - 17)) < 6.5)[np.newaxis] * np.uint8(255)
    joined = str(write_raster(tmp_path / "pair.tif", pair))
    assert main(["vectorize", joined, output, "--quiet"]) == 0
    assert "between tracks that the closing of 1 m joins" in capsys.readouterr().err
    assert main(["vectorize", joined, output, "--quiet", "--overwrite", "--closing", "0.4"]) == 0
    assert capsys.readouterr().err == ""
    thin = str(write_raster(tmp_path / "thin.tif", (np.abs(down) < 0.6)[np.newaxis] * np.uint8(255)))
    assert main(["vectorize", thin, output, "--quiet", "--overwrite"]) == 0
    assert "thinner than the opening of 0.6 m does not count" in capsys.readouterr().err
    assert main(["vectorize", thin, output, "--quiet", "--overwrite", "--opening", "0"]) == 0
    assert capsys.readouterr().err == ""


def test_a_mask_without_tracks_is_told_with_what_its_numbers_were_taken_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    percent = np.zeros((1, 60, 200), dtype=np.uint8)
    percent[0, 28:32] = 95
    percent[0, 30] = 100
    mask = write_raster(tmp_path / "percent.tif", percent)
    assert main(["vectorize", str(mask), str(tmp_path / "out.gpkg"), "--quiet"]) == 0
    assert "threshold of 0.5; the values were read as 0 to 255" in capsys.readouterr().err
    assert main(["vectorize", str(mask), str(tmp_path / "low.gpkg"), "--quiet", "--threshold", "0.2"]) == 0
    assert capsys.readouterr().err == ""


def test_a_mask_too_coarse_for_two_tracks_is_cleaned_but_not_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = np.eye(60, dtype=np.uint8)[None] * 255
    write(tmp_path / "coarse.tif", pixels, transform=from_origin(500000, 5600000, 3, 3))
    assert main(["clean", str(tmp_path / "coarse.tif"), str(tmp_path / "clean.tif"), "--quiet"]) == 0
    assert main(["vectorize", str(tmp_path / "coarse.tif"), str(tmp_path / "out.gpkg"), "--quiet"]) == 1
    assert "too coarse: its pixels are 3 m" in capsys.readouterr().err
    assert not (tmp_path / "out.gpkg").exists()


def test_streams_that_were_closed_are_done_without(tmp_path: Path) -> None:
    mask = write_raster(tmp_path / "mask.tif", np.eye(60, dtype=np.uint8)[None] * 255)
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        target = tmp_path / "clean.tif"
        command = f'exec "$0" -m railseg_core clean "$1" "$2" --overwrite {closed}'
        done = subprocess.run(["sh", "-c", command, sys.executable, mask, target], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        with rasterio.open(target) as file:
            assert file.shape == (60, 60)


def test_a_reader_that_goes_away_is_no_traceback(small_raster: Path) -> None:
    command = f"{sys.executable} -m railseg_core info {small_raster} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_variables_of_another_proj_do_no_harm(small_raster: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "railseg_core", "info", str(small_raster)],
        env=os.environ | {"PROJ_LIB": str(tmp_path), "PROJ_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_wrong_usage_ends_with_two() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["extract"])
    assert ended.value.code == 2


def test_the_help_of_a_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main([*arguments, "--help"])
        return capsys.readouterr().out

    commands = re.findall(r"^    ([\w-]+)", told(), re.MULTILINE)
    assert {"extract", "merge", "info", "export-onnx"} < {*commands}
    for command in commands:
        assert re.search(r"\n\n[A-Z][^.]+\.\n\npositional arguments:", told(command)), command


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "railseg_core", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "railseg 0.1.0\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as a shell does")
def test_without_a_standard_error_it_ends_as_well_as_with_one() -> None:
    command = f"{shlex.quote(sys.executable)} -m railseg_core info >/dev/null 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there a path with a drive is taken for what it is")
@pytest.mark.parametrize("name", ["pro!jects/out.gpkg", "a!b.gpkg", "a;b.gpkg", "a\nb.gpkg"])
def test_a_name_that_would_be_cut_is_refused_before_the_work(
    name: str, sample_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / name
    output.parent.mkdir(exist_ok=True)
    assert main(["extract", str(sample_raster), str(output), "--device", "cpu"]) == 1
    assert "has a !, a ; or a line break" in capsys.readouterr().err
    output.write_bytes(b"")
    assert main(["evaluate", str(output), str(output)]) == 1
    assert "has a !, a ; or a line break" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [output]


def test_the_area_is_not_overwritten(sample_raster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracks = resource_path("sample", "sample_tracks.geojson")
    area = tmp_path / "area.gpkg"
    pyogrio.raw.write(
        area,
        shapely.to_wkb(np.array([shapely.box(0, 0, 1e7, 1e7)])),
        [],
        [],
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:25832",
    )
    before = area.read_bytes()
    options = ["--aoi", str(area), "--layers", str(area), "--overwrite"]
    assert main(["evaluate", str(tracks), str(tracks), *options]) == 1
    assert "is an input" in capsys.readouterr().err
    assert area.read_bytes() == before


@pytest.mark.parametrize("command", ["extract", "vectorize", "evaluate", "compare"])
def test_a_geopackage_is_replaced_only_where_no_other_layer_goes_with_it(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raster = write_raster(tmp_path / "a.tif", noise(bands=1 if command == "vectorize" else 3))
    line = shapely.to_wkb(np.array([shapely.LineString([(500000, 5400000), (500050, 5400000)])]))
    lines, output = tmp_path / "lines.gpkg", tmp_path / "out.gpkg"
    kind = {"geometry_type": "LineString", "crs": "EPSG:25832"}
    pyogrio.raw.write(lines, line, [], [], **kind)
    inputs = [lines, lines, "--layers"] if command in ("evaluate", "compare") else [raster]
    request = [command, *map(str, inputs), str(output), "--overwrite"]
    assert main(request) == 0
    assert main(request) == 0  # its own layers may go
    pyogrio.raw.write(output, line, [], [], layer="sidings", append=True, **kind)
    before = output.read_bytes()
    capsys.readouterr()
    assert main(request) == 1
    assert "out.gpkg contains other layers, which would be lost: sidings." in capsys.readouterr().err
    assert output.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_work_may_open_the_files_of_a_folder() -> None:
    import resource

    code = (
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))\n"
        "from railseg_core.process_environment import prepare_process_environment\n"
        "prepare_process_environment()\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert allowed == (4096 if hard == resource.RLIM_INFINITY else min(hard, 4096))


def test_bands_that_swallow_the_raster_are_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["extract", "--bands", "1", "2", "3", "picture.tif", "map.gpkg"])
    assert end.value.code == 2
    assert "'picture.tif' is not a band number: give RASTER and output before --bands" in capsys.readouterr().err
