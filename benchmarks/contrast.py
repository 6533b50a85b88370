"""Does balance change what explainers find? Three families, trained on natural and on balanced questions.

    twokeys build easy-vqa
    python -m benchmarks.contrast out/easy-vqa --items 100 > docs/contrast.md

For each model, under the masks that leak least: what every mask gives away; the dividends of 1,000 raw and of 1,000
balanced items; all explainers on items of both, by F_syn as published, by the improved estimate, and by insertion minus
deletion in each modality; how far rankings by image and text agree, and the rankings on raw and on balanced items.
Everything is kept in `--runs`, so a run goes on where it was stopped, and with more items.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.contrasted import CONFIGS, Contrast, alone, effects, overview, shown, together, training
from benchmarks.faithfulness import MODELS as NATURAL
from benchmarks.report import say
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.evaluation.leaks import measured
from twokeys.audit.explanation.explain import DEFAULT, explain
from twokeys.audit.journal import Journal
from twokeys.audit.models.loading import load_game
from twokeys.audit.models.model import Masking, Model
from twokeys.audit.published import fingerprints, read

BALANCED = tuple(name.replace("natural", "balanced") for name in NATURAL)
MODELS = (*NATURAL, *BALANCED)
EVALUATED = 1000
"""Items whose dividends are measured; more than are explained, which takes far longer."""
BUDGET = 138
"""Forward passes of the improved estimate: 16 pairs of backgrounds."""
HEAD = """# Raw against balanced: all figures

`python -m benchmarks.contrast out/easy-vqa --items {items}` after `twokeys build easy-vqa` writes this page; a run goes
on where it was stopped, and with more items. What it says is summed up in [audit.md](audit.md). Read the intervals:
each cell has {items} items. Places are among {explainers} explainers.

Intervals of means over explainers, of dividends, of tau and of all differences draw whole groups, which are items that
share pictures; a group with raw and balanced items is drawn once for both. Intervals of single explainers, tests and
the mixed model take items as independent ({alone}).

Raw and balanced items have other **shares of answer types**, which alone move a mean. Figures called standardised weigh
items so that both sets have the shares of all raw items; others are of each set's own mix.

The percentile interval of **Kendall's tau of means is biased**: tau counts exchanged places, draws move means that lie
close together past each other, and they do so in one direction more easily than in the other. A figure can lie at an
end of its interval; the mean of the draws, which stands beside the tables of several models, tells how far that goes.
The tau within items is a mean and has no such bias.
"""


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
    masking, rows = _masks(folder, model, own / "masks", seed)
    evaluated, explained = {}, {}
    table = read(folder, "all").table
    groups, kinds = (
        dict(zip(table["id"].astype(str), table[name].astype(str), strict=True)) for name in ("group", "answer_type")
    )
    shares = table["answer_type"].astype(str).value_counts(normalize=True).sort_index()
    mix = {str(kind): float(share) for kind, share in shares.items()}
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
    return Contrast(name, masking, rows, evaluated, groups, kinds, mix, explained)


def _masks(folder: Path, model: Model, out: Path, seed: int) -> tuple[Masking, list[tuple[str, ...]]]:
    """The masks that leak least on the balanced items, and a row for every mask."""
    published = read(folder, "balanced")
    run = {
        "model": model.name, "folder": folder.name, "config": published.config,
        "fingerprint": fingerprints(published), "split": published.split, "seed": seed,
    }  # fmt: skip
    journal = Journal(out, "leaks.jsonl", run, ())
    if not journal.lines:
        found = measured(published, model, seed=seed)
        rows = [
            (one.side, one.mask, f"{one.rate.estimate:.1%} [{one.rate.low:.1%}, {one.rate.high:.1%}]",
             f"{one.ceiling:.1%}", "**yes**" if one.leaky else "no")
            for one in found
        ]  # fmt: skip
        journal.add({"id": "masks", "rows": rows})
    known: list[tuple[str, ...]] = [tuple(row) for row in journal.lines["masks"]["rows"]]
    first = {side: next(mask for own, mask, *_ in known if own == side) for side in ("image", "text")}
    return Masking(first["image"], first["text"]), known


def page(done: list[Contrast], items: int, explainers: int) -> str:
    """Everything, what is common first."""
    named = {one.model: one for one in done}
    natural, balanced = ([named[name] for name in kind if name in named] for kind in (NATURAL, BALANCED))
    blocks = [HEAD.format(items=items, explainers=explainers, alone=alone(done[0])), overview(done)]
    blocks += [together(kind) for kind in (natural, balanced, natural + balanced) if len(kind) > 1]
    pairs = [
        (named[one], named[other]) for one, other in zip(NATURAL, BALANCED, strict=True) if {one, other} <= set(named)
    ]
    if pairs:
        blocks.append(training([one for one, _ in pairs], [other for _, other in pairs]))
    return "\n".join([*blocks, effects(natural or done), *map(shown, done)])


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--explainers", default=",".join(DEFAULT))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=Path("out/contrast"))
    wanted = parser.parse_args()
    names = tuple(wanted.explainers.split(","))
    done = [
        contrast(wanted.folder, model, wanted.items, wanted.runs, names, wanted.seed)
        for model in wanted.model or MODELS
    ]
    print(page(done, wanted.items, len(names)), end="")


if __name__ == "__main__":
    main()
