"""Candidates for retrieved partners: images of a pool about which a question of the corpus has another answer.

An added edge has to be of use at both of its ends, so candidates are looked for in both directions:

- *forward*, from an item: the images nearest to the item's own about which its question has another answer;
- *backward*, from an image: of the questions of the corpus that have a certain answer about it, the ones whose items
  of another answer show the nearest images. An image that came in for a `no` is balanced by a `yes`. Beside these, of
  the questions whose items all have that very answer, the nearest: that edge is *onward*, a partner of a candidate,
  through which the images that came in are balanced by each other.

Nearness only ranks candidates: which of them are published, the balance decides. All similarities by which candidates
are ordered are summed in 64 bits from the vectors as they are, so that neither blocks nor the last bit of a product
chooses; equal ones are ordered by the image's place in the pool, or by the number of the meaning.

Time: the forward direction searches once for each image of the corpus, and again for a meaning and an answer if too few
of what is near have another; the backward direction compares each image of the corpus or found forward with all images
of the corpus, so that time grows with the product of their numbers. Memory beside the vectors: beyond
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
    """How much is looked for.

    Attributes:
        candidates: Images an item gets at most, and meanings an image gets at most for each answer; onward ones apart.
        per_meaning: Candidates that a meaning gets at most; None for no limit. Those of the smallest rank stay.
        per_image: Candidates that an image gets at most in the backward direction, and as many onward; None for no
            limit. Those of the smallest rank stay, so that as many answers as can be are among them. Of use if many
            answers are told, such as numbers.
        depth: None if the judge tells answers in bulk, such as by one look-up in a table: then it is asked about all
            images for every meaning, and an answer that is rare is found wherever it is. A number if every answer
            costs something, such as the run of a program: then an item's question is asked about so many images that
            are nearest to its image, and an image is asked so many questions, the nearest images' questions; what lies
            farther is missed.
    """

    candidates: int = 10
    per_meaning: int | None = None
    per_image: int | None = None
    depth: int | None = None


@dataclass(frozen=True, eq=False)
class Mined:
    """What was found.

    Attributes:
        edges: Each (meaning, image) once, sorted by meaning, then image.
        answers: The answers by code, sorted.
    """

    edges: Edges
    answers: tuple[str, ...]


def mine(meaning: Ints, image: Ints, answer: list[str], pool: MinedPool, limits: Limits) -> Mined:
    """Find candidates for all items of a corpus, in both directions.

    A candidate never has an answer that the judge does not tell, nor, unless it is onward, that of the item that it is
    for; it is never an image of the item's own group, nor one about which the corpus asks the same already.

    Args:
        meaning: (n,) number of the meaning of each item's question. Questions that must be told apart, because each
            needs edges of its own, have different numbers, also if they mean the same.
        image: (n,) place of each item's own image in the pool.
        answer: Each item's answer, in the form in which the judge compares answers.
        pool: The images, and who answers about them.
        limits: How much is looked for.

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
    """Each (meaning, image) once, as it was ranked best; sorted."""
    order = np.lexsort((edges.near, -edges.similarity, edges.rank, edges.image, edges.meaning))
    return edges.part(order[first(edges.meaning[order], edges.image[order], 1)])


def _limited(edges: Edges, number: int | None) -> Edges:
    """So many candidates a meaning, of the smallest rank, then the nearest."""
    if number is None:
        return edges
    order = np.lexsort((edges.image, -edges.similarity, edges.rank, edges.onward, edges.meaning))
    return edges.part(np.sort(order[first(edges.meaning[order], None, number)]))
