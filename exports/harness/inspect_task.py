"""An Inspect task: images as data URIs, replies read as `twokeys evaluate` reads them, errors clustered by group."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ContentImage, ContentText, GenerateConfig
from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    accuracy,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import TaskState, generate

from twokeys.audit.evaluation.scores import second_scores
from twokeys.audit.wording import BLIND_PROMPT, worded
from twokeys.core.answers.marking import right
from twokeys.core.pictures.shown import shown_uri
from twokeys.exports.harness.facts import FACTS
from twokeys.exports.harness.wholly import wholly_right

VIEWS = ("both", "image", "question", "neither")
"""What is left: everything, the image, the question, nothing."""
COLUMNS = (
    "group", "answer_type", "choices", "answers", "image_partner", "question_partner", "quad", "image_key",
    "question_key",
)  # fmt: skip


@task(name=FACTS["task"])
def evaluated(view: str = "both", folder: str = FACTS["dataset"]) -> Task:
    """The benchmark under one view.

    Args:
        view: `both`, or what is left when a side is masked: `image`, `question`, `neither`.
        folder: The published folder, or its name on the hub.
    """
    if view not in VIEWS:
        raise ValueError(f"There is no view {view!r}. Name one of {', '.join(VIEWS)}.")
    from datasets import Image as Pictures
    from datasets import List, load_dataset

    rows, kept = load_dataset(folder, FACTS["config"], split=FACTS["split"]), Pictures(decode=False)
    several = "images" in rows.column_names
    rows = rows.cast_column("images", List(kept)) if several else rows.cast_column("image", kept)
    return Task(
        dataset=MemoryDataset([sample(row, view) for row in rows], name=FACTS["task"], location=folder),
        solver=[generate()],
        scorer=answered(),
        config=GenerateConfig(temperature=0.0, max_tokens=32),
        version=FACTS["version"],
        metadata=FACTS | {"view": view},
    )


def sample(row: dict[str, Any], view: str) -> Sample:
    """One item as it is asked under a view."""
    picture, text = view in ("both", "image"), view in ("both", "question")
    question, choices = (row["question"], row["choices"]) if text else (BLIND_PROMPT, [])
    said = worded(question, choices, FACTS["instruction"])
    shown = row["images"] if "images" in row else [row["image"]]
    images = [ContentImage(image=shown_uri(image["bytes"], masked=not picture)) for image in shown]
    content = [*images, ContentText(text=said)]
    return Sample(
        id=row["id"],
        input=[ChatMessageUser(content=content)],
        target=row["answer"],
        metadata={name: row[name] for name in COLUMNS},
    )


@metric
def wholly() -> Metric:
    """Accuracy over pairs and quads, for the kinds that there are."""

    def found(scores: list[SampleScore]) -> dict[str, float]:
        rows = [
            {**(one.sample_metadata or {}), "id": one.sample_id, "right": one.score.value in (1, CORRECT)}
            for one in scores
        ]
        return {f"{kind}_accuracy": wholly_right(rows, kind) for kind in FACTS["pairs"]}

    return found


@metric
def annotated() -> Metric:
    """VQA accuracy, and other scores that the benchmark asks for, over items whose annotators' answers are there."""

    def found(scores: list[SampleScore]) -> dict[str, float]:
        rows = [
            second_scores(str(one.score.answer), (one.sample_metadata or {})["answers"], FACTS["scores"])
            for one in scores
        ]
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: fmean(row[name] for row in rows if name in row) for name in names}

    return found


MORE = [*([wholly()] if FACTS["pairs"] else []), *([annotated()] if FACTS["annotated"] else [])]
"""Metrics that only some benchmarks have."""


@scorer(metrics=[accuracy(), stderr(cluster="group"), *MORE])
def answered() -> Scorer:
    """Whether the reply gives the answer."""

    async def score(state: TaskState, target: Target) -> Score:
        reply, item = state.output.completion, state.metadata
        good = right(reply, item["answer_type"], item["choices"], target.text)
        return Score(value=CORRECT if good else INCORRECT, answer=reply)

    return score
