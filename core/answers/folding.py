r"""Fold the characters of an answer for comparison: look-alikes become one, digits become ASCII, mark-up goes.

Whatever can distinguish two answers stays: signs, comparisons, powers, units. Superscripts become `^2`, so `m²` and
`m2` stay two answers. LaTeX becomes plain text: `$\frac{1}{2}$` is `1/2`.
"""

from __future__ import annotations

import re
import unicodedata

from twokeys.core.answers.lookalikes import alike

_ONE_FOR_ONE = str.maketrans({
    "`": "'", **dict.fromkeys("«»「」『』", '"'), "≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "≠": "!=",
})  # fmt: skip
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Invisible characters that are no format characters: fillers, and variation selectors."""
_VULGAR = re.compile("(?P<whole>\\d?)(?P<part>[¼-¾⅐-⅞↉])")
_SUPERSCRIPT = re.compile(r"[⁺⁻]?[⁰¹²³⁴-⁹]+")
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}|\\[dt]?frac\s*(\d)\s*(\d)")
_IN_WORDS = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|operatorname|boxed)\s*\{([^{}]*)\}")
_NOTHING = re.compile(r"\\(?:left|right|displaystyle|quad|qquad)(?![A-Za-z])|\\[,;!]")
_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "neq": "!=",
    "ne": "!=", "lt": "<", "gt": ">", "pi": "π", "alpha": "α", "beta": "β", "gamma": "γ", "theta": "θ", "sqrt": "√",
    "infty": "∞", "angle": "∠", "triangle": "△", "circ": "°", "degree": "°", "ldots": "...", "dots": "...",
}  # fmt: skip
_SIGN = re.compile(rf"\\({'|'.join(sorted(_SIGNS, key=len, reverse=True))})(?![A-Za-z])")
_DEGREES = re.compile(r"\^\s*(?:\{\s*(?:\\(?:circ|degree)(?![A-Za-z])|°)\s*\}|\\circ(?![A-Za-z]))")
_ROOT = re.compile(r"√\s*\{([^{}]*)\}")
_DOLLARS = re.compile(r"\$\$([^$]+)\$\$|\$(?=\S)([^$]*?\S)\$(?!\d)")
_ESCAPED_BRACKETS = re.compile(r"\\([(\[])\s*(.*?)\s*\\([)\]])")
_ESCAPED = re.compile(r"\\([%$#&_{}])")
_RAISED = re.compile(r"([\^_])\s*\{\s*([^{}]*?)\s*\}")
_TAGGED = re.compile(r"<(b|i|em|strong|u|p|code|span|answer)>([^<]*)</\1>", re.IGNORECASE)
_RAISED_TAG = re.compile(r"<(sup|sub)>([^<]*)</\1>", re.IGNORECASE)
_EMPHASISED = re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])([^_\n]*[^\s_])\1(?![\w_])")


def folded(text: str) -> str:
    r"""Return a text with each character in one form, without mark-up; letter case, spaces and line ends stay.

    Example:
        >>> folded("**McDonald’s**"), folded("$\\frac{1}{2}$"), folded("３ m²"), folded("$5.99")
        ("McDonald's", '1/2', '3 m^2', '$5.99')
    """
    while (plain := _once(text)) != text:
        text = plain
    return text


def _once(text: str) -> str:
    if text.isascii():
        text = text.replace("`", "'")
    else:
        seen = "".join(map(_letter, _UNSEEN.sub("", text)))
        text = unicodedata.normalize("NFC", alike(seen, cased=False)).translate(_ONE_FOR_ONE)
        text = _VULGAR.sub(lambda match: _in_digits(match["whole"], match["part"]), text)
        text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_POWERS), text)
    if "\\" in text or "$" in text or "{" in text:
        text = _without_latex(text)
    if "<su" in text.lower():
        text = _RAISED_TAG.sub(lambda match: ("^" if match[1].lower() == "sup" else "_") + _grouped(match[2]), text)
    for mark, pattern in (("<", _TAGGED), ("*", _EMPHASISED), ("_", _UNDERLINED)):
        text = pattern.sub(r"\2", text) if mark in text else text
    return text


def _letter(letter: str) -> str:
    """Fold one character: a digit of any script becomes an ASCII digit, an invisible character becomes empty."""
    if letter.isascii():
        return letter
    kind = unicodedata.category(letter)
    return str(unicodedata.decimal(letter)) if kind == "Nd" else "" if kind == "Cf" else letter


def _in_digits(whole: str, part: str) -> str:
    """Write a fraction that is one character in digits, after the last digit before it."""
    return (f"{whole} " if whole else "") + unicodedata.normalize("NFKC", part).replace("⁄", "/")


def _without_latex(text: str) -> str:
    text = _DEGREES.sub("°", _DOLLARS.sub(lambda match: match[1] or match[2], text))
    text = _FRACTION.sub(lambda match: "/".join(_grouped(part) for part in match.groups() if part is not None), text)
    text = _ROOT.sub(lambda match: f"√{_grouped(match[1])}", text)
    text = _RAISED.sub(lambda match: match[1] + _grouped(match[2]), _IN_WORDS.sub(r"\1", _NOTHING.sub("", text)))
    text = _ESCAPED.sub(r"\1", _ESCAPED_BRACKETS.sub(r"\2", _SIGN.sub(lambda match: _SIGNS[match[1]], text)))
    return text.replace("^°", "°")


def _grouped(part: str) -> str:
    """Put a part of a fraction in brackets if it is more than a number or a name."""
    return part.strip() if re.fullmatch(r"\s*[-+]?[\w.√]*\s*", part) else f"({part.strip()})"
