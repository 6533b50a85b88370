"""Find what a reply states as its answer: in a sentence, a heading, a box, a JSON field, or a label on its last line.

The last statement counts. Text that models write around an answer (thoughts, end marks, an opening) is removed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from twokeys.core.answers.folding import folded
from twokeys.core.answers.labels import in_latin, letters

STATED = re.compile(
    r"(?:(?:answer|choice|option|selection|letter)s?(?: (?:to|for) (?:(?:the|this|your) \w+|that|this|it))?"
    r"(?: (?:that|which) (?!is|are|was)(?:\w+ ){1,4}?(?=is ))?\s*"
    r"(?:is|are|would be|should be|must be|:|=| - )+"
    r"|\b(?:i(?:'d| would| will|'ll)?|let's|let us) (?:choose|pick|select|go with)\b"
    r"|\b(?:antwort|réponse|respuesta|resposta|risposta|antwoord|ответ|đáp án|jawaban|cevap|odpowiedź)"
    r"(?: (?:correcte|correcta|corretta|correta|exacte|đúng))?\s*(?:ist|est|es|é|è|is|là|adalah|to|:|=| - )"
    r"(?: (?:la|le|el|a|die)?(?: ?(?:opción|option|opção|opzione|letra|lettre|lettera))?(?= \(?(?-i:[A-Z])\)?\W*$))?"
    r"|(?:答案|回答|答え|正解|정답|답|उत्तर|الإجابة|الجواب|ค(?:ำ|ํา)ตอบ)\s*(?:(?:应该是|是|为|為|は|은|है|هي|هو|คือ)\s*:?|:)"
    r"|(?<![不没沒别別是会會])[选選](?:项|項|择|擇|択)?(?:是|为|為)?\s*:?\s*(?=\(?[A-Z](?![A-Za-z]))"
    r"|\bans\b\.?\s*(?:is\b|[:=])|\bans\.\s+(?=\S)|\b(?:conclusion|verdict)\s*(?:is\b|:)"
    r"|(?:^|\n)[#>\s]*(?:(?:the|final|correct|short|direct|my) )*answer *\n"
    r"|\bbased on (?:the|this) (?:image|picture|photo),)"
    r"\s*(?:(?:most )?(?:likely|probably|clearly|definitely|therefore) )?(?:option |choice |letter )?\s*"
    r"(?=[^\s.]|\.\d)",
    re.IGNORECASE,
)
"""Words that introduce a stated answer; the match ends where the answer begins."""
_NOT_MEANT = re.compile(
    r"(?:\b(?:wrong|incorrect|false|unlikely|worst|rejected|second|least(?: \w+)?|not (?:the|an?|my)(?: \w+)?)"
    r"|(?:n't|\b(?:not|doubt|if|whether|never|wrong|incorrect|suppose|assuming|nor))"
    r"(?: (?:to|say|said|think|believe|claim|know|sure|see|that|the|this|my|correct|right|best|final|be|likely"
    r"|possible))*) *$",
    re.IGNORECASE,
)
"""Words before "the answer is" that deny, doubt or merely suppose the answer."""
_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|<answer>([^<]*)</answer>")
_FIELD = re.compile(
    r"[\"'](?P<name>(?:(?:final|correct|best|predicted|selected|chosen|my|your)[_ -]?)?"
    r"(?:answer|choice|option|selection|prediction|response|result|letter)(?:[_ -]?(?:letter|choice|option|text))?)"
    r"[\"']\s*:\s*(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^'\\]|\\.)*)'|\[(?P<several>[^\[\]{}]*)\]"
    r"|(?P<bare>-?\d[\d.]*|true|false)\b)",
    re.IGNORECASE,
)
"""A field that is named after an answer, in JSON or in a printed Python dictionary."""
_ONLY_FIELD = re.compile(
    r"^(?:```\w*\s)?\s*\{\s*[\"'][\w -]+[\"']\s*:\s*[\"']?([^\"'{}\[\],:]+)[\"']?\s*\}\s*(?:```)?$"
)
"""JSON of a single field."""
_THOUGHT = re.compile(
    r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)|<\|[a-z_]+\|>|</?s>|^assistant\s*:?\s*\n", re.DOTALL | re.IGNORECASE
)
_OPENING = re.compile(
    r"(?:(?:sure|certainly|of course|okay|great question)\s*[!.]\s+|#+ *answer:?\s*\n|```\w*\n)+", re.IGNORECASE
)
_STRUCK = re.compile(r"~~[^~\n]+~~(?=.*\w)", re.DOTALL)
_BLANKS = re.compile(r"[^\S\n]+")
_PICTOGRAMS = "✅✔☑✓👉➡→►▶•▪●"
_POINTED = re.compile(
    rf"(?:[{_PICTOGRAMS}]\ufe0f?\s*(?=.*\w)|(?:>+|#+|[-*])[^\S\n]+(?=[(\[\"']?[^\W\d_])|#+[^\S\n]+(?=\([A-Z]\)))+",
    re.DOTALL,
)
"""A mark of a list, a quotation or a heading, or an arrow, in front of the answer."""
_TICKED = re.compile(
    rf"(?<=\w|[.)\]!])\s*[{_PICTOGRAMS}\ufe0f\U0001f300-\U0001faff\u2600-\u2704\u2728\u2764]+$|(?<=\w|[.!]) [:;]-?[)D]$"
)
_LABELLED_LINE = re.compile(r"(?:option |answer )?[(\[]?[A-HJ-Z](?:[)\]]|[.:](?=\s|$)|$).*")
_DENIED_NEXT = re.compile(r"(?:n't|\b(?:not|wrong|incorrect|except|nor))\b[^.!?]*$", re.IGNORECASE)
_COPULA = re.compile(r"^([\"(]?[A-Z][\")]?)\s*(?:です|でした|になります|だ|입니다|이다|예요)(?!\w)")
LONGEST = 4000
"""Characters of a very long reply that are read: this many at its beginning, and this many at its end."""


@lru_cache(1 << 12)
def stated(reply: str) -> str:
    r"""Return a reply from its last statement of an answer on; the whole reply if it states none.

    Example:
        >>> stated('{"answer": "B", "why": "It is blue."}'), stated("It looks blue.\n\n**B**"), stated("> B")
        ('B', 'B', 'B')
    """
    whole = tidy(reply)
    boxed = [first or second for first, second in _BOXED.findall(whole)]
    text = folded(boxed[-1] if boxed else _field(whole) or whole)
    start = _start(text)
    text = text[start:] if start else _last_line(text) or text
    return in_latin(unwrapped(_COPULA.sub(r"\1", text[:LONGEST])))


def tidy(reply: str) -> str:
    """Return a reply without the text around its answer (thoughts, end marks, an opening), with single spaces.

    Example:
        >>> tidy("<think>Is it red?</think>Sure!  Blue</s>")
        'Blue'
    """
    text = _BLANKS.sub(" ", reply)
    plain = _THOUGHT.sub("", text) if "<" in text or text[:9].lower() == "assistant" else text
    plain = _STRUCK.sub("", plain) if "~~" in plain else plain
    plain = _OPENING.sub("", plain.strip(), count=1).strip() or text.strip()
    return plain if len(plain) <= 2 * LONGEST else f"{plain[:LONGEST]}\n{plain[-LONGEST:]}"


def as_written(reply: str) -> str:
    """Return what a reply states as its answer, with unchanged characters; the whole reply if it states none.

    Example:
        >>> as_written("The answer is  x².")
        'x².'
    """
    text = tidy(reply)
    return " ".join(text[_start(text) :][:LONGEST].split())


def _start(text: str) -> int:
    """Position of the last answer that a text states and does not deny or suppose; 0 if it states none."""

    def meant(statement: re.Match[str]) -> bool:
        return not _NOT_MEANT.search(text[max(statement.start() - 60, 0) : statement.start()])

    ends = [statement.end() for statement in STATED.finditer(text) if meant(statement)]
    return ends[-1] if ends else 0


def unwrapped(text: str) -> str:
    """Return a text without quotation marks around it, without list marks before it and without ticks after it.

    Example:
        >>> unwrapped('"stop"'), unwrapped("- B ✅"), unwrapped("> 5"), unwrapped("→")
        ('stop', 'B', '> 5', '→')
    """
    text = text.strip()
    text = _TICKED.sub("", text[pointed.end() :] if (pointed := _POINTED.match(text)) else text)
    for mark in "\"'":
        if len(text) > 2 and text[0] == mark and text.find(mark, 1) in (-1, len(text) - 1):
            return text.strip(mark).strip()
    return text


def _field(text: str) -> str:
    """Return the value of the last field that is named after an answer, if a reply holds JSON; else nothing."""
    if "{" not in text:
        return ""
    fields = [field for field in _FIELD.finditer(text) if "{" in text[: field.start()]]
    named = [field for field in fields if "answer" in field["name"].lower()] or fields
    if not named:
        return only[1] if (only := _ONLY_FIELD.search(text)) else ""
    inner = next((named[-1][kind] for kind in ("double", "single", "bare") if named[-1][kind] is not None), None)
    value = re.sub(r"[\"']", "", named[-1]["several"]) if inner is None else inner
    return re.sub(r"\\([\"'\\/])", r"\1", value.replace("\\n", "\n"))


def _last_line(text: str) -> str:
    """Return the last line if it is the only line that names an option by its letter; else nothing."""
    *before, last = [line for line in map(unwrapped, text.split("\n")) if line] or [""]
    if not before or not _LABELLED_LINE.fullmatch(last) or len(letters(last)) != 1:
        return ""
    return "" if any(letters(line) for line in before) or _DENIED_NEXT.search(before[-1]) else last
