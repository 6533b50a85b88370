"""Recount the keys, sizes and mean colours of images from their pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twokeys.core.errors import BadInput
from twokeys.core.item_images import KEYS
from twokeys.core.items import image_key
from twokeys.core.pictures.facts import ImageFacts, describe
from twokeys.core.pictures.limits import Images


@dataclass
class Recounted:
    """Images that were recounted, each once.

    Attributes:
        limits: Limits for decoding an image.
        facts: SHA-256 of an image's bytes -> its facts.
        keys: Image keys whose bytes were counted.
        size: Bytes of all images; each key is counted once.
    """

    limits: Images
    facts: dict[str, ImageFacts] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    size: int = 0

    def faults(self, row: Mapping[str, Any], images: Sequence[bytes]) -> Iterator[str]:
        """Yield the contradictions of the first row with an `image_key`.

        Args:
            row: The row, with `image_key`, the size, the mean colours, and `image_keys` if the folder has it.
            images: Bytes of the row's images, in order.
        """
        try:
            recounted = [self._facts(data, row["id"]) for data in images]
        except BadInput as problem:
            yield str(problem)
            return
        keys = [image.image_key for image in recounted]
        size = min(image.width for image in recounted), min(image.height for image in recounted)
        colours = " ".join(str(image.colour) for image in recounted)
        counted = (image_key(keys), *size, colours, row.get(KEYS, keys))
        if counted != (row["image_key"], row["image_width"], row["image_height"], row["image_colour"], keys):
            yield f"{row['id']}: its image key, size or mean colour does not follow from its pixels"

    def _facts(self, data: bytes, where: str) -> ImageFacts:
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.facts:
            self.facts[digest] = describe(data, where, self.limits)
        facts = self.facts[digest]
        if facts.image_key not in self.keys:
            self.keys.add(facts.image_key)
            self.size += len(data)
        return facts
