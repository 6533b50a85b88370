"""Does balance change what explainers find? Three families on a raw corpus and on its balanced set.

    twokeys build easy-vqa
    python -m benchmarks.contrast out/easy-vqa --items 100

For each model, under the masks that leak least: what every mask gives away; the dividends of 1,000 raw and of 1,000
balanced items; all explainers on items of both, by F_syn as published, by the improved estimate, and by insertion minus
deletion in each modality; how far rankings by image and text agree, and the rankings on raw and on balanced items.
Everything is kept in `--runs`, so a run goes on where it was stopped, and with more items.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from audit.comparison import against, friedman, means
from audit.evaluate import Evaluation, evaluate
from audit.explain import DEFAULT, Explained, explain
from audit.game import Floats
from audit.journal import write
from audit.leaks import leaks
from audit.models.loading import load_game
from audit.models.model import Masking, Model
from audit.summary import frame
from benchmarks.faithfulness import MODELS as NATURAL
from benchmarks.report import Table, say, section

MODELS = (*NATURAL, *(name.replace("natural", "balanced") for name in NATURAL))
CONFIGS = {"raw": "all", "balanced": "balanced"}
EVALUATED = 1000
"""Items whose dividends are measured; more than are explained, which takes far longer."""
BUDGET = 138
"""Forward passes of the improved estimate: 16 pairs of backgrounds."""
RESAMPLES = 2000
SHOWN = {
    "f_syn": "F_syn as published",
    "improved.raw": "improved estimate, in probability",
    "image.srg": "image SRG",
    "text.srg": "text SRG",
}
"""Metrics that are compared. The estimate is not divided by |v(all) - v(none)|: under another item's picture that can
be near 0, and a few items would make the mean."""


@dataclass(frozen=True)
class Contrast:
    """One model on raw and on balanced items.

    Attributes:
        model: Its name.
        masking: The masks.
        leaks: Rows of what each mask gives away.
        evaluated: `raw` and `balanced` -> dividends.
        explained: `raw` and `balanced` -> explainers.
    """

    model: str
    masking: Masking
    leaks: list[tuple[str, ...]]
    evaluated: dict[str, Evaluation]
    explained: dict[str, Explained]


def contrast(folder: Path, name: str, items: int, runs: Path, explainers: tuple[str, ...], seed: int = 0) -> Contrast:
    """Measure one model.

    Args:
        folder: A published folder with the config `balanced`.
        name: Name of the model.
        items: Items to explain in each config.
        runs: Folder of what is known.
        explainers: Their names.
        seed: Of the draws.
    """
    model, own = load_game(name), runs / name.replace(":", "-").replace("/", "-")
    masking, rows = _masks(folder, model, own / "leaks.json", seed)
    evaluated, explained = {}, {}
    for part, config in CONFIGS.items():
        evaluated[part] = evaluate(
            folder, model, config=config, limit=EVALUATED, masking=masking, out=own / f"{part}-evaluated", seed=seed
        )
        say(f"{name}, {part}: {EVALUATED} items evaluated")
        explained[part] = explain(
            folder, model, explainers, config=config, limit=items, budget=BUDGET, masking=masking,
            out=own / f"{part}-explained", seed=seed,
        )  # fmt: skip
        say(f"{name}, {part}: {items} items explained")
    return Contrast(name, masking, rows, evaluated, explained)


def _masks(folder: Path, model: Model, file: Path, seed: int) -> tuple[Masking, list[tuple[str, ...]]]:
    """The masks that leak least on the balanced items, and a row for every mask."""
    if not file.is_file():
        found = leaks(folder, model, config="balanced", seed=seed)
        rows = [
            (one.side, one.mask, f"{one.rate.estimate:.1%} [{one.rate.low:.1%}, {one.rate.high:.1%}]",
             f"{one.ceiling:.1%}", "**yes**" if one.leaky else "no")
            for one in found
        ]  # fmt: skip
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, json.dumps(rows, indent=2) + "\n")
    known: list[tuple[str, ...]] = [tuple(row) for row in json.loads(file.read_text(encoding="utf-8"))]
    first = {side: next(mask for own, mask, *_ in known if own == side) for side in ("image", "text")}
    return Masking(first["image"], first["text"]), known


def shown(found: Contrast) -> str:
    """One section."""
    parts = {
        "Masks, 200 balanced items.": Table(
            ("masked", "mask", "answer still given [95 %]", "ceiling of the other side", "leaks"), list(found.leaks)
        ),
        f"Dividends under {found.masking.image} and {found.masking.text}, {EVALUATED:,} items each.": Table(
            ("items", "right", "blind: image masked", "question masked", "mean dividend [95 %]", "5/25/50/75/95 %"),
            [_dividends(part, one) for part, one in found.evaluated.items()],
        ),
        f"Explainers, {len(found.explained['raw'].items)} items each; mean on raw / on balanced (and places).": (
            _explainers(found)
        ),
        "Agreement and tests.": Table(
            ("", "raw", "balanced", "balanced - raw [95 %]"), [_tau(found), *_statistics(found)]
        ),
        "Ranking on raw against ranking on balanced items.": Table(
            ("metric", "Kendall's tau", "largest change of place", "mean on raw", "on balanced", "difference [95 %]"),
            [_change(found, metric) for metric in SHOWN],
        ),
    }  # fmt: skip
    return section(f"Raw against balanced: {found.model}", *(block for pair in parts.items() for block in pair))


def _dividends(part: str, found: Evaluation) -> tuple[str, ...]:
    own = found.dividend
    return (
        part,
        f"{found.accuracy['all'].estimate:.1%}",
        f"{found.blind['question'].estimate:.1%}",
        f"{found.blind['image'].estimate:.1%}",
        f"{own.estimate:.3f} [{own.low:.3f}, {own.high:.3f}]",
        " / ".join(f"{value:.2f}" for value in found.quantiles.values()),
    )


def _explainers(found: Contrast) -> Table:
    tables = {metric: [frame(one.items, metric) for one in found.explained.values()] for metric in SHOWN}
    ranked = {metric: [means(one) for one in both] for metric, both in tables.items()}
    rows: list[tuple[str | int | float, ...]] = []
    for name in ranked["improved.raw"][1].index:
        cells = []
        for both in ranked.values():
            places = [list(one.index).index(name) + 1 for one in both]
            cells.append(" / ".join(_interval(*one.loc[name, ["mean", "low", "high"]]) for one in both))
            cells[-1] += f" ({places[0]}, {places[1]})"
        rows.append((str(name), *cells))
    return Table(("explainer", *SHOWN.values()), rows)


def _interval(mean: float, low: float, high: float) -> str:
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def _tau(found: Contrast) -> tuple[str, ...]:
    """Kendall's tau between image and text ranking, and what balance adds to it; items drawn anew in each config."""
    raw, balanced = (one.summary.agreement for one in found.explained.values())
    rng = np.random.default_rng(0)
    drawn = {part: _drawn_taus(one, rng) for part, one in found.explained.items()}
    low, high = np.quantile(drawn["balanced"] - drawn["raw"], [0.025, 0.975])
    return (
        "Kendall's tau, image against text SRG [95 %]; exact p",
        *(f"{one.tau:.2f} [{one.low:.2f}, {one.high:.2f}]; {one.p:.3f}" for one in (raw, balanced)),
        f"{balanced.tau - raw.tau:.2f} [{low:.2f}, {high:.2f}]",
    )


