"""Untrained models of the three families, an item, and a model that counts what it is asked."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from twokeys.audit.explainers.explainer import Task
from twokeys.audit.games.synergy import Scores
from twokeys.audit.models.model import Question
from twokeys.audit.reference.families import FAMILIES, untrained

PICTURE = Image.fromarray(np.random.default_rng(3).integers(0, 255, (64, 64, 3), dtype=np.uint8))
QUESTION = Question(PICTURE, "is there a red circle?", kind="yes/no")


class Counted:
    """A model that counts the rows of its passes, forwards and backwards."""

    def __init__(self, model):
        self._model, self.forward, self.backward = model, 0, 0

    def __getattr__(self, name):
        return getattr(self._model, name)

    def score(self, prepared, image_keep, text_keep, target=None):
        self.forward += len(image_keep)
        return self._model.score(prepared, image_keep, text_keep, target)

    def trace(self, *arguments, **options):
        found = self._model.trace(*arguments, **options)
        self.forward += len(found.log_p)

        def count(slope):
            self.backward += len(slope)

        found.logits.register_hook(count)
        return found


@pytest.fixture(scope="session", params=FAMILIES)
def model(request):
    torch.set_num_threads(1)
    return untrained(request.param, 0)


@pytest.fixture(scope="session")
def task(model):
    prepared = model.prepare(QUESTION, "yes")
    rng = np.random.default_rng(0)
    return Task(model, prepared, 5, Scores(rng.random(prepared.patches), rng.random(prepared.tokens)))
