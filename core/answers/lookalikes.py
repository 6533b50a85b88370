"""Fold texts that look the same into one text: keys are made of the folded form, and answers are compared in it.

Folded in any text: quotation marks and apostrophes that differ in their curl, dashes, minus signs and hyphens, blanks,
half and full widths, ligatures and other signs that stand for several (`ﬁ`, `…`, `℃`, `Ⅳ`), letters of mathematical
alphabets that are only heavier, slanted or without serifs, look-alikes of `:`, `/`, `|`, `~`, `°`.

Folded in a word: letters of Cyrillic, Greek, Armenian, Cherokee, Coptic and Lisu that look like a Latin letter.

- A word that mixes them with Latin letters is Latin. If some of its letters look like no Latin letter, it is Cyrillic,
  or Greek (with three such letters: `Aβ` is a name).
- A word whose letters all look Latin becomes the Latin word, `сор` becomes `cop`. Two words of one script never merge,
  since no two letters of a script share a twin.

Not folded: signs that visibly differ (superscripts, digits of other scripts, accents, `é` and `e`), `0` and `O`, `1`
and `l`, Greek letters that formulas use beside Latin letters (`αx`, `2πr`, `ν`, `Δt`) unless they stand inside a word
that is otherwise Latin (`bαll`), and mathematical alphabets with another shape (`ℝ`, `𝓡`, `ℜ`).

The table is a part of Unicode's confusables (UTS 39), checked against them. It is written out here because exports
carry this file to places where no package may be installed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_CYRILLIC = dict(zip("аԁеһіјӏԛорсѕԝхуѵАВСЕԌНІЈКМОРԚЅТѴԜХУ", "adehijlqopcswxyvABCEGHIJKMOPQSTVWXY", strict=True))
_GREEK = dict(zip("οϲϳΑΒϹΕΗΙͿΚΜΝΟΡΤΧΥΖ", "ocjABCEHIJKMNOPTXYZ", strict=True))
_OTHER = dict(zip(
    "օցհոգսՕՏՍᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃⲟⲣⲥⲞⲢⲤⲎⲔⲘⲚⲦⲬⲨꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ",
    "oghnquOSUABCDEGHJKLMPRSTVWYZopcOPCHKMNTXYABCDEFGHIJKLMNOPRSTUVWXYZ", strict=True,
))  # fmt: skip
TWINS = {**_CYRILLIC, **_GREEK, **_OTHER}
"""Letter of another script -> the Latin letter that it looks like; letters of one script all have different ones."""
_MIXED = {**TWINS, **dict(zip("үҮӀɑɡᴄᴏꜱᴠᴡᴢ", "yYlagcosvwz", strict=True))}
"""The same in a word that mixes scripts."""
_QUANTITIES = dict(zip("αγικνρυχ", "ayikvpux", strict=True))
"""The same inside a Latin word, or beside three small Latin letters; elsewhere these letters name quantities."""
_FUNCTIONS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "log", "exp", "max",
    "min", "lim",
})  # fmt: skip
_BACK = {
    True: {twin: letter for letter, twin in _CYRILLIC.items()},
    False: {twin: letter for letter, twin in _GREEK.items()},
}
"""Latin letter -> the Cyrillic letter that looks like it (true), or the Greek letter (false)."""
_SAME_SIGN = {
    **dict.fromkeys("‘’‚‛ʼʹˈ′`´＇ꞌ՚׳ʻʽ", "'"), **dict.fromkeys("“”„‟″〝〞ˮ״＂", '"'),
    **dict.fromkeys("−⁃˗", "-"), **dict.fromkeys("∶꞉ː։", ":"), **dict.fromkeys("⁄∕⧸", "/"), **dict.fromkeys("∖⧵", "\\"),
    **dict.fromkeys("∣❘ǀ", "|"), **dict.fromkeys("∼˜", "~"), **dict.fromkeys("º˚", "°"), "ǃ": "!", "∗": "*",
    "\u037e": ";", "⁎": "*", **dict.fromkeys("─⎯", "-"), **dict.fromkeys("⋅∙‧", "·"), "⨯": "×", "∆": "Δ", "∑": "Σ",
    "∏": "Π", "\u3008": "⟨", "\u3009": "⟩", **dict(zip("۰۱۲۳۷۸۹", "٠١٢٣٧٨٩", strict=True)),
}  # fmt: skip
_SAME_SIGN.pop("`")  # it is on keyboards, and it visibly differs
_SHAPES = {"\u06a9": "\u0643", "\u06cc": "\u064a"}
_JOINED = re.compile(f"[{''.join(_SHAPES)}](?=[\u064b-\u065f]*[\u0620\u0626-\u064a\u066e-\u06d3\u06fa-\u06ff])")
"""Letters of Persian and Urdu that are drawn like Arabic letters if another letter joins them."""
_DRAWN_OTHERWISE = ("<super>", "<sub>", "<circle>", "<fraction>")
_ALPHABETS = ("DOUBLE-STRUCK", "SCRIPT", "FRAKTUR", "BLACK-LETTER")
_NO_DASH = "〜〰゠⸗᠆"
_WORD_OF_LETTERS = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")


def alike(text: str, cased: bool = True) -> str:
    r"""Return the one form of all texts that look like a text; published text itself is not changed.

    Args:
        text: A question, an option or an answer.
        cased: Whether letter case stays. If it does, a word that looks Latin only in capitals (`НЕТ`) becomes the Latin
            word. If case is dropped later, the word must stay equal to `нет`, unless most letters of the text are
            Latin.

    Example:
        >>> alike("It’s the ﬁrst — “сat”?"), alike("сор"), alike("вода"), alike("ｙｅｓ\u00a0５")
        ('It\'s the first - "cat"?', 'cop', 'вода', 'yes 5')
    """
    if text.isascii():
        return text
    signs = unicodedata.normalize("NFD", "".join(map(_by_look, unicodedata.normalize("NFC", text))))
    signs = _JOINED.sub(lambda match: _SHAPES[match[0]], signs.replace("\u0e40\u0e40", "\u0e41"))
    letters = [letter for letter in signs if letter.isalpha()]
    latin = 2 * sum(map(_is_latin, letters)) >= len(letters)
    words = _WORD_OF_LETTERS.sub(lambda match: _in_one_script(match[0], latin, cased), signs)
    return unicodedata.normalize("NFC", words)


@cache
def _by_look(letter: str) -> str:
    """Replace one character by what it looks like."""
    if letter.isascii():
        return letter
    if letter in _SAME_SIGN:
        return _SAME_SIGN[letter]
    category = unicodedata.category(letter)
    if category in ("Pd", "Zs"):
        return letter if letter in _NO_DASH else "-" if category == "Pd" else " "
    tag, _, parts = unicodedata.decomposition(letter).partition(" ")
    other = tag in _DRAWN_OTHERWISE or any(word in unicodedata.name(letter, "") for word in _ALPHABETS)
    if not tag.startswith("<") or other or parts.startswith("0020"):
        return letter
    return "".join(_by_look(chr(int(code, 16))) for code in parts.split())


@cache
def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _in_one_script(word: str, latin: bool, cased: bool) -> str:
    """Write a word of mixed scripts in one script, and a word of Latin look-alikes in Latin letters."""
    if word.isascii():
        return word
    letters = [letter for letter in word if letter.isalpha()]
    if not any(map(_is_latin, letters)):
        capitals = latin or (cased and word.isupper())
        twins = all(letter in TWINS and (capitals or letter.lower() in TWINS) for letter in letters)
        return "".join(TWINS.get(letter, letter) for letter in word) if twins else word
    alien = [letter for letter in letters if not _is_latin(letter) and letter not in _MIXED]
    cyrillic = all("\u0400" <= letter <= "\u04ff" for letter in alien)
    greek = len(alien) > 2 and all("\u0370" <= letter <= "\u03ff" for letter in alien)
    back = _BACK[cyrillic] if cyrillic or greek else {}
    if alien and all(not _is_latin(letter) or letter in back for letter in letters):
        return "".join(back.get(letter, letter) for letter in word)
    mended = "".join(_MIXED.get(letter, letter) for letter in word)
    rest = mended.strip("".join(_QUANTITIES))
    between = mended[0].isascii() and mended[-1].isascii()
    inside = between or (sum(map(str.islower, rest)) > 2 and rest not in _FUNCTIONS)
    return "".join(_QUANTITIES.get(letter, letter) for letter in mended) if inside else mended
