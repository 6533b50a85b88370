"""What balance and training questions change: tables of several models on raw and on balanced items.

Every figure that is compared is a mean over models and items, or Kendall's tau of such means. Intervals draw whole
groups of items anew, which share pictures, with all models and explainers. Raw and balanced items overlap: a group that
both have is drawn once for both, and models on the same items are compared on the same draws.

Balance changes the shares of answer types, and they alone would move a mean. So raw and balanced items are compared
within each answer type, and standardised: items weigh so that both sets have the shares of all raw items.
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
"""Metrics that are compared. The estimate is not divided by |v(all) - v(none)|: under another item's picture that can
be near 0, and a few items would make the mean."""
DIVIDEND, TAU, WITHIN = "mean dividend", "Kendall's tau, image against text SRG", "the same tau within an item, mean"
AGREEMENT = (TAU, WITHIN)


@dataclass(frozen=True)
class Contrast:
    """One model on raw and on balanced items.

    Attributes:
        model: Its name.
        masking: The masks.
        leaks: Rows of what each mask gives away.
        evaluated: `raw` and `balanced` -> dividends.
        groups: Item -> its group, the same on raw and on balanced items.
        kinds: Item -> its answer type, of all raw and balanced items.
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
        """The model's name as tables show it."""
        return self.model.removeprefix("reference:")


def spread(
    found: Sequence[Contrast], part: str, seed: int = 0, *, mix: Mapping[str, float] | None = None
) -> dict[str, Floats]:
    """Means over some models on one kind of items.

    Args:
        found: The models, measured on the same items.
        part: `raw` or `balanced`.
        seed: Of the draws.
        mix: Answer type -> weight of its items together, whatever their share; every item weighs the same when None.

    Returns:
        Title -> (1 + RESAMPLES,): the figure, then what it is on groups that are drawn anew.
    """
    tables = {metric: [frame(one.explained[part].items, metric) for one in found] for metric in SHOWN}
    over = {metric: _mean_over(own) for metric, own in tables.items()}
    pairs = zip(tables["image.srg"], tables["text.srg"], strict=True)
    within = np.ma.masked_invalid([_within(one, other) for one, other in pairs]).mean(axis=0)
    ranked = ~np.ma.getmaskarray(within)
    explained = {kind: [item["id"] for item in found[0].explained[kind].items] for kind in CONFIGS}
    times, of = _drawn(explained, part, found[0].groups, seed), _kinds(found[0], explained[part])
    drawn = _weighed(times, of, mix)
    image, text = (_means(over[metric], drawn) for metric in ("image.srg", "text.srg"))
    return {
        DIVIDEND: dividends(found, part, seed, mix),
        **{title: _means(over[metric].mean(axis=1), drawn) for metric, title in SHOWN.items()},
        TAU: np.array([_tau(*own) for own in zip(image, text, strict=True)]),
        WITHIN: _means(within.data[ranked], _weighed(times[:, ranked], of[ranked], mix)),
    }


def dividends(found: Sequence[Contrast], part: str, seed: int = 0, mix: Mapping[str, float] | None = None) -> Floats:
    """Mean dividend over some models, as `spread` gives it."""
    names = {kind: list(found[0].evaluated[kind].items["id"]) for kind in CONFIGS}
    values = np.mean([one.evaluated[part].items["dividend"].to_numpy(dtype=np.float64) for one in found], axis=0)
    drawn = _drawn(names, part, found[0].groups, seed)
    return _means(values, _weighed(drawn, _kinds(found[0], names[part]), mix))


