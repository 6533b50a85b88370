"""The manifest: everything that a published folder claims, as one validated object.

The builder fills it, card and plots are drawn from it alone, and `twokeys verify` recounts it from the rows.
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
FORMAT = 2
"""Of the published folder: raised when what reads one could not read an older one."""


class SplitCount(Fact):
    """Rows of one split of one source."""

    split: str
    rows: int
    set_aside: int


class Origin(Fact):
    """Where a corpus or a pool is from, and under which terms."""

    name: str
    format: str
    revision: str
    license: str
    license_link: str | None
    citation: str
    homepage: str
    notice: str = ""
    """What the licence wants kept with copies, such as its copyright line."""
    files: dict[str, str]
    """Official file -> SHA-256."""


class Source(Origin):
    """One corpus: what was read."""

    splits: list[SplitCount]


class PoolSource(Origin):
    """One pool: images among which partners were looked for; `files` is empty if it is a folder of images."""

    named: int
    """Images that it names."""
    read: int
    """Distinct images of it that can be used, without those of pools before it."""
    left_out: dict[str, int]
    """Reason, names and numbers left out -> images, or rows that name none, which cannot be used for it."""
    published: int
    """Images of it, and of no corpus, that are published."""
    told: bool = False
    """Whether its images could be told from those of the corpora, so that it is left out."""


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
    """One removed item, to be shown."""

    id: str
    question: str
    answer: str
    reason: str


class Effect(Fact):
    """Accuracy of one baseline on what a rule kept, beside a control that dropped as many items at random."""

    baseline: str
    before: float
    after: float
    control: float
    control_low: float
    control_high: float


class RuleReport(Fact):
    """What one rule did."""

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
    """Retrieved partners among those kept: they weigh nothing, and are as few as balance needs."""
    weight: int
    bound: int
    """No balanced subset of the part weighs more."""
    solved: dict[str, int]
    """Connected components by the solver that decided them."""

    @property
    def gap(self) -> float:
        """Relative distance to the bound; 0 means that no balanced subset is larger."""
        return (self.bound - self.weight) / self.bound if self.bound else 0.0


class OptionPlaces(Fact):
    """What decides the order of options, in items: of those that were read, and of rows that could not be."""

    free: int
    """The order is chosen, so that letters balance too."""
    pinned: int
    """An option is a letter, or carries one, and stands at its place."""
    source: int
    """An option, or the question, speaks of other options or of places: the order is that of the source."""
    set_aside: int
    """Rows whose letters stand out of their places beside options that speak of others."""


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
    """What balance is expected to make of wrong labels: they were planted as often as stated, and counted again."""

    stated: dict[str, float]
    """Corpus -> share of its labels that are said to be wrong."""
    read: float
    """Share of planted wrong labels among what went on to balance, mean over draws."""
    kept: float
    """Share of them in the balanced set, mean over draws."""
    low: float
    """Smallest over draws."""
    high: float
    """Largest over draws."""
    draws: int


class AskedModel(Fact):
    """A served model that was asked, as far as its server and its replies tell."""

    role: str
    """What it was asked for, such as `language`."""
    model: str
    """Its name, as the server was asked for it."""
    server: str
    named: list[str]
    """What the server calls the model itself."""
    way: str
    prompts: list[str]
    """Prompts, with `{question}` and `{option}` in the place of texts."""
    samples: int
    replies: int
    """Replies that the run folder keeps of it."""
    prompt_tokens: int
    reply_tokens: int
    first: str
    """Day of the first reply."""
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
    """Package -> version, of those that decide what is in the rows."""
    build_key: str
    recipe: dict[str, Any]
    encoders: dict[str, str]
    asked: list[AskedModel] = Field(default_factory=list)
    """Served models; what they replied was seen by the builder alone."""
    panel: Panel | None = None
    """What a panel of models answers without the images; None where the recipe names none."""
    confidence: float
    sources: list[Source]
    pools: list[PoolSource] = Field(default_factory=list)
    """Empty if no generator looked for partners in them."""
    groups: list[GroupKind]
    funnel: list[Step]
    rules: list[RuleReport]
    max_share: float
    balance: list[BalancePart]
    label_noise: LabelNoise | None = None
    """None where the recipe states nothing of wrong labels."""
    before: Blindness
    """On all items that were read."""
    after: Blindness
    """On the published `balanced` config."""
    categories_before: Categories | None = None
    """Of all items that were read; None in a folder of an older version."""
    categories_after: Categories | None = None
    """The same categories of the published `balanced` config."""
    partners: Partners
    options: OptionPlaces | None = None
    """None where no item has options."""
    audited: AuditedTier | None = None
    """None where the recipe asks for the balanced tier alone."""
    pairs: Pairing | None = None
    """None where the recipe pairs nothing."""
    configs: dict[str, Config]
    unique_image_bytes: int
    files: dict[str, str]
    """Every other file of the folder -> SHA-256."""

    @property
    def origins(self) -> list[Origin]:
        """What the published rows are from: all corpora, and the pools of which an image is published."""
        return [*self.sources, *(pool for pool in self.pools if pool.published)]

    @property
    def rows_read(self) -> int:
        """Rows of all sources, the ones set aside included."""
        return sum(split.rows for source in self.sources for split in source.splits)

    @property
    def set_aside(self) -> int:
        """Rows that could not be read as items."""
        return sum(split.set_aside for source in self.sources for split in source.splits)

    @property
    def by_majority(self) -> list[str]:
        """Sources that name no gold: what most annotators said is it (`twokeys.core.answers.majority`)."""
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
        """Canonical JSON text of the file, its own digest included."""
        body = self.model_dump(mode="json")
        return _dump(body | {"digest": _digest(body)})

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read a folder's manifest.

        Raises:
            ValueError: When the text is not exactly what `text` would write, because somebody edited it; or when a
                version of twokeys wrote the folder that this one cannot read.
        """
        text = (folder / FILE).read_text(encoding="utf-8")
        body = json.loads(text)
        said = body.pop("digest", None) if isinstance(body, dict) else None
        if said != _digest(body) or text != _dump(body | {"digest": said}):
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
