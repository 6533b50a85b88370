"""Define every column in one table: its name, type, meaning, and the configs that have it.

The schema of the item table, the files, the card, Croissant, the fingerprint, `twokeys verify`, exports and the audit
read this table. The columns that baselines measure follow one naming rule instead: `core.measured`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from twokeys.core.measured import AUDITED as FITTED_ON_AUDITED
from twokeys.core.measured import REFIT, REFIT_UNSEEN, UNKEPT, Measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa
    from datasets import Features

Type = Literal["text", "texts", "integer", "number", "spans", "image", "images"]
BALANCED, AUDITED, REMOVED, PAIRS, MEASUREMENTS = "balanced", "audited", "removed", "pairs", "measurements"
OPEN, CHOICE = "eval-open", "eval-choice"
"""Configs for eval.yaml: items that are answered in words, and items with options."""
TIERS = (BALANCED, AUDITED)
"""Configs whose rows are published items."""
ITEMS, SET_ASIDE = "items", "set aside"
"""Tables of the builder: items, and rows that could not be read as such."""
_EVAL = (OPEN, CHOICE)
_READ = (ITEMS, *TIERS, REMOVED)
_TOLD = (ITEMS, SET_ASIDE, *TIERS, REMOVED)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Published name; an identifier.
        type: Type of the cells; `spans` are lists of lists of whole numbers.
        meaning: Meaning of the column, in Markdown.
        configs: Configs, and tables of the builder, that have the column.
        paired: More configs that have the column if the recipe has a part `pair`.
        measured: Whether the column is a measurement: it describes the item and does not define it. Numbers of a model
            may differ in the last digit by machine, so the row fingerprint ignores them.
        gold: Whether the column reveals the label.
        image_key: For a column with images: the column with their keys.
        lists: For a column with one image: the column that replaces it if items have several images.
        several: More configs that have the column if items have several images.
        inside: Name inside twokeys, if it differs from the published name.
    """

    name: str
    type: Type
    meaning: str
    configs: tuple[str, ...] = ()
    paired: tuple[str, ...] = ()
    measured: bool = False
    gold: bool = False
    image_key: str | None = None
    inside: str = ""
    lists: str = ""
    several: tuple[str, ...] = ()