def together(found: Sequence[Contrast]) -> str:
    """Raw against balanced items, means over several models."""
    parts = {part: spread(found, part) for part in CONFIGS}
    rows = [_compared(title, *(own[title] for own in parts.values())) for title in parts["raw"]]
    title = f"Raw against balanced: {', '.join(one.title for one in found)}"
    means = ", ".join(f"{own[TAU][1:].mean():.2f} on {part} items" for part, own in parts.items())
    said = f"{_counted(found)} Mean of the draws of tau of means, which its figures should be read beside: {means}."
    header = ("", "raw [95 %]", "balanced [95 %]", "balanced - raw [95 %]")
    alike = f"The same with answer types weighing as on all raw items ({_mix(found[0])}), and dividends of each type."
    return section(title, said, Table(header, rows), alike, Table(header, _standardised(found)))


def _standardised(found: Sequence[Contrast]) -> list[tuple[str, ...]]:
    """Dividends within each answer type, and every figure standardised to the raw items' mix of types."""
    rows = []
    for kind in found[0].mix:
        raw, balanced = (dividends(found, part, mix={kind: 1.0}) for part in CONFIGS)
        rows.append(_compared(f"{DIVIDEND}: {kind} items", raw, balanced))
    one, other = (spread(found, part, mix=found[0].mix) for part in CONFIGS)
    return rows + [_compared(f"{title}, standardised", one[title], other[title]) for title in one]


def _mix(found: Contrast) -> str:
    return ", ".join(f"{kind} {share:.1%}" for kind, share in found.mix.items())


def training(natural: Sequence[Contrast], balanced: Sequence[Contrast]) -> str:
    """What the training questions change: models of the same families on the same items."""
    rows = []
    for part in CONFIGS:
        one, other = spread(natural, part), spread(balanced, part)
        rows += [_compared(f"{part} items: {title}", one[title], other[title]) for title in one]
    header = ("", "natural questions [95 %]", "balanced questions [95 %]", "balanced - natural [95 %]")
    said = f"Means over {', '.join(one.title for one in natural)} against {', '.join(one.title for one in balanced)}."
    return section("What the training questions change", said, Table(header, rows))


def overview(found: Sequence[Contrast]) -> str:
    """A row a model."""
    rows = []
    for one in found:
        raw, balanced = (spread([one], part) for part in CONFIGS)
        alike = [spread([one], part, mix=one.mix) for part in CONFIGS]
        better = (f"{_better(frame(own.items, 'improved.raw'))}" for own in one.explained.values())
        changes = (_cell(alike[1][title] - alike[0][title]) for title in (DIVIDEND, *list(SHOWN.values())[:2]))
        rows.append((
            one.title, _cell(raw[DIVIDEND]), _cell(balanced[DIVIDEND]), *changes, _cell(raw[TAU]), _cell(balanced[TAU]),
            _cell(balanced[TAU] - raw[TAU]), " / ".join(better),
        ))  # fmt: skip
    header = (
        "model", "mean dividend, raw", "balanced", "dividend, balanced - raw, standardised",
        "F_syn, balanced - raw, standardised", "improved estimate, balanced - raw, standardised",
        "tau, raw", "balanced", "balanced - raw", "better than random by the estimate, raw / balanced",
    )  # fmt: skip
    words = "Figures with 95 % intervals; tau is Kendall's of image against text SRG."
    weights = f"Standardised: answer types weigh as on all raw items ({_mix(found[0])})."
    return section("Each model", f"{words} {weights}", Table(header, rows))


def effects(found: Sequence[Contrast]) -> str:
    """A linear mixed model of the improved estimate, on raw and on balanced items: what an explainer adds to random."""
    fits = {}
    for part in CONFIGS:
        tables = [frame(one.explained[part].items, "improved.raw") for one in found]
        fits[part] = mixed(pd.DataFrame(_mean_over(tables), index=tables[0].index, columns=tables[0].columns))
    shown = fits["balanced"].effects.sort_values("effect", ascending=False)
    rows = []
    for name in shown.index:
        cells = [own.effects.loc[name] for own in fits.values()]
        texts = (f"{_interval(own['effect'], own['low'], own['high'])}, p {own['p']:.0e}" for own in cells)
        rows.append((str(name), *texts))
    said = [f"Score ~ explainer + (1 | item), mean over {len(found)} models, against random. {_counted(found)}"]
    for part, own in fits.items():
        if own.warnings or not own.converged:
            said.append(f"On {part} items the fit {'' if own.converged else 'did not converge; it '}warned: "
                        f"{'; '.join(own.warnings) or 'nothing'}.")  # fmt: skip
    return section("Mixed model of the improved estimate", " ".join(said), Table(("explainer", *CONFIGS), rows))


