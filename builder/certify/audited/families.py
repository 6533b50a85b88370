"""Families: which adversaries select, and which others judge what was selected."""

from __future__ import annotations

from twokeys.builder.measure.baselines import baselines, unknown_baseline
from twokeys.builder.recipe import Audited
from twokeys.core.errors import BadInput

SELECT = ("question.prior", "question.tfidf", "question.neighbours", "choices.prior", "choices.tfidf", "image.probe")
CERTIFY = (
    "question.forest", "question.order", "question.cased", "question.looks", "question.metadata",
    "question.together",
    "choices.forest", "choices.order", "choices.neighbours", "choices.cased", "choices.looks",
    "choices.together",
    "image.convnet", "image.detail", "image.metadata", "image.together",
)  # fmt: skip
"""Each sees what the selecting ones do not: interactions, word order, letter case, ids, corners, file sizes."""
LEARNED: tuple[str, ...] = ("vectors", "likelihoods", "maps", "replies")
"""What models made of contents: who reads the same numbers sees the same, whatever is fitted on them."""


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
            raise unknown_baseline(f"audited.{field}", unknown[0], known)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadInput("recipe", f"audited.{field}", f"{twice} is named twice", "", "name it once")
        if not names:
            remedy = "name at least one, or leave the field out for the usual adversaries"
            raise BadInput("recipe", f"audited.{field}", "no adversary is named", "", remedy)
    pairs = [(one, other) for other in certify for one in select]
    if related := next(((one, other, why) for one, other in pairs if (why := kinship(one, other))), None):
        selecting, certifying, why = related
        problem = f"{certifying} {why} {selecting}, which selects"
        remedy = f"let another family certify that view, or take {selecting} out of audited.select"
        raise BadInput("recipe", "audited.certify", problem, "families that selection never uses", remedy)
    return select, certify


def beside(name: str, settings: Audited) -> int:
    """How many pieces of evidence decide on the view of one: two of each that learns."""
    view = name.partition(".")[0]
    return sum(1 + baselines()[other].fits for other in families(settings)[1] if other.startswith(f"{view}."))


def kinship(one: str, other: str) -> str:
    """Why one adversary cannot judge what the other selected; empty where it can.

    On one view two are kin when they are of one family, and when they read the very same learned representation: what
    a probe was bounded on, its neighbours find turned round.

    Example:
        >>> kinship("image.probe", "image.neighbours"), kinship("question.tfidf", "choices.tfidf")
        ('reads the same vectors as', '')
    """
    if one.partition(".")[0] != other.partition(".")[0]:
        return ""
    first, second = baselines()[one], baselines()[other]
    if (first.kin or first.name) == (second.kin or second.name):
        return "is of the same family as"
    shared = [matrix for matrix in LEARNED if matrix in first.reads and matrix in second.reads]
    return f"reads the same {shared[0]} as" if shared else ""


def quick(names: list[str]) -> list[str]:
    """Those that can be fitted some hundred times."""
    return [name for name in names if baselines()[name].needs == "seconds"]
