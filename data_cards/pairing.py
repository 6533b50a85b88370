"""What the stage `pair` did, as the manifest states it: kinds of partners, judges, and how far these can be trusted."""

from __future__ import annotations

from pydantic import Field

from twokeys.data_cards.blindness import Blindness
from twokeys.data_cards.fact import Fact


class PairKind(Fact):
    """What became of one kind of constructed partner."""

    kind: str
    made: int
    refused: dict[str, int]
    """Reason, numbers left out -> edits refused for it."""
    added: int
    """Went on to balance."""
    published: int
    """Are in the balanced set."""


class RetrievedKind(Fact):
    """Retrieved partners of one kind: what their judge understood, and how far it can be trusted."""

    kind: str
    understood: int
    """Annotated items whose question the judge understands."""
    before: int
    """Those of them that can be balanced without any retrieved partner."""
    balanced: int
    """Those of them that are in the balanced set."""
    checked: int
    """Annotated items about whose own image the judge can tell the answer."""
    agreed: int
    """Those of them for which it tells the annotated answer; the others get no partner.

    Answers of partners are wrong more often: candidates are looked for by an answer, and wrong annotations give just
    the answers that are rare. Of annotations of real photos, 1 % of which were made wrong, the answers of 3 % of the
    partners followed, though 99.6 % of the items agreed.
    """
    askable: int
    """Those of them about whose question the judge tells another answer of some image of the pool: a partner could be
    found. If models tell the answers: items that got a candidate."""
    met: int
    """Those of them that are in the balanced set."""
    spare: int
    """Sound candidates that balance does not need: they are not published."""
    absence: str
    """What it means that an object is not annotated; empty if no annotations tell the answers."""
    files: dict[str, str] = Field(default_factory=dict)
    """Files from which the answers follow, as the recipe names them -> SHA-256; empty if models tell them."""


class Precision(Fact):
    """How often models are right about what they verify: claims about annotated items that did not decide on fitness.

    Annotated answers are themselves wrong at times, and what is verified is about images nearer to the original's than
    those of other items.
    """

    source: str
    margin: float
    """Nats by which every model must prefer an answer."""
    used: bool
    """Whether this is the margin by which edits were verified."""
    items: int
    """Annotated items that models were asked about."""
    claims: int
    """Answers that were claimed: the annotated ones and their rivals."""
    passed: int
    """Those that every model prefers by the margin."""
    right: int
    """Those of them that are annotated."""
    low: float
    """Wilson interval of the share of right ones among those that pass."""
    high: float


class Pairing(Fact):
    """What the stage `pair` mined and constructed."""

    reworded: int
    """Items of the source that are published, or were balanced, in the wording of a paraphrase."""
    merged: int
    """Annotated items that were removed because a paraphrase about the same image was there."""
    kinds: list[PairKind]
    retrieved: list[RetrievedKind] = Field(default_factory=list)
    precision: list[Precision] = Field(default_factory=list)
    """By corpus and margin; empty if models verified nothing."""
    before: Blindness
    """On what the rules left, baselines as fitted on all items read."""
    after: Blindness
    """On what pairing made of it, baselines fitted anew: a generator must not open a shortcut."""
