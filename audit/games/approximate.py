"""Interactions of games with too many players for a table, by shapiq's approximators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from twokeys.audit.games.game import Floats, Game
from twokeys.core.errors import MissingPackage

if TYPE_CHECKING:
    from types import ModuleType

Approximator = Literal["SHAPIQ", "SVARMIQ", "KernelSHAPIQ", "PermutationSamplingSII"]


@dataclass(frozen=True)
class Estimate:
    """Interactions that were estimated, and how.

    Attributes:
        values: (number of sets,), in the order of `itertools.combinations(range(players), order)`.
        order: Size of the sets.
        approximator: Class of shapiq.
        budget: Coalitions that were allowed.
        passes: Coalitions that the game had to evaluate anew.
        seed: Of the sampling.
    """

    values: Floats
    order: int
    approximator: Approximator
    budget: int
    passes: int
    seed: int


def approximate(game: Game, order: int, budget: int, approximator: Approximator = "SVARMIQ", seed: int = 0) -> Estimate:
    """Estimate the Shapley interactions of all sets of `order` players.

    Args:
        game: The game.
        order: Size of the sets, 1 or 2.
        budget: Coalitions that may be evaluated.
        approximator: Which of shapiq's classes.
        seed: Of the sampling.

    Raises:
        MissingPackage: When shapiq is not installed.
    """
    package = library()
    before, empty = game.passes, float(game(np.zeros((1, game.players), dtype=np.bool_))[0])

    def value(coalitions: Any) -> Floats:
        # shapiq takes the empty coalition to be worth 0 unless told otherwise.
        return game(np.asarray(coalitions, dtype=np.bool_)) - empty

    made = getattr(package, approximator)(n=game.players, max_order=order, index="SII", random_state=seed)
    found = made.approximate(budget=budget, game=value)
    sets = combinations(range(game.players), order)
    values = np.array([found[chosen] for chosen in sets], dtype=np.float64)
    return Estimate(values, order, approximator, budget, game.passes - before, seed)


def library() -> ModuleType:
    """Return shapiq.

    Raises:
        MissingPackage: When it is not installed.
    """
    try:
        import shapiq
    except ImportError:
        raise MissingPackage("the approximation of interactions", "shapiq", 'pip install "twokeys[audit]"') from None
    return shapiq
