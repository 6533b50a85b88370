"""Contact sheets: quads as pictures with their questions and answers, to be looked at before anything is published."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from twokeys.core.pictures.decoding import decode

INK, RIGHT, MASK = (20, 20, 20), (0, 90, 160), (220, 0, 120)
MARGIN, LINE, FONT = 12, 17, 14
WRAP = 50


@dataclass(frozen=True)
class Shown:
    """Two pictures under the same questions.

    Attributes:
        title: What was changed.
        pictures: The original picture and its partner, as file bytes.
        boxes: Where the partner differs, in its pixels.
        questions: Each question with its answer to either picture; None where nobody says.
    """

    title: str
    pictures: tuple[bytes, bytes]
    boxes: tuple[tuple[int, int, int, int], ...]
    questions: tuple[tuple[str, str | None, str | None], ...]


def contact_sheet(shown: Sequence[Shown], width: int = 400, columns: int = 1) -> Image.Image:
    """Draw quads one below the other.

    Args:
        shown: What to draw.
        width: Width of each picture on the sheet, in pixels.
        columns: Quads side by side.
    """
    parts = [_drawn(quad, width) for quad in shown]
    rows = [parts[at : at + columns] for at in range(0, len(parts), columns)]
    heights = [max(part.height for part in row) for row in rows]
    sheet = Image.new("RGB", (columns * (2 * width + 3 * MARGIN), sum(heights)), "white")
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for at, part in enumerate(row):
            sheet.paste(part, (at * (2 * width + 3 * MARGIN), top))
        top += height
    return sheet


def _drawn(quad: Shown, width: int) -> Image.Image:
    pictures = [_scaled(data, width) for data in quad.pictures]
    tall = max(picture.height for picture in pictures)
    letters = max(12, WRAP * 2 * width // 800 * 2)
    lines = [line for question in quad.questions for line in _lines(question, letters)]
    size = (2 * width + 3 * MARGIN, LINE + tall + LINE * len(lines) + 2 * MARGIN)
    part = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(part), ImageFont.load_default(size=FONT)
    draw.text((MARGIN, 2), quad.title, INK, font)
    for at, picture in enumerate(pictures):
        part.paste(picture, (MARGIN + at * (width + MARGIN), LINE + 4))
    scale = width / decode(quad.pictures[1], "a picture").width
    for x0, y0, x1, y1 in quad.boxes:
        left, top = 2 * MARGIN + width, LINE + 4
        box = (left + x0 * scale - 2, top + y0 * scale - 2, left + x1 * scale + 1, top + y1 * scale + 1)
        draw.rectangle(box, outline=MASK)
    for at, (text, colour) in enumerate(lines):
        draw.text((MARGIN, LINE + tall + 8 + at * LINE), text, colour, font)
    return part


def _scaled(data: bytes, width: int) -> Image.Image:
    picture = decode(data, "a picture")
    return picture.resize((width, round(picture.height * width / picture.width)))


def _lines(question: tuple[str, str | None, str | None], letters: int) -> list[tuple[str, tuple[int, int, int]]]:
    text, left, right = question
    answers = f"left: {left or '-'}   right: {right or '-'}"
    return [*((line, INK) for line in textwrap.wrap(text, letters)), (answers, RIGHT)]
