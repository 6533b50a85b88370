"""Whole pairs: items that a corpus declares to be a pair or a quad; selection keeps or drops them together.

Half of a pair is worth little: a benchmark of pairs counts a pair as right only if both halves are. Two to four items
with the same link in `links` are a pair, and so are an item and its edits.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.bounds import Ints
from twokeys.builder.measure.groups import joined
from twokeys.builder.read.corpora.image_links import IMAGE_LINK

LARGEST = 4
"""Items of a quad. More items with one link, such as all questions on a scene, only share a fold."""


def wholes(items: pd.DataFrame) -> Ints:
    """(n,) code of the pair or quad of each item; any other item has a code for itself.

    Args:
        items: Item table, default index, with `links` and, if pairing added items, `edit_of`.
    """
    links = items["links"].explode().dropna() if "links" in items else pd.Series(dtype=object)
    # Two questions about one image are no pair.
    links = links[~links.astype(str).str.match(IMAGE_LINK)]
    if "edit_of" in items:
        made = items["edit_of"].dropna()
        links = pd.concat([links, "edit of " + made, "edit of " + items["id"][items["id"].isin(set(made))]])
    sizes = links.map(links.value_counts())
    pairs = links[(sizes >= 2) & (sizes <= LARGEST)]
    return joined(np.arange(len(items), dtype=np.int64), pairs)
