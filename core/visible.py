"""Remove invisible characters: two texts that look alike must not be two questions, or two answers.

A character that shows nothing (a zero-width space, a soft hyphen, a direction mark, a tag, a filler, a control
character) is removed. A character that shows an empty place becomes a space. A variation selector, which chooses among
looks of one character, is removed. A character that shows nothing but changes its neighbours (joiners, number signs,
stackers of Indic letters, controls that arrange hieroglyphs) stays beside letters that it changes and is removed
elsewhere. Characters without a meaning (private, unassigned, half a pair of surrogates) are not removed; `unreadable`
lists them.

Properties of Unicode decide: `Default_Ignorable_Code_Point`, the categories Cf and Cc, `InSC` for stackers and joiners.
Unicode has no property for blank glyphs, so these are listed here.
"""

from __future__ import annotations

import regex

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner."""
_BLANK = regex.compile(r"[\u2800\u3164\uffa0\U00013441\U00013442]|\U0001d159(?![\U0001d165-\U0001d172])")
"""Characters that are no white space by category but show an empty place: a Braille cell, two Hangul fillers, two
blank hieroglyphs, and a note without a head (visible with a stem)."""
_TAGS = "|".join("".join(chr(0xE0000 + ord(sign)) for sign in name) for name in ("gbeng", "gbsct", "gbwls"))
_FLAG = f"\U0001f3f4(?:{_TAGS})\U000e007f"
"""The three flags that are written with tags: England, Scotland, Wales."""
_PLAIN = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Hebrew}\p{Arabic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_STACKED = rf"[\p{{L}}--[{_PLAIN}]]"
"""Letters that another letter can stand below."""
_GLYPH, _ARRANGING = r"[\p{Egyptian_Hieroglyphs}&&\p{Lo}]", r"[\U00013430-\U0001343F]"
_SEEN = "|".join((
    _FLAG,
    r"\p{Prepended_Concatenation_Mark}(?=[\p{Nd}[[\p{Arabic}\p{Syriac}\p{Kaithi}]&&\p{L}]])",  # a sign over a number
    rf"(?<={_STACKED}\p{{M}}*)\p{{InSC=Invisible_Stacker}}(?={_STACKED})",
    r"(?<=\p{Brahmi}\p{M}*)\p{InSC=Number_Joiner}(?=\p{Brahmi})",
    r"(?<=\p{Tifinagh})\u2d7f(?=\p{Tifinagh})",
    r"(?<=\p{Khitan_Small_Script})\U00016fe4(?=\p{Khitan_Small_Script})",
    # Controls that arrange hieroglyphs, between hieroglyphs, and brackets around them.
    rf"(?<={_GLYPH}{_ARRANGING}*)[\U00013430-\U00013436\U00013439-\U0001343B](?={_ARRANGING}*{_GLYPH})",
    rf"[\U00013437\U0001343C\U0001343E](?={_ARRANGING}*{_GLYPH})",
    rf"(?<={_GLYPH}{_ARRANGING}*)[\U00013438\U0001343D\U0001343F]",
))  # fmt: skip
"""Places at which a character that shows nothing by itself is visible."""
_HIDDEN = regex.compile(
    rf"(?:{_SEEN})(*SKIP)(*FAIL)"
    r"|[[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{InSC=Invisible_Stacker}\p{InSC=Number_Joiner}"
    rf"\u2d7f\U00016fe4\uFFFC]--[{JOINERS}]--\s--[\x1c-\x1f]]",
    regex.V1,
)
_RUN = regex.compile(rf"([{JOINERS}])[{JOINERS}]+")
_JOINS, _JOINED = r"[\p{jt=D}\p{jt=L}]\p{jt=T}*", r"\p{jt=T}*[\p{jt=R}\p{jt=D}]"
_EMOJI = r"\p{Extended_Pictographic}"
_SEEN_JOINER = "|".join((
    r"(?<=\p{L}\p{M}*\p{ccc=9})\u200d",  # a half form, or a separate letter (Malayalam)
    r"(?<=\p{L})\u200d(?=\p{ccc=9}\p{L})",  # a sign below (Bengali)
    r"(?<=\p{L}\p{M}*\p{ccc=9})\u200c(?=\p{L})",  # the sign itself, between letters that would merge
    rf"(?<={_JOINS})\u200c(?={_JOINED})",  # two letters that would join (Persian)
    rf"(?<={_JOINS})\u200d(?!{_JOINED})|(?<!{_JOINS})\u200d(?={_JOINED})",  # a letter that joins to nothing
    rf"(?<={_EMOJI}[\U0001F3FB-\U0001F3FF]?)\u200d(?={_EMOJI})",
))  # fmt: skip
_USELESS_JOINER = regex.compile(rf"(?:{_SEEN_JOINER})(*SKIP)(*FAIL)|[{JOINERS}]")
_UNREADABLE = regex.compile(r"[\p{Co}\p{Cn}\p{Cs}]")


def visible(text: str) -> str:
    r"""Return `text` without invisible characters; a character that shows an empty place becomes a space.

    Example:
        >>> visible("y\u200be\u00ads"), visible("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")[2] == "\u200c"
        ('yes', True)
    """
    text = _BLANK.sub(" ", text)
    while (shorter := _HIDDEN.sub("", text)) != text:  # a removed character may have kept another beside a letter
        text = shorter
    return str(_USELESS_JOINER.sub("", _RUN.sub(r"\1", text)))


def joined(text: str) -> str:
    """Return `text` without joiners: two texts that differ only in joiners mean the same."""
    return text.translate(dict.fromkeys(map(ord, JOINERS)))


def unreadable(text: str) -> list[str]:
    r"""List the characters of a text that have no meaning: private, unassigned, or half a pair of surrogates.

    Example:
        >>> unreadable("x\ue000\ue000y\ud800")
        ['U+E000', 'U+D800']
    """
    return [f"U+{ord(character):04X}" for character in dict.fromkeys(_UNREADABLE.findall(text))]
