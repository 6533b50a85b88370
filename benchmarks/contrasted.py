"""The effects of balance and of training questions: tables of several models on raw and on balanced items.

Every compared figure is a mean over models and items, or Kendall's tau of such means. Intervals resample whole groups
of items, which share images, with all models and explainers. Raw and balanced items overlap: a group in both sets is
drawn once for both, and models on the same items are compared on the same draws.

Balance changes the shares of answer types, which alone would move a mean. So raw and balanced items are compared within
each answer type, and standardised: items get weights so that both sets have the shares of all raw items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmarks.report import Table, section
from twokeys.audit.evaluation.result import Evaluation
from twokeys.audit.explanation.comparison import against, friedman, means, mixed
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.summary import frame
from twokeys.audit.games.game import Floats
from twokeys.audit.models.model import Masking

Texts = NDArray[np.str_]
CONFIGS = {"raw": "all", "balanced": "balanced"}
RESAMPLES = 2000
SHOWN = {
    "f_syn": "F_syn as published",
    "improved.raw": "improved estimate, in probability",
    "image.srg": "image SRG",
    "text.srg": "text SRG",
}
"""Compared metrics. The estimate is not divided by |v(all) - v(none)|: with another item's image this can be near 0,
and a few items would dominate the mean."""
DIVIDEND, TAU, WITHIN = "mean dividend", "Kendall's tau, image against text SRG", "the same tau within an item, mean"
AGREEMENT = (TAU, WITHIN)


@dataclass(frozen=True)
class Contrast:
    """One model on raw and on balanced items.

    Attributes:
        model: The name of the model.
        masking: The masks.
        leaks: Rows on the leak of each mask.
        evaluated: `raw` and `balanced` -> dividends.
        groups: Item -> its group, the same on raw and on balanced items.
        kinds: Item -> its answer type, for all raw and balanced items.
        mix: Answer type -> its share of all raw items.
        explained: `raw` and `balanced` -> explainers.
    """

    model: str
    masking: Masking
    leaks: list[tuple[str, ...]]
    evaluated: dict[str, Evaluation]
    groups: dict[str, str]
    kinds: dict[str, str]
    mix: dict[str, float]
    explained: dict[str, Explained]

    @property
    def title(self) -> str:
        """The name of the model in tables."""
        return self.model.removeprefix("reference:")


def spread(
    contrasts: Sequence[Contrast], part: str, seed: int = 0, *, mix: Mapping[str, float] | None = None
) -> dict[str, Floats]:
    """Return means over several models on one kind of items.

    Args:
        contrasts: The models, measured on the same items.
        part: `raw` or `balanced`.
        seed: Seed of the draws.
        mix: Answer type -> total weight of its items, independent of their share; None gives equal weights.

    Returns:
        Title -> (1 + RESAMPLES,): the figure, then its values on resampled groups.
    """
    tables = {metric: [frame(model.explained[part].items, metric) for model in contrasts] for metric in SHOWN}
    mean_of = {metric: _mean_over(of_models) for metric, of_models in tables.items()}
    sides = zip(tables["image.srg"], tables["text.srg"], strict=True)
    within = np.ma.masked_invalid([_within(image_table, text_table) for image_table, text_table in sides]).mean(axis=0)
    ranked = ~np.ma.getmaskarray(within)
    explained = {kind: [item["id"] for item in contrasts[0].explained[kind].items] for kind in CONFIGS}
    times, kinds = _drawn(explained, part, contrasts[0].groups, seed), _kinds(contrasts[0], explained[part])
    drawn = _weighed(times, kinds, mix)
    image, text = (_means(mean_of[metric], drawn) for metric in ("image.srg", "text.srg"))
    return {
        DIVIDEND: dividends(contrasts, part, seed, mix),
        **{title: _means(mean_of[metric].mean(axis=1), drawn) for metric, title in SHOWN.items()},
        TAU: np.array([_tau(*means_of_draw) for means_of_draw in zip(image, text, strict=True)]),
        WITHIN: _means(within.data[ranked], _weighed(times[:, ranked], kinds[ranked], mix)),
    }


def dividends(
    contrasts: Sequence[Contrast], part: str, seed: int = 0, mix: Mapping[str, float] | None = None
) -> Floats:
    """Return the mean dividend over several models, in the form of `spread`."""
    names = {kind: list(contrasts[0].evaluated[kind].items["id"]) for kind in CONFIGS}
    values = np.mean(
        [model.evaluated[part].items["dividend"].to_numpy(dtype=np.float64) for model in contrasts], axis=0
    )
    drawn = _drawn(names, part, contrasts[0].groups, seed)
    return _means(values, _weighed(drawn, _kinds(contrasts[0], names[part]), mix))


def together(contrasts: Sequence[Contrast]) -> str:
    """Return the section of raw against balanced items, with means over several models."""
    parts = {part: spread(contrasts, part) for part in CONFIGS}
    rows = [_compared(title, *(figures[title] for figures in parts.values())) for title in parts["raw"]]
    title = f"Raw against balanced: {', '.join(model.title for model in contrasts)}"
    means = ", ".join(f"{figures[TAU][1:].mean():.2f} on {part} items" for part, figures in parts.items())
    introduction = (
        f"{_counted(contrasts)} Mean of the draws of tau of means, which its figures should be read beside: {means}."
    )
    header = ("", "raw [95 %]", "balanced [95 %]", "balanced - raw [95 %]")
    standardised = (
        f"The same with answer types weighing as on all raw items ({_mix(contrasts[0])}), and dividends of each type."
    )
    return section(title, introduction, Table(header, rows), standardised, Table(header, _standardised(contrasts)))


def _standardised(contrasts: Sequence[Contrast]) -> list[tuple[str, ...]]:
    """Return rows of dividends within each answer type, and of every figure standardised to the raw items' types."""
    rows = []
    for kind in contrasts[0].mix:
        raw, balanced = (dividends(contrasts, part, mix={kind: 1.0}) for part in CONFIGS)
        rows.append(_compared(f"{DIVIDEND}: {kind} items", raw, balanced))
    on_raw, on_balanced = (spread(contrasts, part, mix=contrasts[0].mix) for part in CONFIGS)
    return rows + [_compared(f"{title}, standardised", on_raw[title], on_balanced[title]) for title in on_raw]


