"""Plain lexical features of questions and options: no template, no parser, no label.

Every feature is a function of the text and of the frequencies of words in the corpus. Labels are not used, so one
matrix serves all folds, and the leak test (shuffled labels give chance) holds by construction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WORDS = 64
"""Most frequent words of the corpus, each of which gets an indicator."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NEGATIONS = frozenset({"no", "not", "never", "without", "nor", "neither", "none"})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def text_features(texts: Sequence[str]) -> Floats:
    """(n, 10 + up to `WORDS`) features of each text alone."""
    split = [_WORD.findall(text.lower()) for text in texts]
    frequency = Counter(word for words in split for word in words)
    # Ordered by frequency, ties by spelling: the same corpus gives the same columns.
    ranked = sorted(frequency, key=lambda word: (-frequency[word], word))
    rank = {word: position for position, word in enumerate(ranked)}
    column = {word: position for position, word in enumerate(ranked[:WORDS])}
    features = np.zeros((len(texts), 10 + len(column)), dtype=np.float32)
    for row, (text, words) in enumerate(zip(texts, split, strict=True)):
        ranks = [rank[word] for word in words] or [-1]
        features[row, :10] = (
            len(text),
            len(words),
            len(text) / max(len(words), 1),
            ranks[0],
            ranks[1] if len(ranks) > 1 else -1,
            ranks[-1],
            max(ranks),
            len(_NUMBER.findall(text)),
            sum(word in _NEGATIONS for word in words),
            "or" in words,
        )
        for word in set(words) & column.keys():
            features[row, 10 + column[word]] += 1
    return features


OPTION_FEATURES = (
    "characters",
    "words",
    "length rank",
    "is the longest",
    "is the shortest",
    "length relative to the mean",
    "numeric rank",
    "words shared with the question",
    "words shared with the other options",
    "negations",
    "number of options",
    "ends in a mark",
)


def option_features(context: str, options: Sequence[str]) -> Floats:
    """(number of options, len(`OPTION_FEATURES`)) differences between each option and its competitors."""
    words = [frozenset(_WORD.findall(option.lower())) for option in options]
    context_words = frozenset(_WORD.findall(context.lower()))
    length = np.array([len(option) for option in options], dtype=float)
    numbers = [_NUMBER.fullmatch(option.strip().rstrip("%").lstrip("$")) for option in options]
    value = np.array([float(number.group()) if number else np.nan for number in numbers])
    rows = []
    for index, option in enumerate(options):
        others = [other for position, other in enumerate(words) if position != index]
        shared = np.mean([len(words[index] & other) / max(len(words[index] | other), 1) for other in others])
        rows.append(
            (
                length[index],
                len(words[index]),
                (length < length[index]).mean(),
                length[index] == length.max() and (length == length.max()).sum() == 1,
                length[index] == length.min() and (length == length.min()).sum() == 1,
                length[index] / max(length.mean(), 1.0),
                np.mean(value < value[index]) if not np.isnan(value).any() else -1.0,
                len(words[index] & context_words) / max(len(words[index]), 1),
                shared,
                len(words[index] & _NEGATIONS),
                len(options),
                not option[-1:].isalnum(),
            )
        )
    return np.array(rows, dtype=np.float32)