def shown(found: Contrast) -> str:
    """One section a model: leaks, dividends, explainers, agreement and rankings."""
    first = found.evaluated["raw"]
    parts = {
        "Masks, 200 balanced items.": Table(
            ("masked", "mask", "answer still given [95 %]", "ceiling of the other side", "leaks"), found.leaks
        ),
        f"Dividends under {found.masking.image} and {found.masking.text}, {len(first.items):,} items each.": Table(
            ("items", "right", "blind: image masked", "question masked", "mean dividend [95 %]", "5/25/50/75/95 %"),
            [_dividends(part, one) for part, one in found.evaluated.items()],
        ),
        f"Explainers, {len(found.explained['raw'].items)} items each; mean on raw / on balanced (and places).": (
            _explainers(found)
        ),
        "Agreement and tests.": Table(
            ("", "raw", "balanced", "balanced - raw [95 %]"), [*_agreement(found), *_statistics(found)]
        ),
        "Ranking on raw against ranking on balanced items.": _changes(found),
    }  # fmt: skip
    return section(f"{found.title}, in full", *(block for pair in parts.items() for block in pair))


def alone(found: Contrast) -> str:
    """How many groups the explained items are of: nearly as many as items where most stand alone."""
    said = []
    for part, own in found.explained.items():
        said.append(
            f"{len(own.items)} {part} ones are of {len({found.groups[item['id']] for item in own.items})} groups"
        )
    return ", ".join(said)


def _counted(found: Sequence[Contrast]) -> str:
    explained, evaluated = found[0].explained, found[0].evaluated
    return (
        f"Dividends of {len(evaluated['raw'].items):,} raw and {len(evaluated['balanced'].items):,} balanced items, "
        f"explainers on {len(explained['raw'].items)} and {len(explained['balanced'].items)}."
    )


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
    ranked = {metric: [means(one, RESAMPLES) for one in both] for metric, both in tables.items()}
    rows: list[tuple[str | int | float, ...]] = []
    for name in ranked["improved.raw"][1].index:
        cells = []
        for both in ranked.values():
            places = [list(one.index).index(name) + 1 for one in both]
            cells.append(" / ".join(_interval(*one.loc[name, ["mean", "low", "high"]]) for one in both))
            cells[-1] += f" ({places[0]}, {places[1]})"
        rows.append((str(name), *cells))
    return Table(("explainer", *SHOWN.values()), rows)


def _agreement(found: Contrast) -> list[tuple[str, ...]]:
    raw, balanced = (spread([found], part) for part in CONFIGS)
    p = (f"{one.summary.agreement.p:.3f}" for one in found.explained.values())
    return [
        *(_compared(title, raw[title], balanced[title]) for title in AGREEMENT),
        ("exact p of tau, were the rankings unrelated", *p, ""),
    ]


def _statistics(found: Contrast) -> list[tuple[str, ...]]:
    """Friedman's test, and how many explainers differ from random."""
    rows = []
    for metric, title in SHOWN.items():
        cells = []
        for one in found.explained.values():
            table = frame(one.items, metric)
            chi2, p = friedman(table)
            cells.append(f"{chi2:.0f}, p {p:.0e}; {_better(table)} of {table.shape[1] - 1}")
        rows.append((f"{title}: Friedman's chi2; better than random (Wilcoxon, Holm)", *cells, ""))
    return rows


