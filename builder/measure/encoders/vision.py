"""Image vectors by any transformers vision model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from twokeys.builder.measure.encoders.encoder import Vectors, unit
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import upright
from twokeys.core.weights import weights


class VisionEncoder:
    """A transformers model with a vision tower: its pooler's output, or the mean of its patch states without one."""

    def __init__(self, name: str, device: str | None = None) -> None:
        from transformers import AutoImageProcessor, AutoModel

        try:
            self._processor: Any = AutoImageProcessor.from_pretrained(name, trust_remote_code=False)  # type: ignore[no-untyped-call]
            model, loading = weights(AutoModel.from_pretrained, name, output_loading_info=True, dtype=torch.float32)
            # What a checkpoint lacks is made at random, anew in every process. Classifiers often lack a pooler.
            self._pooler = not any("pooler" in key for key in loading["missing_keys"])
            if lacking := sorted(key for key in loading["missing_keys"] if "pooler" not in key):
                raise ValueError(f"its weights lack {', '.join(lacking)}")
        except BadInput:
            raise
        except (OSError, ValueError) as error:
            remedy = "download the model once while online, or use packaged:efficientnet-lite0"
            raise BadInput("recipe", "encoders.image", f"{name!r} does not load ({error})", "", remedy) from error
        self._device = device_for(device)
        # CLIP-like models hold a text tower too; only the vision tower is wanted.
        self._model = getattr(model, "vision_model", model).eval().to(self._device)

    @torch.inference_mode()
    def encode(self, pictures: Sequence[Image.Image], batch: int = 16) -> Vectors:
        """Return (n, d) unit vectors."""
        found = []
        for start in range(0, len(pictures), batch):
            inputs = self._processor(
                images=[upright(one) for one in pictures[start : start + batch]], return_tensors="pt"
            )
            output = self._model(pixel_values=inputs["pixel_values"].to(self._device))
            pooled = getattr(output, "pooler_output", None) if self._pooler else None
            state = pooled if pooled is not None else output.last_hidden_state.mean(dim=1)
            found.append(state.flatten(1).float().cpu())
        return unit(torch.cat(found).numpy())
