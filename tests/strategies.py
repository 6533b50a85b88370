"""Hypothesis strategies for what twokeys works on: graphs of items, item tables, keys with answers, texts.

They draw small cases in which everything collides, because that is where counting goes wrong: few questions, few
images, few answers, so that vertices have several edges, and some have the same edge twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from twokeys.builder.graph.graph import Bools, Graph, violations
from twokeys.core.colours import NONE
from twokeys.core.items import ANSWER_TYPES, question_key


def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    """Any text that a UTF-8 file can hold: all of Unicode but halves of surrogate pairs."""
    return st.text(st.characters(codec="utf-8"), max_size=max_size)


def words() -> st.SearchStrategy[str]:
    """Texts of the characters that answer comparison treats in some special way."""
    return st.text(st.sampled_from("aA thenoIm'.,0129-/?!;\"()\n\t\u00a0sweé"), max_size=16)


@st.composite
def graphs(
    draw: st.DrawFn,
    answers: Sequence[int] = (2, 3),
    vertices: int = 4,
    max_edges: int = 11,
    min_edges: int = 0,
    max_weight: int = 1,
    simple: bool = False,
    letters: bool = False,
) -> Graph:
    """Graphs of items.

    Args:
        draw: Given by Hypothesis.
        answers: How many answers there may be.
        vertices: Most questions, and most images.
        max_edges: Most items; 11 can still be tried in all 2^11 subsets.
        min_edges: Fewest items.
        max_weight: Weights are from 1 to this.
        simple: Whether a question is asked of an image at most once, as it is after rules have dropped duplicates.
        letters: Whether edges may have a letter beside the answer's token; answers may then be one token, or look like
            a letter, as those of options may.
    """
    n = draw(st.sampled_from(range(max_edges, min_edges - 1, -1)))  # evenly: most graphs are not nearly empty
    colours = draw(st.sampled_from(list(answers)))
    question, image = (_codes(draw, n, draw(st.integers(2, vertices))) for _ in range(2))
    answer = _codes(draw, n, colours)
    weight = _codes(draw, n, max_weight) + 1
    graph = Graph.plain(question, image, answer, weight)
    if letters:
        token = np.array(draw(st.lists(st.integers(0, 3), min_size=colours, max_size=colours)), dtype=np.int64)[answer]
        letter = _codes(draw, n, draw(st.integers(2, 3))) + draw(st.integers(3, 4))
        if draw(st.booleans()):
            letter[_codes(draw, n, 2) == 0] = NONE  # items without options
        letter[letter == token] = NONE
        graph = replace(graph, tokens=np.stack([token, letter], axis=1))
    return graph.part(np.unique(np.stack([question, image]), axis=1, return_index=True)[1]) if simple else graph


def _codes(draw: st.DrawFn, n: int, high: int) -> np.ndarray:
    """`n` numbers from 0 to `high` - 1, drawn one by one: no common fill value."""
    return draw(arrays.arrays(np.int64, n, elements=st.integers(0, high - 1), fill=st.nothing()))


@st.composite
def keyed_answers(
    draw: st.DrawFn, max_items: int = 8, keys: int = 3, answers: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of keys and of answers, one of each per item, at least one item."""
    n = draw(st.sampled_from(range(max_items, 0, -1)))
    return _codes(draw, n, keys), _codes(draw, n, answers)


@st.composite
def items(draw: st.DrawFn, max_items: int = 12) -> pd.DataFrame:
    """Item tables, sorted by id, with what selection, groups and statistics read."""
    n = draw(st.sampled_from(range(max_items, 0, -1)))
    rows = []
    for place in range(n):
        kind = draw(st.sampled_from(ANSWER_TYPES))
        choices = ["red", "green", "blue"][: draw(st.integers(2, 3))] if kind == "choice" else []
        question = draw(st.sampled_from(["Is it red?", "How many?", "Which?"]))
        answer = draw(st.sampled_from(choices or ["yes", "no", "2"]))
        rows.append(
            {
                "id": f"toy:test:{place:03d}",
                "source": draw(st.sampled_from(["toy", "game"])),
                "split": draw(st.sampled_from(["train", "test"])),
                "question": question,
                "choices": choices,
                "answer": answer,
                "compared": answer,
                "answer_type": kind,
                "question_key": question_key(question, choices),
                "image_key": (image := draw(st.sampled_from(["i0", "i1", "i2"]))),
                "image_colour": "0-0-0" if image == "i0" else "7-7-7",
            }
        )
    return pd.DataFrame(rows)


def is_balanced(graph: Graph, keep: Bools, max_share: float = 0.5) -> bool:
    """Whether every vertex of the kept edges holds each colour at most `max_share` of the time."""
    return not len(violations(graph, keep, max_share))
