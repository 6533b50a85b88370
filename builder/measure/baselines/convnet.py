"""A small convolutional network trained on thumbnails: it keeps positions, which a pooled embedding loses."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class Convnet(Baseline):
    """Three convolutions and a linear layer that keeps positions, trained from nothing in every fold."""

    name = "convnet"
    views = ("image",)
    forms = ("answer",)
    reads = ("pixels",)
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Train on the training contents' thumbnails."""
        import torch
        from torch import Tensor, nn

        from twokeys.builder.measure.baselines.training import Schedule, head, reproducible, train_and_predict

        pixels = problem.matrices["pixels"]
        side = round((pixels.shape[1] / 3) ** 0.5)
        seen = np.asarray(pixels[np.unique(train.content)], dtype=np.float32)
        # The common part of all images is uninformative, and a small mark would drown in it.
        mean, scale = seen.mean(axis=0), max(float(seen.std(axis=0).mean()), 1.0)

        def show(contents: Ints) -> Tensor:
            small = ((pixels[contents] - mean) / scale).reshape(len(contents), side, side, 3)
            return torch.from_numpy(small.transpose(0, 3, 1, 2).astype(np.float32))

        with reproducible(seed):
            body = nn.Sequential(
                nn.Conv2d(3, 32, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(32, 64, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Conv2d(64, 64, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.AdaptiveAvgPool2d(4),
                nn.Flatten(),
                nn.Dropout(0.3),
            )
            schedule = Schedule(epochs=30, batch=32, rate=1e-3, body_rate=1e-3)
            return train_and_predict(body, head(64 * 16, train.prior), show, train, test, seed, schedule)