def _mix(contrast: Contrast) -> str:
    return ", ".join(f"{kind} {share:.1%}" for kind, share in contrast.mix.items())


def training(natural: Sequence[Contrast], balanced: Sequence[Contrast]) -> str:
    """Return the section on training questions: models of the same families on the same items."""
    rows = []
    for part in CONFIGS:
        first, second = spread(natural, part), spread(balanced, part)
        rows += [_compared(f"{part} items: {title}", first[title], second[title]) for title in first]
    header = ("", "natural questions [95 %]", "balanced questions [95 %]", "balanced - natural [95 %]")
    first_names, second_names = (", ".join(model.title for model in models) for models in (natural, balanced))
    introduction = f"Means over {first_names} against {second_names}."
    return section("What the training questions change", introduction, Table(header, rows))


def overview(contrasts: Sequence[Contrast]) -> str:
    """Return the section with one row for each model."""
    rows = []
    for model in contrasts:
        raw, balanced = (spread([model], part) for part in CONFIGS)
        standardised = [spread([model], part, mix=model.mix) for part in CONFIGS]
        better = (f"{_better(frame(explained.items, 'improved.raw'))}" for explained in model.explained.values())
        changes = (
            _cell(standardised[1][title] - standardised[0][title]) for title in (DIVIDEND, *list(SHOWN.values())[:2])
        )
        rows.append((
            model.title, _cell(raw[DIVIDEND]), _cell(balanced[DIVIDEND]), *changes,
            _cell(raw[TAU]), _cell(balanced[TAU]), _cell(balanced[TAU] - raw[TAU]), " / ".join(better),
        ))  # fmt: skip
    header = (
        "model", "mean dividend, raw", "balanced", "dividend, balanced - raw, standardised",
        "F_syn, balanced - raw, standardised", "improved estimate, balanced - raw, standardised",
        "tau, raw", "balanced", "balanced - raw", "better than random by the estimate, raw / balanced",
    )  # fmt: skip
    introduction = "Figures with 95 % intervals; tau is Kendall's of image against text SRG."
    weights = f"Standardised: answer types weigh as on all raw items ({_mix(contrasts[0])})."
    return section("Each model", f"{introduction} {weights}", Table(header, rows))


def effects(contrasts: Sequence[Contrast]) -> str:
    """Fit a linear mixed model of the improved estimate on raw and on balanced items: each explainer against random."""
    fits = {}
    for part in CONFIGS:
        tables = [frame(model.explained[part].items, "improved.raw") for model in contrasts]
        fits[part] = mixed(pd.DataFrame(_mean_over(tables), index=tables[0].index, columns=tables[0].columns))
    shown = fits["balanced"].effects.sort_values("effect", ascending=False)
    rows = []
    for name in shown.index:
        cells = [fit.effects.loc[name] for fit in fits.values()]
        texts = (f"{_interval(fit['effect'], fit['low'], fit['high'])}, p {fit['p']:.0e}" for fit in cells)
        rows.append((str(name), *texts))
    sentences = [
        f"Score ~ explainer + (1 | item), mean over {len(contrasts)} models, against random. {_counted(contrasts)}"
    ]
    for part, fit in fits.items():
        if fit.warnings or not fit.converged:
            outcome = "" if fit.converged else "did not converge; it "
            sentences.append(f"On {part} items the fit {outcome}warned: {'; '.join(fit.warnings) or 'nothing'}.")
    return section("Mixed model of the improved estimate", " ".join(sentences), Table(("explainer", *CONFIGS), rows))


