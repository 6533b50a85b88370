"""What is asked for and what is found: filters and words against the same said in Python."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.browsing.index import Index
from twokeys.browsing.library import Library
from twokeys.browsing.query import Page, Query, find
from twokeys.core.errors import BadInput
from twokeys.data_cards.published import PublishedFolder

from .folders import balanced, item, removed, write

ROWS: list[dict[str, Any]] = [*balanced(), *removed()]
SEARCHES = [
    "red",
    "RED",
    '"square red"',
    "red square yes",
    "q0i",
    "q0i0",
    "square no",
    '"is the" blue',
    "r2",
    '"red is"',
]


def said(query: Query, row: dict[str, Any]) -> bool:
    """Whether a row is what is asked for, by the definition."""
    text = [str(row[name] or "").lower() for name in ("question", "answer", "id")]
    facets = {"set": "removed" if row.get("stage") else "balanced", "answer type": row["answer_type"] or ""}
    words = query.words.lower().split('"')
    parts = [*words[1::2], *" ".join(words[::2]).split()]
    return all(facets[name] == value for name, value in query.chosen) and all(
        any(part in own for own in text) for part in parts
    )


@settings(deadline=None)
@given(
    words=st.sampled_from(["", *SEARCHES]),
    chosen=st.lists(st.sampled_from([("set", "balanced"), ("set", "removed"), ("answer type", "yes/no")]), max_size=2),
)
def test_what_is_found_is_what_fits(index: Index, words: str, chosen: list[tuple[str, str]]) -> None:
    query = Query(tuple(chosen), words)
    assert find(index, query, {}).tolist() == [row for row, cells in enumerate(ROWS) if said(query, cells)]


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return Index(PublishedFolder(folder))


@pytest.mark.parametrize("words", ["100%", "a.c", "[x", "(", "\\", "^is", "Straße", "ДОМ", "e_e", "'q'", "*"])
def test_a_search_is_no_pattern(tmp_path: Path, words: str) -> None:
    questions = [words, words.lower(), "abc", "e-e", "is it?", ""]
    write(tmp_path, "balanced", [item(f"n{n}", "red", "red", question=text) for n, text in enumerate(questions)])
    index = Index(PublishedFolder(tmp_path))
    assert find(index, Query(words=words), {}).tolist() == [0, 1]


def test_what_is_not_there_is_not_found(index: Index) -> None:
    for query in (Query((("set", "audited"),)), Query((("nothing", "x"),)), Query(mark="nobody right")):
        assert find(index, query, {}).tolist() == []


def test_marks_of_models_are_a_filter(library: Library) -> None:
    assert library.find(Query(mark="one and two differ")).tolist() == [0]
    assert library.find(Query((("set", "removed"),), mark="one and two differ")).tolist() == []


def test_a_result_is_kept_and_turning_a_page_reads_nothing(library: Library) -> None:
    library.find(Query(words="red"))
    before = dict(library.index.cells.tally)
    assert library.page(Query(words="red"), 1, 3).found == 7
    assert library.index.cells.tally == before


@given(st.integers(0, 70), st.integers(1, 9))
def test_pages_part_what_was_found(found: int, size: int) -> None:
    rows = np.arange(100, 100 + found)
    pages = [Page.of(rows, number, size) for number in range(1, Page.of(rows, 1, size).pages + 1)]
    assert [row for page in pages for row in page.rows] == rows.tolist()
    assert all(len(page.rows) <= size and page.found == found for page in pages)


@pytest.mark.parametrize(("asked", "given_"), [(-3, 1), (0, 1), (2, 2), (4, 4), (5, 4), (10**12, 4)])
def test_a_page_that_is_not_there_is_the_nearest(asked: int, given_: int) -> None:
    assert Page.of(np.arange(10), asked, 3).number == given_


def test_categories_of_the_recipe_are_facets(tmp_path: Path) -> None:
    stated: Any = SimpleNamespace(recipe={"categories": ["place", "answer_type", "deep.er"]})
    metas = ['{"place": "lab"}', '{"place": null}', "no json", "[1]", '{"deep": {"er": 3}}']
    write(tmp_path, "balanced", [item(f"n{n}", "red", "red", meta=meta) for n, meta in enumerate(metas)])
    folder = PublishedFolder(tmp_path, stated)
    index = Index(folder)
    assert index.facets["place"].counts() == [("(none)", 4), ("lab", 1)]
    assert find(index, Query((("deep.er", "3"),)), {}).tolist() == [4]
    assert "answer_type" not in index.facets


def test_a_broken_file_is_bad_input_and_not_an_empty_result(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, "balanced", balanced())
    index = Index(PublishedFolder(tmp_path))
    path = index.cells.files[0]
    data = bytearray(path.read_bytes())
    data[4:-600] = bytes(len(data) - 604)
    path.write_bytes(bytes(data))
    with pytest.raises(BadInput, match="cannot be read"):
        find(index, Query(words="red"), {})
