"""Untrained models of the three families and pictures whose cells can be told apart."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from twokeys.audit.models.generative import Generative
from twokeys.audit.reference.families import FAMILIES, untrained


@pytest.fixture(scope="session", params=FAMILIES)
def model(request: pytest.FixtureRequest) -> Generative:
    return untrained(request.param, 0)


@pytest.fixture(scope="session")
def noise() -> Image.Image:
    """Two tiles wide for InternVL, two windows and more for Qwen; one square for LLaVA."""
    values = np.random.default_rng(3).integers(0, 255, (64, 128, 3), dtype=np.uint8)
    return Image.fromarray(values)
