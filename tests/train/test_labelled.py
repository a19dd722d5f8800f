"""Labelled pictures of every format become chips, and training and test never share a source picture."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely

from railseg_core.chips.files import Chip, write_chip
from railseg_core.errors import RailSegError
from train.data import paper_crop, read_scene
from train.judge_rendered import CRS, put_on_map
from train.labelled.labelme import LABELS, LabelmeSettings, labelme_chip
from train.labelled.parts import split, tiles_of_part, write_parts
from train.labelled.sources import Source, labelled_sources, rendered_sources
from train.synthetic.scene import render_scene

ROWS, COLS = 60, 80
SETTINGS = LabelmeSettings(line_width_px=10)
TRACK = {"label": "track", "shape_type": "polygon", "points": [[10, 10], [50, 10], [50, 30], [10, 30]]}


def write_picture(path: Path, levels: int | np.ndarray = 90, size: tuple[int, int] = (ROWS, COLS)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.broadcast_to(np.asarray(levels, np.uint8), size).copy())
    return path


def write_labelme(folder: Path, *shapes: dict[str, object], **other: object) -> Path:
    write_picture(folder / "yard.png")
    content = {"imagePath": "yard.png", "imageData": None, "imageHeight": ROWS, "imageWidth": COLS, "shapes": shapes}
    path = folder / "yard.json"
    path.write_text(json.dumps(content | other), encoding="utf-8")
    return path


def only_chip(folder: Path, settings: LabelmeSettings = SETTINGS) -> Chip:
    (source,) = labelled_sources(folder, settings, 256)
    (chip,) = source.chips()
    return chip


def test_labelme_shapes_are_drawn_one_upon_the_other(tmp_path: Path) -> None:
    hole = {"label": "background", "shape_type": "rectangle", "points": [[20, 15], [30, 25]]}
    strip = {"label": "rail", "shape_type": "linestrip", "points": [[0, 50], [40, 50], [80, 50]]}
    doubtful = {"label": "ignore", "shape_type": "circle", "points": [[70, 20], [70, 25]]}
    write_labelme(tmp_path, TRACK, hole, strip, doubtful)
    chip = only_chip(tmp_path)
    expected = np.zeros((ROWS, COLS), bool)
    expected[10:30, 10:50] = True
    expected[15:25, 20:30] = False
    expected[45:55] = True
    np.testing.assert_array_equal(chip.target[..., 0], expected)
    assert chip.target[..., 2].sum() == pytest.approx(np.pi * 25, rel=0.1)
    assert chip.target[20, 70, 2] == 1
    assert (chip.image == 90).all()


def test_a_picture_inside_a_labelme_file_is_taken(tmp_path: Path) -> None:
    coded = cv2.imencode(".png", np.full((ROWS, COLS, 3), 33, np.uint8))[1].tobytes()
    path = write_labelme(tmp_path, TRACK, imagePath="gone.png", imageData=base64.b64encode(coded).decode())
    assert (labelme_chip(path, SETTINGS).image == 33).all()


def test_labels_of_ones_own_are_mapped(tmp_path: Path) -> None:
    write_labelme(tmp_path, TRACK | {"label": "voie"})
    settings = LabelmeSettings(labels=LABELS | {"voie": "track"})
    assert only_chip(tmp_path, settings).target[..., 0].sum() == 800


@pytest.mark.parametrize(
    ("shape", "other", "complaint"),
    [
        (TRACK | {"label": "voie"}, {}, r"yard\.json has the unknown label 'voie'.*--label voie=KIND"),
        (TRACK | {"shape_type": "point"}, {}, r"yard\.json has a shape of the type point"),
        (TRACK | {"points": [[1, 2]]}, {}, r"yard\.json has a shape that cannot be drawn"),
        (TRACK, {"imageHeight": 10}, r"yard\.json is for a picture of 80 × 10 pixels"),
        (TRACK, {"imagePath": "gone.png"}, r"gone\.png is not a picture"),
        (TRACK, {"imageData": "AAAA"}, r"yard\.json is not a LabelMe file"),
    ],
)
def test_what_is_wrong_with_a_labelme_file_is_told_by_its_name(
    tmp_path: Path, shape: dict[str, object], other: dict[str, object], complaint: str
) -> None:
    write_labelme(tmp_path, shape, **other)
    with pytest.raises(RailSegError, match=complaint):
        only_chip(tmp_path)


def test_a_file_that_is_no_json_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("{", encoding="utf-8")
    with pytest.raises(RailSegError, match=r"notes\.json is not a LabelMe file"):
        only_chip(tmp_path)


@pytest.mark.parametrize("names", [("104_sat.jpg", "104_mask.png"), ("104_sat.JPG", "104_mask.PNG")])
def test_deepglobes_255_becomes_1(tmp_path: Path, names: tuple[str, str]) -> None:
    write_picture(tmp_path / names[0])
    write_picture(tmp_path / names[1], np.where(np.arange(COLS) < 30, 255, 7))
    target = only_chip(tmp_path).target
    assert (target[..., 0] == (np.arange(COLS) < 30)).all()
    assert not target[..., 1:].any()


def test_a_picture_without_its_mask_is_told_by_its_name(tmp_path: Path) -> None:
    write_picture(tmp_path / "104_sat.jpg")
    with pytest.raises(RailSegError, match=r"104_sat\.jpg has no mask"):
        labelled_sources(tmp_path, SETTINGS, 256)


@pytest.mark.parametrize("white", [1, 255])
def test_masks_of_a_folder_beside_have_0_and_1_or_0_and_255(tmp_path: Path, white: int) -> None:
    write_picture(tmp_path / "images" / "a.jpg")
    write_picture(tmp_path / "masks" / "a.png", np.where(np.arange(COLS) < 30, white, 0))
    assert (only_chip(tmp_path).target[..., 0] == (np.arange(COLS) < 30)).all()


def test_a_mask_of_another_size_is_told_by_its_name(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "a.png")
    write_picture(tmp_path / "masks" / "a.png", size=(10, 10))
    with pytest.raises(RailSegError, match=r"a\.png .*a\.png differ in size: 80 × 60 and 10 × 10"):
        only_chip(tmp_path)


@pytest.mark.parametrize(("raster", "vector"), [(".tif", ".geojson"), (".TIF", ".GEOJSON")])
def test_a_geotiff_with_lines_becomes_chips_at_the_models_pixel_size(tmp_path: Path, raster: str, vector: str) -> None:
    scene = next(s for s in (render_scene(np.random.default_rng([4, k]), 512, None) for k in range(9)) if s.tracks)
    traced = put_on_map(scene, tmp_path / f"place{raster}")
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(line))}
        for line in (*traced.visible, *traced.hidden)
    ]
    crs = {"type": "name", "properties": {"name": CRS}}
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    (tmp_path / f"place{vector}").write_text(json.dumps(content), encoding="utf-8")
    (source,) = labelled_sources(tmp_path, SETTINGS, 256)
    chips = list(source.chips())
    assert source.name == "place"
    assert {chip.image.shape for chip in chips} == {(256, 256, 3)}
    drawn = sum(int(chip.target[..., 0].sum()) for chip in chips)
    assert drawn == pytest.approx(int(scene.track.sum()), rel=0.15)


def test_chips_of_one_picture_are_one_source(tmp_path: Path) -> None:
    chip = Chip(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16, 3), np.uint8))
    for name in ("yard_0_0", "yard_512_-512", "line"):
        write_chip(chip, tmp_path, name)
    sources = labelled_sources(tmp_path, SETTINGS, 256)
    assert [(source.name, len(list(source.chips()))) for source in sources] == [("line", 1), ("yard", 2)]


def test_a_folder_of_nothing_says_what_it_may_hold(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match=r"It may hold chips.*DeepGlobe.*LabelMe"):
        labelled_sources(tmp_path, SETTINGS, 256)
    with pytest.raises(RailSegError, match="is not a folder"):
        labelled_sources(tmp_path / "gone", SETTINGS, 256)


def test_the_split_is_nine_to_one_and_the_same_for_the_same_seed() -> None:
    names = [f"picture_{number}" for number in range(50)]
    parts = split(names, 3)
    assert {part: len(group) for part, group in parts.items()} == {"train": 45, "test": 5}
    assert sorted([*parts["train"], *parts["test"]]) == sorted(names)
    assert split(names[::-1], 3) == parts
    assert split(names, 4) != parts
    three = split(names, 3, validation_share=0.2)
    assert {part: len(group) for part, group in three.items()} == {"train": 35, "test": 5, "validation": 10}
    with pytest.raises(RailSegError, match="1 source pictures are too few"):
        split(names[:1], 3)


def test_a_sources_tiles_stay_in_one_part_and_are_written_once(tmp_path: Path) -> None:
    sources = rendered_sources(4, 80, 1)
    write_parts(sources, tmp_path, 64, 0, 0.25)
    names = {part: [path.name for path in tiles_of_part(tmp_path, part)] for part in ("train", "test", "validation")}
    assert {part: len(tiles) for part, tiles in names.items()} == {"train": 8, "test": 4, "validation": 4}
    pictures = {part: {name[:14] for name in tiles} for part, tiles in names.items()}
    assert not (pictures["train"] & pictures["test"] | pictures["train"] & pictures["validation"])
    corner = read_scene(tiles_of_part(tmp_path, "test")[3])
    assert corner.image.shape == (64, 64, 3)
    assert corner.target[16:, :, 2].all()
    assert corner.target[:, 16:, 2].all()
    tiles_of_part(tmp_path, "test")[0].unlink()
    write_parts(sources, tmp_path, 64, 0, 0.25)
    assert len(tiles_of_part(tmp_path, "test")) == 3


def test_what_an_attempt_that_failed_has_left_is_not_mixed_in(tmp_path: Path) -> None:
    def damaged() -> list[Chip]:
        raise RailSegError("damaged", "")

    sources = rendered_sources(20, 64, 1)
    for number in range(20):
        with pytest.raises(RailSegError):
            write_parts([*sources, Source(f"damaged_{number}", damaged)], tmp_path, 64, number, 0.0)
    write_parts(sources, tmp_path, 64, 0, 0.0)
    train, test = ({path.name[:14] for path in tiles_of_part(tmp_path, part)} for part in ("train", "test"))
    assert (len(train), len(test)) == (18, 2)
    assert not train & test


def test_the_papers_crops_are_turned_and_flipped_all_four_ways() -> None:
    y, x = np.mgrid[0:120, 0:160]
    image = np.stack([x, y, 200 * (x > 80)], axis=-1).astype(np.uint8)
    target = np.stack([x > 80, x > 80, x < 0], axis=-1).astype(np.uint8)
    ways, rotated = set(), 0
    rng = np.random.default_rng(2)
    for _ in range(60):
        crop = paper_crop(Chip(image, target), 48, rng)
        counts = crop.target[..., 2] == 0
        agree = (crop.image[..., 2] > 100) == (crop.target[..., 0] == 1)
        assert agree[counts].mean() > 0.97
        across, down = (np.diff(crop.image[..., band].astype(int), axis=axis) for band, axis in ((0, 1), (1, 0)))
        if (np.abs(across) == 1).all() and (np.abs(down) == 1).all():
            assert counts.all()  # it lies within the picture
            ways.add((across[0, 0], down[0, 0]))
        else:
            rotated += 1
    assert ways == {(1, 1), (-1, 1), (1, -1), (-1, -1)}
    assert 15 < rotated < 45
