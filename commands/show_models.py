"""What an evaluation or a run of explainers found, on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.evaluate import RESULT
from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.evaluation.rates import dividends, rates
from twokeys.audit.evaluation.result import Evaluation
from twokeys.audit.explanation.explain import REPORT
from twokeys.audit.explanation.metrics import RANKED, SHORT
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.sensitivity import RESULT as SENSITIVITY
from twokeys.audit.explanation.sensitivity import Sensitivity, named
from twokeys.commands import tabled
from twokeys.commands.tabled import Whole, console
from twokeys.core.intervals.means import caution

OUT = console()
LEGEND = (
    "F_syn: how far the patches and words that a method ranks highest matter together, as published; improved: an "
    "unbiased estimate of the same, from backgrounds of all sizes. SRG: how far the answer follows the ranking of "
    "patches, or of words, alone; 0 for a random one."
)
DIVIDEND = "Dividend: v(both) - v(image) - v(question) + v(neither), what image and question add together."
TOLD = 5
"""Skipped items that are named on the terminal."""


def show_evaluation(found: Evaluation, out: Path | None = None) -> None:
    """Print one table of accuracies and one of values, and where the report is."""
    run = found.run
    title = f"{run['model']} on {run['folder']} ({run['config']}, {run['split']}), {run['items']:,} items"
    shown = []
    for rate in rates(found):
        chance = "" if rate.chance is None else f"{rate.chance:.1%}"
        name = f"  {rate.title}" if rate.part else rate.title
        shown.append((name, f"{rate.own.estimate:.1%}", Whole(rate.interval), chance, f"{rate.own.n:,}"))
    tabled.table(OUT, title, ("", "right", "95 % interval", "chance", "of"), shown, numbers=True)
    _caution(caution(found.dividend.groups))
    own = found.dividend
    quantiles = " / ".join(f"{value:.2f}" for value in found.quantiles.values())
    values = [
        *((f"v({view})", f"{found.values[view]:.3f}") for view in VIEWS),
        ("dividend [95 %]", f"{own.estimate:.3f} [{own.low:.3f}, {own.high:.3f}]"),
        ("its quantiles over items 5/25/50/75/95", Whole(quantiles)),
    ]
    title = f"v: {run['value']} of the answer with what is left (masks: {', '.join(run['masking'].values())})"
    tabled.table(OUT, title, ("", "mean"), values, numbers=True)
    tabled.prose(OUT, DIVIDEND)
    if parts := dividends(found):
        rows = [
            (kind, f"{one.estimate:.3f}", Whole(f"{one.low:.3f} to {one.high:.3f}"), f"{one.n:,}")
            for kind, one in parts.items()
        ]
        tabled.table(OUT, "Dividend of each answer type", ("", "dividend", "95 % interval", "of"), rows, numbers=True)
    _warn(found.leaks)
    _tell(found.skipped, len(found.items))
    if out is not None:
        OUT.print(f"Report: {out / REPORT}")


def _warn(leaks: list[Leak]) -> None:
    """Say which of the masks in use leak."""
    for leak in leaks:
        if leak.leaky:
            tabled.said(
                OUT,
                f"leaky mask: with the {leak.side} masked by {leak.mask} the answer is still given in "
                f"{leak.rate.estimate:.1%} [{leak.rate.low:.1%}, {leak.rate.high:.1%}]; a model that sees the "
                f"other side alone can give it in at most {leak.ceiling:.1%}",
                style="yellow",
            )


def _tell(skipped: dict[str, str], scored: int) -> None:
    """Say which items the model cannot score, and why: as many as a screen takes, the others are in the results."""
    if not skipped:
        return
    of = f"{len(skipped):,} of {len(skipped) + scored:,} items"
    tabled.said(OUT, f"skipped: {of}, which this model cannot score; no number above counts them", style="yellow")
    for name, why in [*skipped.items()][:TOLD]:
        tabled.said(OUT, f"  {name}: {why}")
    if len(skipped) > TOLD:
        tabled.said(OUT, f"  and {len(skipped) - TOLD:,} more: --json names them all, and so does {RESULT} of --out")


def show_explained(found: Explained, out: Path) -> None:
    """Print one table of all rankings, the agreement of image and text, and where the report is."""
    run, summary = found.run, found.summary
    title = f"{run['model']} on {run['folder']} ({run['config']}, {run['split']}), {summary.items:,} items"
    best = summary.rankings["improved.raw"].to_dict("index")
    shown = [
        (name, f"{row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}]", _against(row, summary.caution))
        for name, row in best.items()
    ]
    columns = ("explainer", "mean [95 % over items]", "minus random")
    tabled.table(OUT, f"{title}: {RANKED['improved.raw']}", columns, shown, numbers=True)
    places = {metric: list(table.index) for metric, table in summary.rankings.items()}
    ranked = [(name, *(str(places[metric].index(name) + 1) for metric in RANKED)) for name in best]
    tabled.table(OUT, "Places, 1 is best", ("explainer", *SHORT.values()), ranked, numbers=True)
    tabled.prose(OUT, LEGEND)
    own = summary.agreement
    p = "" if summary.caution else f", p = {own.p:.3f}"
    tabled.prose(
        OUT,
        f"Image against text ranking: Kendall's tau {own.tau:.3f} [{own.low:.3f}, {own.high:.3f}]{p} "
        f"({own.explainers} explainers, {own.items:,} items).",
    )
    _caution(summary.caution)
    _warn(found.leaks)
    _tell(found.skipped, len(found.items))
    OUT.print(f"Report: {out / REPORT}")


def _against(row: dict[Any, Any], caution: str) -> str:
    """An explainer's lead over random, with the p value if there are enough items for one."""
    if row["difference"] != row["difference"]:
        return ""
    return f"{row['difference']:+.3f}" + ("" if caution else f", p {row['p_holm']:.3f}")


def _caution(text: str) -> None:
    if text:
        tabled.said(OUT, text, style="yellow")


def show_sensitivity(found: Sensitivity, out: Path) -> None:
    """Print what each mask gives away, and how far rankings under it agree with those under the best masks."""
    best = next(iter(found.runs))
    shown = []
    for masking, own in found.agreement.items():
        side, mask = ("image", masking.image) if masking.image != best.image else ("text", masking.text)
        leak = next(one for one in found.leaks if (one.side, one.mask) == (side, mask))
        rate = f"{leak.rate.estimate:.1%}{' leaks' if leak.leaky else ''} (ceiling {leak.ceiling:.1%})"
        taus = (f"{own[metric].tau:.2f} [{own[metric].low:.2f}, {own[metric].high:.2f}]" for metric in RANKED)
        shown.append((named(masking), rate, *taus))
    title = f"Kendall's tau of rankings with those under {named(best)} [95 % over items]"
    tabled.table(OUT, title, ("masks", "answer still given", *RANKED.values()), shown, numbers=True)
    OUT.print(f"Reports: {out}/MASKS/{REPORT}; {out / SENSITIVITY}")
