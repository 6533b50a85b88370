"""The prompt of a question for a generative model: its chat template, and the places of the maskable words in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from twokeys.audit.models.model import Question, Words
from twokeys.audit.wording import lettered, worded
from twokeys.core.answers.marking import right as marked
from twokeys.core.answers.normal import compared
from twokeys.core.errors import BadInput, Unsayable, Unscorable


@dataclass(frozen=True)
class Prompt:
    """A question as text and tokens.

    Attributes:
        text: The rendered prompt, image tokens written out.
        ids: Its token ids.
        words: The maskable tokens.
    """

    text: str
    ids: list[int]
    words: Words


def asked(question: Question) -> str:
    """The maskable text: the question, and its options by letter."""
    return lettered(question.question, question.choices)


def rendered(tokenizer: Any, template: str, text: str, images: int = 1) -> str:
    """The text as a user's turn with its images before it, up to where the model answers."""
    shown = [{"type": "image"} for _ in range(images)]
    turn = [{"role": "user", "content": [*shown, {"type": "text", "text": text}]}]
    return str(tokenizer.apply_chat_template(turn, chat_template=template, tokenize=False, add_generation_prompt=True))


def prompt(
    tokenizer: Any, template: str, question: Question, placeholder: str, images: Sequence[str], instruction: str | None
) -> Prompt:
    """Render, tokenize, and find the words.

    Args:
        tokenizer: A tokenizer that knows the place of each token in the text.
        template: Chat template.
        question: The item.
        placeholder: What the template writes for an image.
        images: What it stands for, image by image: the image tokens written out.
        instruction: How to answer, after the question; empty for none, None for the usual one. Not maskable.

    Raises:
        Unscorable: When the question holds one of the model's own marks, such as that of an image; or it has several
            images, and the template does not show them all.
        BadInput: When the template does not show the question once.
    """
    worded_question = asked(question)
    marks = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    for mark in (placeholder, *marks):
        if mark in worded_question:
            problem = f"the question {worded_question!r} holds {mark!r}, which is a mark of the model"
            raise Unscorable("question", None, problem, "", "leave the item out, or use another model")
    text = rendered(tokenizer, template, worded(question.question, question.choices, instruction), len(images))
    if len(images) > 1 and text.count(placeholder) != len(images):
        problem = f"the item has {len(images)} images, and the model's template shows {text.count(placeholder)}"
        raise Unscorable("image", None, problem, "a template that shows all", "use a model that takes several images")
    if text.count(placeholder) != len(images) or worded_question not in text:
        problem = f"the template makes a prompt with {text.count(placeholder)} images: {text!r}"
        allowed = f"one {placeholder} and the question"
        raise BadInput("chat template", None, problem, allowed, "use the model's template")
    between = text.split(placeholder)
    text = between[0] + "".join(image + after for image, after in zip(images, between[1:], strict=True))
    start = text.rindex(worded_question)
    coded = tokenizer(text, return_offsets_mapping=True)
    places, strings = [], []
    for place, (left, right) in enumerate(coded["offset_mapping"]):
        inside = text[max(left, start) : min(right, start + len(worded_question))]
        if inside.strip():
            places.append(place)
            strings.append(inside.strip())
    return Prompt(text, list(coded["input_ids"]), Words(tuple(places), tuple(strings)))


def answer_forms(tokenizer: Any, text: str, answer: str, question: Question) -> list[tuple[int, ...]]:
    """Tokens of an answer as it may follow a prompt: its letter where there are options, else its text.

    A text may stand as published, with a capital, or in the form in which it is compared. What would be marked wrong is
    none: options that are letters themselves are answered by their text.

    Args:
        tokenizer: The model's.
        text: The prompt.
        answer: The gold answer, as published.
        question: The item.

    Raises:
        Unsayable: When the tokenizer can write none of them.
    """
    at = question.choices.index(answer) if answer in question.choices else None
    letter = "" if at is None else ascii_uppercase[at]
    forms = [answer, answer[:1].upper() + answer[1:], compared(question.kind, question.choices, answer)]
    forms = [form for form in (letter, *forms) if marked(form, question.kind, question.choices, answer)]
    if letter in forms:
        forms = [letter]
    before = list(tokenizer(text)["input_ids"])
    space = "" if re.search(r"[\s>]$", text) else " "
    tokenised: list[tuple[int, ...]] = []
    for form in dict.fromkeys(forms):
        ids = list(tokenizer(text + space + form)["input_ids"])
        if tokenizer.eos_token_id is not None and ids and ids[-1] == tokenizer.eos_token_id:
            ids = ids[:-1]
        after = tuple(ids[len(before) :])
        if ids[: len(before)] == before and after and tokenizer.unk_token_id not in after and after not in tokenised:
            tokenised.append(after)
    if not tokenised:
        raise Unsayable(answer, f"the model's tokenizer cannot write the answer {answer!r}", "leave the item out")
    return tokenised


def chat_template(tokenizer: Any, place: str, revision: str | None) -> str:
    """The model's chat template: the tokenizer's, or that of the processor beside it.

    Raises:
        BadInput: When the model has none.
    """
    if isinstance(tokenizer.chat_template, str):
        return tokenizer.chat_template
    from json import loads

    from transformers.utils.hub import cached_file

    for name in ("chat_template.jinja", "chat_template.json", "processor_config.json"):
        file = cached_file(place, name, revision=revision, _raise_exceptions_for_missing_entries=False)
        if file is None:
            continue
        text = Path(file).read_text(encoding="utf-8")
        template = text if name.endswith(".jinja") else loads(text).get("chat_template")
        if isinstance(template, str):
            return template
    remedy = "use a model that was tuned to answer, or add chat_template.jinja to its folder"
    raise BadInput(place, None, "the model has no chat template", "a chat model", remedy)
