"""Functions of an lmms-eval task: the same prompts, and the same reading of replies, as `twokeys evaluate`."""

from __future__ import annotations

from typing import Any

from PIL import Image

from twokeys.audit.evaluation.scores import second_scores
from twokeys.audit.wording import BLIND_PROMPT, worded
from twokeys.core.answers.marking import right
from twokeys.core.pictures.shown import mean_colour, upright
from twokeys.exports.harness.facts import FACTS
from twokeys.exports.harness.wholly import wholly_right

Doc = dict[str, Any]


def doc_to_visual(doc: Doc) -> list[Image.Image]:
    """The image, or all images in their order."""
    return [upright(image) for image in (doc["images"] if "images" in doc else [doc["image"]])]


def doc_to_visual_masked(doc: Doc) -> list[Image.Image]:
    """The mean colour of each image: who sees it sees the question alone."""
    return [mean_colour(image) for image in doc_to_visual(doc)]


def doc_to_text(doc: Doc, lmms_eval_specific_kwargs: Any = None) -> str:
    """The question, its options by letter, and how to answer; prompts of single models are not taken up."""
    return worded(doc["question"], doc["choices"], FACTS["instruction"])


def doc_to_text_masked(doc: Doc, lmms_eval_specific_kwargs: Any = None) -> str:
    """No question: who reads it sees the image alone."""
    return worded(BLIND_PROMPT, [], FACTS["instruction"])


def doc_to_target(doc: Doc) -> str:
    """The gold answer."""
    return str(doc["answer"])


def process_results(doc: Doc, results: list[str]) -> dict[str, Any]:
    """One item's results under everything, or under nothing: views that add to the dividend."""
    return marked(doc, results[0], 1.0)


def process_results_blind(doc: Doc, results: list[str]) -> dict[str, Any]:
    """One item's results under one side alone: views that the dividend takes away."""
    return marked(doc, results[0], -1.0)


def marked(doc: Doc, reply: str, sign: float) -> dict[str, Any]:
    """What each metric is counted from; lmms-eval takes standard errors of `score`, clustered by `group`.

    What pairs are counted from has no `score`: the standard error over items is not that over pairs.
    """
    item = {name: doc[name] for name in ("id", "group", "image_partner", "question_partner", "quad")}
    item["right"] = right(reply, doc["answer_type"], doc["choices"], doc["answer"])
    scored = {"id": doc["id"], "group": doc["group"], "score": float(item["right"])}
    second = second_scores(reply, doc["answers"], FACTS["scores"])
    return {
        "accuracy": scored,
        **{name: scored | {"score": value} for name, value in second.items()},
        **{f"{kind}_accuracy": item for kind in FACTS["pairs"]},
        "dividend": scored | {"score": sign * scored["score"]},
    }


def mean_score(items: list[Doc]) -> float:
    """Accuracy, or a view's part in the dividend."""
    return float(sum(item["score"] for item in items)) / len(items)


def question_accuracy(items: list[Doc]) -> float:
    """Share of pairs of images with one question of which both are right."""
    return wholly_right(items, "question")


def image_accuracy(items: list[Doc]) -> float:
    """Share of pairs of questions on one image of which both are right."""
    return wholly_right(items, "image")


def group_accuracy(items: list[Doc]) -> float:
    """Share of quads of which all four are right."""
    return wholly_right(items, "group")


def dividend(parts: list[float], sizes: list[int], weight_by_size: bool) -> float:
    """Mean of v(both) - v(image) - v(question) + v(neither) over items, from the four views' signed parts."""
    return sum(parts)
