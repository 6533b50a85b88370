"""The seam of explainers: one task in, a score per patch and per token out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import numpy as np

from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import Scores

if TYPE_CHECKING:
    from twokeys.audit.models.model import Model, Prepared

Promise = Literal["sensitivity", "completeness"]
"""sensitivity: a patch whose pixels the model cannot see gets 0. completeness: scores add up to what `total` says."""


@dataclass(frozen=True)
class Cost:
    """What an explanation takes.

    Attributes:
        forward: Forward passes, rows of a batch counted one by one.
        backward: Backward passes, likewise.
    """

    forward: int
    backward: int = 0


def for_one_image(explainers: Iterable[Explainer]) -> str | None:
    """The name of the first explainer that takes items of one image alone: it does not say `several = True`."""
    return next((one.name for one in explainers if not getattr(one, "several", False)), None)


@dataclass(frozen=True)
class Task:
    """One answer of one model to be explained.

    Attributes:
        model: The model.
        prepared: The item as the model reads it, with the answer whose probability is explained.
        seed: Of whatever is drawn.
        truth: Where the item differs from its counterfactual partners, as the share of each patch and token; None where
            that is not known.
    """

    model: Model
    prepared: Prepared
    seed: int = 0
    truth: Scores | None = None


class Explainer(Protocol):
    """A method. Parameters are fields of a frozen dataclass; nothing is learned or kept between tasks.

    Attributes:
        name: Name in commands and tables.
        published: Where the method comes from; empty for our own.
        promises: What the contract tests hold it to beside shape, finite scores and determinism.
        several: Whether it takes items of several images, whose patches are scored one image after the other. If it
            is left out, the explainer is given items of one image alone.
    """

    name: ClassVar[str]
    published: ClassVar[str]
    promises: ClassVar[frozenset[Promise]]
    several: ClassVar[bool]

    def cost(self, patches: int, tokens: int) -> Cost:
        """Forward and backward passes for an item of this size."""
        ...

    def __call__(self, task: Task) -> Scores:
        """Explain one answer. Larger scores speak for it, smaller ones against it."""
        ...


BATCH = 2048
"""Coalitions that a model is given at once."""


def play(model: Model, prepared: Prepared) -> Game:
    """The game of a model on an item."""

    def value(coalitions: Bools) -> Floats:
        return model.score(prepared, coalitions[:, : prepared.patches], coalitions[:, prepared.patches :])

    return Game(value, prepared.patches, prepared.tokens, BATCH)


def as_scores(prepared: Prepared, image: object, text: object) -> Scores:
    """Make scores of tensors or arrays.

    Args:
        prepared: The item.
        image: (patches,).
        text: (tokens,).

    Raises:
        ValueError: When shapes do not fit the item, or a score is not finite.
    """
    found = Scores(_array(image), _array(text))
    if found.image.shape != (prepared.patches,) or found.text.shape != (prepared.tokens,):
        wanted = f"({prepared.patches},) and ({prepared.tokens},)"
        raise ValueError(f"the scores have the shapes {found.image.shape} and {found.text.shape}, not {wanted}")
    if not (np.isfinite(found.image).all() and np.isfinite(found.text).all()):
        raise ValueError("some scores are not finite")
    return found


def _array(values: object) -> Floats:
    detached = values.detach().double().cpu().numpy() if hasattr(values, "detach") else values
    return np.asarray(detached, dtype=np.float64)
