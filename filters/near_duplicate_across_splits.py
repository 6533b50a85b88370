"""Drop items if another split has the same image or a near-duplicate of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from twokeys.filters.cells import is_missing
from twokeys.filters.rule import Drops, Rule, Scope

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NearDuplicateAcrossSplits(Rule):
    """Keep each cluster of near-duplicate images in one split only.

    A cluster stays in the split that comes first in `keep`. If `keep` names none of its splits, the cluster stays in
    the split with most of its items, so that the fewest are lost; ties are resolved by the split's name. An image
    without a cluster is a separate cluster. An item with several images stays if all its images may stay.

    Attributes:
        keep: Splits in order of priority, such as `("test",)`.

    Example:
        >>> import pandas as pd
        >>> NearDuplicateAcrossSplits().decide(pd.DataFrame({
        ...     "id": ["a", "b", "c"], "split": ["train", "train", "test"],
        ...     "image_keys": [["i"], ["j"], ["j"]], "image_clusters": [["k"], ["k"], ["k"]]}))
        {'c': 'its image is also in split train, with item b'}
    """

    id = "near-duplicate-across-splits"
    summary = "the image, or nearly the same one, is in another split"
    bias = "leakage: what is tested has been trained on"
    scope: ClassVar[Scope] = "set"

    keep: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("split", "image_keys", "image_clusters")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        clusters: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        columns = (table[name] for name in ("id", *self.reads()))
        for item, split, images, of_images in zip(*columns, strict=True):
            if is_missing(split) or is_missing(images):
                continue
            for image, cluster in zip(images, images if is_missing(of_images) else of_images, strict=True):
                clusters[image if is_missing(cluster) else cluster][split][item] = image
        drops: Drops = {}
        for splits in clusters.values():
            drops |= self._drops(splits)
        return drops

    def _drops(self, splits: dict[str, dict[str, str]]) -> Drops:
        rank = {split: place for place, split in enumerate(self.keep)}
        kept, *lost = sorted(splits, key=lambda split: (rank.get(split, len(rank)), -len(splits[split]), split))
        witness: dict[str, str] = {}
        for item in sorted(splits[kept]):
            witness.setdefault(splits[kept][item], item)
        drops: Drops = {}
        for item, image in (pair for split in lost for pair in splits[split].items()):
            same = "its image is also" if image in witness else "a near-duplicate of its image is"
            drops[item] = f"{same} in split {kept}, with item {witness.get(image) or min(splits[kept])}"
        return drops
