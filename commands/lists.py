"""Verbs that list choices: `recipes`, `corpora`, `explainers`, `catalogue`."""

from __future__ import annotations

import inspect
import sys

from twokeys.commands.options import AsJson
from twokeys.commands.shipped import licences, listed, needs, purpose
from twokeys.commands.terminal import print_json


def recipes(as_json: AsJson = False) -> None:
    """List the recipes that ship, by kind, with items, licence and what must be at hand."""
    from twokeys.builder.recipe import load, shipped

    loaded = {name: load(name) for name in shipped()}
    if as_json:
        print_json({name: recipe.model_dump(mode="json", by_alias=True) for name, recipe in loaded.items()})
        return
    from twokeys.commands.show_builds import table

    for kind, items in listed().items():
        rows = [
            (
                name,
                "-" if count is None else f"{count:,}",
                licences(loaded[name]),
                needs(loaded[name]),
                purpose(loaded[name]),
            )
            for name, count in items.items()
        ]
        table(kind, ["recipe", "items", "licence", "needs", "for"], rows)


def corpora(as_json: AsJson = False) -> None:
    """List the formats that can be read, and how their official files should lie."""
    from twokeys.builder.read.corpora import readers

    by_name = readers()
    if as_json:
        print_json({name: {"summary": reader.summary, "needs": reader.needs} for name, reader in by_name.items()})
        return
    from twokeys.commands.show_builds import table

    table("Formats", ["format", "reads", "needs"], [(n, r.summary, r.needs) for n, r in by_name.items()])


def explainers(as_json: AsJson = False) -> None:
    """List the methods that explain a model's answer, and what each of them takes."""
    from twokeys.audit.explainers.registry import explainers

    patches, tokens = 16, 6
    costs = {name: (kind(), kind().cost(patches, tokens)) for name, kind in explainers().items()}
    if as_json:
        print_json({
            name: {"summary": (inspect.getdoc(type(explainer)) or "").partition("\n")[0],
                   "published": explainer.published, "promises": sorted(explainer.promises),
                   "forward": cost.forward, "backward": cost.backward}
            for name, (explainer, cost) in costs.items()
        })  # fmt: skip
        return
    rows = [
        (
            name,
            (inspect.getdoc(type(explainer)) or "").partition("\n")[0],
            str(cost.forward),
            str(cost.backward),
            explainer.published,
        )
        for name, (explainer, cost) in costs.items()
    ]
    from twokeys.commands.show_builds import table

    title = f"Explainers; passes for {patches} patches and {tokens} tokens"
    table(title, ["name", "what it does", "forward", "backward", "published"], rows)


def catalogue() -> None:
    """Print every rule, baseline, explainer, generator, corpus, recipe and export format as Markdown."""
    from twokeys.commands.catalogue import catalogue

    sys.stdout.write(catalogue())
