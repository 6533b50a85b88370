"""Prints evaluations and explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.each_image import NUMBERS, EachImage, masked_rows
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
from twokeys.core.intervals.means import Interval, caution

OUT = console()
LEGEND = (
    "F_syn: how far the patches and words that a method ranks highest matter together, as published; improved: an "
    "unbiased estimate of the same, from backgrounds of all sizes. SRG: how far the answer follows the ranking of "
    "patches, or of words, alone; 0 for a random one."
)
DIVIDEND = "Dividend: v(both) - v(image) - v(question) + v(neither), what image and question add together."
TOLD = 5
"""Largest number of skipped items that are printed."""


def show_evaluation(evaluation: Evaluation, out: Path | None = None) -> None:
    """Print a table of accuracies and a table of values, and where the report is."""
    run = evaluation.run
    title = f"{run['model']} on {run['folder']} ({run['config']}, {run['split']}), {run['items']:,} items"
    shown = []
    for rate in rates(evaluation):
        chance = "" if rate.chance is None else f"{rate.chance:.1%}"
        name = f"  {rate.title}" if rate.part else rate.title
        shown.append((name, f"{rate.own.estimate:.1%}", Whole(rate.interval), chance, f"{rate.own.n:,}"))
    tabled.table(OUT, title, ("", "right", "95 % interval", "chance", "of"), shown, numbers=True)
    _caution(caution(evaluation.dividend.groups))
    dividend = evaluation.dividend
    quantiles = " / ".join(f"{value:.2f}" for value in evaluation.quantiles.values())
    values = [
        *((f"v({view})", f"{evaluation.values[view]:.3f}") for view in VIEWS),
        ("dividend [95 %]", f"{dividend.estimate:.3f} [{dividend.low:.3f}, {dividend.high:.3f}]"),
        ("its quantiles over items 5/25/50/75/95", Whole(quantiles)),
    ]
    title = f"v: {run['value']} of the answer with what is left (masks: {', '.join(run['masking'].values())})"
    tabled.table(OUT, title, ("", "mean"), values, numbers=True)
    tabled.prose(OUT, DIVIDEND)
    if parts := dividends(evaluation):
        rows = [
            (kind, f"{accuracy.estimate:.3f}", Whole(f"{accuracy.low:.3f} to {accuracy.high:.3f}"), f"{accuracy.n:,}")
            for kind, accuracy in parts.items()
        ]
        tabled.table(OUT, "Dividend of each answer type", ("", "dividend", "95 % interval", "of"), rows, numbers=True)
    if evaluation.each_image is not None:
        _show_each_image(evaluation.each_image)
    _warn(evaluation.leaks)
    _tell(evaluation.skipped, len(evaluation.items))
    if out is not None:
        OUT.print(f"Report: {out / REPORT}")


def _show_each_image(found: EachImage) -> None:
    """Print what is lost when one image of several is masked alone, and how many images right answers need."""
    rows = [
        (one.name, f"{one.right.estimate:.1%}", _ends(one.right, "{:.1%}"), f"{one.lost.estimate:.3f}",
         _ends(one.lost, "{:.3f}"), f"{one.right.n:,}")
        for one in masked_rows(found)
    ]  # fmt: skip
    columns = ("masked alone", "right", "95 % interval", "v lost", "95 % interval", "of")
    tabled.table(OUT, "Items of several images, one image masked alone", columns, rows, numbers=True)
    shares = [
        (NUMBERS[name], f"{one.estimate:.1%}", _ends(one, "{:.1%}"), f"{one.n:,}") for name, one in found.needed.items()
    ]
    if shares:
        title = "Images without which a right answer becomes wrong"
        tabled.table(OUT, title, ("", "share", "95 % interval", "of"), shares, numbers=True)


def _ends(one: Interval, form: str) -> Whole:
    """The ends of an interval; empty if there are too few groups for one."""
    return Whole("" if one.low != one.low else f"{form.format(one.low)} to {form.format(one.high)}")


def _warn(leaks: list[Leak]) -> None:
    """Print the used masks that leak."""
    for leak in leaks:
        if leak.leaky:
            tabled.print_sentence(
                OUT,
                f"leaky mask: with the {leak.side} masked by {leak.mask} the answer is still given in "
                f"{leak.rate.estimate:.1%} [{leak.rate.low:.1%}, {leak.rate.high:.1%}]; a model that sees the "
                f"other side alone can give it in at most {leak.ceiling:.1%}",
                style="yellow",
            )


def _tell(skipped: dict[str, str], scored: int) -> None:
    """Print the first items that the model cannot score, with reasons; the results hold all of them."""
    if not skipped:
        return
    of = f"{len(skipped):,} of {len(skipped) + scored:,} items"
    tabled.print_sentence(
        OUT, f"skipped: {of}, which this model cannot score; no number above counts them", style="yellow"
    )
    for name, why in [*skipped.items()][:TOLD]:
        tabled.print_sentence(OUT, f"  {name}: {why}")
    if len(skipped) > TOLD:
        tabled.print_sentence(
            OUT, f"  and {len(skipped) - TOLD:,} more: --json names them all, and so does {RESULT} of --out"
        )


def show_explained(explained: Explained, out: Path) -> None:
    """Print a table of all rankings, the agreement of image and text, and where the report is."""
    run, summary = explained.run, explained.summary
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
    agreement = summary.agreement
    p = "" if summary.caution else f", p = {agreement.p:.3f}"
    tabled.prose(
        OUT,
        f"Image against text ranking: Kendall's tau {agreement.tau:.3f} [{agreement.low:.3f}, {agreement.high:.3f}]{p} "
        f"({agreement.explainers} explainers, {agreement.items:,} items).",
    )
    _caution(summary.caution)
    _warn(explained.leaks)
    _tell(explained.skipped, len(explained.items))
    OUT.print(f"Report: {out / REPORT}")


def _against(row: dict[Any, Any], caution: str) -> str:
    """An explainer's lead over random, with the p value if there are enough items for one."""
    if row["difference"] != row["difference"]:
        return ""
    return f"{row['difference']:+.3f}" + ("" if caution else f", p {row['p_holm']:.3f}")


def _caution(text: str) -> None:
    if text:
        tabled.print_sentence(OUT, text, style="yellow")


def show_sensitivity(sensitivity: Sensitivity, out: Path) -> None:
    """Print the leak of each mask, and how well its rankings agree with the rankings of the best masks."""
    best = next(iter(sensitivity.runs))
    shown = []
    for masking, agreement in sensitivity.agreement.items():
        side, mask = ("image", masking.image) if masking.image != best.image else ("text", masking.text)
        leak = next(each for each in sensitivity.leaks if (each.side, each.mask) == (side, mask))
        rate = f"{leak.rate.estimate:.1%}{' leaks' if leak.leaky else ''} (ceiling {leak.ceiling:.1%})"
        taus = (
            f"{agreement[metric].tau:.2f} [{agreement[metric].low:.2f}, {agreement[metric].high:.2f}]"
            for metric in RANKED
        )
        shown.append((named(masking), rate, *taus))
    title = f"Kendall's tau of rankings with those under {named(best)} [95 % over items]"
    tabled.table(OUT, title, ("masks", "answer still given", *RANKED.values()), shown, numbers=True)
    OUT.print(f"Reports: {out}/MASKS/{REPORT}; {out / SENSITIVITY}")