def _changes(found: Contrast) -> Table:
    """How far explainers change places between raw and balanced items, and what the metric's level does."""
    levels = [spread([found], part, mix=found.mix) for part in CONFIGS]
    rows = []
    for metric, title in SHOWN.items():
        raw, balanced = (frame(one.items, metric) for one in found.explained.values())
        places = [own.mean().rank(ascending=False) for own in (raw, balanced[raw.columns])]
        moved = (places[1] - places[0]).abs()
        tau = _tau(raw.mean().to_numpy(), balanced[raw.columns].mean().to_numpy())
        level = _compared(title, *(own[title] for own in levels))
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
    """How many explainers are better than random, by Wilcoxon's test with Holm's correction."""
    tested = against(table)
    return int(((tested["p_holm"] < 0.05) & (tested["difference"] > 0)).sum())


def _mean_over(tables: Sequence[pd.DataFrame]) -> Floats:
    """(items, explainers), mean over tables of the same items and explainers."""
    same = [table.loc[tables[0].index, tables[0].columns].to_numpy() for table in tables]
    return np.asarray(np.mean(same, axis=0), dtype=np.float64)


def _within(image: pd.DataFrame, text: pd.DataFrame) -> Floats:
    """Kendall's tau of the explainers of each item, (items,); NaN where all explainers are alike."""
    text = text.loc[image.index, image.columns]
    return np.array([_tau(*own) for own in zip(image.to_numpy(), text.to_numpy(), strict=True)])


def _tau(one: Floats, other: Floats) -> float:
    return float(stats.kendalltau(one, other).statistic)


def _drawn(items: dict[str, list[str]], part: str, groups: dict[str, str], seed: int) -> Floats:
    """How often each item of one part is drawn, (1 + RESAMPLES, items): once, then with as many groups drawn anew.

    Args:
        items: `raw` and `balanced` -> items. Groups of both are drawn together, so that all parts share the draws.
        part: Which of them.
        groups: Item -> its group.
        seed: Of the draws.
    """
    known = sorted({groups[name] for own in items.values() for name in own})
    rng, even = np.random.default_rng(seed), np.full(len(known), 1 / len(known))
    times = np.concatenate([np.ones((1, len(known))), rng.multinomial(len(known), even, RESAMPLES)])
    place = {group: at for at, group in enumerate(known)}
    return np.asarray(times[:, [place[groups[name]] for name in items[part]]], dtype=np.float64)


def _kinds(found: Contrast, names: Sequence[str]) -> Texts:
    return np.array([found.kinds[name] for name in names], dtype=np.str_)


def _weighed(drawn: Floats, kinds: Texts, mix: Mapping[str, float] | None) -> Floats:
    """What each item weighs in each draw, (draws, items).

    Args:
        drawn: How often it was drawn.
        kinds: (items,) answer types.
        mix: Answer type -> weight, which its items share; nothing is changed when None. A draw without items of a type
            says nothing: it is NaN.
    """
    if mix is None:
        return drawn
    weighed = np.zeros_like(drawn)
    for kind, weight in mix.items():
        own = drawn[:, kinds == kind]
        total = own.sum(axis=1, keepdims=True)
        weighed[:, kinds == kind] = weight * np.divide(own, total, out=np.zeros_like(own), where=total > 0)
        weighed[total[:, 0] == 0] = np.nan
    return weighed


def _means(values: Floats, drawn: Floats) -> Floats:
    """Means over items, (items, ...) by (draws, items) -> (draws, ...)."""
    total = drawn.sum(axis=1)
    return np.asarray((drawn @ values) / (total if values.ndim == 1 else total[:, None]))


def _compared(title: str, one: Floats, other: Floats) -> tuple[str, ...]:
    """A row of two figures and their difference."""
    return (title, _cell(one), _cell(other), _cell(other - one))


def _cell(values: Floats) -> str:
    """A figure that stands first, with the interval of those that were drawn."""
    return _interval(float(values[0]), *map(float, np.nanquantile(values[1:], [0.025, 0.975])))


def _interval(mean: float, low: float, high: float) -> str:
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"
