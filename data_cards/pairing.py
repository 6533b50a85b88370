"""The stage `pair` in the manifest: kinds of partners, judges, and how often these are right."""

from __future__ import annotations

from pydantic import Field

from twokeys.data_cards.blindness import Blindness
from twokeys.data_cards.fact import Fact


class PairKind(Fact):
    """Constructed partners of one kind."""

    kind: str
    made: int
    refused: dict[str, int]
    """Reason without numbers -> the number of edits refused for it."""
    added: int
    """Partners that went on to balance."""
    published: int
    """Partners in the balanced set."""


class RetrievedKind(Fact):
    """Retrieved partners of one kind: the questions that their judge understands, and how often it is right."""

    kind: str
    understood: int
    """Annotated items whose question the judge understands."""
    before: int
    """Understood items that can be balanced without any retrieved partner."""
    balanced: int
    """Understood items that are in the balanced set."""
    checked: int
    """Annotated items for which the judge can determine the answer about the item's image."""
    agreed: int
    """Checked items for which the judge gives the annotated answer; the others get no partner.

    Answers of partners are wrong more often: a search for images with a rare answer finds images with wrong
    annotations. When 1 % of the annotations of real photos were made wrong, 99.6 % of the items agreed, but 3 % of the
    partners had wrong answers.
    """
    askable: int
    """Agreed items for which the pool holds an image about which the judge gives another answer, so that a partner is
    possible. If the judges are models: items with a candidate."""
    met: int
    """Askable items that are in the balanced set."""
    spare: int
    """Sound candidates that balance does not need; they are not published."""
    absence: str
    """The meaning of an object without annotation; empty if the answers follow from no annotations."""
    files: dict[str, str] = Field(default_factory=dict)
    """Files from which the answers follow, as named in the recipe -> SHA-256; empty if the judges are models."""


class Precision(Fact):
    """How often models are right about answers that they verify, on annotated items that did not decide on fitness.

    This is an estimate: some annotated answers are wrong, and the images of edits are more similar to the original
    image than the images of other items.
    """

    source: str
    margin: float
    """Nats by which every model must prefer an answer."""
    used: bool
    """Whether edits were verified with this margin."""
    items: int
    """Annotated items about which the models were asked."""
    claims: int
    """Claimed answers: annotated answers and their rivals."""
    passed: int
    """Claims that every model prefers by the margin."""
    right: int
    """Passed claims that are annotated answers."""
    low: float
    """Lower end of the Wilson interval of the share of right claims among the passed claims."""
    high: float


class Pairing(Fact):
    """The results of the stage `pair`."""

    reworded: int
    """Items of the source that are published, or were balanced, with the wording of a paraphrase."""
    merged: int
    """Annotated items that were removed as paraphrases of another item about the same image."""
    kinds: list[PairKind]
    retrieved: list[RetrievedKind] = Field(default_factory=list)
    precision: list[Precision] = Field(default_factory=list)
    """Precision by corpus and margin; empty if models verified nothing."""
    before: Blindness
    """Blindness after the rules, with the baselines that were fitted on all items read."""
    after: Blindness
    """Blindness after pairing, with baselines fitted again: a generator must not open a shortcut."""
