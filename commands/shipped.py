"""Facts about the shipped recipes: kind, size, licence, and required files."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from twokeys.builder.recipe import Recipe


def listed() -> dict[str, dict[str, int | None]]:
    """The shipped recipes by kind, with the number of their items; None if it is not counted."""
    text = resources.files("twokeys.commands").joinpath("recipe_list.yaml").read_text(encoding="utf-8")
    sizes: dict[str, dict[str, int | None]] = yaml.safe_load(text)
    return sizes


def needs(recipe: Recipe) -> str:
    """The required data: a repository of the Hub that is downloaded, or files in the corpora folder."""
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
    """The furthest verb that a recipe supports: without images, only `diagnose`."""
    return "build" if recipe.publishable else "diagnose"
