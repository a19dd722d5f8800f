"""Tiles to probabilities: blended, seamless, the same whatever the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
import torch
from listening import Listening

from railseg_core import segmentation
from railseg_core.errors import RailSegError
from railseg_core.inference import devices
from railseg_core.inference.block_plan import plan_blocks
from railseg_core.inference.devices import available_devices, choose_device, device_problem
from railseg_core.inference.finished_blocks import finished_blocks, unfinished_folder
from railseg_core.inference.placed_network import PRECISIONS, Numbers, PlacedNetwork, deviation, place
from railseg_core.inference.prediction import BANDS, BlockPrediction, TilePrediction, predict_blocks
from railseg_core.inference.probability import blend, predict_missing, write_probabilities
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, normalise, probabilities
from railseg_core.network.first_look import FirstLook
from railseg_core.network.model_card import ModelCard, bundled_model_path
from railseg_core.network.model_file import load_model, save_model
from railseg_core.raster import WorkingGrid, open_working_grid
from railseg_core.rasters.grid_raster import open_grid_raster
from railseg_core.rasters.grid_raster_writer import create_grid_raster
from railseg_core.reporting import Reporter, Silent
from railseg_core.resources_dir import resource_path
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import BLOCK_PX, TILE_PX, PixelWindow, blending_weights, tiles_of
from railseg_core.vectors.area import Area

LEFT, TOP, GSD_M = 500_000.0, 5_600_000.0, 0.2


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with random weights whose outputs vary over a picture: any seam would show."""
    torch.manual_seed(1)
    model = DeepLabV3Plus(VARIANTS["lite"])
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():  # batch norms that fit what comes: else random weights say the same everywhere
        model(torch.nn.functional.interpolate(torch.randn(4, 3, 16, 16), scale_factor=16))
    path = tmp_path_factory.mktemp("model") / "random.safetensors"
    save_model(model, ModelCard(name="random", variant="lite"), path)
    return path


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """720 x 560 px of smooth noise at 0.2 m with an invalid corner, off the lattice's tiles."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 255, (3, 56, 72)).astype(np.uint8)
    pixels = np.maximum(coarse.repeat(10, axis=1).repeat(10, axis=2), 1)
    pixels[:, :60, :80] = 0
    path = tmp_path_factory.mktemp("raster") / "picture.tif"
    transform = rasterio.transform.from_origin(LEFT, TOP, GSD_M, GSD_M)
    profile = {"driver": "GTiff", "count": 3, "height": 560, "width": 720, "dtype": "uint8", "nodata": 0}
    with rasterio.open(path, "w", **profile, crs="EPSG:25832", transform=transform) as file:
        file.write(pixels)
    return path


@pytest.fixture(scope="module")
def segmenter(random_model: Path) -> Segmenter:
    return Segmenter(random_model, "cpu")


def segment(grid: WorkingGrid, segmenter: Segmenter, target: Path, reporter: Reporter) -> None:
    """Writes the probability raster."""
    blocks = plan_blocks(grid.window, grid.wants)
    with (
        create_grid_raster(target, grid.window, GSD_M, grid.crs, bands=BANDS) as output,
        finished_blocks(unfinished_folder(target), {}, resume=False, reporter=reporter) as finished,
    ):
        write_probabilities(
            blocks, predict_missing(partial(predict_blocks, grid, segmenter), blocks, finished, reporter), output
        )


def segmented(
    picture: Path, segmenter: Segmenter, target: Path, area: Area | None = None
) -> tuple[PixelWindow, np.ndarray, np.ndarray]:
    with open_working_grid(picture, gsd_m=GSD_M, area=area) as grid:
        segment(grid, segmenter, target, Silent())
        with open_grid_raster(target) as result:
            return result.window, *result.read(result.window)


def test_a_smaller_extent_gives_the_same_pixels(picture: Path, segmenter: Segmenter, tmp_path: Path) -> None:
    window, whole, valid = segmented(picture, segmenter, tmp_path / "whole.tif")
    box = (LEFT + 70, TOP - 100, LEFT + 110, TOP - 60)
    area = Area.from_extent(*box, crs="EPSG:25832")
    part_window, part, part_valid = segmented(picture, segmenter, tmp_path / "part.tif", area)
    assert part_window != window
    asked = PixelWindow.covering(*box, GSD_M)
    assert part_valid[asked.local_slices(part_window)].all()
    there = part_window.local_slices(window)
    np.testing.assert_array_equal(whole[:, *there][:, part_valid], part[:, part_valid])
    assert valid[there][part_valid].all()
    assert np.unique(whole[0]).size > 50  # the network does say something that varies


def test_only_tiles_near_the_area_are_looked_at_and_pixels_inside_stay_the_same(
    picture: Path, segmenter: Segmenter, tmp_path: Path
) -> None:
    window, whole, _ = segmented(picture, segmenter, tmp_path / "whole.tif")
    corners = shapely.union(
        shapely.box(LEFT + 130, TOP - 30, LEFT + 132, TOP - 28), shapely.box(LEFT + 20, TOP - 110, LEFT + 22, TOP - 108)
    )
    counts: list[int] = []

    class Counting(Silent):
        def progress(self, stage: str, done: int, total: int) -> None:
            counts.append(total)

    path = tmp_path / "part.tif"
    with open_working_grid(picture, gsd_m=GSD_M, area=Area(corners, "EPSG:25832")) as grid:
        segment(grid, segmenter, path, Counting())
        with open_grid_raster(path) as part:
            pixels, valid = part.read(part.window)
        inside = grid.area_mask(grid.window)
    assert 0 < counts[0] < len(tiles_of(grid.window))
    assert inside is not None
    assert inside.any()
    assert valid[inside].all()
    np.testing.assert_array_equal(pixels[:, valid], whole[:, *grid.window.local_slices(window)][:, valid])


def test_what_is_not_valid_in_the_picture_is_not_valid_in_the_result(
    picture: Path, segmenter: Segmenter, tmp_path: Path
) -> None:
    window, _, valid = segmented(picture, segmenter, tmp_path / "whole.tif")
    with open_working_grid(picture, gsd_m=GSD_M) as grid:
        np.testing.assert_array_equal(valid, grid.read(window)[1])
    assert valid.any()
    assert not valid.all()


def test_blending_leaves_a_constant_as_it_is() -> None:
    window = PixelWindow(-100, 300, 900, 700)
    probability = np.full((2, TILE_PX, TILE_PX), 77, np.uint8)
    tiles: BlockPrediction = {tile: TilePrediction(probability, None) for tile in tiles_of(window)}
    assert (blend(window, tiles) == 77).all()


def test_blending_does_not_depend_on_the_order_of_the_tiles() -> None:
    rng = np.random.default_rng(0)
    window = PixelWindow(400, 400, 600, 600)
    tiles: BlockPrediction = {
        tile: TilePrediction(rng.integers(0, 256, (2, TILE_PX, TILE_PX), dtype=np.uint8), None)
        for tile in tiles_of(window)
    }
    np.testing.assert_array_equal(blend(window, tiles), blend(window, dict(reversed(tiles.items()))))


def test_blending_is_the_mean_weighted_by_the_ramps_of_the_tiles() -> None:
    rng = np.random.default_rng(0)
    window = PixelWindow(-100, 300, 900, 700)
    tiles: BlockPrediction = {
        tile: TilePrediction(rng.integers(0, 256, (2, TILE_PX, TILE_PX), dtype=np.uint8), None)
        for tile in tiles_of(window)
    }
    expected = np.zeros((2, *window.shape))
    for tile, prediction in tiles.items():
        common = tile.window.intersection(window)
        here = common.local_slices(tile.window)
        assert prediction is not None
        expected[:, *common.local_slices(window)] += prediction.probability[:, *here] * blending_weights()[here]
    np.testing.assert_array_equal(blend(window, tiles), np.floor(expected + 0.5))


def test_the_next_block_is_asked_for_while_one_is_written(tmp_path: Path) -> None:
    """A GPU would have to wait for stitching and writing otherwise."""
    window = PixelWindow(0, 0, 3 * BLOCK_PX, 256)
    blocks = plan_blocks(window, lambda _: True)
    prediction = TilePrediction(np.full((2, TILE_PX, TILE_PX), 77, np.uint8), None)
    next_is_asked_for = Event()

    def predictions() -> Iterator[BlockPrediction]:
        for block in blocks:
            if block.number == 1:
                next_is_asked_for.set()
            yield dict.fromkeys(block.fresh, prediction)

    path = tmp_path / "probability.tif"
    with create_grid_raster(path, window, GSD_M, "EPSG:25832", bands=BANDS) as output:
        write = output.write

        def wait_and_write(*args: Any) -> None:
            assert next_is_asked_for.wait(10)
            write(*args)

        output.write = wait_and_write  # type: ignore[method-assign]
        write_probabilities(blocks, predictions(), output)
    with open_grid_raster(path) as result:
        pixels, valid = result.read(window)
    assert valid.all()
    assert (pixels == 77).all()


def test_batches_go_across_blocks(picture: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Along a corridor, blocks have few tiles each: a GPU would get small batches."""
    segmenter = Segmenter(random_model, "cpu")
    segmenter.batch_tiles = 3
    with open_working_grid(picture, gsd_m=GSD_M) as grid:
        plan = plan_blocks(grid.window, grid.wants)
        tiles = tuple(tile for block in plan for tile in block.fresh)[:4]
        blocks = [
            replace(plan[0], number=number, fresh=fresh) for number, fresh in enumerate([tiles[:1], (), tiles[1:]])
        ]
        sizes: list[int] = []

        def predict(pixels: np.ndarray) -> np.ndarray:
            sizes.append(len(pixels))
            return pixels[:, :2]

        monkeypatch.setattr(segmenter, "predict", predict)
        counts: list[int] = []
        found = list(predict_blocks(grid, segmenter, blocks, counts.append))
        assert sizes == [3, 1]
        assert sum(counts) == len(tiles)
        assert [tuple(block) for block in found] == [block.fresh for block in blocks]


