"""Whole pairs: items that a corpus declares to be a pair or a quad, which selection keeps or drops together.

Half of a pair is worth little: a benchmark of pairs scores an item right when both halves are. Pairs are what two to
four items declare in `links`, and an item with the edits that were made of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.bounds import Ints
from twokeys.builder.measure.groups import joined
from twokeys.builder.read.corpora.image_links import IMAGE_LINK

LARGEST = 4
"""Items of a quad. A link of more is a family, such as all questions on a scene: it shares a fold, and no fate."""


def wholes(items: pd.DataFrame) -> Ints:
    """(n,) code of the pair or quad of each item; an item without one is alone.

    Args:
        items: Item table, default index, with `links` and, where pairing added items, `edit_of`.
    """
    links = items["links"].explode().dropna() if "links" in items else pd.Series(dtype=object)
    # That two questions are asked of one image makes them no pair.
    links = links[~links.astype(str).str.match(IMAGE_LINK)]
    if "edit_of" in items:
        made = items["edit_of"].dropna()
        links = pd.concat([links, "edit of " + made, "edit of " + items["id"][items["id"].isin(set(made))]])
    sizes = links.map(links.value_counts())
    pairs = links[(sizes >= 2) & (sizes <= LARGEST)]
    return joined(np.arange(len(items), dtype=np.int64), pairs)
