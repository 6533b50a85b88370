"""Many exact tests at once: only those that could reject at all count (Tarone, Biometrics 46, 1990)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def able(least: NDArray[np.float64], alpha: float) -> int:
    """By how many tests the level is to be divided, so that with `alpha` at most any of them rejects wrongly.

    A test of few items has a smallest p-value that it can reach. One that cannot reach alpha / k never rejects there,
    so k is enough once no more than k tests can.

    Args:
        least: Smallest p-value that each test can reach, whatever the answers are.
        alpha: Chance that any test rejects wrongly.

    Returns:
        The number k; 0 if no test can reject at all.

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