def test_a_tile_alone_is_taken_as_the_network_gives_it(random_model: Path, segmenter: Segmenter) -> None:
    tile = np.random.default_rng(0).integers(0, 256, (1, 3, TILE_PX, TILE_PX), dtype=np.uint8)
    model, card = load_model(random_model)
    with torch.inference_mode():
        expected = probabilities(model((torch.from_numpy(tile).float() - card.pixel_mean) / card.pixel_scale))
    difference = np.abs(segmenter.predict(tile).astype(int) - (expected * 255).round().numpy())
    assert difference.max() <= 1  # folded batch norms round a little differently


def test_batches_change_nothing(random_model: Path) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (3, 3, 64, 64), dtype=np.uint8)
    together, alone = Segmenter(random_model, "cpu"), Segmenter(random_model, "cpu")
    together.batch_tiles = 3
    difference = np.abs(together.predict(tiles).astype(int) - alone.predict(tiles).astype(int))
    assert difference.max() <= 1


def test_all_batches_have_the_same_size(random_model: Path) -> None:
    """A GPU's libraries would prepare for each other size, and might round differently."""
    tiles = np.random.default_rng(0).integers(0, 256, (5, 3, 64, 64), dtype=np.uint8)
    segmenter = Segmenter(random_model, "cpu")
    expected = segmenter.predict(tiles)
    segmenter.batch_tiles = 4
    sizes: list[int] = []
    segmenter._placed.network.encoder.register_forward_pre_hook(lambda _, inputs: sizes.append(len(inputs[0])))
    found = segmenter.predict(tiles)
    assert sizes == [4, 4]
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_half_precision_says_the_same_to_a_few_of_255() -> None:
    """The numbers that CUDA computes with, here on the processor: no overflow, and no other line."""
    segmenter = Segmenter(bundled_model_path(), "cpu", every_tile=True)
    with open_working_grid(resource_path("sample", "sample.tif")) as grid:
        tiles = plan_blocks(grid.window, grid.wants)[0].tiles[5:7]
        pixels = np.stack([grid.read(tile.window)[0] for tile in tiles])
    expected = segmenter.predict(pixels).astype(int)
    half = place(segmenter._fused, Numbers("cpu", torch.float16), segmenter._first_look)
    logits, places = half.logits(pixels)
    found = (probabilities(logits) * 255).round().numpy()
    assert expected.max() > 250
    assert np.abs(found - expected).max() <= 10
    assert (np.abs(found - expected) > 1).mean() < 0.01
    assert 0 < deviation(half, segmenter._fused, segmenter._first_look, 1) < 0.02
    highest, expected_highest = (each.amax(dim=(1, 2)) for each in (places, segmenter._placed.logits(pixels)[1]))
    assert (highest - expected_highest).abs().max() < 0.1  # the level lies 1 below every track


