"""No word of a table is broken at any width: lines end between words, and a table of wide words is a block a row."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tests.printed import RULES, Tables, words
from twokeys.commands.tabled import Whole, broken, longest, pieces, prose, table, widths

HEADER = ("predictor", "before", "chance", "after", "chance")
ROWS = [
    ("the question: ceiling", "66.8 % (32,230 of 48,248)", "-", "37.2 % (9,452 of 25,407)", "-"),
    ("question.neighbours", "66.4 % [66.0, 66.8]", "41.5 %", "36.5 % [35.9, 37.1]", "36.9 %"),
    ("image.majority", "37.0 % [36.5, 37.4]", "27.8 %", "25.2 % [24.6, 25.7]", "25.1 %"),
]
AT_80 = """\
Blind accuracy
 predictor           ┃ before             ┃ chance ┃ after             ┃ chance
━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━
 the question:       │ 66.8 % (32,230 of  │ -      │ 37.2 % (9,452 of  │ -
 ceiling             │ 48,248)            │        │ 25,407)           │
 question.neighbours │ 66.4 %             │ 41.5 % │ 36.5 %            │ 36.9 %
                     │ [66.0, 66.8]       │        │ [35.9, 37.1]      │
 image.majority      │ 37.0 %             │ 27.8 % │ 25.2 %            │ 25.1 %
                     │ [36.5, 37.4]       │        │ [24.6, 25.7]      │
"""
AT_40 = """\
Blind accuracy
predictor: the question: ceiling
  before: 66.8 % (32,230 of 48,248)
"""
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cc", "Cf", "Mn", "Me", "Zl", "Zp"])
TEXTS = st.text(LETTERS.filter(lambda letter: letter not in RULES) | st.sampled_from(" ._-/[],%07"), max_size=40)
NAMES = st.text("abcdefghij0123456789._-/", min_size=1, max_size=90)


def shown(width: int, header: tuple[str, ...] = HEADER, rows: list[tuple[str, ...]] = ROWS) -> str:
    out = io.StringIO()
    table(Console(file=out, width=width, soft_wrap=True), "Blind accuracy", header, rows)
    return out.getvalue()


def plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def test_at_80_columns_no_name_and_no_interval_is_cut() -> None:
    assert plain(shown(80)) == f"{AT_80}\n"


def test_where_words_are_too_wide_for_columns_every_row_is_a_block() -> None:
    assert plain(shown(40)).startswith(AT_40)
    assert "━" not in shown(40)


def test_with_room_nothing_is_broken_at_all() -> None:
    assert len(shown(120).splitlines()) == 1 + 1 + 1 + len(ROWS) + 1
    for row in ROWS:
        assert all(f" {cell} " in shown(120) for cell in row)


@given(st.integers(10, 200), st.lists(st.tuples(NAMES, TEXTS, NAMES), min_size=1, max_size=4), st.booleans())
def test_every_word_stands_whole_at_every_width(width: int, rows: list[tuple[str, str, str]], numbers: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        heard = Tables.recorded(patch)
        out = Console(file=io.StringIO(), width=width, soft_wrap=True)
        from twokeys.commands import tabled

        tabled.table(out, "a title", ("kind of edit", "reason", "name"), rows, numbers=numbers)
    assert heard.broken() == {}


@given(st.integers(10, 200), st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=4))
def test_a_whole_cell_stands_on_one_line(width: int, rows: list[tuple[str, str]]) -> None:
    paths = [f"my folder/{name} of {text.strip()}." for name, text in rows]
    text = shown(width, ("path", "why"), [(Whole(path), why) for path, (_, why) in zip(paths, rows, strict=True)])
    assert all(path in text for path in paths)


@given(st.integers(1, 200), st.lists(TEXTS, min_size=3, max_size=3))
def test_only_what_cannot_be_broken_is_wider_than_the_terminal(width: int, row: list[str]) -> None:
    widest = max([longest(text) for text in (*row, "predictor:", "accuracy:", "title")])
    text = shown(width, ("predictor", "accuracy", ""), [tuple(row)]).split("\n", 1)[1]
    assert all(cell_len(line.rstrip()) <= max(width, widest + 2) for line in text.splitlines())


@given(TEXTS, st.integers(1, 30))
def test_breaking_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = broken(text, width)
    assert words(" ".join(lines)) == words(text)
    assert all(cell_len(line) <= max(width, longest(text)) for line in lines)


def test_a_space_that_does_not_break_does_not_break() -> None:
    assert broken("12\u00a0000 items", 4) == ["12\u00a0000", "items"]


@given(TEXTS)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join("".join(pieces(text)).split()) == "".join(text.split())


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5), st.integers(0, 60))
def test_widths_fill_the_room_and_no_more(rows: list[tuple[str, str, str]], more: int) -> None:
    columns = list(zip(*rows, strict=True))
    least = [max(map(longest, column)) for column in columns]
    full = [max(max(map(cell_len, column)), 1) for column in columns]
    room = sum(least) + more
    given_ = widths(rows, room)
    assert all(low <= own <= high for low, own, high in zip(least, given_, full, strict=True))
    assert sum(given_) == min(room, sum(full))


def test_prose_is_broken_between_words() -> None:
    out = io.StringIO()
    prose(Console(file=out, width=20, soft_wrap=True), "the most frequent answer of [each] type :smile:")
    assert out.getvalue() == "the most frequent\nanswer of [each]\ntype :smile:\n"


def test_markup_and_emoji_names_are_text() -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, soft_wrap=True, emoji=False)
    table(console, "[bold]t[/] :smile:", ("[red]a", ":smile:"), [("[/x]", "[48.1, 52.0]")])
    for text in ("[bold]t[/] :smile:", "[red]a", ":smile:", "[/x]", "[48.1, 52.0]"):
        assert text in out.getvalue()
