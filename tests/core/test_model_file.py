"""Model files: what goes in comes out, and errors say what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from railseg_core.errors import RailSegError
from railseg_core.network.config import VARIANTS
from railseg_core.network.deeplabv3plus import DeepLabV3Plus
from railseg_core.network.first_look import FirstLook
from railseg_core.network.model_card import ModelCard, bundled_model_path, checksum, read_card
from railseg_core.network.model_file import load_first_look, load_model, save_model

CARD = ModelCard(name="test-1", variant="lite", axis_threshold=0.4, credits=("somebody",), scores={"iou": 0.5})


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_model(DeepLabV3Plus(VARIANTS["lite"]), CARD, path)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_model_that_a_full_disk_cuts_short_is_not_left(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from railseg_core.network.model_card import bundled_model_path\n"
        "from railseg_core.network.model_file import load_model, save_model\n"
        "model, card = load_model(bundled_model_path())\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "save_model(model, card, Path(sys.argv[1]))\n"
    )
    path = tmp_path / "model.safetensors"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert f"RailSegError: {path} could not be written" in done.stderr
    assert not any(tmp_path.iterdir())


def rewritten(model_path: Path, target: Path, **card_values: object) -> Path:
    header = {"railseg_model": json.dumps(asdict(CARD) | card_values)}
    save_file(load_file(model_path), target, metadata=header)
    return target


def test_card_and_weights_survive_the_file_to_half_precision(model_path: Path) -> None:
    torch.manual_seed(0)
    original = DeepLabV3Plus(VARIANTS["lite"]).state_dict()
    model, card = load_model(model_path)
    assert card == CARD
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(tensor, original[name], rtol=1e-3, atol=1e-6)


def test_the_file_is_small_enough_to_bundle(model_path: Path) -> None:
    assert model_path.stat().st_size < 12.5e6


def test_the_bundled_model_loads() -> None:
    model, card = load_model(bundled_model_path())
    assert card.gsd_m == 0.2
    assert not model.training
    assert load_first_look(bundled_model_path()) is not None
    assert card.format_version == 2


def test_a_checksum_depends_on_every_byte(model_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    content = bytearray(model_path.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    assert checksum(other) != checksum(model_path)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="doesn't exist"):
        read_card(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 1000, 1_000_000], ids=lambda keep: f"{keep} bytes left")
def test_a_truncated_file_is_a_clear_error(model_path: Path, tmp_path: Path, keep: int) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(model_path.read_bytes()[:keep])
    for read in (read_card, load_model):
        with pytest.raises(RailSegError, match="damaged"):
            read(damaged)


@pytest.mark.parametrize(
    "header",
    ["[]", "7", '{"__metadata__": 7}', '{"a": 7}', '{"a": {"data_offsets": "ab"}}', "[" * 100_000, '{"a": {}}', "{}x"],
    ids=lambda header: header[:30],
)
def test_a_header_of_another_shape_is_a_clear_error(tmp_path: Path, header: str) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode())
    with pytest.raises(RailSegError, match="damaged"):
        read_card(path)


def test_a_text_file_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "text.safetensors"
    path.write_text("This is not a model, though it is a file of some length.")
    with pytest.raises(RailSegError, match="damaged"):
        load_model(path)


def test_a_foreign_safetensors_file_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(RailSegError, match="not a RailSeg model"):
        load_model(path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"architecture": "unet"}, "cannot run models of the kind"),
        ({"variant": "huge"}, "cannot run models of the kind"),
        ({"outputs": ["background", "road"]}, "cannot run models of the kind"),
        ({"pixel_mean": 0.0}, "cannot run models of the kind"),
        ({"format_version": 99}, "newer RailSeg"),
        ({"axis_threshold": 7.0}, "header"),
        ({"gsd_m": -1}, "header"),
        ({"gsd_m": "a"}, "header"),
    ],
)
def test_a_header_that_does_not_fit_is_a_clear_error(
    model_path: Path, tmp_path: Path, values: dict[str, object], message: str
) -> None:
    with pytest.raises(RailSegError, match=message):
        read_card(rewritten(model_path, tmp_path / "odd.safetensors", **values))


def test_tensors_of_another_variant_are_a_clear_error(model_path: Path, tmp_path: Path) -> None:
    with pytest.raises(RailSegError, match="doesn't fit its architecture"):
        load_model(rewritten(model_path, tmp_path / "odd.safetensors", variant="faithful"))


def test_a_tensor_of_another_shape_is_a_clear_error(model_path: Path, tmp_path: Path) -> None:
    tensors = load_file(model_path)
    tensors["classify.weight"] = torch.zeros(2, 256, 1, 1)
    path = tmp_path / "odd.safetensors"
    save_file(tensors, path, metadata={"railseg_model": json.dumps(asdict(CARD))})
    with pytest.raises(RailSegError, match=r"classify\.weight"):
        load_model(path)


def test_weights_that_are_not_finite_are_a_clear_error(tmp_path: Path) -> None:
    model = DeepLabV3Plus(VARIANTS["lite"])
    torch.nn.init.constant_(model.classify.bias, float("nan"))  # type: ignore[arg-type]
    path = tmp_path / "odd.safetensors"
    save_model(model, replace(CARD), path)
    with pytest.raises(RailSegError, match="isn't finite"):
        load_model(path)


def with_first_look(path: Path) -> FirstLook:
    """Writes a model with a first look to a file, and returns that."""
    torch.manual_seed(1)
    first_look = FirstLook()
    first_look.level.fill_(-1.5)
    save_model(DeepLabV3Plus(VARIANTS["lite"]), CARD, path, first_look)
    return first_look


def test_a_first_look_survives_the_file_and_may_be_missing(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "looking.safetensors"
    original = with_first_look(path)
    assert load_model(path)[1] == replace(CARD, format_version=2)
    found = load_first_look(path)
    assert found is not None
    assert not found.training
    for name, tensor in found.state_dict().items():
        torch.testing.assert_close(tensor, original.state_dict()[name], rtol=1e-3, atol=1e-6)
    assert load_first_look(model_path) is None


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("first_look.layers.0.bias", None, r"1 tensors differ, first_look\.layers\.0\.bias first"),
        ("first_look.more", torch.zeros(1), r"1 tensors differ, first_look\.more first"),
        ("first_look.level", torch.zeros(2), r"first_look\.level has the wrong shape"),
        ("first_look.level", torch.tensor(float("nan")), r"first_look\.level isn't finite"),
    ],
)
def test_a_first_look_that_does_not_fit_is_a_clear_error(
    tmp_path: Path, name: str, tensor: torch.Tensor | None, message: str
) -> None:
    path = tmp_path / "odd.safetensors"
    with_first_look(path)
    tensors = load_file(path)
    tensors.pop(name, None)
    if tensor is not None:
        tensors[name] = tensor
    save_file(tensors, path, metadata={"railseg_model": json.dumps(asdict(CARD))})
    with pytest.raises(RailSegError, match=message):
        load_first_look(path)
