"""Paraphrases mined: questions that say the same are published in one wording, so that their images can be paired.

Vertices merge only where the published text does. What a person asked in other words stays beside it
(`question_asked`); the answer is the annotated one.
"""

from __future__ import annotations

import pandas as pd

from builder.embed import Embedded
from builder.encoders import TextEncoder
from builder.items import question_key
from builder.near_duplicates import paraphrases


def one_wording(items: pd.DataFrame, embedded: Embedded, encoder: TextEncoder) -> pd.DataFrame:
    """Give all questions of a paraphrase cluster the wording that is asked most often (then the first by spelling).

    Open questions only: what options say is the source's own, and a paraphrase with other options is another question.

    Args:
        items: Item table of one corpus.
        embedded: Vectors by question key.
        encoder: The encoder that made them.

    Returns:
        The items with `question`, `question_key` and `question_asked` (None where the wording is the source's).
    """
    found = items.assign(question_asked=None)
    asked = items[items["choices"].map(len) == 0]
    counts = asked["question_key"].value_counts()
    texts = asked.drop_duplicates("question_key").set_index("question_key")["question"]
    if len(texts) < 2:
        return found
    own = Embedded(pd.Index(sorted(texts.index)), embedded.vectors[embedded.of(pd.Index(sorted(texts.index)))])
    leader = pd.Series(own.keys.to_numpy()[paraphrases(own, texts, encoder).leader], index=own.keys)
    order = sorted(own.keys, key=lambda key: (-int(counts[key]), str(texts[key])))
    wording = pd.Series(texts[order].to_numpy(), index=leader[order].to_numpy())
    wording = wording[~wording.index.duplicated()]
    new = asked["question_key"].map(leader).map(wording)
    changed = new.index[new != asked["question"]]
    found.loc[changed, "question_asked"] = asked.loc[changed, "question"]
    found.loc[changed, "question"] = new[changed]
    found.loc[changed, "question_key"] = [question_key(text, []) for text in new[changed]]
    return found


def merged(items: pd.DataFrame) -> pd.Series[str]:
    """Why items go because their wording became another's: the same question stands about the same picture already.

    Args:
        items: Item table with `question_asked`, sorted by id.

    Returns:
        Id -> reason.
    """
    place = items["question_key"] + " " + items["image_key"]
    touched = items["question_asked"].notna().groupby(place).transform("any") & place.duplicated(keep=False)
    reasons: dict[str, str] = {}
    for _, same in items[touched].groupby(place, sort=True):
        if same["compared"].nunique() > 1:
            reasons |= dict.fromkeys(same["id"], "paraphrases about the same picture have other answers")
            continue
        # The item that keeps its wording stays.
        ordered = same.sort_values(["question_asked", "id"], na_position="first", key=_asked)
        first = ordered["id"].iloc[0]
        reasons |= dict.fromkeys(ordered["id"].iloc[1:], f"a paraphrase about the same picture is there: {first}")
    return pd.Series(reasons, dtype=object)


def _asked(column: pd.Series[str]) -> pd.Series[str]:
    return column.notna().astype(str) if column.name == "question_asked" else column