TABLE = (
    Column("id", "text", "`source:split:source_id`, unique and stable; metadata that no model may be shown, since a "
           "source's ids may reveal its answers; a pair has its own id", (*_TOLD, PAIRS, MEASUREMENTS, *_EVAL)),
    Column("view", "text", "what differs between both members: `question` or `image`", (PAIRS,)),
    Column("stage", "text", "step that removed the item: `read`, `filter`, `pair` or `balance`", (REMOVED,)),
    Column("rule", "text", "rule that removed the item; empty if no rule did", (REMOVED,)),
    Column("reason", "text", "why the item was removed, in words", (REMOVED,)),
    Column("image", "image", "the image, original bytes of the source", (*TIERS, PAIRS), image_key="image_key",
           lists="images"),
    Column("images", "images", "the images in the order in which the item shows them, original bytes of the source",
           image_key="image_keys"),
    Column("partner_image", "image", "the partner's image", (PAIRS,), image_key="partner_image_key",
           lists="partner_images"),
    Column("partner_images", "images", "the partner's images", image_key="partner_image_keys"),
    Column("image_uri", "text", "the image as text (a data URI), for readers that take no column of images", _EVAL,
           image_key="image_key"),
    Column("question", "text", "the question or statement, in canonical form", (*_TOLD, PAIRS, *_EVAL)),
    Column("partner_question", "text", "the partner's question", (PAIRS,)),
    Column("choices", "texts", "the options in published order, the same for all items of a question; empty for open "
           "questions", (*_READ, PAIRS, *_EVAL)),
    Column("partner_choices", "texts", "the partner's options", (PAIRS,)),
    Column("target", "text", "what a reply is compared with: the letter of the right option, or the answer", _EVAL,
           gold=True),
    Column("answer", "text", "the gold answer in the source's words; for multiple choice the option's text",
           (*_TOLD, PAIRS, *_EVAL), gold=True),
    Column("partner_answer", "text", "the partner's answer", (PAIRS,), gold=True),
    Column("compared", "text", "what the gold is compared as: `yes` or `no`, a number in digits, an option's text, or "
           "the normal form of a text", _READ, gold=True),
    Column("accepted", "texts", "what a right reply is read as, one of these: the gold's text, and the letter of its "
           "option", TIERS, gold=True),
    Column("answers", "texts", "what all annotators answered, if the source has it", _READ, gold=True),
    Column("answer_type", "text", "`yes/no`, `number`, `choice` or `open`", (*_READ, *_EVAL)),
    Column("image_partner", "text", "id of the counterfactual with the same question, another image and another answer",
           (*TIERS, *_EVAL)),
    Column("question_partner", "text", "id of the counterfactual with the same image, another question and another "
           "answer", (*TIERS, *_EVAL)),
    Column("first", "text", "id of the item with `image`, `question`, `answer`", (PAIRS,)),
    Column("second", "text", "id of its partner", (PAIRS,)),
    Column("kind", "text", "the edit that made one image or question of the other, or `mined` if none did", (PAIRS,)),
    Column("quad", "text", "name of the quad (two questions by two images, answers a b / b a); empty in none",
           (*TIERS, PAIRS, *_EVAL)),
    Column("answer_source", "text", "how the answer is known: `annotated` by a person, `constructed` by the edit, "
           "`verified` by named models; of refused edits also `expected`, which is not known", (ITEMS, *TIERS, PAIRS),
           paired=(REMOVED,)),
    Column("partner_answer_source", "text", "how the partner's answer is known", (PAIRS,)),
    Column("words", "spans", "spans of characters of the question that its partner has not, the last one excluded",
           (PAIRS,)),
    Column("partner_words", "spans", "spans of characters of the partner's question that the question has not",
           (PAIRS,)),
    Column("boxes", "spans", "where an edit made both images differ: x0, y0, x1, y1 in pixels, the last ones excluded",
           (PAIRS,)),
    Column("scores", "text", "what models said of the edit that made one of the other, as `edit_scores` has it",
           (PAIRS,)),
    Column("split", "text", "the split", (ITEMS, SET_ASIDE)),
    Column("source", "text", "the corpus that the item is from", (*_TOLD, PAIRS, *_EVAL)),
    Column("source_revision", "text", "exact state of that corpus", _TOLD),
    Column("source_id", "text", "the item's own id there; metadata, like `id`", _TOLD),
    Column("row", "text", "file and row in the source; metadata, like `id`", _TOLD),
    Column("license", "text", "licence of the item, as its source states it; of a retrieved partner that of its "
           "image too", (*_TOLD, PAIRS, *_EVAL)),
    Column("image_key", "text", "hash of the image's pixels; equal keys, equal images", (*_READ, PAIRS, *_EVAL)),
    Column("image_keys", "texts", "hash of the pixels of each image, in order; `image_key` is that of a single one, or "
           "the hash of those of several", (ITEMS,), several=(*TIERS, REMOVED, PAIRS)),
    Column("partner_image_key", "text", "hash of the partner's pixels", (PAIRS,)),
    Column("partner_image_keys", "texts", "hash of the pixels of each of the partner's images", several=(PAIRS,)),
    Column("image_width", "integer", "width in pixels", _READ),
    Column("image_height", "integer", "height in pixels", _READ),
    Column("image_colour", "text", "mean of red, green and blue over the image, each in one of 8 steps from 0: a "
           "coarse cluster", (*TIERS, REMOVED)),
    Column("question_key", "text", "hash of the published question and its options; equal keys, equal text",
           (*_READ, *_EVAL)),
    Column("group", "text", "items of a group share every fold: same or near-duplicate image, declared links",
           (*TIERS, REMOVED, *_EVAL)),
    Column("links", "texts", "keys by which the source declares items to belong together", (ITEMS,)),
    Column("meta", "text", "the source's other fields, as JSON; of a retrieved partner where its image is from", _READ),
    Column("problem", "text", "why the row could not be read as an item", (SET_ASIDE,)),
    Column("edit_of", "text", "id of the item that this one was made from; empty for items of the source",
           paired=(*TIERS, REMOVED)),
    Column("edit_kind", "text", "what was done to make it", paired=(*TIERS, REMOVED)),
    Column("edit_note", "text", "how the new answer follows", paired=(*TIERS, REMOVED)),
    Column("edit_words", "spans", "where the question differs from that item's: spans of characters, the last one "
           "excluded", paired=(*TIERS, REMOVED)),
    Column("edit_boxes", "spans", "where the image differs from that item's, or where a retrieved image shows what is "
           "asked for: x0, y0, x1, y1 in pixels, the last ones excluded", paired=(*TIERS, REMOVED)),
    Column("edit_scores", "text", "JSON: by how much the question is more fluent than its original (`fluency`, nats a "
           "token), and the `margins` in nats by which each model that verified the answer prefers it",
           paired=(*TIERS, REMOVED)),
    Column("question_asked", "text", "the question in the source's own words, if a paraphrase's wording is published",
           paired=(*TIERS, REMOVED)),
    Column("answers_agreement", "number", "share of the annotators whose answer is the gold, in the form in which "
           "answers are compared", (MEASUREMENTS, REMOVED), measured=True, inside="answers.agreement"),
    Column("adversaries_vote", "number", "share of the certifying adversaries, fitted on the audited set, that are "
           "right on the item", (MEASUREMENTS,), measured=True, inside="adversaries.vote"),
    Column("adversaries_disagreement", "number", "share of them that do not give the answer that most of them give",
           (MEASUREMENTS,), measured=True, inside="adversaries.disagreement"),
)  # fmt: skip
COLUMNS = {column.name: column for column in TABLE}
_BY_INSIDE = {column.inside: column for column in TABLE if column.inside}
PLACE = "row"
"""Column with the place of the item in its source. The order of a source's rows carries no content."""
PICTURES = {
    column.name: column.image_key for column in TABLE if column.type in ("image", "images") and column.image_key
}
"""Column that holds images -> column with their keys."""
SHOWN = {column.name: column.image_key for column in TABLE if column.image_key}
"""The same for all columns that show images, the column with images as text included."""
EDIT_COLUMNS = tuple(column.name for column in TABLE if column.paired and not column.configs)
"""Columns that items have only if the recipe has a part `pair`: they describe the edit."""
RETRIEVED = "retrieved."
"""Beginning of `edit_kind` for retrieved partners: another image of the pool replaces the original's image."""


