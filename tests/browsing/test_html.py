"""What the page shows as HTML: every text of a corpus is a text, whatever it holds."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from twokeys.browsing.html import about_html, head_html, heat_html, item_html, list_html, parted
from twokeys.browsing.library import Library, opened
from twokeys.browsing.query import Query

from .folders import HOSTILE, answer, evaluated, explained, explanation, item, published, write

SAFE = {"src": ("data:image/png;base64,", "data:image/jpeg;base64,"), "href": ("?item=",)}


class Seen(HTMLParser):
    """Elements, attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


def all_of(library: Library, row: int) -> str:
    heat = [run.heat(row, "occlusion", 1.0, library.thumbnails.images(row)) for run in library.explanations]
    parts = [head_html(library), list_html(library, Query(), 1), item_html(library, row, Query())]
    return "".join([*parts, about_html(library, row), *map(heat_html, heat)])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A folder all of whose texts attack."""
    place = tmp_path_factory.mktemp("hostile")
    texts = dict.fromkeys(
        ("question", "answer", "compared", "answer_type", "answer_source", "source", "license", "group"), HOSTILE
    )
    folder = published(
        place / "it", **texts, choices=[HOSTILE, "b"], answers=[HOSTILE], edit_note=HOSTILE, meta='{"<b>": "<i>"}'
    )
    one = evaluated(place / "e", folder, HOSTILE, [answer("q0i0", HOSTILE, True), {"id": "q0i1", "skipped": HOSTILE}])
    line = explanation("q0i0") | {"words": [HOSTILE] * 5, "explained": HOSTILE}
    return opened(folder, [one], [explained(place / "x", folder, HOSTILE, [line])])


@pytest.mark.parametrize("row", [0, 1, 12, 13, 14])
def test_no_text_of_a_corpus_is_markup(hostile: Library, row: int) -> None:
    seen = Seen(all_of(hostile, row))
    assert HOSTILE in seen.text
    assert not {"script", "iframe", "object", "form", "meta", "link", "style", "base", "svg"} & set(seen.tags)
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name not in SAFE or value.startswith(SAFE[name]), (name, value[:60])
    assert set(seen.tags) <= set(Seen(all_of(hostile, 0) + all_of(hostile, 12)).tags)


def test_an_id_may_hold_anything(tmp_path: Path) -> None:
    name = '"><script>&?#%27 ü'
    write(tmp_path, "balanced", [item(name, "red", "red")])
    seen = Seen(list_html(opened(tmp_path), Query(), 1))
    assert ("data-item", name) in seen.attributes
    assert ("href", "?item=%22%3E%3Cscript%3E%26%3F%23%2527%20%C3%BC") in seen.attributes


def test_a_list_names_answers_sets_and_what_models_did(library: Library) -> None:
    text = " ".join(Seen(list_html(library, Query(), 1)).text.split())
    assert text.startswith("← Previous 15 items Next →")
    assert "is the square red? yes one: right two: wrong" in text
    assert "removed: duplicate-item" in text
    assert "no image in this folder" in text


def test_nothing_found_is_said(library: Library) -> None:
    assert "No item is all of that" in list_html(library, Query(words="nothing of the kind"), 1)


def test_an_item_is_told_whole(library: Library) -> None:
    text = " ".join(Seen(item_html(library, 0, Query()) + about_html(library, 0)).text.split())
    for told in (
        "is the square red? Answer: yes", "image partner", "question partner", "of the same quad", "this item",
        "model reply image and question", "value 0.50", "question tfidf yes right 75.0 %", "place lab",
    ):  # fmt: skip
        assert told in text, told
    gone = " ".join(Seen(item_html(library, 12, Query()) + about_html(library, 12)).text.split())
    for told in ("Removed: the same item as 'q0i0', which is kept.", "What gives it away", "Named in the reason"):
        assert told in gone


def test_the_quad_stands_as_questions_by_images(library: Library) -> None:
    html = about_html(library, 0)
    cross = html[html.index('<table class="cross"') : html.index("</table>")]
    seen = Seen(cross)
    assert seen.tags.count("img") == 2
    assert " ".join(seen.text.split()) == "is the square red? yes this item no is the square blue? no yes"
    assert seen.tags.count("i") == 2  # the edit, in both images


def test_before_and_after_are_those_of_what_was_asked_for(library: Library) -> None:
    wanted = Query((("set", "balanced"),), '"square red"')
    for row, names in ((0, ["", "q0i1"]), (1, ["q0i0", "q1i0"]), (9, ["q2i0", ""]), (2, ["", ""])):
        found = Seen(item_html(library, row, wanted)).attributes
        assert [value for name, value in found if name == "data-item"] == names


@pytest.mark.parametrize(
    ("one", "other"), [("is it red?", "is it blue?"), ("a", None), ("", "b"), ("same", "same"), ("x y z", "z y x")]
)
def test_parts_of_a_text_are_the_text(one: str, other: str | None) -> None:
    parts = parted(one, other)
    assert "".join(text for text, _ in parts) == one
    assert any(changed for _, changed in parts) == (other is not None and one != other and bool(one))
