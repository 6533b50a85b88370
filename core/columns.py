"""What each published column means, and how its type reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datasets import Features

COLUMNS: dict[str, str] = {
    "id": "`source:split:source_id`, unique and stable; metadata that no model may be shown: a source's ids may tell "
    "its answers",
    "image": "the picture, original bytes of the source",
    "question": "the question or statement, in canonical form",
    "choices": "the options in published order, the same for all items of a question; empty for open questions",
    "answer": "the gold answer in the source's words; for multiple choice the option's text",
    "compared": "what the gold is compared as: `yes` or `no`, a number in digits, an option's text, or the normal form "
    "of a text",
    "accepted": "what a right reply is read as, one of these: the gold's text, and the letter of its option",
    "answers": "what all annotators answered, where the source has it",
    "answer_type": "`yes/no`, `number`, `choice` or `open`",
    "answer_source": "who answered: `annotated` a person, `constructed` the edit, `verified` named models; of refused "
    "edits also `expected`: nobody said",
    "split": "the split",
    "source": "the corpus that the item is from",
    "source_revision": "exact state of that corpus",
    "source_id": "the item's own id there; metadata, like `id`",
    "row": "file and row in the source; metadata, like `id`",
    "license": "licence of the item, as its source states it",
    "image_key": "hash of the picture's pixels; equal keys, equal pictures",
    "image_uri": "the picture as text (a data URI), for readers that take no column of pictures",
    "target": "what a reply is compared with: the letter of the right option, or the answer",
    "image_sha256": "SHA-256 of the picture's bytes",
    "image_width": "width in pixels",
    "image_height": "height in pixels",
    "image_colour": "mean of red, green and blue over the picture, each in one of 8 steps from 0: a coarse cluster",
    "question_key": "hash of the published question and its options; equal keys, equal text",
    "group": "items of a group share every fold: same or near-duplicate picture, declared links",
    "links": "keys by which the source declares items to belong together",
    "image_partner": "id of the counterfactual with the same question, another picture and another answer",
    "question_partner": "id of the counterfactual with the same picture, another question and another answer",
    "quad": "name of the quad (two questions by two pictures, answers a b / b a); empty in none",
    "adversaries.vote": "share of the certifying adversaries, fitted on the audited set, that are right on the item",
    "answers.agreement": "share of the annotators whose answer is the gold, in the form in which answers are compared",
    "adversaries.disagreement": "share of them that do not give the answer that most of them give",
    "measurements": "what was measured about the item, by name",
    "edit_of": "id of the item that this one was made from; empty for items of the source",
    "edit_kind": "what was done to make it",
    "edit_note": "how the new answer follows",
    "edit_words": "where the question differs from that item's: spans of characters, the last one excluded",
    "edit_boxes": "where the picture differs from that item's: x0, y0, x1, y1 in pixels, the last ones excluded",
    "edit_scores": "JSON: by how much the question is more fluent than its original (`fluency`, nats a token), and the "
    "`margins` in nats by which each model that verified the answer prefers it",
    "question_asked": "the question in the source's own words, where a paraphrase's wording is published",
    "view": "what differs between both members: `question` or `image`",
    "first": "id of the item with `image`, `question`, `answer`",
    "second": "id of its partner",
    "kind": "the edit that made one picture or question of the other, or `mined` where none did",
    "partner_image": "the partner's picture",
    "partner_question": "the partner's question",
    "partner_choices": "the partner's options",
    "partner_answer": "the partner's answer",
    "partner_answer_source": "who answered for the partner",
    "partner_image_key": "hash of the partner's pixels",
    "words": "spans of characters of the question that its partner has not, the last one excluded",
    "partner_words": "spans of characters of the partner's question that the question has not",
    "scores": "what models said of the edit that made one of the other, as `edit_scores` has it",
    "boxes": "where an edit made both pictures differ: x0, y0, x1, y1 in pixels, the last ones excluded",
    "stage": "step that removed the item: `read`, `filter`, `pair` or `balance`",
    "rule": "rule that removed the item; empty where no rule did",
    "reason": "why the item was removed, in words",
    "problem": "why the row could not be read as an item",
    "meta": "the source's other fields, as JSON",
}
"""Column -> meaning, in Markdown."""

ENDINGS: dict[str, str] = {
    ".refit.prediction": "answer of a blind baseline, refitted on the published set itself",
    ".refit.p_gold": "probability of the gold answer by a blind baseline, refitted on the published set itself",
    ".unkept.prediction": "answer of a blind adversary, fitted on what the audited tier left out",
    ".unkept.p_gold": "probability of the gold answer by a blind adversary, fitted on what the audited tier left out",
    ".paired.prediction": "answer of a blind baseline, fitted anew with constructed items",
    ".paired.p_gold": "probability of the gold answer by a blind baseline, fitted anew with constructed items",
    ".prediction": "answer of a blind baseline, cross-fitted on all items read",
    ".p_gold": "probability of the gold answer by a blind baseline, cross-fitted on all items read",
    ".evidence": "items that a blind baseline answered from",
}
"""Ending of what a baseline measured -> meaning; an ending that holds another stands before it."""


def meaning(column: str, more: Mapping[str, str]) -> str:
    """Say what a column means.

    Args:
        column: Its name.
        more: Meanings that the caller knows; they win over `COLUMNS`.

    Raises:
        ValueError: When nobody knows.
    """
    if column in more:
        return more[column]
    if column in COLUMNS:
        return COLUMNS[column]
    if baseline(column):
        return ENDINGS[column.removeprefix(baseline(column))]
    raise ValueError(f"published column {column!r} has no meaning: add one to twokeys.core.columns.COLUMNS")


def baseline(column: str) -> str:
    """Name the baseline that measured a column; empty when none did.

    Example:
        >>> baseline("question.tfidf.refit.p_gold"), baseline("answer")
        ('question.tfidf', '')
    """
    return next((column.removesuffix(ending) for ending in ENDINGS if column.endswith(ending)), "")


def general(column: str) -> str:
    """Name a column for all baselines at once; any other column keeps its name.

    Example:
        >>> general("question.tfidf.refit.p_gold"), general("answer")
        ('BASELINE.refit.p_gold', 'answer')
    """
    name = baseline(column)
    return f"BASELINE{column.removeprefix(name)}" if name else column


def type_name(feature: Mapping[str, Any]) -> str:
    """Name the type of a feature as it stands in `dataset_info`.

    Example:
        >>> type_name({"name": "choices", "list": "string"}), type_name({"name": "image", "dtype": "image"})
        ('list of string', 'image')
    """
    for kind in ("list", "sequence"):
        if kind in feature:
            inner = feature[kind]
            return f"list of {inner if isinstance(inner, str) else type_name(_inner(inner))}"
    if "struct" in feature:
        return f"struct of {', '.join(field['name'] for field in feature['struct'])}"
    dtype = feature["dtype"]
    return dtype if isinstance(dtype, str) else str(next(iter(dtype)))


def _inner(inner: Any) -> Mapping[str, Any]:
    return {"struct": inner} if isinstance(inner, list) else inner


MEASUREMENT_ENDINGS = (".prediction", ".p_gold", ".vote", ".disagreement", ".agreement")
"""Columns that measure an item and do not define it: numbers of a model may differ in the last digit by machine."""


PLACE = "row"
"""Where the source keeps the item; a source whose rows are put in another order says the same."""


def is_measurement(column: object) -> bool:
    """Whether a column is a measurement."""
    return str(column).endswith(MEASUREMENT_ENDINGS)


NUMBERS = (".p_gold", ".vote", ".disagreement", ".agreement")
"""Endings of measurements that are numbers."""


KEPT_COLUMNS = (
    "id", "image", "question", "choices", "answer", "compared", "accepted", "answers", "answer_type", "image_partner",
    "question_partner", "quad", "answer_source", "source", "source_revision", "source_id", "row", "license",
    "image_key", "image_width", "image_height", "image_colour", "question_key", "group", "meta",
)  # fmt: skip


REMOVED_COLUMNS = (
    "id", "stage", "rule", "reason", "question", "choices", "answer", "compared", "answers", "answer_type", "source",
    "source_revision", "source_id", "row", "license", "image_key", "image_width", "image_height", "image_colour",
    "question_key", "group", "meta",
)  # fmt: skip


PICTURES = {"image": "image_key", "partner_image": "partner_image_key"}
"""Column that holds pictures -> column with their keys."""


SHOWN = PICTURES | {"image_uri": "image_key"}
"""The same, with the column that holds pictures as text."""


PAIR_COLUMNS = (
    "edit_of", "edit_kind", "edit_note", "edit_words", "edit_boxes", "edit_scores", "question_asked",
)  # fmt: skip
"""Columns that items of a recipe with a part `pair` have beside the others."""


def features(columns: list[str]) -> Features:
    """The `datasets` schema of published columns."""
    from datasets import Features, Image, List, Value

    def kind(name: str) -> Any:
        if name in PICTURES:
            return Image()
        if name in ("edit_words", "edit_boxes", "words", "boxes", "partner_words"):
            return List(List(Value("int32")))
        if name in ("choices", "answers", "accepted", "partner_choices"):
            return List(Value("string"))
        if name in ("image_width", "image_height"):
            return Value("int32")
        return Value("float32") if name.endswith(NUMBERS) else Value("string")

    return Features({name: kind(name) for name in columns})
