"""What `twokeys verify` recounts of images: their keys, sizes and mean colours, from their pixels."""

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
    """Images that were looked at, each once.

    Attributes:
        limits: What an image must keep to be decoded.
        found: What is kept of each, by the SHA-256 of its bytes.
        keys: Image keys of which bytes were counted.
        size: Bytes of all images, each key counted once.
    """

    limits: Images
    found: dict[str, ImageFacts] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    size: int = 0

    def faults(self, row: Mapping[str, Any], images: Sequence[bytes]) -> Iterator[str]:
        """What does not fit of the first row with an `image_key`.

        Args:
            row: The row, with `image_key`, the size, the mean colours, and `image_keys` if the folder has it.
            images: Bytes of its images, in order.
        """
        try:
            facts = [self._facts(data, row["id"]) for data in images]
        except BadInput as problem:
            yield str(problem)
            return
        keys = [one.image_key for one in facts]
        size = min(one.width for one in facts), min(one.height for one in facts)
        colours = " ".join(str(one.colour) for one in facts)
        counted = (image_key(keys), *size, colours, row.get(KEYS, keys))
        if counted != (row["image_key"], row["image_width"], row["image_height"], row["image_colour"], keys):
            yield f"{row['id']}: its image key, size or mean colour does not follow from its pixels"

    def _facts(self, data: bytes, where: str) -> ImageFacts:
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.found:
            self.found[digest] = describe(data, where, self.limits)
        facts = self.found[digest]
        if facts.image_key not in self.keys:
            self.keys.add(facts.image_key)
            self.size += len(data)
        return facts
