"""An experiment on real and permuted labels in one process; a build makes its draws in shards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twokeys.builder.certify.audited.exchange import Exchange


def drawn(
    labels: np.ndarray, statistic: Callable[[np.ndarray], object], how: Exchange, runs: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Statistics of a adversaries on the real labels, (a,), and on permuted ones, (runs, a)."""

    def of(given: np.ndarray) -> np.ndarray:
        return np.atleast_1d(np.asarray(statistic(given), dtype=np.float64))

    return of(labels), np.stack([of(how.draw(labels, seed, run)) for run in range(runs)])