def shown(contrast: Contrast) -> str:
    """Return the section of one model: leaks, dividends, explainers, agreement and rankings."""
    masking, evaluated_items = contrast.masking, len(contrast.evaluated["raw"].items)
    parts = {
        "Masks, 200 balanced items.": Table(
            ("masked", "mask", "answer still given [95 %]", "ceiling of the other side", "leaks"), contrast.leaks
        ),
        f"Dividends under {masking.image} and {masking.text}, {evaluated_items:,} items each.": Table(
            ("items", "right", "blind: image masked", "question masked", "mean dividend [95 %]", "5/25/50/75/95 %"),
            [_dividends(part, evaluated) for part, evaluated in contrast.evaluated.items()],
        ),
        f"Explainers, {len(contrast.explained['raw'].items)} items each; mean on raw / on balanced (and places).": (
            _explainers(contrast)
        ),
        "Agreement and tests.": Table(
            ("", "raw", "balanced", "balanced - raw [95 %]"), [*_agreement(contrast), *_statistics(contrast)]
        ),
        "Ranking on raw against ranking on balanced items.": _changes(contrast),
    }  # fmt: skip
    return section(f"{contrast.title}, in full", *(block for pair in parts.items() for block in pair))


def alone(contrast: Contrast) -> str:
    """State the number of groups of the explained items: nearly the number of items if most groups have one item."""
    parts = []
    for part, explained in contrast.explained.items():
        groups = {contrast.groups[item["id"]] for item in explained.items}
        parts.append(f"{len(explained.items)} {part} ones are of {len(groups)} groups")
    return ", ".join(parts)


def _counted(contrasts: Sequence[Contrast]) -> str:
    explained, evaluated = contrasts[0].explained, contrasts[0].evaluated
    return (
        f"Dividends of {len(evaluated['raw'].items):,} raw and {len(evaluated['balanced'].items):,} balanced items, "
        f"explainers on {len(explained['raw'].items)} and {len(explained['balanced'].items)}."
    )


def _dividends(part: str, evaluation: Evaluation) -> tuple[str, ...]:
    dividend = evaluation.dividend
    return (
        part,
        f"{evaluation.accuracy['all'].estimate:.1%}",
        f"{evaluation.blind['question'].estimate:.1%}",
        f"{evaluation.blind['image'].estimate:.1%}",
        f"{dividend.estimate:.3f} [{dividend.low:.3f}, {dividend.high:.3f}]",
        " / ".join(f"{value:.2f}" for value in evaluation.quantiles.values()),
    )


def _explainers(contrast: Contrast) -> Table:
    tables = {metric: [frame(part.items, metric) for part in contrast.explained.values()] for metric in SHOWN}
    ranked = {metric: [means(table, RESAMPLES) for table in both] for metric, both in tables.items()}
    rows: list[tuple[str | int | float, ...]] = []
    for name in ranked["improved.raw"][1].index:
        cells = []
        for both in ranked.values():
            places = [list(ranking.index).index(name) + 1 for ranking in both]
            cells.append(" / ".join(_interval(*ranking.loc[name, ["mean", "low", "high"]]) for ranking in both))
            cells[-1] += f" ({places[0]}, {places[1]})"
        rows.append((str(name), *cells))
    return Table(("explainer", *SHOWN.values()), rows)


def _agreement(contrast: Contrast) -> list[tuple[str, ...]]:
    raw, balanced = (spread([contrast], part) for part in CONFIGS)
    p = (f"{explained.summary.agreement.p:.3f}" for explained in contrast.explained.values())
    return [
        *(_compared(title, raw[title], balanced[title]) for title in AGREEMENT),
        ("exact p of tau, were the rankings unrelated", *p, ""),
    ]


def _statistics(contrast: Contrast) -> list[tuple[str, ...]]:
    """Return rows of Friedman's test, and of the number of explainers that are better than random."""
    rows = []
    for metric, title in SHOWN.items():
        cells = []
        for explained in contrast.explained.values():
            table = frame(explained.items, metric)
            chi2, p = friedman(table)
            cells.append(f"{chi2:.0f}, p {p:.0e}; {_better(table)} of {table.shape[1] - 1}")
        rows.append((f"{title}: Friedman's chi2; better than random (Wilcoxon, Holm)", *cells, ""))
    return rows


