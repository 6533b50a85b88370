"""The item table: its columns, and the two keys that an item opens with."""

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
"""Of the item table; an image that is known by name alone has the width and height 0."""


@dataclass(frozen=True)
class TextRule:
    """How published text is made canonical. Whatever merges two questions here is published merged.

    Attributes:
        unicode: Unicode normal form.
        lowercase: Whether letter case is dropped.
    """

    unicode: Literal["NFC", "NFKC"] = "NFC"
    lowercase: bool = False

    def __call__(self, text: str) -> str:
        r"""Return `text` as it is published: one normal form, nothing unseen, single spaces, none at the ends.

        Example:
            >>> TextRule(lowercase=True)("  Is it\tR\u200bED? ")
            'is it red?'
        """
        text = unicodedata.normalize(self.unicode, visible(unicodedata.normalize(self.unicode, text)))
        if self.lowercase:
            # Small letters compose where capitals do not (J with caron), so the form is taken again.
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
    r"""Key of the question side: what the published question and the set of its options look like.

    Under one key one spelling is published (`twokeys.builder.read.spelling`). Where options must keep an order
    (`twokeys.core.option_places`), the key is of the options in that order: what is published under one key is the
    same, order included.

    Example:
        >>> question_key("It\u2019s red?", []) == question_key("It's red?", []), question_key("Red?", [])[:4]
        (True, '6bab')
    """
    seen, options = alike(question), [alike(choice) for choice in choices]
    if choices and freedom(question, choices) == "source order":
        return digest("question in order", seen, *options)
    return digest("question", seen, *sorted(options))


def image_key(keys: Sequence[str]) -> str:
    """Key of the image side: an image's own key, or the hash of the keys of several images in their order.

    Args:
        keys: Keys of the item's images, one or more, in the order in which it shows them.

    Example:
        >>> image_key(["a"]), image_key(["a", "b"]) == image_key(["b", "a"]), image_key(["a", "a"]) == image_key(["a"])
        ('a', False, False)
    """
    return keys[0] if len(keys) == 1 else digest("images", *keys)


def hashed_order(question: str, choices: Sequence[str]) -> list[str]:
    """Order options by a hash of the question key, but for those that have a place of their own.

    Args:
        question: The published question.
        choices: Its options, in the order of the source.

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
    there = {place: choice for choice, place in pinned.items()}
    return [there[place] if place in there else next(free) for place in range(len(choices))]


def row_order(identity: str) -> str:
    """What published rows go by inside one image: a hash, since ids of a source may tell its answers.

    Example:
        >>> sorted(["pope:test:1", "pope:test:2", "pope:test:3"], key=row_order)
        ['pope:test:3', 'pope:test:2', 'pope:test:1']
    """
    return digest("row", identity)


def canonical_json(value: Any) -> str:
    """Serialise with sorted keys, no spaces, and Unicode as it is: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One question as its corpus states it, before anything is checked or normalised.

    Attributes:
        file: The file it stands in, relative to the corpus root.
        row: Row number (from 1) or key inside the file.
        split: The published split that it belongs to.
        source_id: The source's own id, as text; unique within `split`.
        image: Locator of the image, see `twokeys.builder.read.pictures`: `file:PATH`, `parquet:PATH#COLUMN#INDEX`,
            `name:NAME`; or the locators of several images in their order.
        question: Question or statement.
        answer: Gold answer; for multiple choice the option's text.
        choices: Option texts in source order; empty when open.
        answers: All annotators' answers, when the source has them.
        answer_type: Set by readers that know it; None lets `twokeys.builder.read.stage` derive it.
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
        """Locators of all images, in their order."""
        return (self.image,) if isinstance(self.image, str) else self.image
