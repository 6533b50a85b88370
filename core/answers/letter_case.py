"""Words whose letter case carries meaning: `mW` and `MW`, `kB` and `KB`, `CO` and `Co`, `pH` and `PH`.

Letter case distinguishes answers only in a word that can be read in two ways, as a unit of measurement or a chemical
formula. In all other words it does not: `BLUE` and `blue` are one answer. A reply that writes such a word in neither
way (`5 mw`) leaves its case open, so it contradicts neither answer.
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
"""Words that can also be read as a formula when they are written with capitals."""
_LONE = frozenset("mMhHtTsSkKnNvVrRxXyY")
"""Letters that name quantities: if an answer is such a letter alone, its small and its capital form are two answers."""
_RUN = re.compile(r"(?<![^\W_])[^\W\d_][^\W_]*|(?<=\d)[^\W\d_]+")
_LONGEST = 12


def spelt(text: str) -> dict[str, list[str]]:
    """The words of a text whose letter case carries meaning: small letters -> spellings in the order of the text.

    Args:
        text: A text with its characters folded (`twokeys.core.answers.folding`).

    Example:
        >>> spelt("5 mW of CO, not blue"), spelt("5 mw"), spelt("CO2 and BUS")
        ({'mw': ['mW'], 'co': ['CO']}, {}, {'co2': ['CO2']})
    """
    spellings: dict[str, list[str]] = {}
    for run in _RUN.finditer(text):
        counted = text[: run.start()].rstrip()[-1:].isdigit()
        if spelling := _spelling(run[0], counted):
            spellings.setdefault(run[0].casefold(), []).append(spelling)
    return spellings


def contradicts(text: str, other_text: str) -> bool:
    """Whether some word is in both texts with letter cases of different meaning.

    Example:
        >>> contradicts("5 MW", "5 mW"), contradicts("5 mw", "5 mW"), contradicts("BLUE", "blue")
        (True, False, False)
    """
    here, there = spelt(text), spelt(other_text)
    return any(set(here[word]) != set(there[word]) for word in here.keys() & there.keys())


def exact(plain: str, text: str) -> str:
    """A normal form in which words keep the letter case that carries meaning.

    Args:
        plain: Normal form of `text`, in small letters.
        text: The text with its characters folded.

    Example:
        >>> exact("5 mw", "5 mW."), exact("blue", "BLUE"), exact("m", "M")
        ('5 mW', 'blue', 'M')
    """
    if text in _LONE:
        return text
    remaining = spelt(text)

    def with_case(run: re.Match[str]) -> str:
        spellings = remaining.get(run[0])
        return spellings.pop(0) if spellings else run[0]

    return _RUN.sub(with_case, plain) if remaining else plain


@cache
def _spelling(word: str, counted: bool) -> str:
    """Return a word's spelling if its letter case carries meaning, else nothing; `l` and `L` are both the litre."""
    small = word.casefold()
    measures = _measures().get(small, frozenset())
    # Without a number a letter is a name, and "us" a word.
    alone = frozenset(unit for unit in measures if len(unit) > 1 and unit[0] != "u") | _formulas(small)
    readings = measures if counted else alone
    spelling = re.sub(r"^([pnuμmcdkM]?)l$", r"\1L", word) if counted else word
    return spelling if len(readings) > 1 and spelling in readings else ""


@cache
def _measures() -> dict[str, frozenset[str]]:
    """Map small letters to the units that they spell."""
    units_of: dict[str, set[str]] = {}
    for unit in _MEASURES:
        units_of.setdefault(unit.casefold(), set()).add(unit)
    return {small: frozenset(units) for small, units in units_of.items()}


def _formulas(small: str) -> frozenset[str]:
    """Chemical formulas that a word of small letters and digits can be read as; none for an ordinary word."""
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
