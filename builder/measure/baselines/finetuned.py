"""The last stage of a network that was trained on ImageNet, fine-tuned: it can learn what a linear probe cannot."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

PASSES = 12_000
"""Training steps in each fold, counted in images over all epochs: a few minutes on one core."""
EPOCHS = (3, 12)


class Finetuned(Baseline):
    """EfficientNet-Lite0 whose last stage is trained in every fold, on feature maps made once per image."""

    name = "finetuned"
    views = ("image",)
    forms = ("answer",)
    reads = ("maps",)
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fine-tune on the training contents' feature maps."""
        import torch
        from torch import Tensor

        from twokeys.builder.measure.baselines.training import Schedule, head, reproducible, train_and_predict
        from twokeys.builder.measure.encoders.efficientnet import last_stage
        from twokeys.builder.measure.feature_maps import CHANNELS, weights

        side = round((problem.matrices["maps"].shape[1] / CHANNELS) ** 0.5)

        def show(contents: Ints) -> Tensor:
            maps = np.asarray(problem.matrices["maps"][contents], dtype=np.float32).reshape(-1, side, side, CHANNELS)
            return torch.from_numpy(maps).permute(0, 3, 1, 2)

        with reproducible(seed):
            fewest, most = EPOCHS
            images = min(len(np.unique(train.content)), PASSES // fewest)
            epochs = int(np.clip(PASSES // max(images, 1), fewest, most))
            schedule = Schedule(epochs, batch=16, rate=1e-3, body_rate=1e-4, contents=images)
            body = last_stage(weights()).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            return train_and_predict(body, head(1280, train.prior), show, train, test, seed, schedule)
