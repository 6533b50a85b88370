"""The small grammar of questions about COCO instances: what is in an image, and how many.

A question is understood as a whole or not at all. A frame (`is there ... in the image`) leaves a phrase over, and the
phrase must be nothing but articles, numbers, `and`, `or`, and words of the lexicon. So a question with any further word
(a colour, a place, an action) is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from twokeys.builder.pair.generators.retrieved.judges.coco_claims import Asked, HowMany, Whether, Which
from twokeys.builder.pair.generators.retrieved.judges.coco_phrases import claim_of, plural, rivals
from twokeys.builder.pair.generators.retrieved.judges.coco_words import Lexicon
from twokeys.core.answers.normal import PLAIN, normalise

_IMAGE = "(?:image|picture|photo|photograph|pic)"
_PLACE = (
    rf"(?:anywhere )?(?:(?:in|on|within) (?:the|this)(?: given| provided)? {_IMAGE}|in (?:the|this) (?:scene|shot))"
)
_SEEN = "(?:visible|shown|present|pictured|depicted|seen|here|there)"
_STATE = rf"(?:{_SEEN} {_PLACE}|{_PLACE}|{_SEEN}|to be seen(?: {_PLACE})?)"
"""What says that something is in the image, and no more."""
_END = rf"(?: {_STATE})?"
_SEE = "(?:do|can|could) (?:you|we) see"
_SHOWS = "(?:contain|show|have|include|depict|feature)"
_TOTAL = "(?: in total| altogether| total)?"
_P = "(?P<phrase>.+?)"

_POLAR = tuple(re.compile(frame) for frame in (
    rf"(?:is|are) there {_P}{_END}",
    rf"{_SEE} {_P}{_END}",
    rf"does (?:the|this) {_IMAGE} {_SHOWS} {_P}(?: in it)?",
    rf"(?:is|are) {_P} {_STATE}",
    rf"can {_P} be seen(?: {_PLACE})?",
    rf"(?:do|does) {_P} appear {_PLACE}",
))  # fmt: skip
"""Questions that are answered by yes or no; "is there a cat or a dog" may also be answered by one of the two."""
_STATED = tuple(re.compile(f"(?:true or false )?{frame}") for frame in (
    rf"there (?:is|are) {_P}{_END}",
    rf"(?:the|this) {_IMAGE} {_SHOWS}s? {_P}",
    rf"(?:the|this) {_IMAGE} has {_P}(?: in it)?",
    rf"{_P} (?:is|are) {_STATE}",
    rf"{_P} can be seen(?: {_PLACE})?",
))  # fmt: skip
_COUNTED = tuple(re.compile(frame) for frame in (
    rf"how many {_P}{_END}{_TOTAL}",
    rf"how many {_P} (?:is|are)(?: there| being)? {_STATE}{_TOTAL}",
    rf"how many {_P} (?:is|are) (?:there|here){_TOTAL}{_END}",
    rf"how many {_P} {_SEE}{_END}{_TOTAL}",
    rf"how many {_P} can be seen(?: {_PLACE})?{_TOTAL}",
    rf"how many {_P} appear {_PLACE}",
    rf"how many {_P} (?:do|does) (?:the|this) {_IMAGE} {_SHOWS}",
    rf"(?:what is|what's|tell) the (?:total )?number of {_P}{_END}",
    rf"count the (?:number of )?{_P}{_END}",
))  # fmt: skip
_PICKED = tuple(re.compile(frame) for frame in (
    rf"(?:which|what)(?: one)? (?:is|are) {_STATE} {_P}",
    rf"{_P} (?:which|what)(?: one)? (?:is|are) {_STATE}",
    rf"(?:which|what)(?: one)? (?:do|can) (?:you|we) see(?: {_PLACE})? {_P}",
))  # fmt: skip
"""Questions that name what may be there."""
_LISTED = re.compile(
    rf"(?:which|what)(?: one)? of (?:these|the following)(?: (?:object|thing|animal|item)s?)? (?:is|are) {_STATE}"
    rf"|(?:which|what) (?:object|thing|animal|item) (?:is|are) {_STATE}"
)
"""Questions whose options alone name what may be there."""
_FORM = r"(?:yes or no|yes/no|(?:one|a single) word(?: or phrase)?|a (?:single )?number)(?: only)?"
_ORDER = (
    rf"(?:please )?(?:answer|reply|respond)(?: the question)?(?: only| just| simply)?(?: (?:with|in|using|by))? {_FORM}"
)
"""What says in which form to answer, and no more."""
_ORDERS = (re.compile(rf"^{_ORDER}\s*[:.,]\s*"), re.compile(rf"(?<=[?.])\s*{_ORDER}\s*\.?$"))
"""The same before a question and after it."""
_BARE = frozenset({"orange"})
"""Words that mean something else without an article: a colour."""


def understood(item: Mapping[str, Any], lexicon: Lexicon) -> Asked | None:
    """Understand an item's question.

    Args:
        item: `question`, `choices` and `answer_type`, as in the item table.
        lexicon: The words for the categories that are annotated.

    Returns:
        What is asked; None if it is more than which objects are there and how many, or if the options say otherwise.

    Example:
        >>> from twokeys.builder.pair.generators.retrieved.judges.coco_words import lexicon
        >>> words = lexicon(["person", "car", "bed"])
        >>> for text in ("How many people are in this photo?", "Is there a red car?", "Is there a car on the bed?"):
        ...     understood({"question": text, "choices": [], "answer_type": "number"}, words) is not None
        True
        False
        False
    """
    text, choices, kind = plain(item["question"]), tuple(item["choices"]), item["answer_type"]
    if text is None:
        return None
    if choices:
        polar = _polar_options(choices)
        return (
            _whether(text, lexicon, *polar)
            if polar
            else _counted(text, lexicon, choices) or (_picked(text, lexicon, choices))
        )
    if kind == "yes/no":
        return _whether(text, lexicon, "no", "yes")
    if kind == "number":
        return _counted(text, lexicon, ())
    return _picked(text, lexicon, ()) if kind == "open" else None


def plain(question: str) -> str | None:
    """A question in small letters without marks; None if it has marks or letters that no question here needs.

    The form of the answer that is asked for, and a place before the question, are no part of what is asked.

    Example:
        >>> plain("Is  there a Teddy-Bear, or a dog? "), plain("Is there a dog? Why?")
        ('is there a teddy bear , or a dog', None)
        >>> plain("In this image, is there a dog? Please answer yes or no.")
        'is there a dog in this image'
    """
    text = " ".join(unicodedata.normalize("NFKC", question).casefold().replace("\u2019", "'").split())
    for order in _ORDERS:
        text = order.sub("", text)
    text = re.sub(rf"^({_PLACE})\s*,\s*([^?.]*)", r"\2 \1", text)
    text = re.sub(r"\s*[?.!]?\s*$", "", text)
    text = " ".join(re.sub(r"[,:]", " , ", text.replace("-", " ")).split())
    text = re.sub(r"\b(is|are|does|do)n't\b", r"\1 not", text)
    return text if re.fullmatch(r"[a-z0-9', ]+", text) else None


def _phrases(text: str, frames: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """What each fitting frame leaves over."""
    for frame in frames:
        if match := frame.fullmatch(text):
            yield match["phrase"].strip(" ,")


def _whether(text: str, lexicon: Lexicon, no: str, yes: str) -> Whether | None:
    for frames, stated in ((_POLAR, False), (_STATED, True)):
        for phrase in _phrases(text.replace(" , ", " ") if text.startswith("true or false") else text, frames):
            claim = claim_of(phrase, lexicon, stated=stated)
            if claim is None and not stated and phrase in lexicon and phrase not in _BARE:
                claim = claim_of(f"a {phrase}", lexicon, stated=stated)  # "is there dog in the image?"
            if claim is not None:
                return Whether(claim, no, yes)
    return None


def _counted(text: str, lexicon: Lexicon, choices: Sequence[str]) -> HowMany | None:
    options = _number_options(choices) if choices else None
    for phrase in _phrases(text, _COUNTED) if options is None or options else ():
        noun = plural(phrase, lexicon)
        if noun is not None and noun.tells == "count":
            return HowMany(noun, options)
    return None


def _picked(text: str, lexicon: Lexicon, choices: Sequence[str]) -> Which | None:
    if choices and _LISTED.fullmatch(text):
        return _among(rivals(choices, lexicon), choices)
    for phrase in _phrases(text, (*_PICKED, _POLAR[0], _POLAR[1])):
        parts = [part.strip() for part in re.split(r" (?:, )?or | , ", f" {phrase} ") if part.strip()]
        comparative = parts[0].startswith("more ") if parts else False
        named = rivals(parts, lexicon)
        if named is None or len(parts) < 2 or (comparative and len(parts) != 2):
            continue
        texts = tuple(normalise(part.removeprefix("more ").removeprefix("either ")) for part in parts)
        return _among(named, _spelled(texts, choices) if choices else texts)
    return None


def _among(claims: Any, texts: Sequence[str] | None) -> Which | None:
    if claims is None or texts is None or len(set(texts)) < len(texts):
        return None
    return Which(tuple(claims), tuple(texts))


def _spelled(texts: Sequence[str], choices: Sequence[str]) -> tuple[str, ...] | None:
    """The options that are some texts; None unless each text is one option, and each option one text."""
    spelled = {normalise(choice): choice for choice in choices}
    fit = len(spelled) == len(choices) and set(texts) == set(spelled)
    return tuple(spelled[text] for text in texts) if fit else None


def _polar_options(choices: Sequence[str]) -> tuple[str, str] | None:
    """The options for no and yes; empty for what no option says; None if an option says neither, or two say one."""
    sides = [PLAIN.get(normalise(choice), "") for choice in choices]
    option_of = dict(zip(sides, choices, strict=True))
    return (
        (option_of.get("no", ""), option_of.get("yes", ""))
        if len(option_of) == len(choices) and "" not in option_of
        else None
    )


def _number_options(choices: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """The number of each option; empty if an option is none, or two are one."""
    forms = ["0" if normalise(choice) == "none" else normalise(choice) for choice in choices]
    if len(set(forms)) < len(forms) or not all(form.isdecimal() for form in forms):
        return ()
    return tuple((int(form), choice) for form, choice in zip(forms, choices, strict=True))
