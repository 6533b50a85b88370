"""Open golds are published in the source's words, and different answers are never made one.

Claim: what is published is what the source says, and balance drops no item for an answer that it has not.
Attack: pairs of golds that differ in a sign, a comparison, a unit or a mark; golds that are several.
Before (ba22272): `-5` was published as `5`, `<5%` and `>5%` as `5%`, `B-` as `b`, `C++` as `c`, `1/2` as `1 2`,
`nokia.com` as `nokiacom`, `a,d` as `d`, `A, C` as `c`, `None` as `0`; items with two such golds had one answer, and
balance dropped them.
Now: `answer` is the source's text, `compared` says what it is compared as, and the two stay apart in both; several
golds are a set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.toy import Toy, draw
from twokeys.builder.build import build
from twokeys.builder.filter import Rules, apply
from twokeys.builder.read.stage import _content
from twokeys.builder.recipe import RuleUse
from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.normal import compared
from twokeys.core.errors import BadInput
from twokeys.core.items import Row, TextRule
from twokeys.core.visible import unreadable

APART = [
    ("-5", "5"), ("<5%", ">5%"), ("B-", "B+"), ("B-", "B"), ("C++", "C"), ("C#", "C"), ("1/2", "1 2"), ("1/2", "12"),
    ("nokia.com", "nokiacom"), ("a,d", "d"), ("A, C", "C"), ("5 feet", "5 inches"), ("3:4", "34"), ("x²", "x2"),
]  # fmt: skip


def content(answer: Any, **fields: Any) -> dict[str, Any]:
    row = Row("f.csv", 1, "test", "1", "name:i", "What?", answer, **fields)
    return _content(row, TextRule())


@pytest.mark.parametrize("pair", APART)
def test_both_are_published_as_they_are_and_compared_apart(pair: tuple[str, str]) -> None:
    one, other = (content(text) for text in pair)
    assert (one["answer"], other["answer"]) == pair
    assert one["compared"] != other["compared"]
    assert not right(pair[1], one["answer_type"], [], pair[0])
    assert not right(pair[0], other["answer_type"], [], pair[1])
    tokens = [set(accepted(said["answer_type"], [], said["answer"])) for said in (one, other)]
    assert tokens[0].isdisjoint(tokens[1]) or pair[0].startswith("5 ")  # "5" alone may be right for both


@given(st.text(min_size=1, max_size=12))
def test_the_published_text_is_the_sources(text: str) -> None:
    clean = TextRule()(text)
    if clean and not unreadable(clean):
        said = content(text)
        assert said["answer"] == clean
        assert said["compared"] == compared(said["answer_type"], [], clean)


def test_none_is_a_text_unless_a_number_is_asked_for() -> None:
    assert (content("None")["answer"], content("None")["compared"]) == ("None", "none")
    assert content("None", answer_type="number")["compared"] == "0"
    assert not right("0", "open", [], "None")


def test_a_set_of_golds_is_a_set() -> None:
    options = ("red", "blue", "green")
    one = content(["green", "red"], choices=options)
    assert (one["answer"], one["choices"], one["answer_type"]) == ("A, C", [], "open")
    assert one["question"].endswith("(A) red (B) blue (C) green")
    for reply in ("A and C", "C, A", "(A)(C)"):
        assert right(reply, "open", [], one["answer"])
    for reply in ("A", "C", "A, B", "A, B, C", "B"):
        assert not right(reply, "open", [], one["answer"])
    several = content(["cat", "dog"])
    assert several["answer"] == "cat; dog"
    assert right("dog; cat", "open", [], "cat; dog")
    assert not right("cat", "open", [], "cat; dog")
    with pytest.raises(BadInput, match="four"):
        content(["red", "four"], choices=options)


def test_balance_keeps_items_that_differ_in_a_sign_alone(tmp_path: Path) -> None:
    toy = Toy(tmp_path / "corpora")
    rows: list[dict[str, Any]] = []
    for quad in range(4):
        for picture in range(2):
            name = f"test/{quad}-{picture}.png"
            draw(toy.corpora / toy.pictures / name, "circle", "red", 2 * quad + picture)
            for asked in range(2):
                answer = "-5" if asked == picture else "5"
                question = f"What is {'x' if asked else 'y'} in chart {quad}?"
                row = {"id": f"{quad}{picture}{asked}", "picture": name, "question": question, "answer": answer}
                rows.append(row | {"choices": None})
    toy.rows["test"] = rows
    toy.write()
    recipe = toy.save(tmp_path / "recipe.yaml")
    built = build(recipe, tmp_path / "out", corpora=toy.corpora, engine="serial", work=tmp_path / "work")
    published = pd.concat(map(pd.read_parquet, sorted(built.folder.glob("balanced/test-*.parquet"))))
    assert len(published) == 16
    assert set(published["answer"]) == set(published["compared"]) == {"-5", "5"}


def test_rules_read_answers_as_they_are_compared() -> None:
    rows = [("a", "Yes", ["yes", "Yes.", "no"]), ("b", "yes", ["No", "no", "no"]), ("c", "-5", []), ("d", "5", [])]
    items = pd.DataFrame(
        {
            "id": [name for name, _, _ in rows], "question": "What?", "source": "s", "row": [1, 2, 3, 4],
            "image_key": ["i", "i", "j", "j"], "question_key": "q", "group": "g",
            "answer": [answer for _, answer, _ in rows], "answers": [answers for _, _, answers in rows],
            "answer_type": ["yes/no", "yes/no", "number", "number"], "choices": [[], [], [], []],
        }
    )  # fmt: skip
    kinds = zip(items["answer_type"], items["answer"], strict=True)
    items["compared"] = [compared(kind, [], answer) for kind, answer in kinds]

    def drops(rule: str) -> list[str]:
        done = apply(items, Rules([RuleUse(rule=rule)]), lambda name, _: pytest.fail(name), 0)
        return done.removed["id"].tolist()

    assert drops("duplicate-item") == ["b"]  # `Yes` and `yes` are one answer
    assert drops("contradicting-golds") == ["c", "d"]  # `-5` and `5` are two
    assert drops("low-agreement") == ["b"]  # two of three said `yes` of the first
