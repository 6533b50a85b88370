"""Paraphrases mined: questions that say the same are published in one wording, so that their images can be paired.

Vertices merge only where the published text does. Questions say the same where they differ in harmless changes alone
(`twokeys.builder.pair.wording`). What a person asked in other words stays beside it (`question_asked`).
Nobody answered the wording that is published, so the item is `constructed`: the change is one that keeps the answer.
"""

from __future__ import annotations

import pandas as pd

from twokeys.builder.pair.wording import plain
from twokeys.core.items import question_key


def one_wording(items: pd.DataFrame) -> pd.DataFrame:
    """Give all questions that say the same the wording that is asked most often (then the first by spelling).

    Open questions only: what options say is the source's own, and a paraphrase with other options is another question.

    Args:
        items: Item table; one wording serves all its corpora.

    Returns:
        The items with `question`, `question_key`, `answer_source`, and `question_asked` (None where the wording is the
        source's).
    """
    found = items.assign(question_asked=None)
    asked = items[items["choices"].map(len) == 0]
    texts = asked.groupby("question").size().rename("count").reset_index()
    texts["plain"] = texts["question"].map(plain)
    ordered = texts.sort_values(["count", "question"], ascending=[False, True])
    wording = ordered.drop_duplicates("plain").set_index("plain")["question"]
    new = asked["question"].map(texts.set_index("question")["plain"]).map(wording)
    changed = new.index[new != asked["question"]]
    found.loc[changed, "question_asked"] = asked.loc[changed, "question"]
    found.loc[changed, "question"] = new[changed]
    found.loc[changed, "question_key"] = [question_key(text, []) for text in new[changed]]
    found.loc[changed, "answer_source"] = "constructed"
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
