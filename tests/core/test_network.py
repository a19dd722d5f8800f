"""The network's shapes (the paper's worked example), its equations and its folding."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from railseg_core.network.config import VARIANTS, NetworkConfig
from railseg_core.network.deeplabv3plus import DeepLabV3Plus, fuse_batch_norms, probabilities
from railseg_core.network.mobilenetv3 import InvertedResidual, MobileNetV3Large, SqueezeExcite


@pytest.fixture(params=sorted(VARIANTS))
def model(request: pytest.FixtureRequest) -> DeepLabV3Plus:
    torch.manual_seed(0)
    return DeepLabV3Plus(VARIANTS[request.param]).eval()


def test_the_shapes_are_those_of_the_papers_worked_example(model: DeepLabV3Plus) -> None:
    with torch.no_grad():
        low, high = model.encoder(torch.zeros(1, 3, 512, 512))
        context = model.aspp(high)
        features = model.upsample_features(context)
        logits = model(torch.zeros(1, 3, 512, 512))
    assert low.shape == (1, 24, 128, 128)
    assert context.shape == (1, 256, 32, 32)
    assert model.upsample_features.compress(context).shape == (1, 64, 32, 32)
    assert model.upsample_features.kernels(context).shape == (1, 32, 32, 4**2, 5**2)
    assert features.shape == (1, 256, 128, 128)
    assert logits.shape == (1, 3, 512, 512)


@pytest.mark.parametrize(("variant", "millions"), [("faithful", 6.12), ("lite", 4.80)])
def test_the_number_of_parameters_is_the_expected_one(variant: str, millions: float) -> None:
    count = sum(parameter.numel() for parameter in DeepLabV3Plus(VARIANTS[variant]).parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.01)


def test_activations_are_the_papers_equations_1_and_2() -> None:
    x = torch.linspace(-5, 5, 101)
    h_sigmoid = torch.where(x > 3, 1.0, torch.where(x < -3, 0.0, x / 6 + 0.5))
    torch.testing.assert_close(SqueezeExcite(16).gate(x.clone()), h_sigmoid)
    torch.testing.assert_close(MobileNetV3Large().stem.activation(x.clone()), x * h_sigmoid)


def test_squeeze_excite_squeezes_to_a_quarter() -> None:
    assert SqueezeExcite(960).reduce.out_channels == 240


def test_the_last_three_blocks_are_5x5_dilated_and_keep_the_stride() -> None:
    for block in MobileNetV3Large().blocks[-3:]:
        assert isinstance(block, InvertedResidual)
        convolution = block.depthwise.conv
        assert (convolution.kernel_size, convolution.dilation, convolution.stride) == ((5, 5), (2, 2), (1, 1))


def test_folding_batch_norms_changes_nothing_but_rounding(model: DeepLabV3Plus) -> None:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2)
    fused = copy.deepcopy(model).double()
    fuse_batch_norms(fused)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in fused.modules())
    image = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    with torch.inference_mode():
        torch.testing.assert_close(fused(image), model.double()(image))


def test_probabilities_are_the_softmax_of_two_classes_and_the_sigmoid_of_the_axis() -> None:
    logits = torch.randn(2, 3, 4, 4)
    track, axis = probabilities(logits).unbind(dim=1)
    torch.testing.assert_close(track, logits[:, :2].softmax(dim=1)[:, 1])
    torch.testing.assert_close(axis, logits[:, 2].sigmoid())


def test_every_parameter_gets_a_gradient() -> None:
    torch.manual_seed(0)
    model = DeepLabV3Plus(NetworkConfig("separable", 16))
    # Away from the bilinear start, whose kernels hardly depend on the content.
    model(torch.randn(2, 3, 64, 64)).square().mean().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().any()]
    assert without == []
