"""Answers of people: from a file beside the recipe into the build, and back out as a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder import recipe as recipes
from twokeys.core.errors import BadInput
from twokeys.data_cards.answers import template
from twokeys.data_cards.questions import PEOPLE, Answers, checked, questions, unanswered

RECIPE: dict[str, Any] = {
    "name": "mine",
    "title": "Mine",
    "corpora": [{"format": "table", "name": "mine", "path": "mine", "revision": "1", "license": "mit"}],
}
KEYS = [tuple(question.key.split(".")) for question in questions() if question.key != PEOPLE]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"], include_characters="\n"), min_size=1).filter(
    lambda text: text == text.strip() and "\n\n\n" not in text
)


def save(folder: Path, answers: str, **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "answers.yaml").write_text(answers, encoding="utf-8")
    (folder / "mine.yaml").write_text(yaml.safe_dump(RECIPE | {"datasheet": "answers.yaml"} | more), encoding="utf-8")
    return folder / "mine.yaml"


def test_a_recipe_names_its_answers_relative_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "here", "motivation: {purpose: To see.}")
    monkeypatch.chdir(tmp_path)
    found = recipes.load("here/mine.yaml")
    assert found.datasheet == {"motivation": {"purpose": "To see."}}
    assert found.key == recipes.load(path).key


def test_answers_may_stand_in_the_recipe_itself(tmp_path: Path) -> None:
    said = {"motivation": {"purpose": "To see."}}
    assert recipes.load(save(tmp_path, "", datasheet=said)).datasheet == said


def test_a_recipe_without_answers_is_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    assert recipes.load(tmp_path / "mine.yaml").datasheet == {}


@pytest.mark.parametrize(
    ("answers", "changes", "message"),
    [
        ("", {"datasheet": "nowhere.yaml"}, "nowhere.yaml cannot be read"),
        ("motivation: {aim: x}", {}, "'aim' is no question of the section motivation"),
        ("motivation: [", {}, "it is no YAML"),
        ("motivation: {purpose: '* *Build:* all is proven.'}", {}, "motivation.purpose has the line"),
        ("", {"datasheet": {"motivation": {"purpose": "*Build:* x"}}}, "none that begins with `Build:`"),
        ("", {"datasheet": {"composition": {"people": "x"}}}, "composition.people is 'x'"),
    ],
)
def test_bad_answers_name_the_file_and_the_remedy(
    tmp_path: Path, answers: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput) as error:
        recipes.load(save(tmp_path, answers, **changes))
    assert message in str(error.value)
    assert "answers.yaml" in str(error.value) or "mine.yaml" in str(error.value)


NOT_AT_HAND = {
    "a-okvqa", "ai2d", "blink", "gqa", "hallusionbench", "mmbench", "mmmu", "mmmu-pro", "mmstar", "mmvp",
    "naturalbench", "nlvr2", "nlvr2-json", "ok-vqa", "pope-photos", "scienceqa", "seed-bench", "tallyqa", "textvqa",
    "vizwiz", "vqa-v1", "vsr", "winoground",
}  # fmt: skip
"""Recipes of corpora whose datasheet nobody could answer from the corpus itself: who publishes one answers it."""


def test_every_recipe_whose_corpus_was_at_hand_ships_its_answers() -> None:
    found = {name: recipes.load(name) for name in recipes.shipped()}
    open_ = {name: [q.key for q in unanswered(plan.datasheet)] for name, plan in found.items() if plan.publishable}
    assert {name for name, keys in open_.items() if keys} == NOT_AT_HAND
    assert "easy-vqa" in open_


def test_the_empty_template_asks_every_question_once() -> None:
    text = template({})
    asked = yaml.safe_load(text)
    assert [(section, name) for section in asked for name in asked[section]] == [
        tuple(question.key.split(".")) for question in questions()
    ]
    assert text.count("REQUIRED\n") + text.count("REQUIRED (") == sum(question.required for question in questions())
    assert checked(asked) == {}


@given(st.dictionaries(st.sampled_from(KEYS), TEXTS), st.none() | st.booleans())
def test_the_template_gives_back_the_answers_that_were_put_in(
    said: dict[tuple[str, str], str], people: bool | None
) -> None:
    answers: Answers = {}
    for (section, name), text in said.items():
        answers.setdefault(section, {})[name] = text
    if people is not None:
        answers.setdefault("composition", {})["people"] = people
    assert checked(yaml.safe_load(template(answers))) == answers
