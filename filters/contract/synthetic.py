"""A small item table with deliberate defects, for tests of rules; it is public, for authors of other rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd

Record = dict[str, Any]

ANIMALS = ("cat", "cow", "dog", "fox", "hen", "pig")
COLOURS = ("blue", "green", "red", "white")
THINGS = ("bicycle", "boat", "bus", "chair", "cup", "door", "kite", "umbrella")
SIZES = ((0, 0, float("nan")), (4, 4, 30.0), (3000, 40, 30.0), (640, 480, 0.0), *((640, 480, 50.0),) * 4)
"""Width, height and contrast of images: without a file, tiny, a strip, of one colour, and good."""

VECTOR_LENGTH = 16


def synthetic_table(columns: Iterable[str] = (), rows: int = 96, seed: int = 0) -> pd.DataFrame:
    """Make an item table from which every built-in rule drops some items and keeps others.

    About every tenth item repeats another item, contradicts it, lacks its answer among its options, or has its answer
    in its question. Images are degenerate or are in several splits. Annotators disagree. The vectors of yes/no items
    and of half of the numbers give the answer away.

    Args:
        columns: Further columns besides the columns of the item table. The end of a name decides the values: `.p_gold`
            a probability, `.prediction` an answer, `.evidence` ids, `.lexical` and `.embedding` a vector; all other
            columns hold floats.
        rows: Number of items.
        seed: Equal seeds give equal tables; a column does not depend on the other further columns.
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    questions: list[Record] = []
    for place in range(rows):
        questions.append(_with_defect(place, questions, rng))
    records = [_item(place, question, rng) for place, question in enumerate(questions)]
    table = pd.DataFrame(records)
    for name in dict.fromkeys(columns):
        if name not in table:
            rng_of_column = np.random.default_rng([seed, crc32(name.encode())])
            table[name] = pd.Series(_measured(name, records, rng_of_column), index=table.index)
    return table


def _with_defect(place: int, before: list[Record], rng: np.random.Generator) -> Record:
    """Return a question with its answer and its image; the place decides the type and the defect."""
    record = _question(place % 4, rng) | {"image": int(rng.integers(20))}
    defect = place % 12
    if defect == 3 and place > 3:
        return dict(before[place - 4])
    if defect == 6:
        other = before[place - 4]
        return other | {"answer": next(choice for choice in other["choices"] if choice != other["answer"])}
    if defect == 7:
        return record | {"question": f"what colour is the {record['answer']} bus?"}
    if defect == 10:
        return record | {"answer": "unicorn"}
    if defect == 11:
        return record | {"question": f"is the cup {record['answer']} or black?"}
    return record


def _item(place: int, question: Record, rng: np.random.Generator) -> Record:
    """Return the row of the item table."""
    image, answer, choices = question["image"], question["answer"], question["choices"]
    width, height, contrast = SIZES[image % len(SIZES)]
    agreed, annotators = int(rng.integers(1, 11)), (0, 2, 10)[place % 3]
    others = [str(other) for other in rng.choice(ANIMALS + COLOURS, 10)]
    return {
        "id": f"synthetic:test:{place:05d}",
        "source": "synthetic",
        "source_revision": "1",
        "source_id": f"{place:05d}",
        "split": "test" if image % 4 == 1 else "train",
        "image_key": f"image{image:02d}",
        "image_keys": [f"image{image:02d}"],
        "image_width": width,
        "image_height": height,
        "image_contrast": contrast,
        "image_cluster": f"cluster{image // 2:02d}",
        "image_clusters": [f"cluster{image // 2:02d}"],
        "question": question["question"],
        "choices": choices,
        "answer": answer,
        "compared": answer,
        "answers": ([answer] * agreed + others)[:annotators],
        "answer_type": question["answer_type"],
        "question_key": f"{crc32('|'.join([question['question'], *choices]).encode()):08x}",
        "links": [f"synthetic:image:{image}"],
        "group": f"group{image // 2:02d}",
        "answer_source": "annotated",
        "license": "CC0-1.0",
        "meta": "{}",
        "row": f"synthetic.json#{place + 1}",
    }


def _question(kind: int, rng: np.random.Generator) -> Record:
    thing, colour = str(rng.choice(THINGS)), str(rng.choice(COLOURS))
    if kind == 0:
        answer = str(rng.choice(["yes", "no"]))
        return {
            "question": f"is the {thing} {colour}?",
            "choices": [],
            "answer": answer,
            "answer_type": "yes/no",
        }
    if kind == 1:
        question, answer = f"how many {thing}s are there?", str(rng.integers(1, 5))
        return {"question": question, "choices": [], "answer": answer, "answer_type": "number"}
    if kind == 2:
        answer, *others = (str(animal) for animal in rng.choice(ANIMALS, 4, replace=False))
        question, choices = f"which animal is next to the {thing}?", sorted([answer, *others])
        return {"question": question, "choices": choices, "answer": answer, "answer_type": "choice"}
    return {
        "question": f"what colour is the {thing}?",
        "choices": [],
        "answer": colour,
        "answer_type": "open",
    }


def _measured(name: str, records: list[Record], rng: np.random.Generator) -> list[Any]:
    """Return one measurement for each record, of the kind that the end of the name states."""
    answers = sorted({record["answer"] for record in records})
    if name.endswith(".prediction"):
        return [record["answer"] if rng.random() < 0.6 else str(rng.choice(answers)) for record in records]
    if name.endswith(".evidence"):
        ids = [record["id"] for record in records]
        return [", ".join(str(near) for near in rng.choice(ids, 3)) for _ in records]
    if name.endswith((".lexical", ".embedding")):
        vectors = rng.normal(size=(len(records), VECTOR_LENGTH))
        for place, record in enumerate(records):
            if place % 4 == 0 or place % 8 == 1:
                vectors[place, answers.index(record["answer"]) % VECTOR_LENGTH] += 6
        return [list(vector) for vector in vectors.tolist()]
    return [float(rng.random()) for _ in records]