def is_retrieved(kind: object) -> bool:
    """Whether an `edit_kind` marks a retrieved partner; items of the source have no `edit_kind`.

    Example:
        >>> is_retrieved("retrieved.coco"), is_retrieved("photo.paste"), is_retrieved(None)
        (True, False, False)
    """
    return isinstance(kind, str) and kind.startswith(RETRIEVED)


# --------------------------------------------------------------------------------------------- names of measurements


@cache
def column(name: object) -> Column:
    """Look a column up, by its name inside twokeys or by its published name.

    Raises:
        ValueError: When there is no such column.

    Example:
        >>> column("question.tfidf.p_gold").name, column("answer").type
        ('question_tfidf_p_gold', 'text')
    """
    if listed := COLUMNS.get(str(name)) or _BY_INSIDE.get(str(name)):
        return listed
    if (measured := Measured.of(name)) is not None and measured.published:
        published = measured.name.replace(".", "_")
        return Column(published, measured.type, measured.meaning, (MEASUREMENTS, REMOVED), (), True, False, None,
                      measured.name)  # fmt: skip
    raise ValueError(f"published column {str(name)!r} has no meaning: add one to twokeys.core.columns.TABLE")


@cache
def is_measurement(name: object) -> bool:
    """Whether a column is a published measurement, by its name inside twokeys or by its published name.

    Example:
        >>> is_measurement("question.tfidf.p_gold"), is_measurement("question_tfidf_p_gold"), is_measurement("answer")
        (True, True, False)
    """
    try:
        return column(name).measured
    except ValueError:
        return False


