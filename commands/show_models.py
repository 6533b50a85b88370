"""What an evaluation or a run of explainers found, on the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.evaluate import RESULT
from twokeys.audit.evaluation.leaks import Leak
from twokeys.audit.evaluation.rates import dividends, rates
from twokeys.audit.evaluation.result import Evaluation
from twokeys.audit.explanation.explain import REPORT
from twokeys.audit.explanation.metrics import RANKED
from twokeys.audit.explanation.result import Explained
from twokeys.audit.explanation.sensitivity import RESULT as SENSITIVITY
from twokeys.audit.explanation.sensitivity import Sensitivity, named
from twokeys.commands import tabled
from twokeys.commands.tabled import console

OUT = console()
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
        shown.append((name, f"{rate.own.estimate:.1%}", rate.interval, chance, f"{rate.own.n:,}"))
    tabled.table(OUT, title, ("", "right", "95 % interval", "chance", "of"), shown, numbers=True)
    own = found.dividend
    game = (
        *(f"{found.values[view]:.3f}" for view in VIEWS),
        f"{own.estimate:.3f}",
        f"{own.low:.3f} to {own.high:.3f}",
        " / ".join(f"{value:.2f}" for value in found.quantiles.values()),
    )
    title = f"Value of what is left ({run['value']}; masks: {', '.join(run['masking'].values())})"
    tabled.table(OUT, title, (*VIEWS, "dividend", "95 % interval", "quantiles 5/25/50/75/95"), [game], numbers=True)
    if parts := dividends(found):
        rows = [
            (kind, f"{one.estimate:.3f}", f"{one.low:.3f} to {one.high:.3f}", f"{one.n:,}")
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
            OUT.print(
                f"[yellow]leaky mask[/]: with the {leak.side} masked by {leak.mask} the answer is still given in "
                f"{leak.rate.estimate:.1%} [{leak.rate.low:.1%}, {leak.rate.high:.1%}]; a model that sees the "
                f"other side alone can give it in at most {leak.ceiling:.1%}"
            )


def _tell(skipped: dict[str, str], scored: int) -> None:
    """Say which items the model cannot score, and why: as many as a screen takes, the others are in the results."""
    if not skipped:
        return
    of = f"{len(skipped):,} of {len(skipped) + scored:,} items"
    OUT.print(f"[yellow]skipped[/]: {of}, which this model cannot score; no number above counts them")
    for name, why in [*skipped.items()][:TOLD]:
        OUT.print(f"  {escape(name)}: {escape(why)}")
    if len(skipped) > TOLD:
        OUT.print(f"  and {len(skipped) - TOLD:,} more: --json names them all, and so does {RESULT} of --out")


def show_explained(found: Explained, out: Path) -> None:
    """Print one table of all rankings, the agreement of image and text, and where the report is."""
    run, summary = found.run, found.summary
    title = f"{run['model']} on {run['folder']} ({run['config']}, {run['split']}), {summary.items:,} items"
    shown = []
    tables = {metric: table.to_dict("index") for metric, table in summary.rankings.items()}
    for name in tables["improved.raw"]:
        rows = [tables[metric][name] for metric in RANKED]
        places = [list(tables[metric]).index(name) + 1 for metric in RANKED]
        shown.append((
            name,
            *(
                f"{row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}] {place}"
                for row, place in zip(rows, places, strict=True)
            ),
        ))  # fmt: skip
    columns = ("explainer", *RANKED.values())
    tabled.table(OUT, f"{title}; mean [95 %] and, in order, rank", columns, shown, numbers=True)
    own = summary.agreement
    OUT.print(
        f"Image against text ranking: Kendall's tau {own.tau:.3f} [{own.low:.3f}, {own.high:.3f}], p = {own.p:.3f} "
        f"({own.explainers} explainers, {own.items:,} items)"
    )
    _warn(found.leaks)
    _tell(found.skipped, len(found.items))
    OUT.print(f"Report: {out / REPORT}")


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
