"""The packaged network is the published one: it knows a palace and a daisy when it sees them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from twokeys.builder.measure.encoders import package_folder
from twokeys.builder.measure.encoders.efficientnet import BATCH, EfficientNetLite0, Network, SameConv, prepare


@pytest.fixture(scope="module")
def network() -> Network:
    """The network as published: batch norms apart, with its classifier."""
    folder = package_folder("packaged:efficientnet-lite0")
    network = Network()
    network.load_state_dict(torch.load(folder / "efficientnet-lite0-57934424.pth", weights_only=True))
    return network.eval()


def test_fusing_the_norms_changes_nothing(
    network: Network, efficientnet: EfficientNetLite0, photos: dict[str, Image.Image], shapes: list[Image.Image]
) -> None:
    batch = torch.from_numpy(np.stack([prepare(picture) for picture in [*photos.values(), *shapes[:2]]]))
    with torch.inference_mode():
        plain = network((batch.permute(0, 3, 1, 2).float() - 127) / 128)
        fused = efficientnet.forward(batch).cpu()
    assert fused.shape == (4, 1280)
    assert torch.allclose(fused, plain, atol=1e-4, rtol=1e-3)


def test_the_network_knows_a_palace_and_a_daisy(network: Network, photos: dict[str, Image.Image]) -> None:
    # ImageNet: class 698 is a palace, 985 a daisy. The flower is a dahlia, for which ImageNet has no class.
    batch = torch.from_numpy(np.stack([prepare(photos[name]) for name in ("china", "flower")]))
    with torch.inference_mode():
        scores = network._fc(network((batch.permute(0, 3, 1, 2).float() - 127) / 128))
    assert scores.argmax(dim=1).tolist() == [698, 985]


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(
    efficientnet: EfficientNetLite0, shapes: list[Image.Image]
) -> None:
    pictures = shapes[: BATCH + 3]
    together = efficientnet.encode(pictures)
    assert together.shape == (BATCH + 3, 1280)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(BATCH + 3), abs=1e-5)
    alone = np.concatenate([efficientnet.encode([picture]) for picture in pictures[:2]])
    assert together[:2] == pytest.approx(alone, abs=1e-4)


def test_pictures_are_cropped_to_their_middle_square() -> None:
    # Left third red, middle green, right blue: of 90 x 30 only the middle is seen, but for what bicubic interpolation
    # takes from two pixels beyond its border: 2 of 30, or 15 of 224.
    wide = Image.new("RGB", (90, 30), "green")
    wide.paste("red", (0, 0, 30, 30))
    wide.paste("blue", (60, 0, 90, 30))
    for picture in (wide, wide.rotate(90, expand=True)):
        assert prepare(picture).shape == (224, 224, 3)
        assert (prepare(picture)[16:-16, 16:-16] == (0, 128, 0)).all()


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "CMYK"])
def test_any_mode_is_seen_as_rgb(mode: str) -> None:
    picture = Image.new("RGB", (8, 8), (0, 255, 0)).convert(mode)
    assert (prepare(picture) == prepare(picture.convert("RGB"))).all()


@pytest.mark.parametrize(("side", "stride", "out"), [(7, 1, 7), (7, 2, 4), (8, 2, 4), (1, 2, 1)])
def test_same_padding_is_tensorflows(side: int, stride: int, out: int) -> None:
    # Ones through a kernel of ones: each output counts the pixels under the kernel.
    conv = SameConv(1, 1, 3, stride)
    torch.nn.init.ones_(conv.weight)
    counted = conv(torch.ones(1, 1, side, side))
    assert counted.shape == (1, 1, out, out)
    if (side, stride) == (8, 2):
        # One padding pixel in all goes right and below: the first window is full, the last one is cut.
        assert (counted[0, 0, 0, 0].item(), counted[0, 0, -1, -1].item()) == (9, 4)
