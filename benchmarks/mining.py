"""Mined partners: the nearest counterfactual of every item, matchings in every vertex, the lexicon of minimal pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.report import Facts, Table, fresh, peak, section, timed
from benchmarks.synthetic import clustered, graph, questions
from twokeys.builder.balance.nearest import matched_partners, nearest_other
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.measure.embed import IMAGE_DIMENSIONS
from twokeys.builder.pair.lexicon import learn
from twokeys.core.partners import partners

SIZES = (10_000, 100_000, 1_000_000)
TEXTS = (10_000, 100_000)


def near(items: int) -> Facts:
    """Mine image partners of a corpus in which some questions are asked about very many images."""
    drawn = graph(items, 2)
    vectors = clustered(int(drawn.image.max()) + 1, IMAGE_DIMENSIONS)
    seconds, (nearest, _) = timed(lambda: nearest_other(drawn.question, drawn.answer, drawn.image, vectors))
    keep = largest_balanced(drawn).keep
    kept, images = drawn.part(keep), np.unique(drawn.image[keep])
    matching, matched = timed(lambda: matched_partners(kept.question, kept.answer, kept.image, vectors[images]))
    step = partners(kept.question, kept.answer)

    def mean(partner: np.ndarray) -> float:
        of_images = vectors[images]
        return float(np.einsum("nd,nd->n", of_images[kept.image], of_images[kept.image[partner]]).mean())

    return {
        "largest": int(np.bincount(drawn.question).max()),
        "found": int((nearest >= 0).sum()),
        "nearest": seconds,
        "kept": len(kept),
        "matching": matching,
        "similarity": mean(matched),
        "step": mean(step),
        "peak": peak(),
    }


def words(items: int) -> Facts:
    """Learn the lexicon from questions of templates, five about each image."""
    texts = questions(items)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "image_key": np.arange(items) // 5,
            "question": texts,
            "question_key": texts,
            "choices": [[]] * items,
            "answer": rng.integers(0, 2, items).astype(str),
            "answer_source": "annotated",
        }
    )
    seconds, lexicon = timed(lambda: learn(table, 1, 0.0))
    return {"seconds": seconds, "found": len(lexicon), "peak": peak()}


def main() -> str:
    """Measure everything and return the section."""
    rows: list[tuple[str | int | float, ...]] = []
    for items in SIZES:
        facts = fresh(near, items=items)
        rows.append(
            (
                items, facts["largest"], facts["found"], facts["nearest"], facts["kept"], facts["matching"],
                f"{facts['similarity']:.3f}", f"{facts['step']:.3f}", facts["peak"],
            )
        )  # fmt: skip
    header = (
        "items", "largest question", "with a partner", "nearest s", "balanced", "matching s", "similarity of matched",
        "of any", "peak MiB",
    )  # fmt: skip
    lexicon: list[tuple[str | int | float, ...]] = [
        (items, facts["seconds"], facts["found"], facts["peak"])
        for items in TEXTS
        for facts in [fresh(words, items=items)]
    ]
    return section(
        "Mining",
        "The nearest image with another answer for every item of a question, and the matching that gives every item of "
        "the balanced set a near partner, against any valid one (Zipf's law of questions, picture vectors in clusters, "
        f"{IMAGE_DIMENSIONS} dimensions).",
        Table(header, rows),
        "The lexicon of one-phrase substitutions, from questions that templates made, five about an image:",
        Table(("questions", "lexicon s", "substitutions", "peak MiB"), lexicon),
    )


if __name__ == "__main__":
    print(main())
