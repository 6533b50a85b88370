"""The pages of an evaluation and of a run of explainers in a real browser; see tests/browser.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import needs_browser, nothing_is_wrong
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.explanation.explain import explain
from twokeys.audit.models.model import Masking
from twokeys.audit.reference.families import untrained

from .conftest import Says, looks

pytestmark = needs_browser


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_an_evaluation(folder: Path, tmp_path: Path, width: int, dark: bool) -> None:
    evaluate(folder, Says(looks), masking=Masking(), out=tmp_path / "run")
    nothing_is_wrong(tmp_path / "run" / "report.html", tmp_path / "browser", width, dark=dark)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_a_run_of_explainers(folder: Path, tmp_path: Path, width: int, dark: bool) -> None:
    names = ["occlusion", "rollout", "oracle"]
    explain(folder, untrained("llava", 0), names, limit=4, masking=Masking(), out=tmp_path / "run")
    nothing_is_wrong(tmp_path / "run" / "report.html", tmp_path / "browser", width, dark=dark)