def _drawn_taus(found: Explained, rng: np.random.Generator) -> Floats:
    image, text = (frame(found.items, metric).to_numpy() for metric in ("image.srg", "text.srg"))
    taus = []
    for _ in range(RESAMPLES):
        at = rng.integers(len(image), size=len(image))
        taus.append(stats.kendalltau(image[at].mean(axis=0), text[at].mean(axis=0)).statistic)
    return np.array(taus)


def _statistics(found: Contrast) -> list[tuple[str, ...]]:
    """Friedman's test, and how many explainers differ from random."""
    rows = []
    for metric, title in SHOWN.items():
        cells = []
        for one in found.explained.values():
            table = frame(one.items, metric)
            (chi2, p), tested = friedman(table), against(table)
            better = int(((tested["p_holm"] < 0.05) & (tested["difference"] > 0)).sum())
            cells.append(f"{chi2:.0f}, p {p:.0e}; {better} of {len(tested)}")
        rows.append((f"{title}: Friedman's chi2; better than random (Wilcoxon, Holm)", *cells, ""))
    return rows


def _change(found: Contrast, metric: str) -> tuple[str, ...]:
    """How far explainers change places between raw and balanced items, and what the metric's level does."""
    raw, balanced = (frame(one.items, metric) for one in found.explained.values())
    balanced = balanced[raw.columns]
    tau = stats.kendalltau(raw.mean(), balanced.mean()).statistic
    places = [one.mean().rank(ascending=False) for one in (raw, balanced)]
    moved = (places[1] - places[0]).abs()
    level = [one.mean(axis=1).to_numpy() for one in (raw, balanced)]
    rng = np.random.default_rng(0)
    drawn = [rng.choice(one, (RESAMPLES, len(one))).mean(axis=1) for one in level]
    low, high = np.quantile(drawn[1] - drawn[0], [0.025, 0.975])
    return (
        SHOWN[metric],
        f"{tau:.2f}",
        f"{moved.max():.0f} ({moved.idxmax()})",
        *(f"{one.mean():.3f}" for one in level),
        f"{level[1].mean() - level[0].mean():.3f} [{low:.3f}, {high:.3f}]",
    )


