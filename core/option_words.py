"""Words with which an option refers to other options, in many languages: none, both, all of these, the first two.

An item with such an option keeps the order of its source. No list of words is complete: an option that it misses is
ordered like any other option. The card states how many items keep the order of their source.
"""

from __future__ import annotations

import re

KINDS = r"(?:options?|choices?|answers?|alternatives?)"
ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|last|previous|preceding|next|foregoing|aforementioned|following)"
_SOME = r"(?:none|neither|both|all|any|each|either|some|one|two|three|four|most|several)"
_THERE = r"above|below|following|preceding|foregoing|others|mentioned|listed|given"
_NAMED = r"(?:of|the|as|all|none|any|both|listed|mentioned|given|stated|named|described|shown)"
_ENGLISH = (
    r"\W*(?:none|neither|both|all|either|any|others?|another|something else|anything else)\W*$",
    r"\W*(?:none|neither|both|all|either)\s+(?:(?:is|are|\w+)\s+){1,2}(?:correct|right|true|wrong|false|valid)\W*$",
    # Inside a longer sentence, "two of them" are some of the things in that sentence, not options.
    r"(?:[\w'\u2019]+\s+){0,4}of\s+(?:these|those|them)\b(?:\s+\w+){0,3}\W*$",
    rf".*\b{_SOME}\s+(?:\w+\s+){{0,2}}?of\s+(?:\w+\s+){{0,2}}?(?:{_THERE}|{KINDS})\b",
    rf".*\b{_NAMED}\s+(?:above|below)\b(?!\s+(?:the|an?|it|him|her|them|his|its|their)\b)",
    rf".*\b(?:other|another|remaining|above|below|{ORDINAL})\s+(?:two\s+|three\s+)?{KINDS}\b",
    rf".*\bthe\s+{ORDINAL}\s+(?:ones?|two|three)\b(?!\s+\w)|.*\bthe\s+(?:former|latter)\b|.*\bvice versa\b",
    rf".*\b{KINDS}\s+(?:number\s+|no\.?\s*|#)?\d|.*\bno\s+(?:correct|right|valid)\s+{KINDS}\b",
    rf"\W*no\s+{KINDS}\s+(?:is|are|applies|apply)\b|\W*(?:all|both)\s+(?:two|three|four|five|{KINDS}|statements?)\W*$",
    r".*\b(?:more than one|all listed|none listed|nota|aota|both options|the two above|option above)\b",
    r".*\bthe others?(?:\s+(?:two|three|ones?))?\W*$|\W*other\s*[(:].*|\W*(?:see|as|same as)\s+(?:above|below)\W*$",
    r".*\b(?:all|none|both|neither)\s+(?:appl\w+|correct|wrong|true|false)\b",
    r".*\bthe ones?\s+(?:above|below)\W*$",
    r".*\bnot\s+(?:listed|among\s+(?:these|the|them)|in the list)\b",
    r"\W*not\s+(?:given|mentioned|shown|included|stated|specified)(?:\s+here)?\W*$",
)
_THINGS = {
    "fr": (
        r"aucune?|toute?s|tous|chacune?|les deux|une? autre|ni",
        r"ci-dessus|précédente?s|réponses?|options?|propositions?|ces|ceux-ci|celles-ci|deux|d'entre|eux|elles|correcte?s?",
    ),
    "de": (
        r"keine[rsn]?|alle[sr]?|beide[s]?|jede[rs]?|nichts|eine[rs]?",
        r"(?:genannt|obig|obenstehend|aufgeführt)en|antwort(?:en)?|davon|dieser?|von beiden|ihnen|aussagen|optionen",
    ),
    "es": (
        r"ningun[oa]s?|ningún|tod[oa]s|amb[oa]s|cualquiera|las dos|los dos",
        r"anteriores|opci(?:ones|ón)|respuestas?|alternativas?|est[oa]s|ell[oa]s|correct[oa]s?|mencionad[oa]s|dos",
    ),
    "pt": (
        r"nenhum[a]?|tod[oa]s|amb[oa]s|qualquer|os dois|as duas",
        r"anteriores|opç(?:ões|ão)|respostas?|alternativas?|acima|dest[ae]s|del[ae]s|corret[oa]s?|dois|duas",
    ),
    "it": (
        r"nessun[oa]?|tutt[ei]|entramb[ei]|qualsiasi|né",
        r"precedenti|rispost[ae]|opzion[ei]|quest[ei]|due|corrett[eaio]|elencat[ei]|sopra|loro|ess[ei]",
    ),
    "nl": (
        r"geen(?: enkele)?|alle|al het|beide|allemaal|allebei|elk",
        r"bovenstaande?|deze|genoemde|antwoord(?:en)?|opties?|mogelijkheden|alle|beide|daarvan|hiervan|juist|correct",
    ),
    "ru": (
        r"ни\s+од\w+|вс[её]|оба|обе|ничего|нет|любой|любая|каждый|никакой",
        r"(?:выше)?(?:перечисленн|указанн|упомянут|привед[её]нн)\w*|вариант\w*|ответ\w*|них|этих",
    ),
    "pl": (r"żad\w+|wszystk\w+|oba|obie", r"powyższ\w*|odpowiedzi|nich|tych|opcj\w*"),
    "tr": (r"yukarıdakilerin|bunların|seçeneklerin", r"hiçbiri|hepsi|tümü"),
}  # fmt: skip
"""Language -> words for a number of options, and words for the options themselves."""
_ALONE = frozenset(
    " ".join(words.split())
    for words in """
aucun|aucune|aucun des deux|aucune des deux|tous|toutes|tous les deux|toutes les deux|les deux
|ni l'un ni l'autre|ni l'une ni l'autre|autre|autres|autre réponse|une autre réponse|l'un et l'autre|autre chose
|tout|keine|keiner|keines|keins|alle|alles|beide|beides|weder noch|weder das eine noch das andere|andere|anderes
|anderer|sonstige|sonstiges|etwas anderes|nichts davon|keines von beiden|keins von beiden|keiner von beiden
|ninguno|ninguna|todos|todas|ambos|ambas|ni uno ni otro|ni lo uno ni lo otro|otro|otra|otros|otras|los dos
|las dos|otra respuesta|nenhum|nenhuma|nem um nem outro|outro|outra|outros|outras|os dois|as duas|outra resposta
|nessuno|nessuna|tutti|tutte|entrambi|entrambe|né l'uno né l'altro|altro|altra|altri|altre|nessuno dei due
|nessuna delle due|geen|geen enkele|allemaal|allebei|beiden|anders|een ander|iets anders|geen van beide
|geen van beiden|ни один|ни одна|ни одно|никакой|никакая|никакие|все|всё|оба|обе|другое|другой|другая|другие
|иное|ни то ни другое|ни тот ни другой|ни то, ни другое|ничего из этого|нет верного|и то и другое|都是|都不是
|其他|其它|均是|均不是|均非|皆是|皆非|全部|全都是|全是|都对|都不对|都正确|都不正确|两者都是|两者都不是|两者皆是
|两者皆非|二者皆是|二者皆非|兩者皆是|兩者皆非|都對|都不對|全部都是|以上|すべて|全て|両方|両方とも|どちらも
|どちらでもない|どれでもない|いずれでもない|その他|該当なし|どれもない|いずれもない|どれも|いずれも|कोई नहीं
|कोई भी नहीं|सभी|दोनों|अन्य|ये सभी|ये दोनों|दोनों में से कोई नहीं|इनमें से कोई नहीं|कोई अन्य|इनमें से कोई भी
|كلاهما|كلتاهما|لا شيء|لا أحد|الكل|جميعها|جميعهم|كلها|كلهم|غير ذلك|أخرى|آخر|أخر|لا أحد منهم|لا شيء منها
|لا هذا ولا ذاك|ولا واحد|ولا واحدة|모두|전부|둘 다|기타|어느 것도 아님|둘 다 아님|해당 없음|모두 아님|oba|obie
|inne|inna|inny|żadne|żadna|żaden|wszystkie|hepsi|hiçbiri|her ikisi|diğer|ikisi de|không có đáp án nào
""".replace("\n", "").split("|")
)
_WHICH_TWO = (
    r".*\bles\s+(?:deux|trois)\s+(?:premi|derni)\w+|.*\bles\s+(?:premi|derni)\w+\s+(?:deux|trois)\b",
    r".*\bdie\s+(?:ersten|letzten|anderen)\s+(?:beiden|zwei|drei)\b|.*\bdie\s+beiden\s+(?:ersten|letzten|anderen)\b",
    r".*\bl[oa]s\s+(?:dos|tres)\s+(?:primer|últim)\w+|.*\bl[oa]s\s+(?:primer|últim)[oa]s\s+(?:dos|tres)\b",
    r".*\b[oa]s\s+(?:dois|duas|três)\s+(?:primeir|últim)\w+|.*\b[oa]s\s+(?:primeir|últim)[oa]s\s+(?:dois|duas|três)\b",
    r".*\b(?:le|i|gli)\s+(?:prim|ultim)[ei]\s+(?:due|tre)\b|.*\bde\s+(?:eerste|laatste)\s+(?:twee|drie)\b",
    r".*\b(?:перв|последн)\w+\s+(?:два|две|три)\b|.*[前后後][两兩二三][个個项項者]|.*(?:最初|最後|前|後|上|下)の?(?:2|3|二|三)つ",
    r".*(?:पहले|पहली|अंतिम)\s+(?:दो|तीन)|.*(?:الأول والثاني|الأولى والثانية|أول اثنين|الأولان|الأوليان|آخر اثنين)",
    r".*\b(?:the\s+)?(?:first|last)\s+(?:two|three)(?:\s+(?:options?|choices?|answers?|ones?|statements?))?\W*$",
)
_OTHER_SCRIPTS = (
    r".*(?:以上|上述|都不是|都不对|皆非|皆是|两者都|兩者都|二者都|下列|没有正确|沒有正確|无正确)",
    r".*(?:上記|いずれも|どれでもない|上の(?:すべて|いずれ|全て)|위의?\s*(?:모두|어느|보기)|해당\s*없음|정답\s*없음)",
    r".*(?:उपरोक्त|उपर्युक्त|इनमें से|ऊपर के|न तो|مما سبق|ما سبق|ما ذكر|أعلاه|ولا واحد)",
    r".*(?:đều đúng|đều sai|không có đáp án)|.*(?:правильного|верного) ответа|.*ответы (?:не)?верны|.*ни \S+,? ни ",
)
_ROMAN = r"X?(?:IX|IV|V?I{1,3}|V)"
_STATEMENT = rf"(?:\(?(?:{_ROMAN}|\d|x?(?:ix|iv|v?i{{1,3}}|v))\)|{_ROMAN}|[\u2460-\u2473\u2474-\u247c])"
_COUNTED = rf"(?:{_STATEMENT}|\d)"
_AND = r"(?:and|or|nor|y|e|et|und|en|и|ve|i|o|ou|oder|of|или|और|و)"
_JOINED = rf"(?:\s*(?:[,;&+/、，和及与と및]|[,，]?\s*\b{_AND}\b)\s*|(?<=[)\u2460-\u247c])\s*)"
_BOTH = r"(?i:(?:both|only|just|all of|neither|either|not|nur|solo|seulement|apenas|alleen|только)\s+)"
_OF = r"(?i:(?:statements?|assertions?|figures?|conditions?|items?|parts?|aussagen?|утверждения)\s+)"
_STATEMENTS = re.compile(
    rf"\W*{_BOTH}?{_OF}?{_STATEMENT}(?:{_JOINED}{_STATEMENT})+(?:\s+(?:only|alone|both|are\s+\w+))?\W*"
    rf"|\W*{_BOTH}{_OF}?{_STATEMENT}\W*|\W*{_STATEMENT}\s+(?:only|alone)\W*"
    rf"|\W*(?:(?i:both\s+)|{_BOTH}?{_OF}){_COUNTED}(?:{_JOINED}{_COUNTED})+(?:\s+only)?\W*"
    rf"|\W*{_COUNTED}(?:{_JOINED}{_COUNTED})+\s+(?:only|alone)\W*"
)
_SPEAKS = re.compile(
    "|".join((
        *_ENGLISH,
        *(
            rf".*(?<!\w)(?:{amount})\s+(?:[\w'-]+\s+){{0,2}}?(?:d'|de\s+|van\s+|von\s+|из\s+)?(?:{options})(?!\w)"
            for amount, options in _THINGS.values()
        ),
        *_WHICH_TWO,
        *_OTHER_SCRIPTS,
    )),
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_MARKS = re.compile(r"^[\s\"'(\[.,;:!?-]+|[\s\"')\].,;:!?。，-]+$")


def speaks_of_others(option: str) -> bool:
    """Whether an option refers to other options, or to statements by their numbers.

    Args:
        option: Text of the option, without mark-up.

    Example:
        >>> speaks_of_others("None of these"), speaks_of_others("I and II only"), speaks_of_others("Keine davon")
        (True, True, True)
        >>> speaks_of_others("both hands"), speaks_of_others("3 and 4"), speaks_of_others("alle Hunde")
        (False, False, False)
    """
    unmarked = _MARKS.sub("", option)
    alone = " ".join(unmarked.casefold().split())
    return alone in _ALONE or any(_SPEAKS.match(text) or _STATEMENTS.fullmatch(text) for text in {option, unmarked})
