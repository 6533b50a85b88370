"""Read the answer that a model's free reply gives, its token, from the reply alone. The rules are versioned.

A reply gives one answer: the answer that it states ("the answer is B"; the last statement if there are several), else
its first sentence. Lead-ins ("It is", "I think") are removed. Answers that a longer text merely mentions are not read,
or a reply that lists every possible answer would be right everywhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

from twokeys.core.answers.folding import folded
from twokeys.core.answers.labels import beside_letter, label, led, letters
from twokeys.core.answers.normal import NO, YES, normalise
from twokeys.core.answers.sentences import TAIL, counted, predicate
from twokeys.core.answers.statements import STATED, stated, unwrapped

VERSION = 5
"""Raised whenever some reply would be read in another way."""

_END = re.compile(r"[.!?](?=[\"')\]]*(?:\s|$))|[。！？।؟۔։။។።]|\n")
_ASKED = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|has|have|will|what|which|who|whose|where|when|why|how)\b[^.!?\n]{3,200}\?\s+"
    r"(?=[^\W_])",
    re.IGNORECASE,
)
"""A question that a reply repeats before it answers."""
_OPERAND = re.compile(r"(?:\d|(?<![^\W_])[a-z]|\([^()]*[\d+*/^-][^()]*\))!*$")
_IN_SENTENCE = re.compile(r"[^\W\d_]{2}")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(.])(?:[^\W\d_]|dr|mr|mrs|ms|st|mt|ft|jr|sr|prof|rev|gen|col|sgt|capt|lt|vs|etc|inc|co|corp|ltd|ave|blvd"
    r"|approx|dept|est|fig|vol)$",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:nos?|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|rs|pp?|ch|sec|art)$",
    re.IGNORECASE,
)
_POLAR = re.compile(
    r"\W*(?:(?:certainly|definitely|probably|clearly|obviously|surely|of course|indeed)\W+)?"
    rf"({'|'.join(sorted(YES | NO))})(?:\W*$|\s*[,.;:!?-]\s(?!\d)|\s+\((?!\d)|-(?=(?:it|there|this|that|the)\b)"
    r"|[,،、] ?(?=[^\W\d_a-z])|\s+(?:there|it|it's|this|that|these|those|he|she"
    r"|they|we|you|i|because|the \w+(?: \w+)? (?:is|are|was|were))\b)"
)
_BOTH = re.compile(
    r"\W*(yes|no)\W+(?:(?:or|and)\W+)?(yes|no)\b(?! (?:doubt|question|problem|one|longer)\b)"
    r"|\W*(yes|no|nope|incorrect)\b.*(?<!\bsays )(?<!\bsays \")(?<!\breads )(?<!\breads \")\b(yes|no)\W*$",
    re.DOTALL,
)
_ASSENT = re.compile(r"\W*(?:(?:yes|absolutely|definitely|certainly|indeed|of course|affirmative)\W*)+$")
_ENDS_YES = re.compile(r"\byes\W*$")
_NO_DENIAL = re.compile(
    r"\b(?:no (?:more|less|fewer|longer|way|reason|idea|single|answer|telling)|no doubt|no question|not only"
    r"|(?:not|\w+n't) (?:wrong|false|incorrect|fake))\b"
)
_CHANGED = frozenset({
    "hundred", "thousand", "million", "billion", "trillion", "dozen", "dozens", "k", "half", "halves", "quarter",
    "quarters", "twice", "thrice", "double", "triple", "squared", "cubed", "root", "don't", "isn't", "aren't", "never",
    "than", "least", "fewer", "less", "more", "except", "neither", "none", "wrong", "incorrect", "thirds", "fourths",
    "fifths", "sixths", "sevenths", "eighths", "ninths", "tenths", "hundredths",
})  # fmt: skip
"""Words that change or deny a number anywhere beside them."""
_CHANGED_NEXT = frozenset({
    "minus", "negative", "plus", "not", "no", "under", "over", "below", "above", "but", "nearly", "almost", "to",
    "past", "until", "times", "most", "third",
})  # fmt: skip
"""Words that change or deny a number right after them; elsewhere they do not ("3 dogs next to a car")."""
_COUNT_DENIED = re.compile(r"\b(?:is|are|was|were|be) (?:not|too)\b|\btoo (?:many|few)\b")
_HEDGED = re.compile(r"^\W*(?:or|vs\.?|versus|and/or)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"^[)\]}.:\s]*(?:(?:is|was|seems|looks) (?:definitely |clearly )?(?:not|wrong|incorrect|false)\b|isn't\b"
    r"|cannot be\b(?! (?:determined|told|answered|known|inferred|seen|identified)\b)"
    r"|\((?:wrong|incorrect|false|unsure|not (?:sure|correct|right|likely))\b"
    r"|is (?:the|an?|my) (?:wrong|incorrect|false|least)\b"
    r"|is (?:the|my) (?:answer|one) (?:that|which) (?:is|was) (?:not|wrong|incorrect|false)\b)",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    r"^[)\]}.:]*\s*\((?!(?:wrong|incorrect|false|unsure|not (?:sure|correct|right|likely))\b)[^()]*\)"
)
_NEXT = re.compile(
    r"(?:(?<=\n)[-*>+ ]*([A-HJ-Z])(?=\s*(?:\n|$))"
    r"|(?:^|[\n.?!;,]\s*)(?:[-*>+]\s+)?(?:[Oo]ption |[Cc]hoice )?[(\[{]?([A-Z]|[a-hj](?=[)\]}:?]| - [^\W\d_]{2}))"
    r"(?:[)\]}.:?](?=\s|$)|(?= - )))"
)
_CORRECTED = re.compile(
    r"\b(?:wait|correction|actually|scratch that|i mean|sorry|on second thought|rather)\b[^\w\n]*(?:(?:no|it is|it's"
    r"|the (?:correct |right )?answer is|make that|option)\b[^\w\n]*)*\b([A-HJ-Z])\b(?!')",
    re.IGNORECASE,
)
"""A letter that corrects the letter before it."""
_PLACED = re.compile(
    r"^(?:on|to|at|in) the (?=(?:left|right|top|bottom|front|back|middle|cent(?:er|re))\W*$)", re.IGNORECASE
)
_NOT_SEEN = (
    r"i (?:do not|don't|can't|cannot|can not|couldn't|could not|did not|didn't) (?:see|find|spot|notice) (?:an?|any)\b"
    r"(?! of\b| (?:\w+ )?(?:images?|pictures?|photos?|files?|attachments?|contents?|texts?|details?|reasons?|ways?"
    r"|answers?|options?|points?|information|problems?)\b)"
)
"""States that there is none of something, which is an answer and no refusal."""
_DENIAL = re.compile(
    rf"\W*(?:i (?:can |could )?(?:see|count|find) (?:no|zero|none)\b|{_NOT_SEEN}"
    r"|(?:certainly|definitely|absolutely|surely|clearly) not\W*$|not (?:really|true|correct|quite|exactly|at all)\W*$"
    r"|(?:there|it|this|that|he|she|they|these|those|the \w+(?: \w+){0,2}) (?:is|are|was|were|do|does|did|has|have"
    r"|had|can|could|will|would)(?:n't| ?not| no)\b|(?:there|it|he|she|they)(?:'s|'re) (?:not|no)\b"
    r"|(?:there|it|he|she|they) (?:won't|can't)\b|(?:no|none|neither|nobody)\b[^,.;]* (?:is|are|was|were|can)\b)"
)
_UNTOLD = (
    r"(?:(?:it|this|that|(?:the|this) (?:\w+ )?(?:image|picture|photo|photograph|question|answer|text|angle))"
    r"(?: (?:is|was)(?:n't| not)|'s not)(?: (?:very|really|entirely|quite|something))?"
    r" (?:(?:clear|sharp|detailed|legible|good|large|high|close)(?: enough)?(?=\W*$| (?:to|from|if|whether|what|which"
    r"|how|in|based|for|on)\b)|(?:known|certain|sure|obvious|apparent|evident|specified|stated|provided|mentioned|given"
    r"|possible|available|enough|that (?:i|we|one) can|i can|we can)\b)"
    r"|(?:(?:is|are|was|were)(?: no|(?:n't| not) (?:any|enough|sufficient))|^no)"
    r" (?:\w+ )?(?:information|details?|context|data|way|clues?)\b"
    r"|(?:\w+n't|not)\b[^.!?\n]{0,40}\b(?:whether|if)\b)"
)
"""States that the answer is not to be told, which is no denial."""
_REFUSAL = re.compile(
    rf"\b{_UNTOLD}|"
    r"(?:\b(?:cannot|can ?not|can't|could not|couldn't|unable to|not able to|don't|do not|didn't)\b[^.!?\n]{0,30}"
    r"\b(?:see|view|access|look|determine|answer|tell|identify|provide|assist|help|know|have (?:access|an?|the|any))\b)"
    r"|\b(?:no|without(?: (?:an?|the|any|seeing))?|missing) (?:image|picture|photo)\b"
    r"|\bas an ai\b|\bnot enough (?:information|context)\b|\binsufficient information\b"
    r"|\b(?:impossible|not possible) to (?:say|tell|know|determine|answer)\b|\bcannot be (?:determined|told|seen)\b"
    r"|\b(?:please|could you|can you)\b[^.!?\n]{0,30}\b(?:provide|share|upload|attach|describe)\b"
    r"|\b(?:image|picture|photo) (?:is|was) not (?:provided|visible|shown|available|attached)\b"
    r"|^\W*i(?:'m| am) (?:sorry|not sure)\b|^\W*(?:unknown|unsure|n/a)\W*$",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\W*(?:there (?:is|are|was|were) (?:no|none|not any|not a)\b|there (?:isn't|aren't|wasn't|weren't) (?:any|a)\b"
    r"|there's (?:no|none)\b|i (?:can |could )?(?:see|count|find) (?:no|none)\b|(?:no|none|nobody)\b[^,.;]* (?:is|are)"
    rf"|{_NOT_SEEN})"
)
_OTHERWISE = re.compile(r"\d|\b(?:but|except|only|other|just|besides)\b")
_QUANTITY = re.compile(r"([-+]?)([$€£¥#]?)([-+]?)(\d+(?:\.\d+)?)(%|°[cf]?)?")
_HEDGES = frozenset({
    "about", "approximately", "around", "roughly", "exactly", "only", "just", "maybe", "probably", "perhaps",
})  # fmt: skip


def token(reply: str) -> str:
    """Return the one answer that a reply gives, whatever the question was: a letter, yes or no, a number, or a text.

    A right reply to an item has one of few tokens (`twokeys.core.answers.marking.accepted`), whatever else it contains.
    That is why counts of tokens bound the accuracy of any reply. Two replies with one token may still be two answers
    (`2 feet`, `2 m`). Zero is a no: "There are no dogs" means both.

    Example:
        >>> token("(B)"), token("No, it is not."), token("There are three."), token("It is dark blue."), token("")
        ('letter B', 'no', '3', 'text dark blue', '')
    """
    inner = answer_part(reply)
    if named := chosen(reply):
        return f"letter {' '.join(named)}"
    if letters(inner):
        return f"taken back {normalise(stated(reply))}"
    plain = "; ".join(sorted(parts(predicate(inner))))
    digits = number(plain)
    return yes_or_no(inner) or ("no" if digits == "0" else digits) or (f"text {plain}" if plain else "")


@lru_cache(1 << 12)
def answer_part(reply: str) -> str:
    """Return the part of a reply that gives its answer: its last statement of an answer, else its first sentence.

    Example:
        >>> answer_part("The dog runs. So the answer is Dr. Pepper. Good."), answer_part("Red. It is red.")
        ('Dr. Pepper', 'Red')
    """
    return counted(unwrapped(first_sentence(stated(reply))))


def first_sentence(text: str) -> str:
    """Return the first sentence without the mark at its end, or the whole text if no sentence ends.

    Example:
        >>> first_sentence("St. Louis. It is big."), first_sentence("1. Red"), first_sentence("3.5")
        ('St. Louis', '1. Red', '3.5')
    """
    if asked := _ASKED.match(text.strip()):
        text = text.strip()[asked.end() :]
    for end in _END.finditer(text):
        before, after = text[: end.start()].strip(), text[end.end() :].strip(" \n\"')]")
        if end[0] == "!" and _factorial(text, end.start(), after):
            continue
        last = before[-24:]  # longer than any abbreviation
        numbered = after[:1].isdigit() and _BEFORE_NUMBER.search(last)
        goes_on = end[0] == "." and (_ABBREVIATED.search(last) or numbered or (before.isdigit() and after))
        if end[0] == "?" and re.match(r"\W*no\b", after, re.IGNORECASE):
            return first_sentence(after)  # "Red? No, blue."
        if not goes_on and before.strip(" .!?\"'"):
            return before
    return text


def _factorial(text: str, place: int, after: str) -> bool:
    """Whether an exclamation mark is a factorial, as in `5!` alone or `n! / 2`; in prose it ends a sentence."""
    operand = _OPERAND.search(text[max(place - 80, 0) : place])
    return operand is not None and (after[:1] in tuple("+-*/×·÷=<>^,)") or not _IN_SENTENCE.search(text))


def bare(text: str) -> str:
    """Return the normal form of an answer without lead-ins.

    Example:
        >>> bare("It looks dark blue to me"), bare("There are about 3 dogs")
        ('dark blue', 'about 3 dogs')
    """
    inner = _PLACED.sub("", led(TAIL.sub("", re.sub(r"[^\S\n]+", " ", folded(text)).strip())))
    return normalise(inner if inner.strip() else text)


def nothing_there(text: str) -> bool:
    """Whether an answer states that there is none of what the question asks for, and states nothing else.

    Example:
        >>> nothing_there("There are no dogs"), nothing_there("There are no dogs but 2 cats"), nothing_there("No")
        (True, False, False)
    """
    denies = yes_or_no(text) == "no" and _NONE.match(folded(text).casefold().strip())
    return bool(denies) and not _OTHERWISE.search(normalise(text))


def parts(text: str) -> frozenset[str]:
    """Return the normal forms of the answers in a text; `;` separates them, and their order does not count.

    Example:
        >>> parts("a cat; a dog") == parts("Dog; cat"), sorted(parts("cat, dog"))
        (True, ['cat dog'])
    """
    forms = frozenset(plain for part in text.split(";") if (plain := bare(part)))
    return forms or (frozenset({bare(text)}) if text.strip() else frozenset())


def chosen(reply: str) -> tuple[str, ...]:
    r"""Return the letters that a reply chooses; none if it goes on to other letters or takes back its first letter.

    Example:
        >>> chosen("(B) because (A) is too dark."), chosen("A. red\nB. blue"), chosen("(A) is not correct.")
        (('B',), (), ())
    """
    named = letters(answer_part(reply))
    if len(named) != 1:
        return named
    labelled = label(stated(reply))
    rest = labelled.rest if labelled else led(stated(reply).strip())[1:]
    others = {(on_line or in_list).upper() for on_line, in_list in _NEXT.findall(rest)} - set(named)
    rest = _EXPLAINED.sub("", rest, count=1)
    others |= {letter.upper() for letter in _CORRECTED.findall(rest)} - set(named)
    others |= set(re.findall(r"^\W*([A-Z])\W*$", beside_letter(answer_part(reply)))) - set(named)  # "A: B"
    return () if others or _HEDGED.match(rest) or _DENIED.match(rest) else named


def yes_or_no(text: str) -> str:
    """Return `yes` or `no` if an answer begins with such a word or plainly denies, else nothing.

    Example:
        >>> yes_or_no("True"), yes_or_no("There is no dog"), yes_or_no("no parking"), yes_or_no("yes or no")
        ('yes', 'no', '', '')
    """
    small = folded(text).casefold().strip()
    if both := _BOTH.match(small):
        first, last = both[1] or both[3], both[2] or both[4]
        if (first == "yes") != (last == "yes"):
            return ""
    if polar := _POLAR.match(led(small)):
        return "yes" if polar[1] in YES else "no"
    if _ASSENT.match(small):
        return "yes"
    declined = _REFUSAL.search(re.sub(_NOT_SEEN, "", small))
    denied = _DENIAL.match(small) and not declined and not _NO_DENIAL.search(small) and not _ENDS_YES.search(small)
    return "no" if denied else ""


def number(plain: str) -> str:
    """Return the number in an answer in normal form; empty if it holds none, or more than one.

    Example:
        >>> number("3 dogs"), number("none"), number("12:00"), number("<5%")
        ('3', '0', '', '')
    """
    if plain == "none":
        return "0"
    counted = quantity(plain)
    return counted[0] if counted else ""


def quantity(plain: str) -> tuple[str, frozenset[str]] | None:
    """Return the number in an answer in normal form, and the words and signs beside it; None if it is not exactly one.

    Example:
        >>> quantity("2 feet") == ("2", frozenset({"feet"})), quantity("12:00"), quantity("2 or 3")
        (True, None, None)
    """
    numbers, beside, last = set(), set(), ""
    if _COUNT_DENIED.search(plain):
        return None
    for word in plain.split():
        if match := _QUANTITY.fullmatch(word):
            if last in _CHANGED_NEXT:
                return None
            before, currency, after, digits, unit = match.groups()
            numbers.add((before or after) * (digits.strip("0.") != "") + digits)
            beside |= {currency, unit} - {"", None}
        elif any(letter.isdigit() for letter in word) or word in _CHANGED:
            return None
        elif word not in _HEDGES:
            beside.add(word)
        last = word
    return (numbers.pop(), frozenset(beside)) if len(numbers) == 1 else None


def refuses(reply: str) -> bool:
    """Whether a reply declines to answer and does not state an answer nevertheless.

    Example:
        >>> refuses("I cannot see the image."), refuses("I can't see the image, but the answer is B.")
        (True, False)
    """
    text = folded(reply)
    return _REFUSAL.search(text) is not None and STATED.search(text) is None
