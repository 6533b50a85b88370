"""Placeholders in texts for the item's images: `<image 1>`, `<img2>`, `<image>` or `[image 3]`.

In square brackets a number is required, since `[image]` may be a word of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twokeys.core.errors import BadInput

_PLACEHOLDER = re.compile(
    r"<\s*(?P<word>image|img|picture)(?P<gap>[ _#-]*)(?P<number>\d*)\s*/?\s*>"
    r"|\[\s*(?:image|img)[ _#-]*(?P<other>\d+)\s*\]",
    re.IGNORECASE,
)
_WORDS = "leave the row out, or add words to `columns.question`, as `[What is shown?{}, question]`"
REMEDY = "name the columns of all images (`columns.image: [image_1, image_2]`), or mend the row"


@dataclass(frozen=True)
class Named:
    """The question and options of a row, with checked placeholders.

    Attributes:
        question: The question.
        options: Its options, in the same order.
    """

    question: Any
    options: tuple[Any, ...]


def highest(texts: Sequence[Any]) -> int:
    """The highest number of a placeholder in some texts; 0 if there is none.

    Example:
        >>> highest(["<image 2> or <img1>?", "<image>", 7])
        2
    """
    marks = [mark for text in texts if isinstance(text, str) for mark in _PLACEHOLDER.finditer(text)]
    return max((int(number) for mark in marks if (number := _number(mark))), default=0)


def _number(mark: re.Match[str]) -> str:
    """The number that a placeholder has; empty if it has none."""
    return mark["number"] or mark["other"] or ""


def named(question: Any, options: Sequence[Any], images: int, file: str, row: int | str) -> Named:
    """Check that each placeholder names an image of the item, and number those without a number.

    Placeholders with a number stay as they are. Placeholders without a number name the images in their order, first in
    the question, then in the options: in an item with several images each gets its number, so that `<image>` becomes
    `<image 1>`. An item may show images without a placeholder.

    Args:
        question: The question; a value that is no text holds no placeholder.
        options: Its options in the order of the source.
        images: Number of the item's images.
        file: The row's file, for messages.
        row: The row, for messages.

    Raises:
        BadInput: If a placeholder names an image that the item does not have, or only some placeholders have numbers,
            or the question consists of placeholders alone.

    Example:
        >>> named("<image> or <image>: which is older?", ("the first", "<image 2>"[:0]), 2, "test.csv", 1).question
        '<image 1> or <image 2>: which is older?'
    """
    texts = [text for text in (question, *options) if isinstance(text, str)]
    marks = [mark for text in texts for mark in _PLACEHOLDER.finditer(text)]
    numbers = [int(number) for mark in marks if (number := _number(mark))]
    has = "one image" if images == 1 else f"{images} images"
    if numbers and len(numbers) < len(marks):
        first, bare = (next(mark[0] for mark in marks if bool(_number(mark)) is given) for given in (True, False))
        problem = f"the row names images by number ({first}) and without ({bare})"
        raise BadInput(file, row, problem, "placeholders that all have a number, or none", "number all of them")
    if strays := [mark[0] for mark in marks if _number(mark) and not 1 <= int(_number(mark)) <= images]:
        allowed = "<image 1>" if images == 1 else f"<image 1> to <image {images}>"
        raise BadInput(file, row, f"the row names {strays[0]}, and the item has {has}", allowed, REMEDY)
    if not numbers and len(marks) > images:
        problem = f"the row names {len(marks)} images ({marks[0][0]}), and the item has {has}"
        raise BadInput(file, row, problem, "no more placeholders than images", REMEDY)
    if marks and isinstance(question, str) and not _PLACEHOLDER.sub("", question).strip():
        raise BadInput(file, row, "the question names images and has no words", "words beside them", _WORDS)
    if numbers or images == 1:
        return Named(question, tuple(options))
    count = iter(range(1, images + 1))

    def numbered(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return _PLACEHOLDER.sub(lambda mark: f"<{mark['word']}{mark['gap'] or ' '}{next(count)}>", text)

    return Named(numbered(question), tuple(numbered(option) for option in options))
