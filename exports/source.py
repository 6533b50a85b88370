"""What is exported: one config and split of a published folder, and the facts that every file of an export states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twokeys.audit.evaluation.pairs import guess_rate, named
from twokeys.audit.published import Published, read
from twokeys.core.answers.parsing import VERSION
from twokeys.core.ceilings import BLIND, ceilings
from twokeys.core.columns import TIERS
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256
from twokeys.core.pictures.shown import plain
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.published import PublishedFolder

CONFIGS = TIERS
"""Configs that can be exported: their rows are items with images."""
MORE = ("answer_source", "source", "source_id", "license")
"""Columns that exports write beside those that evaluation reads."""


@dataclass(frozen=True)
class Source:
    """A config and split with their facts.

    Attributes:
        published: The items, as evaluation reads them, with the columns `MORE`.
        facts: JSON-like: where the items come from, what bounds blind answers to them, how replies are read.
    """

    published: Published
    facts: dict[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """The items, a row each, in file order."""
        return self.published.table

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The items as plain Python values; what is missing is None."""
        return [
            {str(name): _plain(value) for name, value in row.items() if name != "edit_boxes"}
            for row in self.table.to_dict("records")
        ]

    @property
    def second_scores(self) -> list[str]:
        """Scores beside exact match that the items have, by name."""
        return ["vqa_accuracy", *self.facts["scores"]] if self.facts["annotated"] else []

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Every image once, by the key of its pixels, in file order.

        The published bytes, or a PNG of what is shown where readers could see something else in them: who reads an
        export need not know what `twokeys.core.pictures.shown.upright` does.
        """
        for key, data in self.published.images.items():
            yield key, plain(data)[0]

    def heading(self, what: str) -> str:
        """First lines of an exported file: what it is and of which rows."""
        facts = self.facts
        return (
            f"{what}\n\n{facts['title']}: config {facts['config']}, split {facts['split']}, {facts['items']:,} items.\n"
            f"Folder {facts['name']}, version {facts['version']}, fingerprint {facts['fingerprint']}.\n"
            f"Replies are read by version {facts['parser']} of twokeys' parser (twokeys {facts['twokeys']}); "
            "a change of it changes scores."
        )


def _plain(value: Any) -> Any:
    """A cell as a plain Python value: a text, a list, or None."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return list(value)
    return value if isinstance(value, str) else None


def source(
    folder: Path, config: str | None, split: str | None, dataset: str | None, instruction: str | None = None
) -> Source:
    """Read what is to be exported, and check that its files are those of which the manifest speaks.

    Args:
        folder: A published folder.
        config: Its config; the first of `CONFIGS` that it has when None.
        split: Its split; `test` where there is one when None.
        dataset: What harnesses load: a name on the hub; this folder when None.
        instruction: How to answer, put after the question; empty for nothing, None for the usual line.

    Raises:
        BadInput: When the folder, config or split cannot be exported.
    """
    if not folder.is_dir():
        problem = "there is no folder"
        raise BadInput(folder, None, problem, "a published folder", "name a folder that `twokeys build` wrote")
    config = config or next((name for name in CONFIGS if (folder / name).is_dir()), None)
    if config not in CONFIGS:
        problem = f"there is no config {config!r}" if config else "no config holds items with images"
        held = [name for name in CONFIGS if (folder / name).is_dir()] or CONFIGS
        raise BadInput(folder, "config", problem, ", ".join(held), "name one of these, or leave --config out")
    there = PublishedFolder(folder)
    manifest = there.manifest
    published = read(folder, config, split, MORE)
    for file in there.files(config, published.split):
        name = file.relative_to(folder).as_posix()
        if sha256(file) != manifest.files.get(name):
            problem, remedy = "the file is not the one of the manifest", f"run `twokeys verify {folder}`"
            raise BadInput(file, None, problem, "", remedy)
    facts = _facts(manifest, published) | {"dataset": dataset or str(folder.resolve())}
    return Source(published, facts | {"instruction": instruction})


def _facts(manifest: Manifest, published: Published) -> dict[str, Any]:
    table, config = published.table, published.config
    of = manifest.configs[config]
    pairs = {kind: len(items) for kind, items in named(table).items() if len(items)}
    guess = guess_rate(table)
    return {
        "task": re.sub(r"\W+", "_", f"{manifest.name}_{config}_{published.split}"),
        "name": manifest.name,
        "title": manifest.title,
        "version": of.version,
        "fingerprint": of.fingerprint,
        "config": config,
        "split": published.split,
        "items": len(table),
        "pairs": pairs,
        "scores": list(manifest.recipe.get("scores", [])),
        "annotated": bool(table["answers"].map(len).any()),
        "chance": round(float(guess.mean()), 6),
        "ceilings": {view: _ceiling(table, view) for view in BLIND},
        "licenses": sorted(set(table["license"])),
        "parser": VERSION,
        "twokeys": manifest.twokeys,
    }


def _ceiling(table: pd.DataFrame, view: str) -> float:
    """The best that any function of one view can do on exactly these items."""
    return round(ceilings(table)[view].share, 6)
