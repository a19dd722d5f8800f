"""CARAFE against a slow, literal implementation of its definition."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from railseg_core.network import carafe
from railseg_core.network.carafe import Carafe, reassemble


def plain_reassembly(values: Tensor, kernels: Tensor) -> Tensor:
    """Output pixel (4r+i, 4c+j) is the kernel of (r, c, i, j) times the 5x5 source pixels round (r, c)."""
    n, channels, rows, cols = values.shape
    fine = torch.zeros(n, channels, 4 * rows, 4 * cols, dtype=values.dtype)
    for row in range(4 * rows):
        for col in range(4 * cols):
            for tap in range(25):
                source_row = min(max(row // 4 + tap // 5 - 2, 0), rows - 1)
                source_col = min(max(col // 4 + tap % 5 - 2, 0), cols - 1)
                weight = kernels[:, row // 4, col // 4, row % 4 * 4 + col % 4, tap]
                fine[:, :, row, col] += weight[:, None] * values[:, :, source_row, source_col]
    return fine


def random_inputs(n: int, channels: int, rows: int, cols: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(n, channels, rows, cols, generator=generator, dtype=torch.float64)
    kernels = torch.randn(n, rows, cols, 16, 25, generator=generator, dtype=torch.float64).softmax(dim=-1)
    return values, kernels


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 5), st.integers(1, 5), st.integers(0, 1000))
def test_reassembly_equals_its_definition(n: int, channels: int, rows: int, cols: int, seed: int) -> None:
    values, kernels = random_inputs(n, channels, rows, cols, seed)
    torch.testing.assert_close(reassemble(values, kernels), plain_reassembly(values, kernels), rtol=0, atol=1e-13)


def test_reassembly_in_blocks_of_rows_equals_reassembly_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values, kernels = random_inputs(2, 7, 9, 6, seed=1)
    whole = reassemble(values, kernels)
    monkeypatch.setattr(carafe, "_WINDOW_BYTES", 1)
    torch.testing.assert_close(reassemble(values, kernels), whole, rtol=0, atol=1e-14)


def test_gradients_agree_with_finite_differences() -> None:
    values, kernels = random_inputs(2, 2, 3, 2, seed=2)
    assert torch.autograd.gradcheck(reassemble, (values.requires_grad_(), kernels.requires_grad_()))


def test_a_constant_stays_constant_up_to_the_border() -> None:
    _, kernels = random_inputs(1, 1, 6, 6, seed=3)
    fine = reassemble(torch.full((1, 1, 6, 6), 7.0, dtype=torch.float64), kernels)
    torch.testing.assert_close(fine, torch.full_like(fine, 7.0))


def test_it_starts_as_bilinear_upsampling() -> None:
    torch.manual_seed(0)
    module = Carafe(8)
    torch.nn.init.zeros_(module.encode.weight)
    values = torch.rand(1, 8, 12, 12)
    bilinear = functional.interpolate(values, scale_factor=4, mode="bilinear", align_corners=False)
    torch.testing.assert_close(module(values), bilinear, rtol=0, atol=2e-4)


def test_one_kernel_serves_every_channel_so_a_classifier_may_stand_before_it() -> None:
    torch.manual_seed(0)
    module = Carafe(6, 4).double()
    classifier = torch.nn.Conv2d(6, 3, 1).double()
    features = torch.randn(2, 6, 5, 7, dtype=torch.float64)
    torch.testing.assert_close(module(features, classifier(features)), classifier(module(features)))
