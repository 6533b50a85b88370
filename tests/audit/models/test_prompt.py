"""Prompts, their maskable words, answers with options, and which token of a reply decides."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from twokeys.audit.models.decision import decision
from twokeys.audit.models.model import Question
from twokeys.audit.models.prompt import answer_forms, asked, prompt
from twokeys.audit.reference.vocabulary import tokenizer
from twokeys.core.answers.marking import right
from twokeys.core.errors import BadInput, Unsayable, Unscorable

WORDS = tokenizer("llava")
PICTURE = Image.new("RGB", (8, 8))


def ask(question: str, choices: tuple[str, ...] = (), kind: str = "open") -> Question:
    return Question(PICTURE, question, choices, kind)


def test_question_and_options_can_be_masked_the_instruction_cannot() -> None:
    item = ask("what is the shape?", ("circle", "rectangle"))
    assert asked(item) == "what is the shape?\n(A) circle\n(B) rectangle"
    made = prompt(WORDS, WORDS.chat_template, item, "<image>", ["<image><image>"], "the answer is")
    assert made.words.strings[:5] == ("what", "is", "the", "shape", "?")
    assert "circle" in made.words.strings
    assert made.text.endswith("the answer is<ans>")
    assert len(made.ids) > made.words.places[-1] + 2
    assert [made.ids[at] for at in made.words.places[:2]] == WORDS.convert_tokens_to_ids(["what", "is"])


def test_a_template_without_the_image_is_refused() -> None:
    with pytest.raises(BadInput, match="0 images"):
        prompt(WORDS, "{{ messages[0]['content'][1]['text'] }}", ask("what?"), "<image>", ["<image>"], "")


def test_an_answer_has_the_forms_that_the_tokenizer_can_write() -> None:
    def forms(answer: str, choices: tuple[str, ...] = (), kind: str = "open") -> list[str]:
        found = answer_forms(WORDS, "<bos>what?<ans>", answer, ask("what?", choices, kind))
        return [WORDS.decode(list(ids)) for ids in found]

    assert forms("yes", kind="yes/no") == ["yes"]
    assert forms("True", kind="yes/no") == ["yes"]  # as it is compared: the vocabulary has no `true`
    assert forms("red circle") == ["red circle"]
    assert forms("The red circle") == ["the red circle", "red circle"]
    with pytest.raises(Unsayable, match="purple"):
        forms("purple")
    # The letter, whether or not the option's text can be written.
    assert forms("blue", ("red", "blue"), "choice") == ["B"]
    assert forms("purple", ("red", "purple"), "choice") == ["B"]


@pytest.mark.parametrize("choices", [("red", "blue"), ("A", "B"), ("C", "A"), ("yes", "no"), ("a circle", "A", "yes")])
def test_every_form_of_an_answer_is_marked_right(choices: tuple[str, ...]) -> None:
    for gold in choices:
        found = answer_forms(WORDS, "<bos>what?<ans>", gold, ask("what?", choices, "choice"))
        assert found
        assert all(right(WORDS.decode(list(ids)), "choice", choices, gold) for ids in found)


@pytest.mark.parametrize("mark", ["<image>", "<ans>", "<pad>"])
def test_a_question_that_holds_the_models_own_marks_is_one_that_it_cannot_score(mark: str) -> None:
    with pytest.raises(Unscorable, match=f"holds '{mark}'"):
        prompt(WORDS, WORDS.chat_template, ask(f"what is {mark}?"), "<image>", ["<image><image>"], "")


SAID: dict[int, str] = dict(enumerate(["The ", "answer ", "is ", "yes", "B", "dog", " ", "(", ")"]))


def decode(ids: Any) -> str:
    return "".join(SAID[at] for at in ids)


@pytest.mark.parametrize(
    ("reply", "question", "tokens", "place"),
    [
        ([3], ask("is it?", kind="yes/no"), (3,), 0),
        ([0, 1, 2, 3, 6], ask("is it?", kind="yes/no"), (0, 1, 2, 3), 3),
        ([0, 1, 2, 7, 4, 8], ask("which?", ("cat", "dog")), (0, 1, 2, 7, 4), 4),
        ([6, 5, 6], ask("what?"), (6, 5), 1),
        ([0, 1], ask("is it?", kind="yes/no"), (0,), 0),
    ],
)
def test_the_decision_token_says_the_answer(
    reply: list[int], question: Question, tokens: tuple[int, ...], place: int
) -> None:
    assert decision(reply, decode, question) == (tokens, (place,))
