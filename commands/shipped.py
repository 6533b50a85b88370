"""What is told of the recipes that ship: their kind, size, licence, and what they need."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from twokeys.builder.recipe import Recipe


def listed() -> dict[str, dict[str, int | None]]:
    """The recipes that ship by kind, with the number of their items if it is known."""
    text = resources.files("twokeys.commands").joinpath("recipe_list.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, int | None]] = yaml.safe_load(text)
    return found


def needs(recipe: Recipe) -> str:
    """What must be at hand: a repository of the Hub is fetched, files are put into the corpora folder."""
    corpus = recipe.corpora[0]
    if "repository" in corpus.options:
        return "the Hub"
    if corpus.path is None:
        return "nothing"
    return "files and photos" if corpus.image_folder is not None and corpus.images == "required" else "files"


def licences(recipe: Recipe) -> str:
    """The licences of its corpora."""
    return ", ".join(dict.fromkeys(corpus.license for corpus in recipe.corpora))


def purpose(recipe: Recipe) -> str:
    """The last verb that it is good for: what has no images can be diagnosed alone."""
    return "build" if recipe.publishable else "diagnose"
