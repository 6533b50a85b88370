"""What the manifest of a published folder says of the config that a model is evaluated on."""

from __future__ import annotations

from twokeys.audit.published import Published
from twokeys.core.columns import BALANCED, CHOICE, OPEN, TIERS
from twokeys.data_cards.audited import Part
from twokeys.data_cards.categories import Category
from twokeys.data_cards.eval_yaml import evaluated, task_id
from twokeys.data_cards.published import PublishedFolder


class Task(Part):
    """A task of the folder's `eval.yaml`, of which the Hub makes a leaderboard."""

    id: str
    choices: bool
    """Whether it holds the items with options, or those without."""
    split: str
    items: int


class Benchmark(Part):
    """What an evaluation takes from the manifest."""

    name: str
    title: str
    categories: list[str]
    """Columns, or fields of `meta`, by which the recipe tells categories apart."""
    adversaries: list[Category]
    """The best blind adversary of each category of the whole config, all splits; empty if none was counted of it."""
    tasks: list[Task]
    """Empty if the folder has no `eval.yaml`, or the config is not what its tasks are made of."""


def benchmark(published: Published) -> Benchmark:
    """Read what a manifest says; of a folder without one, which `twokeys build` did not write, its name is known."""
    folder = PublishedFolder(published.folder)
    if not folder.claims:
        name = published.folder.resolve().name
        return Benchmark(name=name, title=name, categories=[], adversaries=[], tasks=[])
    manifest = folder.manifest
    best = manifest.categories_after if published.config == BALANCED else None
    asked = [name for name in (OPEN, CHOICE) if name in manifest.configs]
    filled = next((tier for tier in TIERS if tier in folder.configs), None)
    return Benchmark(
        name=manifest.name,
        title=manifest.title,
        categories=list(manifest.recipe.get("categories", [])),
        adversaries=best.rows if best else [],
        tasks=[_task(name, manifest.name, manifest.configs[name].splits) for name in asked]
        if published.config == filled
        else [],
    )


def _task(config: str, name: str, splits: dict[str, int]) -> Task:
    split = evaluated(splits)
    return Task(id=task_id(name, config), choices=config == CHOICE, split=split, items=splits[split])
