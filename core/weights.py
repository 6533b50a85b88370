"""Weights of models of others: read from safetensors alone, and no code that comes with a model is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twokeys.core.errors import BadInput

T = TypeVar("T")
SAFE, PICKLED = ".safetensors", {".bin", ".pt", ".pth", ".ckpt", ".pkl"}
LEFT_BY_TRAINING = re.compile(r"(training_args|optimizer|scheduler|scaler|rng_state).*")
"""Pickles that lie beside weights and that nobody loads."""


def weights(load: Callable[..., T], place: str, **options: Any) -> T:
    """Load a model by a library's own function, from safetensors and without code of the model.

    Args:
        load: The function, such as `AutoModel.from_pretrained`.
        place: A folder, or a name on the hub.
        options: What else the function gets.

    Raises:
        BadInput: When the folder holds pickled weights alone. Else what the function raises.
    """
    check_weights(place)
    return load(place, use_safetensors=True, trust_remote_code=False, **options)


def check_weights(place: str) -> None:
    """Make sure that no part of a model's folder has pickled weights alone; a name on the hub passes.

    Raises:
        BadInput: When one has.
    """
    files = [path for path in Path(place).rglob("*") if path.is_file()] if Path(place).is_dir() else []
    safe = {path.parent for path in files if path.suffix == SAFE}
    for path in sorted(files):
        pickled = path.suffix in PICKLED and not LEFT_BY_TRAINING.fullmatch(path.name)
        if pickled and path.parent not in safe:
            problem = "the weights are pickled, and a pickle can run any code when it is read"
            load = f"AutoModel.from_pretrained({str(path.parent)!r}).save_pretrained('NEW')"
            remedy = f"convert them if you trust who made them, with the model's own class: transformers.{load}"
            raise BadInput(path, None, problem, "weights in .safetensors files", remedy)
