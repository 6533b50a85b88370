"""Detectors: what finds things where nobody annotated any, and says whether a removed thing is gone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image

from twokeys.builder.pair.generators.photos.configured import FAULTS, configured
from twokeys.builder.pair.generators.photos.things import Thing
from twokeys.builder.pair.generators.photos.writing import Pixels
from twokeys.core.devices import device_for
from twokeys.core.errors import BadInput
from twokeys.core.weights import weights

LEAST = 0.4
"""Score from which a detection counts as a thing."""


class Detector(Protocol):
    """Finds things.

    Attributes:
        labels: The categories that it knows, in small letters.
    """

    labels: frozenset[str]

    def things(self, pixels: Pixels, least: float = LEAST) -> tuple[Thing, ...]:
        """Find the things of one picture whose score is at least `least`, best first."""
        ...


@lru_cache(maxsize=2)
def detector(name: str) -> Detector:
    """Load a detector, once per process.

    Args:
        name: A file of the SSD in `@mediapipe/objectron` (ends in `.data`), or the name or folder of a model for
            `AutoModelForObjectDetection`.

    Raises:
        BadInput: When there is none of that name.
        MissingPackage: When its library is not installed.
    """
    if name.endswith(".data"):
        from twokeys.builder.pair.generators.photos.ssd import SsdDetector

        return SsdDetector(Path(name))
    return TransformersDetector(name)


def check_detector(name: str) -> None:
    """See that a detector is there, before anything is measured; arguments and errors as `detector`.

    The SSD is small and is loaded; of a model of transformers only the configuration is read.
    """
    if name.endswith(".data"):
        detector(name)
        return
    try:
        configured(name)
    except FAULTS as error:
        raise _absent(name, error) from error


def _absent(name: str, error: Exception) -> BadInput:
    if isinstance(error, BadInput):
        return error
    allowed = "a .data file of @mediapipe/objectron, or the name or folder of an object detector"
    return BadInput("recipe", "detector", f"{name!r} cannot be loaded ({error})", allowed, "correct the name")


class TransformersDetector:
    """Any object detector of transformers, such as DETR or RT-DETR.

    Args:
        name: Name on the model hub, or a folder. Only safetensors are read, and no code from the folder is run.
    """

    def __init__(self, name: str) -> None:
        from transformers import AutoImageProcessor, AutoModelForObjectDetection

        try:
            self._processor = AutoImageProcessor.from_pretrained(name, trust_remote_code=False)  # type: ignore[no-untyped-call]
            model = weights(AutoModelForObjectDetection.from_pretrained, name)
        except FAULTS as error:
            raise _absent(name, error) from error
        self._device = device_for()
        self.module: torch.nn.Module = model.eval().to(self._device)
        self._names = {index: str(label).casefold() for index, label in model.config.id2label.items()}
        self.labels = frozenset(self._names.values())

    @torch.inference_mode()
    def things(self, pixels: Pixels, least: float = LEAST) -> tuple[Thing, ...]:
        """As `Detector`."""
        height, width = pixels.shape[:2]
        inputs = self._processor(images=Image.fromarray(pixels), return_tensors="pt").to(self._device)
        detections = self._processor.post_process_object_detection(
            self.module(**inputs), threshold=least, target_sizes=[(height, width)]
        )[0]
        things = []
        for score, label, box in sorted(
            zip(
                detections["scores"].tolist(), detections["labels"].tolist(), detections["boxes"].tolist(), strict=True
            ),
            reverse=True,
        ):
            x0, y0, x1, y1 = (int(np.floor(v)) if i < 2 else int(np.ceil(v)) for i, v in enumerate(box))
            whole = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
            if whole[0] < whole[2] and whole[1] < whole[3]:
                things.append(Thing(self._names[label], whole, score=score))
        return tuple(things)