def _changes(contrast: Contrast) -> Table:
    """Return the table of changes between raw and balanced items: places of explainers, and levels of metrics."""
    levels = [spread([contrast], part, mix=contrast.mix) for part in CONFIGS]
    rows = []
    for metric, title in SHOWN.items():
        raw, balanced = (frame(explained.items, metric) for explained in contrast.explained.values())
        places = [table.mean().rank(ascending=False) for table in (raw, balanced[raw.columns])]
        moved = (places[1] - places[0]).abs()
        tau = _tau(raw.mean().to_numpy(), balanced[raw.columns].mean().to_numpy())
        level = _compared(title, *(figures[title] for figures in levels))
        rows.append((title, f"{tau:.2f}", f"{moved.max():.0f} ({moved.idxmax()})", *level[1:]))
    header = (
        "metric",
        "Kendall's tau",
        "largest change of place",
        "mean on raw, standardised",
        "on balanced",
        "difference [95 %]",
    )
    return Table(header, rows)


def _better(table: pd.DataFrame) -> int:
    """Count the explainers that are better than random, by Wilcoxon's test with Holm's correction."""
    tested = against(table)
    return int(((tested["p_holm"] < 0.05) & (tested["difference"] > 0)).sum())


def _mean_over(tables: Sequence[pd.DataFrame]) -> Floats:
    """Return (items, explainers), the mean over tables of the same items and explainers."""
    same = [table.loc[tables[0].index, tables[0].columns].to_numpy() for table in tables]
    return np.asarray(np.mean(same, axis=0), dtype=np.float64)


def _within(image: pd.DataFrame, text: pd.DataFrame) -> Floats:
    """Return Kendall's tau of the explainers of each item, (items,); NaN if all explainers have equal scores."""
    text = text.loc[image.index, image.columns]
    return np.array([_tau(*scores) for scores in zip(image.to_numpy(), text.to_numpy(), strict=True)])


def _tau(first: Floats, second: Floats) -> float:
    return float(stats.kendalltau(first, second).statistic)


def _drawn(items: dict[str, list[str]], part: str, groups: dict[str, str], seed: int) -> Floats:
    """Return how often each item of one part is drawn, (1 + RESAMPLES, items): once each, then by resampled groups.

    Args:
        items: `raw` and `balanced` -> items. Groups of both are drawn together, so that all parts share the draws.
        part: `raw` or `balanced`.
        groups: Item -> its group.
        seed: Seed of the draws.
    """
    names = sorted({groups[item] for of_part in items.values() for item in of_part})
    rng, even = np.random.default_rng(seed), np.full(len(names), 1 / len(names))
    times = np.concatenate([np.ones((1, len(names))), rng.multinomial(len(names), even, RESAMPLES)])
    place = {group: at for at, group in enumerate(names)}
    return np.asarray(times[:, [place[groups[name]] for name in items[part]]], dtype=np.float64)


def _kinds(contrast: Contrast, names: Sequence[str]) -> Texts:
    return np.array([contrast.kinds[name] for name in names], dtype=np.str_)


def _weighed(drawn: Floats, kinds: Texts, mix: Mapping[str, float] | None) -> Floats:
    """Return the weight of each item in each draw, (draws, items).

    Args:
        drawn: How often each item was drawn.
        kinds: (items,) answer types.
        mix: Answer type -> weight, which its items share; None changes nothing. The weights of a draw without items of
            a type are NaN.
    """
    if mix is None:
        return drawn
    weighed = np.zeros_like(drawn)
    for kind, weight in mix.items():
        of_kind = drawn[:, kinds == kind]
        total = of_kind.sum(axis=1, keepdims=True)
        weighed[:, kinds == kind] = weight * np.divide(of_kind, total, out=np.zeros_like(of_kind), where=total > 0)
        weighed[total[:, 0] == 0] = np.nan
    return weighed


def _means(values: Floats, drawn: Floats) -> Floats:
    """Return means over items, (items, ...) by (draws, items) -> (draws, ...)."""
    total = drawn.sum(axis=1)
    return np.asarray((drawn @ values) / (total if values.ndim == 1 else total[:, None]))


def _compared(title: str, first: Floats, second: Floats) -> tuple[str, ...]:
    """Return a row of two figures and their difference."""
    return (title, _cell(first), _cell(second), _cell(second - first))


def _cell(values: Floats) -> str:
    """Write the figure, which is the first value, with the interval of its resampled values."""
    return _interval(float(values[0]), *map(float, np.nanquantile(values[1:], [0.025, 0.975])))


def _interval(mean: float, low: float, high: float) -> str:
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"
