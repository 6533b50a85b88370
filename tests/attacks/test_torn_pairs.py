"""Claim: the audited tier keeps what belongs together.

Attack: a corpus that declares pairs (MMVP: two pictures, one question, two answers) and has a cue. Selection drops the
items that give the answer away one by one: of 150 pairs of MMVP it tore 15, and half of a pair cannot be scored.

Before (ba22272): pairs are torn. Now: what two to four items declare as a link, and an item with its edits, has one
variable in the programme: it is kept or dropped whole.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.auditing import audit
from tests.pipeline.test_auditing import ITEMS, NOUNS, corpus, noise
from tests.pipeline.toy import Row
from twokeys.builder.certify.audited.bounds import Bound
from twokeys.builder.certify.audited.selection import largest
from twokeys.builder.certify.audited.whole import wholes


def telling(rng: np.random.Generator, yes: bool) -> Row:
    """Three of four questions that are answered yes name the cat."""
    cat = rng.random() < (0.75 if yes else 0.25)
    words = [*rng.choice(NOUNS, 2), "cat" if cat else "dog"]
    return {"question": f"is the {' or the '.join(words)} here?", "answer": "yes" if yes else "no"}


@pytest.mark.slow
def test_declared_pairs_are_kept_or_dropped_whole(tmp_path: Path) -> None:
    toy = corpus(tmp_path / "corpora", telling, noise)
    for place, row in enumerate(toy.rows["test"]):
        row["pair"] = f"pair {place // 2}"
    columns = {"image": "picture", "id": "id", "choices": "choices", "links": ["pair"]}
    declared = toy.write().corpus(columns=columns)
    toy.corpus = lambda **changes: declared | changes  # type: ignore[method-assign]
    found = audit(toy, tmp_path, margin=0.05, select=["question.prior", "question.tfidf"], certify=["question.forest"])
    pairs = found.rows["id"].str.rpartition(":")[2].astype(int) // 2
    assert 0 < len(pairs) < ITEMS
    assert (pairs.value_counts() == 2).all()


def test_what_is_a_pair_and_what_is_a_family() -> None:
    items = pd.DataFrame({
        "id": list("abcdefghij"),
        # a and b are a pair; c to g share a scene; h and i a photo; j was made of a.
        "links": [["p"], ["p"], ["s"], ["s"], ["s"], ["s"], ["s"], ["coco:7"], ["coco:7"], []],
        "edit_of": [None] * 9 + ["a"],
    })  # fmt: skip
    code = wholes(items)
    assert code[0] == code[1] == code[9]
    assert len(set(code)) == 8


@pytest.mark.parametrize("link", ["coco:7", "clevr:val:12", "gqa:2354786", "gqa:n54424"])
def test_questions_about_one_image_are_no_pair_for_that(link: str) -> None:
    items = pd.DataFrame({"id": list("abc"), "links": [[link, "gqa:question:1"], [link], ["gqa:question:1"]]})
    code = wholes(items)
    assert code[0] == code[2] != code[1]


@given(st.lists(st.booleans(), min_size=8, max_size=40), st.integers(0, 2**16))
def test_no_programme_tears_a_whole(right: list[bool], seed: int) -> None:
    n = len(right)
    whole = np.random.default_rng(seed).integers(0, max(n // 2, 1), n)
    gain = np.array(right) - 0.5
    rows = [Bound(np.arange(n), sign * gain, 0.0, "too often") for sign in (1.0, -1.0)]
    keep, _ = largest(rows, np.ones(n), whole)
    for one in np.unique(whole):
        assert len(set(keep[whole == one])) == 1
