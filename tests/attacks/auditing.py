"""Audited tiers of planted corpora: built with quick adversaries, read back from the published folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tests.pipeline.toy import Toy, published
from twokeys.builder.build import build


@dataclass(frozen=True)
class Audited:
    """A published audited tier.

    Attributes:
        said: Its certificate.
        rows: Its rows, with what was measured of them.
    """

    said: dict[str, Any]
    rows: pd.DataFrame

    def reasons(self, view: str) -> list[str]:
        """Why a view is not certified; of a certified one why it is."""
        found: list[str] = self.said["views"][view]["reasons"]
        return found


def audit(toy: Toy, place: Path, engine: str = "serial", **part: Any) -> Audited:
    """Build a corpus with an audited tier.

    Args:
        toy: The corpus.
        place: Where to build.
        engine: Which engine runs it.
        part: Fields of the recipe's part on the tier.
    """
    plain = {"margin": 0.1, "permutations": 0, "null_draws": 0, "rounds": 3}
    recipe = toy.save(place / "recipe.yaml", audited=plain | part, rules=[])
    built = build(recipe, place / "out", corpora=toy.corpora, engine=engine)
    said = json.loads((built.folder / "certificate.json").read_text(encoding="utf-8"))["audited"]
    rows, measured = (pd.DataFrame(published(built.folder, config)) for config in ("audited", "measurements"))
    return Audited(said, rows.merge(measured.drop(columns="split"), on="id", validate="one_to_one"))
