"""The item table: its schema, and the two keys that open an item."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from twokeys.core.answers.lookalikes import alike
from twokeys.core.columns import ITEMS, arrow_schema, columns_of
from twokeys.core.option_places import freedom, pins
from twokeys.core.visible import visible

AnswerType = Literal["yes/no", "number", "choice", "open"]
ANSWER_TYPES: tuple[AnswerType, ...] = ("yes/no", "number", "choice", "open")

SCHEMA = arrow_schema(columns_of(ITEMS))
"""Schema of the item table; if only the name of an image is available, its width and height are 0."""


@dataclass(frozen=True)
class TextRule:
    """How published text is made canonical. If two questions become equal here, they are published as equal.

    Attributes:
        unicode: Unicode normal form.
        lowercase: Whether letter case is dropped.
    """

    unicode: Literal["NFC", "NFKC"] = "NFC"
    lowercase: bool = False

    def __call__(self, text: str) -> str:
        r"""Return `text` as it is published: in one normal form, without invisible characters, with single spaces.

        Example:
            >>> TextRule(lowercase=True)("  Is it\tR\u200bED? ")
            'is it red?'
        """
        text = unicodedata.normalize(self.unicode, visible(unicodedata.normalize(self.unicode, text)))
        if self.lowercase:
            # Some small letters compose although their capitals do not (J with caron), so text is normalised again.
            text = unicodedata.normalize(self.unicode, text.lower())
        return " ".join(text.split())


def digest(*parts: str) -> str:
    """Return 128 bits of SHA-256 over `parts`, in hex; parts are length-prefixed, so ("ab", "") != ("a", "b")."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode()
        sha.update(len(data).to_bytes(8, "big"))
        sha.update(data)
    return sha.hexdigest()[:32]


def question_key(question: str, choices: Sequence[str]) -> str:
    r"""Key of the question side: a hash of how the published question and the set of its options look.

    One spelling is published for each key (`twokeys.builder.read.spelling`). If options must keep an order
    (`twokeys.core.option_places`), the key is a hash of the options in that order. So all items of a key publish the
    same text, in the same order of options.

    Example:
        >>> question_key("It\u2019s red?", []) == question_key("It's red?", []), question_key("Red?", [])[:4]
        (True, '6bab')
    """
    seen, options = alike(question), [alike(choice) for choice in choices]
    if choices and freedom(question, choices) == "source order":
        return digest("question in order", seen, *options)
    return digest("question", seen, *sorted(options))


def image_key(keys: Sequence[str]) -> str:
    """Key of the image side: the key of an item's single image, or the hash of the keys of its images in order.

    Args:
        keys: Keys of the item's images, at least one, in the order in which the item shows them.

    Example:
        >>> image_key(["a"]), image_key(["a", "b"]) == image_key(["b", "a"]), image_key(["a", "a"]) == image_key(["a"])
        ('a', False, False)
    """
    return keys[0] if len(keys) == 1 else digest("images", *keys)


def hashed_order(question: str, choices: Sequence[str]) -> list[str]:
    """Order options by a hash of the question key, except for options with a fixed place.

    Args:
        question: The published question.
        choices: The item's options, in the order of the source.

    Example:
        >>> hashed_order("k", ["a cat", "a dog", "B"]) == hashed_order("k", ["B", "a dog", "a cat"])
        True
    """
    fixed = freedom(question, choices) if choices else "source order"
    if fixed == "source order":
        return list(choices)
    key = question_key(question, choices)
    pinned = pins(choices) if fixed == "pinned" else {}
    free = iter(sorted(set(choices) - pinned.keys(), key=lambda choice: (digest(key, choice), choice)))
    at_place = {place: choice for choice, place in pinned.items()}
    return [at_place[place] if place in at_place else next(free) for place in range(len(choices))]


def row_order(identity: str) -> str:
    """Sort key of published rows within one image: a hash, since ids of a source may reveal its answers.

    Example:
        >>> sorted(["pope:test:1", "pope:test:2", "pope:test:3"], key=row_order)
        ['pope:test:3', 'pope:test:2', 'pope:test:1']
    """
    return digest("row", identity)


def canonical_json(value: Any) -> str:
    """Serialise with sorted keys, without spaces and without Unicode escapes: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One question as its corpus holds it, before it is checked or normalised.

    Attributes:
        file: The file of the question, relative to the corpus root.
        row: Row number (from 1) or key inside the file.
        split: The published split of the question.
        source_id: The source's id, as text; unique within `split`.
        image: Locator of the image, see `twokeys.builder.read.pictures`: `file:PATH`, `parquet:PATH#COLUMN#INDEX`,
            `name:NAME`; or the locators of several images in their order.
        question: Question or statement.
        answer: Gold answer; for multiple choice the option's text.
        choices: Option texts in source order; empty when open.
        answers: All annotators' answers, if the source has them.
        answer_type: Answer type, if the source states it; if None, `twokeys.builder.read.stage` derives it.
        links: Namespaced keys of declared groups, such as `nlvr:statement:...`.
        meta: The source's other fields; must be JSON values.
    """

    file: str
    row: int | str
    split: str
    source_id: str
    image: str | tuple[str, ...]
    question: Any
    answer: Any
    choices: tuple[Any, ...] = ()
    answers: tuple[Any, ...] = ()
    answer_type: AnswerType | None = None
    links: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def images(self) -> tuple[str, ...]:
        """Locators of all images, in order."""
        return (self.image,) if isinstance(self.image, str) else self.image
