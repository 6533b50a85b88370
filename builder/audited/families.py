"""Families: which adversaries select, and which others judge what was selected."""

from __future__ import annotations

from builder.baselines import baselines
from builder.errors import BadInput
from builder.recipe import Audited

SELECT = ("question.prior", "question.tfidf", "question.neighbours", "choices.prior", "choices.tfidf", "image.probe")
CERTIFY = (
    "question.forest", "question.order", "question.cased", "question.looks", "question.metadata",
    "question.together",
    "choices.forest", "choices.order", "choices.neighbours", "choices.cased", "choices.looks",
    "choices.together",
    "image.neighbours", "image.convnet", "image.detail", "image.metadata", "image.together",
)  # fmt: skip
"""Each sees what the selecting ones do not: interactions, word order, letter case, ids, corners, file sizes."""


def families(settings: Audited) -> tuple[list[str], list[str]]:
    """Adversaries that select and adversaries that certify.

    Raises:
        BadInput: When one is unknown, or selects and certifies the same view with adversaries of one family.
    """
    select = list(SELECT if settings.select is None else settings.select)
    certify = list(CERTIFY if settings.certify is None else settings.certify)
    known = baselines()
    for field, names in (("select", select), ("certify", certify)):
        if unknown := sorted(set(names) - set(known)):
            raise BadInput("recipe", f"audited.{field}", ", ".join(unknown), ", ".join(known), "name some of these")
        if len(set(names)) < len(names):
            raise BadInput("recipe", f"audited.{field}", "one that is named twice", "each once", "name it once")
        if not names:
            remedy = "name some, or leave the field out for the usual ones"
            raise BadInput("recipe", f"audited.{field}", "no adversary", "at least one", remedy)
    used = {kin(name): name for name in select}
    if shared := [(used[kin(name)], name) for name in certify if kin(name) in used]:
        selecting, certifying = shared[0]
        found = f"{certifying}, of the same family as {selecting}, which selects"
        remedy = "let another family certify that view, or take the other one out of audited.select"
        raise BadInput("recipe", "audited.certify", found, "families that selection never used", remedy)
    return select, certify


def beside(name: str, settings: Audited) -> int:
    """How many pieces of evidence decide on the view of one: two of each that learns."""
    view = name.partition(".")[0]
    return sum(1 + baselines()[other].fits for other in families(settings)[1] if other.startswith(f"{view}."))


def kin(name: str) -> tuple[str, str]:
    """View and family of an adversary: what it can see, and how.

    Example:
        >>> kin("question.forest") == kin("question.boosted"), kin("question.forest") == kin("choices.forest")
        (True, False)
    """
    view, _, family = name.partition(".")
    return view, baselines()[name].kin or family


def quick(names: list[str]) -> list[str]:
    """Those that can be fitted some hundred times."""
    return [name for name in names if baselines()[name].needs == "seconds"]