class Odd(torch.nn.Module):
    """A layer of a device that is wrong without a word, or that has no room."""

    def __init__(self, layer: torch.nn.Module, error: RuntimeError | None = None) -> None:
        super().__init__()
        self.layer, self.error = layer, error

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.error is not None:
            raise self.error
        return self.layer(x).flip(-1)


def make_another_device(monkeypatch: pytest.MonkeyPatch, make_odd: Callable[[PlacedNetwork], object]) -> None:
    """There is a device `mps`, which is the processor with something odd about it."""

    def place_oddly(network: DeepLabV3Plus, numbers: Numbers, first_look: FirstLook | None) -> PlacedNetwork:
        placed = replace(place(network, Numbers("cpu", numbers.dtype), first_look), numbers=numbers)
        if numbers.device == "mps":
            make_odd(placed)
        return placed

    monkeypatch.setattr(segmentation, "place", place_oddly)
    monkeypatch.setattr(segmentation, "available_devices", lambda: ("mps", "cpu"))
    monkeypatch.setattr(segmentation, "choose_device", lambda name: "mps" if name == "auto" else name)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, "its results differ from the CPU's"),
        (torch.OutOfMemoryError("no room"), "no room"),
        (NotImplementedError("no such operation\nmore"), "no such operation"),
    ],
)
def test_a_device_that_cannot_run_the_model_is_passed_over_and_that_is_said(
    random_model: Path, monkeypatch: pytest.MonkeyPatch, error: RuntimeError | None, told: str
) -> None:
    def make_odd(placed: PlacedNetwork) -> None:
        placed.network.aspp = Odd(placed.network.aspp, error)

    make_another_device(monkeypatch, make_odd)
    messages = Listening()
    segmenter = Segmenter(random_model, "auto", messages)
    assert segmenter.device == "cpu"
    assert segmenter.passed_over == {"mps": told}
    assert messages.messages[-1] == f"mps can't run the model: {told}. Using the next best device."
    with pytest.raises(RailSegError, match=told):
        Segmenter(random_model, "mps")


