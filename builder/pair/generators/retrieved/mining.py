"""Candidates for retrieved partners: images of a pool about which a question of the corpus has another answer.

An added edge must be useful at both of its ends, so that candidates are searched in both directions:

- *forward*, from an item: the nearest images about which its question has another answer;
- *backward*, from an image and an answer: the questions of the corpus with this answer about the image whose items with
  another answer show the nearest images. So an image that was retrieved for a `no` is balanced by a `yes`. In addition,
  the nearest questions whose items all have this answer: such an edge is *onward*, a partner of a candidate, and
  retrieved images balance each other through it.

Nearness only ranks candidates; balance decides which of them are published. All similarities that order candidates are
summed in 64 bits from the stored vectors, so that the order depends neither on blocks nor on rounding; equal
similarities are ordered by the image's place in the pool, or by the number of the meaning.

Time: the forward direction searches once for each image of the corpus, and again for a meaning and an answer if too few
near images have another answer; the backward direction compares all images of the corpus with all images of the corpus
and of the forward direction, so that time grows with the product of their numbers. Memory beside the vectors: beyond
`neighbours.EXACT_UP_TO` images the inverted lists (2 bytes a number), then 2 KiB and the vector at 32 bits for each
image of the corpus, some blocks of 64 MiB, and about 150 bytes a candidate while the directions are joined.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twokeys.builder.measure.neighbours import Ints
from twokeys.builder.pair.generators.retrieved.asks import Asks, Book, MinedPool
from twokeys.builder.pair.generators.retrieved.backward import Backward, backward
from twokeys.builder.pair.generators.retrieved.edges import Edges, first
from twokeys.builder.pair.generators.retrieved.forward import forward
from twokeys.builder.pair.generators.retrieved.search import Search


@dataclass(frozen=True)
class Limits:
    """Largest numbers of candidates.

    Attributes:
        candidates: Largest number of images of an item, and of meanings of an image for each answer; onward candidates
            are counted separately.
        per_meaning: Largest number of candidates of a meaning, the smallest ranks first; None for no limit.
        per_image: Largest number of candidates of an image in the backward direction, and of onward candidates, the
            smallest ranks first, so that they have as many different answers as possible; None for no limit. Useful if
            there are many answers, such as numbers.
        depth: None if the judge answers in bulk, such as by a look-up in a table: then it is asked about all images for
            every meaning, so that no rare answer is missed. A number if every answer costs time, such as the run of a
            program: then each question is asked only about this number of images nearest to its item's image, and each
            image only gets the questions of this number of nearest images.
    """

    candidates: int = 10
    per_meaning: int | None = None
    per_image: int | None = None
    depth: int | None = None


@dataclass(frozen=True, eq=False)
class Mined:
    """The mined candidates.

    Attributes:
        edges: Each (meaning, image) once, sorted by meaning, then image.
        answers: The answers by code, sorted.
    """

    edges: Edges
    answers: tuple[str, ...]


def mine(meaning: Ints, image: Ints, answer: list[str], pool: MinedPool, limits: Limits) -> Mined:
    """Find candidates for all items of a corpus, in both directions.

    The judge gives every candidate's answer; it differs from the item's answer unless the candidate is onward. No
    candidate shows an image of the item's group, or an image about which the corpus already asks the same.

    Args:
        meaning: (n,) number of the meaning of each item's question. Questions that need separate edges have different
            numbers, even if they mean the same.
        image: (n,) place of each item's image in the pool.
        answer: Each item's answer, in the form in which the judge compares answers.
        pool: The images, and the judge's answers about them.
        limits: Largest numbers of candidates.

    Returns:
        The candidates; they depend neither on the order of items nor on batches.
    """
    asks = Asks.of(meaning, image, answer, Book(pool.answers))
    ahead = _limited(_once(forward(asks, Search(pool), limits.candidates, limits.depth)), limits.per_meaning)
    images = np.unique(np.concatenate([asks.image, ahead.image]))
    back = backward(asks, pool, images, Backward(limits.candidates, limits.per_image, limits.depth))
    new = ~np.isin(back.meaning * len(pool) + back.image, ahead.meaning * len(pool) + ahead.image)
    both = Edges.joined([ahead, back.part(new)])
    both = _limited(both.part(np.lexsort((both.image, both.meaning))), limits.per_meaning)
    present, code = np.unique(both.answer, return_inverse=True)
    answers, place = np.unique([asks.book.texts[each] for each in present.tolist()], return_inverse=True)
    return Mined(replace(both, answer=place[code]), tuple(answers.tolist()))


def _once(edges: Edges) -> Edges:
    """Each (meaning, image) once, with its best rank; sorted."""
    order = np.lexsort((edges.near, -edges.similarity, edges.rank, edges.image, edges.meaning))
    return edges.part(order[first(edges.meaning[order], edges.image[order], 1)])


def _limited(edges: Edges, number: int | None) -> Edges:
    """The first `number` candidates of each meaning, by rank and then by similarity."""
    if number is None:
        return edges
    order = np.lexsort((edges.image, -edges.similarity, edges.rank, edges.onward, edges.meaning))
    return edges.part(np.sort(order[first(edges.meaning[order], None, number)]))
