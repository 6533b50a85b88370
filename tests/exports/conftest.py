"""A published folder of drawn shapes, and its exports, made once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

import pytest

from tests.pipeline.toy import Toy
from twokeys.builder.build import build
from twokeys.exports.export import export
from twokeys.exports.source import Source, source

Exporting = Callable[[str], Path]

collect_ignore_glob = ["harnesses/*_run.py"]  # programs for other environments, not modules with doctests


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Balanced items of every kind: yes/no, numbers, open answers, options; JPEGs that lie on their side among them."""
    place = tmp_path_factory.mktemp("published")
    toy = Toy.shapes(place / "corpora", train=9, test=18)
    return build(toy.save(place / "recipe.yaml"), place / "toy", corpora=toy.corpora, engine="serial").folder


@pytest.fixture(scope="session")
def items(folder: Path) -> Source:
    """What is exported."""
    return source(folder, None, None, None)


@pytest.fixture(scope="session")
def exported(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Exporting:
    """An export in a format, made when first asked for."""
    place = tmp_path_factory.mktemp("exports")

    def made(to: str) -> Path:
        if not (place / to).is_dir():
            export(folder, to, out=place / to)
        return place / to

    return made
