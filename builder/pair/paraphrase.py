"""Mined paraphrases: questions of the same meaning are published in the same wording, so that images can be paired.

Vertices of the item graph merge only if the published text is the same. Questions have the same meaning if they differ
only in harmless changes (`twokeys.builder.pair.wording`). The annotated wording is published, too (`question_asked`).
No annotator answered the new wording, so that the item is `constructed`: the change keeps the answer.
"""

from __future__ import annotations

import pandas as pd

from twokeys.builder.pair.wording import plain
from twokeys.core.items import question_key


def one_wording(items: pd.DataFrame) -> pd.DataFrame:
    """Give all questions of the same meaning their most frequent wording (then the first in alphabetical order).

    Only open questions are reworded: options keep their wording, and other options make another question.

    Args:
        items: Item table; all its corpora get the same wording.

    Returns:
        The items with `question`, `question_key`, `answer_source`, and `question_asked` (None if the wording did not
        change).
    """
    reworded = items.assign(question_asked=None)
    open_ = items[items["choices"].map(len) == 0]
    texts = open_.groupby("question").size().rename("count").reset_index()
    texts["plain"] = texts["question"].map(plain)
    ordered = texts.sort_values(["count", "question"], ascending=[False, True])
    wording = ordered.drop_duplicates("plain").set_index("plain")["question"]
    new = open_["question"].map(texts.set_index("question")["plain"]).map(wording)
    changed = new.index[new != open_["question"]]
    reworded.loc[changed, "question_asked"] = open_.loc[changed, "question"]
    reworded.loc[changed, "question"] = new[changed]
    reworded.loc[changed, "question_key"] = [question_key(text, []) for text in new[changed]]
    reworded.loc[changed, "answer_source"] = "constructed"
    return reworded


def merged(items: pd.DataFrame) -> pd.Series[str]:
    """Why reworded items are removed: another item asks the same question about the same image.

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
