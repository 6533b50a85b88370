"""What the tests of whole builds share: one corpus, one build of it, and copies to damage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

# No test may ask a model hub; set before any library reads it.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

import pytest
from hypothesis import HealthCheck, settings

from tests.pipeline.toy import Toy
from twokeys.builder.build import Built, build
from twokeys.builder.checks.checks import CHECKS

# No deadline: machines differ. Derandomised: a run that fails here fails everywhere.
settings.register_profile("twokeys", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("twokeys")

Build = Callable[..., Built]


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The corpus that is built once; tests that change a corpus write their own."""
    return Toy.shapes(tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="session")
def built(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A finished build, not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    return build(toy.save(folder / "recipe.yaml"), folder / "toy", corpora=toy.corpora, engine="serial")


@pytest.fixture
def folder(built: Built, tmp_path: Path) -> Path:
    """A copy of the finished build, to be damaged."""
    return Path(shutil.copytree(built.folder, tmp_path / "copy"))


@pytest.fixture
def make(tmp_path: Path) -> Build:
    """Builds a corpus with fields of its recipe replaced: `make(toy, rules=[])`, to `tmp_path / out`."""

    def made(toy: Toy, out: str = "out", engine: str = "serial", work: Path | None = None, **changes: Any) -> Built:
        recipe = toy.save(tmp_path / "recipes" / f"{out}.yaml", **changes)
        return build(recipe, tmp_path / out, corpora=toy.corpora, engine=engine, work=work)

    return made


@pytest.fixture
def other_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the check of the report, which is written from all rows and claims and would find any change first.

    Each change must be found by the check that counts it. `test_reporting` damages the report.
    """
    monkeypatch.delitem(CHECKS, "report")
