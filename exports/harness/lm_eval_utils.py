"""Functions of an lm-evaluation-harness task: the question alone, put and read as `twokeys evaluate` does."""

from __future__ import annotations

import json
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from twokeys.audit.evaluation.scores import second_scores
from twokeys.audit.wording import worded
from twokeys.core.answers.marking import right
from twokeys.exports.harness.facts import FACTS

Doc = dict[str, Any]


def items(**metadata: Any) -> dict[str, Any]:
    """The items that lie beside this file, by split. They are read anew each time: no cache can be stale."""
    import datasets

    lines = Path(__file__).with_name("items.jsonl").read_text(encoding="utf-8").splitlines()
    return {FACTS["split"]: datasets.Dataset.from_list([json.loads(line) for line in lines])}


def doc_to_text(doc: Doc) -> str:
    """The question, its options by letter, and how to answer."""
    return worded(doc["question"], doc["choices"], FACTS["instruction"])


def doc_to_target(doc: Doc) -> str:
    """The gold answer."""
    return str(doc["answer"])


def process_results(doc: Doc, results: list[str]) -> dict[str, float]:
    """Whether the reply gives the answer, and how many of the annotators gave it."""
    good = right(results[0], doc["answer_type"], doc["choices"], doc["answer"])
    return {"accuracy": float(good)} | second_scores(results[0], doc["answers"], FACTS["scores"])


def doc_to_choice(doc: Doc) -> list[str]:
    """What an item may be answered with: letters of its options, or all answers that items of its type have."""
    if doc["choices"]:
        return list(ascii_uppercase[: len(doc["choices"])])
    return list(FACTS["answers"][doc["answer_type"]])


def doc_to_place(doc: Doc) -> int:
    """Which of them is the answer."""
    return int((doc["choices"] or FACTS["answers"][doc["answer_type"]]).index(doc["compared"]))