def is_number(name: object) -> bool:
    """Whether a column is a published measurement that is a number."""
    return is_measurement(name) and column(name).type == "number"


def published(name: object) -> str:
    """Return the published name of a column that has another name inside twokeys; any other name as it is.

    Example:
        >>> published("question.tfidf.refit.p_gold"), published("answers.agreement"), published("group")
        ('question_tfidf_refit_p_gold', 'answers_agreement', 'group')
    """
    return column(name).name if is_measurement(name) else str(name)


def inside(name: object) -> str:
    """Return the name inside twokeys of a published column.

    Example:
        >>> inside("question_lm_pmi_refit_p_gold"), inside("answers_agreement"), inside("group")
        ('question.lm_pmi.refit.p_gold', 'answers.agreement', 'group')
    """
    return column(name).inside if is_measurement(name) else str(name)


def of_tier(name: object, tier: str) -> bool:
    """Whether a measurement belongs to a tier: it was fitted on all items, or on the rows of this tier.

    Example:
        >>> [of_tier(name, "audited") for name in ("image.probe.p_gold", "image.probe.refit.p_gold")]
        [True, False]
    """
    measured = Measured.of(name)
    if measured is None:
        return tier == AUDITED or not column(name).inside.startswith("adversaries.")
    return measured.fit not in ((REFIT, REFIT_UNSEEN) if tier == AUDITED else (FITTED_ON_AUDITED, UNKEPT))


# -------------------------------------------------------------------------------------------------- columns of configs


def columns_of(config: str, paired: bool = False, measured: Iterable[str] = (), several: bool = False) -> list[str]:
    """Published names of a config's columns, in their order.

    Args:
        config: A config, or a table of the builder.
        paired: Whether the recipe has a part `pair`.
        measured: Names of the measurements in the data; the config's measurements come last.
        several: Whether some item has several images.
    """
    fixed = [
        (each.lists if several else "") or each.name
        for each in TABLE
        if not each.measured
        and (config in each.configs or (paired and config in each.paired) or (several and config in each.several))
    ]
    return [*fixed, *sorted(column(name).name for name in measured if config in column(name).configs)]


def features(names: Iterable[str]) -> Features:
    """The `datasets` schema of published columns."""
    from datasets import Features, Image, List, Value

    types: dict[Type, Any] = {
        "text": Value("string"),
        "texts": List(Value("string")),
        "integer": Value("int32"),
        "number": Value("float32"),
        "spans": List(List(Value("int32"))),
        "image": Image(),
        "images": List(Image()),
    }
    return Features({name: types[column(name).type] for name in names})


def arrow_schema(names: Iterable[str]) -> pa.Schema:
    """The Arrow schema of columns without images."""
    import pyarrow as pa

    types: dict[Type, pa.DataType] = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "integer": pa.int32(),
        "number": pa.float32(),
    }
    return pa.schema([(name, types[column(name).type]) for name in names])


# ---------------------------------------------------------------------------------------------------- words for readers


def baseline(name: str) -> str:
    """Name the baseline that measured a column; empty if no baseline did.

    Example:
        >>> baseline("question_tfidf_refit_p_gold"), baseline("answer")
        ('question.tfidf', '')
    """
    measured = Measured.of(name)
    return measured.baseline if measured else ""


def general(name: str) -> str:
    """Replace the baseline in a column's name by a placeholder for all baselines; any other name stays as it is.

    Example:
        >>> general("question_tfidf_refit_p_gold"), general("answer")
        ('BASELINE_refit_p_gold', 'answer')
    """
    measured = Measured.of(name)
    return "_".join(filter(None, ("BASELINE", measured.fit, measured.kind))) if measured else name


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
