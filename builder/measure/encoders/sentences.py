"""Text vectors by sentence-transformers."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from twokeys.builder.measure.encoders.encoder import Vectors
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.weights import check_weights


class SentenceEncoder:
    """Any sentence-transformers model, by name or folder."""

    def __init__(self, name: str, device: str | None = None) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            check_weights(name)
            self._model = SentenceTransformer(
                name,
                device=device_for(device),
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "trust_remote_code": False},
            )
        except BadInput:
            raise
        except (OSError, ValueError) as error:
            remedy = "download the model once while online, or use packaged:minilm"
            raise BadInput("recipe", "encoders.text", f"{name!r} does not load ({error})", "", remedy) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, d) unit vectors."""
        vectors = self._model.encode(
            list(texts),
            batch_size=64,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)
