"""The folder of `folders.py`, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from twokeys.browsing.library import Library, opened

from .folders import answer, evaluated, explained, explanation, published


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, not to be changed."""
    return published(tmp_path_factory.mktemp("browsing") / "shapes")


@pytest.fixture(scope="session")
def runs(folder: Path) -> dict[str, Path]:
    """Two evaluations and a run of explainers on it."""
    place = folder.parent
    first = [answer("q0i0", "yes", True), answer("q0i1", "yes", False), answer("q1i0", "yes", True)]
    second = [answer("q0i0", "no", False), answer("q0i1", "yes", False), {"id": "q1i0", "skipped": "no token"}]
    return {
        "one": evaluated(place / "one", folder, "reference:one@sha256-12", first),
        "two": evaluated(place / "two", folder, "two", second),
        "why": explained(place / "why", folder, "one", [explanation("q0i0")]),
    }


@pytest.fixture
def library(folder: Path, runs: dict[str, Path]) -> Library:
    """The folder, open, with its runs."""
    return opened(folder, [runs["one"], runs["two"]], [runs["why"]])
