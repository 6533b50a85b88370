"""Does balance change the results of explainers? Three families, trained on natural and on balanced questions.

    twokeys build easy-vqa
    python -m benchmarks.contrast out/easy-vqa --items 100 > docs/contrast.md

The page reports for each model, under the masks that leak least: the leak of every mask; the dividends of 1,000 raw and
of 1,000 balanced items; all explainers on items of both, by F_syn as published, by the improved estimate, and by
insertion minus deletion in each modality; the agreement of rankings by image and by text; and the rankings on raw and
on balanced items. `--runs` stores all results, so an interrupted run continues, also with more items.
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
"""Items whose dividends are measured; fewer items are explained, which takes far longer."""
BUDGET = 138
"""Forward passes of the improved estimate: 16 pairs of backgrounds."""
HEAD = """# Raw against balanced: all figures

`python -m benchmarks.contrast out/easy-vqa --items {items}` after `twokeys build easy-vqa` writes this page; a run goes
on where it was stopped, and with more items. What it says is summed up in [audit.md](audit.md). Read the intervals:
each cell has {items} items. Places are among {explainers} explainers.

Intervals of means over explainers, of dividends, of tau and of all differences draw whole groups, which are items that
share images; a group with raw and balanced items is drawn once for both. Intervals of single explainers, tests and
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
        runs: Folder of the stored results.
        explainers: Names of the explainers.
        seed: Seed of the draws.
    """
    model, model_runs = load_game(name), runs / name.replace(":", "-").replace("/", "-")
    masking, rows = _masks(folder, model, model_runs / "masks", seed)
    evaluated, explained = {}, {}
    table = read(folder, "all").table
    groups, kinds = (
        dict(zip(table["id"].astype(str), table[name].astype(str), strict=True)) for name in ("group", "answer_type")
    )
    shares = table["answer_type"].astype(str).value_counts(normalize=True).sort_index()
    mix = {str(kind): float(share) for kind, share in shares.items()}
    for part, config in CONFIGS.items():
        evaluated[part] = evaluate(
            folder,
            model,
            config=config,
            limit=EVALUATED,
            masking=masking,
            out=model_runs / f"{part}-evaluated",
            seed=seed,
        )
        say(f"{name}, {part}: {EVALUATED} items evaluated")
        explained[part] = explain(
            folder, model, explainers, config=config, limit=items, budget=BUDGET, masking=masking,
            out=model_runs / f"{part}-explained", seed=seed,
        )  # fmt: skip
        say(f"{name}, {part}: {items} items explained")
    return Contrast(name, masking, rows, evaluated, groups, kinds, mix, explained)


def _masks(folder: Path, model: Model, out: Path, seed: int) -> tuple[Masking, list[tuple[str, ...]]]:
    """Return the masks that leak least on the balanced items, and a row for every mask."""
    published = read(folder, "balanced")
    run = {
        "model": model.name, "folder": folder.name, "config": published.config,
        "fingerprint": fingerprints(published), "split": published.split, "seed": seed,
    }  # fmt: skip
    journal = Journal(out, "leaks.jsonl", run, ())
    if not journal.lines:
        rows = [
            (leak.side, leak.mask, f"{leak.rate.estimate:.1%} [{leak.rate.low:.1%}, {leak.rate.high:.1%}]",
             f"{leak.ceiling:.1%}", "**yes**" if leak.leaky else "no")
            for leak in measured(published, model, seed=seed)
        ]  # fmt: skip
        journal.add({"id": "masks", "rows": rows})
    leaks: list[tuple[str, ...]] = [tuple(row) for row in journal.lines["masks"]["rows"]]
    first = {side: next(mask for masked, mask, *_ in leaks if masked == side) for side in ("image", "text")}
    return Masking(first["image"], first["text"]), leaks


def page(done: list[Contrast], items: int, explainers: int) -> str:
    """Return the page; sections of several models come first."""
    named = {contrast.model: contrast for contrast in done}
    natural, balanced = ([named[name] for name in kind if name in named] for kind in (NATURAL, BALANCED))
    blocks = [HEAD.format(items=items, explainers=explainers, alone=alone(done[0])), overview(done)]
    blocks += [together(kind) for kind in (natural, balanced, natural + balanced) if len(kind) > 1]
    pairs = [
        (named[first], named[second])
        for first, second in zip(NATURAL, BALANCED, strict=True)
        if {first, second} <= set(named)
    ]
    if pairs:
        blocks.append(training([first for first, _ in pairs], [second for _, second in pairs]))
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
    arguments = parser.parse_args()
    names = tuple(arguments.explainers.split(","))
    done = [
        contrast(arguments.folder, model, arguments.items, arguments.runs, names, arguments.seed)
        for model in arguments.model or MODELS
    ]
    print(page(done, arguments.items, len(names)), end="")


if __name__ == "__main__":
    main()
