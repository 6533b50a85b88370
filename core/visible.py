"""Text without what nobody sees: two texts that look alike must not be two questions, or two answers.

A character that shows nothing (a zero-width space, a soft hyphen, a direction mark, a tag, a filler, a control
character) goes; one that shows an empty place is a space. A variation selector chooses among looks of one character and
goes, too. A joiner stays where it changes what is seen: in scripts whose letters join, and inside an emoji. A character
that has no meaning of its own (private, unassigned, half a pair of surrogates) cannot be judged so: `unreadable`.
"""

from __future__ import annotations

import regex

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner."""
_BLANK = regex.compile("[\u2800\u3164\uffa0]")
"""Characters that are no white space by their category and show an empty place: a Braille cell, two Hangul fillers."""
_TAGS = "|".join("".join(chr(0xE0000 + ord(sign)) for sign in name) for name in ("gbeng", "gbsct", "gbwls"))
_FLAG = f"\U0001f3f4(?:{_TAGS})\U000e007f"
"""The three flags that are spelt with tags: England, Scotland, Wales."""
_HIDDEN = regex.compile(
    rf"{_FLAG}(*SKIP)(*FAIL)"
    rf"|[[\p{{Default_Ignorable_Code_Point}}\p{{Cf}}\p{{Cc}}\uFFFC]--[{JOINERS}]--\s--[\x1c-\x1f]"
    r"--\p{Prepended_Concatenation_Mark}--[\U00013430-\U0001345F]]",
    regex.V1,
)
"""Number signs of Arabic and what arranges hieroglyphs are format characters, and are seen."""
_RUN = regex.compile(rf"([{JOINERS}])[{JOINERS}]+")
_JOINS, _JOINED = r"[\p{jt=D}\p{jt=L}]\p{jt=T}*", r"\p{jt=T}*[\p{jt=R}\p{jt=D}]"
_EMOJI = r"\p{Extended_Pictographic}"
_SEEN_JOINER = "|".join((
    r"(?<=\p{L}\p{M}*\p{ccc=9})\u200d",  # a half form, or a letter of its own (Malayalam)
    r"(?<=\p{L})\u200d(?=\p{ccc=9}\p{L})",  # a sign below (Bengali)
    r"(?<=\p{L}\p{M}*\p{ccc=9})\u200c(?=\p{L})",  # the sign itself, where letters would merge
    rf"(?<={_JOINS})\u200c(?={_JOINED})",  # two letters that would join (Persian)
    rf"(?<={_JOINS})\u200d(?!{_JOINED})|(?<!{_JOINS})\u200d(?={_JOINED})",  # a letter that joins to nothing
    rf"(?<={_EMOJI}[\U0001F3FB-\U0001F3FF]?)\u200d(?={_EMOJI})",
))  # fmt: skip
_USELESS_JOINER = regex.compile(rf"(?:{_SEEN_JOINER})(*SKIP)(*FAIL)|[{JOINERS}]")
_UNREADABLE = regex.compile(r"[\p{Co}\p{Cn}\p{Cs}]")


def visible(text: str) -> str:
    r"""Return `text` without what nobody sees; an empty place is a space.

    Example:
        >>> visible("y\u200be\u00ads"), visible("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")[2] == "\u200c"
        ('yes', True)
    """
    text = _RUN.sub(r"\1", _HIDDEN.sub("", _BLANK.sub(" ", text)))
    return str(_USELESS_JOINER.sub("", text))


def joined(text: str) -> str:
    """Return `text` without joiners: two texts that differ in joiners alone say the same."""
    return text.translate(dict.fromkeys(map(ord, JOINERS)))


def unreadable(text: str) -> list[str]:
    r"""List the characters of a text that have no meaning: private, unassigned, half a pair of surrogates.

    Example:
        >>> unreadable("x\ue000\ue000y\ud800")
        ['U+E000', 'U+D800']
    """
    return [f"U+{ord(character):04X}" for character in dict.fromkeys(_UNREADABLE.findall(text))]
