"""Words whose letter case says what they are: `mW` and `MW`, `kB` and `KB`, `CO` and `Co`, `pH` and `PH`.

Letter case tells answers apart where a word can be read in two ways, as a unit of measurement or a chemical formula,
and in no other word: `BLUE` and `blue` are one. What is compared is exact there; a reply that writes the word in a way
that is neither (`5 mw`) says nothing of its case, and contradicts neither.
"""

from __future__ import annotations

import re
from functools import cache

_PREFIXED = (
    ("m s g L F M mol", ("", "p", "n", "u", "μ", "m")), ("m L", ("c", "d", "k")), ("g", ("k", "M")),
    ("m L", ("M",)), ("t", ("", "k", "M")), ("T H A", ("", "p", "n", "u", "μ", "m")), ("A mol", ("k",)),
    ("S", ("u", "μ", "m")), ("h K Nm dB", ("",)), ("Hz N J W V Pa eV Wh Bq Gy Sv", ("", "m", "k", "M", "G")),
    ("W V J N", ("p", "n", "u", "μ")), ("W Hz", ("T",)), ("B b", ("", "k", "K", "M", "G", "T")),
    ("bps Bps", ("", "k", "K", "M", "G", "T")), ("Ah", ("", "m", "k")),
)  # fmt: skip
_MEASURES = frozenset(prefix + unit for units, prefixes in _PREFIXED for unit in units.split() for prefix in prefixes)
_ELEMENTS = frozenset(re.findall("[A-Z][a-z]?", (
    "HHeLiBeBCNOFNeNaMgAlSiPSClArKCaScTiVCrMnFeCoNiCuZnGaGeAsSeBrKrRbSrYZrNbMoTcRuRhPdAgCdInSnSbTeIXeCsBaLaCePrNdPmSm"
    "EuGdTbDyHoErTmYbLuHfTaWReOsIrPtAuHgTlPbBiPoAtRnFrRaAcThPaUNpPuAmCmBkCfEsFmMdNoLr"
)))  # fmt: skip
_PLAIN_WORDS = frozenset({"in", "no", "ho", "si"})
"""Words that also read as a formula, in capitals or with one."""
_LONE = frozenset("mMhHtTsSkKnNvVrRxXyY")
"""Letters that are names of quantities: two answers, small and capital, where they are all that an answer is."""
_RUN = re.compile(r"(?<![^\W_])[^\W\d_][^\W_]*|(?<=\d)[^\W\d_]+")
_LONGEST = 12


def spelt(text: str) -> dict[str, list[str]]:
    """The words of a text whose letter case says what they are, by their small letters, in the order of the text.

    Args:
        text: A text with its characters folded (`twokeys.core.answers.folding`).

    Example:
        >>> spelt("5 mW of CO, not blue"), spelt("5 mw"), spelt("CO2 and BUS")
        ({'mw': ['mW'], 'co': ['CO']}, {}, {'co2': ['CO2']})
    """
    found: dict[str, list[str]] = {}
    for run in _RUN.finditer(text):
        counted = text[: run.start()].rstrip()[-1:].isdigit()
        if spelling := _spelling(run[0], counted):
            found.setdefault(run[0].casefold(), []).append(spelling)
    return found


def contradicts(one: str, other: str) -> bool:
    """Whether a word is in both texts, and its letter case says two things.

    Example:
        >>> contradicts("5 MW", "5 mW"), contradicts("5 mw", "5 mW"), contradicts("BLUE", "blue")
        (True, False, False)
    """
    here, there = spelt(one), spelt(other)
    return any(set(here[word]) != set(there[word]) for word in here.keys() & there.keys())


def exact(plain: str, text: str) -> str:
    """A normal form with the letter case that says what its words are.

    Args:
        plain: Normal form of `text`, in small letters.
        text: The text with its characters folded.

    Example:
        >>> exact("5 mw", "5 mW."), exact("blue", "BLUE"), exact("m", "M")
        ('5 mW', 'blue', 'M')
    """
    if text in _LONE:
        return text
    left = spelt(text)

    def own(run: re.Match[str]) -> str:
        spellings = left.get(run[0])
        return spellings.pop(0) if spellings else run[0]

    return _RUN.sub(own, plain) if left else plain


@cache
def _spelling(word: str, counted: bool) -> str:
    """A word as it is spelt where that tells it from another; empty elsewhere. A litre is one, `l` or `L`."""
    small = word.casefold()
    measures = _measures().get(small, frozenset())
    # Without a number a letter is a name, and "us" a word.
    alone = frozenset(one for one in measures if len(one) > 1 and one[0] != "u") | _formulas(small)
    readings = measures if counted else alone
    own = re.sub(r"^([pnuμmcdkM]?)l$", r"\1L", word) if counted else word
    return own if len(readings) > 1 and own in readings else ""


@cache
def _measures() -> dict[str, frozenset[str]]:
    """Small letters -> units that are spelt so."""
    found: dict[str, set[str]] = {}
    for unit in _MEASURES:
        found.setdefault(unit.casefold(), set()).add(unit)
    return {small: frozenset(units) for small, units in found.items()}


def _formulas(small: str) -> frozenset[str]:
    """Chemical formulas that a word of small letters and digits may be; none for what is a word of its own."""
    if small in _PLAIN_WORDS or len(small) > _LONGEST or not small.isascii() or not small[:1].isalpha():
        return frozenset()
    ways = [{""}, *(set[str]() for _ in small)]
    for end in range(1, len(small) + 1):
        for size in (1, 2):
            part = small[max(end - size, 0) : end]
            symbol = part if part.isdigit() else part.capitalize()
            if len(part) == size and (symbol in _ELEMENTS or (part.isdigit() and size == 1)):
                ways[end] |= {f"{way}{symbol}" for way in ways[end - size]}
    # Three capitals without a number are a word: BUS, COW.
    return frozenset(way for way in ways[-1] if len(way) < 3 or not way.isupper() or not way.isalpha())
