"""The manifest: all claims of a published folder, as one validated object.

The builder fills the manifest. The card and the plots are made from it alone. `twokeys verify` recounts it from the
rows.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from twokeys.data_cards.audited import AuditedTier
from twokeys.data_cards.blindness import Blindness
from twokeys.data_cards.categories import Categories
from twokeys.data_cards.fact import Fact
from twokeys.data_cards.pairing import Pairing
from twokeys.data_cards.panel import Panel

if TYPE_CHECKING:
    from pathlib import Path

FILE = "manifest.json"
SIGNATURE = f"{FILE}.minisig"
"""File of the signature, if somebody signed the manifest; it lies beside it, and no manifest lists it."""
FORMAT = 2
"""Format of the published folder; it grows if new code cannot read older folders."""


class SplitCount(Fact):
    """Rows of one split of one source."""

    split: str
    rows: int
    set_aside: int


class Origin(Fact):
    """The origin of a corpus or a pool, and its terms."""

    name: str
    format: str
    revision: str
    license: str
    license_link: str | None
    citation: str
    homepage: str
    notice: str = ""
    """The text that must stay with copies under the licence, such as a copyright line."""
    files: dict[str, str]
    """Official file -> SHA-256."""


class Source(Origin):
    """One corpus, with the rows that were read."""

    splits: list[SplitCount]


class PoolSource(Origin):
    """One pool: images that were searched for partners; `files` is empty if the pool is a folder of images."""

    named: int
    """Images that the pool lists."""
    read: int
    """Distinct usable images of the pool that are in no earlier pool."""
    left_out: dict[str, int]
    """Reason without names and numbers -> images, or rows that name no image, which are unusable for this reason."""
    published: int
    """Published images of the pool that are in no corpus."""
    told: bool = False
    """Whether a classifier can distinguish its images from the images of the corpora, so that the pool is left out."""


class GroupKind(Fact):
    """One kind of link that joins items into the groups which share a fold."""

    source: str
    kind: str
    threshold: float | None
    """Calibrated similarity from which two keys are linked; None for exact links."""
    links: int
    """Keys that join two or more items."""
    largest_share: float
    """Share of the source's items in the largest group that this kind would make."""
    used: bool
    note: str


class Example(Fact):
    """One removed item, as an example."""

    id: str
    question: str
    answer: str
    reason: str


class Effect(Fact):
    """Accuracy of a baseline on the items that a rule kept, and of a control that dropped as many items at random."""

    baseline: str
    before: float
    after: float
    control: float
    control_low: float
    control_high: float


class RuleReport(Fact):
    """The results of one rule."""

    id: str
    version: int
    summary: str
    bias: str
    citation: str
    parameters: dict[str, Any]
    seen: int
    dropped: int
    examples: list[Example]
    effects: list[Effect]


class BalancePart(Fact):
    """The largest balanced set of one part of the items, such as one split."""

    part: dict[str, str]
    items: int
    kept: int
    retrieved: int = 0
    """Retrieved partners among the kept items: they have no weight, and are as few as balance needs."""
    weight: int
    bound: int
    """An upper bound on the weight of any balanced subset of the part."""
    solved: dict[str, int]
    """Solver -> the connected components that it decided."""

    @property
    def gap(self) -> float:
        """Relative distance to the bound; at 0 no balanced subset weighs more."""
        return (self.bound - self.weight) / self.bound if self.bound else 0.0


class OptionPlaces(Fact):
    """What decides the order of options, as numbers of items and of rows that could not be read."""

    free: int
    """The build chooses the order, so that letters balance, too."""
    pinned: int
    """An option is a letter, or has a letter, and stands at the place of this letter."""
    source: int
    """An option or the question refers to other options or to places: the order of the source is kept."""
    set_aside: int
    """Rows whose options refer to others while a letter stands at a wrong place."""


class Step(Fact):
    """One step of the funnel."""

    stage: Literal["read", "filter", "pair", "balance"]
    name: str
    removed: int
    left: int
    added: int = 0
    """Constructed items that the step added."""


class Config(Fact):
    """One config of the published folder."""

    version: str
    fingerprint: str
    splits: dict[str, int]
    """Split -> rows."""


class Partners(Fact):
    """Counterfactual partners inside the published set."""

    image_partners: int
    question_partners: int
    both: int
    quads: int