def test_a_device_whose_first_look_is_wrong_is_passed_over(
    looking_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_odd(placed: PlacedNetwork) -> None:
        assert placed.first_look is not None
        placed.first_look.layers = Odd(placed.first_look.layers)

    make_another_device(monkeypatch, make_odd)
    segmenter = Segmenter(looking_model, "auto", Listening())
    assert segmenter.passed_over == {"mps": "its results differ from the CPU's"}


def lacks_an_operation(_: torch.Tensor) -> torch.Tensor:
    raise NotImplementedError("no such operation")


def sees_nothing(context: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(context), dtype=torch.bool)


@pytest.mark.parametrize(
    ("shows_none", "told"),
    [(lacks_an_operation, "no such operation"), (sees_nothing, "its results differ from the CPU's")],
)
def test_a_device_on_which_only_the_prediction_fails_is_passed_over(
    looking_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    shows_none: Callable[[torch.Tensor], torch.Tensor],
    told: str,
) -> None:
    """The logits may be right where what is made of them is not: the run would end with an error, or without a line."""

    def make_odd(placed: PlacedNetwork) -> None:
        assert placed.first_look is not None
        placed.first_look.level.fill_(-1e9)  # there is something to see on any picture
        monkeypatch.setattr(placed.first_look, "shows_none", shows_none)

    make_another_device(monkeypatch, make_odd)
    assert Segmenter(looking_model, "auto", Listening()).passed_over == {"mps": told}


@pytest.mark.parametrize(
    "says",
    [
        "CUDA out of memory. Tried to allocate 100.00 MiB.",
        "MPS backend out of memory (MPS allocated: 7.10 GiB)",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "GET was unable to find an engine to execute this computation",
    ],
)
def test_a_device_with_room_for_small_batches_only_is_not_passed_over(
    random_model: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    make_another_device(monkeypatch, lambda placed: Room(placed.network, 1, says))
    messages = Listening()
    segmenter = Segmenter(random_model, "auto", messages)
    assert (segmenter.device, segmenter.batch_tiles) == ("mps", 1)
    assert messages.messages == ["mps is out of memory: batches of 1 from now on."]


@pytest.mark.parametrize(
    ("error", "told"), [(None, "its results differ from the CPU's"), (RuntimeError("no such kernel"), "no such kernel")]
)
def test_a_device_that_half_precision_does_not_suit_uses_single_and_that_is_said(
    random_model: Path, monkeypatch: pytest.MonkeyPatch, error: RuntimeError | None, told: str
) -> None:
    def make_odd(placed: PlacedNetwork) -> None:
        if placed.numbers.dtype == torch.float16:
            placed.network.aspp = Odd(placed.network.aspp, error)

    make_another_device(monkeypatch, make_odd)
    monkeypatch.setitem(PRECISIONS, "mps", (torch.float16, torch.float32))
    messages = Listening()
    segmenter = Segmenter(random_model, "auto", messages)
    assert segmenter._placed.numbers == Numbers("mps", torch.float32)
    assert messages.messages == [f"mps can't run the model in half precision: {told}. Using single."]


def test_where_half_precision_overflows_single_precision_goes_on(
    tmp_path: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, card = load_model(random_model)
    with torch.no_grad():  # the same network, but for features too large for half precision
        network.classify.weight /= 1e6
        network.decode[1][1].norm.weight *= 1e6
        network.decode[1][1].norm.bias *= 1e6
        network.upsample_logits.compress.weight /= 1e6
    path = tmp_path / "large.safetensors"
    save_model(network, card, path)
    tiles = np.random.default_rng(0).integers(0, 256, (2, 3, 64, 64), dtype=np.uint8)
    expected = Segmenter(path, "cpu").predict(tiles)
    assert np.ptp(expected) > 100

    monkeypatch.setitem(PRECISIONS, "cpu", (torch.float16, torch.float32))
    messages = Listening()
    segmenter = Segmenter(path, "cpu", messages)
    assert segmenter._placed.numbers.dtype == torch.float16
    np.testing.assert_array_equal(segmenter.predict(tiles), expected)
    assert "half precision: using single" in messages.messages[0]


def test_what_is_no_number_is_not_taken_for_no_track(random_model: Path) -> None:
    segmenter = Segmenter(random_model, "cpu")
    with torch.no_grad():
        segmenter._placed.network.classify.weight[0] = float("nan")
    with pytest.raises(RailSegError, match="not finite numbers"):
        segmenter.predict(np.zeros((1, 3, 64, 64), dtype=np.uint8))


@pytest.fixture(scope="module")
def two_tiles() -> np.ndarray:
    """(2, 3, 512, 512): noise, and nothing."""
    noise = np.random.default_rng(0).integers(0, 256, (3, TILE_PX, TILE_PX), dtype=np.uint8)
    return np.stack([noise, np.full_like(noise, 90)])


@pytest.fixture(scope="module")
def looking_model(random_model: Path, two_tiles: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random model with a first look that passes over the second of the two tiles, but not over the first."""
    network, card = load_model(random_model)
    torch.manual_seed(0)
    first_look = FirstLook().eval()
    with torch.inference_mode():
        features = network.features(normalise(torch.from_numpy(two_tiles).float())).context
        scores = first_look(features).amax(dim=(1, 2))
        if scores[0] < scores[1]:
            for parameter in first_look.layers[-1].parameters():
                parameter.neg_()
            scores = first_look(features).amax(dim=(1, 2))
        first_look.level.fill_(scores.mean())
    path = tmp_path_factory.mktemp("looking") / "looking.safetensors"
    save_model(network, card, path, first_look)
    return path


@pytest.mark.parametrize("batch_tiles", [1, 2])
def test_a_tile_that_shows_nothing_at_a_first_look_is_0_whatever_is_beside_it(
    looking_model: Path, random_model: Path, two_tiles: np.ndarray, batch_tiles: int
) -> None:
    plain, looking = Segmenter(random_model, "cpu"), Segmenter(looking_model, "cpu")
    every = Segmenter(looking_model, "cpu", every_tile=True)
    for segmenter in (plain, looking, every):
        segmenter.batch_tiles = batch_tiles
    expected, found = plain.predict(two_tiles), looking.predict(two_tiles)
    assert expected.any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], 0)
    np.testing.assert_array_equal(every.predict(two_tiles), expected)


def test_what_shows_nothing_at_a_first_look_is_not_decoded(looking_model: Path, two_tiles: np.ndarray) -> None:
    segmenter = Segmenter(looking_model, "cpu")
    decoded: list[int] = []
    segmenter._placed.network.upsample_logits.register_forward_hook(lambda *_: decoded.append(1))
    assert segmenter.predict(two_tiles[1:]).shape == (1, 2, TILE_PX, TILE_PX)
    assert decoded == []
    segmenter.predict(two_tiles[:1])
    assert decoded == [1]


def test_a_first_look_that_gives_no_number_passes_over_nothing(looking_model: Path, two_tiles: np.ndarray) -> None:
    segmenter = Segmenter(looking_model, "cpu")
    assert segmenter._placed.first_look is not None
    with torch.no_grad():
        segmenter._placed.first_look.layers[0].bias[0] = float("nan")
    assert segmenter.predict(two_tiles).any(axis=(1, 2, 3)).all()


def test_one_thread_takes_no_slow_convolution(random_model: Path) -> None:
    """Of its own accord torch gives a single thread's pointwise convolutions to a kernel that is half as fast."""
    tiles = np.random.default_rng(0).integers(0, 256, (1, 3, TILE_PX, TILE_PX), dtype=np.uint8)
    plain = load_model(random_model)[0].to(memory_format=torch.channels_last)
    segmenter = Segmenter(random_model, "cpu")
    pixels = torch.from_numpy(tiles).float().contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        expected = (probabilities(plain(normalise(pixels))) * 255).round().numpy()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], record_shapes=True) as profile:
            found = segmenter.predict(tiles)
    finally:
        torch.set_num_threads(threads)
    assert np.abs(found - expected).max() <= 1
    if torch.backends.mkldnn.is_available():
        kernels = {(event.name, tuple(event.input_shapes[0][2:])) for event in profile.events() if event.input_shapes}
        assert ("aten::mkldnn_convolution", (128, 128)) in kernels
        assert {size for name, size in kernels if "slow_conv" in name} <= {(1, 1)}


class Room:
    """Stands in for a device's memory: has room for so many tiles, of all threads together."""

    def __init__(self, network: DeepLabV3Plus, tiles: int, says: str = "out of memory") -> None:
        self.tiles = tiles
        self.says = says
        self.taken = self.refusals = 0
        self.lock = Lock()
        network.encoder.register_forward_pre_hook(self.take)
        network.upsample_logits.register_forward_hook(self.give_back)

    def take(self, _: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
        with self.lock:
            if self.taken + len(inputs[0]) > self.tiles:
                self.refusals += 1
                raise RuntimeError(self.says)
            self.taken += len(inputs[0])

    def give_back(self, _: torch.nn.Module, inputs: tuple[torch.Tensor], output: object) -> None:
        time.sleep(0.02)  # so that threads do meet
        with self.lock:
            self.taken -= len(inputs[0])


@pytest.mark.parametrize("threads", [1, 4])
def test_short_memory_halves_the_batch_then_one_thread_goes_at_a_time(random_model: Path, threads: int) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (8, 3, 32, 32), dtype=np.uint8)
    messages = Listening()
    segmenter = Segmenter(random_model, "cpu", messages)
    expected = segmenter.predict(tiles)
    segmenter.batch_tiles = 4
    room = Room(segmenter._placed.network, 1)
    with ThreadPoolExecutor(threads) as pool:
        predicted = list(pool.map(segmenter.predict, [tiles] * threads))
    for found in predicted:
        assert np.abs(found.astype(int) - expected).max() <= 1
    told = [message.split(": ")[1].split(" from")[0] for message in messages.messages]
    assert told == ["batches of 2", "batches of 1", "one batch at a time"][: 2 if threads == 1 else 3]
    assert room.refusals >= 2

    refusals = room.refusals
    segmenter.predict(tiles)
    assert room.refusals == refusals  # what has been learnt stays
    room.tiles = 0
    with pytest.raises(RailSegError, match="out of memory"):
        segmenter.predict(tiles)
    room.tiles = 1
    np.testing.assert_array_equal(segmenter.predict(tiles), predicted[0])


def test_where_a_device_has_no_room_for_a_tile_the_processor_goes_on(random_model: Path) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (3, 3, 32, 32), dtype=np.uint8)
    messages = Listening()
    segmenter = Segmenter(random_model, "cpu", messages)
    expected = segmenter.predict(tiles)
    segmenter._placed = replace(segmenter._placed, numbers=Numbers("mps", torch.float32))  # which is the processor
    segmenter._used = ["mps"]
    room = Room(segmenter._placed.network, 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)  # as where they are divided among others
    try:
        found = segmenter.predict(tiles)
    finally:
        torch.set_num_threads(threads)
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert segmenter.device == "cpu"
    assert segmenter.description == f"mps, then cpu ({threads} threads)"
    assert room.refusals == 2  # beside others, and alone
    assert "the CPU takes over" in messages.messages[-1]


def test_the_device_is_chosen_or_its_absence_is_said() -> None:
    assert choose_device("auto") == available_devices()[0]
    assert choose_device("cpu") == "cpu"
    with pytest.raises(RailSegError, match="abacus"):
        choose_device("abacus")
    for name in {"cuda", "mps"} - set(available_devices()):
        with pytest.raises(RailSegError, match=f"can't use the device {name}"):
            choose_device(name)


def test_a_card_that_cannot_be_used_is_not_passed_over_in_silence(
    random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a run on the processor takes fifty times as long, and nobody knows why."""

    def init() -> None:
        raise RuntimeError("The NVIDIA driver on your system is too old (found version 11040).")

    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", init)
    messages = Listening()
    Segmenter(random_model, "auto", messages)
    assert messages.messages == []  # there is no card
    monkeypatch.setattr(devices, "cuda_cards", lambda: ["NVIDIA RTX A2000"])
    segmenter = Segmenter(random_model, "auto", messages)
    reason = "The NVIDIA driver on your system is too old (found version 11040)"
    assert (segmenter.device, segmenter.passed_over) == ("cpu", {"cuda": reason})
    assert messages.messages == [f"torch can't use the device cuda: {reason}. Using the next best one."]
    Segmenter(random_model, "cpu", messages)
    assert len(messages.messages) == 1  # who wants the processor need not know


def test_a_device_that_was_in_use_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """QGIS's worker keeps running: a card that was full once must not be out of reach until QGIS is restarted."""

    def init() -> None:
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", init)
    assert device_problem("cuda") == "CUDA error: out of memory"
    ones = torch.ones
    monkeypatch.setattr(torch.cuda, "init", lambda: None)
    monkeypatch.setattr(torch, "ones", lambda size, device: ones(size))
    assert device_problem("cuda") is None
