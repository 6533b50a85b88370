"""Near-duplicate images and paraphrases: candidates by embedding, thresholds from the corpus itself, then verified.

No similarity threshold fits two corpora, so each is calibrated: a sample is changed in ways that keep its meaning
(re-encoding, shrinking, brightness; articles, case, punctuation), and the similarity of copies to originals is
measured. A pair is a candidate if it is at least as similar as 99 % of true copies. Candidates are then verified
without an embedding: by the largest local difference of thumbnails, or by the content words of questions.
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
"""Share of true copies that pass a calibrated threshold."""
WINDOW = 2
"""Side of the window over which a local difference is averaged, in thumbnail pixels."""


@dataclass(frozen=True)
class Clusters:
    """Clusters of near-duplicate keys.

    Attributes:
        leader: (n,) index of the first key of each key's cluster; the key's index if it is alone.
        similarity: Calibrated embedding similarity.
        difference: Calibrated thumbnail difference in levels of 0 to 255; None for texts.
        candidates: Number of pairs that the embedding proposed.
        verified: Number of pairs that were confirmed.
    """

    leader: Ints
    similarity: float
    difference: float | None
    candidates: int
    verified: int

    @property
    def note(self) -> str:
        """How many candidates were confirmed, in words."""
        return f"{self.verified:,} of {self.candidates:,} candidate pairs verified"


def near_images(
    embedded: Embedded, small: NDArray[np.uint8], sample: list[Image.Image], encoder: ImageEncoder
) -> Clusters:
    """Cluster near-duplicate images.

    Args:
        embedded: Full vectors by image key.
        small: Thumbnails in key order.
        sample: Some decoded images of the corpus, for the calibration.
        encoder: The encoder that made the vectors.
    """
    copies = [copy for image in sample for copy in harmless_copies(image)]
    times = len(copies) // max(len(sample), 1)
    originals = np.repeat(encoder.encode(sample), times, axis=0)
    kept = np.einsum("nd,nd->n", originals, encoder.encode(copies))
    shrunk = np.stack([thumbnail(image) for image in sample])
    change = local_difference(np.repeat(shrunk, times, axis=0), np.stack([thumbnail(copy) for copy in copies]))
    similarity = float(np.quantile(kept, 1 - COPIES_THAT_PASS))
    difference = float(np.quantile(change, COPIES_THAT_PASS))
    first, second = pairs_above(embedded.vectors, similarity)
    same = np.concatenate(
        [np.zeros(0, dtype=bool)]
        + [
            local_difference(small[first[at : at + 65_536]], small[second[at : at + 65_536]]) <= difference
            for at in range(0, len(first), 65_536)
        ]
    )
    leader = lead(len(embedded.keys), first[same], second[same])
    return Clusters(leader, similarity, difference, len(first), int(same.sum()))


def harmless_copies(image: Image.Image) -> list[Image.Image]:
    """Return copies of an image with the same meaning: a JPEG, a smaller image, a brighter image."""
    image = upright(image)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=75)
    smaller = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))
    return [
        Image.open(io.BytesIO(buffer.getvalue())),
        smaller,
        ImageEnhance.Brightness(image).enhance(1.05),
    ]


def local_difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the largest mean difference over any window and colour, for each pair of thumbnails; small edits count."""
    gap = np.abs(first.astype(np.float32) - second.astype(np.float32))
    largest = uniform_filter(gap, size=(0, WINDOW, WINDOW, 0), mode="nearest").max(axis=(1, 2, 3))
    return largest.astype(np.float64)  # type: ignore[no-any-return]


def paraphrases(embedded: Embedded, texts: pd.Series[str], encoder: TextEncoder) -> Clusters:
    """Cluster questions with the same meaning: similar by embedding, and with the same content words.

    Args:
        embedded: Vectors by question key.
        texts: Question text by key.
        encoder: The encoder that made the vectors.
    """
    ordered = [str(texts[key]) for key in embedded.keys]
    sample = ordered[:: max(1, len(ordered) // 200)]
    kept = np.einsum("nd,nd->n", encoder.encode(sample), encoder.encode([reworded(text) for text in sample]))
    similarity = float(np.quantile(kept, 1 - COPIES_THAT_PASS))
    first, second = pairs_above(embedded.vectors, similarity)
    words = [content_words(text) for text in ordered]
    same = np.array([words[i] == words[j] for i, j in zip(first, second, strict=True)], dtype=bool)
    leader = lead(len(ordered), first[same], second[same])
    return Clusters(leader, similarity, None, len(first), int(same.sum()))


_FUNCTION_WORDS = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "there", "here", "it", "its", "is", "are", "was", "were",
    "be", "been", "being", "am", "do", "does", "did", "has", "have", "had", "can", "could", "will", "would",
    "shall", "should", "may", "might", "must", "to", "of", "please",
})  # fmt: skip
"""Words that a paraphrase may add or omit; numbers, negations and places (on, under) are not among them."""
_WORD = re.compile(r"[^\W_]+(?:['.,][^\W_]+)*|[^\w\s.,;:?!'\"]")


def content_words(text: str) -> frozenset[str]:
    """Return the words and signs that carry meaning, without function words.

    Example:
        >>> content_words("Is there a mass?") == content_words("is a mass there")
        True
        >>> content_words("Is it red?") == content_words("Is it not red?")
        False
    """
    return frozenset(_WORD.findall(text.lower())) - _FUNCTION_WORDS


def reworded(text: str) -> str:
    """Return a question in lower case, without articles and without a mark at the end."""
    return re.sub(r"\b(a|an|the)\s+", "", text.lower()).rstrip("?. ")


def lead(n: int, first: Ints, second: Ints) -> Ints:
    """Leader clustering: a key joins the first leader with which it is paired, so that clusters cannot chain.

    Example:
        >>> lead(4, np.array([0, 1]), np.array([1, 2])).tolist()
        [0, 0, 2, 3]
    """
    leader = np.arange(n)
    order = np.lexsort((first, second))
    for i, j in zip(first[order].tolist(), second[order].tolist(), strict=True):
        if leader[i] == i and leader[j] == j:
            leader[j] = i
    return leader
