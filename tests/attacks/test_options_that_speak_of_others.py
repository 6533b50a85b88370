"""Claim: an option that speaks of other options keeps the order of its source.

Attack: such options in other languages and wordings: "Aucune de ces réponses", "Keine davon", `以上都不是`, "A e B",
"I and II", "(1) and (2)", "not listed", "the first two".

Before (ba22272): these 279 wordings are ordered by a hash; 177 of them were when a first list had been written.
Now: none is, and of 77 options that only sound like them ("both hands", "alle Hunde", `两个人`) all are free.
"""

from __future__ import annotations

import pytest

from twokeys.core.items import hashed_order
from twokeys.core.option_places import freedom

SPEAKING = {
    "English": [
        "None of these", "None of the above", "All of the above", "All of these", "neither", "both", "A and C only",
        "I and II", "I and II only", "(1) and (2)", "1 and 2 only", "any of them", "not listed", "Not listed here",
        "other", "Other", "the first two", "The last two", "first two options", "None", "Both of them",
        "Neither of them", "Either", "Any of the above", "Something else", "None of the options", "Not given",
        "Not mentioned", "not shown", "All", "II and III", "I, II and III", "only I", "I only", "II only",
        "(i) and (ii)", "(ii) only", "(1), (2) and (3)", "①②", "① and ②", "Both 1 and 2", "Statements 1 and 2",
        "Both statements", "both are correct", "neither is correct", "all are correct", "A or B", "A & C",
        "either A or B", "Neither A nor B", "the former", "the latter", "same as above", "as above", "see above",
        "None applies", "more than one of these", "two of these", "a and b", "both a and b", "(a) and (b)",
        "a, b and c", "A, B, C", "all three", "both of the above", "all of them", "some of these",
        "a combination of these", "a combination of the above", "the other two", "any of these", "another",
        "anything else", "nothing of the above", "not in the list", "not one of these", "no correct answer",
        "no answer is correct", "other option", "Other (please specify)", "none apply", "all options", "all choices",
        "every one of these", "each of these",
    ],
    "French": [
        "Aucune de ces réponses", "Aucun", "Aucune", "Toutes ces réponses", "Toutes les réponses ci-dessus",
        "Aucune des réponses ci-dessus", "Les deux", "ni l'un ni l'autre", "Aucun des deux", "Tous", "Toutes",
        "A et B", "Autre", "Autre réponse", "Les deux premières", "Aucun de ceux-ci",
    ],
    "German": [
        "Keine der genannten", "Keines davon", "Keine", "Alle", "Alle oben genannten", "Alle genannten", "Beide",
        "Weder noch", "keines von beiden", "Nichts davon", "A und B", "Andere", "Sonstiges", "Die ersten beiden",
        "Keine der obigen", "alle davon", "Keine dieser Antworten", "Beides",
    ],
    "Spanish": [
        "Ninguna de las anteriores", "Ninguno", "Ninguna", "Todas las anteriores", "Todos", "Ambas", "Ambos",
        "Ni uno ni otro", "A y B", "Otro", "Otra", "Las dos primeras", "Todos los anteriores", "ninguno de ellos",
        "ninguna es correcta",
    ],
    "Portuguese": [
        "Nenhuma das anteriores", "Nenhum", "Nenhuma das alternativas", "Todas as anteriores",
        "Todas as alternativas", "Ambos", "Ambas", "A e B", "Outro", "Outra", "As duas primeiras",
        "Nenhuma das opções acima", "nenhum deles",
    ],
    "Italian": [
        "Nessuna delle precedenti", "Nessuno", "Nessuna", "Tutte le precedenti", "Tutti", "Entrambi", "Entrambe",
        "Nessuna di queste", "A e B", "Altro", "Le prime due", "nessuno dei due", "nessuna delle risposte",
    ],
    "Dutch": [
        "Geen van bovenstaande", "Geen van deze", "Geen", "Alle bovenstaande", "Alle", "Allemaal", "Beide",
        "Geen van beide", "A en B", "Anders", "Andere", "De eerste twee", "Al het bovenstaande", "Geen van alle",
    ],
    "Russian": [
        "Ничего из перечисленного", "Ни один из них", "Ни один", "Никакой", "Все перечисленные",
        "Все вышеперечисленное", "Всё вышеперечисленное", "Оба", "Обе", "Ни то ни другое", "А и Б", "A и B", "Другое",
        "Другой", "Первые два", "Нет правильного ответа", "Все ответы верны", "все из них",
        "Ничего из вышеперечисленного",
    ],
    "Chinese": [
        "以上都不是", "以上皆是", "以上都是", "都不是", "都是", "两者都是", "两者都不是", "A和B", "其他", "前两个",
        "前两项", "均不是", "均是", "全部", "全都是", "都对", "都不对", "皆是", "A、B", "只有A", "二者皆非",
        "以上答案都不对",
    ],
    "Japanese": [
        "上記のすべて", "上記のいずれでもない", "どれでもない", "いずれでもない", "すべて", "両方", "どちらでもない",
        "どちらも", "AとB", "その他", "最初の2つ", "該当なし", "どれもない", "いずれも正しい", "全て", "上のすべて",
    ],
    "Hindi": [
        "इनमें से कोई नहीं", "उपरोक्त सभी", "उपरोक्त में से कोई नहीं", "कोई नहीं", "सभी", "दोनों", "A और B", "अन्य",
        "पहले दो", "इनमें से कोई भी", "ये सभी", "न तो A न B", "दोनों में से कोई नहीं", "उपर्युक्त सभी",
    ],
    "Arabic": [
        "لا شيء مما سبق", "جميع ما سبق", "كل ما سبق", "كلاهما", "لا أحد منهم", "لا شيء", "الكل", "جميعها", "أ و ب",
        "غير ذلك", "أخرى", "الأول والثاني", "لا هذا ولا ذاك", "ليس أي مما سبق", "كل ما ذكر أعلاه", "A و B",
    ],
    "Korean": [
        "위의 모두", "해당 없음", "모두", "둘 다", "기타", "A와 B", "어느 것도 아님",
    ],
    "others": [
        "Yukarıdakilerin hiçbiri", "Hepsi", "Hiçbiri", "Her ikisi", "A ve B", "Żadne z powyższych",
        "Wszystkie powyższe", "Oba", "Inne", "Tất cả đều đúng", "Không có đáp án nào",
    ],
}  # fmt: skip
FREE = [
    "red", "a dog", "nothing to see", "both hands", "none left", "other side", "all black", "another dog",
    "the first floor", "the other side of the street", "on the left", "above the table", "below", "above",
    "everyone smiling", "a cat and a dog", "two dogs", "the man in the middle", "I am here", "one", "two", "three",
    "no dog", "yes", "no", "black and white", "1 and a half", "the last train", "all over the table", "both legs",
    "some people", "neither hot nor cold", "alle Hunde", "todo el perro", "все собаки", "其他人在走", "两个人",
    "grand", "5", "geen hond", "un autre chien", "other people", "either side", "any color you like",
    "A man and a woman", "A cat", "the first man", "A lot", "I and my dog", "World War II", "Elizabeth II", "1, 2, 3",
    "3 and 4", "10 and 12", "無料", "没有人", "全部的狗", "두 사람", "mixed", "all day", "all white", "none visible",
    "one of the men", "all of the people in the room", "most of the sky", "x and y", "m and n",
    "Both men are sitting", "Neither dog is running", "All people are standing", "the left one", "the right one",
    "The two dogs", "tutti i cani", "сто", "другая собака", "XX",
]  # fmt: skip
OTHERS = ["red one", "blue thing", "green"]


@pytest.mark.parametrize(("language", "option"), [(name, one) for name, found in SPEAKING.items() for one in found])
def test_an_option_that_speaks_of_others_stays_where_it_stood(language: str, option: str) -> None:
    for said in (option, f"{option}.", f"({option})" if option[-1] not in ")." else option):
        assert freedom("Which one is it?", [*OTHERS, said]) == "source order"
    options = [*OTHERS, option]
    assert hashed_order("Which one is it?", options) == options


@pytest.mark.parametrize("option", FREE)
def test_one_that_only_sounds_so_is_free(option: str) -> None:
    assert freedom("Which one is it?", [*OTHERS, option]) == "free"
