"""Claim: a right reply is marked right in the words that models use.

Attack: replies in twenty languages: assent and denial with the sentence that follows, "the answer is B" with an article
or a colon behind the verb, polite endings of Japanese and Korean, full stops of other scripts.

Before (c8bd5bc): 43 of the 45 replies are misread: "Oui, il y a un chien." gave no yes to an English gold, "La bonne
réponse est la B." chose nothing. Now: all are read, and none says the opposite.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.marking import right

COLOURS = ["red", "blue", "green"]
YES = [
    "是，有一只狗。", "是的，图中有狗", "有。", "はい、います。", "네, 있습니다.",
    "Oui, il y a un chien.", "Sí, hay un perro.",
    "Да, есть собака.", "Ja, da ist ein Hund.", "نعم، يوجد كلب", "हाँ, एक कुत्ता है।", "ใช่",
    "Absolutely!", "Definitely, yes.",
]  # fmt: skip
NO = [
    "不，没有狗。", "没有。", "不是。", "いいえ、いません。", "아니요, 없습니다.",
    "Non, il n'y en a pas.", "Nein, kein Hund.",
    "Нет, собаки нет.", "لا، لا يوجد", "नहीं, कोई कुत्ता नहीं है।", "Não, não há.",
]  # fmt: skip
BLUE = [
    "答案是：B", "正确答案为：B", "正确选项是B", "故选：B", "答えは「B」です。", "La bonne réponse est la B.", "《B》",
    "La respuesta correcta es la opción B.", "La risposta corretta è la B", "الجواب هو B", "คำตอบ: B", "คำตอบคือ B",
    "Đáp án: B", "Jawaban: B", "Cevap: B", "Odpowiedź: B",
]  # fmt: skip
NEITHER = [
    "是不是",
    "对不对",
    "不是红色",
    "答案不可能是A",
    "La réponse n'est pas A",
    "Die Antwort ist nicht A",
    "No es A",
]


@pytest.mark.parametrize("reply", YES)
def test_assent(reply: str) -> None:
    assert [gold for gold in ("yes", "no") if right(reply, "yes/no", [], gold)] == ["yes"]


@pytest.mark.parametrize("reply", NO)
def test_denial(reply: str) -> None:
    assert [gold for gold in ("yes", "no") if right(reply, "yes/no", [], gold)] == ["no"]


@pytest.mark.parametrize("reply", BLUE)
def test_a_letter_that_is_stated(reply: str) -> None:
    assert [gold for gold in COLOURS if right(reply, "choice", COLOURS, gold)] == ["blue"]


@pytest.mark.parametrize("reply", NEITHER)
def test_what_is_neither(reply: str) -> None:
    assert not right(reply, "yes/no", [], "yes")
    assert not any(right(reply, "choice", COLOURS, gold) for gold in COLOURS)


@pytest.mark.parametrize(
    ("gold", "reply"), [("東京", "東京です。"), ("빨간색", "빨간색입니다."), ("لال", "لال۔"), ("կարմիր", "կարմիր։")]
)
def test_endings_and_full_stops(gold: str, reply: str) -> None:
    assert right(reply, "open", [], gold)


@pytest.mark.parametrize(
    ("gold", "reply"), [("東京", "東京ではありません"), ("猫", "猫ではないです"), ("빨간색", "빨간색이 아닙니다")]
)
def test_endings_that_deny(gold: str, reply: str) -> None:
    assert not right(reply, "open", [], gold)
