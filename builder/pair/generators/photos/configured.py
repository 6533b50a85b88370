"""Whether a model of transformers is there: its configuration tells, before its weights are loaded."""

from __future__ import annotations

from pathlib import Path

from twokeys.core.weights import check_weights

FAULTS = (OSError, ValueError, KeyError)
"""What transformers and diffusers raise where no model of a name can be loaded."""


def configured(name: str) -> None:
    """Read a model's configuration, and see that its folder, if it is one, holds weights.

    Args:
        name: Name on the model hub, or a folder.

    Raises:
        OSError: When there is no configuration, or no weights; also `FAULTS`.
    """
    from transformers import AutoConfig

    check_weights(name)
    AutoConfig.from_pretrained(name, trust_remote_code=False)
    if Path(name).is_dir() and not any(Path(name).glob("*.safetensors")):
        raise OSError(f"the folder {name} holds no .safetensors file")
