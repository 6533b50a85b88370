"""What an evaluation counted: per item, in all, by answer type, blind, and over pairs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.benchmark import Benchmark
from twokeys.audit.evaluation.by_category import CategoryRate, category_rates, parts
from twokeys.audit.evaluation.each_image import NEEDED, EachImage, each_image, needed_images
from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.evaluation.pairs import PairAccuracy, guess_rate, pair_accuracy
from twokeys.audit.evaluation.scores import second_scores
from twokeys.audit.published import ALL
from twokeys.core.intervals.means import Interval, alike_interval, mean_interval
from twokeys.core.notebook import notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOLD = (
    "source", "split", "answer_type", "group", "question_key", "image_key", "compared", "choices", "image_partner",
    "question_partner", "quad", "meta",
)  # fmt: skip
"""Columns of a published item that an evaluation keeps: what its pairs and categories are counted by."""


@dataclass(frozen=True)
class Evaluation:
    """What came out.

    Attributes:
        run: Model, folder, config, fingerprints of its rows, split, seed, masking, and whether values are probabilities
            or right and wrong.
        items: A row per item: `id`, `reply`, for each view `right.VIEW` and `v.VIEW`, `dividend`, `score.NAME`, and the
            columns `TOLD` of the published item. If the folder has items of several images, `right.without` and
            `v.without` hold a list with an entry for each image that is masked alone, and `needed_images` their numbers
            without which a right answer becomes wrong.
        accuracy: Exact match of all items and of each answer type, with what is at hand: `all`, `yes/no`, ...
        scores: Other scores, of the items whose annotators' answers are published: `vqa_accuracy`, and `anls` where the
            recipe asks for it. The ceilings of a certificate bound exact match alone.
        blind: Accuracy per masked side: `image` and `question` say what is left, `neither` that nothing is.
        values: Mean value of each view.
        chance: Accuracy of uniform guesses.
        pairs: Accuracy over pairs and quads.
        dividend: Mean of v(both) - v(image) - v(question) + v(neither).
        dividends: Mean dividend of each answer type.
        alike: What sets of other shares of answer types can be compared by: `accuracy`, `blind.VIEW` and `dividend`,
            means over answer types of the mean of each.
        quantiles: Of the dividend, quantile -> value.
        skipped: Items that the model cannot score, by id, and why; they are in no number here.
        leaks: What the masks let through; a leaky one says too much for the other side.
        benchmark: What the folder's manifest says of the config.
        each_image: What is lost when one image of several is masked alone; None if no item has several.
    """

    run: dict[str, Any]
    items: pd.DataFrame
    accuracy: dict[str, Interval]
    scores: dict[str, Interval]
    blind: dict[str, Interval]
    values: dict[str, float]
    chance: float
    pairs: dict[str, PairAccuracy]
    dividend: Interval
    dividends: dict[str, Interval]
    alike: dict[str, Interval]
    quantiles: dict[str, float]
    leaks: list[Leak]
    skipped: dict[str, str]
    benchmark: Benchmark
    each_image: EachImage | None = None

    def to_pandas(self) -> pd.DataFrame:
        """What was counted: `what`, `part`, `estimate`, `low`, `high`, `n`; the items themselves are in `items`."""
        counted = {
            "accuracy": self.accuracy, "score": self.scores, "blind": self.blind,
            "pairs": {name: one.accuracy for name, one in self.pairs.items()}, "dividend": {"all": self.dividend},
        }  # fmt: skip
        if self.each_image is not None:
            counted |= {"without image": self.each_image.right, "lost without image": self.each_image.lost,
                        "images needed": self.each_image.needed}  # fmt: skip
        rows = [
            {"what": what, "part": part, "estimate": one.estimate, "low": one.low, "high": one.high, "n": one.n}
            for what, parts in counted.items()
            for part, one in parts.items()
        ]
        return pd.DataFrame(rows)

    @property
    def categories(self) -> list[CategoryRate]:
        """How often the model is right in each category that the recipe names, and by source and answer type."""
        right = {str(self.run["model"]): self.items["right.both"].to_numpy(dtype=bool)}
        return category_rates(self.items, parts(self.items, self.benchmark.categories), right)

    def figure(self) -> Figure:
        """How often the model is right in each category, beside chance and the best blind adversary there."""
        from twokeys.audit.evaluation.category_figure import categories

        best = {(one.column, one.value): one for one in self.benchmark.adversaries}
        return categories(self.accuracy["all"], self.chance, self.categories, best)

    def _repr_html_(self) -> str:
        return notebook(f"{self.run['model']} on {self.run['folder']}: {len(self.items):,} items", self)

    def json(self) -> dict[str, Any]:
        """Everything but the items; what cannot be known is null."""
        found = {
            name: value
            for name, value in vars(self).items()
            if name != "items" and (name, value) != ("each_image", None)
        }
        return dict(_plain(found | {"skipped": {"items": len(self.skipped), "why": self.skipped}}))


def summarise(
    run: dict[str, Any],
    table: pd.DataFrame,
    answers: pd.DataFrame,
    leaks: list[Leak],
    skipped: dict[str, str],
    said: Benchmark,
) -> Evaluation:
    """Count a result from answers.

    Args:
        run: What was run.
        table: Items that were scored, as `twokeys.audit.published` reads them.
        answers: Their answers, in the same order.
        leaks: What the masks let through.
        skipped: Items that the model cannot score, by id, and why.
        said: What the folder's manifest says of the config.
    """
    groups = table["group"].to_numpy()
    right = {view: answers[f"right.{view}"].to_numpy(dtype=bool) for view in VIEWS}
    v = {view: answers[f"v.{view}"].to_numpy(dtype=np.float64) for view in VIEWS}
    dividend = v["both"] - v["image"] - v["question"] + v["neither"]
    kinds = table["answer_type"].to_numpy()
    accuracy, dividends = {"all": mean_interval(right["both"], groups)}, {}
    for kind in sorted(set(kinds)):
        own = kinds == kind
        accuracy[str(kind)] = mean_interval(right["both"][own], groups[own])
        dividends[str(kind)] = mean_interval(dividend[own], groups[own])
    compared = {"accuracy": right["both"], "dividend": dividend}
    compared |= {f"blind.{view}": right[view] for view in VIEWS if view != "both"}
    scores = [
        second_scores(str(reply), given, run.get("scores", []))
        for reply, given in zip(answers["reply"], table["answers"], strict=True)
    ]
    scored = pd.DataFrame(scores, index=answers.index)
    alone = each_image(answers, groups)
    return Evaluation(
        run=run,
        items=answers.assign(
            dividend=dividend,
            **({} if alone is None else {NEEDED: pd.Series(needed_images(answers), answers.index, dtype=object)}),
            **{f"score.{name}": scored[name] for name in scored},
            **{name: table[name].to_numpy() for name in TOLD},
        ),
        accuracy=accuracy,
        scores={str(name): mean_interval(own.dropna(), groups[own.notna()]) for name, own in scored.items()},
        blind={view: mean_interval(right[view], groups) for view in VIEWS if view != "both"},
        values={view: float(v[view].mean()) for view in VIEWS},
        chance=float(guess_rate(table).mean()),
        pairs=pair_accuracy(table, right["both"], run["config"] != ALL),
        dividend=mean_interval(dividend, groups),
        dividends=dividends,
        alike={name: alike_interval(values, kinds, groups) for name, values in compared.items()},
        quantiles={str(q): float(np.quantile(dividend, q)) for q in QUANTILES},
        leaks=leaks,
        skipped=skipped,
        benchmark=said,
        each_image=alone,
    )


def _plain(value: Any) -> Any:
    """Numbers, texts, lists and objects, as JSON knows them."""
    if isinstance(value, Leak):
        return _plain({**asdict(value), "leaky": value.leaky})
    if isinstance(value, Interval | PairAccuracy | EachImage):
        return _plain(asdict(value))
    if isinstance(value, Benchmark):
        return value.model_dump()
    if isinstance(value, list):
        return [_plain(own) for own in value]
    if isinstance(value, dict):
        return {str(name): _plain(own) for name, own in value.items()}
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value
