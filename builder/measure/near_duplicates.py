"""Near-duplicate images and paraphrases: candidates by embedding, thresholds from the corpus itself, then verified.

No similarity threshold fits two corpora, so each is calibrated: take a sample, change it in ways that keep its meaning
(re-encoding, shrinking, brightness; articles, case, punctuation), and see how similar copies stay to their originals.
A pair is a candidate when it is as similar as 99 % of true copies are. Candidates are then verified by something that
is no embedding: the thumbnails' largest local difference, or the questions' content words.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from scipy.ndimage import uniform_filter

from twokeys.builder.measure.embed import Embedded, thumbnail
from twokeys.builder.measure.encoders.encoder import ImageEncoder, TextEncoder
from twokeys.builder.measure.neighbours import pairs_above
from twokeys.core.pictures.shown import upright

Ints = NDArray[np.int64]
COPIES_THAT_PASS = 0.99
"""Share of true copies that a calibrated threshold lets through."""
WINDOW = 2
"""Side, in thumbnail pixels, of the window over which a local difference is averaged."""


@dataclass(frozen=True)
class Clusters:
    """Clusters of near-duplicate keys.

    Attributes:
        leader: (n,) index of the first key of each key's cluster; its own index for a key on its own.
        similarity: Calibrated embedding similarity.
        difference: Calibrated thumbnail difference in levels of 0 to 255; None for texts.
        candidates: Pairs that the embedding proposed.
        verified: Pairs that were confirmed.
    """

    leader: Ints
    similarity: float
    difference: float | None
    candidates: int
    verified: int

    @property
    def note(self) -> str:
        """How many candidates held."""
        return f"{self.verified:,} of {self.candidates:,} candidate pairs verified"


def near_images(
    embedded: Embedded, small: NDArray[np.uint8], sample: list[Image.Image], encoder: ImageEncoder
) -> Clusters:
    """Cluster near-duplicate images.

    Args:
        embedded: Full vectors by image key.
        small: Thumbnails in key order.
        sample: Some decoded images of the corpus, to calibrate on.
        encoder: The encoder that made the vectors.
    """
    copies = [copy for picture in sample for copy in harmless_copies(picture)]
    times = len(copies) // max(len(sample), 1)
    originals = np.repeat(encoder.encode(sample), times, axis=0)
    kept = np.einsum("nd,nd->n", originals, encoder.encode(copies))
    shrunk = np.stack([thumbnail(picture) for picture in sample])
    change = local_difference(np.repeat(shrunk, times, axis=0), np.stack([thumbnail(copy) for copy in copies]))
    similarity = float(np.quantile(kept, 1 - COPIES_THAT_PASS))
    difference = float(np.quantile(change, COPIES_THAT_PASS))
    left, right = pairs_above(embedded.vectors, similarity)
    same = np.concatenate(
        [np.zeros(0, dtype=bool)]
        + [
            local_difference(small[left[at : at + 65_536]], small[right[at : at + 65_536]]) <= difference
            for at in range(0, len(left), 65_536)
        ]
    )
    leader = lead(len(embedded.keys), left[same], right[same])
    return Clusters(leader, similarity, difference, len(left), int(same.sum()))


def harmless_copies(picture: Image.Image) -> list[Image.Image]:
    """Copies of an image that mean the same: a JPEG, a smaller one, a brighter one."""
    picture = upright(picture)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=75)
    smaller = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))
    return [
        Image.open(io.BytesIO(buffer.getvalue())),
        smaller,
        ImageEnhance.Brightness(picture).enhance(1.05),
    ]


def local_difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Largest mean difference over any window and colour, per pair of thumbnails: small edits are not averaged away."""
    gap = np.abs(left.astype(np.float32) - right.astype(np.float32))
    largest = uniform_filter(gap, size=(0, WINDOW, WINDOW, 0), mode="nearest").max(axis=(1, 2, 3))
    return largest.astype(np.float64)  # type: ignore[no-any-return]


def paraphrases(embedded: Embedded, texts: pd.Series[str], encoder: TextEncoder) -> Clusters:
    """Cluster questions that say the same: similar by embedding, and of the same content words.

    Args:
        embedded: Vectors by question key.
        texts: Question text by key.
        encoder: The encoder that made the vectors.
    """
    ordered = [str(texts[key]) for key in embedded.keys]
    sample = ordered[:: max(1, len(ordered) // 200)]
    kept = np.einsum("nd,nd->n", encoder.encode(sample), encoder.encode([reworded(text) for text in sample]))
    similarity = float(np.quantile(kept, 1 - COPIES_THAT_PASS))
    left, right = pairs_above(embedded.vectors, similarity)
    words = [content_words(text) for text in ordered]
    same = np.array([words[i] == words[j] for i, j in zip(left, right, strict=True)], dtype=bool)
    leader = lead(len(ordered), left[same], right[same])
    return Clusters(leader, similarity, None, len(left), int(same.sum()))


_FUNCTION_WORDS = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "there", "here", "it", "its", "is", "are", "was", "were",
    "be", "been", "being", "am", "do", "does", "did", "has", "have", "had", "can", "could", "will", "would",
    "shall", "should", "may", "might", "must", "to", "of", "please",
})  # fmt: skip
"""Words that a paraphrase may add or leave out: no numbers, no negations, no places (on, under)."""
_WORD = re.compile(r"[^\W_]+(?:['.,][^\W_]+)*|[^\w\s.,;:?!'\"]")


def content_words(text: str) -> frozenset[str]:
    """Words and signs that carry meaning: function words go; numbers, negations and places stay.

    Example:
        >>> content_words("Is there a mass?") == content_words("is a mass there")
        True
        >>> content_words("Is it red?") == content_words("Is it not red?")
        False
    """
    return frozenset(_WORD.findall(text.lower())) - _FUNCTION_WORDS


def reworded(text: str) -> str:
    """The same question in other clothes: lower case, no articles, no mark at the end."""
    return re.sub(r"\b(a|an|the)\s+", "", text.lower()).rstrip("?. ")


def lead(n: int, left: Ints, right: Ints) -> Ints:
    """Leader clustering: a key joins the first leader that it is paired with, so that clusters cannot chain.

    Example:
        >>> lead(4, np.array([0, 1]), np.array([1, 2])).tolist()
        [0, 0, 2, 3]
    """
    leader = np.arange(n)
    order = np.lexsort((left, right))
    for i, j in zip(left[order].tolist(), right[order].tolist(), strict=True):
        if leader[i] == i and leader[j] == j:
            leader[j] = i
    return leader
