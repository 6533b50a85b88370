"""Tables fit the terminal: names are broken at separators, numbers, intervals and percentages not at all."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from audit.tabled import broken, pieces, table, widths

HEADER = ("sees only", "predictor", "before", "chance", "after", "chance")
ROWS = [
    ("the question", "ceiling of any predictor", "66.8 % (32,230 of 48,248)", "-", "37.2 % (9,452 of 25,407)", "-"),
    ("the question", "question.neighbours", "66.4 % [66.0, 66.8]", "41.5 %", "36.5 % [35.9, 37.1]", "36.9 %"),
    ("the image", "image.majority", "37.0 % [36.5, 37.4]", "27.8 %", "25.2 % [24.6, 25.7]", "25.1 %"),
]
AT_80 = """\
Blind accuracy
┏━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━┓
┃ sees     ┃                ┃                ┃        ┃               ┃        ┃
┃ only     ┃ predictor      ┃ before         ┃ chance ┃ after         ┃ chance ┃
┡━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━┩
│ the      │ ceiling of any │ 66.8 % (32,230 │ -      │ 37.2 % (9,452 │ -      │
│ question │ predictor      │ of 48,248)     │        │ of 25,407)    │        │
│ the      │ question.      │ 66.4 %         │ 41.5 % │ 36.5 %        │ 36.9 % │
│ question │ neighbours     │ [66.0, 66.8]   │        │ [35.9, 37.1]  │        │
│ the      │ image.majority │ 37.0 %         │ 27.8 % │ 25.2 %        │ 25.1 % │
│ image    │                │ [36.5, 37.4]   │        │ [24.6, 25.7]  │        │
└──────────┴────────────────┴────────────────┴────────┴───────────────┴────────┘
"""
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cc", "Cf", "Mn", "Me", "Zl", "Zp"])
TEXTS = st.text(LETTERS | st.sampled_from(" ._-/[],%07"), max_size=40)


def shown(width: int) -> str:
    out = io.StringIO()
    table(Console(file=out, width=width), "Blind accuracy", HEADER, ROWS)
    return out.getvalue()


def test_at_80_columns_no_name_and_no_interval_is_cut() -> None:
    assert "\n".join(line.rstrip() for line in shown(80).split("\n")) == AT_80


def test_at_120_columns_nothing_is_broken_at_all() -> None:
    assert len(shown(120).splitlines()) == 1 + 1 + 1 + 1 + len(ROWS) + 1
    for row in ROWS:
        assert all(re.search(rf"│ {re.escape(cell)} +│", shown(120)) for cell in row)


@given(st.integers(30, 200))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(cell_len, shown(width).splitlines())) <= width


@given(TEXTS, st.integers(1, 30))
def test_breaking_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = broken(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= max(width, 2) for line in lines)


@given(TEXTS)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join("".join(pieces(text)).split()) == "".join(text.split())


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5), st.integers(3, 100))
def test_widths_fill_the_room_and_no_more(rows: list[tuple[str, str, str]], room: int) -> None:
    given_ = widths(rows, room)
    full = [max(max(cell_len(text) for text in column), 1) for column in zip(*rows, strict=True)]
    assert sum(given_) <= room
    assert all(1 <= own <= most for own, most in zip(given_, full, strict=True))
    assert sum(given_) == min(room, sum(full))


def test_markup_and_emoji_names_are_text() -> None:
    out = io.StringIO()
    table(Console(file=out, width=60), "[bold]t[/]", ("[red]a", ":smile:"), [("[/x]", "[48.1, 52.0]")])
    for text in ("[bold]t[/]", "[red]a", ":smile:", "[/x]", "[48.1, 52.0]"):
        assert text in out.getvalue()