def together(found: list[Contrast]) -> str:
    """Means over several models, explainer by explainer and item by item; items are drawn anew, with all models."""
    runs = [one.explained for one in found]
    means_of = {metric: [_mean_over([run[part] for run in runs], metric) for part in CONFIGS] for metric in SHOWN}
    rng = np.random.default_rng(0)
    drawn = [[rng.integers(len(part), size=len(part)) for _ in range(RESAMPLES)] for part in means_of["f_syn"]]
    taus = []
    for at, rows in enumerate(drawn):
        image, text = means_of["image.srg"][at], means_of["text.srg"][at]
        own = [_tau_of(image, text), *(_tau_of(image[one], text[one]) for one in rows)]
        taus.append(np.array(own))
    table = [_compared("Kendall's tau, image against text SRG", *taus)]
    for metric, title in SHOWN.items():
        levels = [
            np.array([part.mean(), *(part[one].mean() for one in rows)])
            for part, rows in zip(means_of[metric], drawn, strict=True)
        ]
        table.append(_compared(f"{title}, mean over explainers", *levels))
    names = ", ".join(one.model.removeprefix("reference:") for one in found)
    said = f"Means over {names}; {len(means_of['f_syn'][0])} raw and {len(means_of['f_syn'][1])} balanced items."
    header = ("", "raw [95 %]", "balanced [95 %]", "balanced - raw [95 %]")
    return section("Raw against balanced: all together", said, Table(header, list(table)))


def _mean_over(runs: list[Explained], metric: str) -> Floats:
    """(items, explainers), mean over runs of the same items."""
    tables = [frame(run.items, metric) for run in runs]
    same = [table.loc[tables[0].index, tables[0].columns].to_numpy() for table in tables]
    return np.asarray(np.mean(same, axis=0), dtype=np.float64)


def _tau_of(image: Floats, text: Floats) -> float:
    return float(stats.kendalltau(image.mean(axis=0), text.mean(axis=0)).statistic)


def _compared(title: str, raw: Floats, balanced: Floats) -> tuple[str, ...]:
    """A row: estimates stand first, those of drawn items after them."""
    cells = []
    for values in (raw, balanced, balanced - raw):
        low, high = np.quantile(values[1:], [0.025, 0.975])
        cells.append(_interval(float(values[0]), float(low), float(high)))
    return (title, *cells)


def main() -> None:
    """Print one section a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--explainers", default=",".join(DEFAULT))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=Path("out/contrast"))
    wanted = parser.parse_args()
    names, done = tuple(wanted.explainers.split(",")), []
    for model in wanted.model or MODELS:
        done.append(contrast(wanted.folder, model, wanted.items, wanted.runs, names, wanted.seed))
        print(shown(done[-1]), flush=True)
    natural = [one for one in done if one.model in NATURAL]
    if len(natural) > 1:
        print(together(natural))


if __name__ == "__main__":
    main()
