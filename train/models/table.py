"""The networks that are compared and the rows of the report, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from train.models.deeplab import DeepLabV3, deeplabv3plus
from train.models.unet import UNet, light_unet

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "unet": UNet,
    "light-unet": light_unet,
    "deeplabv3-resnet50": DeepLabV3,
    "v2-bilinear": partial(deeplabv3plus, "mobilenetv2", "bilinear"),
    "v2-carafe": partial(deeplabv3plus, "mobilenetv2", "carafe"),
    "v3-bilinear": partial(deeplabv3plus, "mobilenetv3", "bilinear"),
    "v3-carafe": partial(deeplabv3plus, "mobilenetv3", "carafe"),
}
"""The networks to train, by name: images (n, 3, rows, cols) to logits (n, 2, rows, cols) of background and track."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the paper's tables.

    Attributes:
        label: Name shown in the report.
        network: Name in `NETWORKS`; rows of one network share its weights.
        has_morphology: Whether its masks are opened and closed.
        paper_seconds: Seconds that the paper reports for 288 pictures of its railway data.
        paper_accuracy: Accuracy that the paper reports there, per cent.
        paper_iou: IoU that the paper reports there, per cent; None if it reports none.
    """

    label: str
    network: str
    has_morphology: bool
    paper_seconds: float
    paper_accuracy: float
    paper_iou: float | None = None


OURS = Row("ours: V3, CARAFE, morphology", "v3-carafe", True, 61, 97.69, 66.21)

MODEL_ROWS = (
    Row("U-Net", "unet", False, 96, 94.72, 63.41),
    Row("light U-Net", "light-unet", False, 80, 96.11, 65.22),
    Row("DeepLabV3, ResNet-50", "deeplabv3-resnet50", False, 72, 95.34, 64.13),
    Row("DeepLabV3+, MobileNetV2", "v2-bilinear", False, 64, 95.96, 64.97),
    OURS,
)
"""Rows of the paper's tables 1 (railway) and 3 (DeepGlobe)."""

ABLATION_ROWS = (
    Row("V2", "v2-bilinear", False, 63, 93.57),
    Row("V2 + CARAFE", "v2-carafe", False, 62, 93.91),
    Row("V2 + CARAFE + morphology", "v2-carafe", True, 65, 96.15),
    Row("V3", "v3-bilinear", False, 60, 94.71),
    Row("V3 + CARAFE", "v3-carafe", False, 58, 95.07),
    Row("V3 + CARAFE + morphology", "v3-carafe", True, 61, 97.59),
)
"""Rows of the paper's tables 5 (railway) and 6 (DeepGlobe)."""
