"""Families: which adversaries select, and which other adversaries certify the selected set."""

from __future__ import annotations

import itertools

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
"""Each sees cues that the selecting adversaries do not: interactions, word order, letter case, ids, corners, sizes."""
LEARNED: tuple[str, ...] = ("vectors", "likelihoods", "maps", "replies")
"""Learned representations of contents: adversaries that read the same one detect the same cues, whatever their kind."""


def families(settings: Audited) -> tuple[list[str], list[str]]:
    """Return the adversaries that select and the adversaries that certify.

    Raises:
        BadInput: When an adversary is unknown, or adversaries of one family select and certify the same view.
    """
    select = list(SELECT if settings.select is None else settings.select)
    certify = list(CERTIFY if settings.certify is None else settings.certify)
    all_baselines = baselines()
    for field, names in (("select", select), ("certify", certify)):
        if unknown := sorted(set(names) - set(all_baselines)):
            raise unknown_baseline(f"audited.{field}", unknown[0], all_baselines)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadInput("recipe", f"audited.{field}", f"{twice} is named twice", "", "name it once")
        if not names:
            remedy = "name at least one, or leave the field out for the usual adversaries"
            raise BadInput("recipe", f"audited.{field}", "no adversary is named", "", remedy)
    for certifying, selecting in itertools.product(certify, select):
        if why := kinship(selecting, certifying):
            problem = f"{certifying} {why} {selecting}, which selects"
            remedy = f"let another family certify that view, or take {selecting} out of audited.select"
            raise BadInput("recipe", "audited.certify", problem, "families that selection never uses", remedy)
    return select, certify


def beside(name: str, settings: Audited) -> int:
    """Count the pieces of evidence on an adversary's view: two for each adversary that learns, else one."""
    view = name.partition(".")[0]
    return sum(1 + baselines()[other].fits for other in families(settings)[1] if other.startswith(f"{view}."))


def kinship(first_name: str, second_name: str) -> str:
    """Return why one adversary cannot certify a set that the other selected; empty if it can.

    On one view two adversaries are kin if they are of one family, or if they read the same learned representation: if
    selection bounds a probe, nearest neighbours on the same vectors detect the inverse cue.

    Example:
        >>> kinship("image.probe", "image.neighbours"), kinship("question.tfidf", "choices.tfidf")
        ('reads the same vectors as', '')
    """
    if first_name.partition(".")[0] != second_name.partition(".")[0]:
        return ""
    first, second = baselines()[first_name], baselines()[second_name]
    if (first.kin or first.name) == (second.kin or second.name):
        return "is of the same family as"
    shared = [matrix for matrix in LEARNED if matrix in first.reads and matrix in second.reads]
    return f"reads the same {shared[0]} as" if shared else ""


def quick(names: list[str]) -> list[str]:
    """Return the adversaries that are cheap enough to be fitted hundreds of times."""
    return [name for name in names if baselines()[name].needs == "seconds"]
