"""Correct for many exact tests, counting only tests that could reject at all (Tarone, Biometrics 46, 1990)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def able(least: NDArray[np.float64], alpha: float) -> int:
    """Return the number by which the level must be divided, so that any test rejects wrongly with at most `alpha`.

    A test of few items has a smallest p-value that it can reach. A test that cannot reach alpha / k never rejects at
    that level, so a divisor k is enough as soon as at most k tests can reach alpha / k.

    Args:
        least: Smallest p-value that each test can reach, whatever the answers are.
        alpha: Highest allowed chance that any test rejects wrongly.

    Returns:
        The divisor k; 0 if no test can reject at all.

    Example:
        >>> able(np.array([0.001, 0.002, 0.5, 0.5, 0.5]), 0.05), able(np.array([0.2, 0.5]), 0.05)
        (2, 0)
    """
    ordered = np.sort(least)
    most = int(np.searchsorted(ordered, alpha, side="right"))
    if not most:
        return 0
    numbers = np.arange(1, most + 1)
    reached = np.searchsorted(ordered, alpha / numbers, side="right")
    return int(numbers[np.argmax(reached <= numbers)])