class LabelNoise(Fact):
    """The expected effect of balance on wrong labels: they were planted at the stated rate, then counted."""

    stated: dict[str, float]
    """Corpus -> the stated share of wrong labels."""
    read: float
    """Share of planted wrong labels among the items before balance, mean over draws."""
    kept: float
    """Share of planted wrong labels in the balanced set, mean over draws."""
    low: float
    """Smallest over draws."""
    high: float
    """Largest over draws."""
    draws: int


class AskedModel(Fact):
    """A served model that was asked, as described by its server and its replies."""

    role: str
    """The use of the model, such as `language`."""
    model: str
    """The model's name in requests to the server."""
    server: str
    named: list[str]
    """The names that the server reports for the model."""
    way: str
    prompts: list[str]
    """Prompts, with the placeholders `{question}` and `{option}`."""
    samples: int
    replies: int
    """Replies of the model in the run folder."""
    prompt_tokens: int
    reply_tokens: int
    first: str
    """The day of the first reply."""
    last: str


class Manifest(Fact):
    """All claims of a published folder."""

    format: Literal[2] = 2
    name: str
    title: str
    description: str
    homepage: str
    authors: list[str]
    twokeys: str
    packages: dict[str, str]
    """Package -> version, for the packages that affect the rows."""
    build_key: str
    recipe: dict[str, Any]
    encoders: dict[str, str]
    asked: list[AskedModel] = Field(default_factory=list)
    """Served models; only the builder saw their replies."""
    panel: Panel | None = None
    """The answers of a panel of models without the images; None if the recipe names no panel."""
    confidence: float
    sources: list[Source]
    pools: list[PoolSource] = Field(default_factory=list)
    """Empty if no generator searched pools for partners."""
    groups: list[GroupKind]
    funnel: list[Step]
    rules: list[RuleReport]
    max_share: float
    balance: list[BalancePart]
    label_noise: LabelNoise | None = None
    """None if the recipe states no rate of wrong labels."""
    before: Blindness
    """Blindness of all items that were read."""
    after: Blindness
    """Blindness of the published `balanced` config."""
    categories_before: Categories | None = None
    """Categories of all items that were read; None in a folder of an older version."""
    categories_after: Categories | None = None
    """The same categories of the published `balanced` config."""
    partners: Partners
    options: OptionPlaces | None = None
    """None if no item has options."""
    audited: AuditedTier | None = None
    """None if the recipe requests only the balanced tier."""
    pairs: Pairing | None = None
    """None if the recipe pairs nothing."""
    configs: dict[str, Config]
    unique_image_bytes: int
    files: dict[str, str]
    """Every other file of the folder -> SHA-256."""

    @property
    def origins(self) -> list[Origin]:
        """The origins of the published rows: all corpora, and every pool with a published image."""
        return [*self.sources, *(pool for pool in self.pools if pool.published)]

    @property
    def rows_read(self) -> int:
        """Rows of all sources, including rows that were set aside."""
        return sum(split.rows for source in self.sources for split in source.splits)

    @property
    def set_aside(self) -> int:
        """Rows that could not be read as items."""
        return sum(split.set_aside for source in self.sources for split in source.splits)

    @property
    def by_majority(self) -> list[str]:
        """Sources without a gold: it is the answer of most annotators (`twokeys.core.answers.majority`)."""
        return [
            str(corpus["name"])
            for corpus in self.recipe.get("corpora", [])
            if (corpus.get("columns") or {}).get("answer", "") is None
            or (corpus.get("options") or {}).get("gold") == "majority"
        ]

    @property
    def kept(self) -> int:
        """Published items: rows of the config `balanced`."""
        return sum(self.configs["balanced"].splits.values()) if "balanced" in self.configs else 0

    def text(self) -> str:
        """Return the canonical JSON text of the file, including its digest."""
        body = self.model_dump(mode="json")
        return _dump(body | {"digest": _digest(body)})

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read a folder's manifest.

        Raises:
            ValueError: If somebody edited the file, so that it differs from the output of `text`; or if a version of
                twokeys wrote the folder whose format this version cannot read.
        """
        text = (folder / FILE).read_text(encoding="utf-8")
        body = json.loads(text)
        digest = body.pop("digest", None) if isinstance(body, dict) else None
        if digest != _digest(body) or text != _dump(body | {"digest": digest}):
            raise ValueError(f"{FILE} was edited: its digest does not fit its content")
        if body.get("format") != FORMAT:
            raise ValueError(
                f"a folder of format {body.get('format')}, this version of twokeys reads {FORMAT}: "
                "build the folder again with this version"
            )
        return cls.model_validate(body)


def _dump(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(_dump(body).encode()).hexdigest()
